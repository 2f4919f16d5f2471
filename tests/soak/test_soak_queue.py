"""A thousand jobs, workers killed at random, on each database."""

from core.storage.database import Database
from pipelines.offline.bench.queue import Load, figures, load_test


def test_a_thousand_jobs_survive_their_workers(soak_steps: int, database: Database) -> None:
    load = Load(jobs=max(100, soak_steps // 1000), longest_s=1800)
    found = list(figures(load_test(database, load), load))
    for figure in found:
        print(f"{database.engine.dialect.name}: {figure.name} {figure.value:g} {figure.unit}", flush=True)  # noqa: T201
    assert [figure.name for figure in found if figure.met is False] == []
