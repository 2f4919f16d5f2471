"""Up to three forms of every text: cleaned (what a person sees), unmasked (what a disguise hides), and without pretext.

A classifier that reads only the first misses ``k1ll``; one that reads only the second misreads ``h2o`` and ``2nd``. So
each is scored and the harshest answer holds. Most texts have one form only.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

from safety.text.lexicon import RiskLexicon
from safety.text.lookalikes import latin_lookalike, sounded_out
from safety.text.spelling import Speller
from safety.text.wrappers import decoded, inside

_LEET = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "li", "+": "t", "\u20ac": "e", "\u00a3": "l",
}  # fmt: skip
_EMOJI = {
    "\U0001f52b": "gun", "\U0001f52a": "knife", "\U0001f4a3": "bomb", "\U0001fa78": "blood", "\u2620": "death",
    "\U0001f480": "dead", "\U0001f489": "syringe", "\U0001f48a": "pills", "\U0001f51e": "adults only",
    "\U0001fa93": "axe", "\U0001f5e1": "dagger",
    "\U0001f9e8": "explosive", "\u26b0": "coffin", "\U0001f341": "leaf", "\u2744": "snow", "\U0001f37a": "beer",
}  # fmt: skip
# Fruit that stands for a body, unless the text is about food.
_FRUIT = {"\U0001f346": "penis", "\U0001f351": "butt", "\U0001f4a6": "wet"}
_FOOD = re.compile(
    r"\b(?:recipe|cook\w*|bak\w+|grill\w*|garden\w*|eat\w*|pie|cobbler|farm\w*|tree|salad|roast\w*|water\w*|rain\w*|swim\w*"
    r"|harvest\w*|kitchen|dinner|lunch|fruit\w*|vegetable\w*|sweat\w*|gym|splash\w*|jam|parmesan|curry)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\bRT\b[ :]?|&[a-z]+;", re.ASCII)
_MENTION = re.compile(r"(?<!\w)@\w+", re.ASCII)
_SPACES = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_STACKED = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe00-\ufe0f]")
_SPELLED = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][\s.\-_*~/,|·•]{1,3}){2,400}[A-Za-z](?![A-Za-z])")
_SPLIT_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,24}(?:[*~_|/\\.\-·•]{1,3}[A-Za-z]{1,24}){1,40}(?![A-Za-z])")
_APART = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,24}(?: [*~_|/\\.\-·•] [A-Za-z]{1,24}){1,40}(?![A-Za-z])")
# Signs that stand between words in plain writing; all others only ever cut one.
_BETWEEN_WORDS = re.compile(r"[/.\-]")
_LETTERS = re.compile(r"[A-Za-z]+")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_NUMBER_LIKE = re.compile(
    r"[\W_]*(?:\d+(?:[.,:/x]\d+)*(?:st|nd|rd|th|s|k|d|p|am|pm|fps|hz|mm|cm|km|kg|g|m|x|b)?|[a-z]\d{1,2})[\W_]*", re.I
)
_LEET_TOKEN = re.compile(r"[A-Za-z0-9@$!|+\u20ac\u00a3]+")
# Where alphabets of flags, and of letters in discs and boxes, begin.
_DRAWN_ALPHABETS = (0x1F1E6, 0x1F130, 0x1F150, 0x1F170)
_UNREADABLE = re.compile(r"[^\w'’\-]|\d|_")
_EDGES = " ,.:;!?\"'()[]"
_READABLE, _PLAINER = 0.8, 0.2
# Of the words in foreign letters so many must look like known ones for a text to be English in disguise.
_LEAST_TELLING, _LEAST_DISGUISED = 3, 0.5
_MAX_READINGS = 32
_LONGEST_WORD = 20
_LETTER_COSTS, _MOST_LEFT_OVER = 2, 0.15
_LEAST_CUTS = 2
_LONGEST_SPELLED = 400


def clean(text: str) -> str:
    """Return the text as a reader sees it: one Unicode form, nothing invisible, no addresses or mentions."""
    return _without_mentions(_legible(text))


def _legible(text: str) -> str:
    plain = unicodedata.normalize("NFKD", html.unescape(text))
    plain = _STACKED.sub("", plain)
    plain = unicodedata.normalize("NFKC", plain)
    plain = "".join(_visible(char) for char in plain)
    return _SPACES.sub(" ", _ADDRESS.sub(" ", plain)).strip()


def _without_mentions(text: str) -> str:
    return _SPACES.sub(" ", _MENTION.sub(" ", text)).strip()


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category in {"Cc", "Zs", "Zl", "Zp"} else char


class Unmasker:
    """Undoes disguises: look-alike letters, leetspeak, letters spelled apart, stretched words, emoji for words.

    ``words`` is the lexicon that decides between readings (``k1ll`` is ``kill``, not ``klll``); without one the first
    reading is taken. ``vocabulary``, words with the most frequent first, are what misspelt texts are read as.
    """

    def __init__(
        self, words: Iterable[str] = (), knows: Callable[[str], bool] | None = None, vocabulary: Sequence[str] = ()
    ) -> None:
        self._words = frozenset(words)
        self._speller = Speller([*vocabulary, *sorted(self._words)]) if vocabulary else None
        common = knows or (lambda _: False)
        self._is_ordinary: Callable[[str], bool] = lambda word: word in self._words or common(word)
        self.lexicon = RiskLexicon.open(self._is_ordinary)

    def unmask(self, cleaned: str) -> str:
        """Return the plain reading of a text that ``clean`` has seen; the same text if nothing was hidden."""
        emoji = _EMOJI if _FOOD.search(cleaned) else _EMOJI | _FRUIT
        text = "".join(_spell_emoji(char, emoji) for char in cleaned)
        text = self._speller.sound_out(text) if self._speller else text
        text = self._in_latin(text)
        text = self.lexicon.unmask(text)
        text = _LEET_TOKEN.sub(lambda match: self._unleet(match.group()), text)
        text = _SPELLED.sub(lambda match: self._join(match.group()), text)
        for cut in (_SPLIT_WORD, _APART):
            text = cut.sub(lambda match: self._rejoin(match.group()), text)
        text = _LETTERS.sub(lambda match: self._unstretch(match.group()), text)
        text = self.lexicon.reveal(decoded(text, self._is_ordinary))
        text = self._speller.correct(self._mend(text)) if self._speller else text
        return _SPACES.sub(" ", text).strip()

    def _knows(self, word: str) -> bool:
        return word.lower() in self._words or self.lexicon.lists(word)

    def _in_latin(self, text: str) -> str:
        """Return a text with disguised words in Latin letters; of a text in a foreign language, only risk words."""
        if text.isascii():
            return text
        tokens = text.split(" ")
        foreign = [token for token in tokens if not _ASCII_LETTER.search(token) and len(token) >= _LEAST_TELLING]
        known = sum(self._is_known_lookalike(token) for token in foreign)
        is_listed = self._knows if known >= _LEAST_DISGUISED * len(foreign) else self.lexicon.lists
        return " ".join(token if token.isascii() else self._latin(token, is_listed) for token in tokens)

    def _is_known_lookalike(self, token: str) -> bool:
        words = _LETTERS.findall(latin_lookalike(token))
        return bool(words) and all(map(self._knows, words))

    def _latin(self, token: str, is_listed: Callable[[str], bool]) -> str:
        """Return a token in Latin letters if look-alikes explain every foreign letter in it, else the token.

        A token that is foreign throughout is taken for a foreign word, unless it looks or sounds like a listed one.
        """
        mapped = latin_lookalike(token)
        is_explained = all(char.isascii() for char in mapped if char.isalpha())
        if is_explained and (_ASCII_LETTER.search(token) or any(map(is_listed, _LETTERS.findall(mapped)))):
            return mapped
        return next(filter(is_listed, sounded_out(token)), token)

    def _unleet(self, token: str) -> str:
        body = token.rstrip("!|+")
        tail = token[len(body) :]
        if not any(char in _LEET for char in body) or not any(char.isalpha() for char in body):
            return token
        if _NUMBER_LIKE.fullmatch(body) or self._knows(body):
            return token
        readings = product(*(_LEET.get(char, char) for char in body))
        candidates = ["".join(letters) for letters, _ in zip(readings, range(_MAX_READINGS), strict=False)]
        for is_word in (self._knows, self._is_ordinary):
            if found := next((word for word in candidates if is_word(word.lower())), None):
                return found + tail
        near = (self._speller.nearest(word) for word in candidates) if self._speller else ()
        return next(filter(None, near), body) + tail

    def _rejoin(self, split: str) -> str:
        """Join ``na/ked`` if that makes a word; leave ``and/or`` and ``hand-made``, whose pieces are words already."""
        pieces = _LETTERS.findall(split)
        joined = "".join(pieces)
        are_words = all(self._knows(piece) for piece in pieces) and _BETWEEN_WORDS.search(split)
        return joined if self._is_ordinary(joined.lower()) and not are_words else split

    def _join(self, spelled: str) -> str:
        """Return letters spelled apart as the words they make; as they are if they make none."""
        letters = "".join(char for char in spelled if char.isalpha())
        words = self._segment(letters) if len(letters) <= _LONGEST_SPELLED else None
        return spelled if words is None else f" {' '.join(words)} "

    def _segment(self, letters: str) -> list[str] | None:
        """Cut a run of letters into the fewest known words; None if too many letters are left over.

        A letter that is in no word costs as much as two words.
        """
        cheapest: list[tuple[int, int]] = [(0, 0)]  # what the letters so far cost, and where the last piece began
        for end in range(1, len(letters) + 1):
            best = (cheapest[end - 1][0] + _LETTER_COSTS, end - 1)
            for start in range(max(0, end - _LONGEST_WORD), end):
                if cheapest[start][0] + 1 < best[0] and self._is_whole(letters[start:end]):
                    best = (cheapest[start][0] + 1, start)
            cheapest.append(best)
        words, end, left_over = [], len(letters), 0
        while end > 0:
            start = cheapest[end][1]
            words.append(letters[start:end])
            left_over += not self._is_whole(letters[start:end])
            end = start
        return words[::-1] if left_over <= _MOST_LEFT_OVER * len(letters) else None

    def _is_whole(self, piece: str) -> bool:
        return self._knows(piece) if len(piece) > 1 else piece.lower() in "ai"

    def _mend(self, text: str) -> str:
        """Return a text whose words are cut by spaces (``fly ing towar ds``) with them joined; at least two must be."""
        tokens = text.split(" ")
        cuts = [place for place in range(len(tokens) - 1) if self._is_cut(tokens[place], tokens[place + 1])]
        if len(cuts) < _LEAST_CUTS:
            return text
        mended: list[str] = []
        joined = -1
        for place, token in enumerate(tokens):
            if place - 1 in cuts and place - 1 != joined:
                mended[-1], joined = mended[-1] + token, place
            else:
                mended.append(token)
        return " ".join(mended)

    def _is_cut(self, head: str, tail: str) -> bool:
        """Whether two neighbours are one word together, and at least one of them is none alone."""
        bare = tail.rstrip(_EDGES)
        pieces = (head.lower(), bare.lower())
        if not all(map(str.isalpha, pieces)) or all(map(self._stands_alone, pieces)):
            return False
        return self._is_ordinary("".join(pieces))

    def _stands_alone(self, piece: str) -> bool:
        return piece in self._words and (len(piece) > 1 or piece in "ai")

    def _unstretch(self, word: str) -> str:
        if not _STRETCHED.search(word):
            return word
        twice, once = _STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)
        return twice if self._knows(twice) else once


def _spell_emoji(char: str, emoji: Mapping[str, str]) -> str:
    code = ord(char)
    if code < 0x2000:
        return char
    for first in _DRAWN_ALPHABETS:
        if first <= code < first + 26:
            return chr(code - first + ord("a"))
    word = emoji.get(char)
    return f" {word} " if word else char


def forms(
    text: str,
    unmask: Callable[[str], str],
    unwrap: Callable[[str], str] = inside,
    knows: Callable[[str], bool] | None = None,
) -> tuple[str, ...]:
    """Return the one to three different forms of a text that a classifier should read.

    With ``knows``, a text that is hardly readable as written and plain once unmasked is read unmasked only: garble
    says nothing by itself, and what was plain in it is plain in both.
    """
    legible = _legible(text)
    # A mention may be a disguised word (``@ll``), so the second form drops only those that make none.
    cleaned, unmasked = _without_mentions(legible), _without_mentions(unmask(legible))
    found = tuple(dict.fromkeys((cleaned, unmasked, unwrap(unmasked))))
    if knows is None or len(found) == 1 or cleaned == unmasked:
        return found
    return found[1:] if _is_garble_undone(cleaned, unmasked, knows) else found


def _is_garble_undone(cleaned: str, unmasked: str, knows: Callable[[str], bool]) -> bool:
    """Whether unmasking only made words of what was unreadable, or made plain what hardly anyone could read."""
    before, after = share_readable(cleaned, knows), share_readable(unmasked, knows)
    if after <= before:
        return False
    is_plain_now = after >= _READABLE and after - before >= _PLAINER
    return is_plain_now or not _plain_words(cleaned, knows) - _plain_words(unmasked, knows)


def _plain_words(text: str, knows: Callable[[str], bool]) -> Counter[str]:
    """Return how often each word stands in a text that is plain as written: a rare one of letters alone is, too."""
    tokens = (token for token in _tokens(text) if len(token) > 1)
    return Counter(token for token in tokens if _is_readable(token, knows) or (token.isascii() and token.isalpha()))


def share_readable(text: str, knows: Callable[[str], bool]) -> float:
    """Return which share of a text's tokens are known words or numbers, in [0, 1]."""
    read = _tokens(text)
    return sum(_is_readable(token, knows) for token in read) / max(1, len(read))


def _tokens(text: str) -> list[str]:
    stripped = (token.strip(_EDGES).lower() for token in text.split(" "))
    return [token for token in stripped if token]


def _is_readable(token: str, knows: Callable[[str], bool]) -> bool:
    if token.isdigit() or token in {"a", "i"}:
        return True
    if _UNREADABLE.search(token):
        return False
    pieces = _LETTERS.findall(token) if token.isascii() else [token]
    return any(len(piece) > 1 for piece in pieces) and all(map(knows, pieces))


def passages(text: str, size: int, most: int) -> list[str]:
    """Cut a text at the ends of sentences into passages of about ``size`` characters.

    What repeats itself is kept once, so padding buys no room. Of more than ``most``, evenly spread ones and the last
    stay.
    """
    parts: list[str] = []
    for sentence in _SENTENCE_END.split(text.strip()):
        if parts and len(parts[-1]) + len(sentence) < size:
            parts[-1] += f" {sentence}"
        else:
            parts += windows(sentence, size, most)
    return _spread(list(dict.fromkeys(parts)), most)


def windows(text: str, size: int, most: int) -> list[str]:
    """Cut a long text at spaces into parts of at most ``size`` characters; of a very long one, ``most`` of them.

    Parts overlap by a fifth, so that nothing hides at a cut. Of more than ``most``, evenly spread ones and the last are
    kept.
    """
    text = text.strip()
    if len(text) <= size:
        return [text]
    parts, start = [], 0
    while start < len(text):
        end = start + size
        cut = text.rfind(" ", start + size // 2, end) if end < len(text) else len(text)
        end = cut if cut > start else end
        parts.append(text[start:end].strip())
        if end >= len(text):
            break
        start = end - size // 5
    return _spread(parts, most)


def _spread(parts: list[str], most: int) -> list[str]:
    if len(parts) <= most:
        return parts
    return [parts[round(place * (len(parts) - 1) / (most - 1))] for place in range(most)]
