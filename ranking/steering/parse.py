"""Plain words to wants and refusals: local, deterministic, well under a millisecond.

A text is cut into clauses; a clause that opens with a negation is a refusal, any other a want. In "no cars, dogs or
trucks" the whole list is refused: a bare clause with "or" after a refusal belongs to it. In "not X but Y" and
"X instead of Y" each half is read for itself.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import InvalidInput
from ranking.steering import patterns
from ranking.steering.steer import Lasts, Understood

MAX_CHARACTERS = 500
_MAX_PHRASES = 12
SESSION_IDLE = timedelta(minutes=30)
_NIGHT_ENDS = time(4, 0)

_DURATIONS: tuple[tuple[re.Pattern[str], Lasts, bool], ...] = (
    (patterns.TONIGHT, Lasts.TODAY, True),
    (patterns.TODAY, Lasts.TODAY, False),
    (patterns.SESSION, Lasts.SESSION, False),
    (patterns.FOR_GOOD, Lasts.UNTIL_UNDONE, False),
)


@dataclass(slots=True)
class _Draft:
    wants: list[str]
    refuses: list[str]
    friends: int = 0


def parse_steer(text: str, *, now: datetime, timezone: str, lasts: Lasts | None = None) -> Understood:
    """Return what ``text`` asks for. Raises ``InvalidInput`` for a text that is empty, over-long or has no words."""
    cleaned = _clean(text)
    plain, found_lasts, is_night = _take_durations(cleaned)
    draft = _read(plain)
    if not draft.wants and not draft.refuses and draft.friends == 0:
        raise _not_understood()
    chosen = lasts or found_lasts or Lasts.UNTIL_UNDONE
    expires_at = _expiry(chosen, now, timezone, is_night=is_night and lasts is None)
    wants, refuses = tuple(draft.wants[:_MAX_PHRASES]), tuple(draft.refuses[:_MAX_PHRASES])
    return Understood(wants, refuses, draft.friends, chosen, _says(wants, refuses, draft.friends, chosen), expires_at)


def _clean(text: str) -> str:
    if not text.strip():
        raise _invalid("empty_steer", "The steer is empty.", "Say what you want more or less of.")
    if len(text) > MAX_CHARACTERS:
        raise _invalid(
            "steer_too_long", f"The steer has {len(text)} characters.", f"At most {MAX_CHARACTERS} characters."
        )
    kept = "".join(char if char.isprintable() or char == "\n" else " " for char in unicodedata.normalize("NFKC", text))
    if not patterns.LETTER.search(kept):
        raise _not_understood()
    return re.sub(r"[ \t]+", " ", kept.lower().replace("’", "'")).strip()


def _take_durations(text: str) -> tuple[str, Lasts | None, bool]:
    for pattern, lasts, is_night in _DURATIONS:
        if pattern.search(text):
            return pattern.sub(" ", text), lasts, is_night
    return text, None, False


def _read(text: str) -> _Draft:
    draft = _Draft([], [])
    was_refusal = False
    for clause in _clauses(text):
        negation = patterns.NEGATION.match(clause)
        joins_list = was_refusal and negation is None and patterns.IN_LIST.search(clause) is not None
        if negation is not None or joins_list:
            rest = clause[negation.end() :] if negation is not None else clause
            was_refusal = _refuse(draft, rest)
        else:
            was_refusal = False
            _want(draft, clause)
    return draft


def _clauses(text: str) -> Iterator[str]:
    for clause in patterns.BREAK.split(text):
        cleaned = clause.strip(" \"'()[]{}*#>")
        if cleaned:
            yield cleaned


def _refuse(draft: _Draft, rest: str) -> bool:
    for phrase in patterns.SPLIT_LIST.split(rest):
        if patterns.ABOUT_FRIENDS.match(_strip_tail(phrase)):
            draft.friends = -1
            continue
        short = _short(phrase)
        if short and patterns.LETTER.search(short):
            _put(draft.refuses, draft.wants, short)
    return True


def _want(draft: _Draft, clause: str) -> None:
    short = _short(clause)
    if patterns.ABOUT_FRIENDS.match(_strip_tail(clause)) or (short and patterns.ABOUT_FRIENDS.match(short)):
        draft.friends = 1
        return
    if patterns.FRIENDS.search(clause) and patterns.MINE.search(clause):
        draft.friends = 1
    if short and patterns.LETTER.search(short):
        _put(draft.wants, draft.refuses, short)


def _put(there: list[str], elsewhere: list[str], phrase: str) -> None:
    """Add a phrase; what was said last wins over the same phrase said the other way before."""
    if phrase in elsewhere:
        elsewhere.remove(phrase)
    if phrase not in there:
        there.append(phrase)


def _short(phrase: str) -> str:
    return _strip_tail(patterns.FILLER.sub("", f"{phrase.strip()} ").strip())


def _strip_tail(phrase: str) -> str:
    phrase = phrase.strip()
    while (shorter := patterns.TAIL.sub("", phrase)) != phrase:
        phrase = shorter
    return phrase.strip()


def _expiry(lasts: Lasts, now: datetime, timezone: str, *, is_night: bool) -> datetime | None:
    if lasts == Lasts.UNTIL_UNDONE:
        return None
    if lasts == Lasts.SESSION:
        return now + SESSION_IDLE
    zone = ZoneInfo(timezone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, _NIGHT_ENDS if is_night else time(0, 0), tzinfo=zone)


def _says(wants: tuple[str, ...], refuses: tuple[str, ...], friends: int, lasts: Lasts) -> str:
    parts = []
    if wants:
        parts.append(f"more of: {', '.join(wants)}")
    if friends:
        parts.append("more from people you know" if friends > 0 else "less from people you know")
    if refuses:
        parts.append(f"none of: {', '.join(refuses)}")
    until = {Lasts.SESSION: "for this session", Lasts.TODAY: "for today", Lasts.UNTIL_UNDONE: "until you undo it"}
    return f"You asked for {'; '.join(parts)} ({until[lasts]})."


def _invalid(code: str, detail: str, expected: str) -> InvalidInput:
    return InvalidInput(code=code, detail=detail, field="text", expected=expected)


def _not_understood() -> InvalidInput:
    return _invalid(
        "steer_not_understood",
        "There is nothing in the steer that a feed could follow.",
        'Say it in words, for example "something calming, more of my friends, no cars".',
    )
