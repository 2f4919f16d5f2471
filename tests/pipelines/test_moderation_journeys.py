"""Verdicts recorded, cases opened and closed, appeals; on both databases."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.audit import first_break
from core.clock import ManualClock
from core.encoder import TextEncoder
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from core.ids import DecisionId, PersonId, VideoId
from core.media.store import MediaStore
from core.records import Video
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.decisions import Decisions
from core.storage.people import People
from core.storage.videos import Videos
from core.verdicts import Evidence, Verdict
from core.vocabulary import Audience, Outcome, Surface, VideoStatus, Visibility
from pipelines.online.moderation import (
    ModerationInput,
    appeal,
    list_cases,
    moderate,
    openai_categories,
    record,
    require_allowed,
    resolve_case,
)
from pipelines.online.rooms import Rooms
from safety.room import Safety, TextPart
from safety.taxonomy import OPENAI_CATEGORIES
from tests.conftest import NOON, make_person
from tests.creation_kit import open_kit

ADA, BEN, REVIEWER = make_person("ada"), make_person("ben"), make_person("rita")
REVIEWED = Verdict(
    Outcome.REVIEW, "2026-11-21.2", Surface.OUTPUT, Audience.ADULT, rule_id="default/adult:violence",
    category="violence", explanation="A person looks first.", scores={"violence": 0.83},
    evidence=(Evidence("violence", 0.83, "frame 12", "a word"),),
)  # fmt: skip
BLOCKED = replace(REVIEWED, outcome=Outcome.BLOCK, scores={"violence": 0.97})


@pytest.fixture(scope="module")
def safety(encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> Safety:
    return Safety.open(encoder, keys=tmp_path_factory.mktemp("keys"))


@pytest.fixture
def rooms(
    tmp_path: Path, database: Database, clock: ManualClock, media: MediaStore, encoder: TextEncoder, safety: Safety
) -> Rooms:
    opened, _ = open_kit(tmp_path, database, clock, media, encoder, safety)
    with database.write() as tx:
        People(tx).add([ADA, BEN, REVIEWER])
    return opened


def store_video(rooms: Rooms, **values: Any) -> VideoId:
    fields: dict[str, Any] = {
        "id": VideoId("video_1"), "creator_id": ADA.id, "status": VideoStatus.PUBLISHED,
        "visibility": Visibility.PUBLIC, "prompt": "p", "caption": "", "model": "world", "size": "360x640",
        "seconds": 4, "created_at": NOON, "adult_allowed": False, "teen_allowed": False, "limited": True,
    }  # fmt: skip
    with rooms.database.write() as tx:
        Videos(tx).add([Video(**(fields | values))])
    return VideoId("video_1")


def decide_about(rooms: Rooms, verdict: Verdict, subject: str = "video_1", person: PersonId = ADA.id) -> DecisionId:
    with rooms.database.write() as tx:
        return record(tx, rooms, verdict, "video", subject, person)


def look(rooms: Rooms) -> Video:
    with rooms.database.read() as tx:
        found = Videos(tx).find(VideoId("video_1"))
    assert found is not None
    return found


def test_a_decision_keeps_rule_versions_scores_and_evidence(rooms: Rooms) -> None:
    decision_id = decide_about(rooms, REVIEWED)
    with rooms.database.read() as tx:
        decision = Decisions(tx).find(decision_id)
        assert Decisions(tx).about("video", "video_1") == [decision]
    assert decision is not None
    assert (decision.outcome, decision.rule_id, decision.policy_version) == (
        Outcome.REVIEW, "default/adult:violence", "2026-11-21.2",
    )  # fmt: skip
    assert decision.scores == {"violence": 0.83}
    assert decision.evidence[0]["part"] == "frame 12"
    assert decision.created_at == NOON


def test_only_what_a_person_must_see_opens_a_case(rooms: Rooms) -> None:
    decide_about(rooms, replace(REVIEWED, outcome=Outcome.ALLOW))
    decide_about(rooms, replace(REVIEWED, outcome=Outcome.LIMIT))
    decide_about(rooms, BLOCKED)
    assert list_cases(rooms) == []
    review = decide_about(rooms, REVIEWED)
    gravest = decide_about(rooms, replace(BLOCKED, category="sexual/minors"))
    assert {case.decision.id for case in list_cases(rooms)} == {review, gravest}


def test_a_refusal_says_rule_version_decision_and_how_to_appeal(rooms: Rooms) -> None:
    require_allowed(rooms, replace(REVIEWED, outcome=Outcome.LIMIT), "comment", "c1", ADA.id)
    with pytest.raises(Refused) as caught:
        require_allowed(rooms, BLOCKED, "comment", "c1", ADA.id, field="text")
    refused = caught.value
    assert refused.rule_id == BLOCKED.rule_id
    assert refused.policy_version == BLOCKED.policy_version
    assert refused.field == "text"
    assert refused.appeal_path == "/v1/appeals"
    assert appeal(rooms, ADA.id, DecisionId(refused.decision_id), "It is a quote.").decision_id == refused.decision_id


def test_an_appeal_reaches_a_reviewer_with_the_makers_words(rooms: Rooms) -> None:
    store_video(rooms)
    decision_id = decide_about(rooms, BLOCKED)
    made = appeal(rooms, ADA.id, decision_id, "  It is stage blood.  ")
    (case,) = list_cases(rooms)
    assert case.id == made.case_id
    assert case.appeal_text == "It is stage blood."
    assert case.decision.id == decision_id


def test_only_the_maker_appeals_once_and_only_against_a_refusal(rooms: Rooms) -> None:
    decision_id = decide_about(rooms, BLOCKED)
    with pytest.raises(NotFound):
        appeal(rooms, BEN.id, decision_id, "not mine")
    with pytest.raises(NotFound):
        appeal(rooms, ADA.id, DecisionId("dec_none"), "no such thing")
    with pytest.raises(InvalidInput):
        appeal(rooms, ADA.id, decision_id, "   ")
    appeal(rooms, ADA.id, decision_id, "please look")
    with pytest.raises(Conflict):
        appeal(rooms, ADA.id, decision_id, "please look again")
    fine = decide_about(rooms, replace(REVIEWED, outcome=Outcome.ALLOW))
    with pytest.raises(Conflict):
        appeal(rooms, ADA.id, fine, "why")


def test_overturning_gives_the_video_back_and_upholding_does_not(rooms: Rooms) -> None:
    flags = {"adult": False, "teen": False, "limited": True}
    store_video(rooms, status=VideoStatus.HIDDEN, published_at=NOON, error_code="moderation",
                attributes={"film_check": flags})  # fmt: skip
    decide_about(rooms, REVIEWED)
    (case,) = list_cases(rooms)
    resolved = resolve_case(rooms, REVIEWER.id, case.id, overturn=True, note="stage blood")
    assert (resolved.status, resolved.note, resolved.resolved_at) == ("overturned", "stage blood", NOON)
    video = look(rooms)
    assert (video.status, video.adult_allowed, video.limited, video.error_code) == (
        VideoStatus.PUBLISHED, True, False, None,
    )  # fmt: skip
    assert video.attributes["film_check"] == {"adult": True, "teen": False, "limited": False}
    # What is fit for adults says nothing about teens.
    assert not video.teen_allowed
    decide_about(rooms, replace(REVIEWED, audience=Audience.TEEN))
    (case,) = list_cases(rooms)
    assert resolve_case(rooms, REVIEWER.id, case.id, overturn=False).status == "upheld"
    assert not look(rooms).teen_allowed


def test_overturning_never_undoes_a_withdrawn_likeness(rooms: Rooms) -> None:
    store_video(rooms, status=VideoStatus.HIDDEN, error_code="likeness_withdrawn")
    decide_about(rooms, REVIEWED)
    (case,) = list_cases(rooms)
    resolve_case(rooms, REVIEWER.id, case.id, overturn=True)
    assert look(rooms).status == VideoStatus.HIDDEN


def test_a_case_is_resolved_once_and_never_by_its_own_maker(rooms: Rooms) -> None:
    decide_about(rooms, REVIEWED)
    (case,) = list_cases(rooms)
    with pytest.raises(NotAllowed):
        resolve_case(rooms, ADA.id, case.id, overturn=True)
    resolve_case(rooms, REVIEWER.id, case.id, overturn=False)
    with pytest.raises(Conflict):
        resolve_case(rooms, REVIEWER.id, case.id, overturn=True)
    assert [view.id for view in list_cases(rooms, status="upheld")] == [case.id]


def test_appeals_and_reviews_are_in_the_audit_log(rooms: Rooms) -> None:
    decision_id = decide_about(rooms, BLOCKED)
    made = appeal(rooms, ADA.id, decision_id, "look again")
    resolve_case(rooms, REVIEWER.id, made.case_id, overturn=True)
    with rooms.database.read() as tx:
        entries = list(AuditLog(tx).entries())
    assert first_break(entries) is None
    assert [(entry.actor, entry.action) for entry in entries] == [
        (ADA.id, "moderation.appealed"), (REVIEWER.id, "moderation.overturned"),
    ]  # fmt: skip


def picture() -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_texts_and_pictures_are_judged_and_detectors_named(rooms: Rooms) -> None:
    kind, unkind, both = moderate(
        rooms,
        [
            ModerationInput((TextPart("text", "a calm lake at dawn"),)),
            ModerationInput((TextPart("text", "I will find you and kill you"),)),
            ModerationInput((TextPart("text", "a calm lake"),), (picture(),)),
        ],
    )
    assert not kind.flagged
    assert unkind.flagged
    assert openai_categories(unkind)["harassment/threatening"]
    assert set(openai_categories(kind)) == set(OPENAI_CATEGORIES)
    assert both.input_types == ("text", "image")
    assert {(item.name, item.ran) for item in both.detectors} >= {("picture_content", False), ("on_screen_text", True)}
    with pytest.raises(InvalidInput):
        moderate(rooms, [ModerationInput(pictures=(b"<svg/>",))])
