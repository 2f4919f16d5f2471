"""The detectors that a process has: what is built in, what is installed, what an operator configured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.media.film import Frame
from core.settings import Settings
from safety.audio.speech import SpeechFinder, Wave, silero_model
from safety.film.host import ModelHost
from safety.film.words import WordReader
from safety.guard import DetectorFault, Guard, check_scores
from safety.picture.faces import FaceFinder, centerface_model
from safety.picture.heads import PictureHeads
from safety.picture.prompts import load_prompts

T = TypeVar("T")
FrameScores = tuple[dict[str, float], frozenset[str]]


class DetectorConfig(BaseModel):
    """Which models look and listen: what ``KINDLING_CLIP_*``, ``_WHISPER_*`` and ``_DETECTOR_*`` say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clip_model: str = Field(default="", description="open_clip folder, hub id or architecture; empty: none.")
    clip_weights: str = Field(default="", description="Weights file, where `clip_model` names an architecture.")
    clip_revision: str = Field(default="", description="Pinned revision, where `clip_model` is a hub id.")
    clip_heads: Path | None = Field(default=None, description="Folder of heads trained for that checkpoint.")
    whisper_model: str = Field(default="", description="Whisper folder or hub id; empty: none.")
    whisper_revision: str = Field(default="", description="Pinned revision, where `whisper_model` is a hub id.")
    device: str = Field(default="cpu", description="Where both run.")
    timeout_s: float = Field(default=60.0, gt=0, description="Longest that one detector may take for one film.")


def detector_config(settings: Settings) -> DetectorConfig:
    """Return what the settings say of detectors."""
    return DetectorConfig(
        clip_model=settings.clip_model, clip_weights=settings.clip_weights, clip_revision=settings.clip_revision,
        clip_heads=settings.clip_heads, whisper_model=settings.whisper_model,
        whisper_revision=settings.whisper_revision, device=settings.detector_device,
        timeout_s=settings.detector_timeout_s,
    )  # fmt: skip


class Pictures:
    """The picture model, asked in its own process."""

    def __init__(self, host: ModelHost, revision: str) -> None:
        self._host = host
        self.revision = revision

    def scores(self, frames: Sequence[Frame]) -> list[FrameScores]:
        """Return (scores, calibrated categories) per frame. Raises ``DetectorFault``."""
        found: list[FrameScores] = self._host.ask(list(frames))
        if len(found) != len(frames):
            raise DetectorFault("bad answer", f"The picture model answered {len(found)} of {len(frames)} frames.")
        for scores, _ in found:
            check_scores(scores, ())
        return found


class Transcripts:
    """The speech model, asked in its own process."""

    def __init__(self, host: ModelHost, revision: str) -> None:
        self._host = host
        self.revision = revision

    def texts(self, waves: Sequence[Wave]) -> list[str]:
        """Return what is said in each 16 kHz wave. Raises ``DetectorFault``."""
        found: list[str] = self._host.ask(list(waves))
        if len(found) != len(waves):
            raise DetectorFault("bad answer", f"The speech model answered {len(found)} of {len(waves)} parts.")
        return found


@dataclass(frozen=True, slots=True)
class Detectors:
    """What can look and listen. None: not installed. Each call has its time, and one that fails is a finding."""

    words: WordReader
    faces: FaceFinder | None
    speech: SpeechFinder | None
    pictures: Pictures | None
    transcripts: Transcripts | None
    guard: Guard
    timeout_s: float

    def within_time(self, work: Callable[[], T]) -> T:
        """Return ``work()``; raise ``DetectorFault`` when it takes too long."""
        return self.guard.call(work, self.timeout_s)

    @property
    def revisions(self) -> tuple[str, ...]:
        """Which configured models, for verdicts to record."""
        return tuple(found.revision for found in (self.pictures, self.transcripts) if found is not None)


def open_detectors(config: DetectorConfig, overrides: Path | None = None) -> Detectors:
    """Find what is installed; nothing is loaded before it is first needed.

    Raises ``BrokenArtifact`` for heads that cannot be used, ``BrokenPolicy`` for prompts that cannot.
    """
    face_model, speech_model = centerface_model(), silero_model()
    return Detectors(
        words=WordReader(),
        faces=FaceFinder(face_model) if face_model else None,
        speech=SpeechFinder(speech_model) if speech_model else None,
        pictures=_pictures(config, overrides) if config.clip_model else None,
        transcripts=_transcripts(config) if config.whisper_model else None,
        guard=Guard("A film's detector", threads=4),
        timeout_s=config.timeout_s,
    )


def _pictures(config: DetectorConfig, overrides: Path | None) -> Pictures:
    prompts = load_prompts(overrides)
    heads = None if config.clip_heads is None else PictureHeads.open(config.clip_heads)
    arguments: dict[str, Any] = {
        "source": config.clip_model, "weights": config.clip_weights, "revision": config.clip_revision,
        "device": config.device, "heads": str(config.clip_heads or ""), "prompts": prompts.model_dump(),
    }  # fmt: skip
    host = ModelHost(
        "The picture model", "safety.picture.vision:open_picture_reader", arguments, timeout_s=config.timeout_s
    )
    model = config.clip_revision or Path(config.clip_weights or config.clip_model).name
    trained = heads.manifest.revision if heads else "zero-shot"
    return Pictures(host, f"picture:{model}/{prompts.version}/{trained}")


def _transcripts(config: DetectorConfig) -> Transcripts:
    arguments = {
        "source": config.whisper_model, "revision": config.whisper_revision, "device": config.device,
    }  # fmt: skip
    host = ModelHost(
        "The speech model", "safety.audio.transcript:open_transcriber", arguments, timeout_s=config.timeout_s
    )
    return Transcripts(host, f"speech:{config.whisper_revision or Path(config.whisper_model).name}")
