"""Names of real people and of characters that belong to someone, recognised as written.

A classifier learns names slowly and forgets new ones; a list is exact, quick to extend, and easy to explain.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

SHIPPED = Path(__file__).parent / "names.toml"
# Past every block threshold that the shipped policy has for names, and short of certainty.
NAMED = 0.95
_SPACES = re.compile(r"\s+")


class NameList:
    """Finds listed names in texts, by category."""

    def __init__(self, names: Mapping[str, Sequence[str]], everyday: Sequence[str] = ()) -> None:
        self._patterns = {category: _pattern(listed) for category, listed in names.items()}
        self._everyday = _pattern(everyday) if everyday else None

    @classmethod
    def open(cls, path: Path = SHIPPED) -> "NameList":
        """Read a list: category = [names], and ``everyday``, phrases that hold a name and mean something else."""
        listed: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
        everyday = listed.pop("everyday", [])
        return cls(listed, everyday)

    def categories(self, text: str) -> list[str]:
        """Return the categories of which a text holds a name."""
        plain = _plain(text)
        if self._everyday is not None:
            plain = self._everyday.sub(" ", plain)
        return [category for category, pattern in self._patterns.items() if pattern.search(plain)]


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted({_plain(name) for name in names}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in longest_first)})(?:'?s)?\b")


def _plain(text: str) -> str:
    """Return a text in lower case without accents, and with hyphens and dots as spaces or nothing."""
    unaccented = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return _SPACES.sub(" ", unaccented.lower().replace("-", " ").replace(".", ""))
