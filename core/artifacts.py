"""Artifacts: folders of files with a manifest that proves them whole and says how they were made."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import BrokenArtifact

MANIFEST_NAME = "manifest.json"
_CHUNK_BYTES = 1 << 20


class Manifest(BaseModel):
    """What an artifact is, what it was made from and how to make it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="What it is, e.g. `moderation-heads`.")
    revision: str = Field(description="Short content hash over its files.")
    schema_version: int = Field(description="Layout version that the reader must support.")
    created_at: datetime = Field(description="When it was made, UTC.")
    made_by: str = Field(description="The command that makes it again.")
    data: dict[str, Any] = Field(default_factory=dict, description="Data snapshot: sources, licences, rows, hashes.")
    metrics: dict[str, Any] = Field(default_factory=dict, description="Measured figures, with the split they are from.")
    files: dict[str, str] = Field(description="File name -> sha256 in hex.")


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def seal(
    folder: Path,
    *,
    name: str,
    schema_version: int,
    created_at: datetime,
    made_by: str,
    data: dict[str, Any] | None = None,
    metrics: dict[str, Any] | None = None,
) -> Manifest:
    """Hash every file below ``folder``, write its manifest and return it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST_NAME)
    files = {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}
    whole = hashlib.sha256("".join(f"{key}:{value}\n" for key, value in files.items()).encode()).hexdigest()
    manifest = Manifest(
        name=name,
        revision=whole[:12],
        schema_version=schema_version,
        created_at=created_at,
        made_by=made_by,
        data=data or {},
        metrics=metrics or {},
        files=files,
    )
    (folder / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return manifest


def open_artifact(folder: Path, *, name: str, schema_version: int) -> Manifest:
    """Return the manifest of ``folder`` after checking name, schema and every file's hash.

    Raises ``BrokenArtifact`` if anything is missing, truncated, changed or of another schema.
    """
    path = folder / MANIFEST_NAME
    try:
        manifest = Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _broken(folder, f"has no readable {MANIFEST_NAME}") from error
    except ValidationError as error:
        raise _broken(folder, f"has a malformed {MANIFEST_NAME}") from error
    if manifest.name != name:
        raise _broken(folder, f"holds {manifest.name!r}, not {name!r}")
    if manifest.schema_version != schema_version:
        raise _broken(folder, f"has schema {manifest.schema_version}; this program reads {schema_version}")
    for file, expected in manifest.files.items():
        if not (folder / file).is_file():
            raise _broken(folder, f"lacks {file}")
        if sha256_of(folder / file) != expected:
            raise _broken(folder, f"has a changed or truncated {file}")
    return manifest


def _broken(folder: Path, what: str) -> BrokenArtifact:
    return BrokenArtifact(
        code="broken_artifact",
        detail=f"The artifact {folder.name} {what}.",
        expected="Make it again with the command in its manifest, or restore the folder.",
        path=str(folder),
    )
