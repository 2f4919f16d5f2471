"""What asking costs beside judging: `POST /v1/moderations` over HTTP, and the bare classifier in the same run."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import httpx

from core.settings import Settings
from pipelines.offline.bench.figures import Figure, percentile, timed_ms
from pipelines.offline.bench.measures import BENCH_PROMPTS, service_token
from pipelines.offline.bench.server import copy_of_city, running_server
from safety.room import Safety

_ROUNDS, _REQUESTS, _TOGETHER, _CALLERS = 3, 150, 32, 4
_PEER = "the classifier alone"


def measure(settings: Settings, safety: Safety) -> Iterator[Figure]:
    """Ask one after another, four at a time, and 32 texts at once; each the best of three rounds, as is the peer.

    Every text is new to the server and to the classifier: nothing is answered from memory.
    """
    with copy_of_city(settings) as home, running_server(home, settings.resolved_media_url) as server:
        headers = {"Authorization": f"Bearer {service_token(settings, home)}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
            yield from _figures(client, safety)


def _figures(client: httpx.Client, safety: Safety) -> Iterator[Figure]:
    fresh = _fresh_texts()

    def ask(texts: list[str]) -> None:
        client.post("/v1/moderations", json={"input": texts}).raise_for_status()

    alone = _best(lambda: timed_ms(lambda: safety.scores([next(fresh)]), repeats=_REQUESTS))
    asked = _best(lambda: timed_ms(lambda: ask([next(fresh)]), repeats=_REQUESTS))
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield Figure(
            f"POST /v1/moderations, {name}", percentile(asked, share), "ms", None, _PEER, percentile(alone, share)
        )  # fmt: skip
    bare = 1000 * len(alone) / sum(alone)
    rate = max(_rate(ask, fresh, 1) for _ in range(_ROUNDS))
    yield Figure(f"requests/s, {_CALLERS} callers", rate, "/s", None, _PEER, bare)
    bare = max(_bare_rate(safety, fresh) for _ in range(_ROUNDS))
    rate = max(_rate(ask, fresh, _TOGETHER) for _ in range(_ROUNDS))
    peer = f"{_PEER}, {_TOGETHER} at once"
    yield Figure(f"texts/s, {_CALLERS} callers, {_TOGETHER} texts each", rate, "/s", None, peer, bare)


def _fresh_texts() -> Iterator[str]:
    return (f"{BENCH_PROMPTS[number % len(BENCH_PROMPTS)]}, take {number}" for number in count())


def _best(measured: Callable[[], list[float]]) -> list[float]:
    return min((measured() for _ in range(_ROUNDS)), key=sum)


def _rate(ask: Callable[[list[str]], None], fresh: Iterator[str], together: int) -> float:
    """Return texts per second over all callers."""
    requests = max(16, _REQUESTS // together)
    asked = [[next(fresh) for _ in range(together)] for _ in range(requests)]
    start = time.perf_counter()
    with ThreadPoolExecutor(_CALLERS) as pool:
        list(pool.map(ask, asked))
    return requests * together / (time.perf_counter() - start)


def _bare_rate(safety: Safety, fresh: Iterator[str]) -> float:
    texts = [next(fresh) for _ in range(16 * _TOGETHER)]
    start = time.perf_counter()
    for place in range(0, len(texts), _TOGETHER):
        safety.scores(texts[place : place + _TOGETHER])
    return len(texts) / (time.perf_counter() - start)
