"""Goals: stated and never inferred, a stated share of the page, progress by what one does; and imported chats."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encoder import TextEncoder
from core.errors import BrokenPolicy, Conflict, InvalidInput, NotFound
from core.ids import GoalId, PersonId
from core.storage.goals import ChatTopics
from core.storage.people import People
from core.vocabulary import EventKind, FeedMode, Reason
from pipelines.online import chat_history
from pipelines.online.accounts import export, set_signals
from pipelines.online.cards import known_person
from pipelines.online.feed import why
from pipelines.online.goals import end_goal, list_goals, state_goal
from pipelines.online.viewers import load_viewer
from ranking.diversity import Candidates, Rules, arrange
from ranking.goals import Goals, StatedGoal, load_goals
from ranking.understanding.model import AttributeModel
from ranking.value import load_value
from ranking.words import stem_hashes
from tests.ranking.conftest import World

ADA, LOU = PersonId("per_ada"), PersonId("per_lou")
POLICY = load_goals()
COOKING = "I bake bread and cook dinner with my chef friends in the kitchen"

SENSITIVE = (
    "get over my depression", "manage my diabetes", "beat cancer", "lose weight", "be skinny", "get sober",
    "stop drinking", "quit smoking", "pray five times a day", "read the Bible", "find Jesus", "win the election",
    "vote them out", "come out to my parents", "live as a trans woman", "have more sex", "get my citizenship",
    "stay out of prison",
)  # fmt: skip
WELCOME = (
    "get fit", "be closer to my friends", "start a pottery shop", "learn Spanish", "run a marathon", "write a song",
    "see my grandma more often", "make short films", "bake bread every week", "build a robot", "draw every day",
)  # fmt: skip


@pytest.fixture(scope="module")
def goals(encoder: TextEncoder) -> Goals:
    return Goals(POLICY, encoder.encode_one, AttributeModel.open())


@pytest.mark.parametrize("text", SENSITIVE)
def test_a_goal_about_a_sensitive_topic_is_refused_and_not_kept(goals: Goals, text: str) -> None:
    for said in (text, f"I want to {text}", text.upper()):
        with pytest.raises(InvalidInput) as caught:
            goals.check(said)
        assert caught.value.code == "sensitive_goal"
        assert text not in caught.value.detail


@pytest.mark.parametrize("text", WELCOME)
def test_an_everyday_goal_is_welcome(goals: Goals, text: str) -> None:
    assert goals.check(f"  {text} ") == text


def test_a_goal_fits_what_shows_it(goals: Goals, encoder: TextEncoder) -> None:
    texts = (
        "A potter shaping a clay bowl on a spinning wheel",
        "A chef baking chocolate cake in a warm kitchen",
        "Two racing cars speeding around a wet track at night",
    )
    vectors, stems = np.stack([encoder.encode_one(text) for text in texts]), [stem_hashes(text) for text in texts]
    stated = [StatedGoal("a", "start a pottery shop"), StatedGoal("b", "bake bread every week")]
    nobody = np.zeros(3, dtype=bool)
    assert goals.fit(goals.ready(stated), vectors, stems, nobody).which.tolist() == [0, 1, -1]
    friends = goals.ready([StatedGoal("c", "be closer to my friends")])
    assert goals.fit(friends, vectors, stems, np.array([False, True, False])).which.tolist() == [-1, 0, -1]
    assert goals.fit((), vectors, stems, nobody).which.tolist() == [-1, -1, -1]


def test_a_goal_shapes_its_share_of_the_next_page_and_says_so(small_world: World) -> None:
    before = small_world.page("lou")
    assert not [item for item in before.items if item.reason.code == Reason.GOAL]
    goal = state_goal(small_world.rooms, LOU, "start a pottery shop")
    assert goal.page_share == POLICY.page.share
    page = small_world.page("lou")
    ours = [item for item in page.items if item.reason.code == Reason.GOAL]
    assert len(ours) >= int(POLICY.page.share * 8)
    assert {item.reason.text for item in ours} == {"Your goal: start a pottery shop"}
    assert all("clay bowl" in item.video.prompt for item in ours)
    assert "goals" in why(small_world.rooms, LOU, page.page_id, 0).signals_used
    end_goal(small_world.rooms, LOU, goal.id)
    after = small_world.page("lou")
    assert not [item for item in after.items if item.reason.code == Reason.GOAL]


def test_a_goal_changes_no_score_and_no_other_mode(small_world: World) -> None:
    state_goal(small_world.rooms, LOU, "start a pottery shop")
    now = small_world.clock.now()
    with small_world.database.read() as tx:
        viewer = load_viewer(tx, small_world.rooms, known_person(tx, LOU), now)

    def scores(goals: Sequence[StatedGoal], mode: FeedMode) -> dict[str, float]:
        page = small_world.rooms.ranking.page(
            replace(viewer, goals=goals), size=30, mode=mode, now=now, page_id="page_1", visible=set
        )
        return {item.video_id: item.score for item in page.items}

    assert viewer.goals
    plain, aimed = scores((), FeedMode.RANKED), scores(viewer.goals, FeedMode.RANKED)
    assert len(set(plain) & set(aimed)) > 5
    assert all(aimed[video] == plain[video] for video in set(plain) & set(aimed))
    for mode in (FeedMode.CHRONOLOGICAL, FeedMode.NON_PERSONALISED):
        assert scores((), mode) == scores(viewer.goals, mode)
    set_signals(small_world.rooms, LOU, {"personalisation": False})
    page = small_world.page("lou")
    assert not [item for item in page.items if item.reason.code == Reason.GOAL]


def test_progress_is_what_one_made_and_did_since_and_never_watched(world: World) -> None:
    world.populate(("ada", "bo"), each=5)
    clay = world.video("bo", "A potter shaping a clay bowl on a spinning wheel")
    cars = world.video("bo", "Two racing cars speeding around a wet track at night")
    world.snapshot()
    world.did("ada", EventKind.LIKE, clay)
    world.clock.advance(hours=1)
    state_goal(world.rooms, ADA, "start a pottery shop")
    assert (list_goals(world.rooms, ADA)[0].progress.did, list_goals(world.rooms, ADA)[0].progress.made) == (0, 0)
    world.clock.advance(hours=1)
    for kind in (EventKind.VIEW, EventKind.COMPLETE):
        world.did("ada", kind, clay)
    assert list_goals(world.rooms, ADA)[0].progress.did == 0
    for _ in range(2):
        world.did("ada", EventKind.SHARE, clay)
    world.did("ada", EventKind.LIKE, cars)
    world.video("ada", "A potter shaping a clay vase on a wheel", hours_ago=0.1)
    world.video("ada", "Two racing cars on a wet track", hours_ago=0.1)
    progress = list_goals(world.rooms, ADA)[0].progress
    assert (progress.made, progress.did) == (1, 1)
    assert progress.last_at is not None
    assert progress.last_at <= world.clock.now()


def test_goals_are_few_ones_own_and_gone_when_ended(world: World) -> None:
    world.populate(("ada", "bo"), each=1)
    made = [state_goal(world.rooms, ADA, text) for text in WELCOME[: POLICY.page.most]]
    with pytest.raises(Conflict, match="You have"):
        state_goal(world.rooms, ADA, "learn to juggle")
    assert list_goals(world.rooms, PersonId("per_bo")) == []
    with pytest.raises(NotFound):
        end_goal(world.rooms, PersonId("per_bo"), made[0].id)
    with pytest.raises(NotFound):
        end_goal(world.rooms, ADA, GoalId("goal_unknown"))
    end_goal(world.rooms, ADA, made[0].id)
    left = {goal["text"] for goal in export(world.rooms, ADA)["held"]["goals"]}
    assert left == set(WELCOME[1 : POLICY.page.most])


@given(st.integers(1, 20), st.floats(0, 0.5), st.integers(0, 999))
def test_goals_have_their_share_while_anything_fits(size: int, share: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    fits = random.random(80) < 0.5
    pool = Candidates(
        scores=random.normal(size=80), creators=np.arange(80), films=np.arange(80), families=np.arange(80),
        vectors=np.zeros((80, 4)), is_known=random.random(80) < 0.3, is_friend=random.random(80) < 0.1, fits_goal=fits,
    )  # fmt: skip
    policy = load_value()
    page = arrange(pool, size, Rules(policy.author, policy.diversity, 0.2, 0.4, share))
    assert fits[page].sum() >= min(int(np.floor(share * size)), fits.sum())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("share = 0.25", "share = 0.75", "share"),
        ("near_from = 0.28", "near_from = 0.60", "near_from < near_full"),
        ('"topics:craft"', '"topics:faith"', "no attributes"),
        ("[people]", "[persons]", "people"),
    ],
)
def test_a_wrong_goals_policy_stops_with_file_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = Path("ranking/policies/goals.toml").read_text()
    assert old in text
    (tmp_path / "goals.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(BrokenPolicy, match=r"goals\.toml") as caught:
        load_goals(tmp_path)
    assert says in caught.value.detail


def test_imported_chats_leave_topics_alone_and_count_only_when_switched_on(world: World) -> None:
    world.populate()
    kept = chat_history.import_chats(world.rooms, ADA, [COOKING, "I love baking cake in my kitchen", "  "])
    assert not kept.is_used
    assert kept.topics[0].topic in {"cooking", "food"}
    held = export(world.rooms, ADA)["held"]
    assert "bake" not in str(held)
    page = world.page("ada")
    assert "chat_history" not in why(world.rooms, ADA, page.page_id, 0).signals_used
    set_signals(world.rooms, ADA, {"chat_history": True})
    page = world.page("ada", size=30)
    whys = [why(world.rooms, ADA, page.page_id, item.position) for item in page.items]
    assert all("chat_history" in item.signals_used for item in whys)
    parts = {
        item.video.prompt: sum(part.contribution for part in reason.parts if part.name == "chat_history")
        for item, reason in zip(page.items, whys, strict=True)
    }
    cake = max(value for prompt, value in parts.items() if "cake" in prompt)
    cars = max(value for prompt, value in parts.items() if "cars" in prompt)
    assert cake > cars + 0.1
    assert cake <= load_value().chat_history.interest
    chat_history.forget_chats(world.rooms, ADA)
    page = world.page("ada")
    assert "chat_history" not in why(world.rooms, ADA, page.page_id, 0).signals_used
    with world.database.read() as tx:
        assert ChatTopics(tx).of_person(ADA) == {}


def test_a_new_import_takes_the_place_of_the_old_and_an_empty_one_is_refused(world: World) -> None:
    world.populate(("ada",), each=1)
    chat_history.import_chats(world.rooms, ADA, [COOKING])
    world.clock.advance(hours=1)
    again = chat_history.import_chats(world.rooms, ADA, ["My guitar band plays music and songs at a concert"])
    assert "music" in {item.topic for item in again.topics}
    assert not {"cooking", "food"} & {item.topic for item in again.topics}
    with pytest.raises(InvalidInput):
        chat_history.import_chats(world.rooms, ADA, ["", " "])


def test_a_friends_goal_brings_friends(small_world: World) -> None:
    with small_world.database.write() as tx:
        at = small_world.clock.now() - timedelta(days=3)
        for pair in (("lou", "kim"), ("kim", "lou")):
            People(tx).follow(PersonId(f"per_{pair[0]}"), PersonId(f"per_{pair[1]}"), at)
    state_goal(small_world.rooms, LOU, "be closer to my friends")
    page = small_world.page("lou")
    ours = [item for item in page.items if item.reason.code == Reason.GOAL]
    assert ours
    assert {item.video.creator.id for item in ours} == {"per_kim"}
