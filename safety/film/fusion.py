"""One score per category from everything that looked and listened.

The rule, for one category. Words score as their strongest part. Frames score as the mean of the few strongest, so that
what one frame alone seems to show weighs less than what stays; but a frame that alone means block stands as it is.
Each kind may then be supported by the others: of what is left between the score and 1, each other kind closes a share,
its weight times how far its own score is above ``quiet_below`` (a noisy-or over what says anything at all). The fused
score is the highest that any kind reaches in this way.

So no part that alone blocks is ever lowered, words are never lowered at all, a higher part never gives a lower score,
what is quiet changes nothing, and a hundred frames count as one kind, not as a hundred witnesses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.verdicts import Evidence
from core.vocabulary import Audience, Outcome, Surface
from safety.decide import Scores
from safety.film.policy import Fusion, Kind
from safety.policy import ModerationPolicy
from safety.taxonomy import SEXUAL_MINORS
from safety.text.minors import minor_cue

_MOST_EVIDENCE = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was judged: words (read, heard, or all in their order as a story), or a frame, and when."""

    kind: Kind
    name: str
    scores: Scores
    text: str = ""
    calibrated: frozenset[str] | None = None  # None: all of its scores are


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found in a film: parts, measures of the whole film, and how much it screams."""

    parts: tuple[Part, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    screams: float = 0.0


def fuse(
    findings: Findings, surface: Surface, audience: Audience, moderation: ModerationPolicy, policy: Fusion
) -> dict[str, float]:
    """Return the fused score of every category that any part speaks of, and the measures as they are."""
    categories = sorted({name for part in findings.parts for name in part.scores})
    fused = {}
    for category in categories:
        block_at = moderation.at(category, surface, audience).block_at
        kinds = {kind: _of_kind(kind, category, findings.parts, block_at, policy) for kind in _kinds(findings.parts)}
        screams = findings.screams if category in policy.screams_support else 0.0
        fused[category] = combined(kinds, policy, screams=screams)
    if "sexual" in fused:
        cue = max((minor_cue(part.text) for part in findings.parts if part.text), default=0.0)
        fused[SEXUAL_MINORS] = max(fused.get(SEXUAL_MINORS, 0.0), fused["sexual"] * cue)
    return fused | dict(findings.measures)


def combined(kinds: Mapping[Kind, float], policy: Fusion, *, screams: float = 0.0) -> float:
    """Return one category's fused score from each kind's own."""
    supports = {kind: policy.weights[kind] * _excess(score, policy) for kind, score in kinds.items()}
    loud = policy.weights["screams"] * _excess(screams, policy)
    best = 0.0
    for kind, score in kinds.items():
        if score <= policy.quiet_below:  # what says nothing cannot be supported into saying something
            best = max(best, score)
            continue
        left = (1 - score) * (1 - loud)
        for other, support in supports.items():
            left *= 1 - support if other != kind else 1
        best = max(best, score, 1 - left)
    return best


def evidence_for(
    findings: Findings, fused: Scores, surface: Surface, audience: Audience, moderation: ModerationPolicy
) -> tuple[Evidence, ...]:
    """Return what a reviewer should look at: the parts behind every category that more than passes, strongest first."""
    reached = [name for name, score in fused.items() if _outcome(name, score, surface, audience, moderation)]
    found: list[Evidence] = []
    for category in sorted(reached, key=lambda name: -fused[name]):
        parts = [part for part in findings.parts if part.scores.get(category, 0.0) > 0]
        parts.sort(key=lambda part: -part.scores[category])
        own = [Evidence(category, part.scores[category], part.name, part.text[:200]) for part in parts[:4]]
        if not own or not any(_outcome(category, item.score, surface, audience, moderation) for item in own):
            own.insert(0, Evidence(category, fused[category], "the whole film", "no part alone; all of them together"))
        found += own
    return tuple(found[:_MOST_EVIDENCE])


def _outcome(
    category: str, score: float, surface: Surface, audience: Audience, moderation: ModerationPolicy
) -> Outcome:
    return moderation.at(category, surface, audience).outcome(score)


def _kinds(parts: Sequence[Part]) -> list[Kind]:
    return list(dict.fromkeys(part.kind for part in parts))


def _of_kind(kind: Kind, category: str, parts: Sequence[Part], block_at: float, policy: Fusion) -> float:
    """Return what all parts of one kind say of a category."""
    scores = sorted((_believed(part, category, policy) for part in parts if part.kind == kind), reverse=True)
    if not scores:
        return 0.0
    if kind != "picture" or scores[0] >= block_at:
        return scores[0]
    lasting = scores[: policy.persistent_frames]
    return sum(lasting) / len(lasting)


def _believed(part: Part, category: str, policy: Fusion) -> float:
    score = part.scores.get(category, 0.0)
    calibrated = part.calibrated is None or category in part.calibrated
    return score if calibrated else min(score, policy.uncalibrated_most)


def _excess(score: float, policy: Fusion) -> float:
    return max(0.0, score - policy.quiet_below) / (1 - policy.quiet_below)
