"""One film, from a storyboard to a signed file in the media store. Needs no database, so a process pool can run it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.ids import CharacterId, VideoId
from core.media.store import MediaStore
from core.verdicts import Verdict
from generation.room import Generation
from generation.storyboard import Storyboard
from safety.room import Safety

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class FilmClaim:
    """What the provenance manifest says of a film: who asked for it, with which model, when, from what."""

    video_id: VideoId
    creator: str  # the handle, without the @
    model: str
    created_at: datetime
    prompt: str
    remixed_from: VideoId | None = None


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """All that making one film takes."""

    storyboard: Storyboard
    claim: FilmClaim
    label: str  # what the moving watermark says, e.g. "Kindling · @ada"
    portraits: Mapping[CharacterId, Path] = field(default_factory=dict)
    depicts_minor: bool = False  # the strictest audience judges the film too


@dataclass(frozen=True, slots=True)
class FinishedFilm:
    """A film that is in the media store, and what safety said of it."""

    film_key: str
    poster_key: str
    fingerprint: str
    seconds: float
    adult: Verdict
    teen: Verdict


class FilmMaker:
    """Renders, checks, marks, signs and stores films. Make one per process from what that process has open."""

    def __init__(self, generation: Generation, safety: Safety, media: MediaStore) -> None:
        self._generation = generation
        self._safety = safety
        self._media = media

    def make(
        self, order: FilmOrder, *, progress: Progress = lambda _: None, cancelled: Cancelled = lambda: False
    ) -> FinishedFilm:
        """Make one film; ``progress`` gets a share in 0..1.

        Raises ``Refused`` when what came out may not be shown to anyone, ``Cancelled`` when told to stop, and
        ``Unavailable`` when it cannot be stored; in each case nothing is left in the media store.
        """
        raise NotImplementedError
