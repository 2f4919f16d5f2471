"""The snapshot: whole or refused, swapped without a restart, and what is newer comes from the database."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BrokenArtifact
from ranking.room import Ranking
from ranking.snapshot import SNAPSHOT_SCHEMA, current_folder, open_snapshot
from tests.ranking.conftest import World


def live(world: World) -> Path:
    return current_folder(world.settings.snapshots)


def truncate(folder: Path) -> None:
    path = folder / "videos" / "text.npy"
    path.write_bytes(path.read_bytes()[:-10])


def flip_a_byte(folder: Path) -> None:
    path = folder / "people" / "vector.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def drop_a_file(folder: Path) -> None:
    (folder / "similar.faiss").unlink()


def claim_another_schema(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace(f'"schema_version": {SNAPSHOT_SCHEMA}', '"schema_version": 1'))


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def spoil_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


BREAKS = [truncate, flip_a_byte, drop_a_file, claim_another_schema, lose_the_manifest, spoil_the_manifest]


@pytest.mark.parametrize("spoil", BREAKS)
def test_a_broken_snapshot_is_refused_by_name(small_world: World, spoil: Callable[[Path], None]) -> None:
    small_world.snapshot()
    folder = live(small_world)
    spoil(folder)
    with pytest.raises(BrokenArtifact) as caught:
        Ranking.open(small_world.settings.snapshots, small_world.encoder)
    assert folder.name in caught.value.detail
    assert caught.value.expected


@pytest.mark.parametrize("spoil", BREAKS)
def test_a_broken_new_snapshot_leaves_the_old_one_serving(small_world: World, spoil: Callable[[Path], None]) -> None:
    ranking = small_world.rooms.ranking
    before = ranking.snapshot.revision
    small_world.video("ada")
    small_world.clock.advance(hours=1)
    small_world.snapshot()
    assert live(small_world).name != before
    spoil(live(small_world))
    with pytest.raises(BrokenArtifact):
        ranking.refresh()
    assert ranking.snapshot.revision == before
    assert len(small_world.page("bo").items) == 8


def test_a_sealed_snapshot_with_columns_of_another_shape_is_refused(small_world: World) -> None:
    from core.artifacts import seal
    from ranking.snapshot import SNAPSHOT_NAME

    small_world.snapshot()
    folder = live(small_world)
    np.save(folder / "videos" / "heat.npy", np.zeros(3, dtype=np.float32))
    seal(folder, name=SNAPSHOT_NAME, schema_version=SNAPSHOT_SCHEMA, created_at=small_world.clock.now(), made_by="test")
    with pytest.raises(BrokenArtifact, match="another shape: heat"):
        open_snapshot(folder)


def test_no_snapshot_says_which_command_makes_one(small_world: World) -> None:
    with pytest.raises(BrokenArtifact) as caught:
        Ranking.open(small_world.settings.snapshots, small_world.encoder)
    assert "kindling train snapshot" in (caught.value.expected or "")


def test_current_that_names_a_missing_folder_is_refused(small_world: World) -> None:
    small_world.snapshot()
    shutil.rmtree(live(small_world))
    with pytest.raises(BrokenArtifact):
        Ranking.open(small_world.settings.snapshots, small_world.encoder)


def test_a_new_snapshot_comes_in_without_a_restart(small_world: World) -> None:
    ranking = small_world.rooms.ranking
    count = ranking.snapshot.video_count
    late = small_world.video("bo", "A brand new kite", hours_ago=0.0)
    assert late in [item.video.id for item in small_world.page("ada", size=12).items]
    small_world.snapshot()
    assert ranking.refresh()
    assert ranking.snapshot.video_count == count + 1
    assert not ranking.refresh()
    assert ranking.catalogue.rows_of([late])[0] >= 0
    assert len(small_world.page("ada").items) == 8


def test_refreshing_in_the_background_puts_the_new_one_in_force(small_world: World) -> None:
    import threading

    ranking = small_world.rooms.ranking
    small_world.clock.advance(hours=1)
    small_world.snapshot()
    ranking.refresh_when_changed()
    for thread in threading.enumerate():
        if thread.name == "snapshot-refresh":
            thread.join()
    assert ranking.snapshot.revision == live(small_world).name


def test_videos_by_people_the_snapshot_has_never_heard_of_are_found(small_world: World) -> None:
    catalogue = small_world.rooms.ranking
    small_world.person("new")
    theirs = small_world.video("new", "A cactus in a hat", hours_ago=0.0)
    remix = small_world.video("new", "A cactus in two hats", hours_ago=0.0, remixed_from=theirs)
    small_world.follow("ada", "new")
    page = small_world.page("ada", size=12)
    assert theirs in [item.video.id for item in page.items]
    rows = catalogue.catalogue.rows_of([theirs, remix])
    families = catalogue.catalogue.take("family", rows)
    assert families[0] == families[1]
    assert catalogue.catalogue.person_id(int(catalogue.catalogue.take("creator", rows)[0])) == "per_new"


def test_building_twice_gives_the_same_bytes(small_world: World) -> None:
    small_world.snapshot()
    first = json.loads((live(small_world) / "manifest.json").read_text())
    small_world.snapshot()
    second = json.loads((live(small_world) / "manifest.json").read_text())
    assert first["revision"] == second["revision"]


def test_old_snapshots_are_cleared_away(small_world: World) -> None:
    for _ in range(6):
        small_world.clock.advance(hours=1)
        small_world.snapshot()
    kept = [path for path in small_world.settings.snapshots.iterdir() if path.is_dir()]
    assert len(kept) == 4
    assert live(small_world) in kept
