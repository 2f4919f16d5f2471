"""Whether the server works, and how it is doing: for balancers and Prometheus. No token, nothing personal."""

from importlib.metadata import version

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import RoomsDep, ServerDep
from api.schemas.common import Shape
from core.storage.people import People

router = APIRouter(tags=["health"])


class Health(Shape):
    """What runs here."""

    status: str
    version: str


@router.get("/healthz")
def healthz(rooms: RoomsDep) -> Health:
    """Answer 200 when the database answers."""
    with rooms.database.read() as tx:
        People(tx).page(limit=1)
    return Health(status="ok", version=version("kindling"))


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(server: ServerDep) -> Response:
    """Return the metrics in Prometheus' text format."""
    return Response(server.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
