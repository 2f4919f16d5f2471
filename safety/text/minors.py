"""Cues that someone in a text is under 18. Errs towards yes: it only ever tightens what follows."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

_CUES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "minor_cues.toml").read_text(encoding="utf-8"))


def _words(patterns: Sequence[str]) -> str:
    return rf"\b(?:{'|'.join(patterns)})\b"


_SURE = re.compile("|".join([_words(_CUES["sure"]), *_CUES["sure_anywhere"]]), re.IGNORECASE)
_PERHAPS = re.compile(_words(_CUES["perhaps"]), re.IGNORECASE)
_NO_CUE = re.compile(_words(_CUES["no_cue"]), re.IGNORECASE)
_NUMBER_WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
)  # fmt: skip
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred(?: and)?)"
_NUMBER = rf"(?<![\w.,])(?P<tens>{_TENS}[\s-]+)?(?P<years>\d{{1,3}}|{'|'.join(_NUMBER_WORDS)})"
_OLD = r"[\s-]*(?:years?|yrs?|yr)[\s-]*(?:olds?|of[\s-]age|young)\b|[\s-]*y[\s./-]*o\b|[\s-]*yr?s?[\s-]*old\b"
_AGES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NUMBER}(?:{_OLD})",
        rf"\b(?:turn(?:s|ed|ing)|at|age|aged)\s+{_NUMBER}(?=\s*(?:$|[,.;!?)]|she\b|he\b|they\b|last\b|this\b|today\b|tomorrow\b|next\b|in\b))",
        rf"\b(?:aged?|age of|ages|only|just|barely|is|she'?s|he'?s|i'?m|looks?)\s*:?\s*{_NUMBER}"
        rf"(?=\s*(?:$|[,.;!?)]|and\b|but\b|so\b|or\b|years?\b|yrs?\b))",
        rf"\bage[ds]?\s*:?\s*{_NUMBER}\b",
        r"(?<!\w)(?P<years>1[0-7]|[4-9])\s*/\s*[fm]\b|(?<!\w)[fm]\s*/\s*(?P<other>1[0-7])\b",
    )
)  # fmt: skip
_MONTHS = re.compile(r"\b\d{1,2}[\s-]*(?:months?|weeks?|days?)[\s-]*olds?\b", re.IGNORECASE)
# Ages of things say nothing of a person.
_THINGS = (
    r"(?:car|truck|bike|bicycle|motorbike|boat|ship|whisk(?:e)?y|scotch|bourbon|rum|wine|cheese|port|house|home|building|"
    r"barn|church|laptop|computer|phone|iphone|camera|console|company|business|firm|start-?up|tree|oak|olive|dog|cat|"
    r"horse|parrot|tortoise|marriage|relationship|tradition|bug|bridge|mattress|fridge|sofa|recipe|record|law|contract|"
    r"war|video|photo|painting|guitar|piano|server|printer|tv|carpet|roof|engine|painting|project|feud|grudge)s?"
)
_LOOKS_OF_THINGS = (
    "(?:red|blue|green|white|black|grey|used|brick|stone|wooden|single|malt|pet|rescue|family|sports|rusty|oak)"
)
_OF_THINGS = re.compile(
    rf"(?<!\w)(?:{_TENS}[\s-]+)?(?:\d{{1,3}}|{'|'.join(_NUMBER_WORDS)})(?:[\s-]*(?:years?|yrs?|months?|weeks?)[\s-]*old)"
    rf"\s+(?:{_LOOKS_OF_THINGS}\s+){{0,2}}{_THINGS}\b",
    re.IGNORECASE,
)
_SHOWN, _SHOWN_HARMLESS = (re.compile(_words(_CUES[name]), re.IGNORECASE) for name in ("shown", "shown_harmless"))
SURE, PERHAPS, NONE = 1.0, 0.6, 0.0
# What a word that shows a body or an act counts for, beside a plain cue: past every threshold of the composed category.
SHOWN = 0.5
_ADULT_FROM = 18


def minor_cue(text: str) -> float:
    """Return 1 for a plain cue of someone under 18, 0.6 for a word that may be one, 0 for none.

    Ages of things (``my 8-year-old car``) and figures of speech are no cue; any other cue in the text still counts.
    """
    text = _NO_CUE.sub(" ", _OF_THINGS.sub(" ", text))
    if _SURE.search(text) or _MONTHS.search(text) or any(map(_is_under_18, _ages(text))):
        return SURE
    return PERHAPS if _PERHAPS.search(text) else NONE


def sexual_minors(sexual: float, readings: Sequence[str]) -> float:
    """Return the composed score: how sexual a text is, times the strongest cue of someone under 18 in its readings.

    Beside a plain cue, a word that shows a body or an act counts as sexual even where the classifier sees no harm.
    """
    cue = max(map(minor_cue, readings), default=NONE)
    if cue == SURE and any(map(_shows, readings)):
        sexual = max(sexual, SHOWN)
    return sexual * cue


def _shows(text: str) -> bool:
    return bool(_SHOWN.search(_SHOWN_HARMLESS.sub(" ", text)))


def _ages(text: str) -> list[re.Match[str]]:
    return [match for pattern in _AGES for match in pattern.finditer(text)]


def _is_under_18(match: re.Match[str]) -> bool:
    named = match.groupdict()
    said = str(named["years"] or named.get("other")).lower()
    years = int(said) if said.isdigit() else _NUMBER_WORDS.index(said) + 1
    return 0 < years < _ADULT_FROM and not named.get("tens")
