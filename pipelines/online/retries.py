"""Retries: a write with an idempotency key happens once, however often and however concurrently it is sent."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, TypeAdapter

from core.errors import Conflict, InvalidInput
from core.storage.idempotency import IN_PROGRESS, Answer, Idempotency
from pipelines.online.rooms import Rooms

KEPT_FOR = timedelta(hours=24)
_DONE = 200
# A first request that has not come back after this long is taken to have died with its server.
_ABANDONED_AFTER = timedelta(minutes=2)
_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def answer_once(
    rooms: Rooms, *, owner: str, route: str, key: str, request: Any, act: Callable[[], Any]
) -> Any:  # fmt: skip
    """Return ``act()`` as JSON, or what it returned to the first request with this key.

    Raises ``InvalidInput`` when the key came with another body, ``Conflict`` while the first request is still running.
    """
    digest = request_hash(request)
    stored = _claim(rooms, owner, route, key, digest)
    if stored is not None:
        return stored.response
    try:
        response = _ANY.dump_python(act(), mode="json")
    except BaseException:
        # Nothing was done, or a retry will find out: either way a retry must be free to try.
        with rooms.database.write() as tx:
            Idempotency(tx).release(owner, route, key)
        raise
    with rooms.database.write() as tx:
        Idempotency(tx).store(owner, route, key, _DONE, response)
    return response


def request_hash(request: Any) -> str:
    """Return a hash of a request's body: the same for the same JSON, whatever the order of its keys."""
    plain = request.model_dump(mode="json") if isinstance(request, BaseModel) else request
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()


def _claim(rooms: Rooms, owner: str, route: str, key: str, digest: str) -> Answer | None:
    """Take the key, or return the answer that is stored under it."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        answers = Idempotency(tx)
        answers.forget_before(now - KEPT_FOR)
        if answers.claim(owner, route, key, digest, now):
            return None
        found = answers.find(owner, route, key)
        if found is not None and found.request_hash != digest:
            raise _another_body()
        if found is not None and found.status != IN_PROGRESS:
            return found
        abandoned = found is not None and now - found.created_at > _ABANDONED_AFTER
        if (
            found is not None
            and abandoned
            and answers.take_over(owner, route, key, claimed_at=found.created_at, now=now)
        ):
            return None
    raise Conflict(
        code="request_in_progress",
        detail="The first request with this idempotency key is still being worked on.",
        field="header.Idempotency-Key",
        expected="Send the same request again in a moment.",
    )


def _another_body() -> InvalidInput:
    return InvalidInput(
        code="idempotency_key_reused",
        detail="This idempotency key was used for another request.",
        field="header.Idempotency-Key",
        expected="A fresh key for a new request; the same key only with the same body.",
    )
