"""What a policy team asks before it moves a threshold: what would be caught, what refused, what flips, at what cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import Audience, Outcome, Surface
from safety.decide import Scores, decide
from safety.policy import ModerationPolicy, Thresholds
from safety.policy_text import policy_text


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text of past traffic with its scores, and the categories that people found in it."""

    text: str
    scores: Scores
    labels: frozenset[str]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """What one threshold does: shares in [0, 1], and the cost per thousand texts."""

    threshold: float
    precision: float
    recall: float
    refused_share: float
    cost_per_1000: float


def threshold_curve(
    items: Sequence[Labelled], category: str, *, miss_cost: float, alarm_cost: float, steps: int = 50
) -> list[Point]:
    """Return precision, recall and cost of refusing from each of ``steps + 1`` thresholds on, for one category.

    A miss (harm that passes) costs ``miss_cost``, a false alarm (harmless, but refused) ``alarm_cost``.
    """
    scores = np.asarray([item.scores.get(category, 0.0) for item in items])
    harmful = np.asarray([category in item.labels for item in items], dtype=bool)
    return [_point(scores, harmful, step / steps, miss_cost, alarm_cost) for step in range(steps + 1)]


def _point(
    scores: NDArray[np.float64], harmful: NDArray[np.bool_], threshold: float, miss_cost: float, alarm_cost: float
) -> Point:
    refused = scores >= threshold
    caught, alarms = int((refused & harmful).sum()), int((refused & ~harmful).sum())
    missed, total = int((~refused & harmful).sum()), max(1, len(scores))
    return Point(
        threshold,
        caught / max(1, caught + alarms),
        caught / max(1, caught + missed),
        float(refused.mean()) if len(scores) else 0.0,
        1000 * (missed * miss_cost + alarms * alarm_cost) / total,
    )


@dataclass(frozen=True, slots=True)
class Flip:
    """A text whose outcome changes, and whether people had found harm in it."""

    text: str
    before: Outcome
    after: Outcome
    is_harmful: bool
    rule_id: str


def flips(
    items: Sequence[Labelled], before: ModerationPolicy, after: ModerationPolicy, surface: Surface, audience: Audience
) -> list[Flip]:
    """Return every text that two policies decide differently."""
    found = []
    for item in items:
        old = decide(item.scores, surface, audience, before)
        new = decide(item.scores, surface, audience, after)
        if old.outcome != new.outcome:
            rule = new.rule_id or old.rule_id
            found.append(Flip(item.text, old.outcome, new.outcome, bool(item.labels), rule))
    return found


def outcome_shares(
    items: Sequence[Labelled], policy: ModerationPolicy, surface: Surface, audience: Audience
) -> dict[str, float]:
    """Return the share of each outcome, and of harmless texts that are refused or held (``over_refused``)."""
    outcomes = [decide(item.scores, surface, audience, policy).outcome for item in items]
    shares = {outcome.name.lower(): _share([found == outcome for found in outcomes]) for outcome in Outcome}
    harmless = [found >= Outcome.REVIEW for item, found in zip(items, outcomes, strict=True) if not item.labels]
    return {**shares, "over_refused": _share(harmless)}


def review_hours_per_day(shares: Mapping[str, float], texts_per_day: float, seconds_each: float) -> float:
    """Return how many hours a day people would spend on what is held for them."""
    return shares["review"] * texts_per_day * seconds_each / 3600


def effect_in_words(
    items: Sequence[Labelled], before: ModerationPolicy, after: ModerationPolicy, surface: Surface
) -> str:
    """Return, audience by audience, how many texts flip and what becomes of over-refusal, in words."""
    told = []
    for audience in Audience:
        changed = flips(items, before, after, surface, audience)
        stricter = sum(flip.after > flip.before for flip in changed)
        old, new = (outcome_shares(items, policy, surface, audience)["over_refused"] for policy in (before, after))
        told.append(
            f"{audience}: {stricter} stricter, {len(changed) - stricter} looser, over-refusal {old:.1%} -> {new:.1%}"
        )
    return f"On {len(items):,} texts, {surface}: {'; '.join(told)}."


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def propose(
    policy: ModerationPolicy,
    category: str,
    surface: Surface,
    thresholds: Mapping[Audience, Thresholds],
    *,
    owner: str,
    reason: str,
    effective: date,
    expected_effect: str = "",
) -> ModerationPolicy:
    """Return the policy with new thresholds for one category and surface; the loader's proofs run on it at once.

    Raises ``ValueError`` (pydantic's) when a proof fails, for example where a minor would be judged more loosely.
    """
    held = {audience: policy.at(category, surface, audience) for audience in thresholds}
    name = category.replace("_", "-")
    added = [
        {
            **numbers.model_dump(include={"limit_at", "review_at", "block_at"}),
            "id": f"proposed/{name}/{surface}/{audience}".replace("_", "-"),
            "categories": (category,), "surfaces": (str(surface),), "audiences": (str(audience),),
            "reason": held[audience].reason, "owner": held[audience].owner,
        }
        for audience, numbers in thresholds.items()
    ]  # fmt: skip
    kept = [rule.model_dump() for rule in policy.rule if rule.id not in {item["id"] for item in added}]
    header = policy.policy.model_dump() | {
        "version": next_version(policy.version, effective), "owner": owner, "reason": reason, "effective": effective,
        "expected_effect": expected_effect,
    }  # fmt: skip
    return ModerationPolicy.model_validate({"policy": header, "rule": [*kept, *added]})


def next_version(version: str, day: date) -> str:
    """Return the version after ``version``: the day, and a running number within it."""
    last_day, _, number = version.rpartition(".")
    return f"{day.isoformat()}.{int(number) + 1 if last_day == day.isoformat() else 1}"


def write_policy(policy: ModerationPolicy, path: Path) -> None:
    """Write a policy as the TOML file that the loader reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(policy_text(policy), encoding="utf-8")
