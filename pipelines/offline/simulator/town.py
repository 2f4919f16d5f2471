"""The city as a closed loop needs it: drawn, encoded, its first weeks played; no films and no database."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoder import TextEncoder
from core.ids import PersonId, VideoId
from core.records import Video
from core.vocabulary import EventKind, VideoStatus
from pipelines.offline.city.build import Drawn, draw
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.days import KINDS, Facts, Simulation, Visits, draw_visits, gather_facts
from pipelines.offline.city.store import AFTER_S, seen_at
from pipelines.offline.city.tastes import Truth, draw_truth
from pipelines.offline.ranking_data import Happened, RankingData, Shown
from ranking.catalogue import video_text
from ranking.taste import taste_weight

Array = NDArray[Any]
_SECONDS = (4, 4, 4, 4, 4, 4, 5, 6)  # as the city's films
_ANSWERED = {"poll_answer": "answer", "look_back": "looking_back"}


@dataclass(frozen=True, slots=True)
class Played:
    """Impressions and what followed, one row each, in the city's numbers of people and videos."""

    person: Array
    video: Array
    seen_at: Array  # seconds since 1970
    served_at: Array
    position: Array
    propensity: Array
    did: Array  # (n, len(KINDS)) bool
    answer: Array  # 1..5, 0 where nobody answered
    looking_back: Array

    def and_then(self, other: "Played") -> "Played":
        """Return both, one after the other."""
        return Played(
            *(np.concatenate([getattr(self, item.name), getattr(other, item.name)]) for item in fields(Played))
        )

    def with_answers(self, kept: Array) -> "Played":
        """Return the same with answers only where ``kept`` (n,) holds: the others were asked and said nothing."""
        did = self.did.copy()
        did[:, [KINDS.index(kind) for kind in _ANSWERED]] &= kept[:, None]
        return replace(self, did=did, answer=self.answer * kept, looking_back=self.looking_back * kept)


@dataclass(frozen=True, slots=True)
class Town:
    """Everything that all engines share. Rows of people and videos are the city's; ``rank_*`` map them to ranking's."""

    config: CityConfig
    drawn: Drawn
    truth: Truth
    facts: Facts
    visits: Visits  # of all days
    history: Played
    simulation: Simulation  # after the history
    loop_from: float  # seconds since 1970: engines take over
    people: list[PersonId]
    videos: list[Video]
    texts: Array
    person_rank: Array
    video_rank: Array
    row_of: dict[VideoId, int]

    def data(self, played: Played, until: float) -> RankingData:
        """Return what ranking may learn from at ``until``: as ``load_ranking_data`` would read it."""
        order = np.argsort(self.video_rank)
        order = order[self.facts.published_V[order] < until]
        follows, follows_at = self._follows(played, until)
        shown = played.served_at < until
        return RankingData(
            people=np.sort(np.array([key.encode() for key in self.people], dtype="S64")),
            is_private=np.array([item.person.is_private for item in self.drawn.citizens])[np.argsort(self.person_rank)],
            places=np.zeros(len(self.people), dtype=np.int64),
            videos=[self.videos[row] for row in order],
            creators=self.person_rank[self.facts.creator_V[order]].astype(np.int32),
            texts=self.texts[order],
            published_at=self.facts.published_V[order],
            follows=follows,
            follows_at=follows_at,
            events=self._events(played, until),
            shown=Shown(*_by_time(
                played.served_at[shown], self.person_rank[played.person[shown]], self.video_rank[played.video[shown]],
                played.served_at[shown], played.position[shown].astype(float), played.propensity[shown],
            )),
        )  # fmt: skip

    def _follows(self, played: Played, until: float) -> tuple[Array, Array]:
        first = {pair: moment.timestamp() for pair, moment in self.drawn.graph.follows.items()}
        for row in np.flatnonzero(played.did[:, KINDS.index("follow")]):
            pair = (int(played.person[row]), int(self.facts.creator_V[played.video[row]]))
            first.setdefault(pair, float(played.seen_at[row]) + AFTER_S["follow"])
        kept = [(pair, moment) for pair, moment in first.items() if moment < until]
        pairs = np.array([pair for pair, _ in kept], dtype=np.int64).reshape(-1, 2)
        return self.person_rank[pairs], np.array([moment for _, moment in kept], dtype=np.float64)

    def _events(self, played: Played, until: float) -> Happened:
        parts = []
        for column, kind in enumerate(KINDS):
            rows = np.flatnonzero(played.did[:, column])
            at = played.seen_at[rows] + AFTER_S[kind]
            rows, at = rows[at < until], at[at < until]
            value = (
                getattr(played, _ANSWERED[kind])[rows].astype(float) if kind in _ANSWERED else np.full(len(at), np.nan)
            )
            taste = np.array(
                [taste_weight(EventKind(kind), None if np.isnan(item) else item) for item in value.tolist()]
            )
            parts.append(
                (played.person[rows], played.video[rows], np.full(len(at), kind, dtype="U16"), at, value, taste)
            )
        person, video, kinds, at, value, taste = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Happened(*_by_time(at, self.person_rank[person], self.video_rank[video], kinds, at, value, taste))


def found_town(config: CityConfig, loop_days: int, encoder: TextEncoder) -> Town:
    """Draw a city and play all but its last ``loop_days`` days by the logging policy."""
    drawn = draw(config)
    everything = np.ones(len(drawn.pieces), dtype=bool)  # nothing is judged here: the city's prompts are harmless
    truth = draw_truth(config, drawn.citizens, drawn.groups, drawn.makers, drawn.pieces)
    facts = gather_facts(drawn.citizens, drawn.makers, drawn.graph, drawn.pieces, everything, everything)
    visits = draw_visits(config, drawn.citizens)
    loop_from = float(np.floor(config.now.timestamp() / 86_400) - loop_days) * 86_400
    simulation = Simulation(config, drawn.citizens, facts, truth)
    history = _history(simulation, visits, loop_from)
    people = [citizen.person.id for citizen in drawn.citizens]
    texts = encoder.encode([video_text(piece.wish.text(), piece.caption) for piece in drawn.pieces])
    videos = [_video(config, drawn, row, texts[row]) for row in range(len(drawn.pieces))]
    return Town(
        config, drawn, truth, facts, visits, history, simulation, loop_from, people, videos, texts,
        person_rank=_ranks(people), video_rank=_ranks([(video.published_at, video.id) for video in videos]),
        row_of={video.id: row for row, video in enumerate(videos)},
    )  # fmt: skip


def _history(simulation: Simulation, visits: Visits, until: float) -> Played:
    early = visits.time < until
    log = simulation.play(Visits(visits.person[early], visits.time[early], visits.ordinal[early]))
    return Played(
        log.person, log.video, seen_at(log), log.visits.time[log.page], log.position, log.propensity, log.did,
        log.answer, log.looking_back,
    )  # fmt: skip


def _video(config: CityConfig, drawn: Drawn, row: int, text: Array) -> Video:
    piece = drawn.pieces[row]
    return Video(
        id=VideoId(config.ident("video", row)),
        creator_id=drawn.citizens[piece.creator].person.id,
        status=VideoStatus.PUBLISHED,
        visibility=piece.visibility,
        prompt=piece.wish.text(),
        caption=piece.caption,
        model="none",
        size="none",
        seconds=_SECONDS[row % len(_SECONDS)],
        created_at=piece.published_at,
        remixed_from=None if piece.source is None else VideoId(config.ident("video", piece.source)),
        embedding=np.asarray(text, dtype="<f4").tobytes(),
        published_at=datetime.fromtimestamp(piece.published_at.timestamp(), UTC),
    )


def _ranks(keys: Sequence[Any]) -> Array:
    """Return each key's place in sorted order."""
    ranks = np.zeros(len(keys), dtype=np.int64)
    ranks[sorted(range(len(keys)), key=lambda row: keys[row])] = np.arange(len(keys))
    return ranks


def _by_time(at: Array, *columns: Array) -> tuple[Array, ...]:
    order = np.argsort(at, kind="stable")
    return tuple(column[order] for column in columns)
