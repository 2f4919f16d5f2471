"""The moderation policy: what a score means for a category, on a surface, for an audience.

A score is compared with three thresholds, from mild to harsh: ``limit_at`` (shown to fewer), ``review_at`` (a person
looks first) and ``block_at``. A score that equals a threshold reaches it. ``off`` (a threshold above 1) means never.
"""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from itertools import product
from math import isfinite
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from core.policies import Policy, PolicyModel, load_policy, parse_policy
from core.vocabulary import Audience, Outcome, Surface
from safety.policy_text import policy_text
from safety.taxonomy import CATEGORIES, FILM_MEASURES, SEXUAL_MINORS

SHIPPED = Path(__file__).parent / "policies" / "moderation.toml"
JUDGED: tuple[str, ...] = CATEGORIES + FILM_MEASURES
NEVER = 1.01
THRESHOLD_REVISION_CHARACTERS = 16
_STRICTER: tuple[tuple[Audience, Audience], ...] = (
    (Audience.TEEN, Audience.ADULT),
    (Audience.DEPICTED_MINOR, Audience.TEEN),
)


class Thresholds(PolicyModel):
    """Where each outcome begins, as a calibrated probability; 1.01 means never, 0 means always."""

    limit_at: float = Field(ge=0, le=NEVER, description="From here on it is shown to fewer people.")
    review_at: float = Field(ge=0, le=NEVER, description="From here on a person looks at it first.")
    block_at: float = Field(ge=0, le=NEVER, description="From here on it is refused.")

    @model_validator(mode="after")
    def _in_order(self) -> "Thresholds":
        if not self.limit_at <= self.review_at <= self.block_at:
            raise ValueError(
                f"limit_at ({self.limit_at}) <= review_at ({self.review_at}) <= block_at ({self.block_at}) must hold; "
                "write 1.01 for an outcome that is never used"
            )
        return self

    def outcome(self, score: float) -> Outcome:
        """Return the harshest outcome that this score reaches. A score that is no finite number means review."""
        if not isfinite(score):
            return Outcome.BLOCK if self.block_at <= 0 else Outcome.REVIEW
        if score >= self.block_at:
            return Outcome.BLOCK
        if score >= self.review_at:
            return Outcome.REVIEW
        return Outcome.LIMIT if score >= self.limit_at else Outcome.ALLOW

    def is_at_least_as_strict_as(self, other: "Thresholds") -> bool:
        """Whether no score gets a milder outcome here than there."""
        return self.limit_at <= other.limit_at and self.review_at <= other.review_at and self.block_at <= other.block_at


class Rule(Thresholds):
    """Thresholds for some categories on some surfaces for some audiences, and why."""

    id: str = Field(pattern=r"^[a-z0-9_\-/.]+$", description="Stable name that verdicts carry.")
    categories: tuple[str, ...] = Field(min_length=1, description="Categories of safety/taxonomy.py; ['*'] is all.")
    surfaces: tuple[str, ...] = Field(min_length=1, description="Surfaces; ['*'] is all.")
    audiences: tuple[str, ...] = Field(min_length=1, description="Audiences; ['*'] is all.")
    # Scores are probabilities of harm, so more is always worse; a measure where less is worse is turned round where it
    # is measured. The file says so, so that nobody reading a threshold has to guess.
    direction: Literal["at_or_above"] = Field(
        default="at_or_above", description="Which scores reach a threshold: the threshold itself and all above it."
    )
    owner: str = Field(default="", description="Who answers for this rule; the policy's owner if left out.")
    reason: str = Field(min_length=10, description="Why, in words that the person refused can read.")

    @model_validator(mode="after")
    def _known(self) -> "Rule":
        _check_known("categories", self.categories, JUDGED)
        _check_known("surfaces", self.surfaces, tuple(Surface))
        _check_known("audiences", self.audiences, tuple(Audience))
        return self

    def cells(self) -> list[tuple[str, Surface, Audience]]:
        """Return every (category, surface, audience) that this rule speaks of."""
        return [
            (category, Surface(surface), Audience(audience))
            for category, surface, audience in product(
                _expand(self.categories, JUDGED),
                _expand(self.surfaces, tuple(Surface)),
                _expand(self.audiences, tuple(Audience)),
            )
        ]


def _check_known(key: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = [name for name in given if name != "*" and name not in known]
    if unknown:
        raise ValueError(f"{key} has unknown {', '.join(unknown)}; known are {', '.join(known)}")
    if "*" in given and len(given) > 1:
        raise ValueError(f"{key} mixes '*' with names; write ['*'] alone")


def _expand(given: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    return known if given == ("*",) else given


Cell = tuple[str, Surface, Audience]


class ModerationPolicy(Policy):
    """A whole policy. Later rules override earlier ones, cell by cell; every cell must be covered."""

    rule: tuple[Rule, ...] = Field(min_length=1, description="Rules, general ones first.")

    @cached_property
    def cells(self) -> Mapping[Cell, Rule]:
        """The rule in force for every (category, surface, audience)."""
        return {cell: rule for rule in self.rule for cell in rule.cells()}

    def at(self, category: str, surface: Surface, audience: Audience) -> Rule:
        """Return the rule in force for one cell."""
        return self.cells[category, surface, audience]

    @cached_property
    def revision(self) -> str:
        """What this policy says, as a SHA-256 in hex: equal for files that differ only in comments and layout."""
        return hashlib.sha256(policy_text(self).encode()).hexdigest()

    @property
    def threshold_revision(self) -> str:
        """The start of ``revision``, as decisions record it."""
        return self.revision[:THRESHOLD_REVISION_CHARACTERS]

    def owner_of(self, rule: Rule) -> str:
        """Return who answers for a rule."""
        return rule.owner or self.policy.owner

    @model_validator(mode="after")
    def _proven(self) -> "ModerationPolicy":
        problems = [*_repeated(self.rule), *_gaps(self.cells)]
        if not problems:
            problems = [*_looser_for_minors(self.cells), *_sexual_minors_not_blocked(self.cells)]
        if problems:
            raise ValueError("; ".join(problems[:8]))
        return self


def _repeated(rules: tuple[Rule, ...]) -> list[str]:
    seen: set[str] = set()
    twice = [rule.id for rule in rules if rule.id in seen or seen.add(rule.id)]  # type: ignore[func-returns-value]
    return [f"rule id {name!r} is used twice; give each rule its own" for name in twice]


def _gaps(cells: Mapping[Cell, Rule]) -> list[str]:
    wanted = product(JUDGED, Surface, Audience)
    return [
        f"no rule covers {category} on {surface} for {audience}; add one, or a rule with '*'"
        for category, surface, audience in wanted
        if (category, surface, audience) not in cells
    ]


def _looser_for_minors(cells: Mapping[Cell, Rule]) -> list[str]:
    problems = []
    for category, surface, (younger, older) in product(JUDGED, Surface, _STRICTER):
        strict, loose = cells[category, surface, younger], cells[category, surface, older]
        if not strict.is_at_least_as_strict_as(loose):
            problems.append(
                f"{category} on {surface}: rule {strict.id!r} is looser for {younger} than rule {loose.id!r} "
                f"for {older}; no threshold of the first may be above the second's"
            )
    return problems


def _sexual_minors_not_blocked(cells: Mapping[Cell, Rule]) -> list[str]:
    return [
        f"{SEXUAL_MINORS} on {surface} for {audience}: write one number three times, so that what is reached is blocked"
        for surface, audience in product(Surface, Audience)
        if (rule := cells[SEXUAL_MINORS, surface, audience]).limit_at != rule.block_at
    ]


def load_moderation_policy(overrides: Path | None = None, shipped: Path = SHIPPED) -> ModerationPolicy:
    """Return the moderation policy in force. Raises ``BrokenPolicy``."""
    return load_policy(shipped, ModerationPolicy, overrides)


def parse_moderation_policy(text: str, name: str = SHIPPED.name) -> ModerationPolicy:
    """Return the policy that a TOML text says, proven like a file. Raises ``BrokenPolicy``, which calls it ``name``."""
    return parse_policy(text, ModerationPolicy, name)


def read_moderation_policy(path: Path) -> ModerationPolicy:
    """Return the policy in one file, of whatever name. Raises ``BrokenPolicy``."""
    return load_policy(path, ModerationPolicy)
