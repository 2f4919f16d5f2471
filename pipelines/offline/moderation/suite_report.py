"""Measures the text check on the frozen suites: what it ranks, catches, refuses and lets pass, with intervals."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from core.vocabulary import Audience, Outcome, Surface
from pipelines.offline.moderation.dataset import EVALUATION_ONLY_SOURCES
from pipelines.offline.moderation.disguises import DISGUISES
from pipelines.offline.moderation.suites import SuiteItem, digest, load_suites
from safety.decide import decide
from safety.room import Safety, TextPart
from safety.text.classifier import ANY

FALSE_ALARMS = 0.01
_HATE = ("hate", "hate/threatening")
_EVEN = 0.5
_AUDIENCES = (Audience.ADULT, Audience.TEEN)
_RESAMPLES = 1000
_EVERY = 4  # every fourth unsafe film wish is disguised: ten of each kind

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A text of a suite, its scores (``any`` among them), and what the prompt policy says for each audience."""

    item: SuiteItem
    scores: Mapping[str, float]
    outcomes: Mapping[Audience, Outcome]

    @property
    def any_harm(self) -> float:
        """The probability of harm of any kind."""
        return self.scores[ANY]

    def refused(self, audience: Audience) -> bool:
        """Whether a person of this audience would have to wait for a reviewer, or would be stopped."""
        return self.outcomes[audience] >= Outcome.REVIEW


def share(hits: Sequence[bool]) -> Report:
    """Return a share in [0, 1] with its n and Wilson's 95% interval (Wilson, 1927)."""
    from statsmodels.stats.proportion import proportion_confint

    if not hits:
        return {"share": None, "n": 0}
    low, high = proportion_confint(sum(hits), len(hits), method="wilson")
    return {"share": round(sum(hits) / len(hits), 4), "n": len(hits), "low": round(low, 4), "high": round(high, 4)}


def measure_suites(safety: Safety, prompts: Path | None = None) -> Report:
    """Return every figure. ``prompts``: a file of benign prompts; only its rows kept for evaluation are added."""
    items = load_suites()
    judged = [_judge(safety, item) for item in track(items, "Judging") if item.suite != "sequences"]
    extra = [SuiteItem("ordinary", source, text, False, ()) for source, text in kept_prompts(prompts)]
    suites = _by_suite([*judged, *(_judge(safety, item) for item in track(extra, "Judging prompts"))])
    ordinary = suites["ordinary"]
    threshold = float(np.quantile([one.any_harm for one in ordinary], 1 - FALSE_ALARMS, method="higher"))
    return {
        "what": "Texts written for this project apart from the training texts, by the same people; frozen.",
        "suites_sha256": digest(),
        "model": safety.classifier.revision,
        "policy": safety.moderation.version,
        "threshold": {"any": round(threshold, 4), "flags_of_ordinary": FALSE_ALARMS, "ordinary_n": len(ordinary)},
        "general": _general(suites["general"], threshold),
        "video_unsafe": _caught(suites["video_unsafe"], threshold),
        "ordinary": _caught(ordinary, threshold),
        "sounds_unsafe": _caught(suites["sounds_unsafe"], threshold),
        "hate_functions": _functions(suites["hate_functions"]),
        "categories": _categories(judged),
        "disguises": _disguised(safety, items),
        "sequences": _sequences(safety, [item for item in items if item.suite == "sequences"]),
    }


def kept_prompts(path: Path | None) -> list[tuple[str, str]]:
    """Return (source, text) of the benign prompts that are never trained on."""
    if path is None:
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["source"], row["text"]) for row in rows if row["source"] in EVALUATION_ONLY_SOURCES]


def _judge(safety: Safety, item: SuiteItem) -> Judged:
    scores = safety.scores([item.text])[0]
    named = {name: score for name, score in scores.items() if name != ANY}
    outcomes = {who: decide(named, Surface.PROMPT, who, safety.moderation).outcome for who in _AUDIENCES}
    return Judged(item, scores, outcomes)


def _by_suite(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    suites: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        suites[one.item.suite].append(one)
    return suites


def _per_kind(judged: Sequence[Judged], measure: Callable[[list[Judged]], Report]) -> dict[str, Report]:
    kinds: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        kinds[one.item.kind].append(one)
    return {"all": measure(list(judged)), **{kind: measure(found) for kind, found in kinds.items()}}


def _caught(judged: Sequence[Judged], threshold: float) -> dict[str, Report]:
    """Return, over all and per kind, the share flagged at the threshold and refused to each audience."""

    def measure(found: list[Judged]) -> Report:
        return {
            "flagged": share([one.any_harm > threshold for one in found]),
            **{f"refused_{who}": share([one.refused(who) for one in found]) for who in _AUDIENCES},
        }

    return _per_kind(judged, measure)


def _general(judged: Sequence[Judged], threshold: float) -> Report:
    from sklearn.metrics import average_precision_score

    harmful = np.asarray([one.item.harmful for one in judged])
    scores = np.asarray([one.any_harm for one in judged])
    draws = np.random.default_rng(7).integers(0, len(judged), size=(_RESAMPLES, len(judged)))
    spread = [average_precision_score(harmful[rows], scores[rows]) for rows in draws]
    low, high = np.quantile(spread, [0.025, 0.975])
    return {
        "average_precision": round(float(average_precision_score(harmful, scores)), 4),
        "low": round(float(low), 4), "high": round(float(high), 4),
        "n": len(judged), "harmful": int(harmful.sum()),
        "kinds": _caught(judged, threshold),
    }  # fmt: skip


def _functions(judged: Sequence[Judged]) -> Report:
    """Return how many sentences are told right by the hate scores, per function and in groups."""

    def is_right(one: Judged) -> bool:
        return (max(one.scores[name] for name in _HATE) >= _EVEN) == one.item.harmful

    def measure(found: list[Judged]) -> Report:
        return share([is_right(one) for one in found])

    return {
        "hateful": measure([one for one in judged if one.item.harmful]),
        "not_hateful": measure([one for one in judged if not one.item.harmful]),
        "functions": _per_kind(judged, measure),
    }


def _categories(judged: Sequence[Judged]) -> dict[str, Report]:
    """Return per category how often one of a text's categories scores at least one half, and false alarms beside it."""
    harmless = [one for one in judged if not one.item.harmful]
    named = sorted({name for one in judged for name in one.item.categories})
    return {
        name: {
            "told": share([_tells(one) for one in judged if name in one.item.categories]),
            "false_alarms": share([one.scores[name] >= _EVEN for one in harmless]),
        }
        for name in named
    }


def _tells(one: Judged) -> bool:
    return any(one.scores[name] >= _EVEN for name in one.item.categories)


def _disguised(safety: Safety, items: Sequence[SuiteItem]) -> Report:
    """Return per disguise how much of a fixed sample is refused to teens: unsafe film wishes, and ordinary ones."""
    unsafe = [item.text for item in items if item.suite == "video_unsafe"][::_EVERY]
    ordinary = [item.text for item in items if item.suite == "ordinary"][::2]
    found: Report = {}
    for name, disguise in track(DISGUISES.items(), "Judging disguises"):
        found[name] = {
            "unsafe_refused_teen": share([_refuses(safety, disguise(text), Audience.TEEN) for text in unsafe]),
            "ordinary_refused_teen": share([_refuses(safety, disguise(text), Audience.TEEN) for text in ordinary]),
        }
    return found


def _sequences(safety: Safety, items: Sequence[SuiteItem]) -> Report:
    """Return the share of stories in shots that is refused, judged as a whole and, to compare, shot by shot."""
    kinds: dict[str, Report] = {}
    for kind in dict.fromkeys(item.kind for item in items):
        found = [item for item in items if item.kind == kind]
        kinds[kind] = {
            "harmful": found[0].harmful,
            **{f"refused_{who}": share([_refused(safety, item.shots, who) for item in found]) for who in _AUDIENCES},
            "refused_teen_shot_by_shot": share(
                [any(_refused(safety, [shot], Audience.TEEN) for shot in item.shots) for item in found]
            ),
        }
    return kinds


def _refused(safety: Safety, shots: Sequence[str], audience: Audience) -> bool:
    return _refuses(safety, [TextPart(f"shot {number}", shot) for number, shot in enumerate(shots, start=1)], audience)


def _refuses(safety: Safety, parts: Sequence[TextPart], audience: Audience) -> bool:
    return safety.judge_texts(parts, Surface.PROMPT, audience).outcome >= Outcome.REVIEW


def lines_of(report: Mapping[str, Any], path: str = "") -> list[str]:
    """Return a report as lines that a person reads: a path, a share in percent, its interval and n."""
    if "share" in report:
        if not report["n"]:
            return []
        interval = f"[{report['low']:.1%}, {report['high']:.1%}]"
        return [f"{path:66s} {report['share']:6.1%} {interval:17s} n {report['n']}"]
    lines = []
    for name, value in report.items():
        where = f"{path}/{name}" if path else name
        lines += lines_of(value, where) if isinstance(value, Mapping) else [f"{where:66s} {value}"]
    return lines
