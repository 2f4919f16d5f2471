"""A database for a drawn world: all people and videos, and of the log what concerns the measured viewers.

The follow edges of everyone else are in the snapshot only. A page reads the database by the viewer's own keys and by
the ids of the videos it shows, so rows of people who do not ask for a page would change none of its statements.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from core.ids import PageId, PersonId
from core.records import Event
from core.storage.bulk_load import BulkLoad
from core.storage.database import Database, Transaction
from core.storage.events import Events
from core.storage.migrate import upgrade
from core.storage.pages import Impression, Lease, Pages
from core.storage.people import People
from core.storage.steers import Steers, StoredSteer
from core.vocabulary import FeedMode, Reason
from pipelines.offline.bench.viewers import drawn_steer
from ranking.catalogue import Catalogue
from ranking.viewer import Viewer

_AT_ONCE = 50_000
_BORN = date(1990, 5, 1)


def fill_database(path: Path, catalogue: Catalogue, viewers: Sequence[Viewer], now: datetime) -> None:
    """Make a database at ``path`` and load the world into it; it appears whole or not at all."""
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    database = Database(f"sqlite:///{making}")
    upgrade(database)
    with database.write() as tx:
        _load_people(tx, catalogue, now - timedelta(days=400))
        _load_videos(tx, catalogue)
    for viewer in viewers:
        with database.write() as tx:
            _load_viewer(tx, viewer, now)
    database.close()
    making.rename(path)


def _load_people(tx: Transaction, catalogue: Catalogue, at: datetime) -> None:
    ids = [key.decode() for key in catalogue.snapshot.people]
    count = len(ids)
    columns = {
        "id": ids,
        "handle": [f"p{number}" for number in range(count)],
        "display_name": [f"Person {number}" for number in range(count)],
        "birth_date": [_BORN] * count,
        "jurisdiction": ["ZZ"] * count,
        "timezone": ["UTC"] * count,
        "bio": [""] * count,
        "is_private": [False] * count,
        "signals": ["{}"] * count,
        "created_at": [at] * count,
    }
    BulkLoad(tx).load("people", columns)


def _load_videos(tx: Transaction, catalogue: Catalogue) -> None:
    videos, people = catalogue.snapshot.videos, catalogue.snapshot.people
    for start in range(0, catalogue.snapshot.video_count, _AT_ONCE):
        rows = slice(start, min(start + _AT_ONCE, catalogue.snapshot.video_count))
        count = rows.stop - rows.start
        at = [datetime.fromtimestamp(moment, UTC) for moment in videos["published_at"][rows].tolist()]
        columns = {
            "id": [key.decode() for key in videos["id"][rows]],
            "creator_id": [key.decode() for key in people[videos["creator"][rows]]],
            "status": ["published"] * count,
            "visibility": ["public" if is_open else "followers" for is_open in videos["open"][rows].tolist()],
            "prompt": [f"video {number} of a drawn world" for number in range(rows.start, rows.stop)],
            "caption": [""] * count,
            "model": ["world"] * count,
            "size": ["360x640"] * count,
            "seconds": [int(seconds) for seconds in videos["seconds"][rows]],
            "seed": [0] * count,
            "style": [""] * count,
            "attributes": ["{}"] * count,
            "teen_allowed": videos["teen"][rows].tolist(),
            "adult_allowed": videos["adult"][rows].tolist(),
            "limited": videos["limited"][rows].tolist(),
            "created_at": at,
            "published_at": at,
        }
        BulkLoad(tx).load("videos", columns)


def _load_viewer(tx: Transaction, viewer: Viewer, now: datetime) -> None:
    person, people = viewer.person_id, People(tx)
    people.add_follows([(person, other, now) for other in viewer.follows])
    people.add_follows([(other, person, now) for other in viewer.followers])
    for other in viewer.blocked:
        people.block(person, other, now)
    Events(tx).append([event for event in viewer.events if isinstance(event, Event)])
    for video_id in viewer.hidden:
        Events(tx).hide(person, video_id, now)
    for steer in viewer.steers:
        parsed = drawn_steer(steer.text, now).as_stored()
        stored = StoredSteer(steer.id, person, steer.text, parsed, steer.created_at, steer.expires_at)
        Steers(tx).add(stored)
    _load_seen(tx, person, viewer, now)


def _load_seen(tx: Transaction, person: PersonId, viewer: Viewer, now: datetime) -> None:
    """Put what was seen on pages of thirty, long enough ago to be another session."""
    for start in range(0, len(viewer.seen), 30):
        part = viewer.seen[start : start + 30]
        at = now - timedelta(days=1, minutes=2 * start)
        page = PageId(f"page_{person}_{start}")
        lease = Lease(page, person, FeedMode.RANKED, len(part), "drawn", "drawn", {}, at)
        shown = [
            Impression(page, position, video_id, person, Reason.FRESH, 1.0, 0.0, {}, at)
            for position, video_id in enumerate(part)
        ]
        Pages(tx).add(lease, shown)
