"""The backtest's and the ranker's notebooks run as scripts on small fixtures, with their plots."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.ids import PersonId
from core.storage.database import Database
from core.storage.decisions import Decisions
from core.vocabulary import Audience, Surface
from safety.decide import decide
from safety.policy import SHIPPED, load_moderation_policy
from tests.conftest import NOON, make_tables
from tests.fixtures_city import SmallCity


def run(name: str, home: Path, *arguments: str) -> dict[str, Any]:
    """Run a notebook as a script; return its JSON. Its plots must be drawn."""
    out = home / "out"
    done = subprocess.run(
        [sys.executable, f"notebooks/{name}.py", "--", *arguments, "--out", str(out)],
        env=os.environ | {"PYTHONPATH": ".", "KINDLING_HOME": str(home)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for plot in out.glob("*.svg"):
        assert plot.read_text(encoding="utf-8").startswith("<svg"), plot.name
    (told,) = out.glob("*.json")
    found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    return found


def test_the_backtest_notebook_shows_what_flips(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kindling.db'}"
    database = Database(url)
    make_tables(database)
    with database.write() as tx:
        for number, score in enumerate((0.1, 0.55, 0.7)):
            verdict = decide({"hate": score}, Surface.PROMPT, Audience.ADULT, load_moderation_policy())
            Decisions(tx).record(
                verdict, subject_kind="video", subject_id=f"v{number}", person_id=PersonId("per_ada"), now=NOON
            )
    database.close()
    candidate = tmp_path / "candidate.toml"
    text = SHIPPED.read_text(encoding="utf-8").replace('"2026-11-21.3"', '"2026-12-01.1"')
    candidate.write_text(text.replace("limit_at = 0.60", "limit_at = 0.50", 1), encoding="utf-8")
    told = run("backtest_policy", tmp_path, "--policy", str(candidate), "--database", url)
    assert (told["decisions"], told["flipped"], told["looser_for_minors"]) == (3, 1, 0)
    (flip,) = told["flips"]
    assert (flip["category"], flip["before"], flip["after"]) == ("hate", "allow", "limit")
    names = {path.stem for path in (tmp_path / "out").glob("*.svg")}
    assert names == {"flips_by_category", "flips_by_surface", "flips_by_audience", "outcomes"}


def test_the_ranker_notebook_shows_every_head_and_its_segments(small_city: SmallCity, tmp_path: Path) -> None:
    told = run("ranker_report", tmp_path, "--home", str(small_city.settings.home))
    heads = [row["head"] for row in told["heads"]]
    assert "like" in heads
    segments = [row for row in told["segments"] if row["head"] == "like"]
    assert {"everyone", "creator followed", "creator not followed"} <= {row["segment"] for row in segments}
    everyone = next(row for row in segments if row["segment"] == "everyone")
    assert everyone["rows"] >= max(row["rows"] for row in segments)
    assert 0 < everyone["observed"] < 1
    assert 0.5 < everyone["auc"] <= 1
    names = {path.stem for path in (tmp_path / "out").glob("*.svg")}
    assert {f"{head}_{what}" for head in heads for what in ("calibration", "importance")} <= names
    assert "like_segments" in names
