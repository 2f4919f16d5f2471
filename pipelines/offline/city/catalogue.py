"""What the city has made: creators with styles, characters with permissions, videos, remix chains and cameos."""

import random
from bisect import bisect
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from core.vocabulary import LikenessPermission, Visibility
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.graph import Graph
from pipelines.offline.city.lexicon import lexicon, voices
from pipelines.offline.city.prompts import PACES, Leaning, Wish, vary, write
from pipelines.offline.city.society import Citizen, Community

# Share of the day's activity that falls on each local hour, from midnight.
RHYTHM = (2, 1, 1, 1, 1, 2, 5, 9, 10, 7, 6, 7, 10, 9, 7, 7, 8, 10, 13, 16, 18, 17, 11, 5)
TEEN_RHYTHM = (0, 0, 0, 0, 0, 0, 2, 7, 3, 2, 2, 3, 6, 5, 6, 11, 14, 15, 16, 16, 12, 0, 0, 0)
_BEFORE_DAYS = 45
_REMIX_SHARE = 0.2
_CAMEO_SHARE = 0.03  # of the videos that remix nothing
_CHARACTER_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class Creator:
    """How much someone makes, and what."""

    weight: float
    leaning: Leaning


@dataclass(frozen=True, slots=True)
class Likeness:
    """A character: whose it is and who may use it."""

    owner: int
    name: str
    permission: LikenessPermission
    chosen: tuple[int, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A published video; ``source`` is the index of the one it remixes, ``stars`` are indexes of characters."""

    creator: int
    wish: Wish
    caption: str
    published_at: datetime
    visibility: Visibility
    seconds: int
    source: int | None
    stars: tuple[int, ...]


def creators(config: CityConfig, citizens: list[Citizen], groups: list[Community]) -> list[Creator]:
    """Return what kind of creator each person is; most make little, a few make much."""
    dice = config.dice("creators")
    return [Creator(dice.paretovariate(1.35) - 0.92, _leaning(dice, citizen, groups)) for citizen in citizens]


def _leaning(dice: random.Random, citizen: Citizen, groups: list[Community]) -> Leaning:
    words = lexicon()
    return Leaning(
        topics=citizen.interests[:3],
        moods=(dice.choice(groups[citizen.community].moods), dice.choice(tuple(words.moods))),
        styles=tuple(dice.sample(tuple(words.styles), dice.choice((1, 1, 2)))),
        palettes=tuple(dice.sample(words.palettes, 2)),
        pace=dice.choice(PACES),
    )


def likenesses(config: CityConfig, citizens: list[Citizen], graph: Graph) -> list[Likeness]:
    """Return the city's characters. Teens keep theirs to themselves; adults are more or less open."""
    dice = config.dice("likenesses")
    mutual: dict[int, list[int]] = {}
    for a, b in sorted(graph.friends()):
        mutual.setdefault(a, []).append(b)
    owners = sorted(dice.sample(range(len(citizens)), max(3, round(len(citizens) * _CHARACTER_SHARE))))
    return [_likeness(dice, config, owner, citizens[owner], mutual.get(owner, [])) for owner in owners]


def _likeness(dice: random.Random, config: CityConfig, owner: int, citizen: Citizen, friends: list[int]) -> Likeness:
    open_to = tuple(LikenessPermission)
    permission = dice.choices(open_to, weights=(1, 2, 4, 4))[0] if not citizen.is_teen else LikenessPermission.ONLY_ME
    chosen = tuple(sorted(dice.sample(friends, min(3, len(friends)))))
    made = max(config.start - timedelta(days=30), citizen.person.created_at + timedelta(hours=3))
    return Likeness(
        owner, citizen.person.display_name, permission, chosen if permission is LikenessPermission.CHOSEN else (), made
    )


def may_use(likeness: Likeness, user: int, graph: Graph, at: datetime) -> bool:
    """Tell whether a person may put this character in a video at a moment, by its owner's permission alone."""
    owner = likeness.owner
    if (owner, user) in graph.blocks or (user, owner) in graph.blocks or at < likeness.created_at:
        return False
    if user == owner or likeness.permission is LikenessPermission.EVERYONE:
        return True
    if likeness.permission is LikenessPermission.MUTUALS:
        return (owner, user) in graph.follows and (user, owner) in graph.follows
    return likeness.permission is LikenessPermission.CHOSEN and user in likeness.chosen


class Studio:
    """Makes the videos in order of publication, so that each can remix what was there before it."""

    def __init__(
        self, config: CityConfig, citizens: list[Citizen], makers: list[Creator], graph: Graph, stars: list[Likeness]
    ) -> None:
        self._config, self._citizens, self._makers = config, citizens, makers
        self._graph, self._stars = graph, stars
        self._dice = config.dice("studio")
        self._pieces: list[Piece] = []
        self._texts: set[str] = set()
        self._followed: dict[int, set[int]] = {}
        for a, b in graph.follows:
            self._followed.setdefault(a, set()).add(b)

    def make_all(self) -> list[Piece]:
        """Return every video, oldest first."""
        weights = list(accumulate(maker.weight for maker in self._makers))
        slots = sorted(self._slot(weights) for _ in range(self._config.videos))
        for at, creator in slots:
            self._pieces.append(self._piece(at, creator))
        return self._pieces

    def _slot(self, weights: list[float]) -> tuple[datetime, int]:
        creator = min(bisect(weights, self._dice.random() * weights[-1]), len(weights) - 1)
        first = self._citizens[creator].person.created_at + timedelta(hours=6)
        before = self._dice.random() < 0.24
        begin = self._config.start - timedelta(days=_BEFORE_DAYS) if before else self._config.start
        end = self._config.start if before else self._config.now - timedelta(hours=1)
        begin = max(begin, first)
        end = max(end, begin + timedelta(hours=20))
        day = begin + (end - begin) * self._dice.random()
        moment = at_local_hour(self._dice, day, self._citizens[creator])
        return min(max(moment, first), self._config.now - timedelta(minutes=self._dice.randint(20, 600))), creator

    def _piece(self, at: datetime, creator: int) -> Piece:
        source = self._source(creator) if self._dice.random() < _REMIX_SHARE else None
        star = self._star(creator, at) if source is None and self._dice.random() < _CAMEO_SHARE else None
        for _ in range(20):
            wish, changed = self._wish(creator, source)
            if star is not None:
                wish = replace(wish, star=self._stars[star].name)
            if wish.text() not in self._texts:
                break
        self._texts.add(wish.text())
        return Piece(
            creator=creator,
            wish=wish,
            caption=self._caption(wish, source, changed),
            published_at=at,
            visibility=Visibility.FOLLOWERS if self._dice.random() < 0.03 else Visibility.PUBLIC,
            seconds=4,
            source=source,
            stars=() if star is None else (star,),
        )

    def _wish(self, creator: int, source: int | None) -> tuple[Wish, str]:
        leaning = self._makers[creator].leaning
        if source is None:
            return write(self._dice, leaning), ""
        return vary(self._dice, self._pieces[source].wish, leaning)

    def _source(self, creator: int) -> int | None:
        """Return something to remix: recent, liked topics and people first; never by someone blocked either way."""
        recent = range(max(0, len(self._pieces) - 250), len(self._pieces))
        fits = [index for index in recent if self._may_remix(creator, index)]
        if not fits:
            return None
        wanted = set(self._makers[creator].leaning.topics)
        followed = self._followed.get(creator, set())
        weights = [
            1.0 + 4.0 * bool(wanted & set(self._pieces[i].wish.topics)) + 3.0 * (self._pieces[i].creator in followed)
            for i in fits
        ]
        return self._dice.choices(fits, weights=weights)[0]

    def _may_remix(self, creator: int, index: int) -> bool:
        piece = self._pieces[index]
        pair = (creator, piece.creator)
        return (
            piece.visibility is Visibility.PUBLIC
            and not piece.stars
            and not self._citizens[piece.creator].person.is_private
            and piece.creator != creator
            and pair not in self._graph.blocks
            and pair[::-1] not in self._graph.blocks
        )

    def _star(self, creator: int, at: datetime) -> int | None:
        allowed = [i for i, likeness in enumerate(self._stars) if may_use(likeness, creator, self._graph, at)]
        # Friends and oneself before strangers, as people do.
        followed = self._followed.get(creator, set()) | {creator}
        weights = [8.0 if self._stars[i].owner in followed else 1.0 for i in allowed]
        return self._dice.choices(allowed, weights=weights)[0] if allowed else None

    def _caption(self, wish: Wish, source: int | None, changed: str) -> str:
        words, dice = voices(), self._dice
        if source is not None and dice.random() < 0.6:
            handle = self._citizens[self._pieces[source].creator].person.handle
            return str(dice.choice(words["remix_captions"])).format(handle=handle, changed=changed)
        return str(dice.choice(words["captions"])).format(
            subject=wish.subject.text, style=wish.style, topic=wish.topic.name, place=wish.place.text,
            mood_word=words["mood_words"][wish.mood.name], weekday=dice.choice(words["weekdays"]),
            number=dice.randint(3, 90), kin=dice.choice(words["kin"]),
        )  # fmt: skip


def at_local_hour(dice: random.Random, day: datetime, citizen: Citizen) -> datetime:
    """Return a moment on the day of ``day`` at an hour when this person is awake and about."""
    zone = ZoneInfo(citizen.person.timezone)
    hours = TEEN_RHYTHM if citizen.is_teen else RHYTHM
    hour = dice.choices(range(24), weights=hours)[0]
    local = day.astimezone(zone).replace(hour=hour, minute=dice.randrange(60), second=dice.randrange(60), microsecond=0)
    return local.astimezone(day.tzinfo)
