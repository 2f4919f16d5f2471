"""Judges a file of texts, so that anyone can measure the classifier on texts of their own."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.progress import track

from core.errors import InvalidInput
from core.vocabulary import Audience, Surface
from safety.decide import decide
from safety.room import Safety
from safety.text.classifier import ANY

_AUDIENCES = (Audience.ADULT, Audience.TEEN)


def evaluate_file(safety: Safety, source: Path, out: Path) -> int:
    """Write ``{"any", "scores", "verdicts"}`` for each line of ``source`` to ``out``; return how many lines."""
    texts = list(_texts(source))
    with out.open("w", encoding="utf-8") as file:
        for text in track(texts, "Judging", disable=len(texts) < 200):
            file.write(json.dumps(evaluate_text(safety, text)) + "\n")
    return len(texts)


def evaluate_text(safety: Safety, text: str) -> dict[str, Any]:
    """Return one text's probability of any harm, its scores, and the prompt surface's verdicts."""
    scores = safety.scores([text])[0]
    any_harm = scores.pop(ANY)
    verdicts = {
        str(audience): decide(scores, Surface.PROMPT, audience, safety.moderation).outcome.name.lower()
        for audience in _AUDIENCES
    }
    rounded = {name: round(score, 5) for name, score in scores.items()}
    return {"any": round(any_harm, 5), "scores": rounded, "verdicts": verdicts}


def _texts(source: Path) -> Iterator[str]:
    opened: Callable[..., Any] = gzip.open if source.suffix == ".gz" else open
    with opened(source, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _text(line, source, number)


def _text(line: str, source: Path, number: int) -> str:
    try:
        text = json.loads(line)["text"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise _bad_line(source, number) from error
    if not isinstance(text, str):
        raise _bad_line(source, number)
    return text


def _bad_line(source: Path, number: int) -> InvalidInput:
    return InvalidInput(
        code="bad_line", detail=f"Line {number} of {source.name} cannot be judged.",
        expected='{"text": "..."} on each line.',
    )  # fmt: skip
