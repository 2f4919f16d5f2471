"""One engine in the town for some days: it makes every page, learns every night, and is trained again every week."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import PersonId, VideoId
from core.records import Event
from core.vocabulary import Audience, EventKind
from pipelines.offline.city.days import KINDS
from pipelines.offline.city.store import AFTER_S
from pipelines.offline.city.tastes import sigmoid
from pipelines.offline.head_rows import head_rows
from pipelines.offline.heads import HeadsConfig, train_heads
from pipelines.offline.simulator.engines import Arm, Engine
from pipelines.offline.simulator.town import Played, Town
from pipelines.offline.snapshot import publish
from pipelines.offline.vectors import learn_vectors
from ranking.catalogue import Catalogue
from ranking.snapshot import current_folder, open_snapshot
from ranking.taste import LEARNED_FROM
from ranking.viewer import Viewer

Array = NDArray[Any]
_DAY_S = 86_400.0
_EVENTS, _SEEN = 600, 1500  # as the feed loads them
_LEARNED = [(column, EventKind(kind)) for column, kind in enumerate(KINDS) if kind in LEARNED_FROM]


@dataclass(frozen=True, slots=True)
class Respondents:
    """Who answers when asked: ``bias`` above zero, the satisfied answer more; below zero, the dissatisfied do.

    The odds of an answer are exp(0.4 + 4 bias (satisfaction - 0.5)): six in ten answer at bias zero.
    """

    name: str
    bias: float

    def answer(self, random: np.random.Generator, satisfaction: Array) -> Array:
        """Draw who answers; shape of ``satisfaction``."""
        odds = sigmoid(0.4 + 4.0 * self.bias * (satisfaction - 0.5))
        answering: Array = random.random(satisfaction.shape) < odds
        return answering


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of some days: impressions, and the truth about each as it was shown."""

    played: Played
    is_friend: Array
    is_followed: Array
    satisfaction: Array
    creation: Array  # probability that it led them to make something
    would_say: Array  # 1..5 of everyone who was asked, whether they answered or not; 0 if not asked


class Loop:
    """Runs one engine over the town's last days."""

    def __init__(self, town: Town, engine: Engine, respondents: Respondents, scratch: Path) -> None:
        self._town, self._engine, self._respondents, self._scratch = town, engine, respondents, scratch
        self._simulation = town.simulation.branch()
        self._known = answered_history(town, respondents)
        self._events: list[list[Event]] = [[] for _ in town.people]
        self._seen: list[list[VideoId]] = [[] for _ in town.people]
        self._hidden: list[set[VideoId]] = [set() for _ in town.people]
        self._remember(self._known)

    def run(self, days: int, *, first_heads: Path, retrain_every_days: int) -> Lived:
        """Play ``days``; ``first_heads`` were trained on the history."""
        heads, parts = first_heads, []
        for day in range(days):
            start = self._town.loop_from + day * _DAY_S
            if day and day % retrain_every_days == 0 and self._engine.arm is not Arm.CHRONOLOGICAL:
                heads = trained(self._town, self._known, start, self._scratch / f"heads-{day}")
            lived = self._day(self._catalogue(start, heads), start)
            parts.append(lived)
            self._known = self._known.and_then(lived.played)
        return _joined(parts)

    def _catalogue(self, start: float, heads: Path) -> Catalogue:
        data = self._town.data(self._known, start)
        publish(data, learn_vectors(data), self._scratch, _moment(start), heads=heads)
        snapshot = self._engine.over(open_snapshot(current_folder(self._scratch)), heads)
        published = self._town.facts.published_V
        new = np.flatnonzero((published >= start) & (published < start + _DAY_S))
        return Catalogue(snapshot, [self._town.videos[row] for row in new])

    def _day(self, catalogue: Catalogue, start: float) -> Lived:
        visits = self._town.visits
        rows = np.flatnonzero((visits.time >= start) & (visits.time < start + _DAY_S))
        parts = []
        for visit in rows[np.argsort(visits.time[rows], kind="stable")].tolist():
            shown, propensity = self._page(catalogue, visit)
            if len(shown):
                lived = self._look(visit, shown, propensity)
                self._remember(lived.played)
                parts.append(lived)
        return _joined(parts)

    def _page(self, catalogue: Catalogue, visit: int) -> tuple[Array, Array]:
        """Return the videos that the engine hands out, and their propensities."""
        town = self._town
        person, now = int(town.visits.person[visit]), float(town.visits.time[visit])
        page = self._engine.ranker.page(
            self._viewer(person, now), catalogue, size=town.config.page_size, mode=self._engine.mode,
            now=_moment(now), page_id=f"{town.config.seed}-{visit}", visible=self._visible(person, now),
        )  # fmt: skip
        rows = [self._town.row_of[item.video_id] for item in page.items]
        return np.array(rows, dtype=np.int64), np.array([item.propensity for item in page.items])

    def _viewer(self, person: int, now: float) -> Viewer:
        town, follows = self._town, self._simulation.follows
        return Viewer(
            person_id=town.people[person],
            audience=Audience.TEEN if town.drawn.citizens[person].is_teen else Audience.ADULT,
            follows=self._names(np.flatnonzero(follows[person])),
            followers=self._names(np.flatnonzero(follows[:, person])),
            hidden=frozenset(self._hidden[person]),
            seen=self._seen[person][: -_SEEN - 1 : -1],
            events=[event for event in self._events[person][::-1] if event.received_at.timestamp() <= now][:_EVENTS],
        )

    def _visible(self, person: int, now: float) -> Callable[[Sequence[VideoId]], set[VideoId]]:
        facts, follows = self._town.facts, self._simulation.follows
        may = facts.visible_PV[person] & (facts.published_V <= now)
        may &= ~facts.private_V | follows[person, facts.creator_V]
        return lambda ids: {ident for ident in ids if may[self._town.row_of[ident]]}

    def _look(self, visit: int, shown: Array, propensity: Array) -> Lived:
        """Let a person look at a page, with luck that is the same under every engine."""
        town, now = self._town, float(self._town.visits.time[visit])
        person = np.array([town.visits.person[visit]])
        creator, follows = town.facts.creator_V[shown], self._simulation.follows
        followed = follows[person[0], creator].copy()
        friend = followed & follows[creator, person[0]]
        self._simulation.begin("loop", visit)
        did = self._simulation.respond(person, shown[None, :])
        satisfaction = town.truth.satisfaction(person, shown, friend)
        count = len(shown)
        seen = now + 2.0 + 7.0 * np.arange(count)
        played = Played(
            np.repeat(person, count), shown, seen, np.full(count, now), np.arange(count), propensity, did.did[0],
            did.answer[0], did.looking_back[0],
        )  # fmt: skip
        answering = self._respondents.answer(town.config.arrays("answering", visit), satisfaction)
        creation = town.truth.p_create(person, shown, friend)
        return Lived(played.with_answers(answering), friend, followed, satisfaction, creation, did.answer[0])

    def _remember(self, played: Played) -> None:
        """Keep what the feed would load of each viewer."""
        order = np.argsort(played.seen_at, kind="stable")
        for row in order.tolist():
            person, video = int(played.person[row]), self._town.videos[played.video[row]].id
            self._seen[person].append(video)
            for column, kind in _LEARNED:
                if not played.did[row, column]:
                    continue
                at = _moment(played.seen_at[row] + AFTER_S[kind])
                value = float(played.answer[row]) if kind == EventKind.POLL_ANSWER else None
                name = f"{person}-{video}-{kind}"
                self._events[person].append(
                    Event(name, self._town.people[person], kind, at, at, video_id=video, value=value)
                )
                if kind == EventKind.HIDE:
                    self._hidden[person].add(video)

    def _names(self, rows: Array) -> frozenset[PersonId]:
        return frozenset(self._town.people[row] for row in rows.tolist())


def answered_history(town: Town, respondents: Respondents) -> Played:
    """Return the town's history with the answers of those who answer."""
    history = town.history
    satisfied = town.truth.satisfaction(history.person, history.video, np.zeros(len(history.person)))
    return history.with_answers(respondents.answer(town.config.arrays("answering"), satisfied))


def trained(town: Town, known: Played, until: float, folder: Path) -> Path:
    """Train heads on what is known at ``until``, below ``folder``; return it."""
    folder.mkdir(parents=True)
    train_heads(head_rows(town.data(known, until)), folder, HeadsConfig())
    return folder


def _joined(parts: Sequence[Lived]) -> Lived:
    played = parts[0].played
    for part in parts[1:]:
        played = played.and_then(part.played)
    columns = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("is_friend", "is_followed", "satisfaction", "creation", "would_say")
    )
    return Lived(played, *columns)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
