"""The attributes a video can have, and the record that is stored with it.

Binary attributes are named ``group:value`` (``mood:calming``); graded ones (arousal, valence, makeable:
1 to 5) are told apart by thresholds named ``arousal>=3``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "mood": (
        "awe", "calming", "cozy", "energizing", "funny", "mysterious", "neutral", "romantic", "sad", "scary", "tense",
        "uplifting",
    ),
    "topics": (
        "animals", "architecture", "art", "beauty", "children", "city", "cooking", "craft", "dance", "education",
        "family", "fantasy", "fashion", "fitness", "food", "friends", "gaming", "gardening", "history", "holiday",
        "horror", "lifestyle", "magic", "mountains", "music", "nature", "ocean", "pets", "physics", "science", "scifi",
        "space", "sport", "technology", "travel", "vehicles", "weather", "work",
    ),
    "people": ("none", "one", "few", "crowd"),
    "time": ("day", "night", "golden_hour"),
    "pace": ("slow", "medium", "fast"),
    "setting": ("indoor", "outdoor"),
    "style": ("realistic", "cinematic", "animation", "painting"),
}  # fmt: skip
GRADES: Mapping[str, tuple[int, ...]] = {"arousal": (2, 3, 4, 5), "valence": (2, 3, 4, 5), "makeable": (2, 3, 4, 5)}

NAMES: tuple[str, ...] = (
    *(f"{group}:{value}" for group, values in GROUPS.items() for value in values),
    *(f"{grade}>={bound}" for grade, bounds in GRADES.items() for bound in bounds),
)
INDEX: Mapping[str, int] = {name: column for column, name in enumerate(NAMES)}
_SURE = 0.35  # probability from which a value is listed in a video's stored record


def truth_of(video: Mapping[str, Any]) -> list[float]:
    """Return 1, 0 or NaN (unknown) for every name, from a labelled video (a list, a word, a number, or ``-``)."""
    return [_truth(video, name) for name in NAMES]


def _truth(video: Mapping[str, Any], name: str) -> float:
    if ">=" in name:
        grade, bound = name.split(">=")
        value = video[grade]
        return float("nan") if value in {"-", -1} else float(int(value) >= int(bound))
    group, word = name.split(":")
    value = video[group]
    if value == "-":
        return float("nan")
    return float(word in value) if isinstance(value, list) else float(value == word)


def grade_of(row: Sequence[float], grade: str) -> float:
    """Return the expected grade, 1 to 5: one plus the probabilities of passing each bound."""
    return 1.0 + float(sum(row[INDEX[f"{grade}>={bound}"]] for bound in GRADES[grade]))


def record_of(row: Sequence[float], revision: str) -> dict[str, Any]:
    """Return what is stored with a video: likely values with their probability, grades, and the model's revision."""
    record: dict[str, Any] = {
        group: {
            value: round(float(row[INDEX[f"{group}:{value}"]]), 3)
            for value in values
            if row[INDEX[f"{group}:{value}"]] >= _SURE
        }
        for group, values in GROUPS.items()
    }
    return record | {grade: round(grade_of(row, grade), 2) for grade in GRADES} | {"revision": revision}
