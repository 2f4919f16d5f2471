"""What someone may still ask for and when more opens: their plan, videos in the making, creations, credits."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import InvalidInput, LimitReached, not_found
from core.ids import PersonId
from core.records import Person
from core.storage.audit import AuditLog
from core.storage.database import Transaction
from core.storage.jobs import Jobs
from core.storage.people import People
from core.storage.plans import Plans, Subscription
from generation.queueing import work_of
from generation.storyboard import Storyboard
from pipelines.online.cards import known_person
from pipelines.online.family import controls_in
from pipelines.online.making import made_by
from pipelines.online.rooms import Rooms
from pipelines.online.wishes import VideoRequest, check_request
from wellbeing.making import Standing, standings

_OPENS_SOON_S = 10


@dataclass(frozen=True, slots=True)
class Place:
    """How a new job stands in the queue: its person's plan, and how far it moves their turn."""

    plan: str
    share: float


@dataclass(frozen=True, slots=True)
class Quota:
    """All that bounds what someone may still ask for."""

    plan: str
    plan_until: datetime | None
    is_high_demand: bool
    limits: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a wish would cost, and whether it may be made now; None: it may."""

    credits: int
    seconds: int
    model: str
    refused_by: str | None
    opens_at: datetime | None


def check_open(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> None:
    """Raise ``LimitReached`` when a person has as many videos in the making as their plan allows now."""
    standing = _open(tx, rooms, person, now)
    if standing.remaining == 0:
        raise LimitReached(
            code="too_many_videos_in_the_making",
            detail=f"You have {standing.used} videos in the making.",
            expected="Wait until one is done, or cancel one.",
            retry_after_s=_OPENS_SOON_S,
        )


def place_of(tx: Transaction, rooms: Rooms, person: Person, storyboard: Storyboard, now: datetime) -> Place:
    """Return how a film would stand in the queue."""
    policy = rooms.generation.queue
    plan = _plan(tx, rooms, person.id, now).plan
    work = work_of(storyboard.seconds, storyboard.width, storyboard.height)
    return Place(plan, policy.share(plan, work, is_high=_is_high(tx, rooms)))


def quota(rooms: Rooms, person_id: PersonId) -> Quota:
    """Return what a person may still ask for."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        person = known_person(tx, person_id)
        plan = _plan(tx, rooms, person_id, now)
        made = standings(controls_in(tx, rooms, person, now), made_by(tx, rooms, person_id, now), now)
        return Quota(plan.plan, plan.until, _is_high(tx, rooms), (_open(tx, rooms, person, now), *made))


def quote(rooms: Rooms, person_id: PersonId, request: VideoRequest) -> Quote:
    """Return what a wish would cost. Nothing is judged and nothing is kept."""
    check_request(rooms.generation, request)
    credits = rooms.wellbeing.policy.spending.prices.cost(request.model, request.seconds)
    needs = {"monthly_credits": credits}
    stuck = [item for item in quota(rooms, person_id).limits if not item.allows(needs.get(item.name, 1))]
    first = stuck[0] if stuck else None
    return Quote(
        credits=credits,
        seconds=request.seconds,
        model=rooms.generation.info(request.model).name,
        refused_by=None if first is None else first.name,
        opens_at=None if first is None else first.resets_at,
    )


def set_plan(rooms: Rooms, person_id: PersonId, plan: str, until: datetime | None, *, by: str) -> Subscription:
    """Put a person on a plan, as the service says that knows what they pay for."""
    offered = [item.name for item in rooms.generation.queue.plan]
    if plan not in offered:
        raise InvalidInput("unknown_plan", f"There is no plan {plan!r}.", "plan", f"One of: {', '.join(offered)}.")
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        if People(tx).find(person_id) is None:
            raise not_found("person", person_id)
        subscription = Subscription(plan, until)
        Plans(tx).put(person_id, subscription, by=by, now=now)
        AuditLog(tx).append(now, by, "plan.set", person_id, {"plan": plan})
    return subscription


def _plan(tx: Transaction, rooms: Rooms, person_id: PersonId, now: datetime) -> Subscription:
    found = Plans(tx).of(person_id, now)
    policy = rooms.generation.queue
    return Subscription(policy.plan[0].name, None) if found is None else found


def _open(tx: Transaction, rooms: Rooms, person: Person, now: datetime) -> Standing:
    rules = rooms.generation.queue.rules(_plan(tx, rooms, person.id, now).plan)
    most = rules.most(is_minor=person.is_minor(now), is_high=_is_high(tx, rooms))
    return Standing("videos_in_the_making", most, Jobs(tx).open_count(person.id), None, "platform")


def _is_high(tx: Transaction, rooms: Rooms) -> bool:
    return rooms.generation.queue.is_high(Jobs(tx).waiting_share())
