"""Families: who may link with whom, and who may change what.

A link needs both sides. Its guardian is an adult and its teen a minor, at the moment it is accepted and at every moment
it is used: at 18 it stops by itself. Either side may end it at any time, and the other side sees that they did.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.errors import Conflict, InvalidInput, LimitReached, NotAllowed
from core.ids import LinkId, PersonId
from core.records import Person
from core.records_wellbeing import FamilyLink, LinkStatus, Setting
from core.vocabulary import Scope
from wellbeing.bands import counts_as_minor
from wellbeing.control_kinds import ControlDefinition, ControlsPolicy, Value
from wellbeing.controls import EffectiveControls, Party, effective_controls
from wellbeing.family_policy import InviteRules
from wellbeing.laws import LawsPolicy

Changes = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class ControlChange:
    """One change that may be made: ``value`` None takes the setting back."""

    control: str
    title: str
    value: Value | None
    before: str
    after: str
    loosens: bool
    says: str = ""


def proposed_link(actor: Person, other: Person, link_id: LinkId, now: datetime) -> FamilyLink:
    """Return the invitation from ``actor`` to ``other``. Whoever is under 18 is the teen.

    Whether the other side fits is found out when they accept, not before: otherwise an invitation would tell any adult
    who is a minor.
    """
    if actor.id == other.id:
        raise InvalidInput(
            code="own_handle", detail="You cannot link with yourself.", field="handle", expected="someone else's handle"
        )
    guardian, teen = (other, actor) if counts_as_minor(actor, now) else (actor, other)
    return FamilyLink(
        id=link_id,
        guardian_id=guardian.id,
        teen_id=teen.id,
        status=LinkStatus.INVITED,
        invited_by=actor.id,
        created_at=now,
    )


def check_invite(actor: Person, other: Person, links: Sequence[FamilyLink], now: datetime, rules: InviteRules) -> None:
    """Raise unless ``actor`` may invite ``other`` now. ``links``: all links of ``actor``."""
    between = [link for link in links if link.other(actor.id) == other.id]
    if any(link.status is LinkStatus.ACTIVE for link in between):
        raise Conflict(code="already_linked", detail=f"You and @{other.handle} are linked already.")
    refused = [
        link
        for link in between
        if link.status is LinkStatus.DECLINED and link.ended_by == other.id and link.ended_at is not None
    ]
    wait = timedelta(days=rules.days_after_a_no)
    for link in refused:
        if link.ended_at is not None and now - link.ended_at < wait:
            raise LimitReached(
                code="declined_lately",
                detail=f"@{other.handle} declined an invitation less than {rules.days_after_a_no} days ago.",
                retry_after_s=int((link.ended_at + wait - now).total_seconds()) + 1,
            )
    pending = [link for link in links if link.invited_by == actor.id and is_open(link, now, rules)]
    if len(pending) >= rules.most_pending:
        raise LimitReached(
            code="too_many_invitations",
            detail=f"You have {len(pending)} open invitations; wait for an answer or take one back.",
            retry_after_s=24 * 3600,
        )


def is_open(link: FamilyLink, now: datetime, rules: InviteRules) -> bool:
    """Tell whether an invitation can still be answered."""
    return link.status is LinkStatus.INVITED and now - link.created_at < timedelta(days=rules.days_open)


def may_guard(guardian: Person, teen: Person, now: datetime) -> bool:
    """Tell whether an accepted link between these two gives the guardian any say now: an adult, and a minor."""
    return not counts_as_minor(guardian, now) and counts_as_minor(teen, now)


def accepted(
    link: FamilyLink,
    actor_id: PersonId,
    guardian: Person,
    teen: Person,
    guardians: int,
    now: datetime,
    rules: InviteRules,
) -> FamilyLink:
    """Return the link once the invited side agrees, or raise ``Conflict``. ``guardians``: how many the teen has."""
    if link.status is LinkStatus.ACTIVE and actor_id != link.invited_by:
        return link
    _check_answerable(link, actor_id, now, rules)
    if not may_guard(guardian, teen, now):
        raise Conflict(
            code="not_a_family_link",
            detail="A link joins an adult and someone under 18.",
            expected="one side 18 or older, the other under 18",
        )
    if guardians >= rules.most_guardians:
        raise Conflict(code="too_many_guardians", detail=f"A teen may have {rules.most_guardians} guardians at most.")
    return replace(link, status=LinkStatus.ACTIVE, accepted_at=now)


def declined(link: FamilyLink, actor_id: PersonId, now: datetime, rules: InviteRules) -> FamilyLink:
    """Return the link once the invited side has said no."""
    if link.status is LinkStatus.DECLINED:
        return link
    _check_answerable(link, actor_id, now, rules)
    return replace(link, status=LinkStatus.DECLINED, ended_at=now, ended_by=actor_id)


def ended(link: FamilyLink, actor_id: PersonId, now: datetime) -> FamilyLink:
    """Return the link once either side has ended it (or its inviter has taken the invitation back)."""
    if link.status in {LinkStatus.ENDED, LinkStatus.DECLINED}:
        return link
    if link.status is LinkStatus.INVITED and actor_id != link.invited_by:
        raise Conflict(
            code="not_active", detail="This invitation has not been accepted.", expected="accept or decline it"
        )
    return replace(link, status=LinkStatus.ENDED, ended_at=now, ended_by=actor_id)


def _check_answerable(link: FamilyLink, actor_id: PersonId, now: datetime, rules: InviteRules) -> None:
    if actor_id == link.invited_by:
        raise Conflict(
            code="own_invitation", detail="Only the invited side can answer.", expected="wait for the other side"
        )
    if link.status is not LinkStatus.INVITED:
        raise Conflict(code="not_open", detail=f"This invitation is {link.status.value} already.")
    if not is_open(link, now, rules):
        raise Conflict(code="lapsed", detail="This invitation has lapsed.", expected="ask for a new one")


def check_changes(
    controls: ControlsPolicy,
    laws: LawsPolicy,
    person: Person,
    actor_id: PersonId,
    settings: Sequence[Setting],
    changes: Changes,
    scopes: Collection[str],
    now: datetime,
    until: datetime | None = None,
) -> list[ControlChange]:
    """Return the changes ``actor_id`` may make to ``person``'s controls. Raises for the first they may not.

    ``settings``: all that are in force for the person. The relation of the two is the caller's to have checked.
    A guardian may set anything within law and platform, and needs the scope ``guardian:loosen`` for whatever lets more
    through than before. A minor may only tighten, or take their own tightening back. An adult sets their own freely.
    """
    if not changes:
        raise InvalidInput(code="no_changes", detail="There is nothing to change.", field="changes",
                           expected="at least one control and its value")  # fmt: skip
    if until is not None and until <= now:
        raise InvalidInput(code="already_over", detail="The end is in the past.", field="until",
                           expected="a moment that is still to come")  # fmt: skip
    made = []
    for name, value in changes.items():
        definition = controls.find(name)
        if definition is None:
            known = ", ".join(item.name for item in controls.control)
            raise InvalidInput(code="unknown_control", detail=f"There is no control {name!r}.",
                               field=f"changes.{name}", expected=f"one of {known}")  # fmt: skip
        if value is not None:
            definition.checked(value, field=f"changes.{name}")
        if until is not None and definition.is_lasting:
            raise InvalidInput(code="lasting_only", detail=f"{definition.title} cannot be set for a while only.",
                               field="until", expected="no end")  # fmt: skip
        case = _Case(controls, laws, person, actor_id, settings, now, until)
        made.append(case.change(definition, value, scopes))
    return made


@dataclass(frozen=True, slots=True)
class _Case:
    """All that bears on one change."""

    controls: ControlsPolicy
    laws: LawsPolicy
    person: Person
    actor_id: PersonId
    settings: Sequence[Setting]
    now: datetime
    until: datetime | None

    def change(self, definition: ControlDefinition, value: Value | None, scopes: Collection[str]) -> ControlChange:
        name = definition.name
        before = self._effective(self.settings)
        after = self._effective([*self._kept(name, value), *self._as_setting(name, value)])
        if value is not None:
            self._check_within_bounds(definition, value, before)
        loosens = self._loosens(definition, value, before, after)
        self._check_scopes(definition, scopes, loosens=loosens)
        return ControlChange(
            name,
            definition.title,
            value,
            before=definition.says(before.value(name)),
            after=definition.says(after.value(name)),
            loosens=loosens,
            says="" if value is None else definition.says(value),
        )

    @property
    def _is_own(self) -> bool:
        return self.actor_id == self.person.id

    def _effective(self, settings: Sequence[Setting]) -> EffectiveControls:
        return effective_controls(self.controls, self.laws, self.person, settings, self.now)

    def _without_actor(self, name: str) -> list[Setting]:
        return [item for item in self.settings if item.set_by != self.actor_id or item.control != name]

    def _mine(self, name: str) -> list[Setting]:
        """Return the actor's own settings of this control that hold: at most one lasting and one temporary."""
        own = [item for item in self.settings if item.set_by == self.actor_id and item.control == name]
        return [item for item in own if item.holds(self.now)]

    def _kept(self, name: str, value: Value | None) -> list[Setting]:
        """Return what stays beside the new setting: a lasting one stays beneath a temporary one, and the reverse."""
        beside = [] if value is None else [item for item in self._mine(name) if item.is_temporary != bool(self.until)]
        return [*self._without_actor(name), *beside]

    def _as_setting(self, name: str, value: Value | None) -> list[Setting]:
        return [] if value is None else [Setting(name, value, self.actor_id, self.now, self.until)]

    def _check_within_bounds(self, definition: ControlDefinition, value: Value, before: EffectiveControls) -> None:
        """Refuse a value that could never hold, and say who is in the way."""
        name = definition.name
        if before.is_minor and self._is_own:
            limit = self._effective(self._without_actor(name)).controls[name]
        else:
            # What remains of law and platform once this setting has taken the place of every default.
            top = self._effective([Setting(name, value, self.actor_id, self.now)]).controls[name]
            if top.set_by not in {Party.LAW, Party.PLATFORM}:
                return
            limit = top
        if definition.is_at_least_as_strict(value, limit.value):
            return
        parties = {Party.LAW: "the law where this person lives", Party.PLATFORM: "this service"}
        whose = parties.get(limit.set_by, "a guardian")
        raise NotAllowed(
            code="looser_than_allowed",
            detail=f"{definition.title}: {whose} allows {definition.says(limit.value)}.",
            field=f"changes.{name}",
            expected=f"{definition.says(limit.value)}, or stricter",
        )

    def _loosens(
        self, definition: ControlDefinition, value: Value | None, before: EffectiveControls, after: EffectiveControls
    ) -> bool:
        """Tell whether the change lets more through: in what holds, or in the actor's own word."""
        name = definition.name
        if not definition.is_at_least_as_strict(after.value(name), before.value(name)):
            return True
        default = self._effective([]).value(name)
        olds = [item.value for item in self._mine(name)] or [default]
        new = default if value is None else value
        return not all(definition.is_at_least_as_strict(new, old) for old in olds)

    def _check_scopes(self, definition: ControlDefinition, scopes: Collection[str], *, loosens: bool) -> None:
        if self._is_own:
            allowed: set[str] = {Scope.PERSON, Scope.SERVICE}
            needed = Scope.PERSON
        elif loosens:
            allowed, needed = {Scope.GUARDIAN_LOOSEN}, Scope.GUARDIAN_LOOSEN
        else:
            allowed = {Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN, Scope.PERSON}
            needed = Scope.GUARDIAN_TIGHTEN
        if allowed.isdisjoint(scopes):
            verb = "Loosening" if loosens else "Changing"
            raise NotAllowed(
                code="step_up_needed" if loosens else "scope_needed",
                detail=f"{verb} {definition.title!r} needs the scope {needed.value}.",
                field=f"changes.{definition.name}",
                expected=f"a token with the scope {needed.value}",
            )


LOG_TEXTS = {
    "invited": "invited {other} to a family link",
    "accepted": "accepted the family link with {other}",
    "declined": "declined the family link with {other}",
    "ended": "ended the family link with {other}",
    "control_set": "set {title} to {value}; it now holds at {after} (before: {before})",
    "control_cleared": "took back their setting of {title}; it now holds at {after} (before: {before})",
    "asked_more_time": "asked for {minutes} more minutes today",
    "asked_change": "asked for {title} at {value}",
    "asked_objection": "objected to {title}",
    "ask_granted": "said yes: {about}",
    "ask_declined": "said no: {about}",
    "ask_withdrawn": "took back: {about}",
    "time_granted": "gave {minutes} more minutes for today",
    "consent_given": "consented to {title}",
    "consent_revoked": "took back the consent to {title}",
}


def log_text(action: str, detail: Mapping[str, object]) -> str:
    """Return a line of the family log as both sides read it, without the actor's name."""
    text = LOG_TEXTS.get(action, action.replace("_", " "))
    for key, value in detail.items():
        text = text.replace("{" + key + "}", str(value))
    return text + (f", until {detail['until']}" if detail.get("until") else "")
