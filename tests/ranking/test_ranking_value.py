"""Value, diversity, exploration: the arithmetic of a page, and what a policy may say."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BrokenPolicy
from ranking.diversity import Candidates, Rules, arrange
from ranking.exploration import explore
from ranking.heads import HEADS, UNWANTED
from ranking.steering.concepts import load_concepts
from ranking.value import Author, ExplorationPolicy, load_value, value_of

SHIPPED = Path("ranking/policies/value.toml")
POLICY = load_value()


def overridden(folder: Path, old: str, new: str, name: str = "value.toml") -> Path:
    text = (SHIPPED.parent / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("like = 1.0", "likes = 1.0", "no head"),
        ("like = 1.0", "like = 1.0\nwatch_time = 3.0", "time spent"),
        ("like = 1.0", "like = 1.0\ndwell = 0.1", "time spent"),
        ("like = 1.0", "like = 1.0\nsession_length = 0.1", "time spent"),
        ("like = 1.0", "like = 1.0\ncomplete = 0.1", "time spent"),
        ("hide = -15.0", "hide = 2.0", "must not be positive"),
        ("regret = -2.0", "regret = 2.0", "must not be positive"),
        ("per_page = 2", "per_page = 0", "per_page"),
        ("decay = 0.50", "decay = 0.50\nfade = 1", "fade"),
        ("friends_share = 0.40", "friends_share = 1.40", "friends_share"),
        ('version = "2026-11-21.4"', 'version = "newest"', "version"),
        ("[exploration]", "[exploring]", "exploration"),
    ],
)
def test_a_wrong_value_policy_stops_with_file_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(BrokenPolicy) as caught:
        load_value(overridden(tmp_path, old, new))
    assert "value.toml" in caught.value.detail
    assert says in caught.value.detail


def test_a_wrong_concepts_policy_stops(tmp_path: Path) -> None:
    with pytest.raises(BrokenPolicy, match="want_from < want_full"):
        load_concepts(overridden(tmp_path, "want_from = 0.22", "want_from = 0.9", "concepts.toml"))
    with pytest.raises(BrokenPolicy, match="same name"):
        load_concepts(overridden(tmp_path, 'name = "cozy"', 'name = "calming"', "concepts.toml"))


def test_weights_name_every_head_and_nothing_else() -> None:
    assert set(POLICY.weights) == set(HEADS)


def heads(count: int, seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.random(count) * 0.3 for name in HEADS}


@given(st.integers(1, 30), st.integers(0, 99))
def test_parts_add_up_and_a_value_does_not_depend_on_the_batch(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    flags = random.random((3, count)) < 0.5
    given_heads = heads(count, seed)
    follows, mutual, limited = flags[0], flags[0] & flags[1], flags[2]
    valued = value_of(POLICY, given_heads, follows=follows, mutual=mutual, limited=limited, personal=True)
    for place in range(count):
        assert sum(part.contribution for part in valued.parts(place)) == pytest.approx(valued.value[place])
        one = slice(place, place + 1)
        alone = value_of(
            POLICY,
            {name: values[one] for name, values in given_heads.items()},
            follows=follows[one],
            mutual=mutual[one],
            limited=limited[one],
            personal=True,
        )
        assert alone.value[0] == valued.value[place]


def test_people_one_knows_weigh_more_and_not_without_personalisation() -> None:
    same = {name: np.full(3, 0.1) for name in HEADS} | dict.fromkeys(UNWANTED, np.zeros(3))
    follows, mutual = np.array([False, True, True]), np.array([False, False, True])
    limited = np.zeros(3, dtype=bool)
    personal = value_of(POLICY, same, follows=follows, mutual=mutual, limited=limited, personal=True).value
    assert personal[0] < personal[1] < personal[2]
    plain = value_of(POLICY, same, follows=follows, mutual=mutual, limited=limited, personal=False).value
    assert len(set(plain.tolist())) == 1


@st.composite
def candidates(draw: st.DrawFn) -> Candidates:
    count = draw(st.integers(0, 40))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    vectors = random.normal(size=(count, 4))
    return Candidates(
        scores=random.normal(size=count),
        creators=random.integers(0, 6, count),
        films=random.integers(0, 25, count),
        families=random.integers(0, 10, count),
        vectors=vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9) if count else vectors,
        is_known=random.random(count) < 0.3,
        is_friend=random.random(count) < 0.1,
        contents=np.eye(4)[random.integers(0, 4, count)],
    )


@given(candidates(), st.integers(1, 30), st.integers(1, 4), st.floats(0, 1), st.floats(0, 1))
def test_caps_hold_whatever_the_candidates(
    pool: Candidates, size: int, cap: int, share: float, relevance: float
) -> None:
    rules = Rules(
        Author(decay=0.5, floor=0.25, per_page=cap),
        POLICY.diversity.model_copy(update={"relevance": relevance, "family_gap": 3}),
        friends_share=share / 2,
        followed_share=share,
    )
    page = arrange(pool, size, rules)
    assert len(page) == len(set(page)) <= size
    assert max(Counter(pool.creators[page].tolist()).values(), default=0) <= cap
    assert max(Counter(pool.films[page].tolist()).values(), default=0) <= 1
    if len(page) < size:  # a page is short only when every candidate left would break a rule
        for place in set(range(len(pool.scores))) - set(page):
            full = (pool.creators[page] == pool.creators[place]).sum() >= cap
            assert full or pool.films[place] in pool.films[page]


def test_friends_have_their_share_while_they_have_anything() -> None:
    count = 40
    pool = Candidates(
        scores=np.concatenate([np.full(20, 5.0), np.full(20, 1.0)]),
        creators=np.arange(count),
        films=np.arange(count),
        families=np.arange(count),
        vectors=np.zeros((count, 4)),
        is_known=np.arange(count) >= 20,
        is_friend=np.arange(count) >= 30,
    )
    page = arrange(pool, 10, Rules(POLICY.author, POLICY.diversity, friends_share=0.2, followed_share=0.4))
    assert pool.is_known[page].sum() == 4
    assert pool.is_friend[page].sum() == 2
    page = arrange(pool, 10, Rules(POLICY.author, POLICY.diversity, friends_share=0.4, followed_share=0.4))
    assert pool.is_friend[page].sum() == 4


def near_duplicates(count: int, copies: int) -> Candidates:
    """``count`` videos by as many people, the first ``copies`` of them of one scene and the best of all."""
    scenes = np.eye(count)
    scenes[:copies] = scenes[0]
    scenes[1:copies, copies] = 0.3  # cosine of 0.96
    plain = np.arange(count)
    return Candidates(
        scores=100.0 - plain,
        creators=plain,
        films=plain,
        families=plain,
        vectors=np.zeros((count, 4)),
        is_known=np.zeros(count, dtype=bool),
        is_friend=np.zeros(count, dtype=bool),
        contents=scenes / np.linalg.norm(scenes, axis=1, keepdims=True),
    )


@given(st.integers(0, 6), st.integers(2, 4))
def test_videos_of_nearly_the_same_scene_stand_apart(gap: int, copies: int) -> None:
    rules = Rules(
        POLICY.author,
        POLICY.diversity.model_copy(update={"near_duplicate_gap": gap, "relevance": 1.0}),
        friends_share=0.0,
        followed_share=0.0,
    )
    page = arrange(near_duplicates(40, copies), 30, rules)
    places = [position for position, place in enumerate(page) if place < copies]
    assert places == [number * (gap + 1) for number in range(copies)]


def test_below_the_threshold_nothing_is_nearly_the_same() -> None:
    rules = Rules(
        POLICY.author,
        POLICY.diversity.model_copy(update={"near_duplicate": 0.97}),
        friends_share=0.0,
        followed_share=0.0,
    )
    assert arrange(near_duplicates(40, 2), 5, rules) == [0, 1, 2, 3, 4]


def test_videos_of_nearly_the_same_scene_fill_a_page_when_there_is_nothing_else() -> None:
    assert len(arrange(near_duplicates(4, 3), 4, Rules(POLICY.author, POLICY.diversity, 0.0, 0.0))) == 4


@given(st.integers(0, 12), st.integers(0, 12), st.floats(0, 1), st.integers(0, 5))
def test_propensities_are_the_odds_they_claim_to_be(size: int, others: int, rate: float, first: int) -> None:
    policy = ExplorationPolicy(rate=rate, first_position=first, pool=20)
    order, rest = list(range(size)), list(range(100, 100 + others))
    page = explore(order, rest, policy, "page_x")
    assert len(page) == size
    explores = sum(item.is_exploring for item in page)
    assert explores <= 1
    positions = max(0, size - first)
    for position, item in enumerate(page):
        assert 0 <= item.propensity <= 1
        if item.is_exploring:
            assert item.place in rest
            assert position >= first
            assert item.propensity == pytest.approx(rate / (positions * others))
        else:
            assert item.place == order[position]
    if positions and others and size > first:
        # At an exploring position the odds of what is there and of all that might have been there sum to one.
        kept = 1 - rate / positions
        assert kept + others * (rate / (positions * others)) == pytest.approx(1.0)


def test_what_is_explored_is_as_frequent_as_its_propensity_says() -> None:
    policy = ExplorationPolicy(rate=0.5, first_position=2, pool=20)
    order, others = [0, 1, 2, 3, 4, 5], [10, 11, 12]
    seen: Counter[tuple[int, int]] = Counter()
    pages = 6000
    for number in range(pages):
        for position, item in enumerate(explore(order, others, policy, f"page_{number}")):
            seen[position, item.place] += 1
    for position in range(2, 6):
        assert seen[position, order[position]] / pages == pytest.approx(1 - 0.5 / 4, abs=0.02)
        for other in others:
            assert seen[position, other] / pages == pytest.approx(0.5 / (4 * 3), abs=0.012)
    assert seen[0, 0] == seen[1, 1] == pages


def test_one_page_id_gives_one_page() -> None:
    policy = ExplorationPolicy(rate=1.0, first_position=0, pool=20)
    assert explore([1, 2], [8, 9], policy, "p") == explore([1, 2], [8, 9], policy, "p")


def test_a_part_says_when_its_head_has_learned_nothing_yet() -> None:
    flags = np.ones(1, dtype=bool)
    valued = value_of(
        POLICY, heads(1, 1), follows=flags, mutual=flags, limited=flags, personal=True, priors=frozenset({"like"})
    )
    assert {part.name for part in valued.parts(0) if part.is_prior} == {"like"}
