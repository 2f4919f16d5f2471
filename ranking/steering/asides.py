"""What people say around a wish, taken out or put plainly: oaths, their own story, what they came for, with whom."""

import re

_ASK = (
    r"(?:please |just |maybe |can you |could you |you can )*(?:show|give|bring|take|make|let me|let's|put|play|find|"
    r"hit me|distract|surprise|cheer|calm|help|hype|keep|i want|i need|i'd|i fancy|something|anything|only|more|no|"
    r"nothing|none|don't)\b"
)
_GOD = r"(?:god|goodness|heaven|heavens|pete|christ|crying out loud|fuck|the love of (?:god|all that[\w' ]*|pete|mike))"
_LONG_AGO = (
    r"(?:in|for) (?:years|ages|months|weeks|decades|forever|so long|(?:such )?an? (?:very )?(?:long )?(?:time|while))"
)
_COMPANY = (
    r"(?:mates?|friends?|buddies|besties?|sister|brother|siblings|kids?|son|daughter|flatmates?|roommates?|"
    r"housemates?|family|dad|mum|mom|cousins?|class|partner|girlfriend|boyfriend|wife|husband|team)"
)
_DOES = (
    r"(?:copy|film|try|make|shoot|recreate|remake|redo|replicate|re-create|reproduce|pull off|have a go at|imitate|do)"
)

_TURNS = (
    # Oaths and fillers.
    (rf"\b(?:oh )?for {_GOD}(?:'?s)?(?: sakes?)?(?=\s*[,.;!?]|\s|$)", " , "),
    (
        r"\b(?:oh my (?:god|goodness|gosh|days)|omfg|omg|jeez|sheesh|crikey|blimey|bloody hell|ffs|goodness me|"
        r"thank you so much|many thanks|no offen[cs]e|pretty please|to be honest|tbh|ngl|"
        r"if (?:you can|possible|that's ok)|i swear|lmao|rofl|xoxo)(?![\w'])",
        " , ",
    ),
    (
        r"(?:^|(?<=[,.;!?] ))(?:ugh+|a+rgh+|grr+|sigh|phew|oof|whew|pff+t?|bah|wow|yay|woo+|woohoo)"
        r"(?=\s*[,.;!?]|$|\s(?:no|not|i|i'm|show|give|so|just|please|enough|my|why)\b)",
        " , ",
    ),
    # Their own story.
    (r"\b(?:today|tonight|tomorrow|yesterday)'s (?=my|our|the|an?|been|going)", ", it's "),
    (
        rf"\b(?:i )?(?:haven't|have not|havent|hadn't) ((?:been|seen|picked|touched|played|visited|heard|held|"
        rf"ridden|made|baked|painted|drawn|danced|climbed|sung) [\w' -]+?|"
        rf"(?:painted|drawn|danced|climbed|sung|baked)) {_LONG_AGO}",
        r", \1 , ",
    ),
    (r"\b(?:i )?(?:really |so )*(?:miss|missing) (?=(?:my|the|our) [\w'])", ", "),
    # What they came for.
    (
        r"\bi(?:'m|'ve| am| have)? (?:only |just |really |mainly )*(?:came|come|here|tuned in|logged on|showed up|"
        r"turned up)(?: here| on here| back)? for\b(?! (?:a (?:bit|while|minute|second)|the first))",
        ", ",
    ),
    # Too much of it, or too little.
    (
        r"(?:^|(?<=[,.;!?] ))(?:everything|everyone|the (?:whole )?world|life|it all|all of (?:it|this)|"
        r"my (?:whole )?feed)(?:'s| is| feels| looks| seems| has been)? (?:all |always |just |far |way |so |"
        r"getting )*too ([\w-]+)"
        r"(?=\s*(?:[,.;!?]|$|and\b|so\b|but\b|today|now|lately))",
        r", no \1 , ",
    ),
    (
        r"\b(?:and |with |where |when |there's )*(?:(?:hardly|barely|scarcely|almost|next to|not|very|as)\s+"
        r"(?:anything|nothing|much|little)|little)(?: much)?(?: at all)? (?:is |much |ever |really )*"
        r"(?:going on|happening|happens|moving|moves)\b(?: at all)?(?: in (?:it|them))?",
        " , motionless , ",
    ),
    (r"\bmade[- ]up(?= (?:stuff|things?|stories|worlds?|creatures?|nonsense)\b|\s*(?:[,.;!?]|$))", "fantasy"),
    # What they could make.
    (
        rf"\b((?:[\w'-]+ ){{0,2}}?)(?:ideas?|stuff|things?|something|videos?|clips?|anything) (?:that )?"
        rf"(?:(?:i|we|anyone|anybody|you) (?:could|can|might) (?:easily |actually |also |even |all )*|to ){_DOES}\b"
        rf"(?: (?:myself|ourselves|at home|along|too|as well|next|on my phone|with my phone))*"
        rf"(?: with (?:my|the|our|some|a few) (?:[\w-]+ )?{_COMPANY})?",
        r"\1 , recreate , ",
    ),
)
_TURNS_OF_PHRASE = tuple((re.compile(pattern), plain) for pattern, plain in _TURNS)

_SO = re.compile(rf"\b(?:and )?so\b,?\s*(?=,|{_ASK})")
_SENTENCE = re.compile(r"[.;!?\n]")
_LIKED = re.compile(
    r"\b(?:love|like|adore|want|wanna|need|crave|miss|fancy|enjoy|into|obsessed|fan|more|less|fewer|mood|something|show|give)\b"
)
# A rest of a saying that was read already: "a kick | up the backside".
TRAILING = re.compile(r"^\s*(?:up|out of|off|in|on|to|at|before|after|during|around) (?:the|my|a) [\w-]+")


def without_asides(text: str) -> str:
    """Return a cleaned text without oaths, and with what people tell of themselves put so that the parser reads it."""
    for pattern, plain in _TURNS_OF_PHRASE:
        text = pattern.sub(plain, text)
    return text


def split_story(text: str) -> tuple[str, str]:
    """Return what is told before "so show me ...", and the text from there on; the first is empty if nothing is.

    What says what somebody likes or wants is a wish, not a story: "I love cats, so give me cats".
    """
    found = _SO.search(text)
    if found is None:
        return "", text
    before = text[: found.start()]
    starts = [end.end() for end in _SENTENCE.finditer(before)]
    place = starts[-1] if starts else 0
    story = before[place:]
    if not story.strip(" ,") or _LIKED.search(story):
        return "", text
    return story, f"{before[:place]} , {text[found.end() :]}"
