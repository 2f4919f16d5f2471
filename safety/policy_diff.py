"""What changes from one policy to another, cell by cell and in words, with what it means for people under 18."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from core.vocabulary import Audience, Surface
from safety.policy import ModerationPolicy

_THRESHOLDS = ("limit_at", "review_at", "block_at")
_WORDS = {"limit_at": "shown to fewer", "review_at": "reviewed", "block_at": "blocked"}
_WHO = {Audience.ADULT: "adults", Audience.TEEN: "teens", Audience.DEPICTED_MINOR: "where a minor is shown"}


@dataclass(frozen=True, slots=True)
class CellChange:
    """One threshold of one cell, before and after; a lower one is stricter."""

    category: str
    surface: Surface
    audience: Audience
    threshold: str
    before: float
    after: float

    @property
    def is_stricter(self) -> bool:
        """Whether fewer scores pass than before."""
        return self.after < self.before

    @property
    def touches_minors(self) -> bool:
        """Whether people under 18 see or are shown in what this is about."""
        return self.audience != Audience.ADULT


def cell_changes(before: ModerationPolicy, after: ModerationPolicy) -> list[CellChange]:
    """Return every threshold that differs, in the order of the taxonomy."""
    return [
        CellChange(category, surface, audience, name, getattr(old, name), getattr(new, name))
        for (category, surface, audience), old in before.cells.items()
        for new in (after.at(category, surface, audience),)
        for name in _THRESHOLDS
        if getattr(old, name) != getattr(new, name)
    ]


def told(changes: Sequence[CellChange]) -> list[str]:
    """Return the changes in words: what is alike on several surfaces in one line."""
    return [_line(list(alike)) for _, alike in groupby(sorted(changes, key=_key), key=_key)]


def effect_on_minors(changes: Sequence[CellChange]) -> str:
    """Return one sentence that says what the changes mean for people under 18."""
    touched = [change for change in changes if change.touches_minors]
    if not touched:
        return "Nothing changes for people under 18."
    stricter = sum(change.is_stricter for change in touched)
    looser = len(touched) - stricter
    sentence = f"For people under 18, {stricter} thresholds become stricter and {looser} looser."
    return sentence if not looser else f"{sentence} LOOSER FOR MINORS: {', '.join(_looser_categories(touched))}."


def other_changes(before: ModerationPolicy, after: ModerationPolicy) -> list[str]:
    """Return what differs besides thresholds, in words: rules added, removed, with other words or another owner."""
    old, new = ({rule.id: rule for rule in policy.rule} for policy in (before, after))
    lines = [f"rule {name!r} is new" for name in new if name not in old]
    lines += [f"rule {name!r} is gone" for name in old if name not in new]
    for name in old.keys() & new.keys():
        if old[name].reason != new[name].reason:
            lines.append(f"rule {name!r} gives another reason: {new[name].reason!r}")
        if before.owner_of(old[name]) != after.owner_of(new[name]):
            lines.append(f"rule {name!r} is now owned by {after.owner_of(new[name])!r}")
    return sorted(lines)


def _key(change: CellChange) -> tuple[str, str, str, float, float]:
    return change.category, change.audience, change.threshold, change.before, change.after


def _line(alike: list[CellChange]) -> str:
    one = alike[0]
    where = "everywhere" if len(alike) == len(Surface) else "on " + ", ".join(change.surface for change in alike)
    way = "stricter" if one.is_stricter else "LOOSER FOR MINORS" if one.touches_minors else "looser"
    numbers = f"{_number(one.before)} -> {_number(one.after)}"
    return f"{one.category}, {_WHO[one.audience]}, {where}: {_WORDS[one.threshold]} from {numbers} ({way})"


def _number(at: float) -> str:
    return "never" if at > 1 else f"{at:g}"


def _looser_categories(touched: Sequence[CellChange]) -> Iterator[str]:
    yield from dict.fromkeys(change.category for change in touched if not change.is_stricter)
