"""What other recommenders take for a plain top-20 of the same people over the same videos, in the same process.

Neither peer filters, steers, explains or looks at the state of the moment: they multiply one person's factors with
all items' and keep the best. Their models hold as many people, items and factors as ours; how they were trained does
not change what an answer costs, so `implicit` is given our vectors and LensKit one round of training.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.bench.figures import median, timed_ms
from ranking.features import FEATURES
from ranking.heads import HEADS
from ranking.room import Ranking
from ranking.snapshot import VECTOR_DIMENSIONS
from ranking.viewer import Viewer

Array = NDArray[Any]
_TOP, _ASKED, _ROWS = 20, 40, 448


def implicit_ms(ranking: Ranking, people: Array) -> float:
    """Return the median time of `implicit`'s ``recommend`` for one person at a time."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    model = AlternatingLeastSquares(factors=VECTOR_DIMENSIONS, num_threads=1)
    model.user_factors = np.array(ranking.snapshot.person_vectors)
    model.item_factors = np.array(ranking.snapshot.videos["vector"])
    nothing = csr_matrix((1, len(model.item_factors)), dtype=np.float32)
    return _one_by_one(people[:_ASKED].tolist(), lambda row: model.recommend(row, nothing, N=_TOP))


def lenskit_ms(ranking: Ranking, viewers: Sequence[Viewer]) -> float:
    """Return the median time of LensKit's top-n pipeline for one person at a time."""
    import pandas as pd
    from lenskit.als import ImplicitMFScorer
    from lenskit.data import from_interactions_df
    from lenskit.operations import recommend
    from lenskit.pipeline import topn_pipeline

    people = ranking.catalogue.people_rows([viewer.person_id for viewer in viewers]).tolist()
    acts = [ranking.catalogue.rows_of([str(event.video_id) for event in viewer.events]) for viewer in viewers]
    seen = [(person, row) for person, rows in zip(people, acts, strict=True) for row in set(rows.tolist())]
    frame = pd.DataFrame(seen, columns=["user_id", "item_id"])
    pipeline = topn_pipeline(ImplicitMFScorer(embedding_size=VECTOR_DIMENSIONS, epochs=1), n=_TOP)
    pipeline.train(from_interactions_df(frame, items=np.arange(ranking.snapshot.video_count)))
    return _one_by_one(people[:_ASKED], lambda person: recommend(pipeline, person, n=_TOP))


def lightgbm_ms(ranking: Ranking, heads: Path) -> tuple[float, float]:
    """Return the median time of our heads and of LightGBM's predictor (one thread) on the same rows."""
    import lightgbm

    random = np.random.default_rng(1)
    features = random.gamma(1.0, 1.0, (_ROWS, len(FEATURES))).astype(np.float32)
    boosters = [lightgbm.Booster(model_file=str(heads / f"{name}.txt")) for name in HEADS]
    ours = timed_ms(lambda: ranking.snapshot.heads.trees.raw(features), repeats=50)
    theirs = timed_ms(lambda: [one.predict(features, raw_score=True, num_threads=1) for one in boosters], repeats=50)
    return median(ours), median(theirs)


def _one_by_one(people: Sequence[Any], ask: Callable[[Any], object]) -> float:
    ask(people[0])
    times = []
    for person in people:
        start = time.perf_counter()
        ask(person)
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)
