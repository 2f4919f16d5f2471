"""The gate: how many videos may be handed out now, and what to say instead when it is none.

Whatever is handed out is counted here and now, whatever the client later reports. The caller holds the person's lock,
loads the state, asks, and stores the state that comes back; that is why no number of devices gets one video more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.hashing import stable_int
from core.records import Person
from wellbeing import budgets, labels, passivity
from wellbeing.allowance import Block, PauseKind, active_s_this_week, blocks, left, strongest
from wellbeing.controls import EffectiveControls
from wellbeing.counting import active_s_today, moved_to, never_back
from wellbeing.labels import WarningLabel
from wellbeing.passivity import CreationPrompt, Nudge, creation_prompt, nudge_due
from wellbeing.policy import PauseText, WellbeingPolicy
from wellbeing.polls import PollOffer
from wellbeing.state import Budget, ViewingState


@dataclass(frozen=True, slots=True)
class Pause:
    """What a closed feed says. The journey adds what the person and their friends made."""

    kind: PauseKind
    title: str
    text: str
    resumes_at: datetime | None
    idea: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """Where the session stands after this page. ``remaining`` is None when nothing limits it."""

    is_open: bool
    videos_this_session: int
    videos_today: int
    active_minutes_today: int
    remaining: int | None
    cooldown_until: datetime | None
    resumes_at: datetime | None
    active_minutes_this_session: int = 0
    active_minutes_this_week: int = 0
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer for one page: ``allowed`` videos, already counted in ``state``."""

    allowed: int
    state: ViewingState
    session: SessionView
    controls: EffectiveControls
    pause: Pause | None = None
    label: WarningLabel | None = None
    nudge: Nudge | None = None
    poll: PollOffer | None = None
    creation_prompt: CreationPrompt | None = None

    @property
    def personalised(self) -> bool:
        """Whether this page may use what was learned about the viewer."""
        return self.controls.personalised


def open_page(
    state: ViewingState,
    person: Person,
    controls: EffectiveControls,
    *,
    requested: int,
    now: datetime,
    policy: WellbeingPolicy,
    is_page: bool = True,
    for_goals: int = 0,
) -> Gate:
    """Decide on a page of ``requested`` videos and count what is allowed. ``now`` is the server's clock.

    ``for_goals``: how many of them stand for a goal that the person chose; they count against every limit, and are not
    passive. ``is_page`` is false for a video that is opened by itself: it counts the same, and nothing goes beside it.
    """
    if requested < 0:
        raise ValueError("requested must not be negative")
    now = never_back(state, now)
    state = moved_to(state, person, controls.band, now, policy.limits)
    state = _night_begun(_session_closed(state, controls, now, policy), person, controls, now)
    state = _budget_settled(state, person, controls, now, policy)
    block = strongest(blocks(state, person, controls, now, policy))
    if block is not None:
        return _closed(state, person, controls, block, now, policy)
    state = labels.brought_up(state, person, controls.band, now, policy)
    if labels.holds_the_page(state):
        return _held_by_label(state, person, controls, now, policy)
    allowed = min([requested, *left(state, person, controls, policy).values()])
    ideas, speaks = policy.pauses.ideas.choices, allowed > 0 and is_page
    nudge = nudge_due(state, person, now, policy.nudges, ideas) if speaks else None
    prompt = creation_prompt(state, person, policy.nudges, ideas) if speaks else None
    state = _handed_out(state, controls, allowed, now, nudge)
    state = state.with_(passive_videos=max(0, state.passive_videos - min(for_goals, allowed)))
    state = _session_closed(state, controls, now, policy)
    return Gate(
        allowed=allowed,
        state=state,
        session=session_view(state, person, controls, now, policy),
        controls=controls,
        label=labels.standing(state, policy),
        nudge=nudge,
        creation_prompt=None if nudge else prompt,
    )


def session_view(
    state: ViewingState, person: Person, controls: EffectiveControls, now: datetime, policy: WellbeingPolicy
) -> SessionView:
    """Return where a state, already moved to ``now``, stands."""
    bounds = left(state, person, controls, policy)
    block = strongest(blocks(state, person, controls, now, policy))
    return SessionView(
        is_open=block is None,
        videos_this_session=state.session_videos,
        videos_today=state.videos_today,
        active_minutes_today=int(active_s_today(state, policy.limits) // 60),
        remaining=0 if block else min(bounds.values(), default=None),
        cooldown_until=None if controls.continuous_feed else state.cooldown_until,
        resumes_at=_opens_at(block, person, controls) if block else None,
        active_minutes_this_session=int(state.session_elapsed_s // 60),
        active_minutes_this_week=int(active_s_this_week(state, policy.limits) // 60),
        budget=state.budget,
    )


def looked_at(
    state: ViewingState, person: Person, controls: EffectiveControls, now: datetime, policy: WellbeingPolicy
) -> tuple[ViewingState, SessionView]:
    """Return the state at ``now`` without counting anything, and where it stands: for pages that only show it."""
    now = never_back(state, now)
    state = moved_to(state, person, controls.band, now, policy.limits)
    state = _budget_settled(_night_begun(state, person, controls, now), person, controls, now, policy)
    return state, session_view(state, person, controls, now, policy)


def _budget_settled(
    state: ViewingState, person: Person, controls: EffectiveControls, now: datetime, policy: WellbeingPolicy
) -> ViewingState:
    if state.budget is None:
        return state
    videos_left = left(state, person, controls, policy).get(PauseKind.BUDGET)
    return budgets.settled(state, videos_left, now, policy.limits)


def _held_by_label(
    state: ViewingState, person: Person, controls: EffectiveControls, now: datetime, policy: WellbeingPolicy
) -> Gate:
    """Nothing is handed out while a label that may not be skipped stands; reading it is not watching."""
    state = state.with_(last_active_at=None, outstanding_videos=0)
    session = session_view(state, person, controls, now, policy)
    return Gate(0, state, session, controls, label=labels.standing(state, policy))


def _session_closed(
    state: ViewingState, controls: EffectiveControls, now: datetime, policy: WellbeingPolicy
) -> ViewingState:
    """Begin the cooldown once the session's videos are all handed out (or the limit was lowered below them)."""
    if controls.continuous_feed or state.cooldown_until is not None:
        return state
    if state.session_videos < int(controls.value("session_videos")):
        return state
    pause = timedelta(minutes=policy.limits.session.cooldown_minutes.of(controls.band))
    return state.with_(cooldown_until=now + pause)


def _night_begun(state: ViewingState, person: Person, controls: EffectiveControls, now: datetime) -> ViewingState:
    """Note the end of a night that has begun, in the zone the day runs by or the person's own: moving ends neither."""
    night = controls.night
    if night is None:
        return state.with_(night_until=None, night_hours=None)
    if state.night_hours != night.text():
        state = state.with_(night_until=None, night_hours=None)
    zones = {person.timezone, state.timezone or person.timezone}
    ends = [night.ends_at(now, zone) for zone in zones if night.holds(now, zone)]
    if state.night_until is not None:
        ends.append(state.night_until)
    if not ends:
        return state
    return state.with_(night_until=max(ends), night_hours=night.text())


def _handed_out(
    state: ViewingState, controls: EffectiveControls, allowed: int, now: datetime, nudge: Nudge | None
) -> ViewingState:
    if allowed and controls.continuous_feed:
        # A guardian lifted the pause and the person watched on: the pause has not been taken.
        state = state.with_(cooldown_until=None)
    state = budgets.handed_out(state, allowed)
    state = state.with_(
        videos_today=state.videos_today + allowed,
        session_videos=state.session_videos + allowed,
        passive_videos=state.passive_videos + allowed,
        outstanding_videos=max(state.outstanding_videos, allowed),
        page_videos=allowed,
        last_active_at=now,
    )
    if nudge is None:
        return state
    return passivity.shown(state, nudge, now)


def _closed(
    state: ViewingState,
    person: Person,
    controls: EffectiveControls,
    block: Block,
    now: datetime,
    policy: WellbeingPolicy,
) -> Gate:
    state = state.with_(paused_at=now, last_active_at=None, outstanding_videos=0)
    resumes_at = _opens_at(block, person, controls)
    words = _words(block, resumes_at, policy)
    shown = "" if resumes_at is None else resumes_at.astimezone(ZoneInfo(person.timezone)).strftime("%H:%M")
    ideas = policy.pauses.ideas.choices
    pause = Pause(
        kind=block.kind,
        title=words.title,
        text=words.text.replace("{resumes}", shown),
        resumes_at=resumes_at,
        idea=ideas[stable_int(person.id, state.day, state.session_number) % len(ideas)],
    )
    session = session_view(state, person, controls, now, policy)
    return Gate(allowed=0, state=state, session=session, controls=controls, pause=pause)


def _opens_at(block: Block, person: Person, controls: EffectiveControls) -> datetime | None:
    """Return when the feed opens: the block's end, or the morning if that falls in the night."""
    night = controls.night
    if block.until is None or night is None or not night.holds(block.until, person.timezone):
        return block.until
    return night.ends_at(block.until, person.timezone)


def _words(block: Block, resumes_at: datetime | None, policy: WellbeingPolicy) -> PauseText:
    texts = policy.pauses.text
    if resumes_at is None:
        return texts.daily_limit_closed
    return {
        PauseKind.COOLDOWN: texts.cooldown,
        PauseKind.DAILY_LIMIT: texts.daily_limit,
        PauseKind.NIGHT: texts.night,
        PauseKind.WEEKLY_LIMIT: texts.weekly_limit,
        PauseKind.BUDGET: texts.budget,
        PauseKind.BREAK: texts.break_,
    }[block.kind]
