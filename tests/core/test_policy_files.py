"""Policy files: an operator's folder holds the replacements of every room side by side."""

from collections import Counter
from pathlib import Path

ROOMS = ("ranking", "safety", "wellbeing", "generation")


def test_no_two_rooms_have_a_policy_file_of_one_name() -> None:
    root = Path(__file__).parents[2]
    names = Counter(path.name for room in ROOMS for path in (root / room / "policies").glob("*.toml"))
    assert len(names) > 10
    assert [name for name, count in names.items() if count > 1] == []
