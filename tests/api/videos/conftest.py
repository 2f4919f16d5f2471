"""A real server on loopback with a worker beside it, and people with tokens: what the official client talks to."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from core.clock import SystemClock
from core.encoder import TextEncoder
from core.media.store import MediaStore
from core.records import Person
from core.storage.database import Database
from core.tokens import TokenIssuer
from core.vocabulary import Scope
from generation.backends import Registry
from generation.room import Generation
from generation.world.backend import WorldBackend
from pipelines.online.queue import make_worker
from pipelines.online.rooms import Rooms
from safety.room import Safety
from tests.conftest import make_person, make_tables
from tests.creation_kit import PatternBackend, add_people, open_kit, write_clip


@dataclass(eq=False)
class Site:
    """A running installation: `world` films by default, and the quick `pattern` by name."""

    url: str
    rooms: Rooms
    backend: PatternBackend
    issuer: TokenIssuer
    home: Path
    clip: Path
    ada: Person
    bob: Person
    tim: Person

    def token(self, person: Person) -> str:
        """Return a person's bearer token."""
        return self.issuer.mint(person.id, {Scope.PERSON}, 3600)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` on a free port of loopback for the length of the block; give its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextmanager
def working(rooms: Rooms) -> Iterator[None]:
    """Run a worker for the length of the block."""
    worker = make_worker(rooms)
    thread = threading.Thread(target=worker.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(30)


@pytest.fixture(scope="session")
def site(encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The installation, started once."""
    home = tmp_path_factory.mktemp("site")
    database = Database(f"sqlite:///{home / 'kindling.db'}")
    make_tables(database)
    safety = Safety.open(encoder, keys=home / "keys")
    media = MediaStore(f"file://{home / 'media'}")
    rooms, backend = open_kit(home, database, SystemClock(), media, encoder, safety)
    world = WorldBackend()
    rooms = replace(rooms, generation=Generation(Registry([world, backend], world)))
    people = (make_person("ada"), make_person("bob"), make_person("tim", born=date(2011, 3, 1)))
    add_people(rooms, *people)
    clip = write_clip(home / "me.mp4")
    app = create_app(rooms=rooms)
    with serving(app) as url, working(rooms):
        yield Site(url, rooms, backend, app.state.server.issuer, home, clip, *people)
    database.close()
