"""`POST /v1/safety/decide`: one verdict on anything, with its rule, its versions and what led to it."""

from pathlib import Path

import numpy as np
import pytest

from core.ids import VideoId
from core.media.codec import write_mp4
from core.media.film import Film
from core.storage.videos import Videos
from core.vocabulary import Audience, Scope, Surface, VideoStatus, Visibility
from tests.pictures import data_url, png
from tests.town import ANN, BOB, TIM, Town, video

CALM = "a red ball rolls down a green hill"
HARSH = "I am going to find you and beat you until you bleed, you worthless idiot"


def decided(town: Town, body: dict[str, object], status: int = 200) -> dict[str, object]:
    answer = town.client(ANN).post("/v1/safety/decide", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_calm_words_are_allowed_and_the_answer_says_by_which_versions(town: Town) -> None:
    found = decided(town, {"texts": [{"text": CALM}]})
    assert (found["outcome"], found["allowed"], found["evidence"], found["categories"]) == ("allow", True, [], [])
    assert found["policy_version"] == town.rooms.safety.moderation.version
    assert found["model_revision"] == town.rooms.safety.classifier.revision
    assert [(item["name"], item["ran"]) for item in found["detectors"]] == [("text_classifier", True)]  # type: ignore[attr-defined]


def test_harsh_words_name_the_rule_and_the_words(town: Town) -> None:
    found = decided(town, {"texts": [{"name": "title", "text": CALM}, {"name": "caption", "text": HARSH}],
                           "surface": "comment", "audience": "teen"})  # fmt: skip
    assert found["outcome"] in {"review", "block"}
    assert found["rule_id"]
    assert found["explanation"]
    assert found["category"] in found["categories"]  # type: ignore[operator]
    parts = {item["part"]: item["excerpt"] for item in found["evidence"]}  # type: ignore[attr-defined]
    assert parts["caption"] == HARSH
    assert "title" not in parts


def test_shots_are_judged_alone_and_in_their_order(town: Town) -> None:
    shots = [{"text": "a man and a woman having"}, {"text": "sex, naked on a bed", "on_screen": "the end"}]
    found = decided(town, {"shots": shots, "audience": "teen"})
    assert not found["allowed"]
    assert {"shot 2", "all parts together"} <= {item["part"] for item in found["evidence"]}  # type: ignore[attr-defined]


def test_a_picture_says_which_detectors_looked_and_which_could_not(town: Town) -> None:
    found = decided(town, {"pictures": [data_url(png())], "surface": "upload", "audience": "teen"})
    reports = {item["name"]: item for item in found["detectors"]}  # type: ignore[attr-defined]
    assert all(item["ran"] or item["note"] for item in reports.values())
    if not all(item["ran"] for item in reports.values()):
        assert found["outcome"] in {"review", "block"}, "on an upload, what could not be looked at is for a person"


def keep_film(town: Town, tmp_path: Path, video_id: VideoId) -> None:
    """Give a video a film of two seconds."""
    frame = np.full((64, 64, 3), 90, np.uint8)
    write_mp4(Film(64, 64, 24, 48, [frame] * 48, None), tmp_path / "film.mp4")
    town.rooms.media.put_file("films/probe.mp4", tmp_path / "film.mp4")
    with town.rooms.database.write() as tx:
        Videos(tx).change(video_id, film_key="films/probe.mp4")


def test_a_stored_video_is_judged_with_its_words_and_its_film(town: Town, tmp_path: Path) -> None:
    keep_film(town, tmp_path, VideoId("video_000"))
    found = decided(town, {"video_id": "video_000", "surface": "feed", "audience": "teen"})
    assert (found["surface"], found["audience"]) == (Surface.FEED, Audience.TEEN)
    ran = {item["name"] for item in found["detectors"] if item["ran"]}  # type: ignore[attr-defined]
    assert {"text_classifier", "flashing", "loudness", "on_screen_text"} <= ran


def test_a_video_that_the_caller_may_not_see_is_not_found_and_staff_may_name_any(town: Town) -> None:
    with town.rooms.database.write() as tx:
        draft = video(90, id=VideoId("video_secret"), creator_id=BOB, status=VideoStatus.DRAFT,
                      visibility=Visibility.ONLY_ME, caption="hers alone")  # fmt: skip
        Videos(tx).add([draft])
    body = {"video_id": "video_secret"}
    assert decided(town, body, 404)["code"] == "video_not_found"
    assert town.client(TIM).post("/v1/safety/decide", json=body).status_code == 404
    assert town.client(BOB).post("/v1/safety/decide", json=body).status_code == 200
    assert town.client("desk", Scope.REVIEWER).post("/v1/safety/decide", json=body).status_code == 200
    assert decided(town, {"video_id": "video_none"}, 404)["code"] == "video_not_found"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"texts": []}, "body"),
        ({"shots": [{"text": ""}]}, "body"),
        ({"texts": [{"text": 4}]}, "texts.0.text"),
        ({"texts": [{"text": "x", "says": "y"}]}, "texts.0.says"),
        ({"texts": [{"text": "x"}], "audience": "baby"}, "audience"),
        ({"pictures": ["https://example.com/cat.png"]}, "pictures.0"),
        ({"video_id": "../etc"}, "video_id"),
    ],
)
def test_wrong_input_is_told_by_field(town: Town, body: dict[str, object], field: str) -> None:
    found = decided(town, body, 422)
    assert (found["field"], bool(found["expected"])) == (field, True)


def test_a_token_that_may_neither_act_nor_judge_is_refused(town: Town) -> None:
    assert town.client(None).post("/v1/safety/decide", json={"texts": [{"text": CALM}]}).status_code == 401
    signer = town.client("signer", Scope.CHARTER_SIGN)
    assert signer.post("/v1/safety/decide", json={"texts": [{"text": CALM}]}).status_code == 403


def test_our_renderer_vouches_for_its_stored_films_and_for_no_others(town: Town, tmp_path: Path) -> None:
    keep_film(town, tmp_path, VideoId("video_000"))
    asked = {"video_id": "video_000", "surface": "feed", "audience": "teen"}
    assert decided(town, asked)["rule_id"] == ""
    with town.rooms.database.write() as tx:
        Videos(tx).change(VideoId("video_000"), model="someone-elses")
    assert decided(town, asked)["rule_id"] == "film/missing/picture_content"
