"""Many decisions at once, later: durable, in turns, read while they run, and nobody else's."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.encoder import TextEncoder
from core.media.store import MediaStore
from core.storage.batches import SafetyBatches
from core.storage.database import Database
from core.storage.tables import metadata
from core.vocabulary import Audience, Surface
from pipelines.online import safety_batches
from pipelines.online.deciding import Subject
from pipelines.online.rooms import Rooms
from pipelines.online.safety_batches import Asked, BatchWorker
from safety.room import Safety, TextPart
from tests.conftest import make_person
from tests.creation_kit import add_people, open_kit
from tests.town import ANN, BOB, Town

CALM = "a red ball rolls down a green hill"
HARSH = "I am going to find you and beat you until you bleed, you worthless idiot"
PATH = "/v1/safety/batches"


def items(*texts: str, **more: str) -> list[dict[str, Any]]:
    return [{"texts": [{"text": text}], "custom_id": f"t{number}", **more} for number, text in enumerate(texts)]


def worker(town: Town, name: str = "w1") -> BatchWorker:
    return BatchWorker(town.rooms, name)


def test_a_batch_is_stored_judged_and_read(both_towns: Town) -> None:
    ann = both_towns.client(ANN)
    made = ann.post(PATH, json={"items": items(CALM, HARSH, CALM, surface="comment", audience="teen")})
    assert (made.status_code, made.json()["status"]) == (202, "queued"), made.text
    path = f"{PATH}/{made.json()['id']}"
    assert ann.get(f"{path}/results").json() == {"data": [], "has_more": False}
    assert worker(both_towns).run_once()
    done = ann.get(path).json()
    assert (done["status"], done["counts"]) == ("completed", {"total": 3, "done": 3})
    first = ann.get(f"{path}/results", params={"limit": 2}).json()
    rest = ann.get(f"{path}/results", params={"after": first["data"][-1]["position"]}).json()
    assert (first["has_more"], rest["has_more"]) == (True, False)
    rows = first["data"] + rest["data"]
    assert [row["custom_id"] for row in rows] == ["t0", "t1", "t2"]
    assert [row["decision"]["allowed"] for row in rows] == [True, False, True]
    alone = ann.post("/v1/safety/decide", json={"texts": [{"text": HARSH}], "surface": "comment", "audience": "teen"})
    assert rows[1]["decision"] == alone.json(), "a batch says what a single question would have been answered"
    assert [batch["id"] for batch in ann.get(PATH).json()["data"]] == [made.json()["id"]]
    assert not worker(both_towns).run_once()


def test_a_batch_as_json_lines_is_the_same(town: Town) -> None:
    ann = town.client(ANN)
    lines = "\n".join(json.dumps(item) for item in items(CALM, HARSH)) + "\n\n"
    made = ann.post(PATH, content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert (made.status_code, made.json()["counts"]["total"]) == (202, 2), made.text


def test_a_retry_with_the_same_key_makes_one_batch(both_towns: Town) -> None:
    ann = both_towns.client(ANN)
    answers = [ann.post(PATH, json={"items": items(CALM)}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(ann.get(PATH).json()["data"]) == 1
    other = ann.post(PATH, json={"items": items(HARSH)}, headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_nobody_has_more_than_their_share_waiting(both_towns: Town) -> None:
    ann, most = both_towns.client(ANN), both_towns.rooms.settings.safety_batches_per_person
    for _ in range(most):
        assert ann.post(PATH, json={"items": items(CALM)}).status_code == 202
    refused = ann.post(PATH, json={"items": items(CALM)})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_batches")
    assert int(refused.headers["retry-after"]) > 0
    assert both_towns.client(BOB).post(PATH, json={"items": items(CALM)}).status_code == 202
    first = ann.get(PATH).json()["data"][-1]["id"]
    assert ann.post(f"{PATH}/{first}/cancel").json()["status"] == "cancelled"
    assert ann.post(PATH, json={"items": items(CALM)}).status_code == 202


def test_another_persons_batch_is_not_found(town: Town) -> None:
    made = town.client(ANN).post(PATH, json={"items": items(CALM)}).json()
    bob = town.client(BOB)
    for answer in (
        bob.get(f"{PATH}/{made['id']}"),
        bob.get(f"{PATH}/{made['id']}/results"),
        bob.post(f"{PATH}/{made['id']}/cancel"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "batch_not_found")
    assert bob.get(PATH).json()["data"] == []


def test_what_cannot_be_judged_says_why_and_the_rest_is_judged(town: Town) -> None:
    ann = town.client(ANN)
    made = ann.post(PATH, json={"items": [{"video_id": "video_none"}, *items(CALM), {"video_id": "video_000"}]}).json()
    worker(town).run_once()
    rows = ann.get(f"{PATH}/{made['id']}/results").json()["data"]
    assert rows[0]["decision"] is None
    assert rows[0]["error"]["code"] == "video_not_found"
    assert [bool(row["decision"]) for row in rows] == [False, True, True]


def test_batches_take_turns_and_a_cancelled_one_stops(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety_batches, "_TURN", 2)
    ann, bob = town.client(ANN), town.client(BOB)
    long = ann.post(PATH, json={"items": items(*[CALM] * 6)}).json()["id"]
    town.clock.advance(seconds=1)
    short = bob.post(PATH, json={"items": items(CALM, CALM)}).json()["id"]
    busy = worker(town)
    done = []
    for _ in range(3):
        town.clock.advance(seconds=1)
        assert busy.run_once()
        done.append((ann.get(f"{PATH}/{long}").json()["counts"]["done"], bob.get(f"{PATH}/{short}").json()["status"]))
    assert done == [(2, "queued"), (2, "completed"), (4, "completed")]
    assert ann.post(f"{PATH}/{long}/cancel").status_code == 200
    assert not busy.run_once()
    assert ann.post(f"{PATH}/{long}/cancel").json()["code"] == "batch_over"
    assert len(ann.get(f"{PATH}/{long}/results").json()["data"]) == 4


def test_a_batch_that_loses_its_workers_fails_and_keeps_what_it_has(both_towns: Town) -> None:
    made = both_towns.client(ANN).post(PATH, json={"items": items(CALM)}).json()["id"]
    for _ in range(3):
        with both_towns.rooms.database.write() as tx:
            claimed = SafetyBatches(tx).claim("doomed", 30, both_towns.clock.now())
            assert claimed is not None
            assert SafetyBatches(tx).claim("other", 30, both_towns.clock.now()) is None
        both_towns.clock.advance(seconds=31)
    assert not worker(both_towns).run_once()
    failed = both_towns.client(ANN).get(f"{PATH}/{made}").json()
    assert (failed["status"], failed["error_code"]) == ("failed", "worker_lost")


def test_a_worker_that_lost_its_lease_stores_nothing(both_towns: Town) -> None:
    made = both_towns.client(ANN).post(PATH, json={"items": items(CALM)}).json()["id"]
    with both_towns.rooms.database.write() as tx:
        SafetyBatches(tx).claim("slow", 30, both_towns.clock.now())
    both_towns.clock.advance(seconds=31)
    assert worker(both_towns).run_once()
    with both_towns.rooms.database.write() as tx:
        late = {"decision": None, "error": {"code": "late", "detail": "late"}}
        assert not SafetyBatches(tx).store(made, "slow", {0: late}, 30, both_towns.clock.now())
    row = both_towns.client(ANN).get(f"{PATH}/{made}/results").json()["data"][0]
    assert row["decision"]["allowed"] is True


def test_old_batches_are_forgotten(town: Town) -> None:
    ann = town.client(ANN)
    old = ann.post(PATH, json={"items": items(CALM)}).json()
    town.clock.advance(seconds=31 * 86_400)
    fresh = town.client(BOB).post(PATH, json={"items": items(CALM)})
    assert fresh.status_code == 202
    assert town.client(ANN).get(f"{PATH}/{old['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{}]}, "items.0"),
        ({"items": [{"texts": [{"text": CALM}], "pictures": ["data:image/png;base64,aGk="]}]}, "items.0.pictures"),
        ({"items": [*items(CALM), *items(CALM)]}, "items.1.custom_id"),
        ({"items": [{"texts": [{"text": CALM}], "surface": "moon"}]}, "items.0.surface"),
    ],
)
def test_wrong_input_is_told_by_item_and_field(town: Town, body: dict[str, object], field: str) -> None:
    answer = town.client(ANN).post(PATH, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


@pytest.mark.parametrize("lines", [b'{"texts": [', b"\xff\xfe", b"", b"[1]\n"])
def test_lines_that_are_no_items_are_told(town: Town, lines: bytes) -> None:
    answer = town.client(ANN).post(PATH, content=lines, headers={"Content-Type": "application/jsonl"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


# Judges a third, leaves a note, and then hangs until it is killed.
DOOMED = """
import sys, time
from pathlib import Path
from pipelines.online import safety_batches
from tests.api.test_safety_batches_api import rooms_in

home = Path(sys.argv[1])
rooms = rooms_in(home, sys.argv[2], Path(sys.argv[3]))
judge, count = safety_batches.judged, 0

def judged(*args):
    global count
    count += 1
    if count > 40:
        (home / "hanging").touch()
        time.sleep(600)
    return judge(*args)

safety_batches.judged = judged
safety_batches.BatchWorker(rooms, "doomed", lease_s=2).run_once()
"""


def rooms_in(home: Path, url: str, encoder_folder: Path) -> Rooms:
    encoder = TextEncoder(encoder_folder)
    media = MediaStore(f"file://{home / 'media'}")
    safety = Safety.open(encoder, keys=home / "keys")
    return open_kit(home, Database(url), SystemClock(), media, encoder, safety)[0]


def asked(texts: Sequence[str]) -> list[Asked]:
    return [Asked(Subject((TextPart("text", text),)), Surface.PROMPT, Audience.ADULT) for text in texts]


def test_a_killed_worker_loses_no_result_and_repeats_none_that_was_stored(
    database: Database, tmp_path: Path, encoder_folder: Path
) -> None:
    metadata.create_all(database.engine)
    rooms = rooms_in(tmp_path, database.url, encoder_folder)
    ada = make_person("ada")
    add_people(rooms, ada)
    batch = safety_batches.submit(rooms, ada.id, ada.id, asked([f"{CALM}, take {n}" for n in range(120)]))
    argv = [sys.executable, "-c", DOOMED, str(tmp_path), database.url, str(encoder_folder.resolve())]
    with subprocess.Popen(argv) as doomed:
        end = time.monotonic() + 120
        while not (tmp_path / "hanging").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        doomed.send_signal(signal.SIGKILL)
    before, _ = safety_batches.results(rooms, ada.id, batch.id, after=-1, limit=200)
    assert [item.position for item in before] == list(range(32)), "stored by sixteens"
    second, end = BatchWorker(rooms, "second"), time.monotonic() + 60
    while safety_batches.find(rooms, ada.id, batch.id).status != "completed":
        assert time.monotonic() < end
        if not second.run_once():
            time.sleep(0.1)
    found, _ = safety_batches.results(rooms, ada.id, batch.id, after=-1, limit=200)
    assert [item.position for item in found] == list(range(120))
    assert found[:32] == before
    assert safety_batches.find(rooms, ada.id, batch.id).done == 120
    rooms.database.close()
