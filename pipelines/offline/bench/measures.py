"""The measures of `make bench`: feed over HTTP, rendering, cold start, memory."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

from core.clock import SystemClock
from core.media.codec import write_mp4
from core.media.film import Film
from core.settings import Settings
from core.storage.database import Database
from core.storage.people import People
from core.tokens import TokenIssuer, open_key
from core.vocabulary import Scope
from generation.room import Generation
from pipelines.offline.bench.figures import Figure, median, percentile, resident_mb, timed_ms
from pipelines.offline.bench.server import copy_of_city, running_server

FEED_P95_GOAL_MS, RENDER_GOAL_S, COLD_START_GOAL_S = 30.0, 0.3, 3.0
_PAGES, _SCENES, _CLIP_S = 400, 6, 4
BENCH_PROMPTS = (
    "paper boats drift over a calm lake at dusk",
    "a basketball bounces off the rim and rolls away",
    "neon city at night, a red ball runs down the ramps",
    "snow falls on a little house, a cat walks by",
    "three balls juggled on a beach at noon",
    "autumn leaves over a slow river, birds in the sky",
)


def feed_over_http(settings: Settings) -> Iterator[Figure]:
    """Ask for pages as many different adults, one after another, from one server worker."""
    with copy_of_city(settings) as home, running_server(home, settings.resolved_media_url) as server:
        token = service_token(settings, home)
        people = _adults(home)
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
            turn = iter(range(10**9))

            def page() -> None:
                person = people[next(turn) % len(people)]
                answer = client.post("/v1/feed", json={"size": 8}, headers={"Kindling-Person": person})
                answer.raise_for_status()

            pages = timed_ms(page, repeats=_PAGES, warm_up=40)
            floor = median(timed_ms(lambda: client.get("/healthz").raise_for_status(), repeats=200))
        peer = "an empty answer (/healthz) of the same server"
        yield Figure("feed over HTTP, p50", percentile(pages, 0.5), "ms", None, peer, floor)
        yield Figure("feed over HTTP, p95", percentile(pages, 0.95), "ms", FEED_P95_GOAL_MS, peer, floor)
        yield Figure("server memory after the run", resident_mb(server.pid), "MB")
        peer_s = _seconds_of("import torch")
        yield Figure("API cold start", server.cold_start_s, "s", COLD_START_GOAL_S, "`import torch` alone", peer_s)


def rendering(generation: Generation) -> Iterator[Figure]:
    """Render, with sound and encoding, on one core; the peer only encodes the same frames."""
    ours, encoding = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, prompt in enumerate(BENCH_PROMPTS[:_SCENES]):
            board = generation.storyboard(prompt, seconds=_CLIP_S, width=360, height=640, seed=number)
            start = time.process_time()
            film = generation.generate(board, {}, lambda _percent: None, lambda: False, model="world")
            frames = list(film.frames)
            kept = Film(film.width, film.height, film.fps, film.frame_count, frames, film.sound)
            drawn = time.process_time()
            write_mp4(kept, Path(folder) / f"{number}.mp4")
            done = time.process_time()
            ours.append((done - start) / film.seconds)
            encoding.append((done - drawn) / film.seconds)
    peer = "encoding the same frames (x264, AAC)"
    yield Figure("rendering 360x640, per second of film", median(ours), "s", RENDER_GOAL_S, peer, median(encoding))


def service_token(settings: Settings, home: Path) -> str:
    """Return a token for a benchmark's server."""
    key = open_key(home / "keys")
    issuer = TokenIssuer(key, issuer=settings.issuer, audience=settings.audience, clock=SystemClock())
    return issuer.mint("bench", [Scope.SERVICE], lifetime_s=3600)


def _adults(home: Path) -> list[str]:
    database, now = Database(f"sqlite:///{home / 'kindling.db'}"), datetime.now(UTC)
    with database.read() as tx:
        people = People(tx).page(limit=1000)
    database.close()
    return [person.id for person in people if not person.is_minor(now)]


def _seconds_of(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start
