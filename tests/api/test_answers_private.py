"""Whose answers these are: no guardian reads a minor's, by any road; and only answers about videos reach the ranker."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.ids import PersonId, PollId, VideoId
from core.records_wellbeing import StoredPoll
from core.settings import Settings
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.polls import Polls
from core.vocabulary import EventKind, Scope
from pipelines.offline.ranking_data import RankingData, load_ranking_data
from pipelines.offline.snapshot import build_snapshot
from pipelines.online.rooms import Rooms
from pipelines.online.wellbeing import answer_poll
from tests.conftest import NOON, make_tables
from tests.town import GUS, TIM, Town, move_into, settle

LOW = {"mood": 1, "who5": (0, 0, 1, 0, 0), "time_well_spent": 1, "look_back": 1, "item": 1, "item_later": 1}
HIGH = {"mood": 5, "who5": (5, 5, 4, 5, 5), "time_well_spent": 5, "look_back": 5, "item": 5, "item_later": 5}
ABOUT_VIDEOS = ("item", "item_later")
SCOPES = (Scope.PERSON, Scope.GUARDIAN_READ, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN)
VALUES = {"link_id": "link_gus", "poll_id": "poll_mood", "video_id": "video_000", "kind": "mood", "handle": "tim"}


@pytest.fixture
def towns(tmp_path: Path, town_rooms: Rooms) -> Iterator[tuple[Town, Town, Town]]:
    """Three towns that differ only in what Tim has said: nothing, the lowest of everything, the highest."""
    opened = [Database(f"sqlite:///{tmp_path / name / 'kindling.db'}") for name in ("silent", "low", "high")]
    found = []
    for database, said in zip(opened, ({}, LOW, HIGH), strict=True):
        make_tables(database)
        settle(database)
        # One home for all: their keys and settings must not be what differs.
        town = move_into(town_rooms, tmp_path / "home", database)
        ask(database)
        answer(town.rooms, TIM, said)
        found.append(town)
    yield found[0], found[1], found[2]
    for database in opened:
        database.close()


def ask(database: Database, person: PersonId = TIM) -> None:
    with database.write() as tx:
        for kind in LOW:
            video = VideoId("video_000") if kind in ABOUT_VIDEOS else None
            Polls(tx).offer(StoredPoll(PollId(f"poll_{kind}"), person, kind, NOON, video_id=video))


def answer(rooms: Rooms, person: PersonId, said: "dict[str, int | tuple[int, ...]]") -> None:
    for kind, given in said.items():
        form = given if isinstance(given, tuple) else None
        single = None if isinstance(given, tuple) else float(given)
        answer_poll(rooms, person, PollId(f"poll_{kind}"), answer=single, answers=form)


def everything_read(town: Town, reader: PersonId) -> dict[str, tuple[int, bytes]]:
    """Return what every address that can be read gives a reader who asks about Tim wherever a person is named."""
    client = town.client(reader, *SCOPES)
    read = {}
    for template, item in town.app.openapi()["paths"].items():
        if "get" not in item:
            continue
        names = [part.strip("{}") for part in template.split("/") if part.startswith("{")]
        path = template
        for name in names:
            path = path.replace(f"{{{name}}}", VALUES.get(name, str(TIM)))
        if path == "/metrics":
            continue  # the whole process's, all tests together; it names no one
        response = client.get(path)
        read[path] = (response.status_code, response.content.replace(response.headers["x-request-id"].encode(), b""))
    return read


def test_whatever_a_minor_answers_a_guardian_reads_the_same(towns: tuple[Town, Town, Town]) -> None:
    silent, low, high = (everything_read(town, GUS) for town in towns)
    assert low == high
    about_tim = [path for path, (status, _) in low.items() if TIM in path and status == 200]
    assert len(about_tim) >= 2, sorted(low)  # what a guardian may read of him was read
    # Not even whether he has answered.
    assert {path: body for path, body in silent.items() if TIM in path} == {
        path: body for path, body in low.items() if TIM in path
    }


def test_the_same_look_finds_what_the_minor_himself_may_read(towns: tuple[Town, Town, Town]) -> None:
    _, low, high = (everything_read(town, TIM) for town in towns)
    assert [path for path in low if low[path] != high[path]]  # his own copy holds his answers: the test above can fail


def test_no_answer_is_in_the_audit_log_and_no_one_elses_question_can_be_answered(
    towns: tuple[Town, Town, Town],
) -> None:
    logs = []
    for town in towns:
        with town.rooms.database.read() as tx:
            logs.append([(entry.action, entry.subject, dict(entry.detail)) for entry in AuditLog(tx).entries()])
        client = town.client(GUS, *SCOPES)
        for kind in LOW:
            body = {"answers": [3] * 5} if kind == "who5" else {"answer": 3}
            assert client.post(f"/v1/polls/poll_{kind}/answer", json=body).status_code == 404
    assert logs[0] == logs[1] == logs[2]


def learned(database: Database, encoder: TextEncoder) -> RankingData:
    return load_ranking_data(database, encoder)


def test_the_ranker_learns_from_answers_about_videos_and_from_no_other(
    towns: tuple[Town, Town, Town], encoder: TextEncoder
) -> None:
    silent, low, high = (learned(town.rooms.database, encoder).events for town in towns)
    assert len(silent.kind) == 0
    for events, value in ((low, 1.0), (high, 5.0)):
        assert sorted(events.kind.tolist()) == sorted([str(EventKind.POLL_ANSWER), str(EventKind.LOOK_BACK)])
        assert events.value.tolist() == [value, value]


def test_moods_and_forms_change_neither_what_is_learned_nor_the_snapshot(
    tmp_path: Path, town_rooms: Rooms, encoder: TextEncoder
) -> None:
    found = []
    for name, said in (("low", LOW), ("high", HIGH)):
        home = tmp_path / name
        (home / "models").mkdir(parents=True)
        (home / "models" / "encoder").symlink_to((town_rooms.settings.models / "encoder").absolute())
        database = Database(f"sqlite:///{home / 'kindling.db'}")
        make_tables(database)
        settle(database)
        ask(database)
        answer(move_into(town_rooms, home, database).rooms, TIM, {
            kind: LOW[kind] if kind in ABOUT_VIDEOS else given for kind, given in said.items()
        })  # fmt: skip
        data = learned(database, encoder)
        build_snapshot(database, encoder, Settings(home=home), ManualClock(NOON))
        files = sorted(path for path in (home / "snapshots").rglob("*") if path.is_file())
        found.append((data, {path.relative_to(home).as_posix(): path.read_bytes() for path in files}))
        database.close()
    (first, one), (second, other) = found
    for name in ("person", "video", "kind", "at", "value", "taste"):
        np.testing.assert_array_equal(getattr(first.events, name), getattr(second.events, name))
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
