"""Finds bodies by their colours, blows in their paths, and beginnings of sounds: alike in truth and in films made.

Places are in frame widths, x to the right and y down; velocities in frame widths a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.offline.av.lessons import Lesson

Frames = NDArray[np.uint8]
Points = NDArray[np.float64]
FPS = 24
SPAN = 6
"""Frames between the two places that a velocity is taken from: a quarter of a second."""
_LEAST_AREA = 0.3
_DIFFERS = 12  # of 255
_NEAR = 80.0  # distance of colours, of 255 a channel
_SHADE = 0.5  # a shadow darkens its ground at most so far
_BEFORE, _SUDDEN = 3, 0.28  # frames on each side of a blow; change of velocity, over what falling makes
_FALL = 2.2 * 5 / 24  # change of velocity by the world's gravity over those frames
_HOP_S, _RISE, _AUDIBLE = 0.005, 2.0, 2e-5


@dataclass(frozen=True, slots=True)
class Body:
    """A body's truth, and its look in the first frame: ``colours`` (2, 3) of its paint, the main one first."""

    radius: float
    centres: Points
    velocities: Points
    colours: NDArray[np.float32]

    @property
    def main(self) -> NDArray[np.float32]:
        """The colour of most of it."""
        return np.asarray(self.colours[0])


def bodies_of(item: Lesson, frames: Frames) -> list[Body]:
    """Return the simulated bodies of a lesson, from the world's truth and the first frame of its film."""
    tracks = [track for track in item.truth().shots[0].objects if track.simulated]
    return [
        Body(track.radius, track.positions, track.velocities, _paint(frames[0], track.positions[0], track.radius))
        for track in tracks
    ]


def _paint(frame: NDArray[np.uint8], centre: NDArray[np.float64], radius: float) -> NDArray[np.float32]:
    """Return the two colours of a body: of the ball, and of its stripe."""
    side = frame.shape[0]
    rows, columns = np.mgrid[:side, :side] + 0.5
    inside = np.hypot(columns - centre[0] * side, rows - centre[1] * side) < 0.8 * radius * side
    pixels = frame[inside].astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    cv2.setRNGSeed(7)
    _, labels, colours = cv2.kmeans(pixels, 2, np.empty((0, 1), np.int32), criteria, 3, cv2.KMEANS_PP_CENTERS)
    order = np.argsort(-np.bincount(labels[:, 0], minlength=2))
    return np.asarray(colours, np.float32)[order]


def ground_of(frames: Frames, bodies: Sequence[Body]) -> NDArray[np.float32]:
    """Return what stands still behind everything (S, S, 3): the mean of each pixel while no body is before it."""
    side = frames.shape[1]
    rows, columns = np.mgrid[:side, :side].astype(np.float32) + 0.5
    free = np.ones(frames.shape[:3], bool)
    for body in bodies:
        x, y = (body.centres[:, axis, None, None] * side for axis in (0, 1))
        free &= np.hypot(columns - x, rows - y) > 1.2 * body.radius * side + 1
    seen = free.sum(axis=0)[..., None]
    mean = (frames * free[..., None]).sum(axis=0) / np.maximum(seen, 1)
    return np.asarray(np.where(seen > 0, mean, np.median(frames, axis=0)), np.float32)


def place_of(frames: Frames, ground: NDArray[np.float32], body: Body, others: Sequence[Body] = ()) -> Points:
    """Return where a body's colours are: centres (frames, 2), NaN where too little of it is seen."""
    side = frames.shape[1]
    expected = np.pi * (body.radius * side) ** 2
    middles = (np.arange(side) + 0.5) / side
    points = np.full((len(frames), 2), np.nan)
    still = np.rint(ground).astype(np.uint8)
    for number, frame in enumerate(frames):
        where = _apart(frame, still)
        cover = _coverage(frame[where].astype(np.float32), ground[where], body, others)
        if cover.sum() >= _LEAST_AREA * expected:
            x, y = (cover.sum(axis=axis) @ middles[where[1 - axis]] / cover.sum() for axis in (0, 1))
            points[number] = x, y
    return points


def _apart(frame: NDArray[np.uint8], still: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Return the rows and columns in which a frame differs from what stands still, with some around them."""
    differs = cv2.absdiff(frame, still).max(axis=2) > _DIFFERS
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    first, last = (rows[0], columns[0]), (rows[-1], columns[-1])
    up, left = (slice(max(0, int(low) - 4), int(high) + 5) for low, high in zip(first, last, strict=True))
    return up, left


def _coverage(
    frame: NDArray[np.float32], ground: NDArray[np.float32], body: Body, others: Sequence[Body]
) -> NDArray[np.float64]:
    """Return how much of each pixel is the body, in [0, 1]: its largest patch, with the mixed pixels of its edge."""
    own, share = _nearest(frame, ground, body.colours)
    shade = np.clip((frame * ground).sum(axis=2) / np.square(ground).sum(axis=2).clip(1), _SHADE, 1.1)
    behind = np.linalg.norm(frame - shade[..., None] * ground, axis=2)
    mask = (own < _NEAR) & (own < behind) & (share > 0.5)
    for other in others:
        mask &= own <= _nearest(frame, ground, other.colours)[0]
    solid = _largest(np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3))), np.uint8))
    inner = cv2.erode(solid, np.ones((3, 3), np.uint8)).astype(bool)
    outer = cv2.dilate(solid, np.ones((3, 3), np.uint8)).astype(bool)
    return np.where(inner, 1.0, np.where(outer, share, 0.0))


def _nearest(
    frame: NDArray[np.float32], ground: NDArray[np.float32], colours: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each pixel's distance to the nearest of some colours, and how far it is from the ground towards it."""
    gaps = np.stack([np.linalg.norm(frame - colour, axis=2) for colour in colours])
    towards = colours[gaps.argmin(axis=0)] - ground
    share = ((frame - ground) * towards).sum(axis=2) / np.square(towards).sum(axis=2).clip(1)
    return gaps.min(axis=0), np.clip(share, 0, 1)


def _largest(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()), np.uint8)


def in_view(body: Body) -> NDArray[np.bool_]:
    """Return at which frames the whole body is inside the picture."""
    inside = (body.centres >= body.radius) & (body.centres <= 1 - body.radius)
    return np.asarray(inside.all(axis=1))


def velocities(points: Points) -> Points:
    """Return velocities (frames - SPAN, 2)."""
    return (points[SPAN:] - points[:-SPAN]) * (FPS / SPAN)


def velocity_error(made: Points, body: Body, given: int) -> float:
    """Return the mean size of the velocity's error over what was not given, where the true body is in view.

    A body that is lost counts as standing still. NaN if the truth leaves nothing to compare.
    """
    seen = in_view(body)
    both = seen[SPAN:] & seen[:-SPAN]
    both[: max(0, given - 1)] = False  # a span begins with the last given frame at the earliest
    if not both.any():
        return float("nan")
    error = np.nan_to_num(velocities(made)) - velocities(body.centres)
    return float(np.linalg.norm(error[both], axis=1).mean())


def kept_velocity(points: Points, given: int, frames: int) -> Points:
    """Return the path of a body that goes on as it went in the ``given`` first frames: what needs no physics."""
    known = points[:given]
    steps = np.arange(given)
    rates = [np.polyfit(steps, known[:, axis], 1) for axis in (0, 1)]
    later = np.arange(given, frames)
    return np.concatenate([known, np.stack([np.polyval(rate, later) for rate in rates], axis=1)])


def blows_s(points: Points, axis: int) -> list[float]:
    """Return when a path changes its speed along an axis (1: down) suddenly, in seconds, finer than frames."""
    sudden = _SUDDEN + _FALL * axis
    path = points[:, axis]
    times = np.arange(len(path)) / FPS
    found: list[tuple[float, float]] = []
    for number in range(_BEFORE, len(path) - _BEFORE - 1):
        before, after = slice(number - _BEFORE, number + 1), slice(number + 1, number + 2 + _BEFORE)
        if np.isnan(path[before]).any() or np.isnan(path[after]).any():
            continue
        first, second = np.polyfit(times[before], path[before], 1), np.polyfit(times[after], path[after], 1)
        change = abs(second[0] - first[0])
        at = (first[1] - second[1]) / (second[0] - first[0]) if change else 0.0
        # Two straight pieces that meet between their frames: a blow, and not a curve.
        if change > sudden and times[number - 1] <= at <= times[number + 1] + 1.0 / FPS:
            found.append((change, float(at)))
    return _strongest(found)


def _strongest(found: list[tuple[float, float]]) -> list[float]:
    """Return the times of blows in order; of those within an eighth of a second the strongest."""
    kept: list[float] = []
    for _, at in sorted(found, reverse=True):
        if all(abs(at - other) > 0.125 for other in kept):
            kept.append(at)
    return sorted(kept)


def onsets_s(sound: NDArray[np.float32], rate_hz: int) -> list[float]:
    """Return when sounds begin, in seconds: the steepest moment wherever loudness rises more than sevenfold in 50 ms.

    A window of the sound codec's spectra lasts 21 ms: no sound made from them can begin more suddenly than that.
    """
    hop = round(_HOP_S * rate_hz)
    energy = np.square(sound[: len(sound) // hop * hop].astype(float)).reshape(-1, hop).mean(axis=1)
    level = np.log(energy + 1e-6)
    found: list[float] = []
    for number in range(10, len(level)):
        rise = level[number] - level[number - 10 : number - 4].max()
        if rise > _RISE and energy[number] > _AUDIBLE:
            steepest = number - 4 + int(np.argmax(np.diff(level[number - 5 : number + 1])))
            if not found or steepest * _HOP_S - found[-1] > 0.1:
                found.append(steepest * _HOP_S)
    return found
