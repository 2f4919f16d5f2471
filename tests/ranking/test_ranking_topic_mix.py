"""A page's mix of topics is kept near the viewer's own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import PersonId
from core.vocabulary import EventKind, FeedMode
from pipelines.online.steering import add_steer
from ranking.diversity import Candidates, Rules, arrange
from ranking.interests import TOPIC_COLUMNS, mixes
from ranking.ranker import Ranker
from ranking.sources.all import make_sources
from ranking.state import Acts
from ranking.topic_mix import TopicMix, told_by
from ranking.understanding.attributes import NAMES
from ranking.value import ValuePolicy, load_value
from tests.ranking.conftest import World

POLICY = load_value()
RULES = Rules(
    POLICY.author, POLICY.diversity.model_copy(update={"relevance": 1.0}), friends_share=0.0, followed_share=0.0
)


def two_topics(weight: float) -> Candidates:
    """Twenty videos of one topic that are worth a little more than twenty of another; the viewer likes 7 to 3."""
    plain = np.arange(40)
    of_first = plain < 20
    return Candidates(
        scores=np.where(of_first, 1.1, 1.0),
        creators=plain,
        films=plain,
        families=plain,
        vectors=np.zeros((40, 4)),
        is_known=np.zeros(40, dtype=bool),
        is_friend=np.zeros(40, dtype=bool),
        topics=TopicMix(np.array([0.7, 0.3]), np.stack([of_first, ~of_first], axis=1).astype(float), weight),
    )


def test_a_page_is_near_the_viewers_mix_and_without_the_term_it_is_not() -> None:
    assert (np.array(arrange(two_topics(20.0), 10, RULES)) < 20).sum() == 7
    assert (np.array(arrange(two_topics(0.0), 10, RULES)) < 20).sum() == 10


@given(st.integers(1, 6), st.integers(0, 12), st.integers(0, 99))
def test_a_distance_is_none_only_where_the_mix_is_the_viewers(topics: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    wanted = random.dirichlet(np.ones(topics))
    mix = TopicMix(wanted, np.vstack([wanted, random.dirichlet(np.ones(topics), 5)]), 1.0)
    distances = mix.distance(wanted * count, count)
    assert distances[0] == pytest.approx(0.0, abs=1e-9)
    assert (distances >= -1e-9).all()
    assert (distances <= -np.log(0.01) * (count + 1) + 1e-9).all()


@given(st.integers(1, 8), st.integers(0, 99))
def test_mixes_are_shares(count: int, seed: int) -> None:
    attributes = np.random.default_rng(seed).random((count, len(NAMES))) ** 4
    attributes[0] = 0.0
    shares = mixes(attributes)
    assert shares.shape == (count, len(TOPIC_COLUMNS) + 1)
    assert shares.sum(axis=1) == pytest.approx(np.ones(count))
    assert shares[0, -1] == 1.0


def test_too_few_likes_tell_of_no_mix() -> None:
    def acts(*weights: float) -> Acts:
        many = np.array(weights)
        return Acts(np.arange(len(many)), many, many, np.zeros(len(many), dtype=bool))

    least = POLICY.topics.least_acts
    assert len(told_by(acts(*[1.0] * least), POLICY.topics)[0]) == least
    assert len(told_by(acts(*[1.0] * (least - 1), -1.0, -2.0), POLICY.topics)[0]) == 0
    off = POLICY.topics.model_copy(update={"weight": 0.0})
    assert len(told_by(acts(*[1.0] * least), off)[0]) == 0


def with_weight(world: World, weight: float) -> None:
    """Put another weight of the topics' mix in force."""
    ranking = world.rooms.ranking
    policy: ValuePolicy = POLICY.model_copy(
        update={
            "topics": POLICY.topics.model_copy(update={"weight": weight}),
            "newcomers": POLICY.newcomers.model_copy(update={"every": 0}),
            "exploration": POLICY.exploration.model_copy(update={"rate": 0.0}),
        }
    )
    ranking._ranker = Ranker(policy, make_sources(policy.sources), ranking._ranker._steering, ranking.goals)


def order_of(world: World, mode: FeedMode = FeedMode.RANKED) -> list[str]:
    from tests.ranking.test_ranking_newcomers import page_of

    return [item.video_id for item in page_of(world, 1, mode=mode).items]


def test_only_a_personal_page_without_a_wish_is_drawn_near_to_the_mix(small_world: World) -> None:
    world = small_world
    world.follow("ada", "cy", "dee")  # before heads have learned anything, only this makes values differ
    liked = [world.video("bo", f"A corgi puppy chasing a ball, {n}", hours_ago=900 + n) for n in range(6)]
    for video in liked:
        world.did("ada", EventKind.LIKE, video)

    def differs(mode: FeedMode = FeedMode.RANKED) -> bool:
        with_weight(world, 0.0)
        before = order_of(world, mode)
        with_weight(world, 5.0)
        return order_of(world, mode) != before

    assert differs()
    assert not differs(FeedMode.NON_PERSONALISED)
    assert not differs(FeedMode.CHRONOLOGICAL)
    add_steer(world.rooms, PersonId("per_ada"), "more baking")
    assert not differs()


def test_someone_of_one_topic_is_given_it_also_where_another_is_worth_more() -> None:
    pool = two_topics(1.0)
    assert pool.topics is not None
    flipped = replace(pool, topics=replace(pool.topics, wanted=np.array([0.0, 1.0]), weight=5.0))
    assert min(arrange(flipped, 10, RULES)) >= 20
