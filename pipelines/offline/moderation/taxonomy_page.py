"""Writes ``docs/taxonomy.md`` from ``safety/taxonomy.py``, so that the page and what is judged cannot part."""

from collections.abc import Sequence

from safety.taxonomy import FILM_MEASURES, OPENAI_CATEGORIES, TAXONOMY, VIDEO_CATEGORIES, Category

_HEAD = f"""\
# What is judged

A category is a kind of harm, or of content that needs care. Every text and film gets a score for each: a calibrated
probability in [0, 1]. What follows from a score (allow, limit, review, block) is not said here but by the policy, for
each surface and audience: `safety/policies/moderation.toml`. {len(OPENAI_CATEGORIES)} categories have OpenAI's names
and meanings, so that `POST /v1/moderations` answers in their shape; {len(VIDEO_CATEGORIES)} are what an app of
generated videos needs besides. Several may hold at once. Of films, {" and ".join(FILM_MEASURES)} are measured too.

Examples are restrained on purpose. Nothing sexual about minors is written anywhere in this project: that category is
the sexual score times any cue of someone under 18, and policies always block it.

This page is made from `safety/taxonomy.py`: after a change, run
`pytest tests/safety/test_taxonomy.py --rewrite-golden`.
"""


def taxonomy_page() -> str:
    """Return the page as Markdown."""
    return "\n".join(
        [
            _HEAD,
            _section("OpenAI's categories", OPENAI_CATEGORIES),
            _section("For generated videos", VIDEO_CATEGORIES),
        ]
    )


def _section(title: str, names: Sequence[str]) -> str:
    return "\n".join([f"## {title}\n", *(_entry(TAXONOMY[name]) for name in names)])


def _entry(category: Category) -> str:
    return (
        f"### `{category.name}`\n\n{category.means}\n\n"
        f"- **Is not:** {category.is_not}\n"
        f"- **Examples:** {_listed(category.examples)}\n"
        f"- **Only looks like it:** {_listed(category.look_alikes)}\n"
    )


def _listed(examples: Sequence[str]) -> str:
    return "; ".join(example if example.startswith("(") else f"“{example}”" for example in examples)
