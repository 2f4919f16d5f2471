"""The verdict: what a policy says of one piece of content, and which rule of which version said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.vocabulary import Audience, Outcome, Surface


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing a reviewer should look at: a category's score, and where it came from (``prompt``, ``frame 36``)."""

    category: str
    score: float
    part: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allow, limit, review or block, with the rule id and policy version that led to it."""

    outcome: Outcome
    policy_version: str
    surface: Surface
    audience: Audience
    rule_id: str = ""
    category: str = ""
    explanation: str = ""
    model_revision: str = ""
    threshold_revision: str = ""  # of the exact thresholds: two drafts may share a policy version, never this
    scores: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the content may go on without a person looking at it (allow or limit)."""
        return self.outcome <= Outcome.LIMIT


def strictest(first: Verdict, *others: Verdict) -> Verdict:
    """Return the harshest verdict; of equals, the first."""
    return max((first, *others), key=lambda verdict: verdict.outcome)
