"""How someone takes nudges: waved away, turned off, or acted on; and what that does to the next ones."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import EventKind
from tests.conftest import NOON
from tests.wellbeing.test_wellbeing_gate import ADULT, ROOM, Viewer
from wellbeing.passivity import delay_factor, dismissed, heeded, reactance
from wellbeing.state import ViewingState

RULES = ROOM.policy.nudges


def nudged() -> Viewer:
    viewer = Viewer(ADULT)
    viewer.scroll(50, every=timedelta(seconds=20))
    assert len(viewer.state.nudges_shown) == 1
    return viewer


def test_acting_on_a_nudge_takes_back_what_dismissing_one_added() -> None:
    viewer = nudged()
    viewer.state = dismissed(viewer.state, viewer.now, RULES, stop=False)
    waved = delay_factor(viewer.state, viewer.now, RULES)
    assert (waved, reactance(viewer.state, viewer.now, RULES).share) == (1.5, 1.0)
    viewer.did(EventKind.CREATE)  # after waving it away: of their own accord
    assert delay_factor(viewer.state, viewer.now, RULES) == waved
    viewer.scroll(80, every=timedelta(seconds=20))
    assert len(viewer.state.nudges_shown) == 2
    viewer.did(EventKind.REMIX)
    viewer.did(EventKind.REMIX)  # counted once
    measured = reactance(viewer.state, viewer.now, RULES)
    assert (measured.shown, measured.dismissed, measured.heeded, measured.share) == (2, 1, 1, 0.0)
    assert delay_factor(viewer.state, viewer.now, RULES) == 1.0


def test_turning_nudges_off_is_the_whole_of_reactance_and_time_forgets_the_rest() -> None:
    viewer = nudged()
    stopped = dismissed(viewer.state, viewer.now, RULES, stop=True)
    assert reactance(stopped, viewer.now, RULES).share == 1.0
    waved = dismissed(viewer.state, viewer.now, RULES, stop=False)
    later = viewer.now + timedelta(days=RULES.tempering.memory_days)
    assert (reactance(waved, later, RULES).shown, delay_factor(waved, later, RULES)) == (0, 1.0)


def test_making_something_long_after_a_nudge_is_not_acting_on_it() -> None:
    viewer = nudged()
    later = viewer.now + timedelta(minutes=RULES.tempering.heeded_within_minutes + 1)
    assert heeded(viewer.state, later, RULES) == viewer.state


@given(
    days=st.lists(st.integers(0, 20), max_size=30), taken=st.lists(st.integers(0, 20), max_size=30), off=st.booleans()
)
def test_the_measure_of_reactance_stays_a_share(days: list[int], taken: list[int], off: bool) -> None:
    moments = tuple(NOON - timedelta(days=day) for day in sorted(days, reverse=True))
    acted = tuple(NOON - timedelta(days=day) for day in sorted(taken, reverse=True))
    state = ViewingState(nudges_shown=moments, dismissals=moments, nudges_heeded=acted, nudges_off=off)
    assert 0 <= reactance(state, NOON, RULES).share <= 1
    assert 1 <= delay_factor(state, NOON, RULES) <= RULES.tempering.most_delay
