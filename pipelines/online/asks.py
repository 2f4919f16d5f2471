"""What a teen asks of their guardians, and the answers: more time for today, a control at another value, an objection.

Everyone in the family reads the same list and log, and is told of each step. A yes that lets more through needs
a fresh step-up, as loosening does everywhere.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.errors import Conflict, InvalidInput, LimitReached, NotAllowed, not_found
from core.ids import PersonId, new_id
from core.records import Person
from core.records_family import Ask, AskKind, AskStatus, Grant
from core.records_wellbeing import ControlValue
from core.storage.audit import AuditLog
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.storage.family_asks import FamilyAsks, FamilyNotices
from core.storage.messages import Messages
from core.storage.people import People
from core.vocabulary import Audience, Scope, Surface
from pipelines.online.budgets import grant_minutes_in
from pipelines.online.cards import PersonCard, known_person, person_cards
from pipelines.online.family import change_in, guardians_in, settings_in, teen_of
from pipelines.online.moderation import require_allowed
from pipelines.online.rooms import Rooms
from wellbeing.controls import Party
from wellbeing.days import next_midnight
from wellbeing.family import log_text

_TIME = "daily_minutes"


@dataclass(frozen=True, slots=True)
class NewAsk:
    """What is asked. ``minutes`` for more time; ``control`` (and ``value`` for a change) for the others."""

    kind: AskKind
    control: str | None = None
    value: ControlValue | None = None
    minutes: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One thing that a person is told of their family."""

    id: str
    teen: PersonCard
    actor: PersonCard
    action: str
    text: str
    at: datetime
    seen: bool


def ask(rooms: Rooms, teen_id: PersonId, new: NewAsk) -> Ask:
    """Ask one's guardians for something. Raises ``Conflict`` without a guardian, ``LimitReached`` after too many."""
    now = rooms.clock.now()
    _check_shape(rooms, new)
    ident = new_id("ask")
    if new.words:
        verdict = rooms.safety.judge_text(new.words, Surface.MESSAGE, Audience.TEEN)
        require_allowed(rooms, verdict, "ask", ident, teen_id, field="words")
    with rooms.database.write() as tx:
        People(tx).lock(teen_id)
        teen = known_person(tx, teen_id)
        if not guardians_in(tx, teen, now):
            raise Conflict(code="no_guardian", detail="You have no guardian to ask.", expected="a family link")
        _check_pace(rooms, FamilyAsks(tx).of(teen_id), now)
        lapses_at = now + timedelta(days=rooms.wellbeing.policy.family.asks.days_open)
        if new.kind is AskKind.MORE_TIME:
            lapses_at = next_midnight(now, teen.timezone)
        made = Ask(
            ident, teen_id, new.kind, new.control, new.value, new.minutes, new.words, AskStatus.OPEN, now, lapses_at
        )  # fmt: skip
        FamilyAsks(tx).add(made)
        _note(tx, teen, teen_id, f"asked_{new.kind.value}", _detail(rooms, made), now)
    return made


def asks(rooms: Rooms, actor_id: PersonId, teen_id: PersonId) -> list[Ask]:
    """Return what a teen asked, newest first: the same for the teen and every guardian."""
    with rooms.database.read() as tx:
        teen_of(tx, actor_id, teen_id, rooms.clock.now())
        return FamilyAsks(tx).of(teen_id)


def answer(
    rooms: Rooms, guardian_id: PersonId, teen_id: PersonId, ask_id: str, scopes: Collection[str], *, grant: bool
) -> Ask:
    """Say yes or no, as a guardian. Raises ``NotFound`` for another's teen, ``Conflict`` for what is not open now.

    More time, and whatever else lets more through, needs the scope ``guardian:loosen``. Time that another guardian has
    limited can only be given by them.
    """
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(teen_id)
        teen, asked = _asked(tx, guardian_id, teen_id, ask_id, now)
        if guardian_id == teen_id:
            raise NotAllowed(code="own_ask", detail="Someone else answers what you ask.", expected="a guardian")
        if grant:
            _grant(tx, rooms, teen, guardian_id, asked, scopes, now)
        status = AskStatus.GRANTED if grant else AskStatus.DECLINED
        return _closed(tx, rooms, teen, guardian_id, asked, status, now)


def withdraw(rooms: Rooms, teen_id: PersonId, ask_id: str) -> Ask:
    """Take back what one asked."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(teen_id)
        teen, asked = _asked(tx, teen_id, teen_id, ask_id, now)
        return _closed(tx, rooms, teen, teen_id, asked, AskStatus.WITHDRAWN, now)


def notices(rooms: Rooms, person_id: PersonId) -> list[NoticeView]:
    """Return what a person was told of their families, newest first: also of links that have ended."""
    with rooms.database.read() as tx:
        found = FamilyNotices(tx).of(person_id)
        cards = person_cards(tx, {side for item in found for side in (item.teen_id, item.actor_id)})
    return [
        NoticeView(
            item.id, cards[item.teen_id], cards[item.actor_id], item.action,
            log_text(item.action, item.detail), item.at, item.seen_at is not None,
        )
        for item in found
        if item.teen_id in cards and item.actor_id in cards
    ]  # fmt: skip


def see_notices(rooms: Rooms, person_id: PersonId) -> None:
    """Note that a person has read what they were told."""
    with rooms.database.write() as tx:
        FamilyNotices(tx).seen(person_id, rooms.clock.now())


def contacts(rooms: Rooms, actor_id: PersonId, teen_id: PersonId) -> list[PersonCard]:
    """Return with whom a teen has to do: who follows each other with them, and whom they wrote with. Names only."""
    with rooms.database.read() as tx:
        teen_of(tx, actor_id, teen_id, rooms.clock.now())
        people = People(tx)
        known = (people.following(teen_id) & people.followers(teen_id)) | set(Messages(tx).contacts(teen_id))
        return sorted(person_cards(tx, known).values(), key=lambda card: card.handle)


def _check_shape(rooms: Rooms, new: NewAsk) -> None:
    if new.kind is AskKind.MORE_TIME:
        allowed = rooms.wellbeing.policy.family.asks.minutes
        if new.minutes not in allowed:
            raise InvalidInput(code="bad_ask", detail="So many minutes cannot be asked for.", field="minutes",
                               expected=f"one of {', '.join(map(str, allowed))}")  # fmt: skip
        return
    definition = rooms.wellbeing.policy.controls.find(new.control or "")
    if definition is None:
        raise InvalidInput(code="unknown_control", detail="There is no such control.", field="control",
                           expected="the name of a control")  # fmt: skip
    if new.kind is AskKind.CHANGE:
        definition.checked(new.value, field="value")


def _check_pace(rooms: Rooms, earlier: list[Ask], now: datetime) -> None:
    rules = rooms.wellbeing.policy.family.asks
    if sum(item.is_open(now) for item in earlier) >= rules.most_open:
        raise LimitReached(code="too_many_asks", detail=f"{rules.most_open} of your asks wait for an answer.",
                           expected="Wait for an answer, or take one back.", retry_after_s=3600)  # fmt: skip
    today = [item.asked_at for item in earlier if item.asked_at > now - timedelta(hours=24)]
    if len(today) >= rules.most_a_day:
        opens = sorted(today)[len(today) - rules.most_a_day] + timedelta(hours=24)
        raise LimitReached(code="too_many_asks", detail=f"You have asked {rules.most_a_day} times within a day.",
                           retry_after_s=int((opens - now).total_seconds()) + 1)  # fmt: skip


def _asked(tx: Transaction, actor_id: PersonId, teen_id: PersonId, ask_id: str, now: datetime) -> tuple[Person, Ask]:
    teen = teen_of(tx, actor_id, teen_id, now)
    asked = FamilyAsks(tx).find(teen_id, ask_id)
    if asked is None:
        raise not_found("ask", ask_id)
    if not asked.is_open(now):
        why = asked.status.value if asked.status is not AskStatus.OPEN else "lapsed"
        raise Conflict(code="not_open", detail=f"This is {why} already.", expected="something that is still open")
    return teen, asked


def _grant(
    tx: Transaction, rooms: Rooms, teen: Person, guardian_id: PersonId, asked: Ask, scopes: Collection[str],
    now: datetime,
) -> None:  # fmt: skip
    if asked.kind is AskKind.CHANGE:
        change_in(tx, rooms, guardian_id, teen, {asked.control or "": asked.value}, scopes)
    elif asked.kind is AskKind.MORE_TIME:
        _grant_time(tx, rooms, teen, guardian_id, asked, scopes, now)


def _grant_time(
    tx: Transaction, rooms: Rooms, teen: Person, guardian_id: PersonId, asked: Ask, scopes: Collection[str],
    now: datetime,
) -> None:  # fmt: skip
    if Scope.GUARDIAN_LOOSEN not in scopes:
        raise NotAllowed(code="step_up_needed", detail="Giving more time needs the scope guardian:loosen.",
                         expected="a token with the scope guardian:loosen")  # fmt: skip
    holds = rooms.wellbeing.control(teen, settings_in(tx, teen, now), _TIME, now)
    if holds.set_by is Party.GUARDIAN and holds.person_id != guardian_id:
        raise Conflict(code="another_guardians_limit", detail="Another guardian set the limit that holds now.",
                       expected="their answer")  # fmt: skip
    minutes = asked.minutes or 0
    expires_at = grant_minutes_in(tx, rooms, teen, asked.id, minutes)
    FamilyAsks(tx).grant(Grant(asked.id, teen.id, guardian_id, minutes, now, expires_at))
    detail = {"minutes": minutes, "until": expires_at.isoformat(timespec="minutes")}
    _note(tx, teen, guardian_id, "time_granted", detail, now)


def _closed(
    tx: Transaction, rooms: Rooms, teen: Person, actor_id: PersonId, asked: Ask, status: AskStatus, now: datetime
) -> Ask:
    FamilyAsks(tx).close(asked.id, status, actor_id, now)
    about = log_text(f"asked_{asked.kind.value}", _detail(rooms, asked))
    _note(tx, teen, actor_id, f"ask_{status.value}", {"ask": asked.id, "about": about}, now)
    return FamilyAsks(tx).find(teen.id, asked.id) or asked


def _detail(rooms: Rooms, asked: Ask) -> dict[str, Any]:
    definition = rooms.wellbeing.policy.controls.find(asked.control or "")
    detail: dict[str, Any] = {"ask": asked.id}
    if asked.minutes is not None:
        detail["minutes"] = asked.minutes
    if definition is not None:
        detail["title"] = definition.title
        if asked.value is not None:
            detail["value"] = definition.says(asked.value)
    return detail


def _note(
    tx: Transaction, teen: Person, actor_id: PersonId, action: str, detail: dict[str, Any], now: datetime
) -> None:
    FamilyLinks(tx).note(teen.id, actor_id, action, detail, now)
    everyone = {teen.id, *guardians_in(tx, teen, now)}
    FamilyNotices(tx).tell(everyone, teen.id, actor_id, action, detail, now)
    AuditLog(tx).append(now, actor_id, f"family.{action}", teen.id, detail)
