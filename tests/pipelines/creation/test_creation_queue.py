"""The queue as people meet it: plans and quotas, films made together, pictures on the way, a worker's whole life."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import pytest

from core.errors import LimitReached
from core.ids import PersonId
from core.media.film import Film
from core.storage.jobs import Jobs
from core.verdicts import Verdict
from core.vocabulary import Audience, JobStatus, Surface, VideoStatus
from generation.backends import ModelInfo, Registry, Take
from generation.room import Generation
from pipelines.online import creation, quotas
from pipelines.online.family import set_controls
from pipelines.online.previewing import Previews
from pipelines.online.queue import make_worker
from pipelines.online.rooms import Rooms
from pipelines.online.working import Working
from safety.decide import unsure
from safety.film.check import FilmCheck
from safety.film.source import FilmSource
from tests.creation_kit import SIZE, PatternBackend, finished, look, stripes, wish
from tests.pipelines.creation.conftest import Town


def open_limit(town: Town, who: PersonId) -> tuple[int | None, int, int | None]:
    standing = quotas.quota(town.rooms, who).limits[0]
    assert standing.name == "videos_in_the_making"
    return standing.limit, standing.used, standing.remaining


def test_a_quota_says_what_is_left_and_when_more_opens(town: Town) -> None:
    tim, now = town.tim.id, town.rooms.clock.now()
    set_controls(town.rooms, tim, tim, {"daily_creations": 2, "monthly_credits": 9}, {"person"})
    video = finished(town.rooms, tim)
    limits = {item.name: item for item in quotas.quota(town.rooms, tim).limits}
    day, month = limits["daily_creations"], limits["monthly_credits"]
    assert (day.limit, day.used, day.remaining, day.set_by) == (2, 1, 1, "teen")
    assert day.resets_at == now + timedelta(hours=24)
    assert (month.limit, month.used, month.remaining) == (9, video.seconds, 9 - video.seconds)
    assert month.resets_at == now + timedelta(days=30)
    quote = quotas.quote(town.rooms, tim, wish(seconds=6))
    assert (quote.credits, quote.refused_by, quote.opens_at) == (6, "monthly_credits", month.resets_at)
    assert quotas.quote(town.rooms, tim, wish(seconds=5)).refused_by is None
    with pytest.raises(LimitReached):  # the quote told the truth, both ways
        creation.submit(town.rooms, tim, wish(seconds=6))
    creation.submit(town.rooms, tim, wish(seconds=5))


def test_plans_end_by_themselves_and_minors_stay_capped(town: Town) -> None:
    rules = {plan.name: plan for plan in town.rooms.generation.queue.plan}
    assert open_limit(town, town.ada.id)[0] == rules["free"].most_open
    until = town.rooms.clock.now() + timedelta(days=1)
    for person in (town.ada, town.tim):
        quotas.set_plan(town.rooms, person.id, "paid", until, by="billing")
    assert open_limit(town, town.ada.id)[0] == rules["paid"].most_open
    assert open_limit(town, town.tim.id)[0] == rules["paid"].most_open_minor < rules["paid"].most_open
    paid = creation.submit(town.rooms, town.ada.id, wish()).job
    town.rooms.clock.advance(days=2)  # type: ignore[attr-defined]
    free = creation.submit(town.rooms, town.ada.id, wish()).job
    assert paid is not None
    assert free is not None
    assert (paid.plan, free.plan) == ("paid", "free")
    assert free.share / paid.share == pytest.approx(rules["paid"].weight / rules["free"].weight)


def test_at_high_demand_everyone_may_have_less_waiting(town: Town) -> None:
    policy = town.rooms.generation.queue
    town.rooms.generation.queue = policy.model_copy(
        update={"high_demand": policy.high_demand.model_copy(update={"from_waiting": 0.01})}
    )
    made = 0
    with pytest.raises(LimitReached):
        for _ in range(policy.plan[0].most_open):
            creation.submit(town.rooms, town.ada.id, wish())
            made += 1
    assert made == policy.plan[0].most_open_at_high_demand
    assert quotas.quota(town.rooms, town.ada.id).is_high_demand


@dataclass(eq=False)
class Together(PatternBackend):
    """Stripes, four films by one call."""

    calls: list[int] = field(default_factory=list)

    def models(self) -> tuple[ModelInfo, ...]:
        return (ModelInfo("pattern", "together", "Moving stripes.", False, (SIZE,), 12, batch=4),)

    def generate_many(self, takes: Sequence[Take], model: str) -> list[Film | None]:
        self.calls.append(len(takes))
        return [self.generate(item.storyboard, item.portraits, item.progress, item.cancelled, model) for item in takes]


def together(rooms: Rooms) -> tuple[Rooms, Together]:
    backend = Together()
    return replace(rooms, generation=Generation(Registry([backend], backend))), backend


def test_films_of_one_kind_are_made_by_one_call_whoever_asked(town: Town) -> None:
    rooms, backend = together(town.rooms)
    people = (town.ada, town.bob, town.fay)
    views = [creation.submit(rooms, person.id, wish()) for person in people]
    longer = creation.submit(rooms, town.ada.id, wish(seconds=5))
    worker = make_worker(rooms)
    assert worker.run_once()
    assert backend.calls == [3]
    assert [look(rooms, view.video.id).status for view in views] == [VideoStatus.DRAFT] * 3
    assert worker.run_once()
    assert backend.calls == [3, 1]
    assert look(rooms, longer.video.id).status == VideoStatus.DRAFT
    assert not worker.run_once()


def test_one_film_of_a_call_that_is_cancelled_or_may_not_be_made_spoils_no_other(town: Town) -> None:
    rooms, backend = together(town.rooms)
    kept, dropped = (creation.submit(rooms, person.id, wish()) for person in (town.ada, town.bob))
    backend.at_frame = lambda number: (
        (creation.cancel(rooms, town.bob.id, dropped.video.id), None)[1]
        if number == 5 and look(rooms, dropped.video.id).status == VideoStatus.GENERATING
        else None
    )
    assert make_worker(rooms).run_once()
    assert look(rooms, kept.video.id).status == VideoStatus.DRAFT
    assert look(rooms, dropped.video.id).error_code == "cancelled"
    with rooms.database.read() as tx:
        assert Jobs(tx).counts() == {JobStatus.COMPLETED: 1, JobStatus.CANCELLED: 1}


def test_no_picture_is_shown_that_its_maker_may_not_see(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    job = creation.submit(town.rooms, town.ada.id, wish()).job
    assert job is not None
    with town.rooms.database.write() as tx:
        held = Jobs(tx).claim("w", 60, town.rooms.clock.now())
    assert held is not None

    source = FilmSource(made_by="world", prompt_checked=True)

    def shown(frame: np.ndarray) -> int:  # type: ignore[type-arg]
        previews = Previews(town.rooms, held, (Audience.TEEN,), _last_at=-1e9)
        previews(frame, frame, source)
        with town.rooms.database.read() as tx:
            return Jobs(tx).preview_number(held.id)

    def unsure_of_it(_check: object, surface: Surface, audience: Audience, _source: object) -> Verdict:
        moderation = town.rooms.safety.moderation
        return unsure(surface, audience, moderation, rule_id="film/failed/x", explanation="The check failed.")

    with monkeypatch.context() as patched:
        patched.setattr(FilmCheck, "verdict", unsure_of_it)
        assert shown(stripes(96, 160, 0)) == 0  # what cannot be checked is not shown
    assert shown(stripes(96, 160, 0)) == 1


def test_a_workers_whole_life(town: Town) -> None:
    view = creation.submit(town.rooms, town.ada.id, wish())
    working = Working(town.rooms)
    assert working.run(once=True) == 1
    assert look(town.rooms, view.video.id).status == VideoStatus.DRAFT
    stopped = Working(town.rooms)
    stopped.stop()
    assert stopped.run() == 0
