"""The calls that a film takes: each shot is one segment, or several where the model cannot make it in one. Pure.

Inside a shot, and where a shot takes over by a crossfade, a segment goes on from the last frame of the one before if
the model takes pictures: that frame is pinned to its beginning and not shown twice. Fades and wipes are made afterwards
out of ``tail`` more frames of the shot before; a cut takes nothing over.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generation.diffusion.fitting import Grid, own_frames
from generation.storyboard import Storyboard

_OVERLAID = ("fade", "wipe")


@dataclass(frozen=True, slots=True)
class Segment:
    """One call. Frames are counted at the model's own rate."""

    shot: int
    part: int  # within its shot
    frames: int  # as many are used, the one that it goes on from included
    first_frame: int  # of its shot, where it begins
    goes_on: bool  # begins with the last frame of the segment before
    jumps: bool  # should go on and cannot: the model takes no pictures
    closes: bool  # is the last of its shot


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a model decides how a film is cut into calls."""

    own_fps: float
    grid: Grid
    longest_frames: int  # 0: no bound
    takes_pictures: bool


def tails(board: Storyboard, *, takes_pictures: bool) -> tuple[int, ...]:
    """Return for each shot how many frames more it needs, at the film's rate, for the next one to take over."""
    counts = board.shot_frames
    found = []
    for number in range(len(counts)):
        following = board.shots[number + 1] if number + 1 < len(counts) else None
        overlaid = following is not None and (
            following.transition in _OVERLAID or (following.transition == "crossfade" and not takes_pictures)
        )
        if following is None or not overlaid:
            found.append(0)
        else:
            found.append(max(1, min(round(following.transition_s * board.fps), counts[number + 1] // 2)))
    return tuple(found)


def plan(board: Storyboard, reach: Reach) -> tuple[Segment, ...]:
    """Return the calls of a film, in order."""
    found: list[Segment] = []
    after = tails(board, takes_pictures=reach.takes_pictures)
    for number, (shot, count, tail) in enumerate(zip(board.shots, board.shot_frames, after, strict=True)):
        joined = number > 0 and shot.transition == "crossfade" and reach.takes_pictures
        found += _of_shot(number, own_frames(count + tail, board.fps, reach.own_fps), reach, joined=joined)
    return tuple(found)


def _of_shot(number: int, frames: int, reach: Reach, *, joined: bool) -> list[Segment]:
    most = reach.grid.frames_within(reach.longest_frames) if reach.longest_frames else 0
    lengths = _lengths(frames, most, reach, joined=joined)
    segments, at = [], 0
    for part, length in enumerate(lengths):
        goes_on = reach.takes_pictures and (part > 0 or joined)
        last = part == len(lengths) - 1
        segments.append(Segment(number, part, length + goes_on, at, goes_on, part > 0 and not goes_on, last))
        at += length
    return segments


def _lengths(frames: int, most: int, reach: Reach, *, joined: bool) -> Sequence[int]:
    """Return how many new frames each segment brings: as few segments as there can be, about equally long."""
    if not most or frames + joined <= most:
        return [frames]
    new = max(1, most - 1) if reach.takes_pictures else most
    first = new if joined else most
    count = 1 + math.ceil((frames - first) / new)
    least, more = divmod(frames, count)
    return [least + 1] * more + [least] * (count - more)
