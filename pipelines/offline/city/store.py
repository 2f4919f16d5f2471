"""Puts a drawn city into the database: a few records through their repositories, the log through the bulk loader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ids import CharacterId, DecisionId, PersonId, VideoId
from core.records import Character, Video
from core.storage.bulk_load import BulkLoad
from core.storage.characters import Characters
from core.storage.database import Database, Transaction
from core.storage.decisions import WORDS, Decisions
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import Audience, EventKind, FeedMode, LikenessPermission, VideoStatus
from pipelines.offline.city.catalogue import Likeness, Piece
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.days import KINDS, SOURCES, Log, moment_of
from pipelines.offline.city.graph import Graph
from pipelines.offline.city.lexicon import lexicon
from pipelines.offline.city.society import Citizen
from pipelines.offline.city.speech import comment, report
from pipelines.online.judging import FILM_CHECK, FeedVerdicts, FilmFlags

SNAPSHOT = "demo-city"
_SURE, _LIKELY = 0.95, 0.7
_EVENT_COLUMNS = (
    "event_id", "person_id", "kind", "video_id", "target_person_id", "page_id", "position", "value", "text",
    "occurred_at", "received_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Screening:
    """How a video's film and words came out: what the row in the database says of it."""

    film_key: str
    poster_key: str
    fingerprint: str
    embedding: bytes
    teen_allowed: bool
    adult_allowed: bool
    limited: bool
    style: str
    size: str
    seconds: int
    model: str
    film_flags: FilmFlags
    words: FeedVerdicts


@dataclass(frozen=True, slots=True)
class City:
    """Everything that was drawn, before it is stored. Rows of the arrays are indexes into the lists."""

    config: CityConfig
    citizens: list[Citizen]
    graph: Graph
    likenesses: list[Likeness]
    pieces: list[Piece]
    log: Log

    def person_id(self, index: int) -> PersonId:
        """Return the id of a person."""
        return self.citizens[index].person.id

    def video_id(self, index: int) -> VideoId:
        """Return the id of a video."""
        return VideoId(self.config.ident("video", index))

    def character_id(self, index: int) -> CharacterId:
        """Return the id of a character."""
        return CharacterId(self.config.ident("char", index))


def portrait_key(character_id: str) -> str:
    """Return where a demo character's portrait is kept."""
    return f"portraits/{character_id}.png"


def clip_key(character_id: str) -> str:
    """Return where a demo character's clip is kept."""
    return f"likeness/{character_id}.mp4"


def store_city(database: Database, city: City, screenings: Sequence[Screening]) -> dict[str, int]:
    """Write everything in one transaction; return how many rows went into each table."""
    with database.write() as tx:
        counts = _store_people(tx, city)
        counts |= _store_videos(tx, city, screenings)
        counts |= _store_log(tx, city)
    return counts


def _store_people(tx: Transaction, city: City) -> dict[str, int]:
    People(tx).add([citizen.person for citizen in city.citizens])
    bulk = BulkLoad(tx)
    follows = city.graph.follows | dict(_followed_later(city))
    counts = {"people": len(city.citizens)}
    for table, names, edges in (
        ("follows", ("follower_id", "followee_id"), follows),
        ("blocks", ("blocker_id", "blocked_id"), city.graph.blocks),
    ):
        ends = ([city.person_id(pair[side]) for pair in edges] for side in (0, 1))
        counts[table] = bulk.load(table, dict(zip(names, ends, strict=True)) | {"created_at": list(edges.values())})
    return counts


def _followed_later(city: City) -> Iterator[tuple[tuple[int, int], datetime]]:
    log = city.log
    persons, seen = log.person, seen_at(log)
    for row in np.flatnonzero(log.did[:, KINDS.index("follow")]):
        creator = city.pieces[log.video[row]].creator
        yield (int(persons[row]), creator), moment_of(seen[row] + AFTER_S["follow"])


def _store_videos(tx: Transaction, city: City, screenings: Sequence[Screening]) -> dict[str, int]:
    videos = [_video(city, index, screening) for index, screening in enumerate(screenings)]
    Videos(tx).add(videos)
    _store_words(tx, city, videos, screenings)
    characters = [_character(city, index) for index in range(len(city.likenesses))]
    repository = Characters(tx)
    repository.add(characters)
    for index, likeness in enumerate(city.likenesses):
        if likeness.permission is LikenessPermission.CHOSEN:
            chosen = [city.person_id(person) for person in likeness.chosen]
            repository.set_permission(characters[index].id, likeness.permission, chosen, likeness.created_at)
    starring = [(index, piece.stars) for index, piece in enumerate(city.pieces) if piece.stars]
    for index, stars in starring:
        repository.show_in(city.video_id(index), [characters[star] for star in stars])
    return {"videos": len(city.pieces), "characters": len(characters), "cameos": len(starring)}


def _store_words(tx: Transaction, city: City, videos: Sequence[Video], screenings: Sequence[Screening]) -> None:
    for index, (video, screening) in enumerate(zip(videos, screenings, strict=True)):
        for place, verdict in enumerate(screening.words.each):
            ident = DecisionId(city.config.ident("dec", index * len(Audience) + place))
            Decisions(tx).record(
                verdict, subject_kind=WORDS, subject_id=video.id, person_id=video.creator_id, ident=ident,
                now=video.published_at or video.created_at,
            )  # fmt: skip


def _video(city: City, index: int, screening: Screening) -> Video:
    piece = city.pieces[index]
    made = piece.published_at - timedelta(minutes=4)
    return Video(
        id=city.video_id(index),
        creator_id=city.person_id(piece.creator),
        status=VideoStatus.PUBLISHED if screening.adult_allowed else VideoStatus.HIDDEN,
        visibility=piece.visibility,
        prompt=piece.wish.text(),
        caption=piece.caption,
        model=screening.model,
        size=screening.size,
        seconds=screening.seconds,
        created_at=made,
        seed=index,
        style=screening.style,
        remixed_from=None if piece.source is None else city.video_id(piece.source),
        attributes=_attributes(piece, screening),
        film_key=screening.film_key,
        poster_key=screening.poster_key,
        embedding=screening.embedding,
        fingerprint=screening.fingerprint,
        teen_allowed=screening.teen_allowed,
        adult_allowed=screening.adult_allowed,
        limited=screening.limited,
        completed_at=made + timedelta(minutes=1),
        published_at=piece.published_at,
    )


def _attributes(piece: Piece, screening: Screening) -> dict[str, Any]:
    """Return what the prompt's parts say of the video, shaped as the attribute heads store it, and the film's check."""
    wish = piece.wish
    told = {"people": wish.people, "time": wish.time, "pace": wish.pace, "setting": wish.place.setting}
    return {
        "mood": _ranked(wish.moods),
        "topics": _ranked(wish.topics),
        **{group: {} if value == "unknown" else {value: _SURE} for group, value in told.items()},
        "style": {lexicon().styles[wish.style]: _SURE},
        "arousal": float(wish.arousal), "valence": float(wish.mood.valence), "makeable": float(wish.makeable),
        "revision": SNAPSHOT,  # no model guessed these
        FILM_CHECK: screening.film_flags.as_attribute(),
    }  # fmt: skip


def _ranked(names: Sequence[str]) -> dict[str, float]:
    """Return the leading name as sure and further ones as likely."""
    return {name: _SURE if rank == 0 else _LIKELY for rank, name in enumerate(names)}


def _character(city: City, index: int) -> Character:
    likeness, ident = city.likenesses[index], city.character_id(index)
    return Character(
        id=ident, owner_id=city.person_id(likeness.owner), name=likeness.name, permission=likeness.permission,
        clip_key=clip_key(ident), portrait_key=portrait_key(ident), created_at=likeness.created_at,
    )  # fmt: skip


def _store_log(tx: Transaction, city: City) -> dict[str, int]:
    bulk, log, config = BulkLoad(tx), city.log, city.config
    shown = np.unique(log.page)
    page_ids = {int(page): config.ident("page", int(page)) for page in shown}
    opened = [moment_of(seconds) for seconds in log.visits.time[shown]]
    counts = {"pages": bulk.load("pages", _pages(city, shown, page_ids, opened))}
    people = [city.person_id(index) for index in range(len(city.citizens))]
    videos = [city.video_id(index) for index in range(len(city.pieces))]
    pages = [page_ids[page] for page in log.page.tolist()]
    served = dict(zip(shown.tolist(), opened, strict=True))
    person_column = [people[index] for index in log.person.tolist()]
    video_column = [videos[index] for index in log.video.tolist()]
    counts["impressions"] = bulk.load("impressions", {
        "page_id": pages, "position": log.position.tolist(), "video_id": video_column, "person_id": person_column,
        "source": [SOURCES[index] for index in log.source.tolist()], "propensity": log.propensity.tolist(),
        "score": log.score.astype(float).tolist(), "heads": ["{}"] * len(pages),
        "served_at": [served[page] for page in log.page.tolist()],
    })  # fmt: skip
    rows = sorted(_events(city, pages, people, videos), key=lambda row: (row[-1], row[0]))
    counts["events"] = bulk.load("events", _columns(_EVENT_COLUMNS, rows))
    for table, kind in (("likes", EventKind.LIKE), ("hides", EventKind.HIDE)):
        kept = [row for row in rows if row[2] == kind]
        marks = [(row[1], row[3], row[-1]) for row in kept]
        counts[table] = bulk.load(table, _columns(("person_id", "video_id", "created_at"), marks))
    counts["polls"] = _store_polls(bulk, city, rows)
    return counts


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _pages(city: City, shown: NDArray[Any], ids: dict[int, str], opened: list[datetime]) -> dict[str, Sequence[Any]]:
    count = len(shown)
    return {
        "id": [ids[page] for page in shown.tolist()],
        "person_id": [city.person_id(index) for index in city.log.visits.person[shown].tolist()],
        "mode": [str(FeedMode.RANKED)] * count,
        "size": [city.config.page_size] * count,
        "snapshot": [SNAPSHOT] * count,
        "policy_version": [SNAPSHOT] * count,
        "response": ["{}"] * count,
        "created_at": opened,
    }


def _events(city: City, pages: list[str], people: list[PersonId], videos: list[VideoId]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the event table: what the log tells, and the remixes that are in the catalogue."""
    log, prefix = city.log, f"city{city.config.seed}"
    seen, persons, shown = seen_at(log), log.person, log.video
    friends, dice = city.graph.friends(), city.config.dice("speech")
    for column, kind in enumerate(KINDS):
        for row in np.flatnonzero(log.did[:, column]).tolist():
            piece = city.pieces[shown[row]]
            text = _words(dice, kind, piece, (int(persons[row]), piece.creator) in friends)
            moment = moment_of(seen[row] + AFTER_S[kind])
            if moment >= city.config.now:
                continue  # a question still to come
            target = people[piece.creator] if kind == "follow" else None
            answers = {"poll_answer": log.answer, "look_back": log.looking_back}.get(kind)
            value = None if answers is None else float(answers[row])
            yield (
                f"{prefix}-{row}-{kind}", people[persons[row]], kind, videos[shown[row]], target, pages[row],
                int(log.position[row]), value, text, moment, moment + timedelta(seconds=1),
            )  # fmt: skip
    for index, piece in enumerate(city.pieces):
        if piece.source is not None:
            at, ident = piece.published_at, f"{prefix}-made-{index}"
            yield ident, people[piece.creator], "remix", videos[piece.source], None, None, None, None, None, at, at


AFTER_S = {
    "view": 0.0, "skip": 1.5, "complete": 4.5, "like": 3.0, "comment": 12.0, "share": 9.0, "remix": 40.0,
    "create": 45.0, "follow": 6.0, "hide": 2.5, "report": 8.0, "poll_answer": 7.0,
    "look_back": 22 * 3600.0,
}  # fmt: skip


def _words(dice: Any, kind: str, piece: Piece, is_friend: bool) -> str | None:
    if kind == "comment":
        return comment(dice, piece, is_friend=is_friend)
    return report(dice) if kind == "report" else None


def seen_at(log: Log) -> NDArray[Any]:
    """Return when each impression came into view: videos of a page follow one another."""
    moments: NDArray[Any] = log.visits.time[log.page] + 2.0 + 7.0 * log.position
    return moments


def _store_polls(bulk: BulkLoad, city: City, rows: list[tuple[Any, ...]]) -> int:
    kinds = {str(EventKind.POLL_ANSWER): "item", str(EventKind.LOOK_BACK): "item_later"}
    answered = [row for row in rows if row[2] in kinds]
    return bulk.load("polls", {
        "id": [city.config.ident("poll", row[0]) for row in answered],
        "person_id": [row[1] for row in answered],
        "kind": [kinds[row[2]] for row in answered],
        "video_id": [row[3] for row in answered],
        "offered_at": [row[-2] - timedelta(seconds=5) for row in answered],
        "answered_at": [row[-1] for row in answered],
        "answer": [row[7] for row in answered],
        "skipped": [False] * len(answered),
    })  # fmt: skip
