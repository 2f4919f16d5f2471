"""The policy team's command line: compare, activate, roll back, look back."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.errors import BrokenPolicy, Conflict, NotFound
from core.ids import PersonId
from core.storage.database import Database
from core.storage.decisions import Decisions
from core.storage.shadows import Shadows
from core.vocabulary import Audience, Surface
from pipelines.commands import policy
from safety.decide import decide
from safety.policy import SHIPPED, load_moderation_policy
from tests.conftest import NOON, make_tables

RUNNER = CliRunner()
SIGNED = ["--by", "rae", "--reason", "Fewer stage fights held for review."]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KINDLING_HOME", str(tmp_path))
    database = Database(f"sqlite:///{tmp_path / 'kindling.db'}")
    make_tables(database)
    database.close()
    return tmp_path


def candidate(home: Path, old: str, new: str, number: int = 1) -> Path:
    text = SHIPPED.read_text(encoding="utf-8").replace('version = "2026-11-21.3"', f'version = "2026-12-01.{number}"')
    path = home / f"candidate-{number}.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def said(*arguments: str) -> str:
    done = RUNNER.invoke(policy.app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_a_diff_says_looser_and_stricter_in_words_and_minors_first(home: Path) -> None:
    stricter = said("diff", "file", str(candidate(home, "block_at = 0.93", "block_at = 0.90")))
    assert "Nothing changes for people under 18." in stricter
    assert "bullying, adults, everywhere: blocked from 0.93 -> 0.9 (stricter)" in stricter
    looser = said(
        "diff", "file", str(candidate(home, "review_at = 0.50\nblock_at = 0.65", "review_at = 0.55\nblock_at = 0.65"))
    )
    assert "LOOSER FOR MINORS" in looser.splitlines()[1]
    other = candidate(home, "Nothing sexual with any sign of someone under 18, ever.", "Nothing of this kind, ever.")
    assert "gives another reason" in said("diff", "live", str(other))
    assert "No threshold differs." in said("diff", "file", "live")


def test_a_policy_is_activated_rolled_back_and_looked_back_on(home: Path) -> None:
    path = str(candidate(home, "block_at = 0.93", "block_at = 0.90"))
    assert "2026-12-01.1: sound" in said("check", path)
    assert "Nothing was ever activated" in said("history")
    assert "next request" in said("activate", path, *SIGNED)
    assert "2026-12-01.1" in said("show", "--category", "hate", "--surface", "prompt")
    assert "No threshold differs." in said("diff", path, "live")
    assert "next request" in said("rollback", *SIGNED)
    told = said("history")
    assert [line.split()[2] for line in told.splitlines() if line.startswith("2")] == [
        "found",
        "activated",
        "rolled_back",
    ]
    assert "rae: Fewer stage fights held for review." in told
    assert "No threshold differs." in said("diff", "file", "live")
    with pytest.raises(Conflict):
        said("rollback", *SIGNED)
    with pytest.raises(NotFound):
        said("diff", "2031-01-01.1", "live")


def test_a_broken_file_is_not_activated(home: Path) -> None:
    with pytest.raises(BrokenPolicy, match="looser for teen"):
        said("activate", str(candidate(home, "limit_at = 0.45", "limit_at = 0.65")), *SIGNED)
    assert "Nothing was ever activated" in said("history")


def test_a_shadow_is_started_reported_and_stopped(home: Path) -> None:
    with pytest.raises(NotFound):
        said("shadow", "report")
    path = str(candidate(home, "block_at = 0.93", "block_at = 0.90"))
    begun = said("shadow", "start", path, *SIGNED).split(":")[0]
    database = Database(f"sqlite:///{home / 'kindling.db'}")
    with database.write() as tx:
        Shadows(tx).record(begun, {("prompt", "adult", "review", "block"): 7}, [], dropped=0, failed=0)
    database.close()
    told = said("shadow", "report")
    assert begun in told
    assert "7 judged, 7 of them otherwise" in " ".join(told.split())
    assert "stricter" in told
    assert "has stopped" in said("shadow", "stop", "--by", "rae")
    assert "still running" not in said("shadow", "report", begun)


def test_a_backtest_shows_flips_and_fails_where_minors_would_be_judged_more_mildly(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'kindling.db'}")
    with database.write() as tx:
        for number, audience in enumerate(Audience):
            verdict = decide({"hate": 0.52}, Surface.PROMPT, audience, load_moderation_policy())
            Decisions(tx).record(
                verdict, subject_kind="video", subject_id=f"v{number}", person_id=PersonId("per_ada"), now=NOON
            )
    database.close()
    stricter = candidate(home, "limit_at = 0.60", "limit_at = 0.50")
    told = said("backtest", "--policy", str(stricter))
    assert "3 decisions" in told
    assert "1 flip; 0 about people under 18 get milder" in told
    assert "per_ada" in told
    looser = candidate(home, "review_at = 0.50\nblock_at = 0.65", "review_at = 0.55\nblock_at = 0.65", 2)
    milder = RUNNER.invoke(policy.app, ["backtest", "--policy", str(looser)])
    assert milder.exit_code == 1
    assert "1 about people under 18 get milder" in milder.output
