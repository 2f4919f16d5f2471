"""Questions, asked rarely: when to offer one, and what an answer may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import InvalidInput
from core.hashing import stable_int
from core.ids import PollId, VideoId
from core.records import Person
from wellbeing.policy import PollChoice, PollRule, PollsPolicy
from wellbeing.state import ViewingState
from wellbeing.who5 import who5_score

ITEM, ITEM_LATER = "item", "item_later"  # about a video: just watched, and a day or more ago
ABOUT_VIDEOS = (ITEM, ITEM_LATER)
LOOK_BACK = "look_back"  # over half a year
_WEEK = timedelta(days=7)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PollOffer:
    """A question beside a page."""

    id: PollId
    kind: str
    question: str
    choices: tuple[PollChoice, ...]
    statements: tuple[str, ...] = ()
    video_id: VideoId | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said: one value (a form's is its score), and a form's answers one by one."""

    value: float
    each: tuple[int, ...] | None = None


def poll_may_come(state: ViewingState, now: datetime, policy: PollsPolicy) -> bool:
    """Tell whether a question of any kind may be asked now."""
    rules = policy.spacing
    recent = [moment for moment in state.poll_offers if moment > now - _WEEK]
    gap = timedelta(
        hours=min(rules.most_hours_between, rules.hours_between + state.poll_skips * rules.each_skip_adds_hours)
    )
    quiet = timedelta(hours=rules.quiet_hours_after_pause)
    return (
        not state.polls_stopped
        and state.session_polls < rules.each_session
        and state.session_videos - state.outstanding_videos >= rules.videos_first
        and len(recent) < rules.each_week
        and all(moment <= now - gap for moment in state.poll_offers)
        and (state.paused_at is None or now - state.paused_at >= quiet)
    )


def poll_offer(
    state: ViewingState, person: Person, now: datetime, policy: PollsPolicy, *, about: Mapping[str, VideoId | None]
) -> tuple[ViewingState, PollOffer | None]:
    """Return the question to ask now, if any, with the state that remembers it was asked.

    ``about``: which video a question of each kind in ``ABOUT_VIDEOS`` would be about; none of a kind without one.
    """
    if not poll_may_come(state, now, policy):
        return state, None
    for rule in _in_order(state, policy):
        if _kind_due(rule, state, person, now) and (rule.kind not in ABOUT_VIDEOS or about.get(rule.kind) is not None):
            return _offered(state, person, now, rule, about.get(rule.kind))
    return state, None


def checked_answer(
    rule: PollRule | None, answer: float | None, answers: Sequence[int] | None, *, skip: bool
) -> Answer | None:
    """Return the answer if it fits the question, or None for a skip. Raises ``InvalidInput`` otherwise."""
    given = [value for value in (answer, answers) if value is not None]
    if skip and not given:
        return None
    if skip or len(given) != 1:
        raise InvalidInput(
            code="answer_or_skip",
            detail="Give an answer, or skip the question.",
            field="answer",
            expected="one of `answer`, `answers`, `skip` and `stop`",
        )
    is_form = rule is not None and bool(rule.statements)
    if answers is not None and is_form:
        return Answer(float(who5_score(answers)), tuple(answers))
    if answers is not None or is_form or answer is None:
        raise InvalidInput(
            code="invalid_answer",
            detail="A form takes `answers`, one for each statement; every other question takes `answer`.",
            field="answers" if is_form else "answer",
            expected="five whole numbers from 0 to 5" if is_form else "one number",
        )
    return Answer(_one_of(rule, answer))


def _one_of(rule: PollRule | None, answer: float) -> float:
    values = [] if rule is None else [choice.value for choice in rule.choices]
    if answer not in values:
        raise InvalidInput(
            code="invalid_answer",
            detail=f"{answer:g} is not one of the answers.",
            field="answer",
            expected=f"one of {', '.join(str(value) for value in values)}",
        )
    return float(answer)


def answered(state: ViewingState) -> ViewingState:
    """Return the state after an answer: the spacing goes back to normal."""
    return state.with_(poll_skips=0)


def skipped(state: ViewingState) -> ViewingState:
    """Return the state after a skip: the next question comes later."""
    return state.with_(poll_skips=state.poll_skips + 1)


def _in_order(state: ViewingState, policy: PollsPolicy) -> list[PollRule]:
    """Rare kinds first, as the policy lists them; then the others, the one asked longest ago first."""
    turns = sorted(
        (rule for rule in policy.poll if rule.takes_turns), key=lambda rule: state.last_offer_at.get(rule.kind, _NEVER)
    )
    return [*(rule for rule in policy.poll if not rule.takes_turns), *turns]


def _kind_due(rule: PollRule, state: ViewingState, person: Person, now: datetime) -> bool:
    last = state.last_offer_at.get(rule.kind)
    if last is not None and now - last < timedelta(days=rule.every_days):
        return False
    return now - person.created_at >= timedelta(days=rule.after_days)


def _offered(
    state: ViewingState, person: Person, now: datetime, rule: PollRule, video_id: VideoId | None
) -> tuple[ViewingState, PollOffer]:
    ident = PollId(f"poll_{stable_int(person.id, rule.kind, now.isoformat()):016x}")
    state = state.with_(
        session_polls=state.session_polls + 1,
        poll_offers=(*(moment for moment in state.poll_offers if moment > now - 4 * _WEEK), now),
        last_offer_at={**state.last_offer_at, rule.kind: now},
    )
    return state, PollOffer(ident, rule.kind, rule.question, rule.choices, rule.statements, video_id)
