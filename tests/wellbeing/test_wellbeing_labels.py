"""Warning labels that a law asks for: when they come, and that one which may not be skipped is not skipped."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.errors import Conflict, NotFound
from tests.conftest import make_person
from tests.wellbeing.test_wellbeing_gate import ROOM, Viewer
from wellbeing import labels
from wellbeing.gate import Gate
from wellbeing.policy import FOLDER
from wellbeing.room import Wellbeing

CALIFORNIAN = make_person(
    "teen", born=date(2010, 3, 1), jurisdiction="US-CA", timezone="America/Los_Angeles"
)  # 16: their guardian may allow four hours
MORNING = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # 9:00 in Los Angeles


def watcher(hours: int = 4) -> Viewer:
    viewer = Viewer(CALIFORNIAN, now=MORNING).set("continuous_feed", True).set("daily_videos", 600)
    return viewer.set("daily_minutes", hours * 60)


def shown(viewer: Viewer, gate: Gate) -> None:
    assert gate.label is not None
    viewer.state = labels.acknowledged(viewer.state, gate.label.id, viewer.now)


def watch_for(viewer: Viewer, minutes: int) -> list[Gate]:
    """Watch on, two videos every 48 seconds, for so many minutes in the feed."""
    gates = []
    for _ in range(minutes * 60 // 48):
        gates.append(viewer.page(2))
        viewer.wait(seconds=48)
    return gates


def test_a_californian_teens_day_begins_with_a_label_of_ten_seconds_that_may_be_skipped() -> None:
    viewer = watcher()
    first = viewer.page(2)
    assert first.allowed == 2
    assert (first.label.rule_id, first.label.seconds, first.label.skippable) == ("us-ca-ab56-first-use", 10, True)
    assert viewer.page(2).label.id == first.label.id  # it comes again until it was shown
    shown(viewer, first)
    assert viewer.page(2).label is None
    viewer.now = MORNING.replace(day=22)
    assert viewer.page(2).label.id != first.label.id  # the next day begins with one of its own


def test_after_three_hours_thirty_seconds_pass_before_the_next_page_and_then_hourly() -> None:
    viewer = watcher()
    shown(viewer, viewer.page(2))
    assert all(gate.label is None and gate.allowed for gate in watch_for(viewer, 179))
    watch_for(viewer, 2)
    held = viewer.page(2)
    assert (held.allowed, held.pause, held.label.seconds, held.label.skippable) == (0, None, 30, False)
    viewer.wait(seconds=30)
    assert viewer.page(2).allowed == 0  # not before the client says that it was shown
    shown(viewer, held)
    assert viewer.page(2).allowed == 2
    assert all(gate.label is None and gate.allowed for gate in watch_for(viewer, 56))
    rule = next(rule for rule in ROOM.policy.labels.label if rule.id == held.label.rule_id)
    assert [rule.showings_by(minutes * 60) for minutes in (179.9, 180, 239.9, 240, 300)] == [0, 1, 1, 2, 3]


def test_a_label_that_may_not_be_skipped_is_not_acknowledged_early() -> None:
    viewer = watcher()
    shown(viewer, viewer.page(2))
    while viewer.page(2).allowed:
        viewer.wait(seconds=48)
    label = viewer.page(2).label
    viewer.wait(seconds=29)
    with pytest.raises(Conflict):
        labels.acknowledged(viewer.state, label.id, viewer.now)
    with pytest.raises(NotFound):
        labels.acknowledged(viewer.state, "label_of_someone_else", viewer.now)
    assert viewer.page(2).label.ends_at == label.ends_at  # asking again does not begin it anew
    viewer.wait(seconds=1)
    shown(viewer, viewer.page(2))
    assert viewer.page(2).allowed == 2


def test_neither_midnight_nor_a_new_session_takes_away_a_label_that_may_not_be_skipped() -> None:
    viewer = watcher()
    shown(viewer, viewer.page(2))
    while viewer.page(2).allowed:
        viewer.wait(seconds=48)
    held = viewer.page(2).label
    viewer.wait(days=1)
    again = viewer.page(2)
    assert (again.allowed, again.label.id) == (0, held.id)


def test_elsewhere_and_for_adults_there_is_no_label() -> None:
    for person in (make_person("teen", born=date(2010, 3, 1)), make_person("ana", jurisdiction="US-CA")):
        assert Viewer(person, now=MORNING).page(2).label is None


def test_a_court_can_switch_a_label_off_by_an_edit_of_data(tmp_path: Path) -> None:
    text = (FOLDER / "labels.toml").read_text(encoding="utf-8")
    (tmp_path / "labels.toml").write_text(text.replace("enabled = true", "enabled = false"), encoding="utf-8")
    room = Wellbeing.open(overrides=tmp_path)
    viewer = watcher()
    controls = room.controls(viewer.person, viewer.settings, viewer.now)
    viewer.page(2)
    assert viewer.state.label is not None
    gate = room.open_page(viewer.state, viewer.person, controls, requested=2, now=viewer.now)
    assert (gate.allowed, gate.label) == (2, None)
