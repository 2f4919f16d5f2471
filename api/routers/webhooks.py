"""Webhook endpoints, as OpenAI's clients manage them: a person hears of their own videos, a service of everyone's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import ActorDep, RoomsDep, wrong_scope
from api.schemas.common import IDENT, IdentPath
from api.schemas.webhooks import (
    ChangeEndpoint,
    CreateEndpoint,
    EndpointDeleted,
    EndpointList,
    EndpointObject,
    EndpointTested,
    EndpointWithSecret,
    EventTypeList,
    RotateSecret,
    TestEndpoint,
)
from core.vocabulary import Scope
from generation.webhooks import EVENT_TYPES
from pipelines.online import webhooks
from pipelines.online.webhooks import Owner, WithSecret

router = APIRouter(prefix="/v1", tags=["webhooks"])


def endpoint_owner(actor: ActorDep) -> Owner:
    """Return whose endpoints are meant: the person's, or the bare service's."""
    if not actor.may(Scope.PERSON, Scope.SERVICE):
        raise wrong_scope(Scope.PERSON, Scope.SERVICE)
    return Owner(actor.person_id or f"service:{actor.name}", actor.person_id)


OwnerDep = Annotated[Owner, Depends(endpoint_owner)]


@router.post("/webhook_endpoints")
def create(body: CreateEndpoint, owner: OwnerDep, rooms: RoomsDep) -> EndpointWithSecret:
    """Make an endpoint. Its secret is told now and never again."""
    return _with_secret(rooms, webhooks.add_endpoint(rooms, owner, body.name, body.url, body.event_types))


@router.get("/webhook_endpoints")
def list_endpoints(
    owner: OwnerDep,
    rooms: RoomsDep,
    after: Annotated[str | None, Query(pattern=IDENT)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> EndpointList:
    """Return one's endpoints, newest first."""
    found, more = webhooks.endpoints_of(rooms, owner, after=after, limit=limit)
    data = [EndpointObject.of(item, webhooks.secret_hint(rooms, item)) for item in found]
    first, last = (data[0].id, data[-1].id) if data else (None, None)
    return EndpointList(data=data, first_id=first, last_id=last, has_more=more)


@router.get("/webhook_endpoints/{endpoint_id}")
def retrieve(endpoint_id: IdentPath, owner: OwnerDep, rooms: RoomsDep) -> EndpointObject:
    """Return one of one's endpoints."""
    found = webhooks.endpoint_of(rooms, owner, endpoint_id)
    return EndpointObject.of(found, webhooks.secret_hint(rooms, found))


@router.post("/webhook_endpoints/{endpoint_id}")
def change(endpoint_id: IdentPath, body: ChangeEndpoint, owner: OwnerDep, rooms: RoomsDep) -> EndpointObject:
    """Change name, address or events; one that was disabled is tried again."""
    changes = body.model_dump(exclude_none=True)
    if "event_types" in changes:
        changes["event_types"] = tuple(sorted(set(changes["event_types"])))
    found = webhooks.change_endpoint(rooms, owner, endpoint_id, changes)
    return EndpointObject.of(found, webhooks.secret_hint(rooms, found))


@router.delete("/webhook_endpoints/{endpoint_id}")
def remove(endpoint_id: IdentPath, owner: OwnerDep, rooms: RoomsDep) -> EndpointDeleted:
    """Remove an endpoint."""
    webhooks.remove_endpoint(rooms, owner, endpoint_id)
    return EndpointDeleted(id=endpoint_id)


@router.post("/webhook_endpoints/{endpoint_id}/rotate_secret")
def rotate(
    endpoint_id: IdentPath, owner: OwnerDep, rooms: RoomsDep, body: RotateSecret | None = None
) -> EndpointWithSecret:
    """Replace the secret; the one before may sign beside it for a day."""
    keep_old = body is not None and body.keep_old_secret_active_for_24_hours
    return _with_secret(rooms, webhooks.rotate_secret(rooms, owner, endpoint_id, keep_old=keep_old))


@router.post("/webhook_endpoints/{endpoint_id}/test")
def test(endpoint_id: IdentPath, body: TestEndpoint, owner: OwnerDep, rooms: RoomsDep) -> EndpointTested:
    """Send a sample now, and say what was answered."""
    status = webhooks.send_test(rooms, owner, endpoint_id, body.event_type)
    return EndpointTested(webhook_endpoint_id=endpoint_id, event_type=body.event_type, status_code=status)


@router.get("/webhook_event_types")
def event_types(owner: OwnerDep) -> EventTypeList:
    """Return what can be told."""
    del owner
    return EventTypeList(data=list(EVENT_TYPES))


def _with_secret(rooms: RoomsDep, made: WithSecret) -> EndpointWithSecret:
    hint = webhooks.secret_hint(rooms, made.endpoint)
    return EndpointWithSecret.with_secret(made.endpoint, hint, made.secret)
