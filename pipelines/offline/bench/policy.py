"""The measure of ``kindling bench policy``: a drawn history decided again, and ``decide`` row by row beside it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from core.storage.database import Database
from core.storage.decision_history import DecisionHistory
from core.storage.migrate import upgrade
from core.storage.tables.safety import decisions
from core.vocabulary import Audience, Surface
from pipelines.offline.bench.figures import Figure
from pipelines.offline.moderation.backtest import OUTCOMES, backtest
from pipelines.offline.moderation.tuning import next_version
from safety.decide import decide
from safety.decide_many import AUDIENCES, NO_CATEGORY, NOT_MEASURED, SURFACES, ManyVerdicts, decide_many
from safety.policy import JUDGED, ModerationPolicy, load_moderation_policy

GOAL_PER_MINUTE = 1e6
_BATCH, _ONE_BY_ONE, _PEOPLE = 50_000, 20_000, 20_000
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_TIGHTER = 0.9  # every threshold of the candidate, times this


def measure_backtest(folder: Path, count: int) -> Iterator[Figure]:
    """Draw ``count`` decisions into an embedded database in ``folder``, and decide them again."""
    database, policy = Database(f"sqlite:///{folder / 'kindling.db'}"), load_moderation_policy()
    upgrade(database)
    _draw_history(database, policy, count)
    candidate = _tighter(policy)
    done = backtest(database, policy, candidate)
    alone = _one_by_one_per_minute(database, policy, candidate)
    database.close()
    yield Figure(
        "decisions decided again, per minute", done.decisions / done.seconds * 60, "",
        GOAL_PER_MINUTE, "`decide` row by row", alone, at_least=True,
    )  # fmt: skip
    yield Figure("of them flipped", done.flipped, "")


def _tighter(policy: ModerationPolicy) -> ModerationPolicy:
    rules = [
        rule.model_dump() | {name: getattr(rule, name) * _TIGHTER for name in ("limit_at", "review_at", "block_at")}
        for rule in policy.rule
    ]
    header = policy.policy.model_dump() | {"version": next_version(policy.version, policy.policy.effective)}
    return ModerationPolicy.model_validate({"policy": header, "rule": rules})


def _draw_history(database: Database, policy: ModerationPolicy, count: int) -> None:
    """Store decisions as the policy gives them: scores mostly near 0, some near 1, every surface and audience."""
    random = np.random.default_rng(7)
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        scores = random.beta(0.12, 2.0, (size, len(JUDGED))).round(6)
        surfaces, audiences = (random.integers(len(of), size=size, dtype=np.int8) for of in (SURFACES, AUDIENCES))
        verdicts = decide_many(scores, surfaces, audiences, policy)
        cells = [(str(SURFACES[a]), str(AUDIENCES[b])) for a, b in zip(surfaces, audiences, strict=True)]
        rows = _rows(policy, start, scores.tolist(), cells, verdicts, random.integers(_PEOPLE, size=size).tolist())
        with database.write() as tx:
            tx.connection.execute(insert(decisions), rows)


def _rows(
    policy: ModerationPolicy,
    start: int,
    scores: list[list[float]],
    cells: list[tuple[str, str]],
    verdicts: ManyVerdicts,
    people: list[int],
) -> list[dict[str, Any]]:
    return [
        {
            "id": f"dec_{start + place:09d}", "subject_kind": "video", "subject_id": f"video_{start + place}",
            "person_id": f"per_{people[place]}", "surface": surface, "audience": audience,
            "outcome": OUTCOMES[verdicts.outcomes_N[place]],
            **_led(policy, surface, audience, int(verdicts.categories_N[place])),
            "policy_version": policy.version, "threshold_revision": policy.threshold_revision,
            "model_revision": "drawn",
            "scores": dict(zip(JUDGED, scores[place], strict=True)), "evidence": [],
            "created_at": _FIRST_DAY + timedelta(seconds=start + place),
        }
        for place, (surface, audience) in enumerate(cells)
    ]  # fmt: skip


def _led(policy: ModerationPolicy, surface: str, audience: str, category: int) -> dict[str, str]:
    if category == NO_CATEGORY:
        return {"rule_id": "", "category": ""}
    rule = policy.at(JUDGED[category], Surface(surface), Audience(audience))
    return {"rule_id": f"{rule.id}:{JUDGED[category]}", "category": JUDGED[category]}


def _one_by_one_per_minute(database: Database, before: ModerationPolicy, after: ModerationPolicy) -> float:
    """Read, parse and decide some of the same rows one by one, under both policies; return how many a minute."""
    started = time.perf_counter()
    with database.read() as tx:
        columns = next(DecisionHistory(tx).batches(size=_ONE_BY_ONE))
        for surface, audience, text in zip(columns["surface"], columns["audience"], columns["scores"], strict=True):
            scores = {name: NOT_MEASURED if score is None else score for name, score in json.loads(text).items()}
            for policy in (before, after):
                decide(scores, Surface(surface), Audience(audience), policy)
    return len(columns["id"]) / (time.perf_counter() - started) * 60
