"""What surrounds every request: its id, a bound on its body, security headers, timing, one log line, no leaks."""

import re
import time
from dataclasses import dataclass, field
from secrets import token_hex

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import unexpected

REQUEST_ID = "X-Request-Id"
UPLOAD_PATHS = ("/v1/videos", "/v1/moderations", "/v1/safety/")
_GOOD_ID = re.compile(r"[A-Za-z0-9_\-]{8,64}")
# Pages load nothing from elsewhere. Recorded clips and previews are blobs, small pictures are data URLs.
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_log = structlog.get_logger("kindling.request")


@dataclass(slots=True)
class _Exchange:
    """One request and what became of it."""

    request_id: str
    private: bool
    started: float = field(default_factory=time.perf_counter)
    status: int = 0

    def sending(self, send: Send) -> Send:
        """Return a ``send`` that notes the status and adds the headers that every answer carries."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = self.request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if self.private:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return with_headers


class Envelope:
    """The outermost layer of our own (plain ASGI: it must not buffer a streamed answer)."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, max_body_bytes: int, max_upload_bytes: int) -> None:
        self._app = app
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(_request_id(scope), private=scope["path"].startswith("/v1/"))
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        sending = exchange.sending(send)
        with structlog.contextvars.bound_contextvars(request_id=exchange.request_id):
            try:
                await self._app(scope, bounded(scope, receive, self._limit(scope)), sending)
            except Exception:
                _log.exception("unexpected_error", method=scope["method"], route=route_of(scope))
                self._metrics.unexpected_error()
                if exchange.status:  # half an answer is out: the server must cut the connection
                    raise
                await unexpected(Request(scope, receive))(scope, receive, sending)
            finally:
                self._note(scope, exchange)

    def _limit(self, scope: Scope) -> int:
        uploads = scope["path"].startswith(UPLOAD_PATHS)
        return self._max_upload_bytes if uploads else self._max_body_bytes

    def _note(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        route = route_of(scope)
        self._metrics.request(scope["method"], route, exchange.status, seconds)
        _log.info(
            "request", method=scope["method"], route=route, status=exchange.status, ms=round(seconds * 1000, 1)
        )  # fmt: skip


def bounded(scope: Scope, receive: Receive, limit: int) -> Receive:
    """Return a ``receive`` that raises a 413 once more than ``limit`` bytes come, or are announced."""
    announced = Headers(scope=scope).get("content-length", "")
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        if announced.isdecimal() and int(announced) > limit:
            raise _too_large(limit)
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _too_large(limit)
        return message

    return receive_bounded


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {limit} bytes.", headers={"Connection": "close"})


def route_of(scope: Scope) -> str:
    """Return the template that the request matched, so that ids never become metric labels."""
    route = scope.get("route")
    path: str | None = getattr(route, "path", None)
    return path or "(none)"


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _GOOD_ID.fullmatch(given) else token_hex(12)
