"""The measures of `make bench-generation`: what films cost, and how true to the world and to their words they are.

A section per model. To add one, write a function that yields figures, tables and notes, and name it in ``SECTIONS``.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generation.room import Generation
from pipelines.offline.av.figures import Table
from pipelines.offline.bench.figures import Figure, median
from pipelines.offline.bench.measures import BENCH_PROMPTS

if TYPE_CHECKING:
    from generation.av.sampler import AvSampler

_CLIP_S = 2
_AV_GOAL_S, _BLOW_GOAL_S = 10.0, 0.042
_REPEATS = 3
_STRIP_FRAMES, _STRIP_BYTES = 8, 60_000


@dataclass(frozen=True, slots=True)
class Titled:
    """A table with what it shows."""

    title: str
    table: Table

    def lines(self) -> Iterator[str]:
        """Yield the table as Markdown; columns are all that any row has."""
        columns = list(dict.fromkeys(name for row in self.table.values() for name in row))
        yield f"\n{self.title}\n"
        yield "| " + " | ".join(["", *columns]) + " |"
        yield "|---" * (len(columns) + 1) + "|"
        for name, row in self.table.items():
            yield "| " + " | ".join([name, *(str(row.get(column, "")) for column in columns)]) + " |"


@dataclass(frozen=True, slots=True)
class Load:
    """How much is measured."""

    films: int
    steps: int
    strips: Path | None = None  # a folder for pictures of what was measured


Section = Callable[[Generation, Load], Iterator[Figure | Titled | str]]


def world(generation: Generation, load: Load) -> Iterator[Figure | Titled]:
    """Draw and sound films without encoding them: processor seconds for a second of film."""
    del load
    for width, height in ((360, 640), (720, 1280)):
        costs = []
        for number, prompt in enumerate(BENCH_PROMPTS):
            board = generation.storyboard(prompt, seconds=_CLIP_S, width=width, height=height, seed=number)
            started = time.process_time()
            film = generation.generate(board, {}, lambda _percent: None, lambda: False, model="world")
            for _ in film.frames:
                pass
            costs.append((time.process_time() - started) / film.seconds)
        yield Figure(f"world {width}x{height}, processor s per s of film", median(costs), "s", 1.0)


def kindling_av(generation: Generation, load: Load) -> Iterator[Figure | Titled]:
    """Time the model, and hold its films against the world's truth. Nothing, where it is not offered."""
    from generation.av.backend import NAME, SHIPPED, can_make_films

    if not can_make_films():
        return
    from generation.av.checkpoint import read_model
    from generation.av.sampler import AvSampler
    from pipelines.offline.av import adherence, blows, physics

    board = generation.storyboard("a red ball bounces in the park", seconds=_CLIP_S, width=128, height=128, seed=1)
    walls, costs = [], []
    for _ in range(_REPEATS):
        started, worked = time.perf_counter(), time.process_time()
        film = generation.generate(board, {}, lambda _percent: None, lambda: False, model=NAME)
        for _ in film.frames:
            pass
        walls.append(time.perf_counter() - started)
        costs.append(time.process_time() - worked)
    yield Figure("kindling-av, 2 s at 128x128, wall (best of 3)", min(walls), "s", _AV_GOAL_S)
    yield Figure("kindling-av, 2 s at 128x128, processor (best of 3)", min(costs), "s")
    model = read_model(SHIPPED)
    # What is shown needs no words to steer it: guidance is for films made from words alone.
    going_on, from_words = AvSampler(model, steps=load.steps, guidance=1.0), AvSampler(model, steps=load.steps)

    def nothing(_films: int) -> None:
        """Tell nobody: the sections print as they go."""

    if load.strips is not None:
        _write_strips(going_on, load.strips)
    yield Titled("Velocity error, m/s (a frame is 10 m wide)", physics.physics(going_on, load.films, nothing))
    found = blows.blows(going_on, load.films, nothing)
    yield Titled("Blows and rebounds", found)
    gap = found["blow to sound, median (s)"]["model"]
    yield Figure("kindling-av, blow to sound, median", gap.value, "s", _BLOW_GOAL_S)
    yield Titled("Words kept, of films from words alone", adherence.adherence(from_words, load.films, nothing))
    yield Titled("Who it is", adherence.identity(from_words, load.films, nothing))


def _write_strips(sampler: "AvSampler", folder: Path) -> None:
    """Write a picture for each kind of lesson: the world's film, and below it how the model goes on from its start."""
    from core.media.strip import jpeg_within, strip
    from pipelines.offline.av.lessons import KINDS
    from pipelines.offline.av.physics import continued, held_out, seen_and_heard

    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        item = next(held_out(kind, 1, side_px=sampler.model.config.media.side_px))
        film = seen_and_heard(sampler, item)
        made = continued(sampler, item, film)
        rows = [strip(list(frames[:: len(frames) // _STRIP_FRAMES]), 128) for frames in (film.frames, made.frames)]
        (folder / f"{kind}.jpg").write_bytes(jpeg_within(np.vstack(rows), _STRIP_BYTES))


def diffusers(generation: Generation, load: Load) -> Iterator[Figure | Titled | str]:
    """Hold our films from tiny diffusers pipelines against the same pipelines called directly."""
    del generation
    from pipelines.offline.bench.diffusers import is_installed, overhead

    if not is_installed():
        yield "diffusers: not installed (extra `generate`), so not measured."
        return
    yield from overhead(steps=load.steps)


SECTIONS: dict[str, Section] = {"world": world, "kindling-av": kindling_av, "diffusers": diffusers}
