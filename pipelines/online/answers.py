"""A person's own answers over time: shown to them, and to no one else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ids import PersonId
from core.storage.polls import Polls
from pipelines.online.rooms import Rooms
from wellbeing.polls import ABOUT_VIDEOS
from wellbeing.who5 import is_low

WHO5 = "who5"
_MOST_OF_A_SCORE = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """What one question was answered with, oldest first. ``low`` to ``high`` is what could have been said."""

    kind: str
    question: str
    low: float
    high: float
    points: tuple[Said, ...]
    words: dict[int, str]  # value -> what it is called; empty for a score
    offers_help: bool = False  # the newest WHO-5 score is one at which talking to someone is worth it


def my_answers(rooms: Rooms, person_id: PersonId, *, days: int) -> tuple[Series, ...]:
    """Return a person's moods, weeks, WHO-5 scores and look backs of the last ``days``; nothing about single videos."""
    since = rooms.clock.now() - timedelta(days=days)
    with rooms.database.read() as tx:
        asked = Polls(tx).of_person(person_id, since=since)
    found = []
    for rule in rooms.wellbeing.policy.polls.poll:
        if rule.kind in ABOUT_VIDEOS:
            continue
        points = tuple(
            Said(poll.answered_at, poll.answer)
            for poll in asked
            if poll.kind == rule.kind and poll.answered_at is not None and poll.answer is not None
        )
        is_score = rule.kind == WHO5
        values = [choice.value for choice in rule.choices]
        found.append(
            Series(
                kind=rule.kind,
                question=rule.question,
                low=0 if is_score else min(values),
                high=_MOST_OF_A_SCORE if is_score else max(values),
                points=points,
                words={} if is_score else {choice.value: choice.label for choice in rule.choices},
                offers_help=is_score and bool(points) and is_low(round(points[-1].value)),
            )
        )
    return tuple(found)
