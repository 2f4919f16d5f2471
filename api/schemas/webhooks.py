"""The shapes of OpenAI's webhook endpoints."""

from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.common import TEXT, Body, Shape
from core.storage.webhooks import Endpoint

EventType = Literal["video.completed", "video.failed"]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=TEXT)]
Url = Annotated[str, Field(min_length=1, max_length=2_000, pattern=TEXT)]
EventTypes = Annotated[list[EventType], Field(min_length=1, max_length=10)]


class CreateEndpoint(Body):
    """`POST /v1/webhook_endpoints`."""

    name: Name
    url: Url
    event_types: EventTypes


class ChangeEndpoint(Body):
    """`POST /v1/webhook_endpoints/{id}`. What is left out stays as it is."""

    name: Name | None = None
    url: Url | None = None
    event_types: EventTypes | None = None


class RotateSecret(Body):
    """`POST /v1/webhook_endpoints/{id}/rotate_secret`."""

    keep_old_secret_active_for_24_hours: bool = False


class TestEndpoint(Body):
    """`POST /v1/webhook_endpoints/{id}/test`."""

    event_type: EventType


class EndpointObject(Shape):
    """An endpoint, without its secret."""

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    created_at: int
    updated_at: int
    name: str
    url: str
    event_types: list[str]
    signing_secret_hint: str
    is_disabled: bool

    @classmethod
    def of(cls, endpoint: Endpoint, hint: str) -> Self:
        """Return an endpoint as it is answered."""
        return cls.model_validate(_fields(endpoint, hint))


class EndpointWithSecret(EndpointObject):
    """An endpoint and its secret: only when it is made and when the secret is replaced."""

    signing_secret: str

    @classmethod
    def with_secret(cls, endpoint: Endpoint, hint: str, secret: str) -> Self:
        """Return an endpoint as it is answered this once."""
        return cls.model_validate(_fields(endpoint, hint) | {"signing_secret": secret})


class EndpointList(Shape):
    """One's endpoints, newest first."""

    object: Literal["list"] = "list"
    data: list[EndpointObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class EndpointDeleted(Shape):
    """Answer to a deletion."""

    id: str
    object: Literal["webhook_endpoint.deleted"] = "webhook_endpoint.deleted"
    deleted: bool = True


class EndpointTested(Shape):
    """What the endpoint answered to a sample."""

    object: Literal["webhook_endpoint.test"] = "webhook_endpoint.test"
    webhook_endpoint_id: str
    event_type: EventType
    status_code: int
    success: Literal[True] = True


class EventTypeList(Shape):
    """What can be told."""

    object: Literal["list"] = "list"
    data: list[str]


def _fields(endpoint: Endpoint, hint: str) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "created_at": int(endpoint.created_at.timestamp()),
        "updated_at": int(endpoint.updated_at.timestamp()),
        "name": endpoint.name,
        "url": endpoint.url,
        "event_types": list(endpoint.event_types),
        "signing_secret_hint": hint,
        "is_disabled": endpoint.is_disabled,
    }
