"""What Prometheus reads: how long requests took, by route and status."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """One server's metrics, in a registry of its own so that several servers can live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "kindling_request_seconds",
            "How long requests took.",
            ("method", "route", "status"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._failures = Counter(
            "kindling_unexpected_errors", "Requests that failed in a way nobody foresaw.", registry=self._registry
        )

        self._streams = Gauge("kindling_open_streams", "Streams of events being followed.", registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. ``route`` is the template (``/v1/videos/{video_id}``), never the path itself."""
        self._seconds.labels(method, route, str(status)).observe(seconds)

    def unexpected_error(self) -> None:
        """Count one failure that nobody foresaw."""
        self._failures.inc()

    @contextmanager
    def open_stream(self) -> Iterator[None]:
        """Count a stream of events while the block lasts."""
        with self._streams.track_inprogress():
            yield

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)
