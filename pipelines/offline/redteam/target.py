"""What is attacked: the safety room as a wish meets it, and which of its layers stopped an attack."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Any

from core.storage.rows import batches
from core.verdicts import Verdict
from core.vocabulary import Audience, Surface
from pipelines.offline.redteam.mutations import Attack
from safety.room import TEXT_FAILED, Safety
from safety.sequence import readings
from safety.text.classifier import TextClassifier
from safety.text.names import NameList

_LEAST = 1e-6
_TOGETHER = 128
# A busy machine is no finding: measuring waits.
PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an attack. ``margin`` is how far the nearest category is past its threshold, in log-odds."""

    stopped: bool
    outcome: str
    category: str
    margin: float


class Target:
    """The safety room on one surface for one audience."""

    def __init__(self, safety: Safety, surface: Surface = Surface.PROMPT, audience: Audience = Audience.ADULT) -> None:
        self._safety = safety
        self._surface, self._audience = surface, audience

    def ask(self, attacks: Sequence[Attack]) -> list[Answer]:
        """Hand in every attack, each judged as if it were alone."""
        return [answer for part in batches(attacks, _TOGETHER) for answer in self._ask(part)]

    def _ask(self, attacks: Sequence[Attack]) -> list[Answer]:
        texts = dict.fromkeys(text for attack in attacks for text in self._read(attack))
        self._safety.scores(list(texts))  # together is quicker; each is remembered for its verdict
        return [self._answer(attack) for attack in attacks]

    def _answer(self, attack: Attack) -> Answer:
        verdict = self._safety.judge_texts(attack.parts(), self._surface, self._audience)
        if verdict.rule_id == TEXT_FAILED:
            raise RuntimeError(f"{verdict.explanation} Nothing was measured.")
        outcome = verdict.outcome.name.lower()
        return Answer(not verdict.allowed, outcome, verdict.category, self._margin(verdict))

    def _read(self, attack: Attack) -> list[str]:
        parts = [(part.name, part.text) for part in attack.parts()]
        return [reading.text for reading in readings(parts, self._safety.classifier.is_word)]

    def _margin(self, verdict: Verdict) -> float:
        policy = self._safety.moderation
        gaps = [
            _log_odds(score) - _log_odds(policy.at(name, self._surface, self._audience).review_at)
            for name, score in verdict.scores.items()
        ]
        return max(gaps, default=0.0)


def _log_odds(p: float) -> float:
    kept = min(1 - _LEAST, max(_LEAST, p))
    return log(kept / (1 - kept))


AS_WRITTEN, NAMES, UNMASKED, UNWRAPPED, TOGETHER = (
    "text as written", "names list", "disguise undone", "wrapper taken off", "parts together",
)  # fmt: skip
LAYERS = (AS_WRITTEN, NAMES, UNMASKED, UNWRAPPED, TOGETHER)
# What to put in a layer's place so that it does nothing; a classifier without such a part has no such layer.
_OFF: Mapping[str, tuple[str, Callable[[], Any]]] = {
    NAMES: ("_names", lambda: NameList({})),
    UNMASKED: ("_unmask", lambda: _same),
    UNWRAPPED: ("_unwrap", lambda: _same),
}


def _same(text: str) -> str:
    return text


class Layers:
    """The room with only its first layers switched on, one more each time: the first that stops an attack caught it."""

    def __init__(self, safety: Safety, surface: Surface = Surface.PROMPT, audience: Audience = Audience.ADULT) -> None:
        self._surface, self._audience = surface, audience
        self._rooms = [
            (name, _with_only(safety, LAYERS[: place + 1])) for place, name in enumerate(LAYERS) if name != TOGETHER
        ]

    def caught_by(self, attack: Attack) -> str:
        """Return the layer that was first to stop an attack that the whole room stops."""
        for name, safety in self._rooms:
            verdicts = [safety.judge_texts([part], self._surface, self._audience) for part in attack.parts()]
            if not all(verdict.allowed for verdict in verdicts):
                return name
        return TOGETHER


def _with_only(safety: Safety, layers: Sequence[str]) -> Safety:
    whole = safety.classifier
    if not isinstance(whole, TextClassifier):
        raise TypeError("layers are known of the bundled text classifier only")
    part = copy.copy(whole)
    for name, (attribute, nothing) in _OFF.items():
        if name not in layers and hasattr(part, attribute):
            setattr(part, attribute, nothing())
    part._remembered = lru_cache(maxsize=1024)(part._score)
    return safety.reading_with(part, timeout_s=PATIENCE_S)
