"""A film while it grows: pieces go in segment by segment, frames at the film's size and rate come out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

from core.errors import InvalidInput
from core.hashing import stable_int
from core.media.film import Film, Frame
from generation.backends import Cancelled, GenerationCancelled, Take
from generation.diffusion.call import Call, Piece
from generation.diffusion.conditioning import Canvas, Pin, held, places_of
from generation.diffusion.face import Face
from generation.diffusion.fitting import resampled, to_film, to_made
from generation.diffusion.loaded import Loaded
from generation.diffusion.prompts import prompt_of
from generation.diffusion.segments import Reach, Segment, plan, tails
from generation.diffusion.sound import Track
from generation.storyboard import Storyboard
from generation.world.cutting import blended
from generation.world.film import shoot

NO_SOUND = "This model makes no sound: the film is silent."


@dataclass(slots=True)
class Reel:
    """One take being made with a model."""

    loaded: Loaded
    take: Take
    reach: Reach = field(init=False)
    segments: tuple[Segment, ...] = field(init=False)
    size: tuple[int, int] = field(init=False)
    notes: dict[str, None] = field(default_factory=dict)
    _shots: list[list[Frame]] = field(default_factory=list)  # made frames of each shot
    _first: Frame | None = None
    _track: Track = field(init=False)

    def __post_init__(self) -> None:
        board = self.board
        self.reach = self.loaded.reach(board.fps)
        self.segments = plan(board, self.reach)
        self.size = self.loaded.grid.size(board.width, board.height, self.loaded.most_pixels)
        self._track = Track(self.loaded.sound_rate_hz, board.fps, board.frame_count)

    @property
    def board(self) -> Storyboard:
        """The storyboard."""
        return self.take.storyboard

    def call(self, segment: Segment, face_for: Callable[[Sequence[Pin], int, int], Face]) -> Call:
        """Return the call of a segment. ``face_for`` says which pipeline would hold which pins."""
        canvas = Canvas(*self.size, self.loaded.grid.frames(segment.frames))
        pins = self._pins(segment, canvas.frames)
        face = face_for(pins, canvas.frames, segment.frames)
        able, lost = held(face, pins, canvas.frames, segment.frames)
        if lost:
            self.notes["This model cannot hold every picture that was given: some are left out."] = None
        if segment.jumps:
            self.notes[f"Shot {segment.shot + 1} is longer than this model makes at once, and jumps."] = None
        shot = self.board.shots[segment.shot]
        seed = stable_int(self.board.seed, segment.shot, *([segment.part] if segment.part else []), bits=31)
        return Call(
            (prompt_of(shot, sound=bool(self.loaded.sound_rate_hz)),), (seed,), canvas, self.reach.own_fps,
            tuple(able), tuple(self._references(segment) if face.takes_references else ()),
        )  # fmt: skip

    def add(self, segment: Segment, piece: Piece) -> None:
        """Take in what was made for a segment."""
        if piece.sound is None:
            self.notes[NO_SOUND] = None
        if segment.part == 0:
            self._shots.append([])
        if self._first is None:
            self._first = piece.frames[0]
        self._shots[-1] += piece.frames[int(segment.goes_on) : segment.frames]
        starts_s = self._starts_s(segment)
        ends_s = starts_s + segment.frames / self.reach.own_fps
        overlap_s = segment.goes_on / self.reach.own_fps
        shot_ends_s = sum(self.board.shot_frames[: segment.shot + 1]) / self.board.fps
        self._track.lay(piece.sound, start_s=starts_s + overlap_s, end_s=min(ends_s, shot_ends_s), skip_s=overlap_s)

    def film(self) -> Film:
        """Return the finished film."""
        board = self.board
        return Film(
            board.width, board.height, board.fps, board.frame_count, _watched(self._frames(), self.take.cancelled),
            self._track.sound(), tuple(self.notes),
        )  # fmt: skip

    def _starts_s(self, segment: Segment) -> float:
        """Return when in the film a segment's first frame is shown (or was, where it goes on)."""
        before = sum(self.board.shot_frames[: segment.shot]) / self.board.fps
        return before + (segment.first_frame - segment.goes_on) / self.reach.own_fps

    def _pins(self, segment: Segment, frames: int) -> list[Pin]:
        board = self.board
        film = (board.width, board.height)
        until_s = sum(board.shot_frames[: segment.shot + 1]) / board.fps if segment.shot + 1 < len(board.shots) else inf
        times_s = [item.at_s for item in self.take.keyframes]
        places = places_of(times_s, segment, self._starts_s(segment), until_s, self.reach.own_fps)
        shown = {at: item for at, item in zip(places, self.take.keyframes, strict=True) if at >= 0}
        found = [Pin(at, to_made(shown[at].picture, film, self.size), shown[at].strength) for at in sorted(shown)]
        if segment.goes_on:
            found.insert(0, Pin(0, self._shots[-1][-1]))
        elif self.loaded.config.first_picture == "world" and not any(pin.at == 0 for pin in found):
            found.insert(0, Pin(0, to_made(self._drawn(segment), film, self.size)))
        if board.loops and segment is self.segments[-1]:
            found = self._closed(found, frames - 1)
        return found

    def _closed(self, pins: list[Pin], last: int) -> list[Pin]:
        """Return the pins of the last segment of a loop: it ends with the picture that the film begins with."""
        opening = self._first if self._first is not None else next((pin.picture for pin in pins if pin.at == 0), None)
        if opening is None:
            self.notes["A film made at once and without a first picture does not loop: its end shows."] = None
            return pins
        return [*(pin for pin in pins if pin.at != last), Pin(last, opening)]

    def _drawn(self, segment: Segment) -> Frame:
        """Return the first picture of a shot as the simulator draws it, characters' portraits and all."""
        board = self.board.model_copy(update={
            "shots": (self.board.shots[segment.shot].model_copy(update={"transition": "cut"}),),
            "loops": False, "captions": False,
        })  # fmt: skip
        film = shoot(board, self.take.portraits, lambda _: None, self.take.cancelled)
        return next(iter(film.frames))

    def _references(self, segment: Segment) -> list[Frame]:
        names = dict.fromkeys(thing.character for thing in self.board.shots[segment.shot].things if thing.character)
        return [self.take.portraits[name] for name in names if name in self.take.portraits]

    def _frames(self) -> list[Frame]:
        board, fps = self.board, self.reach.own_fps
        after = tails(board, takes_pictures=self.reach.takes_pictures)
        blend = self.loaded.config.resampling == "blend"
        found: list[Frame] = []
        old: list[Frame] = []
        for shot, count, tail, made in zip(board.shots, board.shot_frames, after, self._shots, strict=True):
            shown = resampled(made, count + tail, board.fps, fps, blend=blend)
            sized = [to_film(frame, board.width, board.height) for frame in shown]
            for at, before in enumerate(old):
                sized[at] = blended(before, sized[at], shot.transition, (at + 0.5) / len(old))
            found += sized[:count]
            old = sized[count:]
        return found


def check_take(loaded: Loaded, take: Take) -> None:
    """Raise ``InvalidInput`` for pictures where this model takes none, and for characters that it cannot show."""
    if take.keyframes and not loaded.takes_pictures:
        raise InvalidInput(
            "no_keyframes", f"The model {loaded.config.title!r} takes no pictures.", "keyframes",
            "None, or another model.",
        )  # fmt: skip
    drawn = loaded.config.first_picture == "world" and loaded.takes_pictures
    able = drawn or loaded.face.takes_references
    if take.portraits and not able:
        raise InvalidInput(
            "no_cameos", "This model cannot show characters.", "characters", "None, or the model `world`."
        )


def _watched(frames: list[Frame], cancelled: Cancelled) -> Iterator[Frame]:
    for frame in frames:
        if cancelled():
            raise GenerationCancelled
        yield frame
