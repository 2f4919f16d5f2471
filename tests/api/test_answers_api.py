"""One's own answers over time: for oneself, and for no one else by any path."""

from datetime import timedelta

from core.ids import PersonId, PollId
from core.records_wellbeing import StoredPoll
from core.storage.polls import Polls
from core.vocabulary import Scope
from tests.conftest import NOON
from tests.town import ANN, GUS, TIM, Town

SAID = (("mood", 1.0, None), ("who5", 36.0, (1, 2, 2, 2, 2)), ("time_well_spent", 2.0, None), ("item", 5.0, None))


def tell(town: Town, person: PersonId) -> None:
    with town.rooms.database.write() as tx:
        for place, (kind, value, each) in enumerate(SAID):
            poll = StoredPoll(PollId(f"poll_{person}_{place}"), person, kind, NOON - timedelta(days=place + 1))
            Polls(tx).offer(poll)
            Polls(tx).answer(poll.id, value, NOON - timedelta(days=place + 1), answers=each)
        Polls(tx).offer(StoredPoll(PollId(f"poll_{person}_old"), person, "mood", NOON - timedelta(days=200)))
        Polls(tx).answer(PollId(f"poll_{person}_old"), 4, NOON - timedelta(days=200))


def test_i_see_what_i_said_and_am_offered_help_without_a_diagnosis(both_towns: Town) -> None:
    tell(both_towns, ANN)
    series = {item["kind"]: item for item in both_towns.client(ANN).get("/v1/me/answers").json()["data"]}
    assert set(series) == {"look_back", "who5", "time_well_spent", "mood"}
    assert [point["value"] for point in series["mood"]["points"]] == [1.0]
    assert (series["who5"]["low"], series["who5"]["high"], series["who5"]["offers_help"]) == (0, 100, True)
    assert series["who5"]["points"][0]["value"] == 36
    assert series["mood"]["words"]["1"] == "low"
    longer = both_towns.client(ANN).get("/v1/me/answers?days=366").json()["data"]
    assert [point["value"] for point in next(s for s in longer if s["kind"] == "mood")["points"]] == [4.0, 1.0]
    assert both_towns.client(ANN).get("/v1/me/answers?days=0").status_code == 422


def test_no_guardian_reads_a_teens_answers(town: Town) -> None:
    tell(town, TIM)
    everything = (Scope.PERSON, Scope.GUARDIAN_READ, Scope.GUARDIAN_TIGHTEN, Scope.GUARDIAN_LOOSEN)
    gus = town.client(GUS, *everything)
    assert all(not series["points"] for series in gus.get("/v1/me/answers").json()["data"])
    only_guardian = town.client(GUS, Scope.GUARDIAN_READ)
    assert only_guardian.get("/v1/me/answers").status_code == 403
    posing = town.client(GUS, *everything, **{"Kindling-Person": TIM})
    assert all(not series["points"] for series in posing.get("/v1/me/answers").json().get("data", []))
    told = gus.get(f"/v1/family/{TIM}/activity").text + gus.get("/v1/family").text
    assert "who5" not in told
    assert "mood" not in told
