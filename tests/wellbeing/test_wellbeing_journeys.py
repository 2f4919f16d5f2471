"""The gate, polls and nudges through both databases: counted once, however many devices ask."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from core.clock import ManualClock
from core.errors import Conflict, InvalidInput, NotFound
from core.ids import PersonId, PollId, VideoId
from core.records import Event, Person
from core.storage.database import Database
from core.storage.events import Events
from core.storage.people import People
from core.storage.polls import Polls
from core.vocabulary import EventKind
from pipelines.online import wellbeing as journeys
from tests.conftest import make_person
from wellbeing.gate import Gate, PauseKind
from wellbeing.polls import PollOffer
from wellbeing.room import Wellbeing

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TEEN = make_person("teen", born=date(2011, 3, 1), created_at=LONG_AGO)
ADULT = make_person("ana", created_at=LONG_AGO)


@dataclass
class Rooms:
    """What these journeys use of the rooms: real policies, real storage, a clock that stands still."""

    database: Database
    clock: ManualClock
    wellbeing: Wellbeing


@pytest.fixture
def rooms(database: Database, clock: ManualClock) -> Rooms:
    with database.write() as tx:
        People(tx).add([TEEN, ADULT])
    return Rooms(database, clock, Wellbeing.open())


def page(rooms: Rooms, person: Person, size: int = 8) -> Gate:
    with rooms.database.write() as tx:
        People(tx).lock(person.id)
        return journeys.open_gate(tx, rooms, person, size)


def did(rooms: Rooms, person: Person, kind: EventKind, video: str = "video_1") -> None:
    now = rooms.clock.now()
    event = Event(f"{kind}-{now.timestamp()}-{person.id}", person.id, kind, now, now, video_id=VideoId(video))
    with rooms.database.write() as tx:
        People(tx).lock(person.id)
        Events(tx).append([event])
        journeys.note_events(tx, rooms, person, [event])


def scroll_to_poll(rooms: Rooms, person: Person) -> PollOffer:
    for _ in range(8):
        gate = page(rooms, person)
        if gate.poll:
            return gate.poll
        rooms.clock.advance(minutes=1)
        did(rooms, person, EventKind.COMPLETE)
    raise AssertionError("no poll came")


def say(rooms: Rooms, poll: PollOffer, value: int) -> None:
    """Give one and the same answer to a question, or to every statement of a form."""
    given = {"answers": [value] * len(poll.statements)} if poll.statements else {"answer": value}
    journeys.answer_poll(rooms, ADULT.id, poll.id, **given)


def test_forty_devices_at_once_get_exactly_the_sessions_videos(rooms: Rooms) -> None:
    with ThreadPoolExecutor(8) as pool:
        gates = list(pool.map(lambda _: page(rooms, TEEN, 3), range(40)))
    assert sum(gate.allowed for gate in gates) == 20
    assert page(rooms, TEEN).pause.kind is PauseKind.COOLDOWN


def test_a_crash_after_counting_and_before_answering_gives_nothing_back_for_free(rooms: Rooms) -> None:
    class PowerCut(Exception):
        pass

    def cut() -> None:
        with rooms.database.write() as tx:
            People(tx).lock(TEEN.id)
            assert journeys.open_gate(tx, rooms, TEEN, 8).allowed == 8
            raise PowerCut

    with pytest.raises(PowerCut):
        cut()
    # Nothing was handed out, so nothing was counted; and what is handed out is never more than the limit.
    assert sum(page(rooms, TEEN).allowed for _ in range(5)) == 20


def test_a_persons_own_view_counts_nothing(rooms: Rooms) -> None:
    page(rooms, TEEN, 5)
    rooms.clock.advance(seconds=60)
    first, second = (journeys.wellbeing_view(rooms, TEEN.id) for _ in range(2))
    assert first == second
    assert (first.today.videos, first.today.active_minutes, first.session.remaining) == (5, 1, 15)
    assert {control.name for control in first.limits} >= {"daily_minutes", "continuous_feed"}


def test_an_unknown_person_has_no_wellbeing_page(rooms: Rooms) -> None:
    with pytest.raises(NotFound):
        journeys.wellbeing_view(rooms, PersonId("per_nobody"))


def test_creating_resets_passivity_and_watching_takes_time(rooms: Rooms) -> None:
    for _ in range(7):
        page(rooms, ADULT, 6)
    did(rooms, ADULT, EventKind.CREATE)
    assert page(rooms, ADULT).nudge is None
    rooms.clock.advance(seconds=50)
    did(rooms, ADULT, EventKind.VIEW)
    rooms.clock.advance(seconds=50)
    assert page(rooms, ADULT).state.elapsed_s_today == 100


def test_videos_for_a_chosen_goal_are_counted_and_are_not_passive(rooms: Rooms) -> None:
    with rooms.database.write() as tx:
        People(tx).lock(ADULT.id)
        state = journeys.open_gate(tx, rooms, ADULT, 8, for_goals=3).state
    assert (state.passive_videos, state.videos_today, state.session_videos) == (5, 8, 8)


def test_a_nudge_is_dismissed_once_and_only_by_its_person(rooms: Rooms) -> None:
    nudge = next(gate.nudge for gate in (page(rooms, ADULT, 10) for _ in range(9)) if gate.nudge)
    with pytest.raises(NotFound):
        journeys.dismiss_nudge(rooms, TEEN.id, nudge.id)
    journeys.dismiss_nudge(rooms, ADULT.id, nudge.id)
    journeys.dismiss_nudge(rooms, ADULT.id, nudge.id)
    assert len(page(rooms, ADULT).state.dismissals) == 1


def test_at_most_one_poll_a_session_and_two_a_week(rooms: Rooms) -> None:
    offers = []
    for _ in range(14):  # two weeks, three long sessions a day
        for _ in range(3):
            polls = [page(rooms, ADULT, 10).poll]
            did(rooms, ADULT, EventKind.COMPLETE)
            polls += [page(rooms, ADULT, 10).poll for _ in range(3)]
            asked = [poll for poll in polls if poll]
            assert len(asked) <= 1
            offers += [(rooms.clock.now(), poll.kind) for poll in asked]
            for poll in asked:
                say(rooms, poll, 3)
            rooms.clock.advance(hours=8)
    for moment, _ in offers:
        assert sum(1 for other, _ in offers if 0 <= (other - moment).days < 7) <= 2
    assert len({kind for _, kind in offers}) == len(offers)  # nothing comes twice before its turn


def test_in_half_a_year_every_kind_is_asked_and_the_rare_ones_first(rooms: Rooms) -> None:
    kinds = []
    for _ in range(26):
        poll = scroll_to_poll(rooms, ADULT)
        say(rooms, poll, 3)
        kinds.append(poll.kind)
        rooms.clock.advance(days=4)
    assert kinds[:3] == ["look_back", "who5", "time_well_spent"]
    assert kinds.count("look_back") == 1
    assert 3 <= kinds.count("who5") <= 4
    assert abs(kinds.count("item") - kinds.count("mood")) <= 1
    assert kinds.count("item") >= 2


def test_a_form_is_scored_and_kept_whole_and_takes_no_half_answer(rooms: Rooms) -> None:
    say(rooms, scroll_to_poll(rooms, ADULT), 4)
    rooms.clock.advance(days=4)
    poll = scroll_to_poll(rooms, ADULT)
    assert (poll.kind, len(poll.statements)) == ("who5", 5)
    for wrong in ({"answer": 3}, {"answers": [1, 2, 3, 4]}, {"answers": [1, 2, 3, 4, 6]}):
        with pytest.raises(InvalidInput) as caught:
            journeys.answer_poll(rooms, ADULT.id, poll.id, **wrong)
        assert caught.value.field is not None
        assert caught.value.field.startswith("answers")
    for _ in range(2):
        journeys.answer_poll(rooms, ADULT.id, poll.id, answers=[5, 4, 3, 2, 1])
    with pytest.raises(Conflict):
        journeys.answer_poll(rooms, ADULT.id, poll.id, answers=[1, 2, 3, 4, 5])  # the same score, another answer
    with rooms.database.read() as tx:
        kept = Polls(tx).find(poll.id, ADULT.id)
    assert kept is not None
    assert (kept.answer, kept.answers) == (60, (5, 4, 3, 2, 1))


def test_never_a_poll_soon_after_a_lock_out(rooms: Rooms) -> None:
    while page(rooms, TEEN).pause is None:
        pass
    rooms.clock.advance(minutes=21)
    assert all(page(rooms, TEEN, 5).poll is None for _ in range(4))


def test_a_skip_makes_the_next_poll_rarer_and_stop_ends_them(rooms: Rooms) -> None:
    poll = scroll_to_poll(rooms, ADULT)
    journeys.answer_poll(rooms, ADULT.id, poll.id, skip=True)
    journeys.answer_poll(rooms, ADULT.id, poll.id, skip=True)
    rooms.clock.advance(hours=25)  # past the usual gap, not past the longer one
    assert all(page(rooms, ADULT).poll is None for _ in range(4))
    rooms.clock.advance(hours=24)
    second = scroll_to_poll(rooms, ADULT)
    journeys.answer_poll(rooms, ADULT.id, second.id, stop=True)
    rooms.clock.advance(days=40)
    assert all(page(rooms, ADULT).poll is None for _ in range(6))


def test_only_an_answer_about_a_video_reaches_the_ranker(rooms: Rooms) -> None:
    kinds = []
    for _ in range(8):
        poll = scroll_to_poll(rooms, ADULT)
        say(rooms, poll, 4)
        kinds.append(poll.kind)
        rooms.clock.advance(days=4)
    with rooms.database.read() as tx:
        told = Events(tx).of_person(ADULT.id, since=LONG_AGO, kinds=[EventKind.POLL_ANSWER])
    assert {"time_well_spent", "who5", "mood", "look_back"} <= set(kinds)
    assert len(told) == kinds.count("item") > 0
    assert all(event.video_id == "video_1" and event.value == 4 for event in told)


def test_an_answer_is_checked_kept_and_harmless_to_repeat(rooms: Rooms) -> None:
    poll = scroll_to_poll(rooms, ADULT)
    for wrong in ({"answer": 9}, {"answer": 2.5}, {}, {"answer": 3, "skip": True}):
        with pytest.raises(InvalidInput) as caught:
            journeys.answer_poll(rooms, ADULT.id, poll.id, **wrong)
        assert caught.value.field == "answer"
    journeys.answer_poll(rooms, ADULT.id, poll.id, answer=5)
    journeys.answer_poll(rooms, ADULT.id, poll.id, answer=5)
    with pytest.raises(Conflict):
        journeys.answer_poll(rooms, ADULT.id, poll.id, answer=1)
    with rooms.database.read() as tx:
        assert Polls(tx).of_person(ADULT.id, since=LONG_AGO)[0].answer == 5


def test_someone_elses_poll_is_not_there(rooms: Rooms) -> None:
    poll = scroll_to_poll(rooms, ADULT)
    for person, ident in ((TEEN.id, poll.id), (ADULT.id, PollId("poll_none"))):
        with pytest.raises(NotFound):
            journeys.answer_poll(rooms, person, ident, answer=5)


def test_a_break_is_taken_and_ended_and_ends_nothing_else(rooms: Rooms) -> None:
    journeys.take_break(rooms, TEEN.id, 30)
    assert page(rooms, TEEN).pause.kind is PauseKind.BREAK
    journeys.take_break(rooms, TEEN.id, 1)  # a second, shorter break does not cut the first short
    rooms.clock.advance(minutes=2)
    assert page(rooms, TEEN).pause.kind is PauseKind.BREAK
    assert journeys.end_break(rooms, TEEN.id).is_open
    assert sum(page(rooms, TEEN).allowed for _ in range(5)) == 20
    journeys.end_break(rooms, TEEN.id)
    assert page(rooms, TEEN).allowed == 0
