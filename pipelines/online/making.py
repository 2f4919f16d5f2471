"""What someone may still put in the making, asked under their lock before anything is stored."""

from datetime import datetime

from core.ids import PersonId
from core.records import Person
from core.storage.database import Transaction
from core.storage.jobs import Jobs
from core.vocabulary import VideoStatus
from pipelines.online.family import controls_in
from pipelines.online.rooms import Rooms
from wellbeing.making import MONTH, Made, check_making

_BY_THEM = "cancelled"


def check_may_make(tx: Transaction, rooms: Rooms, person: Person, model: str, seconds: int, now: datetime) -> None:
    """Raise ``LimitReached`` if one more video would pass the limits of creations or of credits.

    Every wish counts as a creation, whatever became of it. What failed costs nothing, unless its maker cancelled it.
    """
    cost = rooms.wellbeing.policy.spending.prices.cost(model, seconds)
    check_making(controls_in(tx, rooms, person, now), made_by(tx, rooms, person.id, now), cost, now)


def made_by(tx: Transaction, rooms: Rooms, person_id: PersonId, now: datetime) -> list[Made]:
    """Return what a person put in the making within the longest time that a limit looks back, and what it cost."""
    prices = rooms.wellbeing.policy.spending.prices
    made = []
    for job in Jobs(tx).made_since(person_id, now - MONTH):
        is_free = job.status == VideoStatus.FAILED and job.error_code != _BY_THEM
        made.append(Made(job.created_at, 0 if is_free else prices.cost(job.model, job.seconds)))
    return made
