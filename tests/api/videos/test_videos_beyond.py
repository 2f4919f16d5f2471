"""What the Videos API does beyond OpenAI's: ranges, progress, publishing, provenance, likeness; and bad input."""

import json
from collections.abc import Iterator

import httpx
import pytest

from core.records import Person
from tests.api.videos.conftest import Site
from tests.creation_kit import CALM

WISH = {"prompt": CALM, "model": "pattern", "size": "360x640", "seconds": "4"}


def client_of(site: Site, person: Person) -> httpx.Client:
    return httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.token(person)}"}, timeout=30)


@pytest.fixture
def ada(site: Site) -> Iterator[httpx.Client]:
    with client_of(site, site.ada) as client:
        yield client


@pytest.fixture
def bob(site: Site) -> Iterator[httpx.Client]:
    with client_of(site, site.bob) as client:
        yield client


def follow(client: httpx.Client, video_id: str) -> list[tuple[str, dict[str, object]]]:
    """Return the events of a video's progress, to the last."""
    events, name = [], ""
    with client.stream("GET", f"/v1/videos/{video_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    return events


@pytest.fixture
def video(ada: httpx.Client) -> Iterator[str]:
    """A finished draft of Ada's."""
    made = ada.post("/v1/videos", json=WISH)
    assert made.headers["openai-poll-after-ms"].isdecimal()
    ident = made.json()["id"]
    follow(ada, ident)
    yield ident
    ada.delete(f"/v1/videos/{ident}")


def test_progress_is_told_as_it_happens_and_ends_with_done(ada: httpx.Client) -> None:
    ident = ada.post("/v1/videos", json=WISH).json()["id"]
    events = follow(ada, ident)
    assert [name for name, _ in events][-1] == "done"
    assert {name for name, _ in events[:-1]} <= {"progress"}
    shares = [data["progress"] for _, data in events]
    assert shares == sorted(shares, key=int)  # type: ignore[call-overload]
    assert events[-1][1]["status"] == "completed"
    ada.delete(f"/v1/videos/{ident}")


def test_a_player_can_seek_and_cache(ada: httpx.Client, video: str) -> None:
    path = f"/v1/videos/{video}/content"
    whole = ada.get(path)
    size = len(whole.content)
    assert (whole.status_code, whole.headers["accept-ranges"], whole.headers["content-type"]) == (
        200, "bytes", "video/mp4",
    )  # fmt: skip
    for asked, start, end in (("0-99", 0, 100), (f"{size - 50}-", size - 50, size), ("-10", size - 10, size)):
        part = ada.get(path, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    assert ada.get(path, headers={"Range": f"bytes={size}-"}).status_code == 416
    for nonsense in ("bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2"):
        assert len(ada.get(path, headers={"Range": nonsense}).content) == size
    tag = whole.headers["etag"]
    assert ada.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert ada.get(path, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200
    assert "private" in whole.headers["cache-control"]


def test_publish_shows_a_card_to_others_and_the_provenance_holds(
    ada: httpx.Client, bob: httpx.Client, video: str
) -> None:
    assert bob.get(f"/v1/videos/{video}/card").status_code == 404
    published = ada.post(f"/v1/videos/{video}/publish", json={"caption": "slow hills"}).json()
    assert (published["kindling"]["state"], published["kindling"]["visibility"]) == ("published", "public")
    card = bob.get(f"/v1/videos/{video}/card").json()
    assert (card["caption"], card["creator"]["handle"]) == ("slow hills", "ada")
    assert bob.get(card["url"]).content[4:8] == b"ftyp"
    assert bob.get(card["poster_url"]).headers["content-type"] == "image/webp"
    says = bob.get(f"/v1/videos/{video}/provenance").json()
    assert says["valid"]
    assert says["source_type"].endswith("trainedAlgorithmicMedia")
    assert says["details"]["video_id"] == video
    hidden = ada.post(f"/v1/videos/{video}/publish", json={"visibility": "only_me"})
    assert hidden.json()["kindling"]["caption"] == "slow hills"
    assert bob.get(card["url"]).status_code == 404
    assert bob.post(f"/v1/videos/{video}/publish").status_code == 404


def test_a_likeness_from_clip_to_withdrawal(site: Site, ada: httpx.Client, bob: httpx.Client) -> None:
    files = {"video": ("me.mp4", site.clip.read_bytes(), "video/mp4")}
    made = ada.post("/v1/videos/characters", data={"name": "Ada"}, files=files).json()
    assert (made["name"], made["permission"], made["is_mine"]) == ("Ada", "only_me", True)
    ident = made["id"]
    assert bob.get(f"/v1/characters/{ident}/portrait").status_code == 404
    change = {"permission": "chosen", "people": [site.bob.id]}
    assert ada.put(f"/v1/characters/{ident}/permission", json=change).json()["people"] == [site.bob.id]
    seen = bob.get("/v1/characters").json()["data"]
    assert [(item["id"], item["permission"], item["people"]) for item in seen] == [(ident, None, None)]
    assert bob.get(f"/v1/characters/{ident}/portrait").headers["content-type"] == "image/webp"
    draft = bob.post("/v1/videos", json={**WISH, "prompt": "Ada on a boat", "characters": [{"id": ident}]}).json()["id"]
    follow(bob, draft)
    (use,) = ada.get("/v1/me/likeness").json()["data"]
    assert (use["id"], use["state"], use["creator_id"]) == (draft, "draft", site.bob.id)
    assert ada.get(use["url"]).status_code == 200
    assert ada.delete(f"/v1/characters/{ident}").status_code == 204
    assert bob.get(f"/v1/videos/{draft}").json()["kindling"]["state"] == "hidden"
    assert bob.post(f"/v1/videos/{draft}/publish").status_code == 403
    assert bob.delete(f"/v1/me/likeness/{draft}").status_code == 404
    assert ada.delete(f"/v1/me/likeness/{draft}").status_code == 204
    assert bob.get(f"/v1/videos/{draft}").status_code == 404


def test_cancel_and_retries_with_a_key(ada: httpx.Client) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = (ada.post("/v1/videos", json=WISH, headers=key).json()["id"] for _ in range(2))
    assert first == again
    other = ada.post("/v1/videos", json={**WISH, "seconds": "5"}, headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (400, "idempotency_key_reused")
    answer = ada.post(f"/v1/videos/{first}/cancel")
    if answer.status_code == 200:  # the worker may have been quicker
        assert answer.json()["status"] == "failed"
        assert answer.json()["error"]["code"] == "cancelled"
        assert answer.json()["kindling"]["cancelled"]
    assert ada.post(f"/v1/videos/{first}/cancel").status_code == 409
    not_there = ada.get(f"/v1/videos/{first}/content")
    assert not_there.status_code in {200, 404}
    ada.delete(f"/v1/videos/{first}")


def test_bad_bodies_are_named(site: Site, ada: httpx.Client) -> None:
    def error(answer: httpx.Response) -> tuple[int, str | None, str | None]:
        inside = answer.json()["error"]
        return answer.status_code, inside["code"], inside["param"]

    def post(body: bytes, kind: str = "application/json") -> tuple[int, str | None, str | None]:
        return error(ada.post("/v1/videos", content=body, headers={"Content-Type": kind}))

    assert post(b"{") == (400, "malformed_json", "body")
    assert post(b"\xff\xfe") == (400, "malformed_json", "body")
    assert post(b"[1]")[0] == 400
    assert post(b"{}") == (400, "invalid_input", "prompt")
    assert post(json.dumps({"prompt": "a\x00b"}).encode()) == (400, "invalid_input", "prompt")
    assert post(b'{"prompt": "\\ud800"}') == (400, "invalid_input", "prompt")
    assert post(json.dumps({**WISH, "characters": "x"}).encode()) == (400, "invalid_input", "characters")
    assert post(json.dumps({**WISH, "seconds": True}).encode()) == (400, "invalid_input", "seconds")
    assert post(b"prompt", "text/plain")[0] == 415
    assert post(b"nonsense", "multipart/form-data; boundary=x")[0] == 400
    assert post(b"[" * 100_000)[0] == 400
    unknown = ada.post("/v1/videos", json={**WISH, "characters": [{"id": "char_none"}]})
    assert error(unknown)[:2] == (404, "character_not_found")
    for clip in (b"", b"no film", site.clip.read_bytes()[:500]):
        answer = ada.post("/v1/videos/characters", data={"name": "Ada"}, files={"video": ("me.mp4", clip)})
        assert error(answer)[0] == 400
        assert error(answer)[2] == "video"
    assert error(ada.post("/v1/videos/characters", data={"name": "Ada"}))[2] == "video"


def test_a_body_larger_than_allowed_is_refused_before_it_is_read(site: Site, ada: httpx.Client) -> None:
    huge = {"video": ("me.mp4", b"\0" * (site.rooms.settings.max_upload_bytes + 1))}
    try:
        answer = ada.post("/v1/videos/characters", data={"name": "Ada"}, files=huge)
    except httpx.TransportError:
        return  # the server hung up while we were still sending, as it may
    assert answer.status_code == 413


def test_forms_may_nest_as_clients_do(ada: httpx.Client) -> None:
    for fields in (
        {"characters[][id]": "char_none"},
        {"characters[0][id]": "char_none"},
        {"characters": '[{"id": "char_none"}]'},
    ):
        answer = ada.post("/v1/videos", data={**WISH, **fields})
        assert answer.json()["error"]["code"] == "character_not_found"


def test_a_page_after_someone_elses_video_or_none_is_not_there(
    ada: httpx.Client, bob: httpx.Client, video: str
) -> None:
    assert bob.get("/v1/videos", params={"after": video}).status_code == 404
    assert ada.get("/v1/videos", params={"after": "video_none"}).status_code == 404
    empty = ada.get("/v1/videos", params={"limit": 0}).json()
    assert (empty["data"], empty["first_id"], empty["has_more"]) == ([], None, True)
