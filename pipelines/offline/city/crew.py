"""The workers of a build: processes that read prompts, judge words and render films with the product's own parts."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.media.codec import encode_image, write_mp4
from core.media.film import Film
from core.media.store import MediaStore
from core.settings import Settings
from core.vocabulary import Outcome
from generation.room import Generation
from generation.signature import scene_signature
from generation.storyboard import Storyboard
from pipelines.offline.city.portraits import portrait
from pipelines.online.films import FilmMaker, FilmOrder, FilmRefused, film_files, poster_key
from pipelines.online.judging import FeedVerdicts, judge_for_feed, limited
from ranking.catalogue import video_text
from safety.film.detectors import detector_config
from safety.room import Safety

WORLD = "world"
_LOOK_EVERY_S = 2.0
_CLIP_FPS, _CLIP_SECONDS, _CLIP_SIDE_PX = 12, 2, 128


@dataclass(frozen=True, slots=True)
class Reading:
    """One video's words, read: the scene they ask for, their vector, and what each audience may see."""

    board: Storyboard
    embedding: bytes
    adult_allowed: bool
    teen_allowed: bool
    limited: bool
    words: FeedVerdicts


@dataclass(frozen=True, slots=True)
class PromptTask:
    """What to read: one video's prompt, caption and the names of the characters in it."""

    prompt: str
    caption: str
    stars: tuple[str, ...]
    seed: int
    seconds: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RenderTask:
    """A film to render. ``faces`` are (name, character id); ``maker`` is a handle, or the city for a shared film."""

    board: Storyboard
    video_id: str
    maker: str
    faces: tuple[tuple[str, str], ...]
    made_at: datetime

    @property
    def key(self) -> str:
        """The media key: decided by what is drawn, who is shown and whose name the watermark bears."""
        content = "\x1f".join((scene_signature(self.board), self.maker, *(ident for _, ident in self.faces)))
        return f"films/city-{sha256(content.encode()).hexdigest()[:24]}.mp4"


@dataclass(frozen=True, slots=True)
class RenderedFilm:
    """A rendered film, in the media store."""

    film_key: str
    poster_key: str
    fingerprint: str
    adult_allowed: bool
    teen_allowed: bool
    limited: bool


class Worker:
    """What one process has open."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        import cv2

        cv2.setNumThreads(1)  # one film, one core; two processes fill two
        self.media = MediaStore(settings.resolved_media_url)
        self.encoder = TextEncoder(settings.models / "encoder")
        self.safety = Safety.open(
            self.encoder,
            keys=settings.keys,
            overrides=settings.policies,
            clock=ManualClock(now),
            detectors=detector_config(settings),
        )
        self.generation = Generation.open(settings)
        self.films = FilmMaker(self.generation, self.safety, self.media)

    def read(self, prompts: Sequence[PromptTask]) -> list[Reading]:
        """Read a chunk of prompts."""
        return [self._read(task) for task in prompts]

    def _read(self, task: PromptTask) -> Reading:
        board = self.generation.storyboard(
            task.prompt, seconds=task.seconds, width=task.width, height=task.height, seed=task.seed,
            characters=task.stars,
        )  # fmt: skip
        words = judge_for_feed(self.safety, task.prompt, task.caption)
        vector = self.encoder.encode_one(video_text(task.prompt, task.caption))
        return Reading(
            board, vector.astype("<f4").tobytes(), words.adult.allowed, words.teen.allowed,
            limited(words.adult), words,
        )  # fmt: skip

    def render(self, task: RenderTask) -> RenderedFilm:
        """Render, check, mark, sign and store one film under the key that its content decides."""
        claim = self.safety.claim(
            title="A video from the demo city", video_id=task.video_id, creator=task.maker, model=WORLD,
            created_at=task.made_at,
        )  # fmt: skip
        order = FilmOrder(
            storyboard=task.board, model=WORLD, claim=claim, label=f"Kindling · {task.maker}",
            portraits={name: portrait(ident) for name, ident in task.faces},
            prompt_checked=True,  # by `read`
            portraits_are_drawn=True,
        )  # fmt: skip
        try:
            made, is_held = self.films.make(order), False
        except FilmRefused:  # it waits for a reviewer: its video is hidden, over a film of nothing in particular
            made, is_held = self.films.make(replace(order, storyboard=self._plain(task.board), portraits={})), True
        self._rename(made.film_key, task.key)
        return RenderedFilm(
            task.key, poster_key(task.key), made.fingerprint, made.adult.allowed and not is_held,
            made.teen.allowed and not is_held, made.adult.outcome is Outcome.LIMIT,
        )  # fmt: skip

    def _plain(self, board: Storyboard) -> Storyboard:
        return self.generation.storyboard(
            "a calm lake", seconds=board.seconds, width=board.width, height=board.height, seed=board.seed
        )  # fmt: skip

    def _rename(self, old: str, new: str) -> None:
        # The signature differs from build to build, so the file's own hash would too.
        self.copy_film(old, new)
        for key in film_files(old):
            self.media.delete(key)

    def copy_film(self, old: str, new: str) -> None:
        """Store a film, its poster and its sprite sheet once more under another film key."""
        for source, target in zip(film_files(old), film_files(new), strict=True):
            with self.media.local(source) as path:
                self.media.put_file(target, path)

    def draw_character(self, ident: str, portrait_key: str, clip_key: str, scratch: Path) -> None:
        """Store a character's portrait and a short clip of the face, turning a little."""
        face = portrait(ident)
        self.media.put_bytes(portrait_key, encode_image(face, ".webp"))
        small = portrait(ident, _CLIP_SIDE_PX)
        count = _CLIP_FPS * _CLIP_SECONDS
        frames = (np.roll(small, round(4 * np.sin(number / 4)), axis=1) for number in range(count))
        clip = scratch / f"{ident}.mp4"
        write_mp4(Film(_CLIP_SIDE_PX, _CLIP_SIDE_PX, _CLIP_FPS, count, frames, None), clip)
        self.media.put_file(clip_key, clip)
        clip.unlink()


_worker: list[Worker] = []


def _open_worker(settings: dict[str, Any], now: datetime) -> None:
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    _worker[:] = [Worker(Settings(**settings), now)]


def _leave_with_parent(parent: int) -> None:
    """End this process when the one that started it is gone: a killed build leaves nothing running."""
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(1)


def _call(method: str, *arguments: Any) -> Any:
    return getattr(_worker[0], method)(*arguments)


class Crew:
    """Runs tasks on the workers, or in this process when there are none."""

    def __init__(self, pool: Executor | None, worker: Worker | None) -> None:
        self._pool, self._worker = pool, worker

    def run(self, method: str, tasks: Sequence[tuple[Any, ...]], done: Callable[[], None]) -> list[Any]:
        """Return what ``Worker.method(*task)`` gives for each task, in order; ``done`` is called after each."""
        if self._pool is None:
            results = []
            for task in tasks:
                results.append(getattr(self._worker, method)(*task))
                done()
            return results
        futures: list[Future[Any]] = [self._pool.submit(_call, method, *task) for task in tasks]
        try:
            for future in as_completed(futures):
                future.result()
                done()
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return [future.result() for future in futures]


@contextmanager
def hire(settings: Settings, now: datetime, processes: int) -> Iterator[Crew]:
    """Give a crew of so many processes; none means that this process does the work."""
    if processes == 0:
        yield Crew(None, Worker(settings, now))
        return
    with ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), _open_worker, (settings.model_dump(), now)
    ) as pool:
        yield Crew(pool, None)
