"""Training texts written for this project: sentences and small grammars per category, and benign look-alikes of each.

What is written is data (``authored/*.toml``) of two forms. A ``[[lines]]`` entry is a list of texts, one a line, with
alternatives in braces (``{a|b}``); it may be put into the frames of a film brief (``wrap``) or among harmless sentences
(``around``). A ``[[group]]`` is a grammar: templates with slots. Every text carries a label for every category, since
its author knew them all. About one line or template in ten is held out whole: its texts are for measuring only, so that
a score says how the classifier does on sentences it did not see here.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.hashing import stable_int, stable_unit
from safety.taxonomy import CATEGORIES
from safety.text.names import SHIPPED as NAMES

FOLDER = Path(__file__).parent / "authored"
_BLANK = re.compile(r"\{([^{}]+)\}")
_HELD_OUT_SHARE = 0.10
_TRIES_PER_TEXT = 20
_MOST_BLANKS = 60
_NAME_SLOTS = {"famous": "public_figure", "franchise": "protected_character"}  # filled from the list that is served
_MOST_BEFORE, _MOST_AFTER = 3, 2

Slots = Mapping[str, tuple[str, ...]]


class _Written(BaseModel):
    """What every written entry says of its texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="What the texts are.")
    labels: tuple[str, ...] = Field(description="Categories that hold; all others do not.")
    slots: Mapping[str, tuple[str, ...]] = Field(default_factory=dict, description="Values of this entry's own slots.")


class Group(_Written):
    """One grammar: what its texts are, and how they are put together."""

    count: int = Field(gt=0, description="How many distinct texts to make.")
    wrap: str = Field(default="", description="Slot whose templates are put around every text, e.g. `shot`.")
    templates: tuple[str, ...] = Field(min_length=1, description="Texts with {slots}.")


class Lines(_Written):
    """A list of texts of one kind."""

    wrap: str = Field(default="", description="Slot whose templates hold the further variants, e.g. `direction`.")
    around: str = Field(default="", description="Slot of harmless sentences that further variants stand among.")
    variants: int = Field(
        default=1, gt=0, le=24, description="How many texts each line gives; the first is the bare line."
    )
    text: str = Field(min_length=1, description="One text a line, with {alternatives|of it} and {slots}.")

    @property
    def lines(self) -> list[str]:
        """Return the lines; empty ones and those that start with # are remarks."""
        stripped = (line.strip() for line in self.text.splitlines())
        return [line for line in stripped if line and not line.startswith("#")]


@dataclass(frozen=True, slots=True)
class AuthoredText:
    """One text, the entry and the line or template it is from, its labels, and whether it is for measuring only."""

    text: str
    group: str
    template: str
    labels: tuple[str, ...]
    is_held_out: bool


def load_written(folder: Path = FOLDER) -> tuple[list[Group], list[Lines], dict[str, tuple[str, ...]]]:
    """Return all grammars, all lists of texts, and the slots they share. Raises ``ValueError`` for an unknown label."""
    groups: list[Group] = []
    lists: list[Lines] = []
    names = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    shared = {slot: tuple(names[listed]) for slot, listed in _NAME_SLOTS.items()}
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        shared |= {name: _values(values) for name, values in data.get("slots", {}).items()}
        groups += [Group.model_validate(item) for item in data.get("group", [])]
        lists += [Lines.model_validate(item) for item in data.get("lines", [])]
    unknown = {label for entry in (*groups, *lists) for label in entry.labels} - set(CATEGORIES)
    if unknown:
        raise ValueError(f"authored texts carry unknown categories: {sorted(unknown)}")
    return groups, lists, shared


def _values(values: Any) -> tuple[str, ...]:
    """Return a slot's values: a list, or a text with one a line."""
    found = values.splitlines() if isinstance(values, str) else values
    return tuple(value.strip() for value in found if value.strip())


def authored_texts(folder: Path = FOLDER) -> list[AuthoredText]:
    """Return every text of every grammar and list, the same in every run."""
    groups, lists, shared = load_written(folder)
    made = [text for group in groups for text in _of_group(group, shared)]
    return made + [text for entry in lists for text in _of_lines(entry, shared)]


def names_of(*groups: str, folder: Path = FOLDER) -> frozenset[str]:
    """Return, in lower case, the names listed in some groups' slots ``name``, ``who``, ``work`` and ``brand``."""
    listed = [group for group in load_written(folder)[0] if group.name in groups]
    slots = ("name", "who", "work", "brand")
    return frozenset(value.lower() for group in listed for slot in slots for value in group.slots.get(slot, ()))


def _of_group(group: Group, shared: Slots) -> Iterator[AuthoredText]:
    choose = random.Random(stable_int("authored", group.name))
    slots = {**shared, **group.slots}
    seen: set[str] = set()
    for _ in range(group.count * _TRIES_PER_TEXT):
        if len(seen) == group.count:
            return
        template = choose.choice(group.templates)
        text = _fill(template, slots, choose)
        if group.wrap:
            text = choose.choice(shared[group.wrap]).replace("{x}", text)
        if text not in seen:
            seen.add(text)
            yield AuthoredText(text, group.name, template, group.labels, _is_held_out(group.name, template))


def _of_lines(entry: Lines, shared: Slots) -> Iterator[AuthoredText]:
    slots = {**shared, **entry.slots}
    for line in entry.lines:
        choose = random.Random(stable_int("authored", entry.name, line))
        seen: set[str] = set()
        for number in range(entry.variants * 2):
            if len(seen) == entry.variants:
                break
            text = _fill(line, slots, choose)
            if number:
                text = _varied(text, entry, shared, choose)
            if text not in seen:
                seen.add(text)
                yield AuthoredText(text, entry.name, line, entry.labels, _is_held_out(entry.name, line))


def _varied(text: str, entry: Lines, shared: Slots, choose: random.Random) -> str:
    """Return a text in a frame of its entry, or among harmless sentences."""
    if entry.wrap:
        return _fill(choose.choice(shared[entry.wrap]).replace("{x}", text), shared, choose)
    if not entry.around:
        return text
    before, after = choose.randint(0, _MOST_BEFORE), choose.randint(0, _MOST_AFTER)
    company = choose.sample(shared[entry.around], max(1, before + after))
    told = [_ended(_fill(sentence, shared, choose)) for sentence in company]
    return " ".join([*told[:before], _ended(text), *told[before:]])


def _ended(text: str) -> str:
    return text if text[-1] in ".!?\"'" else f"{text}."


def _fill(template: str, slots: Slots, choose: random.Random) -> str:
    for _ in range(_MOST_BLANKS):
        match = _BLANK.search(template)
        if match is None:
            return template
        inside = match.group(1)
        values = tuple(inside.split("|")) if "|" in inside else slots[inside]
        template = template[: match.start()] + choose.choice(values) + template[match.end() :]
    raise ValueError(f"an authored text never ends: {template[:80]}")


def _is_held_out(name: str, template: str) -> bool:
    return stable_unit("held out", name, template) < _HELD_OUT_SHARE
