"""Family links in the city: who looks after whom, and what they have already set, by the wellbeing room's own rules."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.age import ADULT_AGE_YEARS, age_years
from core.ids import LinkId, PersonId
from core.records import Person
from core.records_wellbeing import ControlValue, FamilyLink, LinkStatus, Setting
from core.storage.audit import AuditLog
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.vocabulary import Scope
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.society import Citizen
from wellbeing.family import ControlChange
from wellbeing.room import Wellbeing

_GUARDIAN_AGE_GAP_YEARS = 18
# What guardians in the city set, and how often.
_USUAL: tuple[tuple[str, tuple[ControlValue, ...], float], ...] = (
    ("daily_minutes", (30, 45, 60), 0.5),
    ("session_videos", (10, 15), 0.3),
    ("continuous_feed", (False,), 0.3),
    ("night_hours", ("21:00-07:00", "20:30-07:00"), 0.3),
    ("personalisation", (False,), 0.12),
    ("cameo_use", ("only_me", "off"), 0.25),
    ("direct_messages", ("family",), 0.25),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something in a family's history: a line of its log."""

    at: datetime
    teen_id: PersonId
    actor_id: PersonId
    action: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Families:
    """Every link, every setting (teen, setting), and what happened, in order of time."""

    links: list[FamilyLink]
    settings: list[tuple[PersonId, Setting]]
    history: list[Happening]


def form_families(config: CityConfig, citizens: list[Citizen], wellbeing: Wellbeing) -> Families:
    """Return the family links of the city: most teens with a grown-up at home have one, some are only invited."""
    families = Families([], [], [])
    dice = config.dice("families")
    for guardian, teen in _pairs(citizens, config.now):
        draw = dice.random()
        if draw < 0.74:
            _link(config, dice, wellbeing, families, guardian, teen)
        elif draw < 0.88:
            _invite(config, dice, families, guardian, teen)
    families.history.sort(key=lambda item: (item.at, item.teen_id, item.action))
    return families


def store_families(tx: Transaction, families: Families) -> dict[str, int]:
    """Write links, settings, the log that both sides read, and the audit log."""
    repository, audit = FamilyLinks(tx), AuditLog(tx)
    for link in families.links:
        repository.add(link)
    for teen_id, setting in families.settings:
        repository.set_control(teen_id, setting)
    for item in families.history:
        repository.note(item.teen_id, item.actor_id, item.action, item.detail, item.at)
        subject = str(item.detail.get("link", item.teen_id))
        audit.append(item.at, item.actor_id, f"family.{item.action}", subject, item.detail)
    active = sum(link.status is LinkStatus.ACTIVE for link in families.links)
    return {"family_links": len(families.links), "active_links": active, "family_controls": len(families.settings)}


def _pairs(citizens: list[Citizen], now: datetime) -> Iterator[tuple[Person, Person]]:
    homes: dict[int, list[Citizen]] = {}
    for citizen in citizens:
        homes.setdefault(citizen.household, []).append(citizen)
    for home in homes.values():
        for teen in (citizen.person for citizen in home if citizen.is_teen):
            for guardian in (citizen.person for citizen in home if _may_look_after(citizen.person, teen, now)):
                yield guardian, teen


def _may_look_after(adult: Person, teen: Person, now: datetime) -> bool:
    if adult.birth_date is None or teen.birth_date is None:
        return False
    adult_age, teen_age = (age_years(person.birth_date, now.date()) for person in (adult, teen) if person.birth_date)
    return adult_age >= ADULT_AGE_YEARS and adult_age - teen_age >= _GUARDIAN_AGE_GAP_YEARS


def _invitation(config: CityConfig, guardian: Person, teen: Person, at: datetime, families: Families) -> FamilyLink:
    link = FamilyLink(
        id=LinkId(config.ident("link", guardian.id, teen.id)), guardian_id=guardian.id, teen_id=teen.id,
        status=LinkStatus.INVITED, invited_by=guardian.id, created_at=at,
    )  # fmt: skip
    families.history.append(
        Happening(at, teen.id, guardian.id, "invited", {"other": f"@{teen.handle}", "link": link.id})
    )
    return link


def _invite(config: CityConfig, dice: random.Random, families: Families, guardian: Person, teen: Person) -> None:
    latest = max(guardian.created_at, teen.created_at) + timedelta(hours=1)
    at = max(config.now - timedelta(days=dice.randint(1, 9), seconds=dice.randrange(50_000)), latest)
    families.links.append(_invitation(config, guardian, teen, at, families))


def _link(
    config: CityConfig, dice: random.Random, wellbeing: Wellbeing, families: Families, guardian: Person, teen: Person
) -> None:
    earliest = max(guardian.created_at, teen.created_at) + timedelta(hours=2)
    at = earliest + (config.now - timedelta(days=1) - earliest) * dice.uniform(0.02, 0.7)
    link = _invitation(config, guardian, teen, at, families)
    agreed = at + timedelta(hours=dice.uniform(0.1, 12))
    families.links.append(replace(link, status=LinkStatus.ACTIVE, accepted_at=agreed))
    detail = {"other": f"@{guardian.handle}", "link": link.id}
    families.history.append(Happening(agreed, teen.id, teen.id, "accepted", detail))
    wanted = {name: dice.choice(values) for name, values, share in _USUAL if dice.random() < share}
    if wanted:
        _set(wellbeing, families, guardian, teen, wanted, agreed + timedelta(minutes=dice.randint(3, 500)))


def _set(
    wellbeing: Wellbeing, families: Families, guardian: Person, teen: Person, wanted: dict[str, ControlValue],
    at: datetime,
) -> None:  # fmt: skip
    known = [setting for teen_id, setting in families.settings if teen_id == teen.id]
    scopes = {Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN}
    for change in wellbeing.check_changes(teen, guardian.id, known, wanted, scopes, at, None):
        if change.value is None:
            continue
        families.settings.append((teen.id, Setting(change.control, change.value, guardian.id, at)))
        families.history.append(Happening(at, teen.id, guardian.id, "control_set", _detail(wellbeing, change)))


def _detail(wellbeing: Wellbeing, change: ControlChange) -> dict[str, Any]:
    definition = wellbeing.policy.controls.find(change.control)
    shown = "" if definition is None or change.value is None else definition.says(change.value)
    return {
        "control": change.control, "title": change.title, "value": shown, "before": change.before,
        "after": change.after,
    }  # fmt: skip
