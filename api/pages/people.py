"""What templates are shown of a person."""

from dataclasses import dataclass
from datetime import datetime

from core.records import Person

_HUES = 8


@dataclass(frozen=True, slots=True)
class Face:
    """A person on a page: name, initials on a colour that stays theirs, and for the demo a role and a sentence."""

    id: str
    handle: str
    display_name: str
    initials: str
    hue: int
    is_minor: bool
    role: str = ""
    about: str = ""

    @classmethod
    def of(cls, person: Person, now: datetime, *, role: str = "", about: str = "") -> "Face":
        """Return how a person looks on a page at ``now``."""
        words = person.display_name.split() or [person.handle]
        return cls(
            id=person.id,
            handle=person.handle,
            display_name=person.display_name,
            initials="".join(word[0] for word in words[:2]).upper(),
            hue=_hue(person.id),
            is_minor=person.is_minor(now),
            role=role,
            about=about,
        )


def _hue(ident: str) -> int:
    """Return the colour of an avatar: the same sum as `avatar` in dom.js."""
    hue = 0
    for letter in ident:
        hue = (hue * 31 + ord(letter)) % _HUES
    return hue
