"""The charter over HTTP: everyone may read it, a freeze changes the feed, a person signs."""

from core.records_charter import CharterAct, CharterEntry
from core.storage.charter import CharterLog
from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import ANN, Town

REASON = "The question was shown to new people only; the next check asks everyone."


def test_while_the_charter_is_broken_the_safer_policy_serves_until_a_person_signs(both_towns: Town) -> None:
    ann, signer = both_towns.client(ANN), both_towns.client("owner", Scope.CHARTER_SIGN)
    assert ann.get("/v1/charter").json()["is_frozen"] is False
    usual = ann.post("/v1/feed").json()["policy_version"]
    with both_towns.rooms.database.write() as tx:
        CharterLog(tx).append(CharterEntry(NOON, CharterAct.BROKEN, "kindling", "It is broken.", "1", {"low": 0.4}))
    both_towns.rooms.charter.forget()
    told = ann.get("/v1/charter").json()
    assert (told["is_frozen"], told["log"][0]["figures"]) == (True, {"low": 0.4})
    safer = ann.post("/v1/feed").json()["policy_version"]
    assert safer == both_towns.rooms.ranking.safer.version != usual
    for client, body, status in ((ann, {"reason": REASON}, 403), (signer, {"reason": "no"}, 422), (signer, {}, 422)):
        assert client.post("/v1/charter/signature", json=body).status_code == status
    signed = signer.post("/v1/charter/signature", json={"reason": REASON})
    assert (signed.status_code, signed.json()["by"]) == (201, "owner"), signed.text
    assert ann.post("/v1/feed").json()["policy_version"] == usual
    assert signer.post("/v1/charter/signature", json={"reason": REASON}).status_code == 409
