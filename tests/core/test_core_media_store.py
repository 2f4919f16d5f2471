"""The media store keeps whole files under clean keys, and says what is wrong when it cannot."""

from pathlib import Path

import pytest

from core.errors import InvalidInput, NotFound, Unavailable
from core.media.store import MediaStore


def test_what_is_put_can_be_read_in_parts_and_deleted(media: MediaStore) -> None:
    media.put_bytes("films/a1.mp4", b"0123456789")
    assert media.size("films/a1.mp4") == 10
    assert media.read("films/a1.mp4", 2, 3) == b"234"
    with media.local("films/a1.mp4") as path:
        assert path.read_bytes() == b"0123456789"
    media.delete("films/a1.mp4")
    with pytest.raises(NotFound):
        media.read("films/a1.mp4")


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "films/../../x", "", "Films/A", "a" * 300])
def test_a_key_cannot_leave_the_store(media: MediaStore, key: str) -> None:
    with pytest.raises(InvalidInput):
        media.put_bytes(key, b"x")


def test_a_store_that_cannot_be_written_says_so_and_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be written"):
        MediaStore(f"file://{tmp_path / 'media'}").put_bytes("films/a1.mp4", b"x")


def test_a_full_disk_is_unavailable_not_a_crash(media: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.media.store.shutil.copyfile", full)
    with pytest.raises(Unavailable, match="No space left"):
        media.put_bytes("films/a1.mp4", b"x")
