"""Reports and exports: corrected for silence, in plain words, and never about a few."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.storage.database import Database
from core.storage.viewing import Viewing
from pipelines.offline.wellbeing.charter import check_charter
from pipelines.offline.wellbeing.export import export_cells
from pipelines.offline.wellbeing.rates import use_rates
from pipelines.offline.wellbeing.report import gather_report, report_page
from pipelines.offline.wellbeing.samples import report_cells
from tests.wellbeing.outcomes_kit import ADULT, MONDAY, NOW, TEEN, Said, fill, person_id
from wellbeing.outcomes.reports import (
    ALL,
    Count,
    Group,
    cells_of,
    load_reports,
    period_ends,
    reported_until,
    safe_bands,
)

POLICY = load_reports()
LEAST = POLICY.report.least_people
MOOD = next(item for item in POLICY.instrument if item.kind == "mood")
counts = st.builds(
    lambda people, answered, good: Count(people, round(people * answered), round(round(people * answered) * good)),
    st.integers(0, 90), st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip


@given(bands=st.dictionaries(st.sampled_from(["adult", "older_teen", "younger_teen"]), counts, min_size=1))
def test_neither_a_cell_nor_what_is_left_beside_the_cells_tells_of_a_few(bands: dict[str, Count]) -> None:
    whole = Count(
        sum(item.people for item in bands.values()), sum(item.answers for item in bands.values()),
        sum(item.good for item in bands.values()),
    )  # fmt: skip
    shown = safe_bands({ALL: whole, **bands}, LEAST)
    if not shown:
        assert not whole.is_safe(LEAST)
        return
    left = whole
    for band in shown - {ALL}:
        assert bands[band].people >= LEAST
        assert bands[band].answers >= LEAST
        assert 0 < bands[band].good < bands[band].answers
        left = left.less(bands[band])
    if shown != {ALL}:
        assert left.people == 0 or left.is_safe(LEAST)


def test_a_period_is_over_on_a_monday_so_that_reports_of_one_week_agree() -> None:
    assert reported_until(NOW) == reported_until(MONDAY) == MONDAY
    assert reported_until(MONDAY - timedelta(seconds=1)) == MONDAY - timedelta(days=7)
    assert period_ends(NOW, MOOD, 1) == (MONDAY - timedelta(days=14), MONDAY - timedelta(days=7))


def test_a_cell_corrects_for_those_who_kept_silent_and_says_how_far_that_reaches() -> None:
    random = np.random.default_rng(2)
    heavy = np.arange(4000) < 1000
    good = random.random(4000) < np.where(heavy, 0.8, 0.4)
    answers = np.where(random.random(4000) < np.where(heavy, 0.6, 0.1), np.where(good, 5.0, 2.0), np.nan)
    traits = {"use": np.where(heavy, "heavy", "light")}
    cell = cells_of(Group(traits, np.full(4000, "adult"), answers), MOOD, (MONDAY, NOW), POLICY.report)[0]
    assert cell.shares is not None
    truth = float(good.mean())
    assert cell.shares["raw"].low > truth
    assert cell.shares["raking"].low < truth < cell.shares["raking"].high
    assert cell.shares["worst_case"].low < truth < cell.shares["worst_case"].high
    assert cell.imbalance_after < 0.01 < cell.imbalance_before
    assert cell.effective_answers < cell.answers


def crowd(database: Database) -> None:
    """Three hundred people asked about mood last week, of whom twelve are minors; and a look back."""
    said: list[Said] = []
    for number in range(300):
        answer = None if number % 3 == 0 else 4.0 if number % 5 else 2.0
        said.append(Said(number, "mood", MONDAY - timedelta(days=2), answer))
        said.append(Said(number, "look_back", MONDAY - timedelta(days=2), answer and answer + 1))
    fill(database, 300, said, born=lambda number: TEEN if number < 12 else ADULT)


def test_an_export_holds_no_one_and_no_rare_cell(database: Database, tmp_path: Path) -> None:
    crowd(database)
    cells = report_cells(database, NOW, POLICY)
    folder = tmp_path / "cells"
    done = export_cells(cells, POLICY, folder)
    table = pl.read_parquet(folder / "cells.parquet")
    assert done.shown > 0
    assert done.held_back > 0
    assert table.equals(pl.read_csv(folder / "cells.csv", schema=table.schema))
    assert table["people"].min() >= LEAST  # type: ignore[operator]
    assert table["answers"].min() >= LEAST  # type: ignore[operator]
    assert set(table["age_band"]) == {ALL}  # twelve minors: their cell, and the adults' that would give it away
    assert not [name for name in table.columns if "id" in name.split("_") or "handle" in name]
    for path in folder.iterdir():
        said = path.read_bytes().decode("utf-8", errors="ignore")
        assert not re.search(r"per_|poll_|page_\d|crowd\d", said), path.name


def test_the_report_is_one_page_that_says_what_it_does_not_show(database: Database) -> None:
    crowd(database)
    check_charter(database, NOW)
    page = report_page(gather_report(database, NOW))
    assert not re.search(r"(?:src|href)=[\"'](?!#)|url\(|@import", page)  # nothing beside it
    assert page.count("<svg") >= 2
    assert not re.search(r"per_|poll_\d|crowd\d", page)
    for said in ("do not show", "worst case", "held back", "Daily mood", "Looking back six months", "same-for-all"):
        assert said in page
    assert "320 people" not in page
    mood = next(cell for cell in report_cells(database, NOW, POLICY) if cell.kind == "mood" and cell.band == ALL)
    assert (mood.people, mood.answers) == (300, 200)
    assert mood.shares is not None
    assert mood.shares["raw"].share == pytest.approx(0.8)
    assert mood.shares["worst_case"].low == pytest.approx(160 / 300)


def test_an_empty_database_has_a_report_without_numbers(database: Database) -> None:
    page = report_page(gather_report(database, NOW))
    assert "No one has been asked" in page
    assert "Too few people have used the feed" in page
    assert "<svg" not in page


def test_limits_and_nudges_are_rates_over_many(database: Database) -> None:
    fill(database, 60, [])
    week_ago, long_ago = ((NOW - timedelta(days=days)).isoformat() for days in (7, 70))
    with database.write() as tx:
        for number in range(60):
            state = {"last_seen_at": week_ago if number < 50 else long_ago, "nudges_off": number < 25}
            state["paused_at"] = week_ago if number < 30 else long_ago
            state["dismissals"] = [long_ago, week_ago] if number < 3 else []
            Viewing(tx).save(person_id(number), state, NOW)
    people, rates = use_rates(database, NOW, least=LEAST)
    found = {rate.what: rate.shares[ALL] for rate in rates}
    assert people == {ALL: 50, "adult": 50}
    assert found["found their feed closed by a limit"] == pytest.approx(0.6)
    assert found["waved a nudge away"] == pytest.approx(0.06)
    assert found["have turned questions off"] is None  # no one: all alike
    assert use_rates(database, NOW, least=51)[0] == {}


def test_answers_before_and_after_a_period_do_not_count_in_it(database: Database) -> None:
    moments: list[datetime] = [MONDAY, MONDAY - timedelta(days=7), MONDAY - timedelta(seconds=1)]
    said = [Said(number, "mood", moments[number % 3], 5.0 if number % 2 else 1.0) for number in range(180)]
    fill(database, 180, said)
    newest = next(cell for cell in report_cells(database, NOW, POLICY) if cell.kind == "mood")
    assert (newest.people, newest.answers) == (180, 120)
