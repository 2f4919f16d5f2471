"""From scores to a verdict. Pure: the same scores and policy give the same verdict everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf, isfinite, isnan

from core.verdicts import Evidence, Verdict
from core.vocabulary import Audience, Outcome, Surface
from safety.policy import JUDGED, ModerationPolicy, Rule

Scores = Mapping[str, float]
PLACE: Mapping[str, int] = {name: place for place, name in enumerate(JUDGED)}


def decide(scores: Scores, surface: Surface, audience: Audience, policy: ModerationPolicy) -> Verdict:
    """Return the strictest verdict that any category's score reaches, with the rule that led to it.

    Of categories that reach the same outcome, the one furthest past its threshold is named: first of all one whose
    score is no number, and of equals the first in the taxonomy.
    """
    reached = [
        (rule.outcome(score), _past(rule, score), category, rule)
        for category, score in scores.items()
        if (rule := policy.at(category, surface, audience)).outcome(score) > Outcome.ALLOW
    ]
    if not reached:
        return Verdict(
            Outcome.ALLOW, policy.version, surface, audience,
            threshold_revision=policy.threshold_revision, scores=dict(scores),
        )  # fmt: skip
    outcome, _, category, rule = max(reached, key=lambda item: (item[0], item[1], -PLACE[item[2]]))
    return Verdict(
        outcome,
        policy.version,
        surface,
        audience,
        threshold_revision=policy.threshold_revision,
        rule_id=f"{rule.id}:{category}",
        category=category,
        explanation=rule.reason,
        scores=dict(scores),
    )


def is_by_scores(rule_id: str, category: str) -> bool:
    """Whether the thresholds alone led to a verdict that names this rule: others name no ``rule:category``."""
    return not rule_id or (category != "" and rule_id.endswith(f":{category}"))


def _past(rule: Rule, score: float) -> float:
    """Return how far a score is past the threshold that it reaches."""
    if not isfinite(score):
        return inf
    entry = {Outcome.BLOCK: rule.block_at, Outcome.REVIEW: rule.review_at}.get(rule.outcome(score), rule.limit_at)
    return score - entry


def decide_parts(
    parts: Sequence[tuple[str, str, Scores]], surface: Surface, audience: Audience, policy: ModerationPolicy
) -> Verdict:
    """Return the strictest verdict over ``(part, text, scores)``, each category at its worst, with evidence by part."""
    verdicts = [(part, text, decide(scores, surface, audience, policy)) for part, text, scores in parts]
    if not verdicts:
        return decide({}, surface, audience, policy)
    harshest = max((verdict for _, _, verdict in verdicts), key=lambda verdict: verdict.outcome)
    evidence = tuple(
        Evidence(verdict.category, verdict.scores[verdict.category], part, text[:200])
        for part, text, verdict in verdicts
        if verdict.outcome > Outcome.ALLOW
    )
    return replace(harshest, scores=worst(scores for _, _, scores in parts), evidence=evidence)


def worst(many: Iterable[Scores]) -> dict[str, float]:
    """Return each category's highest score over several parts."""
    highest: dict[str, float] = {}
    for scores in many:
        for category, score in scores.items():
            before = highest.get(category, 0.0)
            # A score that is no number is the worst of all: it stays.
            highest[category] = before if isnan(before) or score <= before else score
    return highest


def unsure(
    surface: Surface, audience: Audience, policy: ModerationPolicy, *, rule_id: str, explanation: str
) -> Verdict:
    """Return a review verdict for when a detector could not do its work: never an allow."""
    return Verdict(
        Outcome.REVIEW, policy.version, surface, audience,
        rule_id=rule_id, explanation=explanation, threshold_revision=policy.threshold_revision,
    )  # fmt: skip
