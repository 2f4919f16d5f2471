"""The trade-off study: a closed loop with hidden tastes, fair to every engine, and watch time in it alone."""

import re
from pathlib import Path

import numpy as np
import pytest

from core.encoder import TextEncoder
from core.errors import BrokenPolicy
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.days import KINDS
from pipelines.offline.simulator.engines import Arm, WatchTime, make_engine
from pipelines.offline.simulator.loop import Lived, Loop, Respondents, answered_history, trained
from pipelines.offline.simulator.page import write_study
from pipelines.offline.simulator.study import EVEN, MEASURES, RESPONDENTS, Run, StudyConfig, measure
from pipelines.offline.simulator.town import Town, found_town
from ranking.features import FEATURES
from ranking.heads import HEADS, MEASURED
from ranking.taste import LEARNED_FROM, TASTE_WEIGHT
from ranking.value import load_value
from tests.conftest import NOON

_TIME_KINDS = {"view", "complete", "skip"}


@pytest.fixture(scope="module")
def town(encoder: TextEncoder) -> Town:
    return found_town(CityConfig(seed=3, people=40, videos=240, films=0, days=20, now=NOON), 2, encoder)


@pytest.fixture(scope="module")
def first_heads(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(town, answered_history(town, EVEN), town.loop_from, tmp_path_factory.mktemp("loop") / "heads")


@pytest.fixture(scope="module")
def lived(
    town: Town, first_heads: Path, encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory
) -> dict[Arm, Lived]:
    made = {}
    for arm in Arm:
        loop = Loop(town, make_engine(arm, encoder), EVEN, tmp_path_factory.mktemp(str(arm)))
        made[arm] = loop.run(2, first_heads=first_heads, retrain_every_days=1)
    return made


def test_every_engine_meets_the_same_visits_and_shows_nothing_twice(town: Town, lived: dict[Arm, Lived]) -> None:
    visits = {arm: set(item.played.served_at.tolist()) for arm, item in lived.items()}
    assert visits[Arm.KINDLING] == visits[Arm.WATCH_TIME] == visits[Arm.CHRONOLOGICAL]
    history = set(zip(town.history.person.tolist(), town.history.video.tolist(), strict=True))
    for item in lived.values():
        pairs = list(zip(item.played.person.tolist(), item.played.video.tolist(), strict=True))
        assert len(set(pairs) - history) > 0.97 * len(pairs)  # what was seen comes back only where little is left
        assert (town.facts.published_V[item.played.video] <= item.played.served_at).all()
        assert town.facts.visible_PV[item.played.person, item.played.video].all()


def test_engines_differ_and_a_loop_repeats_exactly(
    town: Town, lived: dict[Arm, Lived], first_heads: Path, encoder: TextEncoder, tmp_path: Path
) -> None:
    shown = [item.played.video.tolist() for item in lived.values()]
    assert shown[0] != shown[1] != shown[2] != shown[0]
    again = Loop(town, make_engine(Arm.KINDLING, encoder), EVEN, tmp_path).run(
        2, first_heads=first_heads, retrain_every_days=1
    )
    assert again.played.video.tolist() == shown[0]
    assert np.array_equal(again.played.did, lived[Arm.KINDLING].played.did)


def test_tastes_are_hidden_from_what_engines_learn_from(town: Town) -> None:
    """Nothing of the truth is in the ranking data: the same history under another truth gives the same data."""
    from dataclasses import replace

    other = replace(town, truth=replace(town.truth, quality=-town.truth.quality, tastes=-town.truth.tastes))
    ours, theirs = (item.data(town.history, town.loop_from) for item in (town, other))
    for name in ("creators", "texts", "published_at", "follows", "follows_at"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    assert ours.events.at.max() < town.loop_from
    assert ours.shown.at.max() < town.loop_from
    assert len(ours.shown.at) == len(town.history.person) > 500


def test_respondents_answer_as_they_are_said_to(town: Town, lived: dict[Arm, Lived]) -> None:
    random = np.random.default_rng(1)
    glad, sad = np.full(4000, 0.9), np.full(4000, 0.1)
    for who in RESPONDENTS:
        difference = who.answer(random, glad).mean() - who.answer(random, sad).mean()
        assert np.sign(round(difference, 1)) == np.sign(who.bias)
    item = lived[Arm.KINDLING]
    figures = [measure(town, item, Respondents(f"biased {bias}", bias)) for bias in (-6.0, 6.0)]
    assert figures[0]["poll"] < figures[1]["poll"]
    assert figures[0]["satisfaction"] == figures[1]["satisfaction"]
    said = item.played.did[:, KINDS.index("poll_answer")]
    assert np.array_equal(said, item.played.answer > 0)
    assert 0 < said.sum() < (item.would_say > 0).sum()


def test_the_page_tells_every_figure_and_a_rewrite_keeps_the_words_around(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    runs = [
        Run(seed, str(arm), who.name, {name: float(random.random()) for name in MEASURES})
        for seed in (1, 2, 3)
        for arm in Arm
        for who in RESPONDENTS
    ]
    write_study(runs, StudyConfig(seeds=3), tmp_path)
    page = tmp_path / "trade-off.md"
    page.write_text("Words before.\n" + page.read_text() + "Words after.\n")
    plot, data, _ = write_study(runs, StudyConfig(seeds=3), tmp_path)
    text = page.read_text()
    assert text.startswith("Words before.")
    assert text.endswith("Words after.\n")
    assert text.count("| creations per person |") == 1
    mean = np.mean([run.figures["poll"] for run in runs if run.arm == "kindling" and run.respondents == EVEN.name])
    assert f"| mean poll answer (1 to 5) | {mean:.3f} (" in text
    assert "<svg" in plot.read_text()
    assert '"seed": 3' in data.read_text()


@pytest.fixture
def serving_sources() -> list[tuple[Path, str]]:
    folders = ("ranking", "pipelines/online", "api")
    return [(path, path.read_text(encoding="utf-8")) for folder in folders for path in Path(folder).rglob("*.py")]


def test_watch_time_exists_in_the_simulator_alone(
    tmp_path: Path, first_heads: Path, serving_sources: list[tuple[Path, str]]
) -> None:
    """No file can weigh it, no head or feature of it is loaded, and nothing that serves learns from it or names it."""
    shipped = Path("ranking/policies/value.toml").read_text(encoding="utf-8")
    (tmp_path / "value.toml").write_text(shipped.replace("like = 1.0", "like = 1.0\ncomplete = 1.0", 1))
    with pytest.raises(BrokenPolicy, match="time spent"):
        load_value(tmp_path)
    assert not set(load_value().weights) & set(MEASURED)
    assert not set(HEADS) & set(MEASURED)
    assert not {str(kind) for kind in (*TASTE_WEIGHT, *LEARNED_FROM)} & _TIME_KINDS
    assert not [name for name in FEATURES if re.search("watch|dwell|complet|view|session", name)]
    assert set(WatchTime.open(first_heads).probabilities(np.ones((2, len(FEATURES)), dtype=np.float32))) == set(
        MEASURED
    )
    assert len(serving_sources) > 50
    for path, text in serving_sources:
        assert "simulator" not in text, path
        assert not re.search(r"watch_?time|dwell_?time", text, re.IGNORECASE), path
