"""Plain records of the things that rooms talk about: what storage returns, and what rooms take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from core.age import is_minor
from core.ids import CharacterId, JobId, PageId, PersonId, VideoId
from core.vocabulary import (
    Audience,
    EventKind,
    JobStatus,
    LikenessPermission,
    RemixPermission,
    VideoStatus,
    Visibility,
)

OFF_AT_FIRST = frozenset({"chat_history"})  # signals that are not used until their owner switches them on


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account."""

    id: PersonId
    handle: str
    display_name: str
    birth_date: date | None
    jurisdiction: str
    timezone: str
    created_at: datetime
    bio: str = ""
    is_private: bool = False
    signals: Mapping[str, bool] = field(default_factory=dict)
    reset_at: datetime | None = None  # the ranker uses nothing this person did before this moment

    def is_minor(self, now: datetime) -> bool:
        """Whether to treat this person as a minor at ``now``; unknown age is a minor."""
        return is_minor(self.birth_date, now, self.timezone)

    def audience(self, now: datetime) -> Audience:
        """The audience this person is part of when looking at something."""
        return Audience.TEEN if self.is_minor(now) else Audience.ADULT

    def signal_on(self, name: str) -> bool:
        """Whether the ranker may use this signal about this person: on unless switched off, or said to start off."""
        return self.signals.get(name, name not in OFF_AT_FIRST)


@dataclass(frozen=True, slots=True)
class Video:
    """A video in any state, from a queued wish to a published film."""

    id: VideoId
    creator_id: PersonId
    status: VideoStatus
    visibility: Visibility
    prompt: str
    caption: str
    model: str
    size: str
    seconds: int
    created_at: datetime
    seed: int = 0
    style: str = ""
    remixed_from: VideoId | None = None
    derived: str = ""  # how it came from `remixed_from`: remix, edit or extension
    remixable: RemixPermission = RemixPermission.EVERYONE
    has_sound: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict)
    film_key: str | None = None
    poster_key: str | None = None
    embedding: bytes | None = None
    fingerprint: str | None = None
    teen_allowed: bool = True
    adult_allowed: bool = True
    limited: bool = False
    completed_at: datetime | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """A person's likeness, made from a short clip; it belongs to ``owner_id`` alone."""

    id: CharacterId
    owner_id: PersonId
    name: str
    permission: LikenessPermission
    clip_key: str
    portrait_key: str
    created_at: datetime
    revoked_at: datetime | None = None
    # It shows someone who was, or may have been, under 18 when it was made; growing up does not change the pictures.
    depicts_minor: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A generation job in the queue."""

    id: JobId
    video_id: VideoId
    person_id: PersonId
    status: JobStatus
    request: Mapping[str, Any]
    created_at: datetime
    progress: int = 0
    priority: int = 0
    plan: str = "free"
    share: float = 1.0  # its work by its plan's weight: how far it moves its person's turn
    turn: float = 0.0  # virtual time at which it may start; the queue sets it
    batch_key: str = ""  # jobs of one key may be made by one call of a model; empty: never
    not_before: datetime | None = None
    attempts: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    cost_s: float | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Act(NamedTuple):
    """What an event tells of a person's taste: the same fields as of ``Event``, and no others."""

    kind: EventKind
    received_at: datetime
    video_id: VideoId | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person did. ``event_id`` is the client's, and makes a retry harmless."""

    event_id: str
    person_id: PersonId
    kind: EventKind
    occurred_at: datetime
    received_at: datetime
    video_id: VideoId | None = None
    target_person_id: PersonId | None = None
    page_id: PageId | None = None
    position: int | None = None
    value: float | None = None
    text: str | None = None
