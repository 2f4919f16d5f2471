"""Edits, extensions and the rest of the surface through OpenAI's own client, sync and async."""

import asyncio
import io
from collections.abc import Iterator
from typing import Any

import av
import openai
import pytest
from openai import AsyncOpenAI, OpenAI, omit

from core.ids import VideoId
from core.storage.videos import Videos
from core.vocabulary import VideoStatus
from tests.api.videos.conftest import Site
from tests.creation_kit import CALM

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")

SMALL = {"size": "360x640", "seconds": "4"}


@pytest.fixture
def ada(site: Site) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.ada), max_retries=0) as client:
        yield client


@pytest.fixture
def film(ada: OpenAI) -> Iterator[str]:
    made = ada.videos.create_and_poll(prompt=CALM, model="pattern", **SMALL)  # type: ignore[arg-type]
    assert made.status == "completed"
    yield made.id
    ada.videos.delete(made.id)


def by_id(video_id: str) -> dict[str, Any]:
    """The client's own types let a video be named by id, and its code then takes files alone: so by `extra_body`."""
    return {"video": omit, "extra_body": {"video": {"id": video_id}}}


def seconds_of(data: bytes) -> float:
    with av.open(io.BytesIO(data)) as container:
        assert container.duration is not None
        return float(container.duration / av.time_base)


def test_an_edit_and_an_extension_by_id(ada: OpenAI, film: str) -> None:
    edited = ada.videos.edit(prompt="at night", **by_id(film))
    assert (edited.remixed_from_video_id, edited.seconds, edited.prompt) == (film, "4", f"at night. {CALM}")
    longer = ada.videos.extend(prompt="Then it rains", seconds="8", **by_id(film))
    assert (longer.seconds, longer.size, longer.prompt) == ("12", "360x640", f"{CALM}. Then it rains")
    for video, seconds in ((edited, 4), (longer, 12)):
        assert ada.videos.poll(video.id).status == "completed"
        data = ada.videos.download_content(video.id).read()
        assert seconds_of(data) == pytest.approx(seconds, abs=0.1)
        ada.videos.delete(video.id)


def test_a_downloaded_film_is_known_again_when_it_is_sent_back(ada: OpenAI, film: str) -> None:
    data = ada.videos.download_content(film).read()
    edited = ada.videos.edit(prompt="in the rain", video=("mine.mp4", data))
    longer = ada.videos.extend(prompt="then it stops", seconds="4", video=("mine.mp4", data))
    assert (edited.remixed_from_video_id, longer.remixed_from_video_id) == (film, film)
    for foreign in (data[:-1], b"", b"no film at all"):
        with pytest.raises(openai.BadRequestError) as caught:
            ada.videos.edit(prompt="in the rain", video=("mine.mp4", foreign))
        assert (caught.value.code, caught.value.param) == ("bad_video", "video")
    for video in (edited, longer):
        ada.videos.delete(video.id)


def test_no_film_grows_past_two_minutes(site: Site, ada: OpenAI) -> None:
    shots = [{"text": "a red ball rolls", "seconds": 55}, {"text": "a blue ball rolls", "seconds": 55.5}]
    body = {"prompt": "", "model": "world", "size": "360x640", "storyboard": {"shots": shots}}
    with pytest.raises(openai.BadRequestError) as caught:
        ada.post("/videos", body=body, cast_to=object)
    assert caught.value.param == "prompt"
    shots.append({"text": "a green ball rolls", "seconds": 10})
    with pytest.raises(openai.BadRequestError) as caught:
        ada.post("/videos", body={**body, "prompt": "balls"}, cast_to=object)
    assert (caught.value.code, caught.value.param) == ("bad_seconds", "storyboard.shots")
    shots.pop()
    made = ada.post("/videos", body={**body, "prompt": "balls"}, cast_to=openai.types.Video)
    assert made.seconds == "111"
    ada.post(f"/videos/{made.id}/cancel", cast_to=object)
    with pytest.raises(openai.ConflictError) as conflict:
        ada.videos.extend(prompt="on", seconds="4", **by_id(made.id))
    assert conflict.value.code == "not_remixable"
    with site.rooms.database.write() as tx:  # as if it had been finished
        Videos(tx).change(VideoId(made.id), status=VideoStatus.DRAFT)
    with pytest.raises(openai.BadRequestError) as caught:
        ada.videos.extend(prompt="on", seconds="12", **by_id(made.id))
    assert (caught.value.code, caught.value.param) == ("bad_seconds", "seconds")
    ada.videos.delete(made.id)


def test_the_whole_surface_with_the_async_client(site: Site) -> None:
    async def everything() -> None:
        async with AsyncOpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.ada), max_retries=0) as client:
            videos = client.videos
            made = await videos.create(prompt=CALM, model="pattern", **SMALL)  # type: ignore[arg-type]
            assert (await videos.poll(made.id)).status == "completed"
            assert (await videos.retrieve(made.id)).progress == 100
            for variant in ("video", "thumbnail", "spritesheet"):
                content = await videos.download_content(made.id, variant=variant)  # type: ignore[arg-type]
                assert len(await content.aread()) > 500
            ids = [
                (await videos.remix(made.id, prompt="at dusk")).id,
                (await videos.edit(prompt="at dawn", **by_id(made.id))).id,
                (await videos.extend(prompt="a bird lands", seconds="4", **by_id(made.id))).id,
            ]
            listed = [item.id async for item in videos.list(limit=2, order="desc")]
            assert {*ids, made.id} <= set(listed)
            character = await videos.create_character(name="Ada Async", video=site.clip)
            assert character.id is not None
            assert (await videos.get_character(character.id)).name == "Ada Async"
            again = await videos.create_and_poll(prompt=CALM, model="pattern", poll_interval_ms=200, **SMALL)  # type: ignore[arg-type]
            assert again.status == "completed"
            for ident in (*ids, made.id, again.id):
                assert (await videos.delete(ident)).deleted
            with pytest.raises(openai.NotFoundError):
                await videos.retrieve(made.id)

    asyncio.run(everything())


def test_polling_is_told_when_to_ask_again(ada: OpenAI) -> None:
    raw = ada.videos.with_raw_response.create(prompt=CALM, model="pattern", **SMALL)  # type: ignore[arg-type]
    assert raw.headers["openai-poll-after-ms"].isdecimal()
    made = raw.parse()
    ada.videos.poll(made.id)
    assert "openai-poll-after-ms" not in ada.videos.with_raw_response.retrieve(made.id).headers
    ada.videos.delete(made.id)
