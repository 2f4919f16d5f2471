"""Decisions of the policies, the review cases they open, and appeals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any

from sqlalchemy import insert, select, update

from core.ids import AppealId, CaseId, DecisionId, PersonId, new_id
from core.storage.database import Transaction
from core.storage.rows import record_from
from core.storage.tables.safety import appeals, decisions, review_cases
from core.verdicts import Verdict
from core.vocabulary import Audience, Outcome, Surface

WORDS = "video_words"  # subject: the words that a video goes out with; whatever was refused on the way is a "video"
OPEN, UPHELD, OVERTURNED = "open", "upheld", "overturned"
_EXCERPT_CHARACTERS = 200
_SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict as it was given: on what, about whom, by which rule of which version."""

    id: DecisionId
    subject_kind: str
    subject_id: str
    person_id: PersonId | None
    surface: Surface
    audience: Audience
    outcome: Outcome
    rule_id: str
    category: str
    policy_version: str
    model_revision: str
    threshold_revision: str
    scores: Mapping[str, float | None]  # None: what the model gave was no number
    evidence: list[Mapping[str, Any]]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """A decision that a person looks at. ``status`` is open, upheld or overturned."""

    id: CaseId
    decision_id: DecisionId
    status: str
    opened_at: datetime
    reviewer_id: PersonId | None = None
    note: str = ""
    resolved_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a reviewer."""
        return self.status == OPEN


@dataclass(frozen=True, slots=True)
class Appeal:
    """What a person says against a decision; one per decision."""

    id: AppealId
    decision_id: DecisionId
    case_id: CaseId
    person_id: PersonId
    text: str
    created_at: datetime = field(compare=False)


class Decisions:
    """Every verdict that mattered, and what people made of it afterwards."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def record(
        self,
        verdict: Verdict,
        *,
        subject_kind: str,
        subject_id: str,
        person_id: PersonId | None,
        now: datetime,
        ident: DecisionId | None = None,
    ) -> Decision:
        """Store a verdict and return it as a decision."""
        decision = Decision(
            ident or DecisionId(new_id("dec")), subject_kind, subject_id, person_id, verdict.surface, verdict.audience,
            verdict.outcome, verdict.rule_id, verdict.category, verdict.policy_version, verdict.model_revision,
            verdict.threshold_revision, {name: _storable(score) for name, score in verdict.scores.items()},
            [_evidence_row(item) for item in verdict.evidence], now,
        )  # fmt: skip
        row = {name: getattr(decision, name) for name in Decision.__slots__}
        self._tx.connection.execute(insert(decisions).values(row | {"outcome": decision.outcome.name.lower()}))
        return decision

    def find(self, decision_id: DecisionId) -> Decision | None:
        """Return a decision, or None."""
        row = self._tx.connection.execute(select(decisions).where(decisions.c.id == decision_id)).mappings().first()
        return None if row is None else decision_from(row)

    def about(self, subject_kind: str, subject_id: str) -> list[Decision]:
        """Return all decisions about one thing, oldest first."""
        query = select(decisions).where(decisions.c.subject_kind == subject_kind, decisions.c.subject_id == subject_id)
        query = query.order_by(decisions.c.created_at, decisions.c.id)
        return [decision_from(row) for row in self._tx.connection.execute(query).mappings()]

    def open_case(self, decision_id: DecisionId, now: datetime) -> ReviewCase:
        """Open a review case for a decision; return the one that is open already, if there is one."""
        query = select(review_cases).where(review_cases.c.decision_id == decision_id, review_cases.c.status == OPEN)
        row = self._tx.connection.execute(query).mappings().first()
        if row is not None:
            return record_from(row, ReviewCase, {})
        case = ReviewCase(CaseId(new_id("case")), decision_id, OPEN, now)
        values = {name: getattr(case, name) for name in ReviewCase.__slots__}
        self._tx.connection.execute(insert(review_cases).values(values))
        return case

    def find_case(self, case_id: CaseId) -> ReviewCase | None:
        """Return a case, or None."""
        row = self._tx.connection.execute(select(review_cases).where(review_cases.c.id == case_id)).mappings().first()
        return None if row is None else record_from(row, ReviewCase, {})

    def cases(self, *, status: str = OPEN, limit: int = 50) -> list[ReviewCase]:
        """Return cases of one status, the longest waiting first."""
        query = select(review_cases).where(review_cases.c.status == status)
        query = query.order_by(review_cases.c.opened_at, review_cases.c.id).limit(limit)
        return [record_from(row, ReviewCase, {}) for row in self._tx.connection.execute(query).mappings()]

    def resolve(self, case_id: CaseId, *, status: str, reviewer_id: PersonId | None, note: str, now: datetime) -> bool:
        """Close an open case; False if someone closed it before."""
        statement = (
            update(review_cases)
            .where(review_cases.c.id == case_id, review_cases.c.status == OPEN)
            .values(status=status, reviewer_id=reviewer_id, note=note, resolved_at=now)
        )
        return self._tx.connection.execute(statement).rowcount == 1

    def add_appeal(
        self, decision_id: DecisionId, case_id: CaseId, person_id: PersonId, text: str, now: datetime
    ) -> Appeal:
        """Store an appeal. The database refuses a second one against the same decision."""
        appeal = Appeal(AppealId(new_id("app")), decision_id, case_id, person_id, text, now)
        values = {name: getattr(appeal, name) for name in Appeal.__slots__}
        self._tx.connection.execute(insert(appeals).values(values))
        return appeal

    def appeal_against(self, decision_id: DecisionId) -> Appeal | None:
        """Return the appeal against a decision, or None."""
        row = self._tx.connection.execute(select(appeals).where(appeals.c.decision_id == decision_id)).mappings()
        found = row.first()
        return None if found is None else record_from(found, Appeal, {})


def _storable(score: float) -> float | None:
    """Return a score as JSON can hold it; one that is no number stays known as such, so that nobody trusts it later."""
    return round(float(score), _SCORE_DIGITS) if isfinite(score) else None


def _evidence_row(item: Any) -> dict[str, Any]:
    return {
        "category": item.category,
        "score": _storable(item.score),
        "part": item.part,
        "excerpt": item.excerpt[:_EXCERPT_CHARACTERS],
    }


def decision_from(row: Any) -> Decision:
    """Return a row of the table as a record."""
    converters = {"surface": Surface, "audience": Audience, "outcome": lambda name: Outcome[name.upper()]}
    return record_from(row, Decision, converters)
