"""`kindling bench feed`: the ranking on a drawn world of any size, on one core, beside its peers."""

import gc
import json
import os
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import httpx
import numpy as np

from core.clock import SystemClock
from core.encoder import TextEncoder
from core.settings import Settings
from core.storage.database import Database
from core.storage.migrate import upgrade
from core.tokens import TokenIssuer, open_key
from core.vocabulary import FeedMode, Scope
from pipelines.offline.bench.figures import Figure, percentile, resident_mb
from pipelines.offline.bench.peers import implicit_ms, lenskit_ms, lightgbm_ms
from pipelines.offline.bench.server import RunningServer, running_server
from pipelines.offline.bench.viewers import draw_viewers
from pipelines.offline.bench.world import WorldConfig, build_world
from pipelines.offline.bench.world_database import fill_database
from pipelines.offline.vector_index import exact_neighbours, recall_of
from ranking.page import RankedPage
from ranking.room import Ranking
from ranking.viewer import Viewer

_WARM_UP = 20
_QUERIES, _NEIGHBOURS = 100, 50
_PAGE = 8


def make_world(config: WorldConfig, settings: Settings, home: Path) -> Iterator[Figure]:
    """Build the world in a process of its own, so that what building took is not counted as serving's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, peak_mb = pool.submit(_build, config, settings.models / "encoder", home).result()
    yield Figure("snapshot build", seconds, "s")
    yield Figure("memory while building, peak", peak_mb, "MB")


def measure(settings: Settings, home: Path, viewers: int, *, with_peers: bool, over_http: bool) -> Iterator[Figure]:
    """Measure rank(), memory, recall and peers in this process, then whole pages over HTTP."""
    encoder = TextEncoder(settings.models / "encoder", threads=1)
    start = time.perf_counter()
    ranking = Ranking.open(home / "snapshots", encoder)
    yield Figure("snapshot verified and loaded", time.perf_counter() - start, "s")
    now = datetime.fromtimestamp(ranking.snapshot.built_at + 60.0, UTC)
    drawn = draw_viewers(ranking.catalogue, viewers + _WARM_UP, now, seed=3)
    wall: list[float] = []
    yield from _rank(ranking, drawn, now, wall)
    yield Figure("resident memory after ranking", resident_mb(os.getpid()), "MB", 3 * 1024.0)
    yield from _recall(ranking)
    if with_peers:
        yield from _peers(ranking, home, drawn[_WARM_UP:], percentile(wall, 0.5))
    if over_http:
        yield from _over_http(settings, home, ranking, drawn)


def _build(config: WorldConfig, encoder: Path, home: Path) -> tuple[float, float]:
    start = time.perf_counter()
    build_world(config, TextEncoder(encoder, threads=1), home / "snapshots", home / "scratch", datetime.now(UTC))
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _page(ranking: Ranking, viewer: Viewer, now: datetime) -> RankedPage:
    return ranking.page(
        viewer, size=_PAGE, mode=FeedMode.RANKED, now=now, page_id=f"page_{viewer.person_id}", visible=set
    )


def _rank(ranking: Ranking, viewers: Sequence[Viewer], now: datetime, wall: list[float]) -> Iterator[Figure]:
    """One page for each viewer, none of them asked for before: state, sources, filters, heads, steers, order."""
    for viewer in viewers[:_WARM_UP]:
        _page(ranking, viewer, now)
    gc.collect()
    gc.freeze()  # as the server does at its start
    cpu, steered, candidates, scored = [], [], [], []
    for viewer in viewers[_WARM_UP:]:
        start, used = time.perf_counter(), time.thread_time()
        page = _page(ranking, viewer, now)
        cpu.append((time.thread_time() - used) * 1e3)
        wall.append((time.perf_counter() - start) * 1e3)
        candidates.append(page.candidates)
        scored.append(page.scored)
        if viewer.steers:
            steered.append(wall[-1])
    yield Figure("rank(), p50", percentile(wall, 0.5), "ms", 10.0)
    yield Figure("rank(), p95", percentile(wall, 0.95), "ms", 20.0)
    yield Figure("rank() with a steer and a refusal, p95", percentile(steered, 0.95), "ms", 20.0)
    yield Figure("rank(), processor time, p50", percentile(cpu, 0.5), "ms")
    yield Figure("rank(), processor time, p95", percentile(cpu, 0.95), "ms")
    yield Figure("candidates, fewest", min(candidates), "", 1500.0, at_least=True)
    yield Figure("candidates, median", percentile(candidates, 0.5), "")
    yield Figure("through the heads, fewest", min(scored), "", 400.0, at_least=True)
    yield Figure("heads", len(ranking.snapshot.heads.trained), "", 6.0, at_least=True)


def _recall(ranking: Ranking) -> Iterator[Figure]:
    """The share of the exact nearest that the indexes find, for queries that no index was tuned on."""
    snapshot = ranking.snapshot
    if snapshot.video_count == 0:
        return
    rows = np.sort(np.random.default_rng(99).choice(snapshot.video_count, size=_QUERIES))
    for name, index, column in (("likes", snapshot.index, "vector"), ("text", snapshot.text_index, "text")):
        vectors = snapshot.videos[column]
        queries = np.ascontiguousarray(vectors[rows], dtype=np.float32)
        exact = exact_neighbours(vectors, queries, _NEIGHBOURS)
        found = index.search(queries, _NEIGHBOURS)[1]
        yield Figure(f"recall of {_NEIGHBOURS} nearest, {name}", recall_of(found, exact), "", 0.95, at_least=True)


def _peers(ranking: Ranking, home: Path, viewers: Sequence[Viewer], ours: float) -> Iterator[Figure]:
    rows = ranking.catalogue.people_rows([viewer.person_id for viewer in viewers])
    figure = "rank() whole, p50, against a plain top-20"
    yield Figure(figure, ours, "ms", None, "`implicit` (ALS, all items)", implicit_ms(ranking, rows))
    yield Figure(figure, ours, "ms", None, "LensKit's pipeline (ALS, all items)", lenskit_ms(ranking, viewers))
    heads_ms, lightgbm = lightgbm_ms(ranking, next(home.glob("snapshots/*/heads")))
    yield Figure("448 rows through all heads", heads_ms, "ms", None, "LightGBM's own predictor", lightgbm)


def _over_http(settings: Settings, home: Path, ranking: Ranking, drawn: Sequence[Viewer]) -> Iterator[Figure]:
    """Whole pages from one server worker; a database with all people and videos and the measured viewers' log."""
    now = datetime.now(UTC)
    if not (home / "kindling.db").exists():
        fill_database(home / "kindling.db", ranking.catalogue, drawn, now)
    upgrade(Database(f"sqlite:///{home / 'kindling.db'}"))  # a kept world may be of an earlier schema
    if not (home / "models").exists():
        (home / "models").symlink_to(settings.models.resolve())
    key = open_key(home / "keys")
    issuer = TokenIssuer(key, issuer=settings.issuer, audience=settings.audience, clock=SystemClock())
    token = issuer.mint("bench", [Scope.SERVICE], lifetime_s=3600)
    headers = {"Authorization": f"Bearer {token}"}
    with (
        running_server(home, f"file://{home / 'media'}") as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=60) as client,
    ):
        yield from _pages(client, server, [viewer.person_id for viewer in drawn])
        yield _freshness(client, ranking, drawn[_WARM_UP], now)


def _pages(client: httpx.Client, server: RunningServer, people: Sequence[str]) -> Iterator[Figure]:
    times: list[float] = []
    for place, person in enumerate(people):
        start = time.perf_counter()
        answer = client.post("/v1/feed", json={"size": _PAGE}, headers={"Kindling-Person": person})
        answer.raise_for_status()
        if place >= _WARM_UP:
            times.append((time.perf_counter() - start) * 1e3)
            if len(answer.json()["items"]) != _PAGE:
                raise RuntimeError(f"a page for {person} holds {len(answer.json()['items'])} videos, not {_PAGE}")
    yield Figure("feed over HTTP, p50", percentile(times, 0.5), "ms")
    yield Figure("feed over HTTP, p95", percentile(times, 0.95), "ms", 30.0)
    yield Figure("server memory after the run", resident_mb(server.pid), "MB", 3 * 1024.0)


def _freshness(client: httpx.Client, ranking: Ranking, viewer: Viewer, now: datetime) -> Figure:
    """From telling that the best video was hidden to having the next page, which must be without it."""
    hidden = _page(ranking, viewer, now).items[0].video_id
    headers = {"Kindling-Person": viewer.person_id}
    event = {"event_id": f"hide-{time.time_ns()}", "kind": "hide", "video_id": hidden, "occurred_at": now.isoformat()}
    start = time.perf_counter()
    client.post("/v1/events", json={"events": [event]}, headers=headers).raise_for_status()
    answer = client.post("/v1/feed", json={"size": _PAGE}, headers=headers)
    taken = (time.perf_counter() - start) * 1e3
    if hidden in json.dumps(answer.json()):
        raise RuntimeError("a hidden video stood on the next page")
    return Figure("an event and the next page, which it changed", taken, "ms")
