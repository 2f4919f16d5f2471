"""Deciding the stored history again gives, for any scores and policy, what ``decide`` gives one by one."""

import json
import math
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.ids import PersonId
from core.storage.database import Database
from core.storage.decisions import Decisions
from core.storage.people import People
from core.verdicts import Verdict
from core.vocabulary import Audience, Outcome, Surface
from pipelines.offline.moderation.backtest import backtest
from pipelines.offline.moderation.scores_text import ScoreParser
from pipelines.offline.moderation.tuning import propose
from safety.decide import decide
from safety.decide_many import AUDIENCES, SURFACES, decide_many, scores_array
from safety.policy import JUDGED, NEVER, ModerationPolicy, Rule, Thresholds, load_moderation_policy
from tests.conftest import NOON, make_person

POLICY = load_moderation_policy()
HEADER = POLICY.policy.model_dump()
# Half of them are thresholds of some policy: a score that equals one reaches it.
numbers = st.sampled_from([0.0, 0.15, 0.2, 0.35, 0.5, 0.65, 0.8, 0.93, 1.0]) | st.floats(0, 1)
wild = st.sampled_from([math.nan, math.inf, -math.inf])
score_sets = st.dictionaries(st.sampled_from(JUDGED), numbers | wild, max_size=len(JUDGED))
cells = st.tuples(st.sampled_from(SURFACES), st.sampled_from(AUDIENCES))


@st.composite
def policies(draw: st.DrawFn) -> ModerationPolicy:
    """Any sound policy: thresholds for all, and stricter ones for some categories, surfaces and the young."""

    def thresholds(most: Sequence[float]) -> list[float]:
        return sorted(min(draw(numbers | st.just(NEVER)), top) for top in most)

    loose = sorted(draw(st.lists(numbers | st.just(NEVER), min_size=3, max_size=3)))
    strict = [min(pair) for pair in zip(thresholds(loose), loose, strict=True)]
    some = draw(st.lists(st.sampled_from(JUDGED), min_size=1, max_size=9, unique=True))
    where = draw(st.lists(st.sampled_from([str(surface) for surface in Surface]), min_size=1, unique=True))
    everything = {"categories": ["*"], "surfaces": ["*"]}
    young = {"audiences": ["teen", "depicted_minor"]}
    rules = [
        rule("all", loose, **everything, audiences=["*"]),
        rule("young", strict, categories=some, surfaces=where, **young),
        rule("never", [draw(numbers)] * 3, categories=["sexual/minors"], surfaces=["*"], audiences=["*"]),
    ]
    return ModerationPolicy.model_validate({"policy": HEADER, "rule": rules})


def rule(name: str, starts: Sequence[float], **cells: Sequence[str]) -> dict[str, object]:
    limit, review, block = starts
    numbers = {"limit_at": limit, "review_at": review, "block_at": block}
    return {"id": name, "reason": "For a test of policies.", **numbers, **cells}


@given(policy=policies() | st.just(POLICY), rows=st.lists(st.tuples(score_sets, cells), min_size=1, max_size=12))
@settings(max_examples=120)
def test_deciding_many_at_once_is_deciding_each(
    policy: ModerationPolicy, rows: list[tuple[dict[str, float], tuple[Surface, Audience]]]
) -> None:
    scores = scores_array(row for row, _ in rows)
    surfaces = np.array([SURFACES.index(surface) for _, (surface, _) in rows], np.int8)
    audiences = np.array([AUDIENCES.index(audience) for _, (_, audience) in rows], np.int8)
    found = decide_many(scores, surfaces, audiences, policy)
    for place, (row, (surface, audience)) in enumerate(rows):
        one = decide(row, surface, audience, policy)
        assert found.outcomes_N[place] == one.outcome
        assert (JUDGED[found.categories_N[place]] if one.category else "") == one.category


@given(policy=policies() | st.just(POLICY), scores=score_sets, surface=st.sampled_from(SURFACES))
@settings(max_examples=120)
def test_under_any_sound_policy_a_minor_is_judged_at_least_as_strictly(
    policy: ModerationPolicy, scores: dict[str, float], surface: Surface
) -> None:
    adult, teen, depicted = (decide(scores, surface, audience, policy).outcome for audience in Audience)
    assert depicted >= teen >= adult


@given(starts=st.lists(numbers, min_size=3, max_size=3), category=st.sampled_from(JUDGED))
def test_a_policy_that_is_looser_for_the_young_anywhere_does_not_load(starts: list[float], category: str) -> None:
    looser = rule("looser", sorted(starts), categories=[category], surfaces=["comment"], audiences=["teen"])
    held = POLICY.at(category, Surface.COMMENT, Audience.ADULT)
    is_stricter = Thresholds(**dict(zip(("limit_at", "review_at", "block_at"), sorted(starts), strict=True)))
    depicted = POLICY.at(category, Surface.COMMENT, Audience.DEPICTED_MINOR)
    sound = is_stricter.is_at_least_as_strict_as(held) and depicted.is_at_least_as_strict_as(is_stricter)
    data = {"policy": HEADER, "rule": [*(item.model_dump() for item in POLICY.rule), looser]}
    if sound and category != "sexual/minors":
        assert isinstance(ModerationPolicy.model_validate(data).at(category, Surface.COMMENT, Audience.TEEN), Rule)
    elif not sound:
        with pytest.raises(ValidationError, match="looser"):
            ModerationPolicy.model_validate(data)


@given(st.lists(score_sets, min_size=1, max_size=8))
@settings(max_examples=60)
def test_stored_scores_are_read_back_as_they_were(many: list[dict[str, float]]) -> None:
    texts = [json.dumps({name: value if math.isfinite(value) else None for name, value in row.items()}) for row in many]
    np.testing.assert_array_equal(ScoreParser()(texts), scores_array(many))


def stored(database: Database, verdicts: Sequence[Verdict]) -> list[str]:
    ada = make_person("ada")
    with database.write() as tx:
        People(tx).add([ada])
        return [
            Decisions(tx).record(
                verdict, subject_kind="video", subject_id=f"v{place}", person_id=PersonId(ada.id),
                now=NOON - timedelta(days=place),
            ).id
            for place, verdict in enumerate(verdicts)
        ]  # fmt: skip


def stricter(block_at: float) -> ModerationPolicy:
    numbers = Thresholds(limit_at=0.3, review_at=min(0.4, block_at), block_at=block_at)
    return propose(
        POLICY, "violence", Surface.PROMPT, dict.fromkeys(Audience, numbers),
        owner="policy team", reason="Stricter on violence.", effective=date(2026, 12, 1),
    )  # fmt: skip


def test_the_history_is_decided_again_with_who_where_and_examples(database: Database) -> None:
    def judged(score: float, audience: Audience, **others: float) -> Verdict:
        return decide({"violence": score, **others}, Surface.PROMPT, audience, POLICY)

    verdicts = [
        judged(0.45, Audience.ADULT), judged(0.1, Audience.ADULT),
        judged(0.45, Audience.TEEN), judged(0.99, Audience.TEEN),
        judged(0.2, Audience.ADULT, hate=math.nan),
        Verdict(Outcome.BLOCK, "1", Surface.PROMPT, Audience.ADULT, rule_id="likeness/revoked", category="likeness"),
        Verdict(Outcome.REVIEW, "1", Surface.PROMPT, Audience.ADULT, rule_id="text/failed", scores={"violence": 0.99}),
    ]  # fmt: skip
    ids = stored(database, verdicts)
    nothing = backtest(database, POLICY, POLICY)
    assert (nothing.decisions, nothing.flipped, nothing.stored_otherwise) == (7, 0, 1)  # 0.99 would be blocked today
    done = backtest(database, POLICY, stricter(0.45))
    flips = {(row["audience"], row["before"], row["after"]): row for row in done.flips.to_dicts()}
    assert set(flips) == {("adult", "allow", "block"), ("teen", "limit", "block")}
    assert flips["adult", "allow", "block"]["examples"] == [ids[0]]
    assert all(row["category"] == "violence" and row["surface"] == "prompt" for row in flips.values())
    assert done.creators.to_dicts() == [{"person_id": "per_ada", "stricter": 2, "looser": 0}]
    assert done.looser_for_minors == 0
    assert backtest(database, stricter(0.45), POLICY).looser_for_minors == 1
    assert backtest(database, POLICY, stricter(0.45), since=NOON - timedelta(hours=30)).decisions == 2
    assert sum(done.outcomes["before"]) == sum(done.outcomes["after"]) == 7


def test_a_sample_is_the_same_each_time_and_no_history_is_no_flips(database: Database) -> None:
    assert backtest(database, POLICY, stricter(0.45)).flipped == 0
    stored(database, [decide({"violence": 0.45}, Surface.PROMPT, Audience.ADULT, POLICY)] * 60)
    first, again = (backtest(database, POLICY, stricter(0.45), sample=0.5) for _ in range(2))
    assert first.decisions == again.decisions
    assert 10 < first.decisions < 50
    assert first.flips.equals(again.flips)
