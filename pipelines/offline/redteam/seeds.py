"""What the red team starts from: unsafe wishes of every category, and safe ones that sound alike.

Two kinds, both written for this project. Texts of the frozen suites (``moderation/suites``) are measured with,
disguised too, but never searched on or filed as cases, so that nobody tunes on them. Authored texts whose words were
held out when the classifier was measured (``moderation/authored.py``) are what the search attacks. Nothing sexual with
any sign of a minor is among them, and none is made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.hashing import stable_unit
from pipelines.offline.moderation.authored import authored_texts
from pipelines.offline.moderation.suites import load_suites
from safety.text.minors import NONE, minor_cue

PER_GROUP, PLAIN_PER_GROUP = 24, 150
# An author's label, and the row it counts in; of several labels the first that is listed here. Rows of the Sora 2
# system card have the card's names.
_ROWS = {
    "sexual": "sexual",
    "self-harm": "self-harm",
    "self-harm/intent": "self-harm",
    "self-harm/instructions": "self-harm",
    "political_persuasion": "political persuasion",
    "extremism": "extremism and hate",
    "hate": "extremism and hate",
    "hate/threatening": "extremism and hate",
    "unsafe_contact": "unsafe contact",
    "bullying": "bullying",
    "dangerous_challenge": "dangerous challenge",
    "privacy": "privacy",
    "misinformation": "misinformation",
    "public_figure": "public figure",
    "protected_character": "protected character",
    "drugs": "drugs",
    "regulated_goods": "regulated goods",
    "harassment": "harassment",
    "violence": "violence",
    "illicit": "illicit",
    "illicit/violent": "illicit",
    "shocking": "shocking",
}
# A piece of a safe group's name, and the row that it is the look-alike of; the first that fits.
_LOOKALIKES = {
    "sexual": "sexual",
    "self-harm": "self-harm",
    "help": "self-harm",
    "politics": "political persuasion",
    "public-life": "political persuasion",
    "extremism": "extremism and hate",
    "discrimination": "extremism and hate",
    "groups": "extremism and hate",
    "hate": "extremism and hate",
    "violence": "violence",
    "gore": "violence",
    "sport": "violence",
    "crime": "illicit",
    "talk": "harassment",
    "people": "harassment",
}
_OTHER = "everyday"
LIKENESS = "sexual, with likeness"
_LIKENESS = "with the likeness of my friend's cameo: {x}"


@dataclass(frozen=True, slots=True)
class Seed:
    """A text to disguise. ``category`` is the card's row or one of ours; ``unsafe`` is what its author says."""

    id: str
    text: str
    category: str
    unsafe: bool
    source: str
    frozen: bool = False  # of a frozen suite: measured with, never searched on
    disguise: bool = True  # whether it is attacked with, or only judged as it stands


def load_seeds(per_group: int = PER_GROUP) -> list[Seed]:
    """Return the seeds, the same in every run: of every category, unsafe and safe, frozen and not, ``per_group`` to
    disguise, and more that are judged only as they stand."""
    chosen: dict[tuple[str, bool, bool], list[Seed]] = {}
    for seed in sorted(_all(), key=lambda item: stable_unit("redteam", item.id)):
        group = chosen.setdefault((seed.category, seed.unsafe, seed.frozen), [])
        if len(group) < max(per_group, PLAIN_PER_GROUP):
            group.append(replace(seed, disguise=len(group) < per_group))
    return [seed for _, group in sorted(chosen.items()) for seed in group]


def _all() -> Iterator[Seed]:
    for text in authored_texts():
        if text.is_held_out:
            yield from _seeds(text.text, text.labels, text.group, f"authored/{text.group}", frozen=False)
    for item in load_suites():
        if len(item.shots) == 1 and (item.categories or not item.harmful):
            labels = item.categories if item.harmful else ()
            yield from _seeds(item.text, labels, item.kind, f"{item.suite}/{item.kind}", frozen=True)


def _seeds(text: str, labels: Sequence[str], group: str, source: str, *, frozen: bool) -> Iterator[Seed]:
    category = _unsafe_row(labels) if labels else _safe_row(group)
    if category is None or ("sexual" in labels and minor_cue(text) > NONE):
        return
    yield Seed(_id(text), text, category, bool(labels), source, frozen)
    if category == "sexual":
        shown = _LIKENESS.replace("{x}", text)
        yield Seed(_id(shown), shown, LIKENESS, bool(labels), source, frozen)


def _unsafe_row(labels: Sequence[str]) -> str | None:
    return next((row for label, row in _ROWS.items() if label in labels), None)


def _safe_row(group: str) -> str:
    return next((row for piece, row in _LOOKALIKES.items() if piece in group), _OTHER)


def _id(text: str) -> str:
    return f"{int(stable_unit('seed', text) * 16**10):010x}"


def categories(seeds: Sequence[Seed]) -> list[str]:
    """Return the categories of unsafe seeds, in order."""
    return sorted({seed.category for seed in seeds if seed.unsafe})
