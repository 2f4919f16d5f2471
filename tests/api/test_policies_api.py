"""What the policy team sees over HTTP, and that what is activated holds on the next request, on both databases."""

from core.vocabulary import Scope
from pipelines.online.policy_life import Signed, activate, rollback
from safety.policy import load_moderation_policy
from tests.conftest import NOON
from tests.town import RAE, Town

RAE_SIGNS = Signed("rae", "Nothing may pass while we look into it.", NOON)
STRICT = """
[policy]
name = "moderation"
version = "2026-12-01.1"
owner = "policy team"
reason = "Nothing may pass while this is in force."
effective = 2026-12-01

[[rule]]
id = "nothing"
categories = ["*"]
surfaces = ["*"]
audiences = ["*"]
limit_at = 0.0
review_at = 0.0
block_at = 0.0
reason = "Nothing may pass at the moment."
"""


def asked(town: Town) -> dict[str, str]:
    answer = town.client().post("/v1/moderations", json={"input": "a calm lake at dawn"})
    assert answer.status_code == 200
    kindling: dict[str, str] = answer.json()["results"][0]["kindling"]
    return kindling


def test_activate_and_rollback_hold_on_the_next_request(both_towns: Town) -> None:
    town, filed = both_towns, load_moderation_policy()
    assert asked(town)["outcome"] == "allow"
    revision = activate(town.rooms.database, filed, STRICT, "strict.toml", RAE_SIGNS).revision
    now = asked(town)
    assert (now["outcome"], now["policy_version"]) == ("block", "2026-12-01.1")
    assert now["threshold_revision"] == revision[:16]
    listed = town.client().get("/v1/policies").json()["data"]
    assert "2026-12-01.1" in {item["version"] for item in listed if item["name"] == "moderation"}
    rollback(town.rooms.database, RAE_SIGNS)
    assert asked(town)["policy_version"] == filed.version


def test_the_policy_team_reads_text_and_history_and_nobody_else_does(town: Town) -> None:
    activate(town.rooms.database, load_moderation_policy(), STRICT, "strict.toml", RAE_SIGNS)
    team = town.client("rae", Scope.POLICY)
    whole = team.get("/v1/policies/moderation").json()
    assert (whole["version"], whole["toml"]) == ("2026-12-01.1", STRICT)
    acts = [(item["act"], item["by"]) for item in team.get("/v1/policies/moderation/history").json()["data"]]
    assert acts == [("found", "the policy file"), ("activated", "rae")]
    for path in ("/v1/policies/moderation", "/v1/policies/moderation/history"):
        assert town.client(RAE).get(path).status_code == 403
