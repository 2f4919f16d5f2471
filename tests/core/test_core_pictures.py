"""Pictures that people send: read upright and small, or refused in words before they cost anything."""

import contextlib
import io
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InvalidInput
from core.media.pictures import PictureLimits, read_pictures


def painted(width: int = 40, height: int = 24, shade: int = 90) -> Image.Image:
    image = Image.new("RGB", (width, height), (shade, shade, shade))
    image.paste((220, 20, 20), (0, 0, width // 2, height // 2))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def moving(kind: str, frames: int = 20) -> bytes:
    pictures = [Image.new("RGB", (32, 32), (number * 12, 0, 0)) for number in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=50)


def refusal(content: bytes, limits: PictureLimits | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_pictures(content, limits or PictureLimits())
    assert caught.value.code == "bad_picture"
    return caught.value.detail


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_still_picture_is_one_frame(kind: str) -> None:
    (frame,) = read_pictures(saved(painted(), kind))
    assert frame.shape == (24, 40, 3)
    assert frame[2, 2, 0] > frame[20, 35, 0] + 60


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_is_looked_at_from_its_first_frame_to_its_last(kind: str) -> None:
    frames = read_pictures(moving(kind))
    assert len(frames) == 6
    shades = [int(frame[..., 0].mean()) for frame in frames]
    assert shades[0] < 15
    assert shades[-1] == pytest.approx(228, abs=8)


def test_phones_pictures_are_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    (frame,) = read_pictures(saved(painted(), "JPEG", exif=exif))
    assert frame.shape == (40, 24, 3)
    assert frame[2, 20, 0] > frame[2, 2, 0] + 60


def test_what_is_see_through_is_judged_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert read_pictures(saved(clear, "PNG"))[0].mean() == 255


def test_8k_pictures_come_back_small() -> None:
    (frame,) = read_pictures(saved(Image.new("L", (7680, 4320), 128).convert("RGB"), "JPEG"))
    assert max(frame.shape) <= 2048


def huge_png(side: int) -> bytes:
    """A PNG of a few hundred bytes whose header claims ``side`` pixels each way."""
    content = bytearray(saved(painted(), "PNG"))
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize("side", [30_000, 2**31 - 1])
def test_a_picture_that_claims_to_be_huge_costs_nothing(side: int) -> None:
    tracemalloc.start()
    refusal(huge_png(side))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_gif_of_very_many_or_very_large_frames_is_refused() -> None:
    assert "moves for too long" in refusal(moving("GIF", 20), PictureLimits(max_frames=10))
    assert "moves for too long" in refusal(moving("GIF", 20), PictureLimits(max_total_pixels=10_000, max_pixels=10_000))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("hidden", [b"PK\x03\x04 an archive", b"<html><script>alert(1)</script>"])
def test_a_second_file_behind_a_picture_is_found(kind: str, hidden: bytes) -> None:
    assert "followed by" in refusal(saved(painted(), kind) + hidden)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"II*\x00" + bytes(40), b"BM" + bytes(60),
        b"\x00\x00\x01\x00" + bytes(40), b"P6 100000 100000 255\n", b"8BPS" + bytes(40),
    ],
)  # fmt: skip
def test_what_is_no_picture_of_the_four_kinds_is_refused(content: bytes) -> None:
    refusal(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_half_a_picture_is_refused(kind: str) -> None:
    rng = np.random.default_rng(0)
    content = saved(Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)), kind)
    refusal(content[: len(content) // 2])


SEEDS = [saved(painted(), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF")] + [moving("GIF", 4), moving("WEBP", 4)]


@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(0, 5), st.binary(max_size=5)), min_size=1, max_size=6
    ),
)
def test_a_mutated_picture_is_read_or_refused_and_nothing_else(
    seed: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    content = bytearray(seed)
    for place, removed, put in changes:
        at = place % max(1, len(content))
        content[at : at + removed] = put
    with contextlib.suppress(InvalidInput):
        for frame in read_pictures(bytes(content), PictureLimits(max_pixels=1_000_000, max_total_pixels=4_000_000)):
            assert frame.ndim == 3
