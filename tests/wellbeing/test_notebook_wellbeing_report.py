"""The wellbeing notebook runs as a script on a small crowd, and writes the report and its plots."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from core.storage.database import Database
from tests.conftest import make_tables
from tests.wellbeing.outcomes_kit import ADULT, MONDAY, NOW, TEEN, Said, fill


def test_the_notebook_runs_as_a_script_and_writes_the_report(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kindling.db'}"
    database = Database(url)
    make_tables(database)
    said = [
        Said(number, "mood", MONDAY - timedelta(days=2), 4.0 if number % 4 else 2.0)
        for number in range(240)
        if number % 5
    ]
    fill(database, 240, said, born=lambda number: TEEN if number % 3 == 0 else ADULT)
    database.close()
    out = tmp_path / "out"
    arguments = ["--database", url, "--now", f"{NOW:%Y-%m-%d}", "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "notebooks/wellbeing_report.py", *arguments],
        env=os.environ | {"PYTHONPATH": ".", "KINDLING_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {"report.html", "over_time.svg", "by_band.svg"}
    assert "do not show" in (out / "report.html").read_text(encoding="utf-8")
    for path in out.iterdir():
        assert not re.search(r"per_|poll_\d|crowd\d", path.read_text(encoding="utf-8")), path.name
