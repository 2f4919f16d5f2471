"""The city's people say how they fare: asked as the product asks, silent with a bias that weights can mostly repair."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from pipelines.offline.city.asked import Asked, ask_everyone
from pipelines.offline.city.build import draw
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.days import Simulation, draw_visits, gather_facts
from pipelines.offline.city.faring import Faring, draw_faring, true_answers
from pipelines.offline.city.store import City
from pipelines.offline.city.tastes import draw_truth
from pipelines.offline.wellbeing.bias import city_bias
from tests.fixtures_city import CITY_NOW, SmallCity
from wellbeing.bands import band_of
from wellbeing.outcomes.nonresponse import inverse_propensity, rake, trimmed
from wellbeing.outcomes.reports import load_reports
from wellbeing.policy import load_wellbeing
from wellbeing.who5 import who5_score

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CONFIG = CityConfig(now=NOW, people=3000, videos=150, films=0, seed=1)
POLLS = load_wellbeing().polls


@pytest.fixture(scope="module")
def played() -> tuple[City, Faring, list[Asked]]:
    drawn = draw(CONFIG)
    everyone = np.ones(len(drawn.pieces), dtype=bool)
    truth = draw_truth(CONFIG, drawn.citizens, drawn.groups, drawn.makers, drawn.pieces)
    facts = gather_facts(drawn.citizens, drawn.makers, drawn.graph, drawn.pieces, everyone, everyone)
    log = Simulation(CONFIG, drawn.citizens, facts, truth).play(draw_visits(CONFIG, drawn.citizens))
    city = City(CONFIG, drawn.citizens, drawn.graph, drawn.stars, drawn.pieces, log)
    faring = draw_faring(CONFIG, city, truth)
    asked = ask_everyone(CONFIG, city, faring, POLLS)
    again = draw_faring(CONFIG, city, truth)
    assert all((faring.answers[kind] == again.answers[kind]).all() for kind in faring.answers)
    assert ask_everyone(CONFIG, city, again, POLLS) == asked
    return city, faring, asked


def test_questions_come_as_the_policy_spaces_them(played: tuple[City, Faring, list[Asked]]) -> None:
    city, _, asked = played
    by_person: dict[int, list[Asked]] = {}
    for item in asked:
        by_person.setdefault(item.person, []).append(item)
    for person, items in by_person.items():
        times = [item.at_s for item in items]
        assert all(b - a >= POLLS.spacing.hours_between * 3600 for a, b in pairwise(times))
        joined = city.citizens[person].person.created_at.timestamp()
        for item in items:
            rule = POLLS.rule(item.offer.kind)
            assert rule is not None
            assert item.at_s - joined >= rule.after_days * 86_400
            assert item.offer.video_id is None
            assert item.each is None or who5_score(item.each) == item.answer
            assert item.answer is None or not item.is_skipped
    assert set(Counter(item.offer.kind for item in asked)) == {"mood", "time_well_spent", "who5", "look_back"}


def test_silence_is_biased_and_weights_over_what_is_known_take_part_of_it_out(
    played: tuple[City, Faring, list[Asked]],
) -> None:
    city, faring, asked = played
    old = np.array([citizen.person.created_at <= NOW - timedelta(days=182) for citizen in city.citizens])
    said = np.full(len(city.citizens), np.nan)
    for item in asked:
        if item.offer.kind == "look_back" and item.answer is not None:
            said[item.person] = item.answer
    pages = np.bincount(city.log.visits.person[np.unique(city.log.page)], minlength=len(said))
    traits = {
        "use": np.where(pages == 0, -1, np.searchsorted(np.quantile(pages[pages > 0], [1 / 3, 2 / 3]), pages))[old],
        "makes": (faring.traits["makes"] > 0)[old],
        "age": np.array([str(band_of(citizen.person, NOW)) for citizen in city.citizens])[old],
    }
    responded, truth = ~np.isnan(said[old]), float((faring.answers["look_back"][old, 0] >= 4).mean())
    good = said[old][responded] >= 4
    raw = float(good.mean()) - truth
    assert raw > 0.01
    for way in (rake, inverse_propensity):
        weighted = float(np.average(good, weights=trimmed(way(traits, responded), at=5)))
        assert abs(weighted - truth) < 0.8 * raw
    assert 0.5 < truth < 0.8


def test_a_built_city_holds_the_answers_and_keeps_the_truth_aside(small_city: SmallCity) -> None:
    folder = small_city.settings.home / "city" / "truth"
    truth = true_answers(folder, "look_back", 0)
    assert len(truth) == 40
    assert set(truth.values()) <= {1.0, 2.0, 3.0, 4.0, 5.0}
    database = small_city.database()
    try:
        rows = city_bias(database, folder, CITY_NOW, load_reports())
        with database.read() as tx:
            kinds = {row[0] for row in tx.connection.exec_driver_sql("SELECT DISTINCT kind FROM polls")}
    finally:
        database.close()
    assert {"time_well_spent", "who5", "look_back"} <= kinds
    assert rows == []  # forty people: too few for any cell
