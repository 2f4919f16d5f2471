"""The command line of safety: policies checked and shown, the audit log proven, files judged."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from core.errors import BrokenPolicy, InvalidInput
from core.storage.audit import AuditLog
from core.storage.database import Database
from pipelines.commands import audit, evaluate, policy
from safety.taxonomy import CATEGORIES
from tests.conftest import NOON, make_tables

RUNNER = CliRunner()


def test_the_shipped_policies_are_sound() -> None:
    done = RUNNER.invoke(policy.app, ["check"])
    assert done.exit_code == 0
    assert "moderation" in done.output
    assert "no minor is judged more loosely" in done.output


def test_a_broken_policy_is_named(tmp_path: Path) -> None:
    (tmp_path / "moderation.toml").write_text("[policy]\nname = 3\n")
    done = RUNNER.invoke(policy.app, ["check", str(tmp_path)])
    assert isinstance(done.exception, BrokenPolicy)
    assert "moderation.toml" in done.exception.detail


def test_thresholds_are_shown_for_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDLING_HOME", str(tmp_path))
    done = RUNNER.invoke(policy.app, ["show", "--category", "sexual/minors", "--surface", "prompt"])
    assert done.exit_code == 0
    assert done.output.count("0.20") == 9
    unknown = RUNNER.invoke(policy.app, ["show", "--category", "rudeness"])
    assert isinstance(unknown.exception, InvalidInput)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("KINDLING_HOME", str(tmp_path))
    database = Database(f"sqlite:///{tmp_path / 'kindling.db'}")
    make_tables(database)
    with database.write() as tx:
        for number in range(3):
            AuditLog(tx).append(NOON, "per_ada", "test.done", f"thing_{number}", {"n": number})
    return database


def test_a_whole_audit_log_verifies_and_a_changed_one_does_not(log: Database) -> None:
    whole = RUNNER.invoke(audit.app, ["verify"])
    assert whole.exit_code == 0
    assert "3 entries" in whole.output
    with log.write() as tx:
        tx.connection.execute(text("UPDATE audit_log SET subject = 'other' WHERE seq = 2"))
    log.close()
    broken = RUNNER.invoke(audit.app, ["verify"])
    assert broken.exit_code == 1
    assert "entry 2 was changed" in broken.output


def test_a_file_of_texts_is_judged_in_order(
    tmp_path: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "encoder").symlink_to(encoder_folder.absolute())
    monkeypatch.setenv("KINDLING_HOME", str(tmp_path))
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"text": "a calm lake at dawn"}\n\n{"text": "I will find you and kill you", "id": 7}\n')
    done = RUNNER.invoke(evaluate.app, ["moderation", "--input", str(source), "--out", str(out)])
    assert done.exit_code == 0, done.output
    calm, threat = [json.loads(line) for line in out.read_text().splitlines()]
    assert set(calm["scores"]) == set(CATEGORIES)
    assert calm["verdicts"] == {"adult": "allow", "teen": "allow"}
    assert threat["verdicts"]["teen"] == "block"
    assert threat["any"] > calm["any"]
    source.write_text('{"no": "text"}\n')
    wrong = RUNNER.invoke(evaluate.app, ["moderation", "--input", str(source), "--out", str(out)])
    assert isinstance(wrong.exception, InvalidInput)
    assert "Line 1" in wrong.exception.detail
