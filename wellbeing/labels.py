"""Warning labels that a law asks for: which one is due, and that one which may not be skipped is not skipped.

A label that may be skipped stands over the page it comes with, and comes again until the client says it was shown. One
that may not be skipped comes in place of a page: nothing is handed out until its seconds have passed by the server's
clock and the client has said that it was shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Conflict, not_found
from core.hashing import stable_int
from core.records import Person
from wellbeing.bands import AgeBand
from wellbeing.counting import active_s_today
from wellbeing.policy import LabelRule, WellbeingPolicy
from wellbeing.state import ShownLabel, ViewingState


@dataclass(frozen=True, slots=True)
class WarningLabel:
    """A label as the client shows it, for ``seconds`` from when it is on the screen."""

    id: str
    rule_id: str
    title: str
    text: str
    seconds: int
    skippable: bool
    ends_at: datetime


def brought_up(
    state: ViewingState, person: Person, band: AgeBand, now: datetime, policy: WellbeingPolicy
) -> ViewingState:
    """Return the state with the strongest label that is due now, unless a stronger one still stands."""
    places = policy.laws.names_of(person.jurisdiction)
    rules = [rule for rule in policy.labels.label if rule.applies(places, band)]
    if _stands(state) is not None and not any(rule.id == state.label.rule_id for rule in rules if state.label):
        state = state.with_(label=None)  # the person came of age or a court stopped the law
    active_s = active_s_today(state, policy.limits)
    due = [rule for rule in rules if rule.showings_by(active_s) > state.labels_today.get(rule.id, 0)]
    if not due:
        return state
    counted = {rule.id: rule.showings_by(active_s) for rule in due}
    state = state.with_(labels_today=state.labels_today | counted)
    strongest = min(due, key=lambda rule: (rule.skippable, -rule.seconds))
    standing = _stands(state)
    if standing is not None and not standing.skippable:
        return state
    return state.with_(label=_shown(strongest, state, person, now))


def standing(state: ViewingState, policy: WellbeingPolicy) -> WarningLabel | None:
    """Return the label that the client has yet to show, if any."""
    shown = _stands(state)
    rule = None if shown is None else next((item for item in policy.labels.label if item.id == shown.rule_id), None)
    if shown is None or rule is None:
        return None
    return WarningLabel(shown.id, rule.id, rule.title, rule.text, rule.seconds, rule.skippable, shown.ends_at)


def holds_the_page(state: ViewingState) -> bool:
    """Tell whether nothing may be handed out before the label that stands has been shown."""
    shown = _stands(state)
    return shown is not None and not shown.skippable


def acknowledged(state: ViewingState, label_id: str, now: datetime) -> ViewingState:
    """Return the state after the client said that a label was shown. Raises ``NotFound``, or ``Conflict`` too early."""
    shown = state.label
    if shown is None or shown.id != label_id:
        raise not_found("label", label_id)
    if shown.acknowledged_at is not None:
        return state
    if not shown.skippable and now < shown.ends_at:
        raise Conflict(
            code="label_not_over",
            detail="This label has not been shown for as long as the law asks.",
            expected=f"The same request from {shown.ends_at.isoformat(timespec='seconds')} on.",
        )
    return state.with_(label=shown.model_copy(update={"acknowledged_at": now}))


def _stands(state: ViewingState) -> ShownLabel | None:
    return state.label if state.label is not None and state.label.acknowledged_at is None else None


def _shown(rule: LabelRule, state: ViewingState, person: Person, now: datetime) -> ShownLabel:
    number = stable_int(person.id, rule.id, now.isoformat(), state.labels_today.get(rule.id, 0))
    return ShownLabel(
        id=f"label_{number:016x}",
        rule_id=rule.id,
        shown_at=now,
        ends_at=now + timedelta(seconds=rule.seconds),
        skippable=rule.skippable,
    )
