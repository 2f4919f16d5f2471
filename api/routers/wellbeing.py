"""My time, questions I may answer, nudges I may wave away, breaks I may take."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import PersonDep, RoomsDep
from api.schemas.common import IdentPath, Listing, PollIdPath
from api.schemas.feed import SessionShape
from api.schemas.wellbeing import (
    Day,
    Dismissal,
    NewBreak,
    NewBudget,
    PollAnswer,
    Reactance,
    SeriesShape,
    WellbeingShape,
)
from pipelines.online import answers, budgets, wellbeing
from pipelines.online.rooms import Rooms
from wellbeing.controls import EffectiveControl

router = APIRouter(prefix="/v1", tags=["wellbeing"])


@router.get("/me/wellbeing")
def my_time(person: PersonDep, rooms: RoomsDep) -> WellbeingShape:
    """Return my day, my limits, my session and my last week."""
    view = wellbeing.wellbeing_view(rooms, person)
    return WellbeingShape(
        today=Day.model_validate(view.today),
        limits={item.name: _limit(rooms, item) for item in view.limits},
        session=SessionShape.model_validate(view.session),
        nudges=Reactance.model_validate(view.nudges),
        week=[Day.model_validate(day) for day in view.week],
    )


def _limit(rooms: Rooms, control: EffectiveControl) -> bool | int | str | None:
    definition = rooms.wellbeing.policy.controls.find(control.name)
    return None if definition is not None and definition.is_unlimited(control.value) else control.value


@router.get("/me/answers")
def my_answers(
    person: PersonDep, rooms: RoomsDep, days: Annotated[int, Query(ge=1, le=366)] = 180
) -> Listing[SeriesShape]:
    """Return what I said of my mood, my weeks and my half-years. No one else can read it."""
    return Listing[SeriesShape].model_validate({"data": answers.my_answers(rooms, person, days=days)})


@router.post("/me/break", status_code=201)
def take_break(body: NewBreak, person: PersonDep, rooms: RoomsDep) -> SessionShape:
    """Close my own feed for some minutes."""
    return SessionShape.model_validate(wellbeing.take_break(rooms, person, body.minutes))


@router.delete("/me/break")
def end_break(person: PersonDep, rooms: RoomsDep) -> SessionShape:
    """End a break that I asked for."""
    return SessionShape.model_validate(wellbeing.end_break(rooms, person))


@router.post("/me/budget", status_code=201)
def set_budget(body: NewBudget, person: PersonDep, rooms: RoomsDep) -> SessionShape:
    """Give myself so many minutes in the feed from now on, then stop."""
    return SessionShape.model_validate(budgets.set_session_budget(rooms, person, body.minutes))


@router.delete("/me/budget")
def end_budget(person: PersonDep, rooms: RoomsDep) -> SessionShape:
    """End a budget that I gave myself."""
    return SessionShape.model_validate(budgets.end_session_budget(rooms, person))


@router.post("/labels/{label_id}/shown", status_code=204)
def label_shown(label_id: IdentPath, person: PersonDep, rooms: RoomsDep) -> None:
    """Say that a warning label was shown; one that may not be skipped, not before its seconds are over."""
    budgets.acknowledge_label(rooms, person, label_id)


@router.post("/polls/{poll_id}", status_code=204)
def answer_poll(poll_id: PollIdPath, body: PollAnswer, person: PersonDep, rooms: RoomsDep) -> None:
    """Answer a question, skip it, or ask for no more of them."""
    wellbeing.answer_poll(
        rooms, person, poll_id,
        answer=body.answer, answers=body.answers, skip=body.skip is True, stop=body.stop is True,
    )  # fmt: skip


@router.post("/nudges/{nudge_id}/dismiss", status_code=204)
def dismiss_nudge(nudge_id: IdentPath, person: PersonDep, rooms: RoomsDep, body: Dismissal | None = None) -> None:
    """Wave a nudge away; with `stop`, no more of them."""
    wellbeing.dismiss_nudge(rooms, person, nudge_id, stop=body is not None and body.stop)
