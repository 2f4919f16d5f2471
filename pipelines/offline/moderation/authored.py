"""Training texts written for this project: small grammars per category, and many benign look-alikes of each.

A grammar is data (``authored/*.toml``): templates with slots. Every text carries a label for every category, since its
author knew them all. About one slot value in ten is held out: texts that use one are for measuring only, so that a
score says how the classifier does on words it did not see here.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.hashing import stable_int, stable_unit
from safety.taxonomy import CATEGORIES

FOLDER = Path(__file__).parent / "authored"
_SLOT = re.compile(r"\{(\w+)\}")
_HELD_OUT_SHARE = 0.10
_TRIES_PER_TEXT = 20
_DEEPEST = 4


class Group(BaseModel):
    """One grammar: what its texts are, and how they are put together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="What the texts are.")
    labels: tuple[str, ...] = Field(description="Categories that hold; all others do not.")
    count: int = Field(gt=0, description="How many distinct texts to make.")
    wrap: str = Field(default="", description="Slot whose templates are put around every text, e.g. `shot`.")
    templates: tuple[str, ...] = Field(min_length=1, description="Texts with {slots}.")
    slots: Mapping[str, tuple[str, ...]] = Field(default_factory=dict, description="Values of this group's own slots.")


@dataclass(frozen=True, slots=True)
class AuthoredText:
    """One text, the group it is from, its labels, and whether it is for measuring only."""

    text: str
    group: str
    labels: tuple[str, ...]
    is_held_out: bool


def load_groups(folder: Path = FOLDER) -> tuple[list[Group], dict[str, tuple[str, ...]]]:
    """Return all grammars and the slots they share."""
    groups: list[Group] = []
    shared: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        shared |= {name: tuple(values) for name, values in data.get("slots", {}).items()}
        groups += [Group.model_validate(item) for item in data.get("group", [])]
    unknown = {label for group in groups for label in group.labels} - set(CATEGORIES)
    if unknown:
        raise ValueError(f"authored texts carry unknown categories: {sorted(unknown)}")
    return groups, shared


def authored_texts(folder: Path = FOLDER) -> list[AuthoredText]:
    """Return every text of every grammar, the same in every run."""
    groups, shared = load_groups(folder)
    return [text for group in groups for text in _texts(group, shared)]


def names_of(*groups: str, folder: Path = FOLDER) -> frozenset[str]:
    """Return, in lower case, the names listed in some groups' slots ``name``, ``who``, ``work`` and ``brand``."""
    listed = [group for group in load_groups(folder)[0] if group.name in groups]
    slots = ("name", "who", "work", "brand")
    return frozenset(value.lower() for group in listed for slot in slots for value in group.slots.get(slot, ()))


def _texts(group: Group, shared: Mapping[str, tuple[str, ...]]) -> Iterator[AuthoredText]:
    choose = random.Random(stable_int("authored", group.name))
    slots = {**shared, **group.slots}
    seen: set[str] = set()
    for _ in range(group.count * _TRIES_PER_TEXT):
        if len(seen) == group.count:
            return
        used: list[str] = []
        text = _fill(choose.choice(group.templates), slots, choose, used)
        if group.wrap:
            text = choose.choice(shared[group.wrap]).replace("{x}", text)
        if text in seen:
            continue
        seen.add(text)
        held_out = any(value in group.slots.get(slot, ()) and _is_held_out(slot, value) for slot, value in _pairs(used))
        yield AuthoredText(text, group.name, group.labels, held_out)


def _fill(template: str, slots: Mapping[str, tuple[str, ...]], choose: random.Random, used: list[str]) -> str:
    for _ in range(_DEEPEST):
        match = _SLOT.search(template)
        while match is not None:
            value = choose.choice(slots[match.group(1)])
            used.append(f"{match.group(1)}={value}")
            template = template[: match.start()] + value + template[match.end() :]
            match = _SLOT.search(template)
    return template


def _pairs(used: list[str]) -> Iterator[tuple[str, str]]:
    for item in used:
        slot, _, value = item.partition("=")
        yield slot, value


def _is_held_out(slot: str, value: str) -> bool:
    return stable_unit("held out", slot, value) < _HELD_OUT_SHARE
