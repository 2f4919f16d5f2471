"""The watermark, the manifest and the fingerprint."""

import random
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from core.clock import ManualClock, SystemClock
from core.errors import InvalidInput
from safety.provenance.certificates import signing_keys
from safety.provenance.fingerprint import SAME_WITHIN_BITS, distance_bits, fingerprint
from safety.provenance.manifest import TRAINED_ALGORITHMIC_MEDIA, Claim, Provenance
from safety.provenance.watermark import Watermark
from tests.conftest import NOON

CLAIM = Claim("A ball at sea", "video_1", "ada", "world", NOON, remixed_from="video_0")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    folder = tmp_path_factory.mktemp("films")
    _write_clip(folder / "plain.mp4")
    Provenance(signing_keys(keys, SystemClock())).sign(folder / "plain.mp4", folder / "signed.mp4", CLAIM)
    return folder / "signed.mp4"


@pytest.fixture
def provenance(keys: Path) -> Provenance:
    return Provenance(signing_keys(keys, SystemClock()))


def _write_clip(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 96, 160, "yuv420p"
        for index in range(24):
            frame = np.full((160, 96, 3), index * 10, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def test_a_signed_film_says_who_made_it_and_that_it_is_generated(provenance: Provenance, signed: Path) -> None:
    report = provenance.read(signed)
    assert report.is_valid
    assert report.is_trusted
    assert report.problems == ()
    assert report.source_type == TRAINED_ALGORITHMIC_MEDIA
    assert report.claim_generator.startswith("Kindling")
    assert report.details is not None
    assert report.details["video_id"] == "video_1"
    assert report.details["remixed_from"] == "video_0"


def test_a_signed_film_still_plays(signed: Path) -> None:
    with av.open(str(signed)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 24


def test_a_change_of_any_byte_breaks_the_manifest(provenance: Provenance, signed: Path, tmp_path: Path) -> None:
    content = signed.read_bytes()
    # Everywhere, in the first boxes (which the standard's hashes leave out in part), and in the seal at the end.
    last = len(content)
    places = [*range(0, 120, 3), *random.Random(3).sample(range(last), 80), *range(last - 100, last, 4)]
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1
        (tmp_path / "changed.mp4").write_bytes(changed)
        assert not provenance.read(tmp_path / "changed.mp4").is_trusted, f"byte {place} of {len(content)}"


def test_truncated_appended_and_foreign_files_are_not_valid(
    provenance: Provenance, signed: Path, tmp_path: Path
) -> None:
    content = signed.read_bytes()
    for name, altered in {"short": content[:-100], "long": content + b"x", "text": b"not a film"}.items():
        (tmp_path / name).write_bytes(altered)
        assert not provenance.read(tmp_path / name).is_valid
    _write_clip(tmp_path / "plain.mp4")
    report = provenance.read(tmp_path / "plain.mp4")
    assert not report.is_present
    assert not report.is_valid
    with pytest.raises(InvalidInput):
        provenance.read(tmp_path / "missing.mp4")


def test_another_installations_film_is_whole_but_not_ours(signed: Path, tmp_path: Path) -> None:
    other = Provenance(signing_keys(tmp_path / "other", ManualClock(NOON + timedelta(days=1))))
    report = other.read(signed)
    assert report.is_present
    assert not report.is_trusted


def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    first = signing_keys(tmp_path / "keys", SystemClock())
    assert signing_keys(tmp_path / "keys", SystemClock()) == first
    assert (tmp_path / "keys" / "c2pa.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("shade", [0, 127, 255])
def test_the_mark_is_visible_on_any_background(shade: int) -> None:
    frame = np.full((640, 360, 3), shade, np.uint8)
    mark = Watermark("Kindling · @ada", 7)
    marked = mark.apply(frame, 30, 24)
    left, top, wide, high = mark.place(360, 640, 30, 24)
    patch = marked[top : top + high, left : left + wide].astype(int)
    assert patch.max() - patch.min() >= 120
    assert (frame == shade).all()
    outside = marked.copy()
    outside[top : top + high, left : left + wide] = shade
    assert (outside == shade).all()


def test_the_mark_moves_over_most_of_the_picture_and_stays_inside() -> None:
    mark = Watermark("Kindling · @ada", 7)
    places = [mark.place(360, 640, index, 24) for index in range(12 * 24)]
    assert all(left >= 0 and top >= 0 and left + wide <= 360 and top + high <= 640 for left, top, wide, high in places)
    assert max(place[1] for place in places) - min(place[1] for place in places) > 320
    # No second keeps the mark in one place.
    assert all(places[at] != places[at + 24] for at in range(0, len(places) - 24, 24))


def test_two_films_are_marked_in_different_places() -> None:
    assert Watermark("Kindling", 1).place(360, 640, 0, 24) != Watermark("Kindling", 2).place(360, 640, 0, 24)


@pytest.mark.parametrize("size", [(16, 16), (64, 24), (640, 360)])
def test_small_frames_and_long_names_are_marked_too(size: tuple[int, int]) -> None:
    frame = np.zeros((*size, 3), np.uint8)
    marked = Watermark("Kindling · @" + "a_very_long_handle_" * 3, 7).apply(frame, 5, 24)
    assert marked.shape == frame.shape
    assert marked.any()


def test_a_fingerprint_survives_small_changes_and_tells_films_apart() -> None:
    noise = np.random.default_rng(5)
    first = np.kron(noise.integers(0, 255, (8, 8, 3)), np.ones((40, 40, 1))).astype(np.uint8)
    second = np.kron(noise.integers(0, 255, (8, 8, 3)), np.ones((40, 40, 1))).astype(np.uint8)
    darker = (first * 0.9).astype(np.uint8)
    assert len(fingerprint([first])) == 64
    assert distance_bits(fingerprint([first]), fingerprint([darker])) <= SAME_WITHIN_BITS
    assert distance_bits(fingerprint([first]), fingerprint([second])) > SAME_WITHIN_BITS
    blank = np.zeros_like(first)
    assert fingerprint([blank, first]) == fingerprint([first])
