"""Goals: what I want to do or become, and how far I came."""

from fastapi import APIRouter

from api.deps import OnceDep, PersonDep, RoomsDep
from api.schemas.common import GoalIdPath, Listing
from api.schemas.goals import GoalShape, NewGoal
from pipelines.online import goals

router = APIRouter(prefix="/v1/goals", tags=["goals"])


@router.post("", status_code=201)
def state(body: NewGoal, person: PersonDep, rooms: RoomsDep, once: OnceDep) -> GoalShape:
    """State a goal. It shapes a share of my pages from the next one on; none may be about a sensitive topic."""
    done = once(body, lambda: GoalShape.model_validate(goals.state_goal(rooms, person, body.text)))
    return GoalShape.model_validate(done)


@router.get("")
def mine(person: PersonDep, rooms: RoomsDep) -> Listing[GoalShape]:
    """Return my goals with what I made and did toward them, oldest first."""
    return Listing[GoalShape].model_validate({"data": goals.list_goals(rooms, person)})


@router.delete("/{goal_id}", status_code=204)
def end(goal_id: GoalIdPath, person: PersonDep, rooms: RoomsDep) -> None:
    """End a goal. Nothing of it is kept."""
    goals.end_goal(rooms, person, goal_id)
