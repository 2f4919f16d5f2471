"""The server as one object: ``create_app()`` opens the rooms and puts the routers together."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module, metadata

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, FastAPI

from api import openapi, problems
from api.envelope import Envelope
from api.logs import configure_logging
from api.state import open_server
from core.settings import Settings
from core.storage.checkpoints import Checkpoints
from pipelines.online.rooms import Rooms, open_rooms

# Each holds an APIRouter called `router`. In this order: fixed paths before those with a parameter in their place.
ROUTERS = (
    "api.routers.health",
    "api.routers.feed",
    "api.routers.events",
    "api.routers.steers",
    "api.routers.goals",
    "api.routers.me",
    "api.routers.people",
    "api.routers.messages",
    "api.routers.moderations",
    "api.routers.safety",
    "api.routers.safety_batches",
    "api.routers.review",
    "api.routers.policies",
    "api.routers.step_up",
    "api.routers.wellbeing",
    "api.routers.notifications",
    "api.routers.charter",
    "api.routers.ages",
    "api.routers.family_asks",
    "api.routers.family",
    "api.routers.characters",
    "api.routers.webhooks",
    "api.routers.video_making",
    "api.routers.video_events",
    "api.routers.videos",
    "api.pages.router",
)


def create_app(settings: Settings | None = None, rooms: Rooms | None = None) -> FastAPI:
    """Return the whole application, with everything it needs open.

    Without ``rooms`` they are opened from ``settings`` (the environment's by default), and closed when the server
    stops. Raises ``BrokenPolicy`` or ``BrokenArtifact`` (file, key, what to write) if one of them cannot be used.
    """
    if rooms is None:
        settings = settings or Settings()
        configure_logging(settings.log_level)
    opened = rooms or open_rooms(settings or Settings())
    app = FastAPI(
        title="Kindling",
        version=metadata.version("kindling"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=openapi.operation_id,
        lifespan=_lifespan(opened, close=rooms is None),
    )
    app.state.server = open_server(opened)
    app.add_middleware(
        Envelope,
        metrics=app.state.server.metrics,
        max_body_bytes=opened.settings.max_body_bytes,
        max_upload_bytes=opened.settings.max_upload_bytes,
    )
    problems.install(app)
    openapi.install(app)
    for name in ROUTERS:
        router: APIRouter = import_module(name).router
        app.include_router(router)
    return app


def _lifespan(rooms: Rooms, *, close: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Handlers are plain functions that wait for the database: this many of them run at once.
        current_default_thread_limiter().total_tokens = rooms.settings.request_threads
        # What start-up made stays for good. Left where it is, every full collection walks all of it, tens of
        # milliseconds in the middle of somebody's page.
        gc.collect()
        gc.freeze()
        checkpoints = Checkpoints(rooms.database)
        checkpoints.start()
        yield
        checkpoints.stop()
        app.state.server.desk.close()
        if close:
            rooms.database.close()

    return lifespan
