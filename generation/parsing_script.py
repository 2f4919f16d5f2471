"""The script in a prompt: where shots begin and how, how long they last, who is named, and who says what."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from generation.storyboard import Transition
from generation.words import Phrases, words_of
from generation.world import vocabulary as vocab
from generation.world.vocabulary_film import GARMENTS, SAYING, TRANSITIONS

_MOST_LINES, _LINES_A_SHOT, _MOST_NAMES = 120, 24, 12  # of a whole prompt; what is beyond stays plain words
_QUOTED = re.compile(r"[\"“”]([^\"“”\n]{1,400})[\"“”]")
_LABELS = "shot|scene|style|camera|cut|int|ext|music|sound|title|take|note|time|weather|location|characters?"
_SCRIPTED = re.compile(
    rf"(?m)^[ \t]*(?!(?:{_LABELS})\b)([A-Za-z]{{2,20}})[ \t]*(\([^)\n]*\))?:[ \t]+(?!zzline)(\S[^\n]{{0,399}})$", re.I
)
_MARK = re.compile(r"zzline(\d+)zz")
_CUT = re.compile(
    r"(?:^|[\s,.;])(?:shot \d+(?:\s*\((?P<secs>\d+(?:\.\d+)?)\s*s(?:ec(?:ond)?s?)?\.?\))?\s*[:.-]"
    + "".join(rf"|(?:and )?(?P<{name}>{words})\b:?" for name, words in TRANSITIONS.items())
    + "|" + "|".join(rf"(?:and )?{cut}\b,?" for cut in vocab.CUTS) + r")|\n+(?!\s*zzsaid)",
    re.I,
)  # fmt: skip
_LASTS = re.compile(r"\bfor (\d+(?:\.\d+)?) ?s(?:ec(?:ond)?s?)?\b", re.I)
_SAYS_BEFORE = re.compile(rf"(?P<who>[\w' -]+?)\s+(?:\w+ly\s+)?(?:{SAYING})\b[^:.!?]*[:,]?\s*$", re.I)
_COLON_BEFORE = re.compile(r"(?P<who>[\w']+(?: [\w']+)?)\s*(?:\([^)]*\))?\s*:\s*$")
_ONE = r"(?:the |a |an )?[\w']+"
_SAYS_AFTER = re.compile(rf"\s*,?\s*(?:(?:{SAYING})\s+(?P<who>{_ONE})|(?P<who2>{_ONE})\s+(?:{SAYING})\b)", re.I)
_CALLED = re.compile(r"\b(\w+)(?:,)? (?:named|called) ([A-Z][a-z]{1,19})\b")
_CAPITAL = re.compile(r"\b([A-Z][a-z]{2,19})\b(?:'s)?\s+(\w+)")
_CAPITALS = re.compile(r"\b[A-Z][a-z]{2,19}\b")
_PRONOUNS = {"he", "she", "it", "they", "and", "who", "i", "we", "you", "then", "him", "her", "them"}
_VERBS = {"is", "has", "wears", "rides", "sits", "holds", "says", "and", "in", "looks", "turns", "smiles"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line as the script has it; ``speaker`` is the words for who says it, empty if the script does not tell."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One shot of the script. ``bare`` is its text without what is said; ``seconds`` None leaves its length open."""

    text: str
    bare: str
    transition: Transition = "cut"
    seconds: float | None = None
    lines: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A prompt, taken apart. ``names`` gives what each named one is, as a name in ``THINGS``."""

    parts: tuple[Part, ...]
    names: dict[str, str] = field(default_factory=dict)


def read_script(prompt: str, characters: Sequence[str] = ()) -> Script:
    """Take a prompt apart. Words that are neither shots, lines nor names stay as they were."""
    quotes: list[str] = []
    marked = _SCRIPTED.sub(
        lambda found: f"zzsaid {found[1]} says: {_kept(quotes, found[3])}.", prompt, count=_MOST_LINES
    )
    marked = _QUOTED.sub(lambda found: _kept(quotes, found[1]), marked, count=_MOST_LINES - len(quotes) + 1)
    parts = tuple(_part(text, how, seconds, quotes) for text, how, seconds in _cut(marked))
    if not parts:
        parts = (_part(marked, "cut", None, quotes),)
    return Script(parts, _names(marked, parts, {name.casefold() for name in characters}))


def spoken_s(text: str) -> float:
    """Return about how long a line takes to say: some 14 letters a second, and a breath."""
    return 0.45 + len(text) / 14.0


def _kept(quotes: list[str], quote: str) -> str:
    quotes.append(quote.strip().rstrip(",").strip() or quote)
    return f"zzline{len(quotes) - 1}zz"


def _cut(marked: str) -> Iterator[tuple[str, Transition, float | None]]:
    start, how, seconds = 0, "cut", None
    for found in (*_CUT.finditer(marked), None):
        text = marked[start : found.start() if found else len(marked)].strip(" ,.;:-\n\t")
        if words_of(text):
            yield text, how, seconds  # type: ignore[misc]
            how, seconds = "cut", None
        if found:
            start = found.end()
            how = next((name for name in TRANSITIONS if found[name]), how)
            seconds = float(found["secs"]) if found["secs"] else seconds


def _part(text: str, how: Transition, seconds: float | None, quotes: list[str]) -> Part:
    lasts = _LASTS.search(text)
    if seconds is None and lasts:
        seconds = float(lasts[1])
    text = text.replace("zzsaid ", "")
    lines = []
    for found in list(_MARK.finditer(text))[:_LINES_A_SHOT]:
        before = re.split(r"zzline\d+zz|[.!?]\s", text[: found.start()])[-1]
        behind = re.split(r"zzline\d+zz|[.!?;]", text[found.end() :])[0]
        lines.append(Spoken(_speaker(before, behind), quotes[int(found[1])]))
    whole = _MARK.sub(lambda found: f'"{quotes[int(found[1])]}"', text)
    return Part(whole, _MARK.sub(" ", text), how, seconds or None, tuple(lines))


def _speaker(before: str, behind: str) -> str:
    found = _SAYS_BEFORE.search(before) or _COLON_BEFORE.search(before)
    after = None if found else _SAYS_AFTER.match(behind)
    who = found["who"] if found else (after["who"] or after["who2"]) if after else ""
    words = who.split()[-3:]
    return "" if not words or words[-1].lower() in _PRONOUNS else " ".join(words)


def _names(marked: str, parts: Sequence[Part], characters: set[str]) -> dict[str, str]:
    """Return who has a name: who is called so, who speaks under one, who is named again and again."""
    names: dict[str, str] = {}
    for found in list(_CALLED.finditer(marked))[:_MOST_NAMES]:
        kinds = known_things(found[1])
        names[found[2]] = kinds[0] if kinds else "person"
    for part in parts:
        for line in part.lines:
            last = line.speaker.split()[-1] if line.speaker else ""
            if last[:1].isupper() and not known_things(last):
                names.setdefault(last, "person")
    times = Counter(_CAPITALS.findall(marked))
    for found in _CAPITAL.finditer(marked):
        word, following = found[1], found[2]
        dressed = following in {"in", "wearing", "wears"} and bool(_GARMENTS.find(words_of(marked[found.end() :][:40])))
        goes = next((found.name for found in _MOTIONS.find(words_of(following))), "")
        acts = following in _VERBS or bool(_MOTION_WORDS & {word.stem for word in words_of(following)})
        if len(names) >= _MOST_NAMES:
            break
        if (goes in _PERSONAL or dressed or (acts and times[word] >= 2)) and words_of(word)[0].stem not in _VOCABULARY:
            names.setdefault(word, "person")
    return {name: kind for name, kind in names.items() if name.casefold() not in characters}


@lru_cache(maxsize=512)
def known_things(word: str) -> tuple[str, ...]:
    """Return the kinds of things that a single word means."""
    stems = tuple(part.stem for part in words_of(word))
    return tuple(kind for kind, thing in vocab.THINGS.items() if any(
        tuple(part.stem for part in words_of(phrase)) == stems for phrase in thing.words))  # fmt: skip


_MOTION_WORDS = {word.stem for choice in vocab.MOTIONS.values() for phrase in choice.words for word in words_of(phrase)}
_GARMENTS = Phrases({name: choice.words for name, choice in GARMENTS.items()})
_MOTIONS = Phrases({name: choice.words for name, choice in vocab.MOTIONS.items()})
# "Steam rises" and "Water falls" name nobody; "Mia walks" does.
_PERSONAL = {"walk", "run", "jump", "dance", "wave", "sleep", "flip", "idle"}
_VOCABULARY = {
    word.stem
    for table in (vocab.THINGS, vocab.SCENES, vocab.STYLES, vocab.PALETTES, vocab.TIMES, vocab.WEATHERS, vocab.CAMERAS,
                  vocab.PACES, vocab.MOTIONS)
    for entry in table.values() for phrase in entry.words for word in words_of(phrase)
} | {
    "the", "an", "this", "that", "she", "they", "her", "his", "its", "there", "then", "shot", "camera", "with", "and"
}  # fmt: skip
