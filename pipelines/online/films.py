"""One film, from a storyboard to a signed file in the media store. Needs no database, so a process pool can run it."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np

from core.artifacts import sha256_of
from core.errors import KindlingError, Unavailable
from core.media.codec import encode_image, write_mp4
from core.media.film import Film, Frame
from core.media.store import MediaStore
from core.verdicts import Verdict, strictest
from core.vocabulary import Audience, Outcome, Surface
from generation.backends import Cancelled, GenerationCancelled, Keyframe, Progress, Take
from generation.room import Generation
from generation.storyboard import Storyboard
from safety.provenance.manifest import Claim
from safety.room import FilmSource, Safety

SHEET_TILES = (5, 2)  # columns and rows of the sprite sheet that a player shows while seeking
_TILE_PX = 180  # longer side of a tile
_STILLS = 10  # frames kept for the fingerprint, the poster and the sprite sheet
_POSTER_AT = 0.4  # the share of the film that the poster shows: most scenes are in full swing by then
_RENDER_SHARE = 0.97  # of the progress that is shown; signing and storing are the rest

# Is shown every frame, plain and marked, and how the film came to be; keeps what it likes.
Previewer = Callable[[Frame, Frame, FilmSource], None]


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """All that making one film takes."""

    storyboard: Storyboard
    model: str
    claim: Claim
    label: str  # what the moving watermark says, e.g. "Kindling · @ada"
    portraits: Mapping[str, Frame] = field(default_factory=dict)  # by character name
    depicts_minor: bool = False  # judged by the strictest audience too
    has_sound: bool = True  # False: the film has no sound track at all
    prompt_checked: bool = False  # its words were judged and allowed before
    portraits_are_drawn: bool = False  # its portraits are nobody's: we drew them
    opening: Frame | None = None  # a picture that somebody sent, which the film begins with


@dataclass(frozen=True, slots=True)
class FinishedFilm:
    """A film that is in the media store, and what safety said of it for each audience."""

    film_key: str
    poster_key: str
    fingerprint: str
    seconds: float
    adult: Verdict
    teen: Verdict


@dataclass(slots=True)
class FilmRefused(Exception):
    """What came out of the renderer may be shown to nobody. Nothing of it was stored."""

    verdict: Verdict


def sheet_key(film_key: str) -> str:
    """Return where the sprite sheet of a film is kept."""
    return f"sheets/{Path(film_key).stem}.jpg"


def poster_key(film_key: str) -> str:
    """Return where the poster of a film is kept."""
    return f"posters/{Path(film_key).stem}.webp"


class FilmMaker:
    """Renders, checks, marks, signs and stores films. Make one per process from what that process has open."""

    def __init__(self, generation: Generation, safety: Safety, media: MediaStore) -> None:
        self._generation = generation
        self._safety = safety
        self._media = media

    def take(self, order: FilmOrder, progress: Progress, cancelled: Cancelled) -> Take:
        """Return what a backend needs for an order; the rest of the progress is for checking, signing and storing."""
        keyframes = () if order.opening is None else (Keyframe(0.0, order.opening),)

        def told(percent: int) -> None:
            progress(round(percent * _RENDER_SHARE))

        return Take(order.storyboard, order.portraits, told, cancelled, keyframes)

    def make(
        self,
        order: FilmOrder,
        *,
        progress: Progress = lambda _: None,
        cancelled: Cancelled = lambda: False,
        film: Film | None = None,
        preview: Previewer | None = None,
    ) -> FinishedFilm:
        """Make one film; ``progress`` gets a percentage. ``film``: what a backend made of ``take`` already.

        Raises ``FilmRefused`` when what came out may be shown to nobody, ``GenerationCancelled`` when told to stop, and
        ``Unavailable`` when it cannot be written or stored; in each case nothing is left in the media store.
        """
        with _workspace() as folder:
            if film is None:
                take = self.take(order, progress, cancelled)
                film = self._generation.generate(
                    take.storyboard, take.portraits, take.progress, take.cancelled, order.model,
                    keyframes=take.keyframes,
                )  # fmt: skip
            heard = film if order.has_sound else replace(film, sound=None)
            passage = _Passage(self._safety, order, heard, self._source(order), preview)
            write_mp4(passage.film(), folder / "plain.mp4")
            adult, teen = passage.verdicts()
            self._safety.sign(folder / "plain.mp4", folder / "signed.mp4", order.claim)
            if cancelled():
                raise GenerationCancelled
            film_key = self._store(folder / "signed.mp4", passage.stills)
        progress(100)
        return FinishedFilm(
            film_key, poster_key(film_key), self._safety.fingerprint(passage.stills), film.seconds, adult, teen
        )

    def _source(self, order: FilmOrder) -> FilmSource:
        return FilmSource(
            made_by=self._generation.backend_of(order.model),
            prompt_checked=order.prompt_checked,
            real_portraits=bool(order.portraits) and not order.portraits_are_drawn,
            uploaded_picture=order.opening is not None,
        )

    def _store(self, signed: Path, stills: Sequence[Frame]) -> str:
        """Store film, poster and sprite sheet, or none of them."""
        film_key = f"films/{sha256_of(signed)[:32]}.mp4"
        poster = encode_image(stills[round((len(stills) - 1) * _POSTER_AT)], ".webp")
        sheet = encode_image(_sheet(stills), ".jpg")
        try:
            self._media.put_bytes(poster_key(film_key), poster)
            self._media.put_bytes(sheet_key(film_key), sheet)
            self._media.put_file(film_key, signed)
        except BaseException:
            discard(self._media, film_files(film_key))
            raise
        return film_key


class _Passage:
    """Lets a film's frames through once: each is checked as it came out, then marked, and a few are kept."""

    def __init__(
        self, safety: Safety, order: FilmOrder, film: Film, source: FilmSource, preview: Previewer | None
    ) -> None:
        self._film = film
        self._source = source
        self._preview = preview
        self._check = safety.film_check(film.fps)
        self._mark = safety.watermark(order.label, seed=order.storyboard.seed)
        self._depicts_minor = order.depicts_minor
        self._opening = None if order.opening is None else safety.film_check(fps=1, is_still=True)
        if self._opening is not None and order.opening is not None:
            self._opening.see(order.opening, 0)
        starts = accumulate(order.storyboard.shot_frames, initial=0)
        for number, (shot, start) in enumerate(zip(order.storyboard.shots, starts, strict=False), start=1):
            self._check.tell(start / order.storyboard.fps, f"shot {number}", shot.text)
        self._every = max(1, film.frame_count // _STILLS)
        self.stills: list[Frame] = []

    def film(self) -> Film:
        """Return the film as it is to be encoded."""
        return replace(self._film, frames=self._frames())

    def verdicts(self) -> tuple[Verdict, Verdict]:
        """Return what adults and what teens may see of it. Raises ``FilmRefused`` when nobody may."""
        self._check.hear(self._film.sound)
        adult = self._for(Audience.ADULT)
        if self._depicts_minor:
            adult = strictest(self._for(Audience.DEPICTED_MINOR), adult)
        if adult.outcome >= Outcome.BLOCK:
            raise FilmRefused(adult)
        return adult, strictest(self._for(Audience.TEEN), adult)

    def _for(self, audience: Audience) -> Verdict:
        film = self._check.verdict(Surface.OUTPUT, audience, self._source)
        # A film that shows an upload is one in part: whoever may not see the picture by itself may not see it there.
        return film if self._opening is None else strictest(film, self._opening.verdict(Surface.UPLOAD, audience))

    def _frames(self) -> Iterator[Frame]:
        for index, frame in enumerate(self._film.frames):
            self._check.see(frame, index)
            marked = self._mark.apply(frame, index, self._film.fps)
            if index % self._every == 0:
                self.stills.append(marked)
            if self._preview is not None:
                self._preview(frame, marked, self._source)
            yield marked


def discard(media: MediaStore, keys: Iterable[str]) -> None:
    """Remove what is stored under these keys; a store that cannot even delete keeps its leftovers."""
    for key in keys:
        with suppress(KindlingError, OSError):
            media.delete(key)


def film_files(film_key: str) -> tuple[str, ...]:
    """Return every key that belongs to one film."""
    return film_key, poster_key(film_key), sheet_key(film_key)


@contextmanager
def _workspace() -> Iterator[Path]:
    """Give an empty folder; a full or read-only disk is told in words."""
    try:
        with tempfile.TemporaryDirectory(prefix="kindling-film-") as folder:
            yield Path(folder)
    except OSError as error:
        raise Unavailable(
            code="disk_unwritable",
            detail=f"The film could not be written: {error.strerror or error}.",
            expected="Free some space where temporary files go (TMPDIR), then try again.",
        ) from error


def _sheet(stills: Sequence[Frame]) -> Frame:
    """Return one picture with stills in reading order, for a player to show while someone seeks."""
    columns, rows = SHEET_TILES
    height, width = stills[0].shape[:2]
    scale = _TILE_PX / max(height, width)
    wide, high = (max(1, round(side * scale)) for side in (width, height))
    sheet = np.zeros((high * rows, wide * columns, 3), np.uint8)
    for place in range(columns * rows):
        still = stills[place * len(stills) // (columns * rows)]
        top, left = place // columns * high, place % columns * wide
        sheet[top : top + high, left : left + wide] = cv2.resize(still, (wide, high), interpolation=cv2.INTER_AREA)
    return sheet
