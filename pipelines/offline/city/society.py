"""Who lives in the city: households with guardians and teens, communities, and what everyone is called."""

import random
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.age import ADULT_AGE_YEARS, MINIMUM_AGE_YEARS, age_years
from core.ids import PersonId
from core.records import Person
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.lexicon import lexicon, names, voices

_PER_COMMUNITY = 26
_DAYS_IN_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person, where they belong, and what they say they like."""

    person: Person
    household: int
    community: int
    second_community: int  # equal to `community` for those who keep to one
    interests: tuple[str, ...]
    city: str
    is_teen: bool


@dataclass(frozen=True, slots=True)
class _Member:
    age: int
    role: str


@dataclass(frozen=True, slots=True)
class Community:
    """People who share interests: its leading topics are what its members lean to."""

    topics: tuple[str, ...]
    moods: tuple[str, ...]


def communities(config: CityConfig) -> list[Community]:
    """Return the city's communities, each with four topics and three moods of its own."""
    dice = config.dice("communities")
    topics, moods = list(lexicon().topics), list(lexicon().moods)
    count = max(3, config.people // _PER_COMMUNITY)
    return [Community(tuple(dice.sample(topics, 4)), tuple(dice.sample(moods, 3))) for _ in range(count)]


def populate(config: CityConfig, groups: list[Community]) -> list[Citizen]:
    """Return the city's people, household by household; everyone is at least thirteen."""
    dice, taken = config.dice("people"), set[str]()
    citizens: list[Citizen] = []
    household = 0
    while len(citizens) < config.people:
        members = _household(dice)[: config.people - len(citizens)]
        if members[0].age < ADULT_AGE_YEARS and dice.random() < 0.8:
            continue
        citizens += _move_in(config, dice, taken, household, members, groups, len(citizens))
        household += 1
    return citizens


def _household(dice: random.Random) -> list[_Member]:
    kind = dice.choices(("single", "couple", "family", "elders", "teen"), weights=(52, 19, 17, 8, 4))[0]
    if kind == "single":
        return [_Member(_adult_age(dice), "adult")]
    if kind == "couple":
        age = _adult_age(dice)
        return [_Member(age, "adult"), _Member(max(ADULT_AGE_YEARS + 1, age + dice.randint(-4, 4)), "adult")]
    if kind == "elders":
        return [_Member(dice.randint(62, 78), "adult") for _ in range(dice.randint(1, 2))]
    if kind == "teen":
        return [_Member(dice.randint(MINIMUM_AGE_YEARS + 1, 17), "teen")]
    parent = dice.randint(36, 54)
    parents = [_Member(parent + dice.randint(-3, 3), "guardian") for _ in range(dice.choice((1, 1, 2)))]
    teens = [_Member(dice.randint(MINIMUM_AGE_YEARS, 17), "teen") for _ in range(dice.choice((1, 1, 2)))]
    grown = [_Member(dice.randint(18, 23), "adult")] if dice.random() < 0.2 else []
    return [*parents, *teens, *grown]


def _adult_age(dice: random.Random) -> int:
    low, high = dice.choices(((18, 24), (25, 34), (35, 49), (50, 72)), weights=(34, 36, 20, 10))[0]
    return dice.randint(low, high)


def _move_in(
    config: CityConfig, dice: random.Random, taken: set[str], household: int, members: list[_Member],
    groups: list[Community], first: int,
) -> list[Citizen]:  # fmt: skip
    regions = names()["region"]
    region = dice.choices(regions, weights=[item["weight"] for item in regions])[0]
    jurisdiction, timezone, city = dice.choice(region["places"]).split("|")
    family_name, community = dice.choice(region["last"]), dice.randrange(len(groups))
    moved: list[Citizen] = []
    for offset, member in enumerate(members):
        second = dice.randrange(len(groups)) if dice.random() < 0.35 else community
        own = dice.randrange(len(groups)) if member.role == "teen" and dice.random() < 0.5 else community
        interests = _interests(dice, groups[own], groups[second])
        last = family_name if offset == 0 or dice.random() < 0.8 else dice.choice(region["last"])
        ident = PersonId(config.ident("per", first + offset))
        person = _person(config, dice, taken, ident, member, region, last, (jurisdiction, timezone, city), interests)
        moved.append(Citizen(person, household, own, second, interests, city, member.role == "teen"))
    return moved


def _interests(dice: random.Random, group: Community, other: Community) -> tuple[str, ...]:
    wanted = [*dice.sample(group.topics, 2), dice.choice(other.topics), dice.choice(tuple(lexicon().topics))]
    return tuple(dict.fromkeys(wanted))


def _person(
    config: CityConfig, dice: random.Random, taken: set[str], ident: PersonId, member: _Member, region: dict[str, Any],
    last: str, place: tuple[str, str, str], interests: tuple[str, ...],
) -> Person:  # fmt: skip
    first = dice.choice(region["first"])
    is_teen = member.age < ADULT_AGE_YEARS
    born = _birth_date(dice, config.now.date(), member.age)
    return Person(
        id=ident,
        handle=_handle(dice, taken, first, last),
        display_name=first if is_teen and dice.random() < 0.6 else f"{first} {last}",
        birth_date=born,
        jurisdiction=place[0],
        timezone=place[1],
        created_at=_joined(dice, config, born),
        bio=_bio(dice, place[2], interests, is_teen),
        is_private=dice.random() < (0.3 if is_teen else 0.06),
    )


def _birth_date(dice: random.Random, today: date, age: int) -> date:
    """Return a birth date that makes someone ``age`` today, and not only today: two days away from a birthday."""
    latest = today - timedelta(days=int(age * _DAYS_IN_YEAR) + 3)
    born = latest - timedelta(days=dice.randint(0, 358))
    while age_years(born, today) < age:
        born -= timedelta(days=1)
    return born


def _joined(dice: random.Random, config: CityConfig, born: date) -> datetime:
    """Return when someone joined: most before the sixty days, nobody before they were thirteen."""
    days_before = dice.randint(40, 420) if dice.random() < 0.85 else -dice.randint(1, max(1, config.days - 10))
    moment = config.start - timedelta(days=days_before, seconds=dice.randrange(86_400))
    thirteen = born + timedelta(days=int(MINIMUM_AGE_YEARS * _DAYS_IN_YEAR) + 1)
    return max(moment, datetime(thirteen.year, thirteen.month, thirteen.day, tzinfo=config.now.tzinfo))


def _bio(dice: random.Random, city: str, interests: tuple[str, ...], is_teen: bool) -> str:
    words = voices()
    form: str = dice.choice(words["teen_bios"] if is_teen else words["bios"])
    first, second = interests[0], interests[1 % len(interests)]
    text = form.format(a=first, b=second, city=city, job=dice.choice(words["jobs"]), kin=dice.choice(words["kin"]))
    return text[:1].upper() + text[1:]


def _handle(dice: random.Random, taken: set[str], first: str, last: str) -> str:
    given, family = _plain(first), _plain(last)
    extra = dice.choice(names()["handles"]["words"])
    options = (
        f"{given}.{family}",
        f"{given}{family[:1]}",
        f"{given}.{extra}",
        f"{given}_{family[:3]}",
        f"{family}.{given}",
    )
    handle = dice.choice(options)
    number = 2
    base = handle
    while handle in taken:
        handle, number = f"{base}{number}", number + 1
    taken.add(handle)
    return handle


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("Ø", "O").replace("ł", "l").replace("ø", "o"))
    return re.sub(r"[^a-z]", "", folded.encode("ascii", "ignore").decode().lower())
