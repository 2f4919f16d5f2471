"""How films are checked: which detectors must have looked, where and for whom, and how their findings are combined."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, model_validator

from core.policies import Policy, PolicyModel, load_policy
from core.vocabulary import Audience, Surface
from safety.taxonomy import CATEGORIES

SHIPPED = Path(__file__).parent.parent / "policies" / "film.toml"

Detector = Literal[
    "flashing", "on_screen_text", "loudness", "picture_content", "faces", "speech", "transcript", "screams"
]
DETECTORS: tuple[Detector, ...] = get_args(Detector)
# A still picture has no sound and no time.
PICTURE_DETECTORS: tuple[Detector, ...] = ("on_screen_text", "picture_content", "faces")
Kind = Literal["story", "on_screen_text", "transcript", "picture", "screams"]
_MINORS = (Audience.TEEN, Audience.DEPICTED_MINOR)
_EVERYTHING = frozenset(DETECTORS)


class SurfaceChecks(PolicyModel):
    """Which detectors must have looked at a film on some surfaces, for some audiences.

    A required detector that is not installed means review. One that failed means review whether required or not.
    """

    surfaces: tuple[Surface, ...] = Field(min_length=1, description="Surfaces that this holds for.")
    audiences: tuple[Audience, ...] = Field(min_length=1, description="Audiences that this holds for.")
    required: tuple[Detector, ...] = Field(description="Detectors without which a person looks.")
    noted: tuple[Detector, ...] = Field(default=(), description="Detectors whose absence the verdict only says.")
    deferred: tuple[Detector, ...] = Field(
        default=(), description="Detectors that must look later, on another surface."
    )
    deferred_to: Surface | None = Field(default=None, description="The surface that requires the deferred ones.")
    reason: str = Field(min_length=10, description="Why.")

    @model_validator(mode="after")
    def _disjoint(self) -> "SurfaceChecks":
        named = (*self.required, *self.noted, *self.deferred)
        if len(set(named)) < len(named):
            raise ValueError("a detector stands twice; it is required, noted or deferred")
        if bool(self.deferred) != (self.deferred_to is not None):
            raise ValueError("`deferred` and `deferred_to` go together")
        return self


class Vouch(PolicyModel):
    """What stands in for a detector: a renderer that can draw only what we know, from words that were checked."""

    id: str = Field(min_length=1, description="What verdicts call it.")
    made_by: tuple[str, ...] = Field(min_length=1, description="Backends whose films this holds for.")
    surfaces: tuple[Surface, ...] = Field(min_length=1, description="Surfaces that this holds for.")
    stands_for: tuple[Detector, ...] = Field(min_length=1, description="Detectors that are then not needed.")
    with_real_portraits: bool = Field(description="Whether this holds for films that show a real person's picture.")
    reason: str = Field(min_length=10, description="Why that is as good as looking.")


class Sampling(PolicyModel):
    """Which frames are looked at."""

    every_s: float = Field(gt=0, le=10, description="A frame is kept this often, whatever happens.")
    most_frames: int = Field(
        ge=4, le=64, description="Most frames kept of one film; longer films are kept more thinly."
    )
    cut_contrast: float = Field(gt=0, le=1, description="A change from one frame to the next this large is a cut.")
    settle_s: float = Field(ge=0, le=2, description="After a cut, the frame this much later is kept.")
    frames_read: int = Field(ge=1, le=64, description="In how many of those frames words are read.")
    frames_for_faces: int = Field(ge=1, le=64, description="In how many of those frames faces are counted.")
    seconds_per_read: float = Field(gt=0, le=60, description="At least one frame is read for this much of a film.")


class Fusion(PolicyModel):
    """How findings of several kinds add up. See ``safety/film/fusion.py``."""

    quiet_below: float = Field(ge=0, lt=1, description="A score up to this says nothing: it supports no other.")
    persistent_frames: int = Field(ge=1, le=16, description="How many frames must show it for their full score.")
    weights: dict[Kind, float] = Field(description="How far each kind supports the others, in [0, 1].")
    screams_support: tuple[str, ...] = Field(description="Categories that screaming supports; alone it is nothing.")
    uncalibrated_most: float = Field(ge=0, le=1, description="Most that an uncalibrated picture score can be.")
    faces_are_minors_on: tuple[Surface, ...] = Field(
        description="Surfaces on which a face of unknown age is judged as a depicted minor's."
    )

    @model_validator(mode="after")
    def _known(self) -> "Fusion":
        wrong = [name for name in self.screams_support if name not in CATEGORIES]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no category")
        if set(self.weights) != set(get_args(Kind)) or not all(0 <= weight <= 1 for weight in self.weights.values()):
            raise ValueError(f"weights need one number in [0, 1] for each of: {', '.join(get_args(Kind))}")
        return self


class FilmPolicy(Policy):
    """How films are checked. Loading proves that no minor is checked more loosely, and that nothing is forgotten."""

    sampling: Sampling
    fusion: Fusion
    check: tuple[SurfaceChecks, ...] = Field(min_length=1, description="What must have looked where.")
    vouch: tuple[Vouch, ...] = Field(default=(), description="What may stand in for a detector.")

    def at(self, surface: Surface, audience: Audience) -> SurfaceChecks:
        """Return what holds; where no entry says so, every detector is required."""
        named = (item for item in self.check if surface in item.surfaces and audience in item.audiences)
        return next(named, None) or SurfaceChecks(
            surfaces=(surface,), audiences=(audience,), required=DETECTORS,
            reason="No entry names this surface, so everything must have looked.",
        )  # fmt: skip

    @model_validator(mode="after")
    def _proven(self) -> "FilmPolicy":
        problems = [*self._twice(), *self._looser_for_minors(), *self._unchecked(), *self._never_checked()]
        if problems:
            raise ValueError("; ".join(problems[:6]))
        return self

    def _twice(self) -> Iterator[str]:
        for surface, audience in product(Surface, Audience):
            entries = [item for item in self.check if surface in item.surfaces and audience in item.audiences]
            if len(entries) > 1:
                yield f"two entries hold for {surface} and {audience}; keep one"

    def _looser_for_minors(self) -> Iterator[str]:
        for surface, (younger, older) in product(
            Surface, ((Audience.TEEN, Audience.ADULT), (Audience.DEPICTED_MINOR, Audience.TEEN))
        ):
            strict, loose = self.at(surface, younger), self.at(surface, older)
            lacking = set(loose.required) - set(strict.required) - set(strict.deferred)
            if lacking:
                yield f"{surface}: {min(lacking)} is required for {older} and not for {younger}; require it for both"

    def _unchecked(self) -> Iterator[str]:
        for surface, audience in product(Surface, Audience):
            entry = self.at(surface, audience)
            strict = audience in _MINORS or surface == Surface.UPLOAD
            left = _EVERYTHING - set(entry.required) - set(entry.deferred)
            if strict and left:
                yield f"{surface} for {audience}: {min(left)} must be required; minors and uploads need every detector"
        if any(Surface.UPLOAD in vouch.surfaces for vouch in self.vouch):
            yield "nothing may vouch for an upload: nobody knows how it was made"

    def _never_checked(self) -> Iterator[str]:
        for entry in self.check:
            for audience in entry.audiences if entry.deferred_to else ():
                later = self.at(entry.deferred_to or Surface.UPLOAD, audience)
                missed = set(entry.deferred) - set(later.required)
                if missed:
                    yield f"{min(missed)} is deferred to {entry.deferred_to}, which does not require it for {audience}"


def load_film_policy(overrides: Path | None = None) -> FilmPolicy:
    """Return the film policy in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, FilmPolicy, overrides)
