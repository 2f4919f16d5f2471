"""The taxonomy: every category is defined, told apart and shown, and its page says the same."""

from pathlib import Path

import pytest

from pipelines.offline.moderation.taxonomy_page import taxonomy_page
from safety.taxonomy import CATEGORIES, OPENAI_CATEGORIES, TAXONOMY, VIDEO_CATEGORIES
from safety.text.minors import SURE, minor_cue

PAGE = Path(__file__).parents[2] / "docs" / "taxonomy.md"


def test_the_page_says_what_the_code_judges(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--rewrite-golden"):
        PAGE.write_text(taxonomy_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == taxonomy_page()


def test_all_that_a_policy_team_and_a_client_of_openai_expect_is_there() -> None:
    assert len(OPENAI_CATEGORIES) == 13
    assert {
        "shocking", "extremism", "political_persuasion", "misinformation", "public_figure", "protected_character",
        "bullying", "dangerous_challenge", "drugs", "regulated_goods",
    } <= set(VIDEO_CATEGORIES)  # fmt: skip


@pytest.mark.parametrize("name", CATEGORIES)
def test_each_category_is_defined_told_apart_and_shown(name: str) -> None:
    category = TAXONOMY[name]
    assert category.means.endswith(".")
    assert category.is_not.endswith(".")
    assert category.examples
    assert len(category.look_alikes) >= 2


def test_no_example_is_sexual_about_a_minor() -> None:
    assert all(minor_cue(example) < SURE for example in TAXONOMY["sexual"].examples)
    assert all(example.startswith("(none is written") for example in TAXONOMY["sexual/minors"].examples)
