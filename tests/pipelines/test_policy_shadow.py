"""A candidate beside the policy in force: counted on both databases, bounded, without any effect."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.errors import BrokenPolicy, Conflict
from core.storage.database import Database
from core.storage.shadows import MOST_KEPT, Disagreement, Shadow, Shadows
from core.vocabulary import Audience, Outcome, Surface
from pipelines.online.policy_life import Signed
from pipelines.online.policy_shadow import ShadowRunner, start_shadow, stop_shadow
from pipelines.online.policy_watch import ModerationWatch
from safety.policy import SHIPPED, load_moderation_policy
from safety.room import Safety
from safety.text.classifier import SHIPPED as CLASSIFIER
from tests.conftest import NOON

FILED = load_moderation_policy()
SIGNED = Signed("rae", "How many stabbings would be blocked?", NOON)
CALM, STABBING = "a calm lake at dawn", "a man stabs his neighbour in the street, blood everywhere"
NOTHING_PASSES = (
    SHIPPED.read_text(encoding="utf-8").split("[[rule]]")[0].replace("2026-11-21.3", "2026-12-01.1")
    + '[[rule]]\nid = "nothing"\ncategories = ["*"]\nsurfaces = ["*"]\naudiences = ["*"]\n'
    + 'limit_at = 0.0\nreview_at = 0.0\nblock_at = 0.0\nreason = "Nothing passes."\n'
)


@dataclass
class Beside:
    safety: Safety
    runner: ShadowRunner
    database: Database

    def judge(self, *texts: str) -> list[Outcome]:
        found = [self.safety.judge_text(text, Surface.PROMPT, Audience.TEEN).outcome for text in texts]
        self.runner.settle()
        return found

    def counts(self, shadow: Shadow) -> dict[tuple[str, str], int]:
        with self.database.read() as tx:
            return {key[2:]: count for key, count in Shadows(tx).counts(shadow.id).items()}


@pytest.fixture
def beside(database: Database, encoder: TextEncoder, clock: ManualClock, tmp_path: Path) -> Beside:
    watch = ModerationWatch(database, FILED)
    runner = ShadowRunner(database, watch, encoder, clock)
    return Beside(Safety.open(encoder, keys=tmp_path).following(watch, beside=runner.offer), runner, database)


def test_disagreements_are_counted_and_kept_without_words_and_nothing_changes(beside: Beside) -> None:
    before = beside.judge(CALM, STABBING)
    shadow = start_shadow(beside.database, FILED, NOTHING_PASSES, "candidate.toml", SIGNED)
    assert beside.judge(CALM, STABBING) == before == [Outcome.ALLOW, Outcome.BLOCK]
    assert beside.counts(shadow) == {("allow", "block"): 1, ("block", "block"): 1}
    with beside.database.read() as tx:
        (kept,) = Shadows(tx).disagreements(shadow.id)
    assert (kept.live_rule, kept.candidate_rule.split(":")[0], kept.at) == ("", "nothing", NOON)
    assert len(kept.scores) > 20
    assert CALM not in str(kept)
    stop_shadow(beside.database, "rae", NOON)
    beside.judge(CALM)
    assert sum(beside.counts(shadow).values()) == 2


def test_a_candidate_classifier_judges_the_words_anew(beside: Beside) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    shadow = start_shadow(beside.database, FILED, text, "same.toml", SIGNED, str(CLASSIFIER))
    beside.judge(CALM, STABBING)
    assert beside.counts(shadow) == {("allow", "allow"): 1, ("block", "block"): 1}


def test_a_candidate_that_cannot_judge_is_counted_and_harms_nobody(beside: Beside, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    shadow = start_shadow(beside.database, FILED, text, "same.toml", SIGNED, str(tmp_path / "gone"))
    assert beside.judge(CALM, STABBING) == [Outcome.ALLOW, Outcome.BLOCK]
    with beside.database.read() as tx:
        told = Shadows(tx).find(shadow.id)
    assert told is not None
    assert (told.failed, beside.counts(shadow)) == (2, {})


def test_what_there_is_no_time_for_is_dropped_and_counted(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    shadow = start_shadow(beside.database, FILED, NOTHING_PASSES, "candidate.toml", SIGNED)
    monkeypatch.setattr(beside.runner, "_staff", _nobody)
    for _ in range(1_003):
        beside.safety.judge_text(CALM, Surface.PROMPT, Audience.TEEN)
    monkeypatch.undo()
    beside.runner._staff()
    beside.runner.settle()
    with beside.database.read() as tx:
        told = Shadows(tx).find(shadow.id)
    assert told is not None
    assert (told.dropped, sum(beside.counts(shadow).values())) == (3, 1_000)


_nobody: Callable[[], None] = lambda: None  # noqa: E731


def test_one_candidate_at_a_time_and_only_a_sound_one(database: Database) -> None:
    with pytest.raises(Conflict):
        stop_shadow(database, "rae", NOON)
    with pytest.raises(BrokenPolicy):
        start_shadow(database, FILED, "[[rule", "broken.toml", SIGNED)
    start_shadow(database, FILED, NOTHING_PASSES, "candidate.toml", SIGNED)
    with pytest.raises(Conflict):
        start_shadow(database, FILED, NOTHING_PASSES, "candidate.toml", SIGNED)


def test_only_so_many_disagreements_are_kept_and_all_are_counted(database: Database) -> None:
    shadow = start_shadow(database, FILED, NOTHING_PASSES, "candidate.toml", SIGNED)
    key = ("prompt", "teen", "allow", "block")
    one = Disagreement(*key, "", "nothing:hate", {"hate": None}, NOON)
    for _ in range(2):
        with database.write() as tx:
            Shadows(tx).record(shadow.id, {key: 1_500}, [one] * 1_500, dropped=1, failed=2)
    with database.read() as tx:
        assert Shadows(tx).counts(shadow.id) == {key: 3_000}
        assert len(Shadows(tx).disagreements(shadow.id)) == MOST_KEPT
        told = Shadows(tx).newest()
    assert told is not None
    assert (told.dropped, told.failed) == (2, 4)
