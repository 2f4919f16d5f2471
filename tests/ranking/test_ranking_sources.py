"""Candidate sources: one contract for all, and what each is for."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest
from pydantic import ValidationError

from core.ids import PersonId
from core.vocabulary import Audience, EventKind, Reason
from pipelines.online.steering import add_steer
from pipelines.online.viewers import load_viewer
from ranking.ranker import Ranker
from ranking.sources.all import gather, make_sources
from ranking.sources.base import CandidateSource, Query, SourceConfig
from ranking.sources.content import (
    FreshSource,
    InspiringConfig,
    InspiringSource,
    SimilarConfig,
    SimilarSource,
    SteerConfig,
    SteerSource,
    TrendingSource,
)
from ranking.sources.social import FollowingConfig, FollowingSource, NearbyConfig, NearbySource
from ranking.state import state_of
from ranking.viewer import Viewer
from tests.ranking.conftest import World


def query_of(world: World, who: str) -> Query:
    from core.storage.people import People

    now = world.clock.now()
    with world.database.read() as tx:
        person = People(tx).find(PersonId(f"per_{who}"))
        assert person is not None
        viewer = load_viewer(tx, world.rooms, person, now)
    catalogue = world.rooms.ranking.catalogue
    steering = world.rooms.ranking._ranker._steering
    return Query(state_of(viewer, catalogue, now), catalogue, steering.demands(viewer.steers))


@pytest.fixture
def lively(small_world: World) -> World:
    """Ada follows two people, likes dogs, wishes for the sea; the city has liked and remixed some things."""
    small_world.follow("ada", "bo", "cy")
    small_world.follow("bo", "dee")
    small_world.follow("cy", "dee", "eli")
    small_world.follow("fay", "ada")
    rooms = small_world.rooms
    dogs = [row for row in range(rooms.ranking.catalogue.count) if _prompt(small_world, row).startswith("A corgi")]
    for row in dogs[:2]:
        video = rooms.ranking.catalogue.video_id(row)
        for who in ("ada", "gus", "hal"):
            small_world.did(who, EventKind.LIKE, video)
        small_world.did("gus", EventKind.REMIX, video)
    add_steer(rooms, PersonId("per_ada"), "ocean waves")
    small_world.clock.advance(hours=1)
    small_world.snapshot()
    rooms.ranking.refresh()
    return small_world


def _prompt(world: World, row: int) -> str:
    from core.storage.videos import Videos

    video_id = world.rooms.ranking.catalogue.video_id(row)
    with world.database.read() as tx:
        return Videos(tx).many([video_id])[video_id].prompt


class SourceContract:
    """What holds for every candidate source. Subclasses say which one."""

    make: ClassVar[Callable[[int], CandidateSource[Any]]]

    def source(self, limit: int) -> CandidateSource[Any]:
        return type(self).make(limit)

    def test_rows_are_distinct_known_and_no_more_than_the_limit(self, lively: World) -> None:
        query = query_of(lively, "ada")
        for limit in (0, 1, 5, 200):
            rows = self.source(limit).candidates(query)
            assert len(rows) == len(set(rows.tolist())) <= limit
            assert rows.dtype == np.int64
            assert ((rows >= 0) & (rows < query.catalogue.count)).all()

    def test_a_smaller_limit_keeps_the_best(self, lively: World) -> None:
        query = query_of(lively, "ada")
        few, many = self.source(3).candidates(query), self.source(50).candidates(query)
        if self.source(3).reason != Reason.FRESH:
            assert few.tolist() == many[:3].tolist()

    def test_it_brings_something_to_a_lively_viewer(self, lively: World) -> None:
        assert len(self.source(50).candidates(query_of(lively, "ada")))

    def test_an_empty_city_and_an_unknown_viewer_give_nothing(self, world: World) -> None:
        catalogue = world.rooms.ranking.catalogue
        viewer = Viewer(PersonId("per_nobody"), Audience.TEEN)
        query = Query(state_of(viewer, catalogue, world.clock.now()), catalogue)
        assert self.source(50).candidates(query).tolist() == []

    def test_it_answers_the_same_twice(self, lively: World) -> None:
        query = query_of(lively, "ada")
        assert self.source(50).candidates(query).tolist() == self.source(50).candidates(query).tolist()

    def test_unknown_options_are_errors(self) -> None:
        with pytest.raises(ValidationError):
            type(self.source(1).config)(limit=5, watch_time=1)  # type: ignore[call-arg]


class TestFollowing(SourceContract):
    make = staticmethod(lambda limit: FollowingSource(FollowingConfig(limit=limit)))

    def test_only_those_followed_newest_first(self, lively: World) -> None:
        query = query_of(lively, "ada")
        rows = self.source(50).candidates(query)
        times = query.catalogue.take("published_at", rows)
        assert (np.diff(times) <= 0).all()
        assert set(query.catalogue.take("creator", rows).tolist()) == set(query.state.follows.tolist())


class TestNearby(SourceContract):
    make = staticmethod(lambda limit: NearbySource(NearbyConfig(limit=limit)))

    def test_followers_and_friends_of_friends_nearest_first(self, lively: World) -> None:
        query = query_of(lively, "ada")
        creators = query.catalogue.take("creator", self.source(50).candidates(query))
        handles = [query.catalogue.person_id(int(row)) for row in dict.fromkeys(creators.tolist())]
        assert handles == ["per_fay", "per_dee", "per_eli"]


class TestSimilar(SourceContract):
    make = staticmethod(lambda limit: SimilarSource(SimilarConfig(limit=limit)))

    def test_what_was_liked_leads_to_more_of_it(self, lively: World) -> None:
        query = query_of(lively, "ada")
        assert any("corgi" in _prompt(lively, int(row)) for row in self.source(8).candidates(query))


class TestInspiring(SourceContract):
    make = staticmethod(lambda limit: InspiringSource(InspiringConfig(limit=limit)))

    def test_only_what_led_to_creations(self, lively: World) -> None:
        rows = self.source(50).candidates(query_of(lively, "ada"))
        assert len(rows) == 2
        assert all("corgi" in _prompt(lively, int(row)) for row in rows)


class TestFresh(SourceContract):
    make = staticmethod(lambda limit: FreshSource(SourceConfig(limit=limit)))

    def test_a_video_of_this_minute_comes_first(self, lively: World) -> None:
        new = lively.video("lou", "A kite", hours_ago=0.0)
        lively.page("bo")
        query = query_of(lively, "ada")
        assert query.catalogue.video_id(int(self.source(5).candidates(query)[0])) == new


class TestTrending(SourceContract):
    make = staticmethod(lambda limit: TrendingSource(SourceConfig(limit=limit)))


class TestSteer(SourceContract):
    make = staticmethod(lambda limit: SteerSource(SteerConfig(limit=limit)))

    def test_what_was_wished_for_comes_first(self, lively: World) -> None:
        rows = self.source(4).candidates(query_of(lively, "ada"))
        assert "ocean" in _prompt(lively, int(rows[0]))


class Broken(CandidateSource[SourceConfig]):
    """A source that is down."""

    reason = Reason.SIMILAR

    def find(self, query: Query) -> Any:
        raise RuntimeError("index lost")


def test_a_lost_source_costs_its_candidates_and_nothing_else(lively: World) -> None:
    ranking = lively.rooms.ranking
    whole = make_sources(ranking.value.sources)
    ranking._ranker = Ranker(
        ranking.value, [Broken(SourceConfig()), *whole[:4]], ranking._ranker._steering, ranking.goals
    )
    page = lively.page("ada")
    assert len(page.items) == 8
    ranking._ranker = Ranker(ranking.value, [Broken(SourceConfig())], ranking._ranker._steering, ranking.goals)
    assert len(lively.page("ada").items) == 8
    assert gather([Broken(SourceConfig())], query_of(lively, "ada")).rows.tolist() == []


def test_sources_for_every_reason_but_order_of_time_and_newcomers() -> None:
    from ranking.value import load_value

    reasons = {source.reason for source in make_sources(load_value().sources)}
    assert reasons == set(Reason) - {Reason.CHRONOLOGICAL, Reason.NEWCOMER}
