"""Whether films go on by the laws of motion: velocity errors on lessons never trained on, beside their floors.

As in phyworld (Kang et al. 2024, "How Far Is Video Generation from World Model: A Physical Law Perspective"): the first
frames are given, the rest is made, balls are found again by their colours, and their velocities compared with the
truth. A frame counts as 10 m wide, as their stage is, so that errors read in m/s; velocities are taken over a quarter
of a second.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from generation.av.checkpoint import AvModel
from generation.av.sampler import AvSampler, Clip, Wish
from generation.av.spectrum import to_sound
from generation.world.probes import IN_RANGE, OUT_OF_RANGE, PROBES, Ranges
from pipelines.offline.av.figures import Advance, Table, estimate
from pipelines.offline.av.films import latents_of
from pipelines.offline.av.lessons import FIRST_HELD_OUT, Lesson, Shown, lesson, shown
from pipelines.offline.av.tracking import Body, Points, bodies_of, ground_of, kept_velocity, place_of, velocity_error

GIVEN_CHUNKS = 2
_METRES = 10.0  # a frame's width
RANGES = {"in distribution": IN_RANGE, "out of distribution": OUT_OF_RANGE}


def held_out(kind: str, count: int, ranges: Ranges = IN_RANGE, *, side_px: int = 128) -> Iterator[Lesson]:
    """Yield lessons that no training has drawn."""
    return (lesson(kind, FIRST_HELD_OUT + number, ranges, side_px=side_px) for number in range(count))


def seen_and_heard(sampler: AvSampler, item: Lesson) -> Shown:
    """Return the world's own film of a lesson, as the model would make it."""
    return shown(item, sampler.model.config.media.rate_hz)


def continued(sampler: AvSampler, item: Lesson, film: Shown, *, tell: bool = False) -> Clip:
    """Return how the model goes on from a lesson's first frames, told its caption, and its parameters if ``tell``."""
    given = given_frames(sampler.model)
    told = item.parameters if tell else {}
    wish = Wish(item.caption, seed=1, portrait=item.portrait, parameters=told, first_frames=film.frames[:given])
    return sampler.make(wish, len(film.frames))


def given_frames(model: AvModel) -> int:
    """Return how many first frames are given: a third of a second, as long as phyworld's three."""
    return GIVEN_CHUNKS * model.config.media.chunk_frames


@torch.inference_mode()
def through_codec(model: AvModel, film: Shown) -> Shown:
    """Return a film encoded and decoded: what no transformer over these codecs can beat."""
    pictures, sound = latents_of(film, model.pictures, model.sound, model.config.media)
    made = model.pictures.decode(pictures[None])[0].clamp(0, 1)
    frames = (made.permute(0, 2, 3, 1) * 255).round().to(torch.uint8).numpy()
    heard = to_sound(model.sound.decode(sound[None]), model.config.media)[0].clamp(-1, 1).numpy()
    return Shown(np.asarray(frames), np.asarray(heard, np.float32))


def physics(sampler: AvSampler, count: int, advance: Advance) -> Table:
    """Return velocity errors in m/s for each motion and range: of the model, of two floors, of two that know nothing.

    ``model`` is given frames and caption, ``model, told`` also the parameters. ``codec`` and ``tracker`` are the truth
    through the codec and as it is; ``keeps its velocity`` goes on as the first frames went, ``stands still`` stops.
    """
    table: Table = {}
    for name, ranges in RANGES.items():
        for kind in PROBES:
            errors: dict[str, list[float]] = {}
            for item in held_out(kind, count, ranges, side_px=sampler.model.config.media.side_px):
                for label, error in _errors(sampler, item).items():
                    errors.setdefault(label, []).append(error)
                advance(1)
            table[f"{kind}, {name}"] = {label: estimate(values) for label, values in errors.items()}
    return table


def _errors(sampler: AvSampler, item: Lesson) -> dict[str, float]:
    film = seen_and_heard(sampler, item)
    bodies = bodies_of(item, film.frames)
    ground = ground_of(film.frames, bodies)
    given = given_frames(sampler.model)
    made = {
        "model": continued(sampler, item, film).frames, "model, told": continued(sampler, item, film, tell=True).frames,
        "codec": through_codec(sampler.model, film).frames, "tracker": film.frames,
    }  # fmt: skip
    paths = {label: _paths(frames, ground, bodies) for label, frames in made.items()}
    count = len(film.frames)
    paths["keeps its velocity"] = [kept_velocity(path, given, count) for path in paths["tracker"]]
    paths["stands still"] = [np.repeat(path[given - 1 : given], count, axis=0) for path in paths["tracker"]]
    return {label: _mean_error(found, bodies, given) for label, found in paths.items()}


def _paths(frames: NDArray[np.uint8], ground: NDArray[np.float32], bodies: list[Body]) -> list[Points]:
    return [place_of(frames, ground, body, [other for other in bodies if other is not body]) for body in bodies]


def _mean_error(paths: list[Points], bodies: list[Body], given: int) -> float:
    each = [velocity_error(path, body, given) for path, body in zip(paths, bodies, strict=True)]
    known = [error for error in each if not np.isnan(error)]
    return _METRES * float(np.mean(known)) if known else float("nan")
