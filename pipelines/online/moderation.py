"""Verdicts recorded, cases opened, appeals heard, decisions overturned; and ``POST /v1/moderations``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.errors import Conflict, InvalidInput, NotAllowed, Refused, not_found
from core.ids import CaseId, DecisionId, PersonId, VideoId
from core.records import Video
from core.storage.audit import AuditLog
from core.storage.database import Transaction
from core.storage.decisions import OVERTURNED, UPHELD, Appeal, Decision, Decisions, ReviewCase
from core.storage.videos import Videos
from core.verdicts import Verdict
from core.vocabulary import Audience, Outcome, Surface, VideoStatus
from pipelines.online.rooms import Rooms
from safety.room import Judgement, TextPart
from safety.taxonomy import OPENAI_CATEGORIES, SEXUAL_MINORS

MAX_APPEAL_CHARS = 2_000
_LIKENESS_WITHDRAWN = "likeness_withdrawn"
_FILM_CHECK = "film_check"


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as a reviewer sees it: the decision it is about, and what its maker says against it."""

    id: CaseId
    status: str
    opened_at: datetime
    resolved_at: datetime | None
    note: str
    decision: Decision
    appeal_text: str | None


@dataclass(frozen=True, slots=True)
class ModerationInput:
    """One thing to judge: named texts and pictures that belong together."""

    texts: tuple[TextPart, ...] = ()
    pictures: tuple[bytes, ...] = ()


def record(
    tx: Transaction,
    rooms: Rooms,
    verdict: Verdict,
    subject_kind: str,
    subject_id: str,
    person_id: PersonId | None,
    now: datetime | None = None,
) -> DecisionId:
    """Store a verdict; open a case where a person must look. Return the decision's id."""
    now = now or rooms.clock.now()
    if verdict.scores and not verdict.model_revision:
        verdict = replace(verdict, model_revision=rooms.safety.classifier.revision)
    decisions = Decisions(tx)
    decision = decisions.record(verdict, subject_kind=subject_kind, subject_id=subject_id, person_id=person_id, now=now)
    if needs_review(verdict):
        decisions.open_case(decision.id, now)
    return decision.id


def needs_review(verdict: Verdict) -> bool:
    """Whether a person looks at this without anyone asking: what is unsure, and the gravest that was blocked."""
    return verdict.outcome == Outcome.REVIEW or (
        verdict.outcome == Outcome.BLOCK and verdict.category in {SEXUAL_MINORS, "unsafe_contact"}
    )


def require_allowed(
    rooms: Rooms, verdict: Verdict, subject_kind: str, subject_id: str, person_id: PersonId, *, field: str | None = None
) -> None:
    """Let allow and limit pass. Otherwise record the verdict and raise ``Refused`` with its rule and how to appeal."""
    if not verdict.allowed:
        raise refusal(rooms, verdict, subject_kind, subject_id, person_id, field=field)


def refusal(
    rooms: Rooms, verdict: Verdict, subject_kind: str, subject_id: str, person_id: PersonId, *, field: str | None = None
) -> Refused:
    """Record a verdict and return the error that says which rule refused, in words, and how to appeal."""
    with rooms.database.write() as tx:
        decision_id = record(tx, rooms, verdict, subject_kind, subject_id, person_id)
    return Refused(
        code="likeness_not_permitted" if verdict.category == "likeness" else "moderation_blocked",
        detail=verdict.explanation or "A content policy does not allow this.",
        field=field,
        rule_id=verdict.rule_id,
        policy_version=verdict.policy_version,
        decision_id=decision_id,
    )


def appeal(rooms: Rooms, person_id: PersonId, decision_id: DecisionId, text: str) -> Appeal:
    """Take a person's word against a decision about something of theirs; a person decides again.

    Raises ``NotFound`` for decisions about others, ``Conflict`` if nothing was refused or an appeal was made before.
    """
    said = text.strip()
    if not said or len(said) > MAX_APPEAL_CHARS:
        raise InvalidInput(
            code="bad_appeal", detail="An appeal needs words.", field="text",
            expected=f"1 to {MAX_APPEAL_CHARS} characters that say why the decision is a mistake.",
        )  # fmt: skip
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        decisions = Decisions(tx)
        decision = decisions.find(decision_id)
        if decision is None or decision.person_id != person_id:
            raise not_found("decision", decision_id)
        _check_open_to_appeal(decisions, decision)
        case = decisions.open_case(decision_id, now)
        made = decisions.add_appeal(decision_id, case.id, person_id, said, now)
        AuditLog(tx).append(now, person_id, "moderation.appealed", decision_id, {"case": case.id})
    return made


def _check_open_to_appeal(decisions: Decisions, decision: Decision) -> None:
    if decision.outcome == Outcome.ALLOW:
        raise Conflict(
            code="nothing_refused", detail="This decision allowed what you made; there is nothing to appeal."
        )
    if decisions.appeal_against(decision.id) is not None:
        raise Conflict(code="already_appealed", detail="You have appealed this decision already; a person will decide.")


def list_cases(rooms: Rooms, *, status: str = "open", limit: int = 50) -> list[CaseView]:
    """Return cases with their decisions and appeals, the longest waiting first."""
    with rooms.database.read() as tx:
        decisions = Decisions(tx)
        return [_view(decisions, case) for case in decisions.cases(status=status, limit=limit)]


def _view(decisions: Decisions, case: ReviewCase) -> CaseView:
    decision = decisions.find(case.decision_id)
    if decision is None:
        raise not_found("decision", case.decision_id)
    said = decisions.appeal_against(case.decision_id)
    return CaseView(
        case.id, case.status, case.opened_at, case.resolved_at, case.note, decision, said.text if said else None
    )


def resolve_case(rooms: Rooms, reviewer_id: PersonId, case_id: CaseId, *, overturn: bool, note: str = "") -> CaseView:
    """Uphold or overturn. Overturning gives back what the decision took: the video may be seen again.

    Raises ``NotFound``, ``Conflict`` if it was resolved before, ``NotAllowed`` for one's own work.
    """
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        decisions = Decisions(tx)
        case = decisions.find_case(case_id)
        if case is None:
            raise not_found("case", case_id)
        view = _view(decisions, case)
        if view.decision.person_id == reviewer_id:
            raise NotAllowed(code="own_case", detail="No one reviews a decision about their own work.")
        status = OVERTURNED if overturn else UPHELD
        if not decisions.resolve(case_id, status=status, reviewer_id=reviewer_id, note=note, now=now):
            raise Conflict(code="case_closed", detail=f"This case was {case.status} already.")
        if overturn:
            _restore(tx, view.decision)
        detail = {"decision": view.decision.id, "rule": view.decision.rule_id, "note": note}
        AuditLog(tx).append(now, reviewer_id, f"moderation.{status}", case_id, detail)
        resolved = decisions.find_case(case_id)
        return _view(decisions, resolved or case)


def _restore(tx: Transaction, decision: Decision) -> None:
    if decision.subject_kind != "video":
        return
    video = Videos(tx).find(VideoId(decision.subject_id))
    if video is not None:
        Videos(tx).change(video.id, **_given_back(video, decision.audience))


def _given_back(video: Video, audience: Audience) -> dict[str, Any]:
    """Return the columns to set. What is good enough for the stricter audience is so for adults; never the reverse."""
    flags = {"adult": True, "limited": False} | ({} if audience == Audience.ADULT else {"teen": True})
    changes: dict[str, Any] = {"adult_allowed": True, "limited": False}
    if "teen" in flags:
        changes["teen_allowed"] = True
    kept: Mapping[str, Any] | None = video.attributes.get(_FILM_CHECK)
    if kept is not None:
        changes["attributes"] = {**video.attributes, _FILM_CHECK: {**kept, **flags}}
    if video.status == VideoStatus.HIDDEN and video.error_code != _LIKENESS_WITHDRAWN:
        shown = VideoStatus.DRAFT if video.published_at is None else VideoStatus.PUBLISHED
        changes |= {"status": shown, "error_code": None, "error_message": None}
    return changes


def moderate(
    rooms: Rooms, inputs: Sequence[ModerationInput], *, surface: Surface = Surface.PROMPT,
    audience: Audience = Audience.ADULT,
) -> list[Judgement]:  # fmt: skip
    """Judge each input whole: its texts, and its pictures with the words on them. Nothing is stored."""
    return [rooms.safety.judge(item.texts, item.pictures, surface, audience) for item in inputs]


def openai_categories(judgement: Judgement) -> dict[str, bool]:
    """Return OpenAI's categories, true where the policy in force would stop or hold the input for that one alone."""
    return {name: name in judgement.reached for name in OPENAI_CATEGORIES}
