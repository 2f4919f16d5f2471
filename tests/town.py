"""A small town for tests of the API: a handful of people, videos and links, real rooms over them, and tokens."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.state import Server
from core.clock import ManualClock
from core.ids import LinkId, PersonId, VideoId
from core.media.store import MediaStore
from core.records import Person, Video
from core.records_wellbeing import FamilyLink, LinkStatus
from core.storage.database import Database
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import Scope, VideoStatus, Visibility
from pipelines.online.charter import CharterWatch
from pipelines.online.policy_watch import ModerationWatch
from pipelines.online.rooms import Rooms
from safety.policy import load_moderation_policy
from tests.conftest import NOON, make_person

ANN, BOB, TIM, GUS, RAE = (PersonId(f"per_{name}") for name in ("ann", "bob", "tim", "gus", "rae"))
MAKERS = ("eve", "ida", "max", "noa", "oli", "pia")
HOUR_S = 3600
PROMPTS = (
    "a red ball rolls down a green hill",
    "two paper boats race on a quiet pond",
    "a lantern drifts over rooftops at night",
    "marbles run through a wooden maze",
    "rain falls on a tin roof in the forest",
    "a kite loops above a windy beach",
    "gears of an old clock begin to turn",
    "a dog chases bubbles in a sunny yard",
)


@dataclass
class Town:
    """The rooms, the application over them, and a client per person."""

    rooms: Rooms
    app: FastAPI
    _clients: list[TestClient] = field(default_factory=list)

    @property
    def server(self) -> Server:
        server: Server = self.app.state.server
        return server

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.rooms.clock, ManualClock)
        return self.rooms.clock

    def token(self, subject: str, scopes: Collection[Scope] = (Scope.PERSON,), lifetime_s: int = HOUR_S) -> str:
        return self.server.issuer.mint(subject, scopes, lifetime_s)

    def client(self, subject: str | None = ANN, *scopes: Scope, **headers: str) -> TestClient:
        """A client that acts as ``subject``; without one, a client without a token."""
        if subject is not None:
            headers["Authorization"] = f"Bearer {self.token(subject, scopes or (Scope.PERSON,))}"
        client = TestClient(self.app, headers=headers)
        self._clients.append(client)
        return client


def move_into(rooms: Rooms, home: Path, database: Database) -> Town:
    """Return a town with state of its own in ``home`` and ``database``; policies and models are those of ``rooms``."""
    settings = rooms.settings.model_copy(update={"home": home, "database_url": database.url})
    media = MediaStore(f"file://{home / 'media'}")
    charter = CharterWatch(database, rooms.wellbeing.policy.charter)
    safety = rooms.safety.following(ModerationWatch(database, load_moderation_policy()))
    moved = replace(
        rooms, settings=settings, clock=ManualClock(NOON), database=database, media=media, charter=charter,
        safety=safety,
    )  # fmt: skip
    return Town(moved, create_app(rooms=moved))


def settle(database: Database) -> None:
    """Put people, videos, follows and a family into an empty database."""
    with database.write() as tx:
        People(tx).add(people())
        People(tx).add_follows([(ANN, BOB, NOON), (BOB, ANN, NOON), (TIM, BOB, NOON)])
        FamilyLinks(tx).add(FamilyLink(LinkId("link_gus"), GUS, TIM, LinkStatus.ACTIVE, GUS, NOON, NOON))
        Videos(tx).add([video(number) for number in range(40)])


def people() -> list[Person]:
    """Two friends, a teen and his guardian, a reviewer, and people who make videos."""
    adults = [make_person(name) for name in ("ann", "bob", "gus", "rae", *MAKERS)]
    return [*adults, make_person("tim", born=date(2011, 3, 1))]


def video(number: int, **values: object) -> Video:
    """Return a published video; every eighth is the same person's."""
    fields: dict[str, object] = {
        "id": VideoId(f"video_{number:03}"),
        "creator_id": (ANN, BOB, *(PersonId(f"per_{name}") for name in MAKERS))[number % (2 + len(MAKERS))],
        "status": VideoStatus.PUBLISHED,
        "visibility": Visibility.PUBLIC,
        "prompt": f"{PROMPTS[number % len(PROMPTS)]}, take {number}",
        "caption": f"take {number}",
        "model": "world",
        "size": "360x640",
        "seconds": 4,
        "created_at": NOON - timedelta(days=2, minutes=number),
        "published_at": NOON - timedelta(days=1, minutes=number),
    }
    return Video(**(fields | values))  # type: ignore[arg-type]
