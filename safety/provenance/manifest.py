"""C2PA manifests: what is claimed of a film, signed into the file, and read back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import InvalidInput, Unavailable
from safety.provenance.certificates import SigningKeys
from safety.provenance.seal import add_seal, seal_holds

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
TRAINED_ALGORITHMIC_MEDIA = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_SEAL_BROKEN = "kindling.seal.broken"
_GENERATOR = {"name": "Kindling", "version": "0.1.0"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What Kindling says of a film it made. No prompt: what a person wrote does not travel with the file."""

    title: str
    video_id: str
    creator: str
    model: str
    created_at: datetime
    remixed_from: str | None = None
    opens_on_picture: bool = False  # one that somebody sent: not all of it was generated


@dataclass(frozen=True, slots=True)
class ManifestReport:
    """What a file's manifest says, and whether it holds.

    ``is_valid`` is true only if every hash and signature checks out; ``is_trusted`` also asks that the signer is this
    installation's own, and then not one byte of the file may have changed. ``problems`` are C2PA's own status codes.
    """

    is_present: bool
    is_valid: bool
    is_trusted: bool = False
    title: str = ""
    claim_generator: str = ""
    source_type: str = ""
    signer: str = ""
    details: Mapping[str, Any] | None = None
    problems: tuple[str, ...] = ()


def definition(claim: Claim) -> dict[str, Any]:
    """Return the manifest definition for a claim (C2PA 2.x: one created action with its digital source type)."""
    created: dict[str, Any] = {
        "action": "c2pa.created",
        "digitalSourceType": COMPOSITE if claim.opens_on_picture else TRAINED_ALGORITHMIC_MEDIA,
        "when": claim.created_at.isoformat(),
        "softwareAgent": {"name": claim.model},
    }
    details = {
        "video_id": claim.video_id,
        "creator": claim.creator,
        "model": claim.model,
        "created_at": claim.created_at.isoformat(),
        "remixed_from": claim.remixed_from,
    }
    return {
        "claim_generator_info": [_GENERATOR],
        "title": claim.title,
        "format": "video/mp4",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
            {"label": "org.kindling.film", "data": details},
        ],
    }


class Provenance:
    """Signs films and reads manifests, with one installation's keys."""

    def __init__(self, keys: SigningKeys) -> None:
        # Imported here: only processes that sign or read manifests load the native library.
        import c2pa

        self._c2pa = c2pa
        self._keys = keys
        self._settings = {
            "trust": {"user_anchors": keys.root},
            "verify": {"verify_after_sign": False, "verify_trust": True, "remote_manifest_fetch": False},
            "builder": {"thumbnail": {"enabled": False}},
        }

    def sign(self, source: Path, target: Path, claim: Claim) -> None:
        """Write ``source`` (MP4) with a signed manifest to ``target``. Raises ``Unavailable``."""
        c2pa = self._c2pa
        info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, self._keys.chain.encode(), self._keys.key.encode(), None)
        try:
            with (
                c2pa.Context.from_dict(self._settings) as context,
                c2pa.Signer.from_info(info) as signer,
                c2pa.Builder(definition(claim), context) as builder,
                source.open("rb") as given,
                target.open("w+b") as signed,
            ):
                builder.sign(signer, "video/mp4", given, signed)
            add_seal(target, self._keys)
        except (c2pa.C2paError, OSError) as error:
            target.unlink(missing_ok=True)
            raise Unavailable(
                code="signing_failed", detail=f"The film could not be signed: {error}",
                expected="Check the signing keys and the free space, then try again.",
            ) from error  # fmt: skip

    def read(self, path: Path) -> ManifestReport:
        """Return what the file's manifest says and whether it holds; a file without one is reported as such."""
        c2pa = self._c2pa
        try:
            with (
                path.open("rb") as file,
                c2pa.Context.from_dict(self._settings) as context,
                c2pa.Reader("video/mp4", file, context=context) as reader,
            ):
                report = _report(json.loads(reader.json()))
        except c2pa.C2paError.ManifestNotFound:
            return ManifestReport(is_present=False, is_valid=False)
        except (c2pa.C2paError, KeyError, TypeError, AttributeError, ValueError) as error:
            # The last four: a damaged store that still parses, but is not the shape that the standard says.
            return ManifestReport(is_present=False, is_valid=False, problems=(f"unreadable: {error}",))
        except FileNotFoundError as error:
            raise InvalidInput(code="no_such_file", detail=f"There is no file {path.name}.") from error
        if report.is_trusted and not seal_holds(path, self._keys):
            return replace(report, is_valid=False, is_trusted=False, problems=(*report.problems, _SEAL_BROKEN))
        return report


def _report(store: dict[str, Any]) -> ManifestReport:
    manifest = store["manifests"][store["active_manifest"]]
    assertions = {item["label"]: item["data"] for item in manifest.get("assertions", [])}
    actions: list[dict[str, Any]] = next(
        (data["actions"] for label, data in assertions.items() if label.startswith("c2pa.actions")), []
    )
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    state = store.get("validation_state", "Invalid")
    return ManifestReport(
        is_present=True,
        is_valid=state in {"Valid", "Trusted"},
        is_trusted=state == "Trusted",
        title=manifest.get("title") or "",
        claim_generator=f"{generator.get('name', '')} {generator.get('version', '')}".strip(),
        source_type=next((action.get("digitalSourceType", "") for action in actions), ""),
        signer=(manifest.get("signature_info") or {}).get("common_name") or "",
        details=assertions.get("org.kindling.film"),
        problems=tuple(item["code"] for item in store.get("validation_status") or []),
    )
