"""One film's check: frames and sound stream past once, then any number of verdicts are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import structlog
from pydantic import Field

from core.media.film import Frame, Sound
from core.policies import Policy, PolicyModel, load_policy
from core.verdicts import Evidence, Verdict, strictest
from core.vocabulary import Audience, Surface
from safety.decide import decide_parts, unsure
from safety.film.flash import FlashMeter, flash_score
from safety.film.loudness import loudest_dbfs, loudness_score
from safety.film.words import WordReader, wordiness
from safety.policy import ModerationPolicy

SHIPPED = Path(__file__).parent.parent / "policies" / "film.toml"
DETECTORS = ("flashing", "on_screen_text", "loudness", "picture_content", "speech")
_log = structlog.get_logger(__name__)

Judge = Callable[[str], Mapping[str, float]]


class SurfaceChecks(PolicyModel):
    """What must be checked of films on some surfaces, and what follows where a detector is not installed."""

    surfaces: tuple[Surface, ...] = Field(min_length=1, description="Surfaces that this holds for.")
    detectors: tuple[Literal["flashing", "on_screen_text", "loudness", "picture_content", "speech"], ...] = Field(
        description="Detectors that a film on these surfaces should pass."
    )
    when_missing: Literal["note", "review"] = Field(description="What a detector that is not installed leads to.")
    reason: str = Field(min_length=10, description="Why.")


class FilmPolicy(Policy):
    """How films are checked."""

    samples_per_s: float = Field(gt=0, le=24, description="How often a frame is looked at for words.")
    frames_read: int = Field(ge=1, le=8, description="In how many of those frames words are read.")
    check: tuple[SurfaceChecks, ...] = Field(min_length=1, description="What is checked where.")

    def at(self, surface: Surface) -> SurfaceChecks:
        """Return what holds for a surface; for one that no entry names, everything, and missing means review."""
        named = next((item for item in self.check if surface in item.surfaces), None)
        return named or SurfaceChecks(
            surfaces=(surface,), detectors=DETECTORS, when_missing="review", reason="No entry names this surface."
        )


@dataclass(frozen=True, slots=True)
class _Candidate:
    index: int
    wordiness: float
    frame: Frame


class FilmCheck:
    """Watches one film. Give it every frame in order, before the watermark is drawn, and the sound.

    A detector that fails is remembered, and from then on no verdict is milder than review.
    """

    def __init__(
        self, fps: int, judge: Judge, reader: WordReader, moderation: ModerationPolicy, policy: FilmPolicy
    ) -> None:
        self._fps = fps
        self._judge = judge
        self._reader = reader
        self._moderation = moderation
        self._policy = policy
        self._flash = FlashMeter(fps)
        self._every = max(1, round(fps / policy.samples_per_s))
        self._candidates: list[_Candidate] = []
        self._parts: list[tuple[str, str, Mapping[str, float]]] | None = None
        self._loudness: float | None = None
        self._failed: dict[str, str] = {}

    def see(self, frame: Frame, index: int) -> None:
        """Look at frame ``index`` (H, W, 3)."""
        self._try("flashing", lambda: self._flash.see(frame, index))
        if index % self._every == 0:
            self._try("on_screen_text", lambda: self._keep(frame, index))

    def hear(self, sound: Sound | None) -> None:
        """Listen to the whole sound track; None is silence."""
        self._try("loudness", lambda: self._measure(sound))

    def verdict(self, surface: Surface, audience: Audience) -> Verdict:
        """Return what the policy says of all that was seen and heard, with evidence and what could not be checked."""
        if self._parts is None:
            self._parts = self._collect()
        decided = decide_parts(self._parts, surface, audience, self._moderation)
        checks = self._policy.at(surface)
        missing = [name for name in checks.detectors if name in {"picture_content", "speech"}]
        doubts = [self._doubt(surface, audience, f"film/failed/{name}", why) for name, why in self._failed.items()]
        if missing and checks.when_missing == "review":
            doubts.append(self._doubt(surface, audience, f"film/missing/{missing[0]}", checks.reason))
        notes = tuple(Evidence("not_checked", 0.0, name, "no detector is installed") for name in missing)
        harshest = strictest(decided, *doubts)
        return replace(harshest, scores=decided.scores, evidence=(*decided.evidence, *notes))

    def words(self) -> tuple[str, ...]:
        """Return what was read on screen, frame by frame."""
        if self._parts is None:
            self._parts = self._collect()
        return tuple(text for _, text, _ in self._parts if text)

    def _doubt(self, surface: Surface, audience: Audience, rule_id: str, why: str) -> Verdict:
        return unsure(surface, audience, self._moderation, rule_id=rule_id, explanation=why)

    def _try(self, detector: str, action: Callable[[], None]) -> None:
        if detector in self._failed:
            return
        try:
            action()
        except Exception as error:  # a detector's crash is a finding, whatever it was
            _log.warning("film detector failed", detector=detector, error=repr(error))
            self._failed[detector] = f"The check for {detector.replace('_', ' ')} failed; a person will look at it."

    def _measure(self, sound: Sound | None) -> None:
        self._loudness = 0.0 if sound is None else loudness_score(loudest_dbfs(sound))

    def _keep(self, frame: Frame, index: int) -> None:
        self._candidates.append(_Candidate(index, wordiness(frame), frame.copy()))
        if len(self._candidates) > self._policy.frames_read:
            self._candidates.remove(min(self._candidates, key=lambda item: (item.wordiness, -item.index)))

    def _collect(self) -> list[tuple[str, str, Mapping[str, float]]]:
        measures = {"flashing": flash_score(self._flash.flashes_per_s()), "loudness": self._loudness or 0.0}
        parts: list[tuple[str, str, Mapping[str, float]]] = [("film", "", measures)]
        self._try("on_screen_text", lambda: parts.extend(self._read_words()))
        self._candidates.clear()
        return parts

    def _read_words(self) -> list[tuple[str, str, Mapping[str, float]]]:
        found: dict[str, int] = {}
        for candidate in sorted(self._candidates, key=lambda item: item.index):
            text = self._reader.read(candidate.frame)
            if text and text not in found:
                found[text] = candidate.index
        return [(f"frame {index}", text, self._judge(text)) for text, index in found.items()]


def load_film_policy(overrides: Path | None = None) -> FilmPolicy:
    """Return the film policy in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, FilmPolicy, overrides)
