"""Viewers of a drawn world: follows and followers from its graph, a past near to their taste, and steers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import PersonId, SteerId
from core.records import Event
from core.vocabulary import Audience, EventKind
from ranking.catalogue import Catalogue
from ranking.steering.concepts import load_concepts
from ranking.steering.parse import parse_steer
from ranking.steering.steer import Steer, Understood
from ranking.viewer import Viewer

Array = NDArray[Any]
STEERS = (
    "more calm ocean waves, no cars", "more cooking and no horror", "less loud music, more animals",
    "no dogs please, more art", "more northern lights, nothing with boxing", "more dancing, no robots",
    "calm mountains, no city", "more craft and pottery, no sport",
)  # fmt: skip
_KINDS = (EventKind.LIKE,) * 7 + (EventKind.SHARE, EventKind.CREATE, EventKind.HIDE)
_HELD = 3000  # follows and followers of a measured viewer at most


def draw_viewers(catalogue: Catalogue, count: int, now: datetime, *, seed: int) -> list[Viewer]:
    """Return ``count`` different viewers; every other one has a steer with a wish and a refusal."""
    random = np.random.default_rng(seed)
    rows = random.choice(len(catalogue.snapshot.people), size=count, replace=False)
    return [_viewer(catalogue, int(row), place, now, random) for place, row in enumerate(rows)]


def _viewer(catalogue: Catalogue, row: int, place: int, now: datetime, random: np.random.Generator) -> Viewer:
    snapshot = catalogue.snapshot
    near = _near(catalogue, row, random)
    followed = catalogue.newest_by(snapshot.follows.of(row), each=12)
    watched = random.permutation(np.unique(np.concatenate([near, followed])))
    seen = watched[: int(random.integers(300, 1500))]
    acted = random.permutation(near)[: int(random.integers(40, 300))]
    people = random.choice(len(snapshot.people), size=6, replace=False)
    return Viewer(
        person_id=_person(catalogue, row),
        audience=Audience.TEEN if place % 4 == 0 else Audience.ADULT,
        follows=frozenset(_person(catalogue, int(other)) for other in snapshot.follows.of(row)[:_HELD]),
        followers=frozenset(_person(catalogue, int(other)) for other in snapshot.followers.of(row)[:_HELD]),
        blocked=frozenset(_person(catalogue, int(other)) for other in people if other != row),
        hidden=frozenset(catalogue.video_id(int(video)) for video in acted[:5]),
        seen=[catalogue.video_id(int(video)) for video in seen],
        events=_events(catalogue, row, acted, now, random),
        steers=_steers(place, now),
    )


def _near(catalogue: Catalogue, row: int, random: np.random.Generator) -> Array:
    wide = catalogue.snapshot.person_vectors[[row]] + 0.4 * random.standard_normal((6, 64)) / 8.0
    _, found = catalogue.snapshot.index.search(np.ascontiguousarray(wide, dtype=np.float32), 400)
    return np.asarray(np.unique(found[found >= 0]))


def _events(catalogue: Catalogue, row: int, acted: Array, now: datetime, random: np.random.Generator) -> list[Event]:
    person, events = _person(catalogue, row), []
    for number, video in enumerate(acted):
        at = now - timedelta(hours=2 * number + 1)
        kind = _KINDS[int(random.integers(len(_KINDS)))]
        event_id = f"e{row}-{number}"
        events.append(Event(event_id, person, kind, at, at, video_id=catalogue.video_id(int(video)), value=None))
    return events


def _steers(place: int, now: datetime) -> Sequence[Steer]:
    if place % 2:
        return ()
    text = STEERS[place // 2 % len(STEERS)]
    understood = drawn_steer(text, now)
    made = now - timedelta(minutes=5)
    return [Steer.of_stored(SteerId(f"steer_{place}"), text, understood.as_stored(), made, understood.expires_at)]


def drawn_steer(text: str, now: datetime) -> Understood:
    """Return a drawn viewer's steer as it was understood; the texts above have no typing errors."""
    return parse_steer(text, now=now, timezone="UTC", concepts=load_concepts(), knows=lambda _word: True)


def _person(catalogue: Catalogue, row: int) -> PersonId:
    return PersonId(catalogue.snapshot.people[row].decode())
