"""A family: invite, agree, set controls, and read the one log that both sides share.

The relation between the two is looked up inside every transaction, so whoever's link has ended gets nothing from their
next request on. What is not yours is not there: the answer is ``NotFound``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core.errors import not_found
from core.ids import LinkId, PersonId, new_id
from core.records import Person
from core.records_wellbeing import ControlValue, FamilyLink, LinkStatus, Setting
from core.storage.audit import AuditLog
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.storage.family_asks import FamilyNotices
from core.storage.people import People
from pipelines.online.consent_needed import check_consents, end_consents
from pipelines.online.rooms import Rooms
from wellbeing import family
from wellbeing.control_kinds import ControlDefinition
from wellbeing.controls import EffectiveControl, EffectiveControls, Party, in_force


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as either side sees it."""

    id: LinkId
    status: LinkStatus
    guardian: Person
    teen: Person
    invited_by: PersonId
    created_at: datetime
    ended_by: PersonId | None


@dataclass(frozen=True, slots=True)
class ControlView:
    """One control: what holds, who set it, what can be chosen, and the reader's own setting (None: none)."""

    name: str
    title: str
    value: ControlValue
    says: str
    set_by: Party
    set_by_person: Person | None
    rule_id: str
    expires_at: datetime | None
    choices: Mapping[str, Any]
    yours: ControlValue | None


@dataclass(frozen=True, slots=True)
class ControlsView:
    """All controls of one person."""

    teen: Person
    controls: tuple[ControlView, ...]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the family's log; the same for everyone who may read it."""

    at: datetime
    actor: Person | None
    action: str
    text: str


@dataclass(frozen=True, slots=True)
class ActivityDay:
    """One local day in numbers."""

    day: date
    videos: int
    active_minutes: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What a guardian sees of a teen's use: time and counts. Never content, prompts, moods or answers."""

    teen: Person
    today: ActivityDay
    week: tuple[ActivityDay, ...]
    daily_minutes: int | None
    daily_videos: int | None


def invite(rooms: Rooms, actor_id: PersonId, handle: str) -> LinkView:
    """Ask the person with this handle for a family link. Asking twice returns the invitation that is open."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        actor = _person(tx, actor_id)
        other = People(tx).find_by_handle(handle.removeprefix("@"))
        if other is None or other.id in People(tx).blocked_either_way(actor_id):
            raise not_found("person", handle)
        link = family.proposed_link(actor, other, LinkId(new_id("link")), now)
        _lock_both(tx, link)
        links = FamilyLinks(tx).of(actor_id)
        rules = rooms.wellbeing.policy.family.invites
        for known in links:
            if known.other(actor_id) == other.id and family.is_open(known, now, rules):
                return _view(known, _as_known({actor.id: actor, other.id: other}, known, actor_id))
        rooms.wellbeing.check_invite(actor, other, links, now)
        FamilyLinks(tx).add(link)
        _note(tx, rooms, link, actor, "invited", other, now)
        return _view(link, _as_known({actor.id: actor, other.id: other}, link, actor_id))


def answer(rooms: Rooms, actor_id: PersonId, link_id: LinkId, accept: bool) -> LinkView:
    """Accept or decline an invitation. Only the invited side can."""
    now = rooms.clock.now()
    rules = rooms.wellbeing.policy.family.invites
    with rooms.database.write() as tx:
        link, guardian, teen = _locked_link(tx, actor_id, link_id)
        if accept:
            count = len(FamilyLinks(tx).guardians_of(teen.id))
            changed = family.accepted(link, actor_id, guardian, teen, count, now, rules)
        else:
            changed = family.declined(link, actor_id, now, rules)
        return _store(tx, rooms, link, changed, actor_id, guardian, teen, "accepted" if accept else "declined", now)


def end(rooms: Rooms, actor_id: PersonId, link_id: LinkId) -> LinkView:
    """End a link, or take one's own invitation back. All that the guardian set goes with it; both sides see it."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        link, guardian, teen = _locked_link(tx, actor_id, link_id)
        changed = family.ended(link, actor_id, now)
        if changed is not link:
            FamilyLinks(tx).clear_settings_of(teen.id, guardian.id)
            end_consents(tx, rooms, teen, guardian.id, guardians_in(tx, teen, now), now)
        view = _store(tx, rooms, link, changed, actor_id, guardian, teen, "ended", now)
        keep_private(tx, rooms, teen, now)
        return view


def links(rooms: Rooms, actor_id: PersonId) -> list[LinkView]:
    """Return all of a person's links, newest first; ended ones too, so that each side learns of it."""
    with rooms.database.read() as tx:
        found = FamilyLinks(tx).of(actor_id)
        people = People(tx).many({side for link in found for side in (link.guardian_id, link.teen_id)})
        whole = [link for link in found if link.guardian_id in people and link.teen_id in people]
        return [_view(link, _as_known(people, link, actor_id)) for link in whole]


def _as_known(people: Mapping[PersonId, Person], link: FamilyLink, reader_id: PersonId) -> Mapping[PersonId, Person]:
    """Tell whoever asked nothing of the other but the handle they asked for, until the other has agreed."""
    other_id = link.other(reader_id)
    if link.accepted_at is not None or link.invited_by != reader_id:
        return people
    return {**people, other_id: replace(people[other_id], display_name=people[other_id].handle)}


def set_controls(
    rooms: Rooms,
    actor_id: PersonId,
    teen_id: PersonId,
    changes: Mapping[str, ControlValue | None],
    scopes: Collection[str],
    *,
    until: datetime | None = None,
) -> ControlsView:
    """Change controls, all or none, effective on the next request. None takes one's own setting back.

    Guardians: tightening needs ``guardian:tighten`` or ``person``; letting more through needs ``guardian:loosen``.
    One's own (``actor_id == teen_id``): ``person`` or ``service``; a minor can only tighten. ``until``: temporary.
    """
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(teen_id)
        teen = teen_of(tx, actor_id, teen_id, now)
        change_in(tx, rooms, actor_id, teen, changes, scopes, until=until)
        return _controls_view(tx, rooms, actor_id, teen, now)


def change_in(
    tx: Transaction, rooms: Rooms, actor_id: PersonId, teen: Person, changes: family.Changes,
    scopes: Collection[str], *, until: datetime | None = None,
) -> None:  # fmt: skip
    """Change controls within a transaction; the caller holds the teen's lock and has looked up the relation."""
    now = rooms.clock.now()
    made = rooms.wellbeing.check_changes(teen, actor_id, settings_in(tx, teen, now), changes, scopes, now, until)
    check_consents(tx, rooms, teen, guardians_in(tx, teen, now), made)
    for change in made:
        _apply(tx, teen, actor_id, change, now, until)
    keep_private(tx, rooms, teen, now)


def effective_controls(rooms: Rooms, actor_id: PersonId, teen_id: PersonId) -> ControlsView:
    """Return what holds for a teen (or for oneself) and who set it."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        teen = teen_of(tx, actor_id, teen_id, now)
        return _controls_view(tx, rooms, actor_id, teen, now)


def controls_in(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> EffectiveControls:
    """Return what holds for a person now, within a transaction: for the feed, likeness and creation."""
    return rooms.wellbeing.controls(person, settings_in(tx, person, now), now)


def control_in(tx: Transaction, rooms: Rooms, person: Person, name: str, now: datetime) -> ControlValue:
    """Return the value of one control that holds for a person now, within a transaction."""
    return rooms.wellbeing.control(person, settings_in(tx, person, now), name, now).value


def keep_private(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> None:
    """Close an account that may not be open under the controls that hold now."""
    if not person.is_private and person.is_minor(now) and control_in(tx, rooms, person, "private_account", now):
        People(tx).set_private(person.id, True)


def history(rooms: Rooms, actor_id: PersonId, teen_id: PersonId) -> list[HistoryEntry]:
    """Return everything that ever happened in a teen's family, newest first: the same for the teen and guardians."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        teen_of(tx, actor_id, teen_id, now)
        entries = FamilyLinks(tx).log(teen_id)
        people = People(tx).many({entry.actor_id for entry in entries})
        return [
            HistoryEntry(
                entry.at, people.get(entry.actor_id), entry.action, family.log_text(entry.action, entry.detail)
            )
            for entry in entries
        ]


def activity(rooms: Rooms, actor_id: PersonId, teen_id: PersonId) -> Activity:
    """Return a teen's time and counts, as the teen sees them too."""
    from pipelines.online.viewing import load_viewing  # it stands on this module: whose accounts count together

    now = rooms.clock.now()
    with rooms.database.read() as tx:
        teen = teen_of(tx, actor_id, teen_id, now)
        known = load_viewing(tx, rooms, teen, now)
        controls = known.controls
        state, session = rooms.wellbeing.looked_at(known.state, teen, controls, now)
        today = ActivityDay(state.day or now.date(), session.videos_today, session.active_minutes_today)
        week = tuple(ActivityDay(item.day, item.videos, int(item.active_s // 60)) for item in state.week)
        return Activity(teen, today, week, controls.limit("daily_minutes"), controls.limit("daily_videos"))


def guardians_in(tx: Transaction, teen: Person, now: datetime) -> dict[PersonId, Person]:
    """Return the guardians who have a say over this person now, by id."""
    found = People(tx).many(FamilyLinks(tx).guardians_of(teen.id))
    return {ident: guardian for ident, guardian in found.items() if family.may_guard(guardian, teen, now)}


def settings_in(tx: Transaction, person: Person, now: datetime) -> list[Setting]:
    """Return what the person and their present guardians have set; what anyone else once set counts for nothing."""
    settings = FamilyLinks(tx).settings(person.id)
    if all(item.set_by == person.id for item in settings):
        return settings
    allowed = {person.id, *guardians_in(tx, person, now)}
    return [item for item in settings if item.set_by in allowed]


def teen_of(tx: Transaction, actor_id: PersonId, teen_id: PersonId, now: datetime) -> Person:
    """Return the person if ``actor_id`` is them or has an active link to them. Raises ``NotFound``."""
    teen = People(tx).find(teen_id)
    if teen is None or (actor_id != teen_id and actor_id not in guardians_in(tx, teen, now)):
        raise not_found("person", teen_id)
    return teen


def _apply(
    tx: Transaction,
    teen: Person,
    actor_id: PersonId,
    change: family.ControlChange,
    now: datetime,
    until: datetime | None,
) -> None:
    store = FamilyLinks(tx)
    if change.value is None:
        store.clear_control(teen.id, actor_id, [change.control])
        action = "control_cleared"
    else:
        store.set_control(teen.id, Setting(change.control, change.value, actor_id, now, until))
        action = "control_set"
    detail: dict[str, Any] = {
        "control": change.control,
        "title": change.title,
        "value": change.says,
        "before": change.before,
        "after": change.after,
    }
    if until is not None:
        detail["until"] = until.isoformat(timespec="minutes")
    store.note(teen.id, actor_id, action, detail, now)
    FamilyNotices(tx).tell({teen.id, *guardians_in(tx, teen, now)}, teen.id, actor_id, action, detail, now)
    AuditLog(tx).append(now, actor_id, f"family.{action}", teen.id, detail)


def _controls_view(tx: Transaction, rooms: Rooms, actor_id: PersonId, teen: Person, now: datetime) -> ControlsView:
    settings = settings_in(tx, teen, now)
    effective = rooms.wellbeing.controls(teen, settings, now)
    yours = {item.control: item.value for item in in_force(settings, now) if item.set_by == actor_id}
    people = People(tx).many({item.person_id for item in effective.controls.values() if item.person_id is not None})
    return ControlsView(
        teen,
        tuple(
            _control_view(item, effective.controls[item.name], people, yours.get(item.name))
            for item in rooms.wellbeing.policy.controls.control
        ),
    )


def _control_view(
    definition: ControlDefinition,
    holds: EffectiveControl,
    people: Mapping[PersonId, Person],
    yours: ControlValue | None,
) -> ControlView:
    return ControlView(
        name=definition.name,
        title=definition.title,
        value=holds.value,
        says=definition.says(holds.value),
        set_by=holds.set_by,
        set_by_person=people.get(holds.person_id) if holds.person_id else None,
        rule_id=holds.rule_id,
        expires_at=holds.expires_at,
        choices=definition.options(),
        yours=yours,
    )


def _locked_link(tx: Transaction, actor_id: PersonId, link_id: LinkId) -> tuple[FamilyLink, Person, Person]:
    link = FamilyLinks(tx).find(link_id, actor_id)
    if link is None:
        raise not_found("link", link_id)
    _lock_both(tx, link)
    # Read again: it may have changed while we waited for the lock.
    link = FamilyLinks(tx).find(link_id, actor_id) or link
    return link, _person(tx, link.guardian_id), _person(tx, link.teen_id)


def _lock_both(tx: Transaction, link: FamilyLink) -> None:
    """Lock both sides, always in the same order, so that two requests cannot wait for each other."""
    for person_id in sorted((link.guardian_id, link.teen_id)):
        People(tx).lock(person_id)


def _store(
    tx: Transaction,
    rooms: Rooms,
    before: FamilyLink,
    after: FamilyLink,
    actor_id: PersonId,
    guardian: Person,
    teen: Person,
    action: str,
    now: datetime,
) -> LinkView:
    people = {guardian.id: guardian, teen.id: teen}
    if after is not before:
        FamilyLinks(tx).save(after)
        _note(tx, rooms, after, people[actor_id], action, people[after.other(actor_id)], now)
    return _view(after, people)


def _note(
    tx: Transaction, _rooms: Rooms, link: FamilyLink, actor: Person, action: str, other: Person, now: datetime
) -> None:
    detail = {"other": f"@{other.handle}", "link": link.id}
    FamilyLinks(tx).note(link.teen_id, actor.id, action, detail, now)
    FamilyNotices(tx).tell([other.id], link.teen_id, actor.id, action, detail, now)
    AuditLog(tx).append(now, actor.id, f"family.{action}", link.id, detail)


def _person(tx: Transaction, person_id: PersonId) -> Person:
    person = People(tx).find(person_id)
    if person is None:
        raise not_found("person", person_id)
    return person


def _view(link: FamilyLink, people: Mapping[PersonId, Person]) -> LinkView:
    return LinkView(
        id=link.id,
        status=link.status,
        guardian=people[link.guardian_id],
        teen=people[link.teen_id],
        invited_by=link.invited_by,
        created_at=link.created_at,
        ended_by=link.ended_by,
    )
