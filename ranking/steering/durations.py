"""How long a steer holds, and after how many minutes the feed is to stop, read out of its words."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ranking.steering.steer import Lasts

SESSION_IDLE = timedelta(minutes=30)
LONGEST_BUDGET_MINUTES = 600
_NIGHT_ENDS = time(4, 0)

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-five": 25, "thirty": 30, "forty": 40,
    "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "a": 1, "an": 1, "couple of": 2, "a couple of": 2,
    "a few": 5, "half an": 0.5, "half a": 0.5, "quarter of an": 0.25, "a quarter of an": 0.25,
}  # fmt: skip
_AMOUNT = (
    r"(?P<amount>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
    r"[- ]?(?P<unit>minutes?|mins?|m|hours?|hrs?|h)\b"
)
_STOP = (
    r"(?:stop|quit|close|end|done|no more|that's it|that's all|i(?:'m| am) (?:off|out|done|going)|(?:off "
    r")?to bed|bed|sleep|enough|kick me (?:out|off)"
    r"|cut me off|log (?:me )?(?:off|out)|shut (?:it )?(?:down|off)|i (?:must|have to|need to|should|"
    r"gotta|got to) (?:go|leave|stop|work|sleep))"
)
_BUDGETS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:please |then |and )*(?:stop|quit|close|end|kick me (?:out|off)|cut me off|log me (?:off|out)|"
        rf"shut (?:it )?(?:down|off)|remind me to stop|make me stop)"
        rf"(?: me| it| the feed| this| here| everything)?(?: after| in| at| once) (?:the next )?{_AMOUNT}",
        rf"(?:\b(?:for|just|only|give me|i(?:'ve| have)?(?: only| just)? got|i (?:only |just )?have|show me) "
        rf")*(?:the next )?{_AMOUNT}(?: of [\w' ]+?)?[\s,;.]*(?:and |then |but |before |until |till )+"
        rf"(?:please )?{_STOP}(?: (?:me|the feed|this|it))?\b",
        rf"\b(?:i(?:'ve| have)?(?: only| just)? (?:got|have)|i've got|only got|i (?:only |just )?have|i only "
        rf"want|only|just|at most|max(?:imum)?|up to|no more than|not more than|limit(?: me)?(?: to)?|for at "
        rf"most)"
        rf"(?: about| around| like| to spare)? {_AMOUNT}(?: max(?:imum)?| at most| left| tops| limit| to spare|"
        rf" only| before [\w' ]+)?(?=$|[\s,.;!])",
        rf"\b{_AMOUNT}[- ]?(?:max(?:imum)?|tops|limit|session|break|at most|only|budget)\b",
        rf"\b{_AMOUNT} (?:before|until|till) (?:bed|work|my [\w ]+|i (?:go|leave|have to|need to) ?[\w ]*)",
    )
)
_FOR_SO_LONG = re.compile(rf"\b(?:for|during|over) (?:the |about )?(?:next )?{_AMOUNT}")
_TONIGHT = re.compile(
    r"\b(?:for |until |till |just )?(?:tonight|this evening|the (?:evening|night)|bedtime tonight)\b(?!')"
)
_TOMORROW = re.compile(r"\b(?:until|till|til) (?:tomorrow|the morning|midnight)\b(?!')")
_TODAY = re.compile(r"\b(?:for |just )*(?:today|this (?:morning|afternoon)|the day|the rest of the day)\b(?!')")
_WEEK = re.compile(
    r"\b(?:for (?:a|the|this) (?:whole )?|this |the (?:whole|entire|next) |all |for (?:the )?next )week\b"
)
_SESSION = re.compile(
    r"\b(?:for now|right now|just now|for a (?:bit|while|little while|moment)|(?:for |just )?this "
    r"(?:session|time|scroll|once)|at the moment|just once|while i'm here|until i leave)\b"
)
_FOR_GOOD = re.compile(
    r"\b(?:from now on|forever|always|for good|in general|every day|permanently|from here on|ever again|"
    r"until i (?:say|undo|tell|change)(?: \w+){0,3})\b"
)


@dataclass(frozen=True, slots=True)
class Timing:
    """What a text says of time: how long it holds, when that ends, and the minutes after which to stop."""

    rest: str
    lasts: Lasts | None = None
    ends_at: datetime | None = None
    minutes: int | None = None


def read_timing(text: str, *, now: datetime, zone: ZoneInfo) -> Timing:
    """Return what ``text`` says of time, and the text without it."""
    text, minutes = _budget(text)
    found = _named_length(text, now) or _named_end(text, now, zone)
    if found is not None:
        return Timing(found[0], found[1], found[2], minutes)
    for pattern, lasts in ((_SESSION, Lasts.SESSION), (_FOR_GOOD, Lasts.UNTIL_UNDONE)):
        if pattern.search(text):
            return Timing(pattern.sub(" ", text), lasts, None, minutes)
    return Timing(text, Lasts.SESSION if minutes is not None else None, None, minutes)


def end_of(lasts: Lasts, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when something ends that lasts as long as a person chose; None if it does not end by itself."""
    if lasts == Lasts.SESSION:
        return now + SESSION_IDLE
    return _tomorrow_at(time(0, 0), now, zone) if lasts == Lasts.TODAY else None


def _budget(text: str) -> tuple[str, int | None]:
    for pattern in _BUDGETS:
        if found := pattern.search(text):
            minutes = _minutes(found)
            rest = found.group(0)
            kept = re.search(r" of ([\w' ]+?)[\s,;.]*(?:and |then |but |before )", rest)
            middle = f" {kept.group(1)} , " if kept else " , "
            return f"{text[: found.start()]}{middle}{text[found.end() :]}", minutes
    return text, None


def _named_length(text: str, now: datetime) -> tuple[str, Lasts, datetime] | None:
    found = _FOR_SO_LONG.search(text)
    if found is None:
        return None
    return _FOR_SO_LONG.sub(" ", text), Lasts.UNTIL_A_TIME, now + timedelta(minutes=_minutes(found))


def _named_end(text: str, now: datetime, zone: ZoneInfo) -> tuple[str, Lasts, datetime] | None:
    midnight = _tomorrow_at(time(0, 0), now, zone)
    ends = (
        (_TOMORROW, Lasts.TODAY, midnight),
        (_TONIGHT, Lasts.TODAY, _tomorrow_at(_NIGHT_ENDS, now, zone)),
        (_TODAY, Lasts.TODAY, midnight),
        (_WEEK, Lasts.UNTIL_A_TIME, now + timedelta(days=7)),
    )
    for pattern, lasts, ends_at in ends:
        if pattern.search(text):
            return pattern.sub(" ", text), lasts, ends_at
    return None


def _minutes(found: re.Match[str]) -> int:
    amount = found["amount"]
    count = float(amount) if amount.isdigit() else float(_NUMBERS[amount])
    return int(min(LONGEST_BUDGET_MINUTES, max(1.0, count * (60 if found["unit"].startswith("h") else 1))))


def _tomorrow_at(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, clock, tzinfo=zone)
