"""Our own instructions over our own texts: a ranking must go on obeying them as well as it did when this was written.

The heads know these texts, so this measures the reading of wishes and the matching, not how well heads generalise; that
is cross-validated in the artifact's manifest.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from core.encoder import TextEncoder
from pipelines.offline.attributes.authored import authored_lines
from pipelines.offline.steer_evaluation import SteerRanker
from ranking.understanding.model import AttributeModel

_INSTRUCTIONS = Path(__file__).parent / "instructions.jsonl"
_PAGE = 10


def obeys(video: dict[str, Any], rule: dict[str, Any]) -> bool:
    return (
        all(_values(video[field]) & set(wanted) for field, wanted in rule["any"].items())
        and not breaks(video, rule)
        and all(int(video[field]) >= bound for field, bound in rule["min"].items())
        and all(int(video[field]) <= bound for field, bound in rule["max"].items())
    )


def breaks(video: dict[str, Any], rule: dict[str, Any]) -> bool:
    return any(_values(video[field]) & set(banned) for field, banned in rule["none"].items())


def _values(value: Any) -> set[str]:
    return set(value) if isinstance(value, list) else {value}


@pytest.fixture(scope="module")
def measured(encoder: TextEncoder) -> tuple[float, float, int]:
    """Precision and broken share of the first ten, over the instructions that ten of our texts obey."""
    videos = authored_lines()
    ranker = SteerRanker([video["text"] for video in videos], encoder, AttributeModel.open())
    good, broken = [], []
    for rule in map(json.loads, _INSTRUCTIONS.read_text(encoding="utf-8").splitlines()):
        if sum(obeys(video, rule) for video in videos) < _PAGE:
            continue
        top = [videos[place] for place in ranker.order(rule["text"])[:_PAGE]]
        good.append(sum(obeys(video, rule) for video in top) / _PAGE)
        broken.append(sum(breaks(video, rule) for video in top) / _PAGE)
    return sum(good) / len(good), sum(broken) / len(broken), len(good)


def test_pages_obey_what_was_asked(measured: tuple[float, float, int]) -> None:
    precision, _, count = measured
    assert count >= 100
    assert precision >= 0.80


def test_pages_hardly_ever_show_what_was_refused(measured: tuple[float, float, int]) -> None:
    assert measured[1] <= 0.01
