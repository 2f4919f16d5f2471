"""An artifact that was truncated, changed or made for another reader is refused, and says so."""

from pathlib import Path

import pytest

from core.artifacts import Manifest, open_artifact, seal
from core.errors import BrokenArtifact
from tests.conftest import NOON


def make(folder: Path) -> Manifest:
    (folder / "deep").mkdir()
    (folder / "weights.bin").write_bytes(b"1234")
    (folder / "deep" / "index.bin").write_bytes(b"5678")
    return seal(folder, name="thing", schema_version=3, created_at=NOON, made_by="a command")


def test_a_whole_artifact_opens_with_the_same_manifest(tmp_path: Path) -> None:
    assert make(tmp_path) == open_artifact(tmp_path, name="thing", schema_version=3)


def test_the_revision_follows_from_the_content_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert make(tmp_path / "a").revision == make(tmp_path / "b").revision


@pytest.mark.parametrize("harm", ["truncate", "change", "remove", "manifest", "no manifest"])
def test_a_damaged_artifact_is_refused(tmp_path: Path, harm: str) -> None:
    make(tmp_path)
    target = tmp_path / "deep" / "index.bin"
    if harm == "truncate":
        target.write_bytes(b"56")
    elif harm == "change":
        target.write_bytes(b"5679")
    elif harm == "remove":
        target.unlink()
    elif harm == "manifest":
        (tmp_path / "manifest.json").write_text("{")
    else:
        (tmp_path / "manifest.json").unlink()
    with pytest.raises(BrokenArtifact):
        open_artifact(tmp_path, name="thing", schema_version=3)


@pytest.mark.parametrize(("name", "schema"), [("other", 3), ("thing", 4)])
def test_another_kind_or_schema_is_refused(tmp_path: Path, name: str, schema: int) -> None:
    make(tmp_path)
    with pytest.raises(BrokenArtifact):
        open_artifact(tmp_path, name=name, schema_version=schema)
