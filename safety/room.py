"""The safety room: what may be seen or made, by whom, and where a film comes from."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

import structlog

from core.clock import Clock, SystemClock
from core.encoder import TextEncoder
from core.errors import KindlingError
from core.media.film import Frame
from core.media.pictures import read_pictures
from core.verdicts import Verdict, strictest
from core.vocabulary import Audience, LikenessPermission, Surface
from safety.age.policy import load_age_policy
from safety.age.room import AgeAssurance
from safety.decide import Scores, decide_parts, unsure, worst
from safety.film.check import FilmCheck
from safety.film.detectors import DetectorConfig, Detectors, open_detectors
from safety.film.policy import PICTURE_DETECTORS, FilmPolicy, load_film_policy
from safety.film.source import FilmSource
from safety.guard import DetectorFault, Guard, GuardedTexts, TextDetector
from safety.judgement import DetectorReport, InputType, JudgedTexts, Judgement, reached_categories, reports_of
from safety.likeness import (
    LikenessPolicy,
    LikenessUse,
    load_likeness_policy,
    may_give_permission,
    may_show_picture,
    may_use_likeness,
)
from safety.policy import ModerationPolicy, load_moderation_policy
from safety.provenance.certificates import signing_keys
from safety.provenance.fingerprint import fingerprint
from safety.provenance.manifest import Claim, ManifestReport, Provenance
from safety.provenance.watermark import Watermark
from safety.sequence import readings
from safety.taxonomy import CATEGORIES
from safety.text.classifier import ANY, TextClassifier
from safety.text.minors import NONE, minor_cue

# One text takes some milliseconds, one picture some tenths of a second: whatever takes this long will not come back.
TEXT_TIMEOUT_S, PICTURE_TIMEOUT_S = 10.0, 30.0
TEXT_FAILED, PICTURE_FAILED = "text/failed", "picture/failed"
_FAILED = (TEXT_FAILED, PICTURE_FAILED)
_log = structlog.get_logger(__name__)

__all__ = [
    "Claim", "DetectorConfig", "FilmCheck", "FilmSource", "Judgement", "LikenessUse", "ManifestReport", "Safety",
    "TextPart", "Watermark",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextPart:
    """One of several texts judged together: ``name`` is what evidence calls it (``prompt``, ``shot 2``)."""

    name: str
    text: str


class Safety:
    """Judges texts and films, guards likenesses, marks and signs what was made. Open once per process."""

    def __init__(
        self,
        classifier: TextDetector,
        moderation: ModerationPolicy | Callable[[], ModerationPolicy],
        likeness: LikenessPolicy,
        film: FilmPolicy,
        ages: AgeAssurance,
        keys: Path,
        clock: Clock,
        detectors: Detectors,
    ) -> None:
        self.classifier: TextDetector = classifier
        self._texts = self._guarded()
        self._pictures = Guard("The picture check")
        self._in_force: Callable[[], ModerationPolicy] = (
            partial(_fixed, moderation) if isinstance(moderation, ModerationPolicy) else moderation
        )
        self._beside: Callable[[JudgedTexts], None] | None = None
        self.likeness = likeness
        self.film = film
        self.ages = ages
        self._keys = keys
        self._clock = clock
        self._detectors = detectors

    @classmethod
    def open(
        cls, encoder: TextEncoder, *, keys: Path, overrides: Path | None = None, clock: Clock | None = None,
        detectors: DetectorConfig | None = None,
    ) -> "Safety":  # fmt: skip
        """Load the policies and the text classifier. Raises ``BrokenPolicy`` or ``BrokenArtifact``.

        ``detectors`` are the models that look at films and listen to them; by default, what is installed.
        """
        return cls(
            TextClassifier(encoder),
            load_moderation_policy(overrides),
            load_likeness_policy(overrides),
            load_film_policy(overrides),
            AgeAssurance(load_age_policy(overrides), keys),
            keys,
            clock or SystemClock(),
            open_detectors(detectors or DetectorConfig(), overrides),
        )

    @property
    def moderation(self) -> ModerationPolicy:
        """The moderation policy in force. Ask once for what belongs together: it may change between two looks."""
        return self._in_force()

    def following(
        self, in_force: Callable[[], ModerationPolicy], beside: Callable[[JudgedTexts], None] | None = None
    ) -> "Safety":
        """Return this room under another source of the moderation policy; models and keys are shared.

        ``beside`` is told of every text that was judged; it must neither fail nor take its time.
        """
        other = copy(self)
        other._in_force = in_force
        other._beside = beside
        other._texts = other._guarded()
        return other

    def reading_with(self, classifier: TextDetector, *, timeout_s: float) -> "Safety":
        """Return this room with another text classifier, which may take ``timeout_s``; all else is shared."""
        other = copy(self)
        other.classifier = classifier
        other._texts = other._guarded(timeout_s)
        return other

    def _guarded(self, timeout_s: float | None = None) -> GuardedTexts:
        timeout_s = TEXT_TIMEOUT_S if timeout_s is None else timeout_s
        return GuardedTexts(lambda: self.classifier, (*CATEGORIES, ANY), timeout_s=timeout_s)

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return for each text a calibrated probability per category (and ``any``). About 5 ms a text."""
        return self.classifier.scores(texts)

    def may_tell_of_a_minor(self, texts: Sequence[str]) -> bool:
        """Whether any of these texts has a sign of someone under 18; a doubtful one counts."""
        return any(minor_cue(text) > NONE for text in texts)

    def judge_text(self, text: str, surface: Surface, audience: Audience) -> Verdict:
        """Return the policy's verdict on one text."""
        return self.judge_texts([TextPart(str(surface), text)], surface, audience)

    def judge_texts(self, parts: Sequence[TextPart], surface: Surface, audience: Audience) -> Verdict:
        """Return the strictest verdict over several texts in their order: each alone, neighbours, and all as one.

        Evidence says which parts led to it.
        A classifier that fails, hangs or answers nonsense means review: never allow.
        """
        policy = self.moderation
        read = readings([(part.name, part.text) for part in parts], self.classifier.is_word)
        try:
            scores = self._scored([reading.text for reading in read])
        except Exception as error:
            return self._text_failed(error, surface, audience, policy)
        judged = [(one.name, one.text, one.doubted(found)) for one, found in zip(read, scores, strict=True)]
        verdict = decide_parts(judged, surface, audience, policy)
        verdict = replace(verdict, model_revision=self.classifier.revision)
        if self._beside is not None:
            self._beside(JudgedTexts(judged, verdict))
        return verdict

    def _text_failed(self, error: Exception, surface: Surface, audience: Audience, policy: ModerationPolicy) -> Verdict:
        why = error.kind if isinstance(error, DetectorFault) else type(error).__name__
        _log.warning("text check failed", error=repr(error))
        return unsure(
            surface, audience, policy,
            rule_id=TEXT_FAILED, explanation=f"The text check failed ({why}); a person looks.",
        )  # fmt: skip

    def _scored(self, texts: Sequence[str]) -> list[Scores]:
        return [{name: score for name, score in scores.items() if name != ANY} for scores in self._texts.scores(texts)]

    def _judged(self, text: str) -> Scores:
        return self._scored([text])[0]

    def judge(
        self, texts: Sequence[TextPart], pictures: Sequence[bytes], surface: Surface, audience: Audience
    ) -> Judgement:
        """Judge texts and pictures as one. Raises ``InvalidInput`` for a picture that cannot be read."""
        verdicts = [self.judge_texts(texts, surface, audience)] if texts else []
        seen = [self._judge_picture(content, surface, audience) for content in pictures]
        for number, found in enumerate(seen, start=1):
            marked = tuple(replace(item, part=f"picture {number}: {item.part}") for item in found.evidence)
            verdicts.append(replace(found, evidence=marked))
        whole = strictest(*verdicts)
        scores = worst(verdict.scores for verdict in verdicts)
        evidence = tuple(item for verdict in verdicts for item in verdict.evidence)
        whole = replace(whole, scores=scores, evidence=evidence, model_revision=self.classifier.revision)
        reached = reached_categories(scores, surface, audience, self.moderation)
        failed = {verdict.rule_id: verdict.explanation for verdict in verdicts if verdict.rule_id in _FAILED}
        return Judgement(whole, reached, _types(texts, pictures), _detectors(texts, seen, failed))

    def _judge_picture(self, content: bytes, surface: Surface, audience: Audience) -> Verdict:
        def look() -> Verdict:
            check = self.film_check(fps=1, is_still=True)
            for index, frame in enumerate(read_pictures(content)):
                check.see(frame, index)
            return check.verdict(surface, audience)

        return self.watched(look, surface, audience, timeout_s=PICTURE_TIMEOUT_S)

    def watched(
        self, look: Callable[[], Verdict], surface: Surface, audience: Audience, *, timeout_s: float
    ) -> Verdict:
        """Return ``look()``, a check of pictures or of a film; review when it crashes or takes longer.

        What is wrong with the input itself (``KindlingError``) is raised.
        """
        try:
            return self._pictures.call(look, timeout_s)
        except KindlingError:
            raise
        except Exception as error:
            why = error.kind if isinstance(error, DetectorFault) else type(error).__name__
            _log.warning("picture check failed", error=repr(error))
            return unsure(
                surface, audience, self.moderation,
                rule_id=PICTURE_FAILED, explanation=f"The picture check failed ({why}); a person looks.",
            )  # fmt: skip

    def see_upload(self, frames: Sequence[Frame], audiences: Sequence[Audience]) -> tuple[Verdict, int | None]:
        """Judge a picture that somebody sent, by the strictest of ``audiences``; and count the faces it shows.

        ``frames`` are the picture as it came and as it is to be used. None where nothing could look for faces.
        """
        check = self.film_check(fps=1, is_still=True)

        def look() -> Verdict:
            for index, frame in enumerate(frames):
                check.see(frame, index)
            return strictest(*(check.verdict(Surface.UPLOAD, audience) for audience in audiences))

        verdict = self.watched(look, Surface.UPLOAD, audiences[0], timeout_s=PICTURE_TIMEOUT_S)
        return verdict, None if verdict.rule_id == PICTURE_FAILED else check.faces()

    def may_show_picture(self, faces: int | None, *, is_consented: bool) -> Verdict:
        """Return allow, or block with the rule that refuses, for a picture that a film is to show."""
        return may_show_picture(faces, is_consented=is_consented, policy=self.likeness)

    def film_check(self, fps: int = 24, *, is_still: bool = False) -> FilmCheck:
        """Start the check of one film of ``fps`` frames a second, or of a picture."""
        return FilmCheck(fps, self._judged, self._detectors, self.moderation, self.film, is_still=is_still,
            is_word=self.classifier.is_word)  # fmt: skip

    def may_use_likeness(self, use: LikenessUse) -> Verdict:
        """Return allow, or block with the rule that refuses, for one wish to use one character."""
        return may_use_likeness(use, self.likeness)

    def may_give_permission(self, permission: LikenessPermission, *, owner_is_minor: bool) -> bool:
        """Whether an owner may open their likeness this far."""
        return may_give_permission(permission, owner_is_minor, self.likeness)

    def watermark(self, label: str, seed: int) -> Watermark:
        """Return the moving mark for one film."""
        return Watermark(label, seed)

    @cached_property
    def _provenance(self) -> Provenance:
        return Provenance(signing_keys(self._keys, self._clock))

    def claim(
        self,
        *,
        title: str,
        video_id: str,
        creator: str,
        model: str,
        created_at: datetime,
        remixed_from: str | None = None,
        opens_on_picture: bool = False,
    ) -> Claim:
        """Return what a manifest will say of a film."""
        return Claim(title, video_id, creator, model, created_at, remixed_from, opens_on_picture)

    def sign(self, source: Path, target: Path, claim: Claim) -> None:
        """Write the MP4 ``source`` with a signed C2PA manifest to ``target``. Raises ``Unavailable``."""
        self._provenance.sign(source, target, claim)

    def read_manifest(self, path: Path) -> ManifestReport:
        """Return what a file's manifest says, and whether it holds."""
        return self._provenance.read(path)

    def fingerprint(self, frames: Sequence[Frame]) -> str:
        """Return a film's perceptual fingerprint from some of its frames: 64 hex digits."""
        return fingerprint(frames)


def _fixed(policy: ModerationPolicy) -> ModerationPolicy:
    return policy


def _types(texts: Sequence[TextPart], pictures: Sequence[bytes]) -> tuple[InputType, ...]:
    return (*(("text",) if texts else ()), *(("image",) if pictures else ()))


def _detectors(
    texts: Sequence[TextPart], pictures: Sequence[Verdict], failed: Mapping[str, str]
) -> tuple[DetectorReport, ...]:
    words = reports_of((), ("text_classifier",), "text", failed.get(TEXT_FAILED, "")) if texts else ()
    looked = reports_of(pictures, PICTURE_DETECTORS, "image", failed.get(PICTURE_FAILED, "")) if pictures else ()
    return (*words, *looked)
