"""The notification gate: may this be sent to this person now? Everything that would send asks here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.records import Person
from wellbeing.controls import EffectiveControls
from wellbeing.days import Night
from wellbeing.laws import LawsPolicy
from wellbeing.policy import NotificationsPolicy, QuietRule

_STEP = timedelta(minutes=15)
_EVERYWHERE = "*"
EXEMPT = "exempt"
FAMILY_NIGHT = "night-hours"


@dataclass(frozen=True, slots=True)
class NotifyVerdict:
    """Whether to send now; if not, which rule holds it and when it may go."""

    allowed: bool
    policy_version: str
    rule_id: str = ""
    reason: str = ""
    send_after: datetime | None = None


def may_notify(
    person: Person,
    controls: EffectiveControls,
    now: datetime,
    policy: NotificationsPolicy,
    laws: LawsPolicy,
    *,
    kind: str = "social",
) -> NotifyVerdict:
    """Return whether a notification of this kind may be sent to ``person`` now."""
    if kind in policy.exempt:
        return NotifyVerdict(True, policy.version, rule_id=EXEMPT)
    held = _held_by(person, controls, now, policy, laws)
    if held is None:
        return NotifyVerdict(True, policy.version)
    rule_id, reason = held
    moment = now
    # Quiet times can adjoin (a night, then school): the answer is when none of them holds any more.
    while _held_by(person, controls, moment, policy, laws) is not None and moment < now + timedelta(days=2):
        moment = _next_quarter(moment)
    return NotifyVerdict(False, policy.version, rule_id, reason, moment)


def _held_by(
    person: Person, controls: EffectiveControls, now: datetime, policy: NotificationsPolicy, laws: LawsPolicy
) -> tuple[str, str] | None:
    if controls.night is not None and controls.night.holds(now, person.timezone):
        return FAMILY_NIGHT, "The night hours set for this person."
    places = laws.names_of(person.jurisdiction) | {_EVERYWHERE}
    for rule in policy.quiet:
        applies = rule.enabled and controls.band in rule.bands and places.intersection(rule.jurisdictions)
        if applies and _is_quiet(rule, now.astimezone(ZoneInfo(person.timezone))):
            return rule.id, rule.reason
    return None


def _is_quiet(rule: QuietRule, local: datetime) -> bool:
    if local.isoweekday() not in rule.weekdays or local.month not in rule.months:
        return False
    night = Night.parse(rule.hours) if rule.hours else None
    if night is not None:
        return night.holds(local, str(local.tzinfo))
    return (rule.from_time or "") <= local.strftime("%H:%M") < (rule.to_time or "")


def _next_quarter(moment: datetime) -> datetime:
    return (
        moment + _STEP - timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    )
