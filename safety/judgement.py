"""A whole judgement on one input, with which detectors looked at what: for ``POST /v1/moderations``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.verdicts import Verdict, strictest
from core.vocabulary import Audience, Outcome, Surface
from safety.decide import worst
from safety.policy import ModerationPolicy

InputType = Literal["text", "image", "video"]
_ABSENT = ("not_checked", "vouched", "failed")  # what evidence calls a detector that did not look


@dataclass(frozen=True, slots=True)
class JudgedTexts:
    """Texts that were judged: each part's name, text and scores, and what the policy in force said of them all."""

    parts: Sequence[tuple[str, str, Mapping[str, float]]]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class DetectorReport:
    """One detector, what it is for, and whether it looked."""

    name: str
    looked_at: InputType
    ran: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the categories that would be held or stopped alone, and who looked at what."""

    verdict: Verdict
    reached: frozenset[str]
    input_types: tuple[InputType, ...]
    detectors: tuple[DetectorReport, ...]

    @property
    def flagged(self) -> bool:
        """Whether the input would be held for a person or stopped."""
        return self.verdict.outcome >= Outcome.REVIEW


def reports_of(
    verdicts: Sequence[Verdict], names: Sequence[str], looked_at: InputType, why_not: str = ""
) -> tuple[DetectorReport, ...]:
    """Return which detectors looked at one film, or at every one of several pictures.

    One that did not has left a note among the evidence; ``why_not`` says why none of them could.
    """
    absent = {item.part: item.excerpt for found in verdicts for item in found.evidence if item.category in _ABSENT}
    notes = {name: why_not or absent.get(name, "") for name in names}
    return tuple(DetectorReport(name, looked_at, ran=not note, note=note) for name, note in notes.items())


def joined(first: Judgement, *others: Judgement) -> Judgement:
    """Return several judgements on parts of one thing as one: the strictest verdict, and all that was found."""
    every = (first, *others)
    verdicts = [judgement.verdict for judgement in every]
    return Judgement(
        replace(
            strictest(*verdicts),
            scores=worst(verdict.scores for verdict in verdicts),
            evidence=tuple(item for verdict in verdicts for item in verdict.evidence),
        ),
        frozenset().union(*(judgement.reached for judgement in every)),
        tuple(dict.fromkeys(kind for judgement in every for kind in judgement.input_types)),
        tuple(report for judgement in every for report in judgement.detectors),
    )


def reached_categories(
    scores: Mapping[str, float], surface: Surface, audience: Audience, policy: ModerationPolicy
) -> frozenset[str]:
    """Return the categories whose score alone means review or block."""
    return frozenset(
        name for name, score in scores.items() if policy.at(name, surface, audience).outcome(score) >= Outcome.REVIEW
    )
