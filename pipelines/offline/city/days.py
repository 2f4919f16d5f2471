"""Sixty days of pages: what a randomised policy put where, with its exact propensities, and what people did then.

The logging policy sees only what any app sees (who follows whom, ages of videos, what people say they like). It draws a
page without replacement in proportion to ``exp(score)`` (Plackett and Luce: adding Gumbel noise and sorting is the same
draw), so the propensity of an item at its position, given what stands above it, is known exactly.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Visibility
from pipelines.offline.city.catalogue import RHYTHM, TEEN_RHYTHM, Creator, Piece
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.graph import Graph
from pipelines.offline.city.society import Citizen
from pipelines.offline.city.tastes import Truth, sigmoid

Array = NDArray[Any]
SOURCES = ("following", "fresh", "trending", "similar", "nearby")
KINDS = (
    "view",
    "complete",
    "skip",
    "like",
    "comment",
    "share",
    "remix",
    "create",
    "follow",
    "hide",
    "report",
    "poll_answer",
    "look_back",
)
_NO = np.float32(-np.inf)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the logging policy knows. P people, V videos; times are seconds since 1970."""

    published_V: Array  # noqa: N815 - shapes are named
    creator_V: Array  # noqa: N815
    renown_V: Array  # noqa: N815
    affinity_PV: Array  # noqa: N815 - what people say they like, and their communities
    visible_PV: Array  # noqa: N815 - never one's own, a blocked person's, or what is not for one's age
    follows_PP: Array  # noqa: N815
    private_V: Array  # noqa: N815 - for followers only


@dataclass(frozen=True, slots=True)
class Visits:
    """Pages in order of person and time."""

    person: Array
    time: Array
    ordinal: Array  # 0 for a person's first page


@dataclass(frozen=True, slots=True)
class Log:
    """Everything that was shown and done, one row per impression; ``did`` is (n, len(KINDS)) of bool."""

    visits: Visits
    page: Array  # row of `visits`
    position: Array
    video: Array
    propensity: Array
    score: Array
    source: Array
    did: Array
    answer: Array  # poll answer 1..5, 0 where no one was asked
    looking_back: Array  # the same of the question asked a day later

    @property
    def person(self) -> Array:
        """Who saw each impression."""
        return self.visits.person[self.page]


def gather_facts(
    citizens: list[Citizen], makers: list[Creator], graph: Graph, pieces: list[Piece],
    teen_allowed: Array, adult_allowed: Array,
) -> Facts:  # fmt: skip
    """Return what the logging policy knows at the start."""
    people, creator = len(citizens), np.array([piece.creator for piece in pieces])
    follows = np.zeros((people, people), dtype=bool)
    follows[tuple(np.array(list(graph.follows), dtype=int).reshape(-1, 2).T)] = True
    blocked = np.zeros((people, people), dtype=bool)
    blocked[tuple(np.array(list(graph.blocks), dtype=int).reshape(-1, 2).T)] = True
    blocked |= blocked.T
    np.fill_diagonal(blocked, True)  # nobody is shown their own
    teen = np.array([citizen.is_teen for citizen in citizens])
    allowed = np.where(teen[:, None], (teen_allowed & adult_allowed)[None], adult_allowed[None])
    private = np.array([citizen.person.is_private for citizen in citizens])[creator]
    followers_only = np.array([piece.visibility is Visibility.FOLLOWERS for piece in pieces])
    renown = np.log1p(np.array([maker.weight for maker in makers]))[creator]
    return Facts(
        published_V=np.array([piece.published_at.timestamp() for piece in pieces]),
        creator_V=creator,
        renown_V=renown.astype(np.float32),
        affinity_PV=_said_affinity(citizens, pieces),
        visible_PV=allowed & ~blocked[:, creator],
        follows_PP=follows,
        private_V=private | followers_only,
    )


def _said_affinity(citizens: list[Citizen], pieces: list[Piece]) -> Array:
    topics = {name: index for index, name in enumerate(sorted({t for p in pieces for t in p.wish.topics}))}
    wants = np.zeros((len(citizens), len(topics)), dtype=np.float32)
    about = np.zeros((len(pieces), len(topics)), dtype=np.float32)
    for row, citizen in enumerate(citizens):
        wants[row, [topics[name] for name in citizen.interests[:2] if name in topics]] = 1
    for row, piece in enumerate(pieces):
        about[row, [topics[name] for name in piece.wish.topics]] = 1
    said: Array = np.minimum(wants @ about.T, 1)
    return said


def draw_visits(config: CityConfig, citizens: list[Citizen]) -> Visits:
    """Draw when everyone opens how many pages, by the rhythm of their own day."""
    random = config.arrays("visits")
    people = len(citizens)
    rate = config.pages_per_day * random.lognormal(-0.32, 0.8, people)
    pages_PD = np.minimum(random.poisson(random.gamma(0.6, rate[:, None] / 0.6, (people, config.days))), 9)  # noqa: N806
    who, when = [], []
    for row, citizen in enumerate(citizens):
        hours = np.array(TEEN_RHYTHM if citizen.is_teen else RHYTHM, dtype=float)
        days = np.repeat(np.arange(config.days), pages_PD[row])
        times = _times(config, random, citizen, days, hours / hours.sum())
        times = np.sort(times[(times > citizen.person.created_at.timestamp()) & (times < config.now.timestamp() - 60)])
        who.append(np.full(len(times), row))
        when.append(times)
    person: Array = np.concatenate(who)
    time: Array = np.concatenate(when)
    firsts = np.concatenate([[0], np.cumsum([len(times) for times in when])[:-1]])
    return Visits(person, time, np.arange(len(person)) - firsts[person])


def _times(config: CityConfig, random: np.random.Generator, citizen: Citizen, days: Array, hours: Array) -> Array:
    """Return moments, in seconds, on these days of the history: sessions of a few pages a few minutes apart."""
    zone = ZoneInfo(citizen.person.timezone)
    session = random.choice(24, size=config.days, p=hours) * 3600 + random.integers(0, 3000, config.days)
    starts = np.array([_midnight(config.start + timedelta(days=day), zone) for day in range(config.days)])
    nth = np.arange(len(days)) - np.searchsorted(days, days)
    moments: Array = starts[days] + session[days] + nth * 240.0 + random.integers(0, 120, len(days))
    return moments


def _midnight(day: datetime, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


@dataclass(frozen=True, slots=True)
class Response:
    """What people did on a page each: ``did`` (n, size, len(KINDS)) bool; answers 1..5 (n, size), 0 if not asked."""

    did: Array
    answer: Array
    looking_back: Array


class Simulation:
    """Plays the sixty days, one page per person and round; people do not depend on one another here."""

    def __init__(self, config: CityConfig, citizens: list[Citizen], facts: Facts, truth: Truth) -> None:
        self._config, self._facts, self._truth = config, facts, truth
        self._teen = np.array([citizen.is_teen for citizen in citizens])
        self._random = config.arrays("days")
        self._later = config.arrays("looking back")
        self._unseen = facts.visible_PV.copy()
        self._follows = facts.follows_PP.copy()

    def branch(self) -> "Simulation":
        """Return a copy that goes its own way: what is done in one is unknown to the other."""
        branch = copy(self)
        branch._unseen, branch._follows = self._unseen.copy(), self._follows.copy()
        return branch

    def begin(self, *part: object) -> None:
        """Draw from here on from the streams of one part of the city, so that branches can share their luck."""
        self._random, self._later = self._config.arrays(*part), self._config.arrays(*part, "looking back")

    @property
    def follows(self) -> Array:
        """Who follows whom by now: (people, people) of bool."""
        return self._follows

    def play(self, visits: Visits, progress: "Any" = lambda _: None) -> Log:
        """Return the log of all visits. ``progress`` is told the share done."""
        order = np.argsort(visits.ordinal, kind="stable")
        edges = np.searchsorted(visits.ordinal[order], np.arange(visits.ordinal.max() + 2))
        parts = [_nothing()]
        for start, end in pairwise(edges):
            parts += list(self._round(order[start:end], visits))
            progress(end / len(order))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        by_page = np.lexsort((columns[1], columns[0]))
        return Log(visits, *(column[by_page] for column in columns))

    def _round(self, rows: Array, visits: Visits) -> Iterator[tuple[Array, ...]]:
        people, now = visits.person[rows], visits.time[rows]
        scores = self.scores(people, now)
        enough = np.isfinite(scores).sum(axis=1) > self._config.page_size
        rows, people, now, scores = rows[enough], people[enough], now[enough], scores[enough]
        if not len(rows):
            return
        video, propensity = draw_page(self._random, scores, self._config.page_size)
        self._unseen[people[:, None], video] = False
        source = self._source(people, now, video)
        response = self.respond(people, video)
        shape = video.shape
        yield (
            np.repeat(rows, shape[1]), np.tile(np.arange(shape[1]), shape[0]), video.ravel(), propensity.ravel(),
            np.take_along_axis(scores, video, axis=1).ravel(), source.ravel(),
            response.did.reshape(-1, len(KINDS)), response.answer.ravel(), response.looking_back.ravel(),
        )  # fmt: skip

    def scores(self, people: Array, now: Array) -> Array:
        """Return the logging policy's scores (n, V); minus infinity where a video may not be shown."""
        facts = self._facts
        age_days = ((now[:, None] - facts.published_V[None]) / 86_400).astype(np.float32)
        followed = self._follows[people][:, facts.creator_V]
        score = (
            1.4 * followed + 1.2 * facts.affinity_PV[people] + 0.5 * facts.renown_V[None]
            + 1.3 * np.exp(-np.maximum(age_days, 0) / 6)
        ).astype(np.float32)  # fmt: skip
        shown = self._unseen[people] & (age_days > 0) & (followed | ~facts.private_V[None])
        limited: Array = np.where(shown, score, _NO)
        return limited

    def _source(self, people: Array, now: Array, video: Array) -> Array:
        facts = self._facts
        age_days = (now[:, None] - facts.published_V[video]) / 86_400
        followed = self._follows[people[:, None], facts.creator_V[video]]
        said = facts.affinity_PV[people[:, None], video] > 0
        choices = [followed, age_days < 1.5, said, facts.renown_V[video] > 2.0]
        return np.select(choices, [0, 1, 3, 2], default=4)

    def respond(self, people: Array, video: Array) -> "Response":
        """Draw what people did on one page each; position matters only through whether they looked at all.

        ``people`` (n,), ``video`` (n, size).
        """
        truth, model = self._truth, self._truth.model
        who = people[:, None]
        creator = self._facts.creator_V[video]
        follows = self._follows[who, creator]
        friend = (follows & self._follows[creator, who]).astype(float)
        utility = truth.utility(who, video, friend)
        hook = model.hook * truth.hook[video] * truth.hookability[who]

        def happens(logits: Array) -> Array:
            return self._random.random(video.shape) < sigmoid(logits)

        def line(pair: tuple[float, float]) -> Array:
            return pair[0] + pair[1] * utility

        looked = self._random.random(video.shape) < model.examine_first * model.examine_ratio ** np.arange(
            video.shape[1]
        )
        complete = looked & happens(line(model.complete) + hook)
        talk = truth.sociability[who] + model.friend_talk * friend
        made = looked & (self._random.random(video.shape) < truth.p_create(who, video, friend))
        remixed = made & (self._random.random(video.shape) < 0.45)
        follow = looked & ~follows & happens(line(model.follow)) & ~self._facts.private_V[video]
        follow &= _first_of_row(np.where(follow, creator, -1))
        asked = looked & (self._random.random(video.shape) < model.poll_rate)
        did = np.stack([
            looked, complete, looked & ~complete & happens(line(model.skip)),
            looked & happens(line(model.like) + truth.generosity[who] + model.hook_like * hook),
            looked & happens(line(model.comment) + talk), looked & happens(line(model.share) + 0.5 * talk),
            remixed, made & ~remixed, follow,
            looked & happens(line(model.hide)), looked & happens(line(model.report)), asked,
            looked & (self._later.random(video.shape) < model.look_back_rate),
        ], axis=-1)  # fmt: skip
        self._follows[np.broadcast_to(who, video.shape)[follow], creator[follow]] = True
        answers = (_answers(stream, utility, model.poll_noise) for stream in (self._random, self._later))
        in_feed, later = (np.where(did[..., KINDS.index(kind)], given, 0) for kind, given in zip(
            ("poll_answer", "look_back"), answers, strict=True))  # fmt: skip
        return Response(did, in_feed, later)


def _answers(random: np.random.Generator, utility: Array, noise: float) -> Array:
    """Return what people would say from 1 to 5, asked how glad they are."""
    said = np.round(1 + 4 * (sigmoid(utility) + random.normal(0, noise, utility.shape)))
    clipped: Array = np.clip(said, 1, 5).astype(np.int8)
    return clipped


def draw_page(random: np.random.Generator, scores: Array, size: int) -> tuple[Array, Array]:
    """Draw ``size`` different items per row in proportion to exp(score); scores (n, V), minus infinity for never.

    Returns items (n, size) and their propensities (n, size): the probability of each at its position, given the items
    above it. Over all items that are left, the propensities of one position sum to one.
    """
    noisy = scores + random.gumbel(size=scores.shape).astype(np.float32)
    top = np.argpartition(-noisy, size - 1, axis=1)[:, :size]
    order = np.argsort(-np.take_along_axis(noisy, top, axis=1), axis=1)
    items = np.take_along_axis(top, order, axis=1)
    weights = np.exp(scores.astype(np.float64))
    chosen = np.take_along_axis(weights, items, axis=1)
    above = np.cumsum(chosen, axis=1) - chosen
    left = weights.sum(axis=1, keepdims=True) - above
    return items, np.minimum(chosen / left, 1.0)  # rounding may put the last ones a hair above one


def _nothing() -> tuple[Array, ...]:
    """Return an empty part of a log, so that a city too small for a single page still has one."""
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    answers = np.zeros(0, dtype=np.int8)
    return whole, whole, whole, real, real, whole, np.zeros((0, len(KINDS)), dtype=bool), answers, answers


def _first_of_row(values: Array) -> Array:
    """Tell which entries are the first of their value in their row (rows are short)."""
    same = values[:, :, None] == values[:, None, :]
    earlier = np.tril(np.ones(same.shape[1:], dtype=bool), -1)
    first: Array = ~(same & earlier).any(axis=2)
    return first


def moment_of(seconds: float) -> datetime:
    """Return a moment from seconds since 1970."""
    return datetime.fromtimestamp(float(seconds), tz=UTC)
