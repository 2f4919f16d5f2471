"""Frozen texts for measuring, written for this project apart from the training texts, and never trained or tuned on.

A ``[[part]]`` is a list of texts of one suite and kind, one a line; ``{people}`` and ``{person}`` are filled with names
of groups. A text of the suite ``sequences`` is a film's shots in their order, divided by `` | ``.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.hashing import stable_int
from safety.taxonomy import CATEGORIES

FOLDER = Path(__file__).parent
FROZEN = FOLDER / "FROZEN.sha256"
_BETWEEN_SHOTS = " | "


class Part(BaseModel):
    """Texts of one suite and kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str = Field(description="What is measured with it.")
    kind: str = Field(description="What its texts are; figures are given for each.")
    harmful: bool = Field(description="Whether its texts should be caught.")
    categories: tuple[str, ...] = Field(default=(), description="Of these, at least one holds. Empty: not said.")
    fills: int = Field(default=1, gt=0, le=10, description="With how many groups each line is filled.")
    note: str = Field(default="", description="What to know when reading its figure.")
    text: str = Field(min_length=1, description="One text a line.")


@dataclass(frozen=True, slots=True)
class SuiteItem:
    """One text to measure with. ``categories``: of these, at least one holds."""

    suite: str
    kind: str
    text: str
    harmful: bool
    categories: tuple[str, ...]

    @property
    def shots(self) -> list[str]:
        """Return the text's shots; one for a text that is no story in shots."""
        return self.text.split(_BETWEEN_SHOTS)


def load_suites(folder: Path = FOLDER) -> list[SuiteItem]:
    """Return every text of every suite, in a fixed order. Raises ``ValueError`` for an unknown category."""
    items: list[SuiteItem] = []
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for part in map(Part.model_validate, data.get("part", [])):
            if unknown := set(part.categories) - set(CATEGORIES):
                raise ValueError(f"{path.name} names unknown categories: {sorted(unknown)}")
            texts = [text for line in _lines(part) for text in _filled(line, part.fills, data.get("slots", {}))]
            items += [SuiteItem(part.suite, part.kind, text, part.harmful, part.categories) for text in texts]
    return items


def _lines(part: Part) -> list[str]:
    return [line.strip() for line in part.text.splitlines() if line.strip()]


def _filled(line: str, fills: int, slots: dict[str, list[str]]) -> list[str]:
    """Return a line with its slot filled by some groups, another first one for each line."""
    slot = next((name for name in slots if f"{{{name}}}" in line), None)
    if slot is None:
        return [line]
    values = slots[slot]
    first = stable_int("suite", line) % len(values)
    return [line.replace(f"{{{slot}}}", values[(first + number) % len(values)]) for number in range(fills)]


def digest(folder: Path = FOLDER) -> str:
    """Return one digest over all suites: what a report was measured with."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.toml")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()
