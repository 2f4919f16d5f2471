"""Whether blows are heard when they are seen, and whether what hits a wall comes back rather than leaps."""

import numpy as np

from generation.av.sampler import AvSampler
from pipelines.offline.av.figures import Advance, Table, estimate
from pipelines.offline.av.lessons import Lesson, Shown
from pipelines.offline.av.physics import continued, given_frames, held_out, seen_and_heard, through_codec
from pipelines.offline.av.tracking import FPS, Points, blows_s, bodies_of, ground_of, onsets_s, place_of

_HEARD_S = 0.15
_NOT_HEARD_S = 0.3
_AXES = {"collision": 0, "bounce": 1, "wall": 0}
_LEAP = 1.8  # times the truth's fastest step between two frames


def blows(sampler: AvSampler, count: int, advance: Advance) -> Table:
    """Return how far sounds begin from the blows seen (s, median) and how often: of the model, of codec and truth.

    ``codec`` is the truth through the codec. Blows are found in the film's own frames, sounds in its own sound; a
    blow without a sound counts as .3 s off.
    ``rebounds`` is the share of films whose ball turns at wall or floor and never leaps or vanishes.
    """
    labels = ("model", "codec", "truth")
    gaps: dict[str, list[float]] = {label: [] for label in labels}
    seen: dict[str, list[float]] = {label: [] for label in labels}
    whole: dict[str, list[float]] = {label: [] for label in labels}
    leaps: dict[str, list[float]] = {label: [] for label in labels}
    for kind, axis in _AXES.items():
        for item in held_out(kind, count, side_px=sampler.model.config.media.side_px):
            film = seen_and_heard(sampler, item)
            made = continued(sampler, item, film)
            films = Shown(made.frames, made.sound), through_codec(sampler.model, film), film
            for label, one in zip(labels, films, strict=True):
                path = _path(one, item, film)
                found = _blow(path, axis, given_frames(sampler.model))
                seen[label].append(float(bool(found)))
                gaps[label] += [_gap(at, one, sampler.model.config.media.rate_hz) for at in found]
                leapt = _leaps(path, item, film)
                leaps[label].append(float(leapt))
                whole[label].append(float(bool(found) and not leapt))
            advance(1)
    return {
        "blow to sound, median (s)": {label: estimate(gaps[label], median=True) for label in labels},
        "blows heard within 150 ms": {label: estimate([gap < _HEARD_S for gap in gaps[label]]) for label in labels},
        "blows seen": {label: estimate(seen[label]) for label in labels},
        "rebounds without a leap": {label: estimate(whole[label]) for label in labels},
        "leaps or vanishes": {label: estimate(leaps[label]) for label in labels},
    }


def _path(one: Shown, item: Lesson, film: Shown) -> Points:
    bodies = bodies_of(item, film.frames)
    return place_of(one.frames, ground_of(film.frames, bodies), bodies[0], bodies[1:])


def _blow(path: Points, axis: int, given: int) -> list[float]:
    """Return the first blow that the model had to make itself."""
    return [at for at in blows_s(path, axis) if given / FPS < at < 1.85][:1]


def _gap(blow: float, one: Shown, rate_hz: int) -> float:
    return min((abs(blow - at) for at in onsets_s(one.sound, rate_hz)), default=_NOT_HEARD_S)


def _leaps(path: Points, item: Lesson, film: Shown) -> bool:
    """Return whether a ball jumps further between two frames than it can, or is gone for a fifth of its time."""
    body = bodies_of(item, film.frames)[0]
    inside = (body.centres >= 0).all(axis=1) & (body.centres <= 1).all(axis=1)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    fastest = float(np.linalg.norm(np.diff(body.centres, axis=0), axis=1).max())
    too_far = bool((steps[~np.isnan(steps)] > _LEAP * fastest + 0.015).any())
    return too_far or bool(np.isnan(path[inside, 0]).mean() > 0.2)
