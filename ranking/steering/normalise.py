"""Brings a wish into the form that the parser reads: plain letters, known words, common turns of phrase."""

import re
import unicodedata
from collections.abc import Callable

from rapidfuzz import fuzz, process

from core.errors import InvalidInput
from ranking.steering import patterns
from ranking.words import stem

MAX_CHARACTERS = 500
Knows = Callable[[str], bool]
_MISTYPED_FROM = 4  # letters; shorter words are left alone
_ALIKE = 82.0  # per cent of alikeness from which a word that is none is taken for one that is

# Function words of other languages that are no English words; a third of a text in them is not English.
_FOREIGN = frozenset(
    "el los las una unos unas del por favor más mas menos sin quiero nada videos solo pero para muestra muéstrame ver gatos perros"
    " le les des une du pas plus moins sans je veux avec pour et vidéos montre montrez chats voitures"
    " der das ein eine keine kein keinen nicht mehr weniger ohne ich möchte will zeig bitte und mit nur autos katzen hunde"
    " il gli lo una più meno senza voglio niente per con mostrami gatti"
    " o os uma mais sem quero não com mostre het een geen meer minder zonder ik wil maar"
    " jag vill inte mer utan och med ikke uten nie chcę bez więcej proszę tak daha fazla istemiyorum olmasın".split()
) - {"will", "per", "lo", "plus", "videos", "solo", "sans", "con", "des", "mas", "tak", "nie", "o", "med"}

_SPELLED = (
    (re.compile(r"\b(?:no[- ]one|nobody|not a (?:single )?(?:soul|person|human)|zero (?:people|humans))(?: (?:in (?:sight|it|them|there)|around|at all|there|else))*"), "without people"),
    (re.compile(r"\b(?:where |with )?without people\b"), ", without people"),
    (re.compile(r"\b(?:with )?(?:out )?any(?:one|body)\b(?= in\b)"), "people"),
    (re.compile(r"\b(\w+)[ -]free\b(?! (?:time|will|fall|kick|style|throw|diving|range))"), r" , no \1 , "),
    (re.compile(r"\bnon[ -](\w+)"), r" , no \1 "),
    (re.compile(r"\bdo without\b"), "do without"),
    (re.compile(r"\b(?:can't|cannot|cant|can never|could never|never) (?:get|have|see|be) (?:enough|too much)(?: of)?\b"), "more"),
    (re.compile(r"\b(?:not|never|there (?:isn't|aren't|is not|are not)|i don't (?:get|see)|there's not) (?:nearly |quite )?enough(?: of)?\b"), "more"),
    (re.compile(r"\bi (?:wouldn't|would not|won't|don't) mind(?: seeing| some| watching)*\b"), "more"),
    (re.compile(r"\bwhy (?:not|don't (?:you|we|i))(?: (?:show|see|try|get|have))?(?: me)?(?: some)?\b"), "show me"),
    (re.compile(r"\b(?:please )?(?:don't|do not|never) (?:ever )?(?:stop|quit)(?: showing| giving| with)?(?: me)?\b"), "more"),
    (re.compile(r"\bnot (?:only|just)\b"), ","),
    (re.compile(r"\b(?:show me |i want |give me |play )?(?:nothing|none|not anything|don't (?:show|give|play)(?: me)? anything|no videos?|no content|i don't want (?:to see )?anything)(?: else)?(?: (?:at all))? (?:but|except(?: for)?|other than|besides|apart from|that (?:isn't|is not|aren't))\b"), "only"),
    (re.compile(r"\b(?:i(?:'d| would)? (?:rather|prefer|sooner)(?: (?:see|watch|have))?|give me|show me|more) ([\w' -]+?) (?:over|than) ([\w' -]+)"), r"\1 instead of \2"),
    (re.compile(r"\bprefer ([\w' -]+?) to ([\w' -]+)"), r"\1 instead of \2"),
    (re.compile(r"\bthe opposite of\b"), "no"),
    (re.compile(r"\b(?:anything|everything|something|stuff|whatever) (?:that|which)(?:'s| is| are)? ?(?:isn't|is not|aren't|are not|not)\b"), "anything but"),
    (re.compile(r"\b(?:take|keep|get|leave|throw) ((?:the |all |those |these )?(?!me\b|us\b)[\w'-]+(?: [\w'-]+)?) (?:away|out|off)(?: of)?(?: (?:my|the|this) (?:feed|page|screen))?"), r"no \1"),
    (re.compile(r"\b(?:must|may|should|shall|ought to|needs? to|has to|have to)(?:n't| not| never)(?: \w+)??(?: (?:be|have|contain|include|feature|involve))\b"), ", no"),
    (re.compile(r"\b(?:where|when) (?:nobody|no one)\b"), "without people"),
    (re.compile(r"\bno\s*[,:]\s*(?=\w)"), "no "),
)  # fmt: skip


def cleaned(text: str) -> str:
    """Return a text in lower case with plain apostrophes. Raises ``InvalidInput`` for what nobody could follow."""
    if not text.strip():
        raise invalid("empty_steer", "The steer is empty.", "Say what you want more or less of.")
    if len(text) > MAX_CHARACTERS:
        raise invalid(
            "steer_too_long", f"The steer has {len(text):,} characters.", f"At most {MAX_CHARACTERS} characters."
        )
    kept = "".join(char if char.isprintable() or char == "\n" else " " for char in unicodedata.normalize("NFKC", text))
    if not patterns.LETTER.search(kept):
        raise not_understood()
    kept = re.sub(r"[ \t]+", " ", kept.lower().replace("’", "'").replace("‘", "'").replace("`", "'")).strip()
    _require_english(kept)
    return kept


def spelled_out(text: str) -> str:
    """Return a cleaned text with turns of phrase in the words that the parser knows."""
    for pattern, plain in _SPELLED:
        text = pattern.sub(plain, text)
    return text


def without_typos(text: str, vocabulary: frozenset[str], knows: Knows) -> str:
    """Return a text with mistyped words replaced by the nearest of ``vocabulary``; ``knows`` tells real words."""

    def right(found: re.Match[str]) -> str:
        word = found.group(0)
        if len(word) < _MISTYPED_FROM or word in vocabulary or knows(word) or knows(stem(word)):
            return word
        return _nearest(word, vocabulary) or _nearest(re.sub(r"(.)\1+", r"\1", word), vocabulary) or word

    return re.sub(r"(?<![@\w])[a-z]+(?![\w'])", right, text)


def _nearest(word: str, vocabulary: frozenset[str]) -> str | None:
    close = [known for known in vocabulary if abs(len(known) - len(word)) <= 2 and len(known) >= _MISTYPED_FROM - 1]
    best = process.extractOne(word, sorted(close), scorer=fuzz.ratio, score_cutoff=_ALIKE if len(word) > 5 else 75.0)
    return None if best is None or best[0][0] != word[0] else str(best[0])


def _require_english(text: str) -> None:
    letters = [char for char in text if char.isalpha()]
    latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
    told = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text)
    foreign = sum(word in _FOREIGN for word in told)
    if 2 * latin < len(letters) or (foreign and 3 * foreign >= len(told)):
        raise invalid(
            "steer_language",
            "The steer is not in English, and no other language is understood here yet.",
            'Say it in English, for example "no cars" or "more of the sea".',
        )


def invalid(code: str, detail: str, expected: str) -> InvalidInput:
    """Return the error for a steer that cannot be followed."""
    return InvalidInput(code=code, detail=detail, field="text", expected=expected)


def not_understood() -> InvalidInput:
    """Return the error for a steer in which nothing can be followed."""
    return invalid(
        "steer_not_understood",
        "There is nothing in the steer that a feed could follow.",
        'Say it in words, for example "something calming, more of my friends, no cars".',
    )
