"""How the city's people really fare, week by week: what each would answer to every question, asked or not.

Part of the truth: the answers that are stored come from here, and only evaluation compares the two. That most fare well
is a choice of this drawing (``_CUTS``) and says nothing about any real engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from core.errors import BrokenArtifact
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.store import City
from pipelines.offline.city.tastes import Truth
from wellbeing.outcomes.reports import reported_until
from wellbeing.who5 import QUESTIONS, who5_score

Array = NDArray[np.float64]
_DAY_S = 86_400
# A period's days; look back 182 days at most: one answer each.
PERIOD_DAYS: Mapping[str, int] = {"mood": 7, "time_well_spent": 7, "who5": 28, "look_back": 182}
# Where the latent scale (mean 0, deviation about 1) turns into answers 2, 3, 4, 5. Two thirds look back better off.
_CUTS = {
    "mood": (-1.9, -1.0, -0.2, 1.1),
    "time_well_spent": (-1.7, -0.9, -0.1, 1.1),
    "look_back": (-1.6, -1.0, -0.4, 0.7),
}
_FORM_CUTS = (-2.0, -1.2, -0.4, 0.4, 1.5)  # answers 1 to 5 of the form's statements
_FORM_LEVEL = 0.35
_FILE = "faring.parquet"


@dataclass(frozen=True, slots=True)
class Faring:
    """``traits``: what sets people apart, standardised, (people,) each; ``answers``: kind -> (people, periods).

    Column 0 is the period in progress, column 1 the newest that is over, as a report counts them. A form's answers one
    by one are in ``form``: (people, periods, statements).
    """

    traits: Mapping[str, Array]
    answers: Mapping[str, Array]
    form: NDArray[np.int64]


def column_of(kind: str, moment_s: float, now: datetime) -> int:
    """Return the column of the period that a moment falls in."""
    return int((reported_until(now).timestamp() - moment_s) // (PERIOD_DAYS[kind] * _DAY_S)) + 1


def draw_faring(config: CityConfig, city: City, truth: Truth) -> Faring:
    """Draw how everyone fares: better with what suits them, with friends, with making; use by itself adds little."""
    traits = _traits(city, truth)
    random = config.arrays("faring")
    people = len(city.citizens)
    glad = (
        0.5 * traits["suits"] + 0.25 * traits["friends"] + 0.3 * traits["makes"] + 0.2 * traits["use"]
        - 0.15 * traits["teen"] + random.normal(0, 0.7, people)
    )  # fmt: skip
    answers: dict[str, Array] = {}
    for kind, share in (("mood", 0.5), ("time_well_spent", 0.7), ("look_back", 0.9)):
        level = share * glad + random.normal(0, 0.3, people)
        passing = random.normal(0, 0.6, (people, _periods(config, kind))) if kind != "look_back" else np.zeros((1, 2))
        answers[kind] = np.searchsorted(_CUTS[kind], level[:, None] + passing).astype(np.float64) + 1
    form = _form(random, glad, _periods(config, "who5"))
    traits["glad"] = _standard(glad)
    scores = [
        [who5_score(form[person, period].tolist()) for period in range(form.shape[1])] for person in range(people)
    ]
    return Faring(traits, answers | {"who5": np.array(scores, dtype=np.float64)}, form)


def save_faring(folder: Path, faring: Faring, people: list[str]) -> None:
    """Write what everyone would have said, beside the rest of the truth."""
    parts = [
        pl.DataFrame({
            "person_id": np.repeat(people, values.shape[1]),
            "kind": kind,
            "period": np.tile(np.arange(values.shape[1]) - 1, len(people)),
            "answer": values.ravel(),
        })
        for kind, values in faring.answers.items()
    ]  # fmt: skip
    pl.concat(parts).write_parquet(folder / _FILE)


def true_answers(folder: Path, kind: str, period: int) -> dict[str, float]:
    """Return what each person would have said in a period (0: the newest that is over).

    Raises ``BrokenArtifact`` where there is no truth.
    """
    try:
        table = pl.read_parquet(folder / _FILE)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BrokenArtifact(
            code="no_truth", detail=f"The demo city's truth cannot be read: {error}.",
            expected="Build the city with `kindling demo build`.", path=str(folder),
        ) from error  # fmt: skip
    chosen = table.filter((pl.col("kind") == kind) & (pl.col("period") == period))
    return dict(zip(chosen["person_id"].to_list(), chosen["answer"].to_list(), strict=True))


def _periods(config: CityConfig, kind: str) -> int:
    return 2 + config.days // PERIOD_DAYS[kind]


def _traits(city: City, truth: Truth) -> dict[str, Array]:
    log, people = city.log, len(city.citizens)
    makers = np.array([piece.creator for piece in city.pieces])
    friends = np.array(sorted(city.graph.friends()), dtype=np.int64).reshape(-1, 2)
    pages = np.bincount(log.visits.person[np.unique(log.page)], minlength=people)
    shown = np.bincount(log.person, minlength=people)
    suits = truth.satisfaction(log.person, log.video, np.zeros(len(log.video)))
    mean = float(suits.mean()) if len(suits) else 0.0
    sums = np.bincount(log.person, suits, minlength=people)
    return {
        "suits": _standard(np.where(shown > 0, sums / np.maximum(shown, 1), mean)),
        "friends": _standard(np.log1p(np.bincount(friends[:, 0], minlength=people))),
        "makes": _standard((np.bincount(makers, minlength=people) > 0).astype(np.float64)),
        "use": _standard(np.log1p(pages)),
        "teen": _standard(np.array([citizen.is_teen for citizen in city.citizens], dtype=np.float64)),
    }


def _form(random: np.random.Generator, glad: Array, periods: int) -> NDArray[np.int64]:
    people = len(glad)
    common = 0.6 * glad[:, None] + random.normal(0, 0.5, (people, periods)) + _FORM_LEVEL
    each = common[..., None] + random.normal(0, 0.6, (people, periods, QUESTIONS))
    answers: NDArray[np.int64] = np.searchsorted(_FORM_CUTS, each).astype(np.int64)
    return answers


def _standard(values: Array | NDArray[np.int64]) -> Array:
    spread = float(values.std())
    standard: Array = (values - values.mean()) / (spread or 1.0)
    return standard
