"""What a person may choose by name for a film, and every word of a storyboard that a person may have written."""

from collections.abc import Mapping

from generation.storyboard import Storyboard
from generation.world import vocabulary as vocab

# What a shot may name instead of leaving it to the words, and the names there are.
CHOICES: Mapping[str, Mapping[str, object]] = {
    "scene": vocab.SCENES,
    "style": vocab.STYLES,
    "time_of_day": vocab.TIMES,
    "weather": vocab.WEATHERS,
    "camera": vocab.CAMERAS,
}
_NAMED = {*CHOICES, "palette", "pace", "kind", "colour", "motion", "transition", "framing"}


def words_in(board: Storyboard) -> tuple[str, ...]:
    """Return every text in a storyboard that a person may have written: for checks that must miss none."""
    found: dict[str, None] = {}
    _collect(board.model_dump(mode="json"), "", found)
    return tuple(found)


def texts_in(value: object) -> tuple[str, ...]:
    """Return every text anywhere inside a value."""
    found: dict[str, None] = {}
    _collect(value, "", found)
    return tuple(found)


def _collect(value: object, name: str, found: dict[str, None]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _collect(inner, str(key), found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _collect(inner, name, found)
    elif isinstance(value, str) and value.strip() and (name not in _NAMED or " " in value):
        found[value] = None
