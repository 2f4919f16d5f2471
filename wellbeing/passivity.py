"""Passive scrolling, and the nudges that answer it: gentle first, rarer for someone who waves them away.

Making something or talking to people ends a passive run. It never touches a limit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.hashing import stable_int
from core.records import Event, Person
from core.vocabulary import EventKind
from wellbeing.policy import NudgeRule, NudgesPolicy
from wellbeing.state import ViewingState

# Nudges remembered: more than anyone is shown in the days that count.
_MOST_KEPT = 100
# What someone does when they are making or talking rather than scrolling.
ACTIVE_KINDS = frozenset({EventKind.CREATE, EventKind.REMIX, EventKind.COMMENT, EventKind.SHARE})
# What someone does while watching.
WATCHING_KINDS = frozenset({EventKind.VIEW, EventKind.COMPLETE, EventKind.SKIP, EventKind.LIKE, EventKind.UNLIKE})


@dataclass(frozen=True, slots=True)
class Nudge:
    """A suggestion beside a page. It can always be dismissed."""

    id: str
    level: int
    title: str
    text: str
    idea: str


@dataclass(frozen=True, slots=True)
class CreationPrompt:
    """A small idea to make something, beside a page."""

    title: str
    prompt: str


def nudge_due(
    state: ViewingState, person: Person, now: datetime, policy: NudgesPolicy, ideas: Sequence[str]
) -> Nudge | None:
    """Return the strongest nudge that this passive run has reached and not yet seen, or None."""
    if state.nudges_off:
        return None
    factor = delay_factor(state, now, policy)
    due = [
        rule
        for rule in policy.nudge
        if rule.level > state.nudge_level and state.passive_videos >= rule.after_videos * factor
    ]
    return _nudge(due[-1], state, person, ideas) if due else None


@dataclass(frozen=True, slots=True)
class Reactance:
    """How someone has taken the nudges of late: waved away, turned off, or acted on."""

    shown: int
    dismissed: int
    heeded: int
    turned_off: bool

    @property
    def share(self) -> float:
        """Of the nudges shown, how many were waved away and not acted on, 0 to 1; 1 once they are turned off."""
        if self.turned_off:
            return 1.0
        return min(1.0, max(0, self.dismissed - self.heeded) / self.shown) if self.shown else 0.0


def reactance(state: ViewingState, now: datetime, policy: NudgesPolicy) -> Reactance:
    """Return the measure over the last ``memory_days``."""
    since = now - timedelta(days=policy.tempering.memory_days)
    return Reactance(
        shown=len(_since(state.nudges_shown, since)),
        dismissed=len(_since(state.dismissals, since)),
        heeded=len(_since(state.nudges_heeded, since)),
        turned_off=state.nudges_off,
    )


def delay_factor(state: ViewingState, now: datetime, policy: NudgesPolicy) -> float:
    """Return how much later nudges come for someone who has been dismissing them and not acting on them. At least 1."""
    measured, rules = reactance(state, now, policy), policy.tempering
    added = measured.dismissed * rules.each_dismissal_delays_by - measured.heeded * rules.each_heeded_takes_back
    return min(rules.most_delay, 1 + max(0.0, added))


def shown(state: ViewingState, nudge: Nudge, now: datetime) -> ViewingState:
    """Return the state after a nudge went beside a page."""
    return state.with_(
        nudge_level=nudge.level,
        nudge_id=nudge.id,
        nudge_dismissed=False,
        nudges_shown=(*state.nudges_shown, now)[-_MOST_KEPT:],
    )


def creation_prompt(
    state: ViewingState, person: Person, policy: NudgesPolicy, ideas: Sequence[str]
) -> CreationPrompt | None:
    """Return an idea to make something when the passive run has passed another multiple of ``every_videos``."""
    every = policy.creation_prompt.every_videos
    before = state.passive_videos - state.page_videos
    if state.passive_videos // every <= max(0, before) // every:
        return None
    return CreationPrompt(policy.creation_prompt.title, _idea(ideas, person, state))


def after_events(state: ViewingState, events: Iterable[Event], now: datetime, policy: NudgesPolicy) -> ViewingState:
    """Return the state after what a person did: making and talking end the passive run."""
    return active(state, now, policy) if any(event.kind in ACTIVE_KINDS for event in events) else state


def active(state: ViewingState, now: datetime, policy: NudgesPolicy) -> ViewingState:
    """Return the state after someone made or said something: the passive run is over."""
    return heeded(state, now, policy).with_(passive_videos=0, nudge_level=0)


def heeded(state: ViewingState, now: datetime, policy: NudgesPolicy) -> ViewingState:
    """Return the state after someone made something, talked, or took a break: if a nudge had just asked, it helped."""
    if not state.nudges_shown or state.nudge_dismissed:
        return state
    last = state.nudges_shown[-1]
    within = timedelta(minutes=policy.tempering.heeded_within_minutes)
    if now - last > within or last in state.nudges_heeded:
        return state
    return state.with_(nudges_heeded=(*state.nudges_heeded, last)[-_MOST_KEPT:])


def dismissed(state: ViewingState, now: datetime, policy: NudgesPolicy, *, stop: bool) -> ViewingState:
    """Return the state after the last nudge was waved away, counted once; ``stop`` wants no more of them."""
    if stop:
        state = state.with_(nudges_off=True)
    if state.nudge_dismissed:
        return state
    since = now - timedelta(days=policy.tempering.memory_days)
    recent = _since(state.dismissals, since)
    return state.with_(nudge_dismissed=True, dismissals=(*recent, now))


def _since(moments: Sequence[datetime], since: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in moments if moment > since)


def _nudge(rule: NudgeRule, state: ViewingState, person: Person, ideas: Sequence[str]) -> Nudge:
    number = stable_int(person.id, state.session_started_at, state.videos_today, rule.level)
    return Nudge(f"nudge_{number:016x}", rule.level, rule.title, rule.text, _idea(ideas, person, state))


def _idea(ideas: Sequence[str], person: Person, state: ViewingState) -> str:
    return ideas[stable_int(person.id, state.day, state.videos_today) % len(ideas)]
