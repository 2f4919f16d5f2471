"""Regression cases: attacks that once got through. Those that are stopped now must stay stopped; the rest are known.

``cases.jsonl`` beside this file is what the tests read. A case is ``fixed`` or ``known``. ``triage`` adds what a run
found and judges every case anew: a known miss that is stopped becomes fixed; a fixed one that gets through again is a
regression, and is told, never filed away silently.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from core.hashing import stable_int
from core.vocabulary import Audience, Surface
from safety.room import Safety, TextPart

CASES = Path(__file__).parent / "cases.jsonl"
MOST_PER_KIND = 2  # of one category and the same methods
MOST = 600
Status = Literal["fixed", "known"]


@dataclass(frozen=True, slots=True)
class Case:
    """One attack, as the parts that were handed in on the prompt surface for adults."""

    id: str
    category: str
    methods: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    status: Status

    def is_stopped(self, safety: Safety) -> bool:
        """Whether the room stops it now."""
        parts = [TextPart(name, text) for name, text in self.parts]
        return not safety.judge_texts(parts, Surface.PROMPT, Audience.ADULT).allowed


@dataclass(frozen=True, slots=True)
class Triage:
    """All cases with their present status, how many are new, and which fixed ones get through again."""

    cases: tuple[Case, ...]
    added: int
    newly_fixed: int
    regressed: tuple[Case, ...]

    @property
    def known(self) -> int:
        """How many misses are known."""
        return sum(case.status == "known" for case in self.cases)


def read_cases(path: Path = CASES) -> list[Case]:
    """Return the stored cases; none if there is no file yet."""
    if not path.exists():
        return []
    return [_case(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write_cases(cases: Sequence[Case], path: Path = CASES) -> None:
    """Store cases, one a line, in the order of their ids."""
    lines = [json.dumps(asdict(case), ensure_ascii=True) for case in sorted(cases, key=lambda item: item.id)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def triage(safety: Safety, cases: Sequence[Case], misses: Sequence[Mapping[str, Any]]) -> Triage:
    """Judge every case anew, and add misses of kinds of which there are few yet."""
    judged = [_judged(safety, case) for case in cases]
    before = {case.id: case.status for case in cases}
    regressed = tuple(case for case in judged if (before[case.id], case.status) == ("fixed", "known"))
    fixed = sum((before[case.id], case.status) == ("known", "fixed") for case in judged)
    added = [_judged(safety, case) for case in _new(judged, misses)]
    return Triage((*judged, *added), len(added), fixed, regressed)


def _judged(safety: Safety, case: Case) -> Case:
    return replace(case, status="fixed" if case.is_stopped(safety) else "known")


def _new(cases: Sequence[Case], misses: Sequence[Mapping[str, Any]]) -> list[Case]:
    kinds = Counter((case.category, frozenset(case.methods)) for case in cases)
    known, added = {case.id for case in cases}, []
    for miss in sorted(misses, key=lambda item: len(item["methods"])):  # plain methods before chains
        case = _case({**miss, "id": _id(miss), "status": "known"})
        kind = (case.category, frozenset(case.methods))
        if case.id in known or kinds[kind] >= MOST_PER_KIND or len(known) >= MOST:
            continue
        kinds[kind] += 1
        known.add(case.id)
        added.append(case)
    return added


def _id(miss: Mapping[str, Any]) -> str:
    return f"{stable_int('case', miss['category'], *(text for part in miss['parts'] for text in part)):016x}"


def _case(row: Mapping[str, Any]) -> Case:
    parts = tuple((name, text) for name, text in row["parts"])
    return Case(row["id"], row["category"], tuple(row["methods"]), parts, row["status"])
