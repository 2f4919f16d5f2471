"""The charter: looking back, a majority is better off beyond doubt, or nothing launches until a person signs."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import ManualClock
from core.errors import Conflict, InvalidInput
from core.ids import PersonId, PollId
from core.records import Person
from core.records_charter import CharterAct, CharterEntry
from core.records_wellbeing import StoredPoll
from core.storage.audit import AuditLog
from core.storage.charter import CharterLog
from core.storage.database import Database
from core.storage.people import People
from core.storage.polls import Polls
from pipelines.offline.launches import require_launches_open
from pipelines.offline.wellbeing.charter import check_charter, read_look_backs
from pipelines.online.charter import CharterWatch, lift
from wellbeing.charter import LookBacks, charter_finding, entry_for, standing
from wellbeing.policy import load_charter

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
POLICY = load_charter()
REASON = "The poll's wording was wrong for two weeks; see the review of May."


def looks(better: int, not_better: int, silent: int) -> LookBacks:
    answers = np.array([5.0] * better + [3.0] * not_better + [0.0] * silent)
    return LookBacks({"use": np.array(["some"] * len(answers), dtype=object)}, answers)


@pytest.mark.parametrize(
    ("better", "not_better", "act"),
    [
        (150, 49, CharterAct.UNPROVEN),
        (400, 100, CharterAct.KEPT),
        (255, 245, CharterAct.BROKEN),  # a majority, but not beyond doubt
        (100, 400, CharterAct.BROKEN),
    ],
)
def test_only_a_majority_beyond_doubt_keeps_the_charter(better: int, not_better: int, act: CharterAct) -> None:
    assert charter_finding(looks(better, not_better, 300), POLICY).act == act


def test_those_who_are_silent_count_through_those_like_them() -> None:
    # Heavy users answer and are content; light users are most people, answer seldom, and are not.
    use = np.array(["heavy"] * 400 + ["light"] * 1600, dtype=object)
    answers = np.zeros(2000)
    answers[:300], answers[400:460], answers[460:520] = 5, 5, 1
    answers[520:600] = 2
    finding = charter_finding(LookBacks({"use": use}, answers), POLICY)
    assert finding.raw.low > 0.5
    assert finding.low < 0.5
    assert finding.act == CharterAct.BROKEN
    assert all(way.imbalance < finding.imbalance_before / 5 for way in finding.corrected)
    assert finding.worst.low == pytest.approx(360 / 2000)


@given(
    acts=st.lists(st.sampled_from([CharterAct.KEPT, CharterAct.UNPROVEN, CharterAct.BROKEN]), max_size=30),
    sign_at=st.integers(0, 30),
)
def test_a_freeze_ends_by_a_signature_and_by_nothing_else(acts: list[CharterAct], sign_at: int) -> None:
    samples = {
        CharterAct.KEPT: looks(400, 50, 0), CharterAct.UNPROVEN: looks(5, 0, 0), CharterAct.BROKEN: looks(50, 400, 0),
    }  # fmt: skip
    latest: CharterEntry | None = None
    for day, found in enumerate(acts):
        now = NOW + timedelta(days=day)
        was_frozen = standing(latest, now, POLICY).is_frozen
        if was_frozen and day == sign_at:
            latest = CharterEntry(now, CharterAct.LIFTED, "someone", REASON, POLICY.version, {})
            was_frozen = False
        entry = entry_for(charter_finding(samples[found], POLICY), latest, now, POLICY)
        latest = entry if entry.act != CharterAct.NOTED else latest
        is_frozen = standing(latest, now, POLICY).is_frozen
        assert is_frozen or not was_frozen
        if found == CharterAct.BROKEN and (latest is None or latest.act != CharterAct.LIFTED):
            assert is_frozen


def test_a_signature_runs_out_and_the_next_check_decides() -> None:
    signed = CharterEntry(NOW, CharterAct.LIFTED, "someone", REASON, POLICY.version, {})
    finding = charter_finding(looks(50, 400, 0), POLICY)
    assert entry_for(finding, signed, NOW + timedelta(days=29), POLICY).act == CharterAct.NOTED
    assert entry_for(finding, signed, NOW + timedelta(days=30), POLICY).act == CharterAct.BROKEN


def settle(database: Database, answers: list[float | None]) -> None:
    """People who joined a year ago, asked last week; and one who joined yesterday and whose word does not count yet."""
    joined = NOW - timedelta(days=365)
    everyone = [_person(place, joined) for place in range(len(answers))]
    with database.write() as tx:
        People(tx).add([*everyone, _person(len(answers), NOW - timedelta(days=1))])
        for place, answer in enumerate([*answers, 1.0]):
            poll = StoredPoll(
                PollId(f"poll_{place:016x}"), PersonId(f"per_{place:04d}"), "look_back", NOW - timedelta(days=7)
            )
            Polls(tx).offer(poll)
            if answer is not None:
                Polls(tx).answer(poll.id, answer, NOW - timedelta(days=7))


def _person(place: int, joined: datetime) -> Person:
    return Person(
        id=PersonId(f"per_{place:04d}"), handle=f"p{place}", display_name="P", birth_date=date(1990, 1, 1),
        jurisdiction="ZZ", timezone="UTC", created_at=joined,
    )  # fmt: skip


def test_a_broken_charter_freezes_launches_until_a_person_signs_and_all_of_it_is_audited(database: Database) -> None:
    settle(database, [1.0] * 150 + [5.0] * 70 + [None] * 30)
    watch = CharterWatch(database, POLICY)
    assert not watch.standing(NOW).is_frozen
    entry = check_charter(database, NOW)
    assert (entry.act, entry.figures["people"], entry.figures["answers"]) == (CharterAct.BROKEN, 250, 220)
    assert watch.standing(NOW + timedelta(seconds=5)).is_frozen
    with pytest.raises(Conflict) as caught:
        require_launches_open(database, NOW, overrides=None)
    assert caught.value.code == "launches_frozen"
    with pytest.raises(InvalidInput):
        lift(database, POLICY, by="owner", reason="because", now=NOW)
    lift(database, POLICY, by="owner", reason=REASON, now=NOW)
    require_launches_open(database, NOW, overrides=None)
    assert not watch.standing(NOW + timedelta(seconds=10)).is_frozen
    with pytest.raises(Conflict):
        lift(database, POLICY, by="owner", reason=REASON, now=NOW)
    assert check_charter(database, NOW + timedelta(days=1)).act == CharterAct.NOTED
    with database.read() as tx:
        assert [entry.action for entry in AuditLog(tx).entries()] == ["charter.broken", "charter.lifted"]
        assert [entry.act for entry in CharterLog(tx).entries()] == ["broken", "lifted", "noted"]


def test_old_answers_and_newcomers_do_not_count(database: Database) -> None:
    settle(database, [5.0, None, 2.0])
    with database.read() as tx:
        now = read_look_backs(tx, NOW, POLICY)
        later = read_look_backs(tx, NOW + timedelta(days=170), POLICY)
    assert now.answers.tolist() == [5.0, 0.0, 2.0]
    assert set(now.traits["use"]) == {"none"}
    assert len(later) == 3
    with database.read() as tx:
        assert read_look_backs(tx, NOW + timedelta(days=184), POLICY).answers.sum() == 0


def test_training_heads_stops_before_it_reads_anything(database: Database, tmp_path: Path) -> None:
    from core.settings import Settings
    from pipelines.offline.heads import train_and_publish

    settle(database, [1.0] * 200)
    check_charter(database, NOW)
    no_encoder = None
    with pytest.raises(Conflict, match="frozen"):
        train_and_publish(database, no_encoder, Settings(home=tmp_path), ManualClock(NOW))  # type: ignore[arg-type]
