"""Goals: a person says what they want to do or become; it shapes a stated share of their feed, and they see progress.

Progress is what somebody made and did, never what they watched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.errors import Conflict, not_found
from core.ids import GoalId, PersonId, VideoId, new_id
from core.records import Event, Video
from core.storage.database import Transaction
from core.storage.events import Events
from core.storage.goals import StatedGoals, StoredGoal
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import EventKind, VideoStatus
from pipelines.online.cards import known_person
from pipelines.online.rooms import Rooms
from ranking.catalogue import text_vector
from ranking.goals import StatedGoal
from ranking.words import stem_hashes

_TOWARD = (EventKind.LIKE, EventKind.COMMENT, EventKind.SHARE, EventKind.REMIX, EventKind.CREATE)
_MADE = frozenset({VideoStatus.DRAFT, VideoStatus.PUBLISHED, VideoStatus.HIDDEN})
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """What somebody made and did toward a goal since they stated it, and when last."""

    made: int
    did: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class GoalView:
    """A goal as its owner sees it. ``page_share``: of a page, for all goals together."""

    id: GoalId
    text: str
    created_at: datetime
    page_share: float
    progress: Progress


def state_goal(rooms: Rooms, person_id: PersonId, text: str) -> GoalView:
    """Store a goal; it holds from the next page on. Raises ``InvalidInput`` for one about a sensitive topic."""
    now, said = rooms.clock.now(), rooms.ranking.goals.check(text)
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        known_person(tx, person_id)
        stated = StatedGoals(tx).of_person(person_id)
        most = rooms.ranking.goals.policy.page.most
        if len(stated) >= most:
            raise Conflict(code="too_many_goals", detail=f"You have {most} goals.", expected="End one first.")
        goal = StoredGoal(GoalId(new_id("goal")), person_id, said, now)
        StatedGoals(tx).add(goal)
    return _view(rooms, goal, Progress(0, 0, None))


def list_goals(rooms: Rooms, person_id: PersonId) -> list[GoalView]:
    """Return a person's goals with their progress, oldest first."""
    with rooms.database.read() as tx:
        known_person(tx, person_id)
        return [_view(rooms, goal, _progress(tx, rooms, goal)) for goal in StatedGoals(tx).of_person(person_id)]


def end_goal(rooms: Rooms, person_id: PersonId, goal_id: GoalId) -> None:
    """Delete a goal: nothing of it is kept. Raises ``NotFound`` if the person has no such goal."""
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        if not StatedGoals(tx).delete(person_id, goal_id):
            raise not_found("goal", goal_id)


def goals_of(tx: Transaction, person_id: PersonId) -> list[StatedGoal]:
    """Return a person's goals as the ranker takes them."""
    return [StatedGoal(goal.id, goal.text) for goal in StatedGoals(tx).of_person(person_id)]


def _view(rooms: Rooms, goal: StoredGoal, progress: Progress) -> GoalView:
    return GoalView(goal.id, goal.text, goal.created_at, rooms.ranking.goals.policy.page.share, progress)


def _progress(tx: Transaction, rooms: Rooms, goal: StoredGoal) -> Progress:
    mine = [
        video
        for video in Videos(tx).by_creator(goal.person_id, limit=_LOOKED_AT)
        if video.created_at >= goal.created_at and video.status in _MADE
    ]
    events = Events(tx).of_person(goal.person_id, since=goal.created_at, kinds=_TOWARD, limit=_LOOKED_AT)
    met = Videos(tx).many([event.video_id for event in events if event.video_id is not None])
    fitting = _fitting(tx, rooms, goal, [*mine, *met.values()])
    made = [video.created_at for video in mine if video.id in fitting]
    did = [event.received_at for event in _once(events) if event.video_id in fitting]
    return Progress(len(made), len(did), max([*made, *did], default=None))


def _fitting(tx: Transaction, rooms: Rooms, goal: StoredGoal, videos: Sequence[Video]) -> set[VideoId]:
    if not videos:
        return set()
    people = People(tx)
    mutual = set(people.following(goal.person_id)) & set(people.followers(goal.person_id))
    vectors = np.stack([text_vector(video.embedding) for video in videos])
    stems = [stem_hashes(f"{video.prompt} {video.caption} {video.style}") for video in videos]
    ready = rooms.ranking.goals.ready([StatedGoal(goal.id, goal.text)])
    fit = rooms.ranking.goals.fit(ready, vectors, stems, np.array([video.creator_id in mutual for video in videos]))
    return {video.id for video, which in zip(videos, fit.which.tolist(), strict=True) if which >= 0}


def _once(events: Sequence[Event]) -> list[Event]:
    """Leave out the same act on the same video: liking and unliking in turn is no progress."""
    return list({(event.kind, event.video_id): event for event in reversed(events)}.values())
