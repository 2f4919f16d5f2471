"""The charter: a majority looking back six months must be better off, or the engine holds still until a person signs.

The lower of two corrected bounds counts (raking, inverse propensity), over everyone who has been here for half a year,
whether or not they were asked and whether or not they still come: who left cannot be left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from core.policies import Policy, PolicyModel
from core.records_charter import CharterAct, CharterEntry
from wellbeing.outcomes.nonresponse import (
    Bound,
    Traits,
    effective_size,
    imbalance,
    inverse_propensity,
    rake,
    trimmed,
    weighted_share,
    worst_case,
)

ENGINE = "kindling"  # who signs a check
_NO_ANSWER = 0.0
DECIDING = tuple(act for act in CharterAct if act != CharterAct.NOTED)


class CharterRules(PolicyModel):
    """When the charter holds."""

    better_from: int = Field(ge=1, le=5, description="Least answer that counts as better off.")
    majority: float = Field(ge=0.5, lt=1, description="Share that the corrected lower bound must exceed.")
    alpha: float = Field(gt=0, le=0.1, description="Error of the two-sided interval.")
    least_answers: int = Field(ge=100, description="Answers below which nothing is concluded.")
    window_days: int = Field(ge=30, le=366, description="Age up to which an answer counts, in days.")
    trim_at: float = Field(ge=1, le=20, description="Largest weight of one answer, in means.")
    lift_days: int = Field(ge=1, le=90, description="Days that a signature holds.")


class CharterPolicy(Policy):
    """charter.toml."""

    charter: CharterRules


@dataclass(frozen=True, slots=True)
class LookBacks:
    """Everyone who could look back: what is known of them, and their answers, 0 where they gave none."""

    traits: Traits
    answers: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.answers)


@dataclass(frozen=True, slots=True)
class Corrected:
    """One way to correct for silence: the share, how many answers it is worth, and how far from everyone it stays."""

    method: str
    bound: Bound
    effective_answers: float
    imbalance: float


@dataclass(frozen=True, slots=True)
class CharterFinding:
    """What the answers show."""

    act: CharterAct
    people: int
    answers: int
    raw: Bound
    corrected: tuple[Corrected, ...]
    imbalance_before: float
    worst: Bound

    @property
    def low(self) -> float:
        """The lowest corrected lower bound: the one that counts."""
        return min((way.bound.low for way in self.corrected), default=0.0)

    def figures(self) -> dict[str, Any]:
        """Return everything as plain values, rounded to four places."""
        return {
            "people": self.people,
            "answers": self.answers,
            "low": round(self.low, 4),
            "raw": _plain(self.raw),
            "worst_case": _plain(self.worst),
            "imbalance_before": round(self.imbalance_before, 4),
            "corrected": {
                way.method: _plain(way.bound)
                | {"effective_answers": round(way.effective_answers, 1), "imbalance": round(way.imbalance, 4)}
                for way in self.corrected
            },
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the charter stands now. While ``is_frozen`` nothing launches and the safer policy serves."""

    is_frozen: bool
    act: CharterAct
    says: str
    since: datetime | None = None
    lifted_until: datetime | None = None


def charter_finding(looks: LookBacks, policy: CharterPolicy) -> CharterFinding:
    """Return what the answers show under the policy."""
    rules = policy.charter
    responded = looks.answers > _NO_ANSWER
    better = looks.answers[responded] >= rules.better_from
    answers = int(responded.sum())
    even = np.ones(answers)
    raw = weighted_share(better, even, alpha=rules.alpha)
    worst = worst_case(better, max(1, len(looks)))
    if answers < rules.least_answers:
        return CharterFinding(CharterAct.UNPROVEN, len(looks), answers, raw, (), 0.0, worst)
    ways = {"raking": rake(looks.traits, responded), "inverse_propensity": inverse_propensity(looks.traits, responded)}
    corrected = tuple(
        _corrected(name, trimmed(weights, at=rules.trim_at), looks.traits, responded, better, rules.alpha)
        for name, weights in ways.items()
    )
    before = imbalance(looks.traits, responded, even)
    is_kept = min(way.bound.low for way in corrected) > rules.majority
    act = CharterAct.KEPT if is_kept else CharterAct.BROKEN
    return CharterFinding(act, len(looks), answers, raw, corrected, before, worst)


def standing(latest: CharterEntry | None, now: datetime, policy: CharterPolicy) -> Standing:
    """Return where the charter stands. ``latest``: the newest entry whose act is one of ``DECIDING``.

    A freeze ends only by a signature, also when a later check is good again; a signature that has run out leaves it to
    the next check.
    """
    if latest is None:
        return Standing(False, CharterAct.UNPROVEN, _SAYS[CharterAct.UNPROVEN])
    until = latest.at + timedelta(days=policy.charter.lift_days) if latest.act == CharterAct.LIFTED else None
    if until is not None and now >= until:
        return Standing(False, latest.act, "A signature has run out; the next check decides.", latest.at, until)
    return Standing(latest.act == CharterAct.BROKEN, latest.act, _SAYS[latest.act], latest.at, until)


def entry_for(
    finding: CharterFinding, latest: CharterEntry | None, now: datetime, policy: CharterPolicy
) -> CharterEntry:
    """Return what a check writes: its finding, unless a freeze or a signature in force keeps it from counting."""
    at_rest = standing(latest, now, policy)
    counts = not at_rest.is_frozen and (at_rest.lifted_until is None or now >= at_rest.lifted_until)
    act = finding.act if counts else CharterAct.NOTED
    reason = _SAYS[finding.act] if counts else f"{_SAYS[finding.act]} This check changes nothing: {_WAITS[at_rest.act]}"
    return CharterEntry(now, act, ENGINE, reason, policy.version, finding.figures() | {"found": str(finding.act)})


def _corrected(
    method: str, weights: NDArray[np.float64], traits: Traits, responded: NDArray[np.bool_],
    better: NDArray[np.bool_], alpha: float,
) -> Corrected:  # fmt: skip
    bound = weighted_share(better, weights, alpha=alpha)
    return Corrected(method, bound, effective_size(weights), imbalance(traits, responded, weights))


def _plain(bound: Bound) -> dict[str, float]:
    return {"share": round(bound.share, 4), "low": round(bound.low, 4), "high": round(bound.high, 4)}


_SAYS: Mapping[CharterAct, str] = {
    CharterAct.KEPT: "Looking back six months, a majority is better off, beyond doubt.",
    CharterAct.UNPROVEN: "Too few people have looked back yet to say whether this helps.",
    CharterAct.BROKEN: (
        "Looking back six months, it is not beyond doubt that a majority is better off. "
        "Ranking launches are frozen and the safer policy serves until a person signs."
    ),
    CharterAct.LIFTED: "A person has signed that launches may go on for now.",
}
_WAITS: Mapping[CharterAct, str] = {
    CharterAct.BROKEN: "the freeze stands until a person signs.",
    CharterAct.LIFTED: "a signature holds.",
}
