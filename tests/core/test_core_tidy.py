"""Uploads come out as plain films of ours, or are refused in words; bombs cost what we give and no more."""

import contextlib
import struct
import time
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.media.codec import MediaLimits, probe, read_frames, read_sound, steady_frames, write_mp4
from core.media.film import Film, Frame, Sound
from core.media.sandbox import SandboxLimits
from core.media.tidy import Tidied, TidyShape, tidy, tidy_here

FPS, RATE_HZ = 12, 16_000
SHAPE = TidyShape(long_side=64, most_fps=30)


def corner(width: int = 96, height: int = 64) -> Frame:
    """Grey, with a red corner at the top left."""
    frame = np.full((height, width, 3), 90, np.uint8)
    frame[: height // 2, : width // 2] = (220, 20, 20)
    return frame


def is_red(patch: Frame) -> bool:
    red, green, _ = patch.reshape(-1, 3).mean(axis=0)
    return bool(red > green + 60)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("tidy") / "upload.mp4"
    sound = Sound(np.full((RATE_HZ, 2), 0.1, np.float32), RATE_HZ)
    write_mp4(Film(96, 64, FPS, 12, (corner() for _ in range(12)), sound), target)
    return target


def refused(source: Path, target: Path, sandbox: SandboxLimits | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        tidy(source, target, limits=MediaLimits(), shape=SHAPE, sandbox=sandbox)
    assert caught.value.expected
    assert not target.exists() or sandbox is not None
    return caught.value.code


def test_an_upload_comes_out_small_even_and_with_its_sound(path: Path, tmp_path: Path) -> None:
    done = tidy(path, tmp_path / "out.mp4", limits=MediaLimits(), shape=SHAPE)
    assert done == Tidied(was=probe(path), width=64, height=42, fps=12, frame_count=12, has_sound=True)
    assert probe(tmp_path / "out.mp4").frame_count == 12
    assert read_sound(tmp_path / "out.mp4") is not None


def test_sound_is_left_behind_where_it_is_not_wanted(path: Path, tmp_path: Path) -> None:
    shape = SHAPE.model_copy(update={"keeps_sound": False})
    assert not tidy_here(path, tmp_path / "out.mp4", MediaLimits(), shape).has_sound


def test_a_phones_film_that_lies_on_its_side_is_put_upright(path: Path, tmp_path: Path) -> None:
    # The track header's matrix that phones write when held upright: turn by 90 degrees clockwise.
    data = path.read_bytes()
    upright = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    turned = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    track = data.index(b"tkhd")
    place = data.index(upright, track)
    (tmp_path / "phone.mp4").write_bytes(data[:place] + turned + data[place + 36 :])
    info = probe(tmp_path / "phone.mp4")
    assert (info.width, info.height) == (64, 96)
    frame = next(read_frames(tmp_path / "phone.mp4"))
    assert is_red(frame[8:40, 40:56])
    assert not is_red(frame[8:40, 8:24])


def irregular(target: Path, moments_ms: list[int]) -> Path:
    """Write a film whose frames come at these moments, each brighter than the last."""
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=1000, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, moment in enumerate(moments_ms):
            picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 20 * number + 20, np.uint8), format="rgb24")
            picture.pts = moment
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return target


def test_frames_that_come_unevenly_keep_their_time(tmp_path: Path) -> None:
    source = irregular(tmp_path / "vfr.mp4", [0, 40, 80, 900, 940, 1900])
    shades = [round(float(frame.mean()) / 20) - 1 for frame in steady_frames(source, 10)]
    assert shades[:12] == [0, *[2] * 8, 3, 4, 4]
    assert len(shades) == 20
    assert shades[-1] == 5


def test_timestamps_before_zero_are_no_trouble(tmp_path: Path) -> None:
    source = irregular(tmp_path / "early.mp4", [-500, -400, -300, -200, 0, 200])
    assert tidy_here(source, tmp_path / "out.mp4", MediaLimits(), SHAPE).frame_count >= 4


def bomb(target: Path, side: int, repeats: int) -> Path:
    """Write a film of huge frames that hardly takes a byte: one packet that says "as before", over and over."""
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=100, options={"bf": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = side, side, "yuv420p"
        black = av.VideoFrame.from_ndarray(np.zeros((side * 3 // 2, side), np.uint8), format="yuv420p")
        packets = []
        for number in range(3):
            black.pts = number
            packets += stream.encode(black)
        packets += stream.encode(None)
        out.mux(packets[0])
        body = bytes(packets[1])
        for number in range(1, repeats):
            packet = av.Packet(body)
            packet.stream, packet.time_base = stream, Fraction(1, 100)
            packet.pts = packet.dts = number
            out.mux(packet)
    return target


def test_a_small_file_of_huge_frames_is_given_up_in_time(tmp_path: Path) -> None:
    source = bomb(tmp_path / "bomb.mp4", 4096, 3_000)
    assert source.stat().st_size < 20_000_000
    started = time.monotonic()
    assert refused(source, tmp_path / "out.mp4", SandboxLimits(wall_s=3, cpu_s=3)) == "too_costly"
    assert time.monotonic() - started < 30


def test_8k_is_refused_before_a_frame_is_decoded(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "8k.mov"), "w", format="mov") as out:
        stream = out.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 7680, 4320, "rgb24"
        picture = av.VideoFrame(7680, 4320, "rgb24")
        for number in range(2):
            picture.pts = number
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    assert refused(tmp_path / "8k.mov", tmp_path / "out.mp4") == "bad_size"


def test_what_hides_behind_a_webm_is_found(tmp_path: Path) -> None:
    target = tmp_path / "clip.webm"
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libvpx", rate=12, options={"cpu-used": "8", "deadline": "realtime"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for _ in range(6):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(corner(), format="rgb24")))
        out.mux(stream.encode(None))
    assert probe(target).frame_count == 6
    (tmp_path / "both.webm").write_bytes(target.read_bytes() + b"PK\x03\x04 archive")
    assert refused(tmp_path / "both.webm", tmp_path / "out.mp4") == "hidden_data"
    (tmp_path / "half.webm").write_bytes(target.read_bytes()[:-400])
    assert refused(tmp_path / "half.webm", tmp_path / "out.mp4") in {"truncated_film", "unreadable_film"}


@lru_cache(maxsize=1)
def small_film(folder: Path) -> bytes:
    write_mp4(Film(32, 32, FPS, 6, (corner(32, 32) for _ in range(6)), None), folder / "small.mp4")
    return (folder / "small.mp4").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


Change = tuple[int, int, bytes]
CHANGES = st.lists(
    st.tuples(st.integers(0, 4_000), st.integers(0, 6), st.binary(min_size=0, max_size=6)), min_size=1, max_size=8
)


@given(changes=CHANGES, keep=st.floats(0.05, 1.0))
@example(changes=[(0, 0, b"")], keep=1.0)
def test_a_mutated_film_is_read_or_refused_and_nothing_else(folder: Path, changes: list[Change], keep: float) -> None:
    data = bytearray(small_film(folder))
    for place, removed, put in changes:
        at = place % len(data)
        data[at : at + removed] = put
    target = folder / "mutated.mp4"
    target.write_bytes(bytes(data[: max(1, int(len(data) * keep))]))
    with contextlib.suppress(InvalidInput):  # any other error fails the test
        tidy_here(target, folder / "out.mp4", MediaLimits(max_side=512, max_seconds=20), SHAPE)
