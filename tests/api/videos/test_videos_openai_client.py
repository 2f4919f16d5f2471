"""OpenAI's own Python client drives the Videos API: nothing here knows Kindling but the address."""

import asyncio
import io
from collections.abc import Iterator
from itertools import product
from typing import Any

import av
import numpy as np
import openai
import pytest
from numpy.typing import NDArray
from openai import AsyncOpenAI, OpenAI
from PIL import Image

from core.media.pictures import covering
from tests.api.videos.conftest import Site
from tests.creation_kit import CALM
from tests.pictures import data_url, painted, png_of, scenery

# The client says of itself that OpenAI's service has shut down; ours has not.
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")

SMALL = {"size": "360x640", "seconds": "4"}


@pytest.fixture
def ada(site: Site) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.ada), max_retries=0) as client:
        yield client


@pytest.fixture
def bob(site: Site) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.bob), max_retries=0) as client:
        yield client


def test_create_poll_content_remix_list_delete(ada: OpenAI) -> None:
    video = ada.videos.create(prompt=CALM, extra_body={"size": "360x640"})
    assert (video.object, video.status, video.model, video.seconds) == ("video", "queued", "sora-2", "4")
    video = ada.videos.poll(video.id)
    assert (video.status, video.progress, video.error, video.prompt) == ("completed", 100, None, CALM)
    assert video.completed_at is not None
    assert video.completed_at >= video.created_at

    film = ada.videos.download_content(video.id).read()
    with av.open(io.BytesIO(film)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 360, 640)
        assert container.streams.audio[0].codec_context.name == "aac"
    for variant, kind in (("thumbnail", "WEBP"), ("spritesheet", "JPEG")):
        data = ada.videos.download_content(video.id, variant=variant).read()  # type: ignore[arg-type]
        assert Image.open(io.BytesIO(data)).format == kind

    remix = ada.videos.remix(video.id, prompt="at night")
    assert (remix.remixed_from_video_id, remix.size, remix.seconds) == (video.id, "360x640", "4")
    assert remix.prompt == f"at night. {CALM}"
    listed = [item.id for item in ada.videos.list(limit=2)]
    assert listed[:2] == [remix.id, video.id]

    for ident in (remix.id, video.id):
        deleted = ada.videos.delete(ident)
        assert (deleted.id, deleted.deleted, deleted.object) == (ident, True, "video.deleted")
    with pytest.raises(openai.NotFoundError):
        ada.videos.retrieve(video.id)


def test_create_and_poll_from_many_at_once(site: Site) -> None:
    async def make() -> list[str]:
        async with AsyncOpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.bob), max_retries=0) as client:
            wishes = [client.videos.create_and_poll(prompt=CALM, model="pattern", **SMALL) for _ in range(3)]  # type: ignore[arg-type]
            made = await asyncio.gather(*wishes)
            content = await client.videos.download_content(made[0].id)
            assert (await content.aread())[4:8] == b"ftyp"
            listed = [item.id async for item in await client.videos.list(limit=1, order="asc")]
            assert {video.id for video in made} <= set(listed)
            for video in made:
                await client.videos.delete(video.id)
            return [video.status for video in made]

    assert asyncio.run(make()) == ["completed"] * 3


def test_a_character_made_with_the_client_is_shown_by_its_owner_only(site: Site, ada: OpenAI, bob: OpenAI) -> None:
    character = ada.videos.create_character(name="Ada", video=site.clip)
    assert character.id is not None
    assert ada.videos.get_character(character.id).name == "Ada"
    cast = {"characters": [{"id": character.id}], "size": "360x640"}
    shown = ada.videos.create(prompt="Ada on a boat", model="pattern", extra_body=cast)
    assert ada.videos.poll(shown.id).status == "completed"
    with pytest.raises(openai.NotFoundError):
        bob.videos.get_character(character.id)
    with pytest.raises(openai.PermissionDeniedError) as caught:
        bob.videos.create(prompt="Ada on a boat", extra_body=cast)
    assert (caught.value.code, caught.value.param) == ("likeness_not_permitted", "characters")
    ada.videos.delete(shown.id)


def first_frame(film: bytes) -> NDArray[np.int16]:
    with av.open(io.BytesIO(film)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").astype(np.int16)


def refer_to(reference: object) -> dict[str, Any]:
    """The client's own types know pictures by URL, and its code then takes files alone: so by `extra_body`."""
    given = {"extra_body": {"input_reference": reference}} if isinstance(reference, dict) else {}
    return {**SMALL, **(given or {"input_reference": reference})}


def test_a_film_begins_with_its_input_reference(ada: OpenAI) -> None:
    picture = scenery(180, 320)
    references = (("field.png", png_of(picture), "image/png"), {"image_url": data_url(png_of(picture))})
    for reference, model in product(references, ("pattern", "sora-2")):
        made = ada.videos.create(prompt="a ball in a park", model=model, **refer_to(reference))
        assert ada.videos.poll(made.id).status == "completed"
        shown = first_frame(ada.videos.download_content(made.id).read())
        assert np.abs(shown - covering(picture, 360, 640)).mean() < 6
        ada.videos.delete(made.id)


def test_a_film_begins_with_its_input_reference_and_its_remix_too_async(site: Site) -> None:
    async def make() -> None:
        async with AsyncOpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.bob), max_retries=0) as client:
            made = await client.videos.create_and_poll(
                prompt=CALM, model="pattern", input_reference=("field.png", png_of(scenery())), **SMALL
            )
            remix = await client.videos.poll((await client.videos.remix(made.id, prompt="at night")).id)
            assert (made.status, remix.status) == ("completed", "completed")
            for video in (made, remix):
                film = await (await client.videos.download_content(video.id)).aread()
                assert np.abs(first_frame(film) - covering(scenery(), 360, 640)).mean() < 6
                await client.videos.delete(video.id)

    asyncio.run(make())


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        (("a.png", b"no picture"), "cannot be read"),
        (("a.png", png_of(scenery(1280, 720))), "1280x720 and the film 360x640"),
        (("a.png", png_of(scenery(36, 64))), "36x64 and the film 360x640"),
        ({"image_url": "http://127.0.0.1/secret.png"}, "cannot be read from here"),
        ({"image_url": "data:image/png;base64,!!"}, "cannot be read from here"),
        ({"file_id": "file-1"}, "cannot be read from here"),
        ({"file_id": "file-1", "image_url": "data:image/png;base64,"}, "exactly one"),
    ],
)
def test_a_reference_that_cannot_be_used_is_named(ada: OpenAI, reference: object, says: str) -> None:
    with pytest.raises(openai.BadRequestError, match=says) as caught:
        ada.videos.create(prompt=CALM, **refer_to(reference))
    assert (caught.value.param or "").startswith("input_reference")


def test_a_reference_with_a_face_or_of_the_young_is_refused_with_its_rule(site: Site, ada: OpenAI) -> None:
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ada.videos.create(prompt=CALM, input_reference=("me.png", png_of(painted())), **SMALL)
    assert (caught.value.code, caught.value.param) == ("likeness_not_permitted", "input_reference")
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["rule_id"] == "likeness/face_in_picture"
    assert {"decision_id", "appeal"} <= set(caught.value.body)
    with (
        OpenAI(base_url=f"{site.url}/v1", api_key=site.token(site.tim), max_retries=0) as tim,
        pytest.raises(openai.PermissionDeniedError) as caught,
    ):
        tim.videos.create(prompt=CALM, input_reference=("field.png", png_of(scenery())), **SMALL)
    assert caught.value.param == "input_reference"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"seconds": "3"}, "seconds"),
        ({"size": "99x99"}, "size"),
        ({"extra_body": {"colour": "red"}}, "colour"),
        ({"extra_body": {"characters": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}}, "characters"),
        ({"extra_body": {"seed": -1}}, "seed"),
    ],
)
def test_errors_are_in_openais_shape_and_name_the_parameter(ada: OpenAI, change: dict[str, object], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ada.videos.create(**({"prompt": CALM, **SMALL} | change))  # type: ignore[arg-type]
    error = caught.value
    assert (error.type, error.param, error.code) == ("invalid_request_error", param, "invalid_input")
    assert isinstance(error.body, dict)
    assert set(error.body) == {"message", "type", "param", "code"}


def test_a_refusal_says_which_rule_and_how_to_appeal(ada: OpenAI) -> None:
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ada.videos.create(prompt="a man is stabbed to death, blood and gore everywhere, decapitated body")
    assert caught.value.code == "moderation_blocked"
    assert isinstance(caught.value.body, dict)
    assert {"rule_id", "policy_version", "decision_id", "appeal"} <= set(caught.value.body)


def test_tokens_that_cannot_be_accepted_are_authentication_errors(site: Site) -> None:
    with (
        OpenAI(base_url=f"{site.url}/v1", api_key="sk-nobody", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.videos.list()


def test_someone_elses_videos_are_not_there(site: Site, ada: OpenAI, bob: OpenAI) -> None:
    video = ada.videos.create(prompt=CALM, model="pattern", **SMALL)
    ada.videos.poll(video.id)
    for act in (bob.videos.retrieve, bob.videos.delete, bob.videos.download_content):
        with pytest.raises(openai.NotFoundError):
            act(video.id)
    with pytest.raises(openai.NotFoundError):
        bob.videos.remix(video.id, prompt="at night")
    assert video.id not in [item.id for item in bob.videos.list()]
    ada.videos.delete(video.id)
