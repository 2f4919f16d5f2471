"""The frozen suites: big enough to mean something, apart from the training texts, and measured as they say."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from core.encoder import TextEncoder
from pipelines.offline.attributes.authored import authored_videos
from pipelines.offline.moderation import suite_report
from pipelines.offline.moderation.authored import authored_texts
from pipelines.offline.moderation.disguises import DISGUISES
from pipelines.offline.moderation.suite_report import lines_of, measure_suites, share
from pipelines.offline.moderation.suites import FROZEN, SuiteItem, digest, load_suites
from safety.room import Safety
from safety.text.features import words_of
from safety.text.minors import NONE, minor_cue


@pytest.fixture(scope="module")
def items() -> list[SuiteItem]:
    return load_suites()


def test_the_suites_are_frozen() -> None:
    """Figures of two releases compare only if the texts are the same: whoever changes a text says so here."""
    assert digest() == FROZEN.read_text(encoding="utf-8").strip()


def test_every_suite_is_large_enough_to_mean_something(items: list[SuiteItem]) -> None:
    sizes = Counter(item.suite for item in items)
    assert sizes["general"] >= 400
    assert sizes["hate_functions"] >= 300
    assert sizes["sounds_unsafe"] >= 250
    assert sizes["sequences"] >= 100
    kinds = Counter(item.kind for item in items if item.suite == "video_unsafe")
    assert len(kinds) == 14
    assert min(kinds.values()) >= 40


def _trigrams(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[place : place + 3]) for place in range(max(1, len(words) - 2))}


def test_no_text_is_or_nearly_is_one_that_is_trained_on(items: list[SuiteItem]) -> None:
    """Of a text's word trigrams, fewer than two thirds are also in one and the same training text."""
    having: dict[tuple[str, ...], set[int]] = defaultdict(set)
    trained = [*(text.text for text in authored_texts()), *(video["text"] for video in authored_videos())]
    for number, text in enumerate(trained):
        for trigram in _trigrams(text):
            having[trigram].add(number)
    near = []
    for item in items:
        trigrams = _trigrams(item.text)
        shared = Counter(number for trigram in trigrams for number in having.get(trigram, ()))
        if shared and max(shared.values()) >= max(3, 2 * len(trigrams) / 3):
            near.append(item.text)
    assert near == []


def test_nothing_sexual_has_any_sign_of_a_minor(items: list[SuiteItem]) -> None:
    assert [item.text for item in items if "sexual" in item.categories and minor_cue(item.text) > NONE] == []


def test_lines_are_filled_with_groups_and_stories_fall_into_shots(items: list[SuiteItem]) -> None:
    assert not [item.text for item in items if "{" in item.text]
    assert all(len(item.shots) >= 2 for item in items if item.suite == "sequences")
    assert all(len(item.shots) == 1 for item in items if item.suite != "sequences")


def test_a_disguise_keeps_every_word_and_is_the_same_each_time() -> None:
    text = "A stranger sharpens a knife, nobody laughs"
    for name, disguise in DISGUISES.items():
        parts = disguise(text)
        assert parts == disguise(text)
        assert (name == "none") == ([part.text for part in parts] == [text]) or name == "euphemism"
    assert "".join(part.text for part in DISGUISES["split_shots"](text)) == text
    assert [part.name for part in DISGUISES["hidden_title"](text)] == ["prompt", "title"]


def test_a_share_comes_with_wilsons_interval() -> None:
    assert share([True] * 8 + [False] * 2) == {"share": 0.8, "n": 10, "low": 0.4902, "high": 0.9433}
    assert share([]) == {"share": None, "n": 0}


def test_the_report_measures_every_suite(
    encoder: TextEncoder, items: list[SuiteItem], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = list({item.kind: item for item in items}.values())
    monkeypatch.setattr(suite_report, "load_suites", lambda: few)
    prompts = tmp_path / "prompts.jsonl"
    rows = [{"source": "moviegen", "text": "a quiet lake"}, {"source": "vbench", "text": "trained on: stays out"}]
    prompts.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = measure_suites(Safety.open(encoder, keys=tmp_path), prompts)
    assert report["ordinary"]["moviegen"]["flagged"]["n"] == 1
    assert "vbench" not in report["ordinary"]
    assert report["general"]["n"] == sum(item.suite == "general" for item in few)
    assert 0 < report["general"]["low"] <= report["general"]["average_precision"] <= report["general"]["high"] <= 1
    assert report["video_unsafe"]["sexual_open"]["flagged"]["share"] > report["ordinary"]["all"]["flagged"]["share"]
    assert set(report["hate_functions"]) == {"hateful", "not_hateful", "functions"}
    assert set(report["disguises"]) == set(DISGUISES)
    assert report["sequences"]["harmful_split_words"]["harmful"] is True
    assert any(line.startswith("video_unsafe/gore/flagged") and "n " in line for line in lines_of(report))
