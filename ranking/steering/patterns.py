"""The regular expressions that steers are read with. English, lower case, apostrophes straight."""

import re

# A clause that opens like this is a refusal of what follows.
NEGATION = re.compile(
    r"^(?:and |but |also |just |please |really |so |then |with )*"
    r"(?:i(?:'m| am) (?:so |really )?(?:tired|sick|bored) of"
    r"|i(?:'ve| have) had enough(?: of)?"
    r"|enough(?: of| with)?"
    r"|(?:i )?(?:really )?(?:do not|don't|dont) (?:ever )?(?:want|wanna|like|need|show|give|recommend|care)"
    r"(?: (?:to see|me|about|for))*"
    r"|(?:i )?(?:can't|cannot|cant) stand|(?:i )?hate|(?:i )?dislike"
    r"|(?:please )?(?:stop|quit|never|avoid|hide|skip|mute|remove|block|ban|drop|cut)"
    r"(?: (?:out|down on|show(?:ing)?|recommend(?:ing)?|giv(?:e|ing)|send(?:ing)?|suggest(?:ing)?|with))*(?: me)?"
    r"|no more|no|not|none of|nothing|without|less|fewer"
    r"|anything but|everything but|anything except|everything except"
    r"|except(?: for)?|rather than|instead of|free of|minus)\b"
    r"(?: any(?:more)?\b| too\b| so\b)?(?: of\b| (?:many|much)\b)*",
)

# Where one clause ends and the next begins.
BREAK = re.compile(
    r"[.;:!?\n,/|•]+|\s[-–—]+\s"
    r"|(?<!anything )(?<!everything )\bbut\b|\bthough\b|\bhowever\b"
    r"|\b(?=(?:instead of|rather than|without|except(?: for)?|minus)\b)(?<!anything )(?<!everything )"
    r"|\b(?:and|plus|then|also)\s+"
    r"(?=(?:no|not|less|fewer|more|stop|without|don't|dont|nothing|never|avoid|hide|skip|please|some|show|give|i)\b)"
)

# What stands before the thing itself.
FILLER = re.compile(
    r"^(?:(?:and|also|but|please|pls|hey|hi|hello|ok|okay|maybe|just|really|only|mostly|mainly|definitely|so|well"
    r"|i(?:'d| would)? (?:really |just )?(?:want|wanna|need|like|love|prefer|rather|feel like|fancy|enjoy)(?: to)?"
    r"(?: (?:see|watch|have|get))?"
    r"|i(?:'m| am) (?:in the mood for|into|looking for|after|feeling like)"
    r"|(?:can|could|would|will) you|can i|could i|let me|let's"
    r"|show(?: me| us)?|give(?: me| us)?|get(?: me)?|find(?: me)?|bring(?: me)?|see|watch|have|put on|play|recommend"
    r"|fill my feed with|more|a lot(?: more)?(?: of)?|lots(?: more)?(?: of)?|plenty of|tons of"
    r"|some|something|anything|stuff|things?|a bit(?: of)?|any|of|with|about|like|the|a|an"
    r"|that is|that are|that's)\s+)+"
)

# What stands after it.
TAIL = re.compile(
    r"\s+(?:please|pls|thanks|thank you|videos?|clips?|content|stuff|things|films?|posts?|footage|feed"
    r"|anymore|any more|at all|in my feed|on my feed|for me|to me)$"
)

_KNOWN_PEOPLE = (
    r"(?:friends?(?:'s?)?|mates|buddies|besties|mutuals|people (?:that |who(?:m)? )?i (?:know|follow)"
    r"|accounts i follow|(?:people )?who(?:m)? i follow|my (?:people|circle|family|crew|followers))"
)
FRIENDS = re.compile(rf"\b{_KNOWN_PEOPLE}\b")
MINE = re.compile(r"\b(?:my|people i|who i|whom i)\b")

# A clause that is about the people one knows and about nothing else.
ABOUT_FRIENDS = re.compile(
    r"^(?:more |less |fewer |posts |videos |clips |what |from |by |of |the |all |only |made |stuff |my |close |see "
    r"|new )*"
    rf"{_KNOWN_PEOPLE}(?: (?:made|make|are making|are up to|posts?|videos?|posted|do|did))*$"
)

TONIGHT = re.compile(r"\b(?:for )?(?:tonight|this evening|the (?:evening|night))\b")
TODAY = re.compile(r"\b(?:for |just )?(?:today|this (?:morning|afternoon)|the day|the rest of the day)\b")
SESSION = re.compile(r"\b(?:for now|right now|just now|for a (?:bit|while)|this (?:session|time)|at the moment)\b")
FOR_GOOD = re.compile(
    r"\b(?:from now on|forever|always|for good|in general|every day|until i say(?: so| otherwise)?)\b"
)

SPLIT_LIST = re.compile(r"\s+(?:or|nor|and|&)\s+")
IN_LIST = re.compile(r"\b(?:or|nor)\b")
LETTER = re.compile(r"[^\W\d_]")
