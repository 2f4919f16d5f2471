"""The viewer as the database knows them at the moment of the request: everything a page may depend on."""

from datetime import datetime, timedelta

from core.records import Person
from core.storage.database import Transaction
from core.storage.edges import edges_of
from core.storage.events import Events
from core.storage.goals import ChatTopics
from core.storage.pages import Pages
from core.storage.steers import Steers, StoredSteer
from core.storage.videos import Videos
from core.visibility import Eyes
from pipelines.online.family import controls_in
from pipelines.online.goals import goals_of
from pipelines.online.rooms import Rooms
from ranking.steering.steer import Steer
from ranking.taste import LEARNED_FROM
from ranking.viewer import SIGNALS, Viewer
from wellbeing.controls import EffectiveControls

_REMEMBERED = timedelta(days=120)
_EVENTS = 600
_SEEN = 1500
_NEW_VIDEOS = 5000


def load_viewer(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> Viewer:
    """Return a person as the ranker may see them: their switches, and what a guardian set, are applied here."""
    edges = edges_of(tx, person.id)
    controls = controls_in(tx, rooms, person, now)
    since = max(now - _REMEMBERED, person.reset_at or now - _REMEMBERED)
    viewer = Viewer(
        person_id=person.id,
        audience=person.audience(now),
        follows=edges.follows,
        followers=edges.followers,
        blocked=edges.blocked,
        hidden=edges.hidden,
        seen=Pages(tx).seen(person.id, limit=_SEEN),
        events=Events(tx).acts_of(person.id, since=since, kinds=LEARNED_FROM, limit=_EVENTS),
        steers=[steer_of(stored) for stored in Steers(tx).in_force(person.id, now)],
        goals=goals_of(tx, person.id),
        place=person.jurisdiction,
        interests=ChatTopics(tx).of_person(person.id),
        shows_sensitive=bool(controls.value("sensitive_topics")),
        knows_past=person.reset_at is None or person.reset_at.timestamp() < rooms.ranking.snapshot.built_at,
    )
    return viewer.without(_signals_off(person, controls), now)


def eyes_of_viewer(viewer: Viewer) -> Eyes:
    """Return how the viewer looks at videos, from what was loaded of them."""
    return Eyes(viewer.person_id, viewer.audience, viewer.follows, viewer.blocked)


def steer_of(stored: StoredSteer) -> Steer:
    """Return a stored steer as the ranker takes it."""
    return Steer.of_stored(stored.id, stored.text, stored.parsed, stored.created_at, stored.expires_at)


def catch_up(tx: Transaction, rooms: Rooms) -> None:
    """Tell the ranker what was published since it last heard, so that it can stand on the page being made."""
    rooms.ranking.refresh_when_changed()
    rooms.ranking.learn(Videos(tx).published_since(rooms.ranking.known_until(), limit=_NEW_VIDEOS))


def _signals_off(person: Person, controls: EffectiveControls) -> frozenset[str]:
    off = {name for name in SIGNALS if not person.signal_on(name)}
    if not controls.personalised:
        off.add("personalisation")
    return frozenset(off)
