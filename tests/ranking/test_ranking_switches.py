"""Each signal switched off is gone: the page is that of somebody of whom there is nothing to know."""

import numpy as np
import pytest

from core.ids import PersonId, VideoId
from core.storage.goals import ChatTopics
from core.vocabulary import EventKind
from ranking.page import RankedPage
from ranking.snapshot import place_number
from ranking.viewer import LOCATION
from tests.ranking.conftest import NAMES, PROMPTS, World
from tests.ranking.test_ranking_newcomers import page_of

HERE = "NZ"


def told_to(world: World, name: str, signal: str, **signals: bool) -> None:
    """Make a person of whom there is something to know that this signal is about."""
    world.person(name, jurisdiction=HERE if signal == "location" else "ZZ", signals=signals)
    person = PersonId(f"per_{name}")
    if signal in {"in_app_activity", "past_engagement"}:
        for number in range(6):
            world.did(name, EventKind.LIKE, LIKED[number])
        world.clock.advance(hours=30)
    if signal == "chat_history":
        with world.database.write() as tx:
            ChatTopics(tx).replace(person, {"food": 1.0, "cooking": 0.5}, world.clock.now())


def said(page: RankedPage) -> list[tuple[str, float, float, str, object]]:
    return [(item.video_id, item.score, item.propensity, item.reason.text, item.parts) for item in page.items]


LIKED: list[VideoId] = []
SIGNALS = ("in_app_activity", "past_engagement", "location", "chat_history")


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_signal_switched_off_leaves_the_page_of_someone_of_whom_there_is_nothing_to_know(
    small_world: World, signal: str
) -> None:
    world = small_world
    LIKED[:] = [world.video("bo", f"{PROMPTS[2]}, liked {n}", hours_ago=800 + n) for n in range(6)]
    for number in range(3):
        world.person(f"near{number}", jurisdiction=HERE)
        world.video(f"near{number}", PROMPTS[number], hours_ago=20)
    told_to(world, "off", signal, **{signal: False})
    told_to(world, "on", signal, **{signal: True})
    world.person("blank", jurisdiction="ZZ")
    blank, off, on = (said(page_of(world, 1, who=who)) for who in ("blank", "off", "on"))
    assert off == blank
    assert on != blank
    assert signal not in page_of(world, 1, who="off").signals_used


def test_creators_of_ones_own_place_gain_a_little_and_it_is_said(small_world: World) -> None:
    small_world.person("nia", jurisdiction=HERE)
    mine = small_world.video("nia", hours_ago=2)
    small_world.person("zoe", jurisdiction=HERE)
    page = page_of(small_world, 1, who="zoe")
    near = {item.video_id: [part for part in item.parts if part.name == "near_you"] for item in page.items}
    assert mine in near
    for video, parts in near.items():
        assert [part.weight for part in parts] == ([1.05] if video == mine else [])
    assert LOCATION in page.signals_used


def test_a_creator_who_switched_location_off_is_nowhere_in_the_next_snapshot(small_world: World) -> None:
    small_world.person("nia", jurisdiction=HERE, signals={"location": False})
    small_world.person("oto", jurisdiction=HERE)
    snapshot = small_world.rooms.ranking.snapshot
    rows = snapshot.person_rows(["per_nia", "per_oto", *(f"per_{name}" for name in NAMES)])
    assert np.asarray(snapshot.places)[rows].tolist() == [0, place_number(HERE), *[0] * len(NAMES)]
    assert place_number("ZZ") == 0
