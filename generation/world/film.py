"""Shoots a storyboard: simulates each shot, draws its frames as they are read, and lays the sound under them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.hashing import stable_int
from core.media.film import Film, Frame
from generation.backends import Cancelled, GenerationCancelled, Portraits, Progress
from generation.storyboard import Shot, Storyboard
from generation.world.camera import Lens, Rig, Target
from generation.world.captions import Captions
from generation.world.casting import Cast, cast_shot
from generation.world.cutting import blended
from generation.world.look import Look
from generation.world.plan import Plan
from generation.world.sets import build_set
from generation.world.soundtrack import RATE_HZ, Part, soundtrack
from generation.world.speech import Utterance, utterances

_LOOP_S = 0.8


@dataclass(frozen=True, slots=True)
class Staged:
    """One shot ready to be drawn.

    ``frames`` are those of the film; ``lead_in`` frames of its own time pass before the first of them, and ``tail``
    more are drawn after the last, while the next shot takes over.
    """

    shot: Shot
    frames: int
    plan: Plan
    look: Look
    cast: Cast
    rig: Rig
    said: tuple[Utterance, ...]
    lead_in: int = 0
    tail: int = 0
    takes_over: int = 0  # frames that this shot shares with the one before


def shoot(storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled) -> Film:
    """Return the film of a storyboard. All shots are simulated now; frames are drawn one by one while they are read."""
    staged, notes = stage_all(storyboard, portraits, cancelled)
    fps = storyboard.fps
    parts = [
        Part(item.shot, item.frames, item.plan.extent, [*item.cast.take.contacts, *item.cast.sounds], item.said,
             item.lead_in / fps, item.takes_over / fps)
        for item in staged
    ]  # fmt: skip
    sound = soundtrack(parts, fps, storyboard.seed)
    return Film(
        storyboard.width, storyboard.height, fps, storyboard.frame_count,
        _frames(staged, storyboard, progress, cancelled), sound, notes,
    )  # fmt: skip


def stage_all(
    storyboard: Storyboard, portraits: Portraits, cancelled: Cancelled
) -> tuple[list[Staged], tuple[str, ...]]:
    """Return every shot after its simulation has run, and notes on what could not be done."""
    staged: list[Staged] = []
    notes: list[str] = []
    counts = storyboard.shot_frames
    shares = [0, *(_shared(storyboard, number, counts) for number in range(1, len(counts)))]
    loop = min(round(_LOOP_S * storyboard.fps), counts[0] // 2, counts[-1] // 2) if storyboard.loops else 0
    for number, shot in enumerate(storyboard.shots):
        if cancelled():
            raise GenerationCancelled
        tail = shares[number + 1] if number + 1 < len(counts) else 0
        lead_in = loop if number == 0 else 0
        said, said_notes = utterances(shot, number, storyboard.seed, RATE_HZ)
        notes += said_notes
        before = staged[-1] if staged else None
        staged.append(_stage(storyboard, shot, counts[number], portraits, said, before, lead_in, tail, shares[number]))
    return staged, tuple(dict.fromkeys(notes))


def _shared(storyboard: Storyboard, number: int, counts: Sequence[int]) -> int:
    """Return how many frames a shot shares with the one before while it takes over."""
    shot = storyboard.shots[number]
    if shot.transition == "cut":
        return 0
    return max(1, min(round(shot.transition_s * storyboard.fps), counts[number] // 2, counts[number - 1]))


def _stage(
    storyboard: Storyboard, shot: Shot, frames: int, portraits: Portraits, said: tuple[Utterance, ...],
    before: Staged | None, lead_in: int, tail: int, takes_over: int,
) -> Staged:  # fmt: skip
    # Shots in the same place keep the same set: what the camera left is still there when it comes back.
    seed = stable_int(storyboard.seed, shot.scene, bits=31)
    look = Look.of(shot)
    fps, count = storyboard.fps, max(1, frames + lead_in + tail)
    exact = shot.model_copy(update={"seconds": max(1, frames + lead_in) / fps})
    cast_seed = stable_int(storyboard.seed, "cast", bits=31)
    plan = Plan.of(exact, storyboard.width, storyboard.height, seed, cast_seed)
    cast = cast_shot(exact, plan, look, portraits, count, fps, said=said, arrivals=_arrivals(before, plan, shot))
    target = cast.find(shot.camera_target) if shot.camera_target else next(iter(cast.members), None)
    if shot.dialogue and not shot.camera_target and shot.framing == "medium":
        rig = Rig(plan, count, fps, _middle_of(cast, shot))
    else:
        rig = Rig(plan, count, fps, target.actor.spot if target is not None else None)
    return Staged(exact, frames, plan, look, cast, rig, said, lead_in, tail, takes_over)


def _middle_of(cast: Cast, shot: Shot) -> Target:
    """Return the middle between all who speak: a camera that sees a conversation looks between its people."""
    found = [cast.find(name) for name in dict.fromkeys(line.speaker for line in shot.dialogue)]
    actors = [member.actor for member in found if member is not None] or [member.actor for member in cast.members[:1]]

    def middle(t: float) -> tuple[float, float]:
        spots = [actor.spot(t) for actor in actors]
        return sum(x for x, _ in spots) / len(spots), sum(y for _, y in spots) / len(spots)

    return middle if actors else lambda _t: (0.0, 0.0)


def _arrivals(before: Staged | None, plan: Plan, shot: Shot) -> dict[str, float]:
    """Return where those stand who were in the picture when the shot before ended, if this one plays in its place."""
    if before is None or before.shot.scene != shot.scene:
        return {}
    end = before.rig.frames / before.rig.fps
    gone = before.rig.eye(end).x
    start = plan.camera_at(0).x
    places = {}
    for member in before.cast.members:
        if member.number == 0 and member.body < 0:
            x = member.actor.spot(end)[0] - gone
            places[member.thing.identity] = min(max(x, plan.width * 0.1), plan.width * 0.9) + start
    return places


def _frames(staged: list[Staged], storyboard: Storyboard, progress: Progress, cancelled: Cancelled) -> Iterator[Frame]:
    done, total, fps = 0, storyboard.frame_count, storyboard.fps
    progress(0)
    old: Lens | None = None
    first: Lens | None = None
    for number, item in enumerate(staged):
        lens = _lens(item, storyboard)
        first = first or lens
        captions = Captions(item.said, storyboard.width, storyboard.height)
        closing = staged[0].lead_in if number == len(staged) - 1 else 0
        for at in range(item.frames):
            if cancelled():
                raise GenerationCancelled
            frame = lens.frame((at + item.lead_in) / fps)
            if at < item.takes_over and old is not None:
                before = staged[number - 1]
                last = old.frame((before.frames + before.lead_in + at) / fps)
                frame = blended(last, frame, item.shot.transition, (at + 0.5) / item.takes_over)
            left = item.frames - at
            if left <= closing:
                # The end of a loop runs into what leads up to its beginning.
                frame = blended(frame, first.frame((closing - left) / fps), "crossfade", 1 - (left - 0.5) / closing)
            if storyboard.captions:
                captions.over(frame, (at + item.lead_in) / fps)
            yield frame
            done += 1
            progress(100 * done // total)
        old = lens


def _lens(item: Staged, storyboard: Storyboard) -> Lens:
    scenery = build_set(item.shot.scene, item.plan, item.look)
    return Lens(item.shot, item.plan, item.rig, scenery, item.cast.actors, (storyboard.width, storyboard.height))
