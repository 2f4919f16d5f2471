"""What a run says: attack success by category and method with intervals, what caught the rest, what got through."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import InvalidInput
from pipelines.offline.bench.figures import machine
from pipelines.offline.redteam.mutations import METHODS, Attack
from pipelines.offline.redteam.running import Plan, ShardResult, Try, all_tries
from pipelines.offline.redteam.search import Miss
from pipelines.offline.redteam.statistics import share_of
from safety.room import Safety

FORMAT = 1
PLAIN = "plain"
Report = dict[str, Any]


def make_report(plan: Plan, safety: Safety, results: Sequence[ShardResult], seconds: float) -> Report:
    """Put a run together. All but ``timing`` is the same in every run of a plan that is bounded by attempts."""
    tries = all_tries(results)
    misses = [miss for result in results for miss in result.found.misses]
    attempts = len(tries) + sum(result.found.attempts for result in results)
    return {
        "format": FORMAT,
        "release": {"model": safety.classifier.revision, "policy": safety.moderation.version},
        "plan": asdict(plan),
        "attempts": {"grid": len(tries), "search": attempts - len(tries), "all": attempts},
        "timing": {"seconds": round(seconds, 1), "per_minute": round(attempts / seconds * 60), "machine": machine()},
        "unsafe": _by_category(tries, results),
        "safe": _safe(tries),
        "methods": _by_method(tries),
        "bandit": _bandit(results),
        "seeds": {item.seed.id: _label(item) for item in tries},
        "grid": {item.name: item.answer.stopped for item in tries},
        "misses": _misses(tries, misses),
    }


def _label(item: Try) -> str:
    return f"{'unsafe' if item.seed.unsafe else 'safe'}: {item.seed.category}"


def _grouped(tries: Iterable[Try], key: Callable[[Try], str]) -> dict[str, list[Try]]:
    groups: dict[str, list[Try]] = defaultdict(list)
    for item in tries:
        groups[key(item)].append(item)
    return dict(sorted(groups.items()))


def _stopped(tries: Iterable[Try]) -> dict[str, Any]:
    return share_of([item.answer.stopped for item in tries]).as_json()


def _passed(tries: Iterable[Try]) -> dict[str, Any]:
    return share_of([not item.answer.stopped for item in tries]).as_json()


def _method(item: Try) -> str:
    methods = item.attack.methods
    return PLAIN if not methods else methods[0] if len(methods) == 1 else "two together"


def _by_category(tries: Sequence[Try], results: Sequence[ShardResult]) -> dict[str, Any]:
    unsafe = _grouped((item for item in tries if item.seed.unsafe), lambda item: item.seed.category)
    broken = _broken(results)
    return {category: _category(group, broken) for category, group in unsafe.items()}


def _held(item: Try) -> bool:
    return not item.attack.methods and item.answer.stopped


def _measured(tries: Sequence[Try]) -> list[Try]:
    """Return the tries with frozen seeds, or all where a category has none."""
    return [item for item in tries if item.seed.frozen] or list(tries)


def _broken(results: Sequence[ShardResult]) -> set[str]:
    return {miss.seed.id for result in results for miss in result.found.misses}


def _category(tries: Sequence[Try], broken: set[str]) -> dict[str, Any]:
    """Attack success is the share of attacks let through, among seeds that are stopped as they stand."""
    searched = {item.seed.id for item in tries if item.seed.disguise and not item.seed.frozen and _held(item)}
    tries = _measured(tries)
    plain = [item for item in tries if not item.attack.methods]
    held = {item.seed.id for item in plain if item.answer.stopped and item.seed.disguise}
    disguised = [item for item in tries if item.attack.methods and item.seed.id in held]
    by_method = _grouped(disguised, _method)
    return {
        "frozen": all(item.seed.frozen for item in tries),
        "stopped_plain": _stopped(plain),
        "stopped_disguised": _stopped(item for item in tries if item.attack.methods),
        "attack_success": _passed(disguised),
        "attack_success_by_method": {name: _passed(group) for name, group in by_method.items()},
        "seeds_broken_by_search": share_of([seed in broken for seed in sorted(searched)]).as_json(),
        "caught_by": dict(sorted(Counter(item.layer for item in tries if item.layer).items())),
        "outcomes": dict(sorted(Counter(item.answer.outcome for item in tries).items())),
    }


def _safe(tries: Sequence[Try]) -> dict[str, Any]:
    safe = _grouped((item for item in tries if not item.seed.unsafe), lambda item: item.seed.category)
    return {
        category: {
            "frozen": all(item.seed.frozen for item in _measured(group)),
            "let_through_plain": _passed(item for item in _measured(group) if not item.attack.methods),
            "let_through_disguised": _passed(item for item in _measured(group) if item.attack.methods),
        }
        for category, group in safe.items()
    }


def _by_method(tries: Sequence[Try]) -> dict[str, Any]:
    """Return by method how many unsafe attacks it got through, and how many safe texts it had refused."""
    held = {item.seed.id for item in tries if not item.attack.methods and item.answer.stopped == item.seed.unsafe}
    kept = [item for item in tries if item.seed.id in held]
    unsafe = _grouped((item for item in kept if item.seed.unsafe), _method)
    safe = _grouped((item for item in kept if not item.seed.unsafe), _method)
    return {
        name: {"attack_success": _passed(unsafe.get(name, [])), "safe_refused": _stopped(safe.get(name, []))}
        for name in (*METHODS, "two together")
    }


def _bandit(results: Sequence[ShardResult]) -> dict[str, dict[str, int]]:
    """Return how often each method was picked by the search, and how often it helped."""
    return {
        name: {
            "helped": round(sum(result.found.helped[name] - 1 for result in results)),
            "picked": round(sum(result.found.helped[name] + result.found.failed[name] - 2 for result in results)),
        }
        for name in METHODS
    }


def _misses(tries: Sequence[Try], found: Sequence[Miss]) -> list[dict[str, Any]]:
    """Return every unsafe attack that got through, grid and search, as it was handed in; none of a frozen suite."""
    grid = [
        (item.seed, item.attack)
        for item in tries
        if item.seed.unsafe and not item.seed.frozen and not item.answer.stopped
    ]
    every = [*grid, *((miss.seed, miss.attack) for miss in found)]
    return [
        {"seed": seed.id, "category": seed.category, "methods": list(attack.methods), "parts": parts_of(attack)}
        for seed, attack in every
    ]


def parts_of(attack: Attack) -> list[list[str]]:
    """Return an attack's parts as JSON."""
    return [[part.name, part.text] for part in attack.parts()]


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Store a report."""
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_report(path: Path) -> Report:
    """Return a stored report. Raises ``InvalidInput`` for a file that is none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        is_ours = report["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _no_report(path) from error
    if not is_ours:
        raise _no_report(path)
    return dict(report)


def _no_report(path: Path) -> InvalidInput:
    return InvalidInput(
        code="bad_report", detail=f"{path.name} is no report of a red team's run.",
        expected="A file that `kindling redteam run --out` wrote.",
    )  # fmt: skip
