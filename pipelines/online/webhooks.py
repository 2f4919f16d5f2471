"""Webhooks: who is told of finished videos, the message left with what it tells, and its delivery."""

import json
import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpcore
import structlog

from core.errors import InvalidInput, LimitReached, Unavailable, not_found
from core.ids import PersonId, new_id
from core.outward import check_url, post
from core.records import Video
from core.storage.audit import AuditLog
from core.storage.database import Transaction
from core.storage.people import People
from core.storage.webhooks import Delivery, Endpoint, Webhooks
from core.webhook_signing import open_webhook_key, secret_of, signed_headers
from generation.webhooks import COMPLETED, EVENT_TYPES, FAILED, GONE
from pipelines.online.rooms import Rooms

__all__ = ["COMPLETED", "FAILED", "announce"]

_MOST_NAME_CHARS = 120
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WithSecret:
    """An endpoint and its secret: told when it is made and when the secret is replaced, never again."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose endpoints they are: a person, or a service that hears of everyone's videos."""

    name: str
    person_id: PersonId | None


def add_endpoint(rooms: Rooms, owner: Owner, name: str, url: str, event_types: Collection[str]) -> WithSecret:
    """Make an endpoint. Raises ``InvalidInput`` naming the field, ``LimitReached`` when there are too many."""
    now = rooms.clock.now()
    _check(rooms, name, url, event_types)
    endpoint = Endpoint(
        id=new_id("whe"), owner=owner.name, person_id=owner.person_id, name=name, url=url,
        event_types=tuple(sorted(set(event_types))), created_at=now, updated_at=now,
    )  # fmt: skip
    most = rooms.generation.webhooks.most_endpoints
    with rooms.database.write() as tx:
        if owner.person_id is not None:
            People(tx).lock(owner.person_id)
        if Webhooks(tx).count(owner.name) >= most:
            raise LimitReached("too_many_webhooks", f"You have {most} endpoints.", None, "Remove one first.")
        Webhooks(tx).add(endpoint)
        AuditLog(tx).append(now, owner.name, "webhook.added", endpoint.id, {"url": url})
    return WithSecret(endpoint, secret_of(_key(rooms), endpoint.id, endpoint.secret_number))


def endpoint_of(rooms: Rooms, owner: Owner, endpoint_id: str) -> Endpoint:
    """Return one's own endpoint. Raises ``NotFound``."""
    with rooms.database.read() as tx:
        return _own(tx, owner, endpoint_id)


def endpoints_of(rooms: Rooms, owner: Owner, *, after: str | None, limit: int) -> tuple[list[Endpoint], bool]:
    """Return one's endpoints, newest first, and whether more follow."""
    with rooms.database.read() as tx:
        last = None if after is None else _own(tx, owner, after)
        found = Webhooks(tx).owned_by(owner.name, after=last, limit=limit + 1)
    return found[:limit], len(found) > limit


def change_endpoint(rooms: Rooms, owner: Owner, endpoint_id: str, changes: dict[str, Any]) -> Endpoint:
    """Change name, url or event types; a disabled endpoint is tried again from now on."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        before = _own(tx, owner, endpoint_id)
        after = replace(before, **changes, is_disabled=False, updated_at=now) if changes else before
        _check(rooms, after.name, after.url, after.event_types)
        if after != before:
            values = changes | {"is_disabled": False, "updated_at": now}
            Webhooks(tx).change(endpoint_id, **values | {"event_types": list(after.event_types)})
            AuditLog(tx).append(now, owner.name, "webhook.changed", endpoint_id, {"url": after.url})
    return after


def remove_endpoint(rooms: Rooms, owner: Owner, endpoint_id: str) -> None:
    """Remove an endpoint; nothing more is told to it."""
    with rooms.database.write() as tx:
        _own(tx, owner, endpoint_id)
        Webhooks(tx).remove(endpoint_id)
        AuditLog(tx).append(rooms.clock.now(), owner.name, "webhook.removed", endpoint_id, {})


def rotate_secret(rooms: Rooms, owner: Owner, endpoint_id: str, *, keep_old: bool) -> WithSecret:
    """Replace the secret; ``keep_old``: the one before signs too, for the policy's hours."""
    now = rooms.clock.now()
    until = now + timedelta(hours=rooms.generation.webhooks.old_secret_hours) if keep_old else None
    with rooms.database.write() as tx:
        before = _own(tx, owner, endpoint_id)
        number = before.secret_number + 1
        changes = {"secret_number": number, "old_secret_until": until, "updated_at": now}
        Webhooks(tx).change(endpoint_id, **changes)
        AuditLog(tx).append(now, owner.name, "webhook.secret_replaced", endpoint_id, {"keeps_old": keep_old})
    after = replace(before, secret_number=number, old_secret_until=until, updated_at=now)
    return WithSecret(after, secret_of(_key(rooms), endpoint_id, number))


def secret_hint(rooms: Rooms, endpoint: Endpoint) -> str:
    """Return the last characters of an endpoint's secret, by which its owner knows it again."""
    return f"whsec_...{secret_of(_key(rooms), endpoint.id, endpoint.secret_number)[-4:]}"


def send_test(rooms: Rooms, owner: Owner, endpoint_id: str, event_type: str) -> int:
    """Send a sample at once and return the status. Raises ``Unavailable`` when there was no answer."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        endpoint = _own(tx, owner, endpoint_id)
    _check(rooms, endpoint.name, endpoint.url, [event_type])
    try:
        return _post(rooms, endpoint, _message(event_type, "video_sample", endpoint, now), now)
    except _UNDELIVERED as error:
        raise Unavailable(
            "webhook_unreachable", f"The endpoint did not answer: {_said(error)}.", "url", "Check its address."
        ) from error


def announce(tx: Transaction, event_type: str, video: Video, now: datetime) -> None:
    """Leave a message for everyone who is told of this, in the transaction in which it happens."""
    told = Webhooks(tx).listening(video.creator_id, event_type)
    Webhooks(tx).enqueue([_message(event_type, video.id, endpoint, now) for endpoint in told])


def deliver_due(rooms: Rooms) -> int:
    """Make one try at each delivery that is due. Return how many tries were made."""
    tries = 0
    while _deliver_next(rooms):
        tries += 1
    return tries


def keep_delivering(rooms: Rooms, stopping: threading.Event, every_s: float = 1.0) -> None:
    """Deliver what comes due until told to stop."""
    while not stopping.is_set():
        try:
            deliver_due(rooms)
        except Exception:
            # The queue of films must not end because of a message; what was claimed comes back by itself.
            _log.exception("webhooks_failed")
        stopping.wait(every_s)


_UNDELIVERED = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


def _deliver_next(rooms: Rooms) -> bool:
    policy, now = rooms.generation.webhooks, rooms.clock.now()
    with rooms.database.write() as tx:
        delivery = Webhooks(tx).claim_due(now, timedelta(seconds=policy.timeout_s * 4))
        endpoint = None if delivery is None else Webhooks(tx).find(delivery.endpoint_id)
    if delivery is None or endpoint is None:
        return False
    status, said = None, "The endpoint is disabled"
    if not endpoint.is_disabled:
        try:
            status, said = _post(rooms, endpoint, delivery, now), ""
        except _UNDELIVERED as error:
            said = _said(error)
    _settle(rooms, endpoint, delivery, status, said)
    return True


def _settle(rooms: Rooms, endpoint: Endpoint, delivery: Delivery, status: int | None, said: str) -> None:
    now = rooms.clock.now()
    policy = rooms.generation.webhooks
    wait = None if status == GONE or endpoint.is_disabled else policy.next_try(delivery.attempts)
    values: dict[str, Any] = {"last_status": status, "last_error": said[:200] or None}
    if status is not None and 200 <= status < 300:
        values |= {"delivered_at": now, "next_at": None}
    else:
        values["next_at"] = None if wait is None else now + wait
        _log.info("webhook_failed", endpoint=endpoint.id, attempts=delivery.attempts, status=status, said=said)
    with rooms.database.write() as tx:
        Webhooks(tx).settle(delivery.id, **values)
        if status == GONE:
            Webhooks(tx).change(endpoint.id, is_disabled=True, updated_at=now)
        Webhooks(tx).forget_before(now - timedelta(days=policy.kept_days))


def _post(rooms: Rooms, endpoint: Endpoint, delivery: Delivery, now: datetime) -> int:
    """Send one delivery and return the status. ``webhook-timestamp`` is this try's, as receivers check its age."""
    body, key = delivery.payload.encode(), _key(rooms)
    secrets = [secret_of(key, endpoint.id, endpoint.secret_number)]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        secrets.append(secret_of(key, endpoint.id, endpoint.secret_number - 1))
    headers = signed_headers(secrets, delivery.id, now, body) | {"user-agent": "Kindling-Webhooks/1"}
    settings = rooms.settings
    timeout_s = rooms.generation.webhooks.timeout_s
    return post(endpoint.url, body, headers, timeout_s=timeout_s, private=settings.webhook_private_addresses)


def _message(event_type: str, video_id: str, endpoint: Endpoint, now: datetime) -> Delivery:
    ident = new_id("evt")
    payload = {
        "id": ident, "object": "event", "type": event_type, "created_at": int(now.timestamp()),
        "timestamp": now.isoformat(), "data": {"id": video_id},
    }  # fmt: skip
    return Delivery(ident, endpoint.id, event_type, json.dumps(payload, separators=(",", ":")), now, now)


def _own(tx: Transaction, owner: Owner, endpoint_id: str) -> Endpoint:
    found = Webhooks(tx).find(endpoint_id)
    if found is None or found.owner != owner.name:
        raise not_found("webhook_endpoint", endpoint_id)
    return found


def _check(rooms: Rooms, name: str, url: str, event_types: Collection[str]) -> None:
    if not name.strip() or len(name) > _MOST_NAME_CHARS or not name.isprintable():
        raise InvalidInput("bad_name", "This name cannot be used.", "name", f"1 to {_MOST_NAME_CHARS} characters.")
    if not event_types or not set(event_types) <= set(EVENT_TYPES):
        expected = f"Some of: {', '.join(EVENT_TYPES)}."
        raise InvalidInput("bad_event_type", "Not all of these events can be told.", "event_types", expected)
    check_url(url, private=rooms.settings.webhook_private_addresses)


def _key(rooms: Rooms) -> bytes:
    given = rooms.settings.webhook_secret
    return open_webhook_key(rooms.settings.keys) if given is None else given.get_secret_value().encode()


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
