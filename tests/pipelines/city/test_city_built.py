"""What one can rely on about a built city: on both databases, with films, truth apart, and safe to interrupt."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select, text

from core.errors import BrokenArtifact, Conflict
from core.media.codec import probe
from core.media.store import MediaStore
from core.settings import Settings
from core.storage.database import Database
from core.storage.people import People
from core.storage.tables import metadata
from core.storage.tables.feed import events, impressions
from core.storage.videos import Videos
from pipelines.offline.city.build import build_city
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.manifest import BUILDING, read_manifest
from pipelines.offline.city.truth import CityTruth
from tests.conftest import NOON, make_person
from tests.fixtures_city import CITY_NOW, SmallCity, build_small_city


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, in order of the primary key."""
    with database.read() as tx:
        return {
            table.name: [
                tuple(row) for row in tx.connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
        }


def plain(row: tuple[object, ...]) -> str:
    """Return a row as text in which the order of a JSON object's keys makes no difference."""
    return repr([json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value for value in row])


def forget_schema(database: Database) -> None:
    """Drop every table, the migrations' own too."""
    metadata.drop_all(database.engine)
    with database.write() as tx:
        tx.connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> Iterator[tuple[Database, Database]]:
    """Two databases of the same small city, built one after the other."""
    homes = (tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second"))
    cities = [build_small_city(home, encoder_folder, people=24, videos=40, train=False) for home in homes]
    databases = (cities[0].database(), cities[1].database())
    yield databases
    for database in databases:
        database.close()


def test_two_builds_of_one_seed_are_the_same_row_by_row(twins: tuple[Database, Database]) -> None:
    first, second = (rows_of(database) for database in twins)
    assert first["people"]
    assert first["events"]
    assert first == second


def test_the_city_is_the_same_on_postgresql(
    twins: tuple[Database, Database], postgres_url: str, tmp_path: Path, encoder_folder: Path
) -> None:
    target = Database(postgres_url)
    forget_schema(target)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "encoder").symlink_to(encoder_folder.absolute())
    config = CityConfig(people=24, videos=40, films=0, now=CITY_NOW)
    build_city(Settings(home=tmp_path, database_url=postgres_url), config, processes=0, train=False)
    ours, theirs = rows_of(target), rows_of(twins[0])
    forget_schema(target)
    target.close()
    assert {name: sorted(map(plain, rows)) for name, rows in ours.items()} == {
        name: sorted(map(plain, rows)) for name, rows in theirs.items()
    }


def test_every_video_has_a_film_with_sound_a_poster_and_a_vector(small_city: SmallCity) -> None:
    media = MediaStore(small_city.settings.resolved_media_url)
    database = small_city.database()
    with database.read() as tx:
        videos = Videos(tx).published()
    database.close()
    assert len(videos) > 70
    for key in {video.film_key or "" for video in videos}:
        with media.local(key) as path:
            info = probe(path)
        assert info.has_sound
        assert info.seconds > 1
    for video in videos:
        assert media.exists(video.poster_key or "")
        vector = np.frombuffer(video.embedding or b"", dtype="<f4")
        assert vector.shape == (384,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
        assert video.fingerprint


def test_the_manifest_counts_what_is_there(small_city: SmallCity) -> None:
    database = small_city.database()
    with database.read() as tx:
        for table in ("people", "videos", "impressions", "events", "likes", "polls", "family_links"):
            stored = tx.connection.scalar(select(func.count()).select_from(metadata.tables[table]))
            assert stored == small_city.manifest.counts[table], table
        kinds = set(tx.connection.scalars(select(events.c.kind).distinct()))
    database.close()
    assert {"view", "complete", "like", "comment", "remix", "create", "follow", "hide", "poll_answer"} <= kinds


def test_logged_propensities_are_probabilities(small_city: SmallCity) -> None:
    database = small_city.database()
    with database.read() as tx:
        low, high = tx.connection.execute(
            select(func.min(impressions.c.propensity), func.max(impressions.c.propensity))
        ).one()
    database.close()
    assert 0 < low <= high <= 1


def test_the_truth_is_beside_the_city_and_not_in_its_database(small_city: SmallCity) -> None:
    truth = CityTruth.open(small_city.settings.home / "city" / "truth")
    tastes = truth.truth.tastes
    database = small_city.database()
    with database.read() as tx:
        people, videos = People(tx).page(limit=500), Videos(tx).published()
    words = {str(column.name) for table in metadata.sorted_tables for column in table.columns}
    stored = repr(rows_of(database))
    database.close()
    assert not words & {"taste", "tastes", "quality", "hook", "pickiness"}
    assert all(f"{value:.10f}" not in stored for value in tastes[:, :5].ravel())
    satisfied = truth.true_satisfaction(people[0].id, [video.id for video in videos])
    assert ((satisfied > 0) & (satisfied < 1)).all()
    assert satisfied.std() > 0.05
    assert (truth.true_creation(people[0].id, [video.id for video in videos]) < 0.9).all()


def test_a_missing_truth_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BrokenArtifact) as caught:
        CityTruth.open(tmp_path)
    assert "kindling demo build" in (caught.value.expected or "")


def test_an_interrupted_build_starts_over_cleanly(city_copy: SmallCity) -> None:
    home = city_copy.settings.home
    assert read_manifest(home) is not None
    (home / "city" / BUILDING).write_text("interrupted")
    assert read_manifest(home) is None
    config = CityConfig(seed=9, people=14, videos=24, films=0, now=CITY_NOW)
    manifest = build_city(city_copy.settings, config, processes=0, train=False)
    assert read_manifest(home) == manifest
    database = city_copy.database()
    with database.read() as tx:
        assert len(People(tx).page(limit=500)) == 14
    database.close()


def test_a_database_that_is_in_use_is_left_alone(city_copy: SmallCity) -> None:
    shutil.rmtree(city_copy.settings.home / "city")
    with pytest.raises(Conflict) as caught:
        build_city(city_copy.settings, city_copy.manifest.config, processes=0)
    assert caught.value.code == "database_in_use"
    database = city_copy.database()
    with database.write() as tx:
        People(tx).add([make_person("still_here")])
        assert len(People(tx).page(limit=500)) == city_copy.manifest.counts["people"] + 1
    database.close()
    assert city_copy.clock.now() < NOON


def test_films_asked_for_are_rendered_and_shared(tmp_path: Path, encoder_folder: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "encoder").symlink_to(encoder_folder.absolute())
    settings = Settings(home=tmp_path)
    config = CityConfig(people=16, videos=24, films=2, now=CITY_NOW, days=5)
    manifest = build_city(settings, config, processes=0, train=False)
    database = Database(settings.resolved_database_url)
    with database.read() as tx:
        videos = Videos(tx).published()
    database.close()
    keys = {video.film_key for video in videos}
    assert manifest.films == len(keys) == 2
    assert {video.size for video in videos} == {"360x640"}
    assert {video.seconds for video in videos} <= {4, 5, 6}
