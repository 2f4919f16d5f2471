"""Brings a wish into the form that the parser reads: plain letters, known words, common turns of phrase."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from core.errors import InvalidInput
from ranking.steering import patterns
from ranking.words import stem

MAX_CHARACTERS = 500
Knows = Callable[[str], bool]
_MISTYPED_FROM = 4  # letters; shorter words are left alone
_SHORT_WORD = 7  # letters up to which one of them may be wrong; two in a longer word
_SWAPPED = 2  # letters that may stand in each other's place, where no other letter is wrong
_ALIKE = 82.0  # per cent of alikeness from which a word that is none is taken for one that is

# Function words of other languages that are no English words; a third of a text in them is not English.
_FOREIGN_WORDS = """
el los las una unos unas del por favor más menos sin quiero nada pero para muestra muéstrame ver gatos perros le les
une du pas moins je veux avec pour et vidéos montre montrez chats voitures der das ein eine keine kein keinen nicht
mehr weniger ohne ich möchte zeig bitte und mit nur autos katzen hunde il gli più meno senza voglio niente mostrami
gatti os uma mais sem quero não com mostre het een geen meer minder zonder ik wil maar jag vill inte mer utan och ikke
uten chcę bez więcej proszę daha fazla istemiyorum olmasın
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split())

_SPELLED = (
    (
        re.compile(
            r"\b(?:no[- ]one|nobody|not a (?:single )?(?:soul|person|human)|zero (?:people|humans))\b(?: (?:in "
            r"(?:sight|it|them|there|(?:the )?(?:shot|frame|picture|view))|around|at all|there|else))*"
        ),
        "without people",
    ),
    (re.compile(r"\b(?:where |with )?without people\b"), ", without people"),
    (re.compile(r"\b(?:with )?(?:out )?any(?:one|body)\b(?= in\b)"), "people"),
    (
        re.compile(
            r"\b(?!\w+ing\b|for\b|set\b|be\b|i'm\b|run\b|roam\b|break\b|is\b|are\b)(\w+)[ -]free\b"
            r"(?! (?:time|will|fall|kick|style|throw|diving|range))"
        ),
        r" , no \1 , ",
    ),
    (re.compile(r"\bnon[ -](\w+)"), r" , no \1 "),
    (re.compile(r"\bdo without\b"), "do without"),
    (
        re.compile(
            r"\b(?:can't|cannot|cant|can never|could never|never) (?:get|have|see|be) (?:enough|too much)(?: "
            r"of)?\b"
        ),
        "more",
    ),
    (
        re.compile(
            r"\b(?:not|never|there (?:isn't|aren't|is not|are not)|i don't (?:get|see)|there's not) (?:nearly |"
            r"quite )?enough(?: of)?\b"
        ),
        "more",
    ),
    (re.compile(r"\bi (?:wouldn't|would not|won't) mind(?: seeing| some| watching)*\b"), "more"),
    (re.compile(r"\bwhy (?:not|don't (?:you|we|i))(?: (?:show|see|try|get|have))?(?: me)?(?: some)?\b"), "show me"),
    (
        re.compile(
            r"\b(?:please )?(?:don't|do not|never) (?:ever )?(?:stop|quit)(?: showing| giving| with)?(?: me)?\b"
        ),
        "more",
    ),
    (
        re.compile(r"\bnot (?:only|just) (?:one|a single|a lone) (?:person|human|guy|girl|man|woman)\b"),
        "several people",
    ),
    (re.compile(r"\bnot (?:only|just)\b"), ","),
    (
        re.compile(
            r"\b(?:show me |i want |give me |play )?(?:nothing|none|not anything|don't (?:show|give|play)(?: me)? "
            r"anything|no videos?|no content|i don't want (?:to see )?anything)(?: else)?(?: (?:at all))? (?:but|"
            r"except(?: for)?|other than|besides|apart from|that (?:isn't|is not|aren't))\b"
        ),
        "only",
    ),
    (
        re.compile(
            r"\b(?:i(?:'d| would)? (?:rather|prefer|sooner)(?: (?:see|watch|have))?|give me|show me|more) ([\w' "
            r"-]+?) (?:over|than) ([\w' -]+)"
        ),
        r"\1 instead of \2",
    ),
    (re.compile(r"\bprefer ([\w' -]+?) to ([\w' -]+)"), r"\1 instead of \2"),
    (re.compile(r"\bthe opposite of\b"), "no"),
    (
        re.compile(
            r"\b(?:anything|everything|something|stuff|whatever) (?:that|which)(?:'s| is| are)? ?(?:isn't|is not|"
            r"aren't|are not|not)\b"
        ),
        "anything but",
    ),
    (
        re.compile(
            r"\b(?:take|keep|get|leave|throw) ((?:the |all |those |these )?(?!me\b|us\b)[\w'-]+(?: [\w'-]+){0,3}?) "
            r"(?:away|out|off)(?: from (?:me|us|my feed)\b)?(?: of (?:it|this|that|here)\b| of)?"
            r"(?: (?:my|the|this) (?:feed|page|screen))?"
        ),
        r"no \1",
    ),
    (
        re.compile(
            r"\b(?:must|may|should|shall|ought to|needs? to|has to|have to)(?:n't| not| never)(?: \w+)??(?: (?:be|"
            r"have|contain|include|feature|involve))\b"
        ),
        ", no",
    ),
    (re.compile(r"\b(?:where|when) (?:nobody|no one)\b"), "without people"),
    (re.compile(r"\bno\s*[,:]\s*(?=\w)"), "no "),
)

_WATCHES = r"(?:nephew|niece|son|daughter|kid|kids|toddler|toddlers|baby|grandson|granddaughter|children|little one)"
_KIN = (
    r"(?:gran|granny|grandma|grandpa|nan|mum|mom|dad|wife|husband|partner|girlfriend|boyfriend|friend|sister|brother"
    r"|parents|boss|aunt|uncle)"
)
_TURNS = (
    # For whom, and what they like.
    (
        rf"\b(?:my|our|the) (?:[\w-]+ ){{0,2}}?{_WATCHES} (?:(?:is|are|really|just|so|absolutely|totally) )*"
        r"(?:obsessed with|into|crazy about|mad about|an? (?:big |huge )?fan of|loves?|likes?|adores?|enjoys?|"
        r"wants?)\b",
        ", kid friendly , ",
    ),
    (
        rf"\b(?:he|she|they|(?:my|our) (?:[\w-]+ )?{_KIN}) (?:(?:is|are|really|just|so|all|absolutely|totally) )*"
        r"(?:obsessed with|into|crazy about|mad about|an? (?:big |huge )?fan of|loves?|likes?|adores?|enjoys?)\b",
        ", ",
    ),
    (
        r"\b(?:he|she|they|my [\w-]+)(?: really)? (?:hates?|dislikes?|(?:doesn't|does not|don't|can't|cannot) "
        r"(?:like|stand|handle|do|want)|(?:is|are) (?:scared|afraid|terrified|frightened) of)\b",
        ", no ",
    ),
    (rf"\bfor (?:my|our) (?:[\w-]+ )?{_KIN}(?=\s*[,.;:!?][\s,]*\w)", " "),
    (
        r"\b(?:my |the )?(?:[\w-]+ )?(?:gf|bf|girlfriend|boyfriend|wife|husband|mates?|friends?|kids?|roommates?"
        r"|partner) and (?:i|me) (?=(?:want|need|would like|are looking for|fancy|love|like)\b)",
        "we ",
    ),
    # Feared, tired of, beside the point.
    (r"\b(?:i |we )?could (?:really )?do with(?= (?:less|fewer|no|more|some|a)\b)", ", "),
    (r"\bwhy (?:is|are) (?:everything|it all|my (?:whole )?feed)(?: always| all| only| just)?\b", ", no "),
    (r"\bmeh (?:about|on|to)\b", ", no "),
    (r"\bnothing (?:too |so |that )?(?:serious|heavy|deep)\b", ", something light , "),
    (r"(?:^|(?<=[,.;!?] ))(?:ew+|yu?ck|gross|ugh|ble?h|meh)(?=\s*(?:[,.;!?]|$))", " , "),
    (r"\s>\s", " instead of "),
    (r"\bi miss (?=my |the |our )", ", "),
    # Neither wished for nor refused.
    (r"\bi (?:don't|do not) mind [\w' ]+?(?=[,.;!?]|\bbut\b|$)", ", "),
    (
        r"(?:^|(?<=[,.;!?] ))[\w' ]+? (?:is|are|'s|'re) (?:ok|okay|fine|alright|all right|acceptable)(?: with "
        r"me| by me)?(?=[,.;!?]|\bbut\b|$)",
        ", ",
    ),
    (r"\bwithout (?:leaving|going out of) (?:the |my )?(?:house|home|flat|apartment|room)\b", ", indoors , "),
    (r"\bwithout (?:leaving|moving from|getting (?:off|up)|going out of) [\w' ]+?(?=[,.;!?]|$)", ", "),
    (r"\b(?:i )?(?:don't|do not) care (?:if|whether|who|how|what|which) [\w' ]+?(?=[,.;!?]|\bbut\b|$)", ", "),
    (
        r"^(?!.*(?:ing|all|dawn|sunset|sunrise|sun|moon|clouds?|fog|mist|storms?|bridge|snow|sky|stars|rain|lights?)"
        r" over\b)([\w'-]+(?: [\w'-]+){0,2}) over ([\w'-]+(?: [\w'-]+){0,2})$",
        r"\1 , no \2",
    ),
    # What comes before the thing.
    (
        r"\b(?:i )?(?:always |just |usually )*(?:swipe|scroll|flick) (?:away |past |through |over |from )+"
        r"(?:anything |everything |whatever |all )?(?:that's |that is )?",
        ", no ",
    ),
    (r"\b(?:i )?(?:'ve |have )?had my fill of\b", ", no "),
    # A list that is refused as one: "stop with the babies, children and families".
    (
        r"\b((?:(?:stop|enough|done|quit|skip|avoid|hide)(?: with| of| showing(?: me)?)?|(?:tired|sick|fed up|bored) "
        r"(?:with|of)) "
        r"(?:the |all |these )?[\w' -]+?), ([\w' -]+?),? and ([\w'-]+(?: [\w'-]+)?)(?=[,.;!?]|$)",
        r"\1 , no \2 , no \3",
    ),
    (
        r"\b(?:nope to|no to|nah to|(?:hard )?pass on|veto(?: on)?|boo to|(?:please )?(?:steer(?:ing)?|"
        r"keep(?:ing)?|stay(?:ing)?) (?:well |far )?(?:clear of|clear from|away from)"
        r"|(?:far|well|miles) (?:away )?from(?! (?:home|here|everything|it all|civili))"
        r"|(?<!get )(?<!getting )away from|hold the|i could do without(?: "
        r"any)?(?: more)?|i(?:'m| am)? (?:trying|want|need|would like) to avoid(?: any)?|as (?:few|little) "
        r"(?=[\w' -]+ as possible)"
        r"|little to no|hardly any|barely any|scarcely any|next to no|low on|light on|next to nothing (?:with|"
        r"of)|zero(?= \w))\b",
        ", no ",
    ),
    (r"\bas possible\b", " "),
    (
        r"\b(?:as long as|so long as|provided(?: that)?|if|with|where|when|so that|only if|and)(?: there(?:'s|"
        r" is| are| isn't| aren't| be)?| it has| they have| it's got)? (?:no|zero|not any|not a single|none "
        r"of)\b",
        ", no ",
    ),
    (
        r"\b(?:as long as|so long as|provided(?: that)?|if) (?:it|they|there|that)(?:'s| is|'re| are)?(?:n't| "
        r"not)(?: too| any| all)?\b",
        ", no ",
    ),
    (r"\b(?:why do i (?:keep|always)|i keep|i always|i only) (?:getting|seeing|get|see|being shown)\b", ", no "),
    (
        r"\b(?:all i (?:ever )?(?:see|get) (?:is|are)|it's (?:all|always|just|only)|i (?:get|see|have) "
        r"enough(?: of)?)\b",
        ", no ",
    ),
    (
        r"\bi(?:'m| am) not (?:really |much of |exactly )*an? (?:big |huge )?([\w-]+) (?:person|guy|girl|"
        r"lover|fan|type)\b",
        r", no \1 , ",
    ),
    (
        r"\bi(?:'m| am) not (?:really|very|so|that|much|particularly|too|all that|super) (?=in|into|a fan|"
        r"keen|fond)",
        "i'm not ",
    ),
    # What comes after it.
    (
        r"(?:^|(?<=[,.;!?] ))([\w' -]+?),? (?:left out|excluded|not included|kept out)\b",
        r" , no \1 , ",
    ),
    (
        r"(?:^|(?<=[,.;!?] ))([\w' -]+?)[?!,.]* (?:no,? thanks?(?: you)?|no ty|nah|nope|hard pass|not today|"
        r"need not apply|begone)\b",
        r" , no \1 , ",
    ),
    (
        r"\b(?:leave|keep) ([\w' -]+?) out of (?:it|this|that|there|here|my feed|the (?:feed|picture|frame|"
        r"mix|way))\b",
        r" , no \1 , ",
    ),
    (
        r"(?:^|(?<=[,.;!?] ))([\w' -]+?) (?:(?:is|are)(?:n't| not)|ain't) (?:really )?(?:for me|my (?:thing|"
        r"cup of tea|jam|style|bag|vibe)|what i (?:want|need|like)|welcome|allowed)\b",
        r" , no \1 , ",
    ),
    (
        r"(?:^|(?<=[,.;!?] ))([\w' -]+?) (?:does|do) (?:nothing for me|not interest me|n't (?:interest|do it "
        r"for) me)\b",
        r" , no \1 , ",
    ),
    (
        r"(?:^|(?<=[,.;!?] ))(?!(?:please )?(?:don't|do not|dont|never|nothing|not|to|you|that|i|it|please|"
        r"something|anything|stuff|things|no)\b)([\w' -]+?) (?:(?:always |really |just )?(?:makes?|gives?|"
        r"gets?) me (?:gag|anxious|nervous|sad|sick|angry|uncomfortable|cringe|upset|queasy|jealous|dizzy|"
        r"anxiety|the creeps|nightmares|down|stressed|hungry)|(?:stress(?:es)?|freaks?|creeps?|gross(?:es)?|"
        r"bums?|tires?|wears?) me out|(?:scares?|bores?|annoys?|depress(?:es)?|upsets?|triggers?|disgusts?) "
        r"me)\b",
        r" , no \1 , ",
    ),
    (r"(?:^|(?<=[,.;!?] )|(?<=\band ))([\w' -]+?) yes\b", r" , \1 , "),
    (r"(?:^|(?<=[,.;!?] )|(?<=\band ))((?!oh|please|hell|god)[\w'-]+(?: [\w'-]+)?) no(?=$|[,.;!])", r" , no \1 , "),
    (r"\b(?:yes|yeah|hello) to\b", ", "),
    # One thing for another.
    (r"\b(?:swap|trade|exchange|ditch|switch)(?: out)? ([\w' -]+?) (?:for|with) ([\w' -]+)", r" , \2 , no \1 , "),
    (r"\b(?:replace|substitute) ([\w' -]+?) (?:with|by) ([\w' -]+)", r" , \2 , no \1 , "),
    (r"\b(?:switch|go|move|change) from ([\w' -]+?) to ([\w' -]+)", r" , \2 , no \1 , "),
    (r"\brather ([\w' -]+?) than ([\w' -]+)", r" , \1 , no \2 , "),
    # Softer.
    (
        r"\b(?:take|bring|turn|tone|dial) (?:it|things|the energy|the volume|the intensity) (?:down|back)(?: "
        r"a (?:notch|bit|little|lot))?\b|\b(?:lower|less) (?:the )?(?:energy|intensity|volume)\b|\bslow (?:it|"
        r"things) down\b",
        ", calming , ",
    ),
    (
        r"\b(?:turn|crank|amp|ramp|dial) (?:it|things|the energy|the volume) up(?: a (?:notch|bit|little|"
        r"lot))?\b|\b(?:more|higher) (?:energy|intensity)\b",
        ", energetic , ",
    ),
    (
        r"\b(?:nothing|no(?: videos| clips| content)?|not anything|don't (?:show|give) (?:me )?anything) "
        r"(?:that|which)(?:'d|'ll|'s| would| will| could| might| can| is going to| looks| feels| seems)?(?: "
        r"be| look| feel| too)*\b",
        ", no ",
    ),
)
_TURNS_OF_PHRASE = tuple((re.compile(pattern), plain) for pattern, plain in _TURNS)


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
    return re.sub(r"[ \t]+", " ", kept.lower().replace("’", "'").replace("‘", "'").replace("`", "'")).strip()


_SHORT = {
    "ppl": "people", "luv": "love", "h8": "hate", "wnt": "want", "2": "to", "u": "you", "r": "are",
    "gimme": "give me", "lemme": "let me", "wanna": "want to", "gonna": "going to", "nthng": "nothing",
    "smth": "something", "sth": "something", "abt": "about", "w/o": "without", "w/": "with", "w": "with",
    "bc": "because",
    "cuz": "because", "rn": "right now", "tmrw": "tomorrow", "2nite": "tonight", "tonite": "tonight",
    "2day": "today", "b4": "before", "thx": "thanks", "im": "i'm", "ive": "i've", "dont": "don't",
    "cant": "can't", "wont": "won't", "isnt": "isn't", "arent": "aren't", "doesnt": "doesn't", "id": "i'd",
    "nite": "night", "n": "and", "obv": "obviously", "lets": "let's", "wee": "little",
    "nomore": "no more", "alot": "a lot", "pics": "pictures", "sumthing": "something", "anythng": "anything",
}  # fmt: skip


def written_out(text: str) -> str:
    """Return a cleaned text with the short forms of chats written out."""
    return " ".join(_SHORT.get(word, word) for word in text.split(" "))


def spelled_out(text: str) -> str:
    """Return a cleaned text with turns of phrase in the words that the parser knows."""
    for pattern, plain in (*_SPELLED, *_TURNS_OF_PHRASE):
        text = pattern.sub(plain, text)
    return text


def without_typos(text: str, vocabulary: frozenset[str], knows: Knows) -> str:
    """Return a text with mistyped words replaced by the nearest of ``vocabulary``; ``knows`` tells real words."""

    def right(found: re.Match[str]) -> str:
        word = found.group(0)
        if len(word) < _MISTYPED_FROM or word in vocabulary or knows(word) or knows(stem(word)) or joined(word):
            return word
        return _nearest(word, vocabulary) or _nearest(re.sub(r"(.)\1+", r"\1", word), vocabulary) or word

    def joined(word: str) -> bool:  # "snowball", of two words
        return any(knows(word[:at]) and knows(stem(word[at:])) for at in range(4, len(word) - 3))

    return re.sub(r"(?<![@\w])[a-z]+(?![\w'])", right, text)


@lru_cache(maxsize=4)
def _by_letter(vocabulary: frozenset[str]) -> dict[str, list[str]]:
    """The words by their first letter, which people seldom mistype, in order."""
    found: dict[str, list[str]] = {}
    for word in sorted(word for word in vocabulary if len(word) >= _MISTYPED_FROM - 1):
        found.setdefault(word[0], []).append(word)
    return found


def _nearest(word: str, vocabulary: frozenset[str]) -> str | None:
    close = [known for known in _by_letter(vocabulary).get(word[0], ()) if abs(len(known) - len(word)) <= 2]
    for known in close:
        if sorted(known) == sorted(word) and OSA.distance(word, known) <= _SWAPPED:  # "aminals"
            return known
    near = [known for known in close if OSA.distance(word, known) <= (1 if len(word) <= _SHORT_WORD else 2)]
    best = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=_ALIKE if len(word) > 5 else 75.0)
    return None if best is None else str(best[0])


def require_english(text: str) -> None:
    """Raise ``InvalidInput`` for a text in another language: read as English, its refusals would look like wishes."""
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
