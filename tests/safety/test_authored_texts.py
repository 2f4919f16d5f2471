"""The training texts written for this project: what everyone who trains on them relies on."""

from collections import defaultdict
from pathlib import Path

import pytest

from pipelines.offline.moderation.authored import AuthoredText, authored_texts
from pipelines.offline.moderation.dataset import HEADS
from safety.text.classifier import ANY
from safety.text.minors import SURE, minor_cue


@pytest.fixture(scope="module")
def texts() -> list[AuthoredText]:
    return authored_texts()


def test_texts_are_the_same_in_every_run_and_none_comes_twice(texts: list[AuthoredText]) -> None:
    assert texts == authored_texts()
    seen = [text.text for text in texts]
    assert len(seen) == len(set(seen))
    assert not [text for text in seen if "{" in text or "}" in text]


def test_a_line_is_held_out_whole(texts: list[AuthoredText]) -> None:
    sides: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for text in texts:
        sides[text.group, text.template].add(text.is_held_out)
    assert all(len(side) == 1 for side in sides.values())
    held_out = sum(True in side for side in sides.values()) / len(sides)
    assert 0.05 < held_out < 0.15


def test_every_category_has_texts_that_hold_and_none_is_written_about_minors(texts: list[AuthoredText]) -> None:
    for head in HEADS[:-1]:  # the last says whether a text asks for pictures; it is no category
        if head != ANY:
            assert sum(head in text.labels for text in texts) >= 40, head
    sexual = [text.text for text in texts if "sexual" in text.labels]
    assert [text for text in sexual if minor_cue(text) == SURE] == []


def test_a_line_gives_its_variants_in_frames_and_in_company(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        '[slots]\nframe = ["film of {x}"]\ntalk = "It rained\\nThe bus was late\\nI had tea\\nThe cat left\\nSnow"\n'
        '[[lines]]\nname = "wrapped"\nlabels = ["violence"]\nwrap = "frame"\nvariants = 2\ntext = "a {red|red} fist"\n'
        '[[lines]]\nname = "told"\nlabels = []\naround = "talk"\nvariants = 3\n'
        'text = """\n# a remark\nI like soup\n"""\n',
        encoding="utf-8",
    )
    made = authored_texts(tmp_path)
    assert [text.text for text in made if text.group == "wrapped"] == ["a red fist", "film of a red fist"]
    told = [text.text for text in made if text.group == "told"]
    assert told[0] == "I like soup"
    assert len(told) > 1
    assert all("I like soup." in text for text in told[1:])


def test_an_unknown_category_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[lines]]\nname = "x"\nlabels = ["rudeness"]\ntext = "oi"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="rudeness"):
        authored_texts(tmp_path)
