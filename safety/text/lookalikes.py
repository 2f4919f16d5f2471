"""Letters of other scripts that look or sound like Latin ones."""

from collections.abc import Iterator
from itertools import islice, product

# Drawn alike (Unicode TR 39 lists thousands; these are the common ones).
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0461\u0432\u043d\u043a"
    "\u043c\u0442\u0433\u043f\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408"
    "\u0405\u03b1\u03b2\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0391\u0392\u0395\u0396\u0397"
    "\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u0131\u0261\u0251\u026a\u0280\u1d00\u1d04\u1d05\u1d07"
    "\u1d0a\u1d0b\u1d0d\u1d0f\u1d18\u1d1b\u1d1c\u1d20\u1d21\u1d22\u0299\u029c\u029f\u0274\u0262\u00f8\u0142\u0111"
    "\u03f2\u04bd\u04cf\u0578\u057d\u0585\u0581\u0570\u0563\u0454\u0491\u04af\u04c0\u03f3\u044c\u13aa\u13f4\u13df"
    "\u13a0\u13ac\u13c0\u13bb\u13ab\u13e6\u13de\u13b7\u13e2\u13a1\u13da\u13a2\u13d9\u13b3\u13c3",
    "aeopcyxijshdqwwbhkmtrnABEKMHOPCTYXIJSabenikvoptuxABEZHIKMNOPTYXigairacdejkmoptuvwzbhlngoldcelnuoghqeryljbABCDEGHJKLMPRSTVWZ",
)
# Read alike: each letter with the Latin ones it may stand for.
SOUNDS = {
    "\u0430": "a", "\u0431": "b", "\u0432": "vw", "\u0433": "g", "\u0434": "d", "\u0435": "e", "\u0436": "j",
    "\u0437": "zs", "\u0438": "i", "\u0439": "yi", "\u043a": "kc", "\u043b": "l", "\u043c": "m", "\u043d": "n",
    "\u043e": "o", "\u043f": "p", "\u0440": "r", "\u0441": "sc", "\u0442": "t", "\u0443": "u", "\u0444": "f",
    "\u0445": "h", "\u0446": ("ts",), "\u0447": ("ch",), "\u0448": ("sh",), "\u044b": "yi", "\u044d": "e",
    "\u044e": ("yu",), "\u044f": ("ya",), "\u03b1": "a", "\u03b2": "bv", "\u03b3": "g", "\u03b4": "d", "\u03b5": "e",
    "\u03b6": "z", "\u03b7": "i", "\u03b8": ("th",), "\u03b9": "i", "\u03ba": "kc", "\u03bb": "l", "\u03bc": "m",
    "\u03bd": "n", "\u03be": "x", "\u03bf": "o", "\u03c0": "p", "\u03c1": "r", "\u03c3": "s", "\u03c2": "s",
    "\u03c4": "t", "\u03c5": "yu", "\u03c6": "f", "\u03c7": "h", "\u03c8": ("ps",), "\u03c9": "o",
}  # fmt: skip
_MOST_READINGS, _LONGEST = 64, 16


def latin_lookalike(token: str) -> str:
    """Return a token with every letter that is drawn like a Latin one replaced by it."""
    return token.translate(_LOOKALIKES)


def sounded_out(token: str) -> Iterator[str]:
    """Yield the ways to read a Cyrillic or Greek token in Latin letters; none for a token of another script."""
    letters = [SOUNDS.get(char) for char in token.lower() if char.isalpha()]
    if letters and len(letters) <= _LONGEST and all(letters):
        readings = product(*(letter for letter in letters if letter))
        yield from ("".join(reading) for reading in islice(readings, _MOST_READINGS))
