"""Cues that someone in a text is under 18. Errs towards yes: it only ever tightens what follows."""

import re

_SURE = re.compile(
    r"\b(?:child(?:ren|hood|like)?|kids?|kiddo|minors?|under ?aged?|pre-?teens?|tweens?"
    r"|teen(?:s|age|aged|ager|agers)?"
    r"|toddlers?|infants?|newborns?|kindergart\w*|pre-?school\w*"
    r"|elementary school\w*|middle school\w*|high ?school\w*"
    r"|school ?(?:girl|boy|kid|child)\w*|lolis?|lolita|shotas?|juveniles?|adolescen\w+|pubescent|prepubescent|puberty"
    r"|(?:little|young) (?:girl|boy|one|lady|sister|brother)s?|girl scouts?|boy scouts?|jail ?bait|barely legal"
    r"|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh) ?-?grade\w*|grade ?schooler\w*"
    r"|(?:his|her|my|their|your|step) ?-?(?:son|daughter|niece|nephew|grandson|granddaughter)s?|stepdaughter|stepson"
    r"|sophomores?|under (?:18|eighteen)|not yet (?:18|eighteen)"
    r"|(?:3rd|4th|5th|6th|7th|8th|9th|10th|11th) ?-?grade\w*)\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(?:girls?|boys?|lads?|lass(?:es)?|students?|pupils?|youths?|youngsters?|babies|baby|young|daughters?|sons?"
    r"|cheerleaders?|virgins?|small|petite|innocent|classroom|playground|school|doll|braces|pigtails|anime)\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
)  # fmt: skip
_AGE = re.compile(
    rf"\b(?:aged?|age of)\s*:?\s*(\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})\b"
    rf"|\b(\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})\s*-?\s*(?:years?|yrs?)\s*-?\s*(?:old|of age)?\b"
    r"|\b(\d{1,2})\s*-?\s*y\s*/?\s*-?\s*o\b",
    re.IGNORECASE,
)
SURE, PERHAPS, NONE = 1.0, 0.6, 0.0


def minor_cue(text: str) -> float:
    """Return 1 for a plain cue of someone under 18, 0.6 for a word that may be one, 0 for none."""
    if _SURE.search(text) or any(_is_under_18(match) for match in _AGE.finditer(text)):
        return SURE
    return PERHAPS if _PERHAPS.search(text) else NONE


def _is_under_18(match: re.Match[str]) -> bool:
    said = next(group for group in match.groups() if group is not None).lower()
    years = int(said) if said.isdigit() else _NUMBER_WORDS.index(said) + 1
    return 0 < years < 18
