"""A policy's life on both databases: activated, rolled back, refused; what holds, holds in every process at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.audit import first_break
from core.errors import BrokenPolicy, Conflict, InvalidInput, NotFound
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.policies import PolicyVersions
from core.storage.tables.policies import policy_versions
from core.vocabulary import Audience, Outcome, Surface
from pipelines.online.policy_life import Signed, activate, find_policy, history, rollback
from pipelines.online.policy_watch import ModerationWatch
from safety.decide import decide
from safety.policy import SHIPPED, ModerationPolicy, load_moderation_policy, parse_moderation_policy
from safety.policy_text import policy_text
from tests.conftest import NOON

FILED = load_moderation_policy()
RAE = Signed("rae", "A reason that is long enough to weigh.", NOON)


def variant(number: int, block_at: float = 0.9) -> str:
    """Return the shipped file as version ``number``, with another threshold for adults."""
    text = SHIPPED.read_text(encoding="utf-8").replace('version = "2026-11-21.3"', f'version = "2026-12-01.{number}"')
    return text.replace("block_at = 0.93", f"block_at = {block_at}", 1)


def let_hold(database: Database, text: str) -> str:
    return activate(database, FILED, text, "candidate.toml", RAE).revision


def test_what_is_activated_holds_at_once_in_every_process(database: Database) -> None:
    here, there = ModerationWatch(database, FILED), ModerationWatch(Database(database.url), FILED)
    assert here().version == there().version == FILED.version
    let_hold(database, variant(1, 0.85))
    for watch in (here, there):
        assert watch().version == "2026-12-01.1"
        verdict = decide({"violence": 0.86}, Surface.PROMPT, Audience.ADULT, watch())
        assert (verdict.outcome, verdict.policy_version) == (Outcome.BLOCK, "2026-12-01.1")
        assert verdict.threshold_revision == watch().revision[:16]
    rollback(database, RAE)
    assert here().revision == there().revision == FILED.revision
    there._database.close()


def test_rolling_back_goes_one_further_each_time_and_may_name_a_version(database: Database) -> None:
    watch = ModerationWatch(database, FILED)
    first, second = (let_hold(database, variant(number, 0.9 - number / 100)) for number in (1, 2))
    assert rollback(database, RAE).revision == first
    assert rollback(database, RAE).revision == FILED.revision == watch().revision
    with pytest.raises(Conflict):
        rollback(database, RAE)
    rollback(database, RAE, to="2026-12-01.2")
    assert watch().revision == second
    rollback(database, RAE, to=first[:8])
    assert watch().revision == first
    with pytest.raises(NotFound):
        rollback(database, RAE, to="2030-01-01.1")


def test_history_says_who_when_why_and_what_was_replaced_and_the_audit_log_has_it(database: Database) -> None:
    let_hold(database, variant(1))
    later = replace(RAE, by="sam", at=NOON + timedelta(hours=1))
    rollback(database, later)
    with database.read() as tx:
        told = [(change.act, version.version, change.by, change.at) for change, version in history(tx)]
        replaced = [change.replaced for change, _ in history(tx)]
        entries = list(AuditLog(tx).entries())
        stored = PolicyVersions(tx).named("2026-12-01.1")
    assert told == [
        ("found", FILED.version, "the policy file", NOON),
        ("activated", "2026-12-01.1", "rae", NOON),
        ("rolled_back", FILED.version, "sam", later.at),
    ]
    assert replaced == [None, FILED.revision, stored.revision if stored else ""]
    assert [entry.action for entry in entries] == ["policy.activated", "policy.rolled_back"]
    assert entries[0].detail["reason"] == RAE.reason
    assert first_break(entries) is None
    assert stored is not None
    assert (stored.toml, stored.parent) == (variant(1), FILED.revision)


TEENS, TEENS_LATE = (
    f"limit_at = {limit}\nreview_at = {review}\nblock_at = {block}"
    for limit, review, block in (("0.45", "0.65", "0.80"), ("0.9", "0.9", "0.97"))
)
BAD = {
    "not TOML": "[[rule",
    "a gap": variant(7).replace('audiences = ["adult"]', 'audiences = ["teen"]', 1),
    "looser for minors": variant(7).replace(TEENS, TEENS_LATE, 1),
    "sexual about minors only reviewed": variant(7).replace("block_at = 0.20", "block_at = 0.30"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_policy_that_is_not_sound_can_never_be_activated(database: Database, what: str) -> None:
    with pytest.raises(BrokenPolicy):
        let_hold(database, BAD[what])
    with database.read() as tx:
        assert PolicyVersions(tx).head().revision is None
        assert history(tx) == []
    assert ModerationWatch(database, FILED)() is FILED


def test_what_holds_already_or_takes_a_used_label_or_has_no_reason_is_refused(database: Database) -> None:
    let_hold(database, variant(1))
    with pytest.raises(Conflict, match="holds already"):
        let_hold(database, "# another comment\n" + variant(1))
    with pytest.raises(Conflict, match="another policy"):
        let_hold(database, variant(1, 0.91))
    for signed in (replace(RAE, by=" "), replace(RAE, reason="because")):
        with pytest.raises(InvalidInput):
            activate(database, FILED, variant(2), "x", signed)


def test_a_stored_policy_that_was_changed_by_hand_is_never_used(database: Database) -> None:
    revision = let_hold(database, variant(1))
    with database.write() as tx:
        looser = update(policy_versions).where(policy_versions.c.revision == revision).values(toml=variant(1, 0.99))
        tx.connection.execute(looser)
    with pytest.raises(BrokenPolicy, match="was changed"):
        ModerationWatch(database, FILED)()
    with pytest.raises(BrokenPolicy), database.read() as tx:
        find_policy(tx, "2026-12-01.1")


def test_a_revision_is_of_what_is_said_not_of_how_it_is_laid_out() -> None:
    assert parse_moderation_policy("# words\n\n" + variant(1)).revision == parse_moderation_policy(variant(1)).revision
    again = parse_moderation_policy(policy_text(FILED))
    assert isinstance(again, ModerationPolicy)
    assert (again, again.revision) == (FILED, FILED.revision)
    assert parse_moderation_policy(variant(1)).revision != parse_moderation_policy(variant(1, 0.91)).revision
