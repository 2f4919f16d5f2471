"""Following a video by server-sent events: resumed, cut off, ended; pictures on the way; nobody else's."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from PIL import Image

from core.ids import VideoId
from core.storage.jobs import Jobs, Preview
from core.storage.videos import Videos
from core.vocabulary import VideoStatus
from pipelines.online.previewing import Previews
from safety.film.source import FilmSource
from tests.api.videos.conftest import Site
from tests.api.videos.test_videos_beyond import WISH, client_of
from tests.creation_kit import stripes


@dataclass
class Told:
    """One event as it came."""

    name: str = ""
    ident: str = ""
    data: dict[str, object] = field(default_factory=dict)


def read(lines: Iterator[str]) -> Iterator[Told]:
    told = Told()
    for line in lines:
        key, _, value = line.partition(": ")
        if key == "event":
            told.name = value
        elif key == "id":
            told.ident = value
        elif key == "data":
            told.data = json.loads(value)
        elif not line and told.name:
            yield told
            told = Told()


@pytest.fixture
def ada(site: Site) -> Iterator[httpx.Client]:
    with client_of(site, site.ada) as client:
        yield client


@pytest.fixture
def held(site: Site) -> Iterator[threading.Event]:
    """Films stop at their twentieth frame until this is set."""
    gate = threading.Event()
    site.backend.at_frame = lambda number: (number == 20 and gate.wait(60), None)[1]
    yield gate
    gate.set()
    site.backend.at_frame = lambda _: None


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def open_streams(client: httpx.Client) -> float:
    lines = client.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith("kindling_open_streams")).split()[1])


def test_a_reader_comes_back_where_it_was_and_is_told_to_stay_away_at_the_end(
    ada: httpx.Client, held: threading.Event
) -> None:
    ident = ada.post("/v1/videos", json=WISH).json()["id"]
    path = f"/v1/videos/{ident}/events"
    until(lambda: ada.get(f"/v1/videos/{ident}").json()["status"] == "in_progress")
    until(lambda: ada.get(f"/v1/videos/{ident}").json()["progress"] > 0)
    with ada.stream("GET", path) as answer:
        first = next(read(answer.iter_lines()))
    assert (first.name, first.data["status"]) == ("progress", "in_progress")
    held.set()
    with ada.stream("GET", path, headers={"Last-Event-ID": first.ident}) as answer:
        told = list(read(answer.iter_lines()))
    assert first.ident not in [event.ident for event in told]  # nothing is sent again
    assert (told[-1].name, told[-1].data["status"]) == ("done", "completed")
    assert ada.get(path, headers={"Last-Event-ID": told[-1].ident}).status_code == 204
    assert ada.get(path, headers={"Last-Event-ID": "nonsense"}).status_code == 200
    ada.delete(f"/v1/videos/{ident}")


def test_a_reader_that_goes_away_leaves_nothing_open(ada: httpx.Client, held: threading.Event) -> None:
    ident = ada.post("/v1/videos", json=WISH).json()["id"]
    with ada.stream("GET", f"/v1/videos/{ident}/events") as answer:
        events = read(answer.iter_lines())
        next(events)
        assert open_streams(ada) == 1
    until(lambda: open_streams(ada) == 0)
    held.set()
    until(lambda: ada.get(f"/v1/videos/{ident}").json()["status"] == "completed")
    ada.delete(f"/v1/videos/{ident}")


def test_a_video_that_is_deleted_ends_the_stream(ada: httpx.Client, held: threading.Event) -> None:
    ident = ada.post("/v1/videos", json=WISH).json()["id"]
    with ada.stream("GET", f"/v1/videos/{ident}/events") as answer:
        events = read(answer.iter_lines())
        next(events)
        ada.delete(f"/v1/videos/{ident}")
        assert [event.name for event in events][-1] == "gone"


def test_no_one_else_follows_or_sees_pictures(site: Site, ada: httpx.Client, held: threading.Event) -> None:
    ident = ada.post("/v1/videos", json=WISH).json()["id"]
    with client_of(site, site.bob) as bob:
        for path in ("events", "preview"):
            assert bob.get(f"/v1/videos/{ident}/{path}").status_code == 404
    assert httpx.get(f"{site.url}/v1/videos/{ident}/events").status_code == 401
    ada.delete(f"/v1/videos/{ident}")


def test_pictures_are_shown_while_it_is_made_and_gone_when_it_is_done(
    site: Site, ada: httpx.Client, held: threading.Event
) -> None:
    ident = ada.post("/v1/videos", json=WISH).json()["id"]
    until(lambda: ada.get(f"/v1/videos/{ident}").json()["status"] == "in_progress")
    with site.rooms.database.read() as tx:
        job = Jobs(tx).find_by_video(VideoId(ident))
    assert job is not None
    previews = Previews(site.rooms, job, (site.ada.audience(site.rooms.clock.now()),), _last_at=-1e9)
    previews(stripes(360, 640, 3), stripes(360, 640, 3), FilmSource(made_by="world", prompt_checked=True))
    with ada.stream("GET", f"/v1/videos/{ident}/events") as answer:
        events = read(answer.iter_lines())
        picture, state = next(events), next(events)
        assert picture.name == "preview"
        assert (picture.data["number"], str(picture.data["image"])[:23]) == (1, "data:image/webp;base64,")
        assert state.data["kindling"]["preview_url"] == f"/v1/videos/{ident}/preview"  # type: ignore[index]
    with Image.open(io.BytesIO(ada.get(f"/v1/videos/{ident}/preview").content)) as image:
        assert image.format == "WEBP"
        assert max(image.size) <= site.rooms.generation.queue.previews.longer_side_px
    held.set()
    until(lambda: ada.get(f"/v1/videos/{ident}").json()["status"] == "completed")
    assert ada.get(f"/v1/videos/{ident}/preview").status_code == 404
    with site.rooms.database.write() as tx:
        assert not Jobs(tx).show_preview(job.id, job.lease_owner or "", Preview(9, b"late"), site.rooms.clock.now())
        assert Videos(tx).find(VideoId(ident)).status == VideoStatus.DRAFT  # type: ignore[union-attr]
    ada.delete(f"/v1/videos/{ident}")
