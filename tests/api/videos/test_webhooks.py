"""Webhooks end to end: managed and verified by OpenAI's own client, delivered by the worker, tried again, refused."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import openai
import pytest
from openai import OpenAI

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.ids import PersonId
from core.media.store import MediaStore
from core.storage.database import Database
from core.storage.webhooks import Delivery, Webhooks
from core.vocabulary import Scope
from core.webhook_signing import PREFIX, open_webhook_key, signature
from generation.webhooks import load_webhook_policy
from pipelines.online import creation, webhooks
from pipelines.online.rooms import Rooms
from pipelines.online.webhooks import Owner, deliver_due
from safety.room import Safety
from tests.api.videos.conftest import Site
from tests.conftest import make_person
from tests.creation_kit import add_people, finished, open_kit, wish, work

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")
BOTH = ("video.completed", "video.failed")


@dataclass
class Receiver:
    """A server that keeps what it is sent, and answers as told."""

    url: str = ""
    answer: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.answer)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def rooms(
    tmp_path: Path, database: Database, media: MediaStore, encoder: TextEncoder, keys: Path, clock: ManualClock
) -> Rooms:
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))  # verifiers look at their own clock
    opened, _ = open_kit(tmp_path, database, clock, media, encoder, Safety.open(encoder, keys=keys))
    add_people(opened, make_person("ada"), make_person("bob"))
    settings = opened.settings.model_copy(update={"webhook_private_addresses": True})
    return replace(opened, settings=settings)


ADA = Owner("per_ada", PersonId("per_ada"))


def advance(rooms: Rooms, seconds: float) -> None:
    assert isinstance(rooms.clock, ManualClock)
    rooms.clock.advance(seconds=seconds)


def verified(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """What an independent implementation says: OpenAI's client, which verifies Standard Webhooks."""
    try:
        OpenAI(api_key="x").webhooks.verify_signature(body, headers, secret=secret, tolerance=10**9)
    except openai.InvalidWebhookSignatureError:
        return False
    return True


def deliveries(rooms: Rooms, endpoint_id: str) -> list[Delivery]:
    with rooms.database.read() as tx:
        return Webhooks(tx).of(endpoint_id)


def test_the_specifications_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected


def test_a_finished_film_is_told_once_and_the_signature_holds(rooms: Rooms, receiver: Receiver) -> None:
    made = webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH)
    video = finished(rooms, PersonId("per_ada"))
    finished(rooms, PersonId("per_bob"))  # somebody else's
    assert deliver_due(rooms) == 1
    assert deliver_due(rooms) == 0
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert (told["type"], told["data"]) == ("video.completed", {"id": video.id})
    assert headers["webhook-id"] == told["id"]
    assert verified(headers, body, made.secret)
    assert not verified(headers, body + b" ", made.secret)
    assert not verified(headers | {"webhook-id": "evt_other"}, body, made.secret)
    assert len(base64.b64decode(made.secret.removeprefix(PREFIX))) == 32


def test_a_film_that_fails_is_told_too(rooms: Rooms, receiver: Receiver) -> None:
    webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH)
    broken = replace(rooms, media=MediaStore("file:///dev/null/media"))
    creation.submit(rooms, ADA.person_id or PersonId(""), wish())
    for _ in range(3):
        work(broken)
        advance(rooms, 600)
    deliver_due(rooms)
    assert [json.loads(body)["type"] for _, body in receiver.got] == ["video.failed"]


def test_a_deaf_endpoint_is_tried_again_on_time_with_one_id_and_then_given_up(rooms: Rooms, receiver: Receiver) -> None:
    endpoint = webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH).endpoint
    receiver.answer = 500
    finished(rooms, PersonId("per_ada"))
    assert deliver_due(rooms) == 1
    waits = load_webhook_policy().retry_after_s
    for wait in waits:
        advance(rooms, wait - 1)
        assert deliver_due(rooms) == 0
        advance(rooms, 1)
        assert deliver_due(rooms) == 1
    advance(rooms, 10**6)
    assert deliver_due(rooms) == 0
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == len(receiver.got) == len(waits) + 1
    (given_up,) = deliveries(rooms, endpoint.id)
    assert (given_up.next_at, given_up.delivered_at, given_up.last_status) == (None, None, 500)


@pytest.mark.parametrize("answer", [301, 302, 307, 400, 404])
def test_only_a_success_counts_and_redirects_are_not_followed(rooms: Rooms, receiver: Receiver, answer: int) -> None:
    endpoint = webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH).endpoint
    receiver.answer = answer
    finished(rooms, PersonId("per_ada"))
    deliver_due(rooms)
    (waiting,) = deliveries(rooms, endpoint.id)
    assert (len(receiver.got), waiting.last_status, waiting.delivered_at) == (1, answer, None)
    assert waiting.next_at is not None


def test_gone_means_never_again_until_the_endpoint_is_changed(rooms: Rooms, receiver: Receiver) -> None:
    endpoint = webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH).endpoint
    receiver.answer = 410
    finished(rooms, PersonId("per_ada"))
    deliver_due(rooms)
    receiver.answer = 204
    finished(rooms, PersonId("per_ada"), wish("a blue ball rolls"))
    advance(rooms, 10**6)
    assert deliver_due(rooms) == 0
    webhooks.change_endpoint(rooms, ADA, endpoint.id, {"name": "again"})
    finished(rooms, PersonId("per_ada"), wish("a green ball rolls"))
    assert deliver_due(rooms) == 1


def test_a_sender_that_dies_in_the_middle_is_followed_by_another(rooms: Rooms, receiver: Receiver) -> None:
    webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH)
    finished(rooms, PersonId("per_ada"))
    from datetime import timedelta

    with rooms.database.write() as tx:
        assert Webhooks(tx).claim_due(rooms.clock.now(), timedelta(seconds=60)) is not None  # and then it is gone
    assert deliver_due(rooms) == 0
    advance(rooms, 61)
    assert deliver_due(rooms) == 1


def test_a_replaced_secret_signs_beside_the_new_one_for_a_day(rooms: Rooms, receiver: Receiver) -> None:
    made = webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH)
    new = webhooks.rotate_secret(rooms, ADA, made.endpoint.id, keep_old=True)
    assert new.secret != made.secret
    expected = [(True, True), (True, False)]
    for number, (by_new, by_old) in enumerate(expected):
        finished(rooms, PersonId("per_ada"), wish(f"ball number {number}"))
        deliver_due(rooms)
        headers, body = receiver.got[-1]
        assert (verified(headers, body, new.secret), verified(headers, body, made.secret)) == (by_new, by_old)
        advance(rooms, 24 * 3600 + 1)
    newest = webhooks.rotate_secret(rooms, ADA, made.endpoint.id, keep_old=False)
    finished(rooms, PersonId("per_ada"), wish("the last ball"))
    deliver_due(rooms)
    headers, body = receiver.got[-1]
    assert verified(headers, body, newest.secret)
    assert not verified(headers, body, new.secret)


def test_private_addresses_are_refused_when_they_are_named_and_when_a_name_leads_there(
    rooms: Rooms, receiver: Receiver
) -> None:
    endpoint = webhooks.add_endpoint(rooms, ADA, "mine", receiver.url, BOTH).endpoint
    strict = replace(rooms, settings=rooms.settings.model_copy(update={"webhook_private_addresses": False}))
    finished(rooms, PersonId("per_ada"))
    assert deliver_due(strict) == 1
    assert receiver.got == []
    (refused,) = deliveries(rooms, endpoint.id)
    assert "private address" in (refused.last_error or "")


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    key = open_webhook_key(tmp_path / "keys")
    assert key == open_webhook_key(tmp_path / "keys")
    assert len(key) == 32
    assert (tmp_path / "keys" / "webhook-key").stat().st_mode & 0o077 == 0


def test_openais_client_manages_endpoints(site: Site, receiver: Receiver) -> None:
    with (
        OpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.ada), max_retries=0) as ada,
        OpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.bob), max_retries=0) as bob,
    ):
        with pytest.raises(openai.BadRequestError) as caught:
            ada.webhooks.create(name="mine", url=receiver.url, event_types=["video.completed"])
        assert (caught.value.code, caught.value.param) == ("bad_url", "url")
        made = ada.webhooks.create(name="mine", url="https://example.com/hook", event_types=["video.completed"])
        assert made.signing_secret.startswith("whsec_")
        read = ada.webhooks.retrieve(made.id)
        assert (read.url, read.event_types) == ("https://example.com/hook", ["video.completed"])
        assert read.signing_secret_hint is not None
        assert made.signing_secret not in read.to_json()
        changed = ada.webhooks.update(made.id, event_types=["video.failed", "video.completed"])
        assert changed.event_types == ["video.completed", "video.failed"]
        assert [item.id for item in ada.webhooks.list()] == [made.id]
        assert list(bob.webhooks.list()) == []
        rotated = ada.webhooks.rotate_secret(made.id, keep_old_secret_active_for_24_hours=True)
        assert rotated.signing_secret != made.signing_secret
        assert ada.webhooks.event_types.list().data == list(BOTH)
        for act in (bob.webhooks.retrieve, bob.webhooks.delete, bob.webhooks.rotate_secret):
            with pytest.raises(openai.NotFoundError):
                act(made.id)
        with pytest.raises(openai.BadRequestError):
            ada.webhooks.update(made.id, event_types=["batch.failed"])
        assert ada.webhooks.delete(made.id).deleted


def test_a_service_hears_of_everyones_videos(site: Site) -> None:
    token = site.issuer.mint("feed", {Scope.SERVICE}, 3600)
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {token}"}) as feed:
        body = {"name": "all", "url": "https://example.com/all", "event_types": ["video.completed"]}
        made = feed.post("/v1/webhook_endpoints", json=body).json()
        with OpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.ada), max_retries=0) as ada:
            video = ada.videos.create_and_poll(
                prompt="a ball", model="pattern", seconds="4", extra_body={"size": "360x640"}
            )  # fmt: skip
            end = time.monotonic() + 10
            while not deliveries(site.rooms, made["id"]):
                assert time.monotonic() < end
            (left,) = deliveries(site.rooms, made["id"])
            assert json.loads(left.payload)["data"] == {"id": video.id}
            ada.videos.delete(video.id)
        assert feed.delete(f"/v1/webhook_endpoints/{made['id']}").json()["deleted"]
