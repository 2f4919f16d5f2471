"""The regular expressions that steers are read with. English, lower case, apostrophes straight."""

import re

_NOT_WANT = (
    r"(?:i |we |you )?(?:really |just |truly |honestly )?"
    r"(?:do not|don't|dont|do n't|didn't|didnt|did not|would not|wouldn't|won't|will not|never|not)"
    r"(?: ever| really| even| want| wanna| need| wish| care| like| love| enjoy| fancy| please)*"
    r"(?: to)?(?: (?:want|wanna|like|need|show|showing|shown|give|giving|recommend|recommending|suggest|send|care|see"
    r"|seeing|watch|watching|have|bring|include|put|hear|be|get|look|play|feed))+(?: me| us)?(?: (?:to|"
    r"about|for|at|on|in))*"
)
_STOP = (
    r"(?:please )?(?:(?:could|can|would) (?:you|we|i) (?:please )?)?"
    r"(?:(?:stop(?![ -]motion)|quit|never|avoid|avoiding|hide(?! and seek)|skip|skipping|mute|remove|"
    r"removing|block|blocking|ban|drop|cut|ditch"
    r"|exclude|excluding|omit|filter|spare|purge|delete|reduce|limit|minimi[sz]e|axe|lose the|scratch the|"
    r"forget(?: about)?|away with|down with"
    r"|do away with|get rid of|go easy on|ease (?:off|up) on|lay off|leave out|leaving out|keep (?:out|"
    r"away)|hold (?:off|back)(?: on)?|turn (?:down|off)"
    r"|tone down|cool it (?:with|on)|dial (?:back|down)|kill the|dump the|(?:take |have |give me )?(?:a "
    r")?(?:break|time off|time out|rest) from|(?:get|take me) away from)"
    r"(?: (?:out|off|down|back|on|of|it|with|the|showing|recommending|giving|sending|suggesting|pushing|playing"
    r"|show|recommend|give|send|me|us|please|seeing|watching))*)"
)

# A clause that opens like this is a refusal of what follows.
NEGATION = re.compile(
    r"^(?:(?:(?:(?:please |just |could you |can you |would you |will you )*(?:give|show|get|find|bring|"
    r"send|feed|play|recommend)(?: me| us)?"
    r"|(?:can|could|may) (?:i|we) (?:get|have|see)|let me (?:see|have|get)|i(?:'d| would|'ll| will)?(?: "
    r"really| just| only)? (?:want|need|like|love|prefer|take|watch|have|wish for|enjoy)"
    r"(?: to (?:see|watch|have|get))?|i (?:want|need|asked for|said|meant)|(?:there should|there must|let "
    r"there) be|i(?:'m| am) (?:fine|good|happy|okay|ok|up for|open to|in the mood for) (?:with )?)(?= "
    r"(?:a (?:bit|little) |way |much |a lot |far |slightly |somewhat )?"
    r"(?:less|fewer|no|none|nothing|zero|not|anything|everything|whatever|all|neither)\b)|and|but|also|"
    r"just|please|really|so|then|with|ok|okay|hey|well|yes|now|could|can|you|pls|maybe|or|i'd|say"
    r"|definitely|absolutely|ideally|preferably|there(?:'s| is| are)|that(?:'s| is| are)|which (?:is|are)|"
    r"who (?:is|are)|that|which|who"
    r"|something|anything|stuff|things|it's|is|are|isn't|aren't)[, ]+)*"
    r"(?:i(?:'m| am)?(?: just| so| really| getting| kind of| kinda)* (?:tired|sick|bored|fed up|done|over|weary)"
    r"(?: and tired)?(?: of| with| seeing| watching)*"
    r"|(?:so )?(?:fed up|sick and tired|sick|tired|bored)(?: of| with)(?: seeing| watching)*|(?:i'm |im )?over it with"
    r"|(?:i(?:'ve| have) )?had it (?:up to here )?with|(?:i(?:'ve| have) )?(?:had|seen) (?:quite |more "
    r"than )?(?:enough|too (?:much|many)|plenty)(?: of| with)?"
    r"|(?:that's |way |more than )?enough(?: of| with| already of)?"
    r"|i(?:'d| would)? ?(?:much |really )?(?:rather|prefer) (?:not|no)(?: to)?(?: (?:see|watch|have|get|be shown))?"
    r"|(?:could|can) (?:we|you|i) (?:do|go|live) without|(?:let's )?(?:do|go) without"
    r"|(?:i(?:'m| am) )?not (?:in the mood for|into|interested in|a (?:big |huge )?fan of|keen on|up for|"
    r"feeling|crazy about|here for"
    r"|looking for|about|too keen on|fond of)"
    r"|isn't|aren't|(?:no|not) (?:interest|need|room|time|place|mood) (?:in|for|of)"
    r"|(?:i )?(?:can't|cannot|cant|can not|couldn't|don't|won't) (?:stand|deal with|handle|bear|stomach|"
    r"take|tolerate|face|watch)"
    r"(?: any| seeing| watching)*"
    r"|(?:i )?(?:really |absolutely |just )?(?:hate|dislike|despise|detest|loathe|resent)(?: seeing| watching)?"
    r"|(?:i(?:'m| am) )?(?:allergic to|scared of|afraid of|terrified of|frightened of)"
    rf"|{_NOT_WANT}|{_STOP}"
    r"|(?:a bit |a little |slightly |somewhat |much |a lot |far |way |even )?(?:less|fewer)|no more|no|"
    r"not|none of|nothing|neither|without|zero|minus|sans|never|no such"
    r"|(?:why |do |is |are |there(?:'s| is| are)? |i (?:keep )?(?:see|get|seeing|getting) |i'm (?:seeing|"
    r"getting) )*(?:my feed (?:has|is full of)"
    r"|(?:so|too|way too) (?:many|much)|all i (?:see|get) is)"
    r"|(?:anything|everything|all|whatever|everything else|anything else)(?: else)? (?:but|except(?: "
    r"for)?|besides|bar|save|other than|apart from|aside from|excluding|without|that's not|that isn't|"
    r"that is not)"
    r"|except(?: for)?|excepting|rather than|instead of|free of|other than|apart from|aside from|besides|in place of"
    r"|as opposed to)(?![\w'])"
    r"(?: (?:any(?:more|thing|one)?|another|too|so|single|more|even|such|that(?:'s| is)?|which is|like|"
    r"with|featuring|containing"
    r"|about|involving|related to|to do with|remotely|of|many|much|the|see|watch|show|me|be))*(?![\w'])",
)

# Where one clause ends and the next begins.
BREAK = re.compile(
    r"[;:!?\n,/|•]+|\.+(?=\s|$)|\s[-–—]+\s"
    r"|(?<!anything )(?<!everything )(?<!nothing )(?<!all )\bbut\b|\bthough\b|\balthough\b|\bhowever\b|"
    r"\byet\b|\bwhile\b"
    r"|\b(?=(?:instead of|rather than|without|except(?: for)?|excluding|minus|sans|as opposed to|other than|apart from"
    r"|aside from)\b)(?<!anything )(?<!everything )(?<!all )(?<!else )(?<!whatever )"
    r"|(?<=\w)\s+(?=(?:(?:that|which|who)(?:'s| is| are| isn't| aren't) (?:not|no)?)\b)"
    r"|(?<=\w)\s+(?=(?:that|which|who) (?:isn't|aren't|doesn't|don't)\b)"
    r"|(?<=\w)(?<!\bwhy)(?<!\bdo)(?<!\bdid)(?<!\brather)(?<!\bwould)(?<!\bplease)(?<!\bis)(?<!\bare)(?<!\bthat's)"
    r"(?<!\bwill)(?<!\bprefer)(?<!\bam)(?<!\bi'm)(?<!\bcan)(?<!\bit's)(?<!\bhas)(?<!\bhave)(?<!\bwith)(?<!\btired)\s+(?=(?:no|not)\s)"
    r"|\b(?:and|plus|then|also|so|because|cause|since|or)\s+"
    r"(?=(?:(?:way |much |a lot |far |a bit |a little |even |lots |slightly )?(?:less|fewer|more)|no|not|"
    r"stop|without|don't|dont|do not|nothing|never|avoid|hide|skip|please|"
    r"some|show|give|now|i|i'd|i'm"
    r"|let|keep|maybe|definitely|lots|mute|absolutely|zero|anything|something)(?![\w']))"
    r"|(?<=\w)(?<!\bany)(?<!\bno)(?<!\bbit)(?<!\blot)(?<!\blots)(?<!\bmuch)(?<!\bmany)(?<!\bslightly)(?<!\blittle)(?<!\bfar)(?<!\bsome)(?<!\bway)(?<!\bsee)(?<!\bme)(?<!\bwant)"
    r"(?<!\bneed)(?<!\band)(?<!\bus)(?<!\beven)(?<!\bwith)(?<!\bplease)(?<!\bjust)(?<!\bonce)(?<!\bgive)(?<!\bshow)(?<!\bget)(?<!\bfor)(?<!\bhave)(?<!\blike)(?<!\ba)\s+(?=(?:less|fewer|more)\s)"
)

# Before what a person says of themselves: then it is refused.
DO_NOT = re.compile(
    r"(?:\b(?:please )?(?:don't|do not|dont|never|stop|quit|nothing|no|not|won't|without|anything but|instead of)"
    r"(?: (?:that|which|to|that'd|that'll|that will|that would|it|want|videos?|stuff|things|in the mood|"
    r"you|going|trying|try|bother|to|and|me|something))*|\bi don't want (?:you |it )?to)\s*$"
)

# Within a refusal: why somebody refuses.
ASIDE = re.compile(r"\s(?:i'm|i am|i've|it's|they're|they are|because|cause|coz|since|as i|as they|so that)\b.*$")

# Within a refusal: from here on something is wished for.
WANT_AGAIN = re.compile(
    r"\s(?=(?:please )?(?:show|give|bring|get|find) (?:me|us)\b|i(?:'d| would)? (?:want|need|like|love|"
    r"prefer)\b|let me see\b|(?:just|only) \w)"
)

# What stands before the thing itself.
FILLER = re.compile(
    r"^(?:(?:and|also|but|please|pls|plz|hey|hi|hello|ok|okay|maybe|just|really|only|mostly|mainly|"
    r"definitely|so|well|yes|yeah"
    r"|today|now|actually|honestly|um|uh|kindly|instead|then|some|nice|good|great|best|new|cool"
    r"|i(?:'d| would|'ll| will)? (?:really |just |kinda |kind of |so |much |only )*"
    r"(?:want|wanna|need|like|love|prefer|rather|feel like|fancy|enjoy|miss|adore|crave|wish|go for|take|dig)"
    r"(?: to)?(?: (?:see|watch|have|get|look at|be shown|seeing|watching))?"
    r"|i(?:'m| am|m)(?: really| so| all| totally| always)* (?:in the mood for|in a mood for|into|looking "
    r"for|after|feeling like|feeling|craving"
    r"|up for|keen on|a (?:big |huge )?fan of|obsessed with|here for|crazy about|fond of|interested in|dying for)"
    r"|(?:i )?could use|in the mood for|looking for|how about|what about|feel like|feeling like|got any"
    r"|any chance of|time for|bring on|bring back|hit me with|surprise me with|distract me with"
    r"|(?:can|could|would|will) (?:you|we|i)|can i|could i|may i|let me|let's|let us|i wanna|wanna|gimme|"
    r"lemme|need|want|wish for"
    r"|show(?: me| us)?|give(?: me| us)?|get(?: me| us)?|find(?: me| us)?|bring(?: me| us)?|serve(?: me| "
    r"us)?|see|watch|have|put on|play|recommend"
    r"|suggest|send(?: me)?|help me|take me to|take me|let me see|fill my feed with|flood me with|focus "
    r"on|stick to|switch to|keep to|prioriti[sz]e"
    r"|mix in|add|include|throw in|more|much more|even more|a lot(?: more)?(?: of)?|lots(?: more)?(?: "
    r"of)?|plenty of|tons of|loads of|heaps of|all the"
    r"|all|nothing but|a few|few|a couple of|a little|a bit more|a bit(?: of)?|a bunch of|a dose of|a "
    r"touch of|a mix of|pictures of|clips of|videos of|footage of|scenes of|shots of|films of"
    r"|videos? (?:about|with|of|featuring|from|where)|clips (?:about|with|of)|stuff (?:about|with|like|"
    r"from)|content (?:about|with|on)|things (?:about|with|like)"
    r"|something|anything|stuff|things?|any|of|with|about|like|the|a|an|kind of|sort of|which is|which "
    r"are|that is|that are|that's|that|is|are|to)(?=\s))\s*"
)

# What stands after it.
TAIL = re.compile(
    r"\s+(?:please|pls|plz|thanks|thank you|thx|videos?|vids?|clips?|content|stuff|things?|films?|posts?|"
    r"footage|feed|reels?|instead|too|as well"
    r"|anymore|any more|at all|in my feed|on my feed|for me|to me|already|only|again|ever|either|of late|"
    r"lately|whatsoever|on here|here|now|kind of|ok|okay"
    r"|any ?day|all day|every time|forever|for once|all over my feed|on repeat|galore|tho|though|lol|haha|this time"
    r"|vibes?|vibe|mood|on my screen|from my feed|to watch|to see|to look at|in them|in it|that much|so "
    r"much|even|right|feelings)$"
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

# What somebody tells of themselves beside a wish. It says nothing of what they want to see, unless it is all they say.
CONTEXT = re.compile(
    r"^(?:and |but |so |well |ugh |okay |ok |hey |hi |today |just |honestly )*"
    r"(?:(?:was|were|has been|have been) (?:an? |the |so |such )?[\w' ]+$"
    r"|(?:my |the )?(?:gf|bf|girlfriend|boyfriend|wife|husband|mates?|friends?|kids?|roommates?|partner) and (?:i|me) "
    r"(?:are|were|have|had|just)\b"
    r"|i(?:'m| am)(?! (?:really |so |totally |always |very )*(?:in the|in a|into|looking|after|up for|"
    r"craving|obsessed|keen|feeling like|here for"
    r"|crazy|fond|interested|dying|a sucker|a fan|a huge|a big|all about|ready for|hoping|trying to find|"
    r"tired|sick|bored|fed|done|over|not))"
    r"|(?:i )?(?:just |only just )?(?:failed|lost(?! in)|broke|missed|spent|slept|forgot|burnt|flunked|bombed|dropped|"
    r"spilled|ruined|crashed|passed|moved|quit|skipped|paid|argued|fought|stayed|worked)"
    r" (?:my|our|another|yet another|out|badly|all|too|late|home|through|with my|the whole)\b"
    r"|(?:i |we )?(?:can't|cannot|couldn't|can not|could not) (?:afford|leave|travel|make it|believe|remember"
    r"|go (?:out|outside|anywhere|away|home|there|on)|get (?:out|outside|away|home|off|over|up|there))\b"
    r"|i(?:'ve| have) (?!a thing|a soft|always loved|been (?:wanting|craving|loving)|got to see|to see|had enough|seen)"
    r"|i(?:'ll| will) (?:be|have|go)|i (?:was|were|had|got|just|did|came|went|woke|spent|broke|failed|"
    r"finished|work|live|have to|gotta|must|cook|eat|drive|ride|sit"
    r"|run|study|read|think|feel|wish|know|keep|used|only have|can't|cannot|couldn't|don't know|have "
    r"no)(?! like\b| (?:a )?(?:craving|to see|to watch|up|want))\b"
    r"|(?:my|our|the) (?!favou?rite|thing|jam|feed|type)[\w' -]{2,30}? (?:is|are|was|were|'s|has|have|had|"
    r"just|keeps?|won't|can't|never|hurts?|aches?|died|left|said|yelled|"
    r"shouted|got|would)\b"
    r"|(?:he|she|they|we|it|someone|everyone|everybody)(?:'s|'re| is| are| was| were| has| have| had| "
    r"just| needs?| got| won't| can't)\b"
    r"|(?:(?:exam )?stress|work|school|life|uni|college|class|exams?|finals|homework|deadlines?|meetings?|interviews?)"
    r"(?: [\w']+)*? (?:is|are|was|were|has|have|had|got|keeps?|killed|tomorrow|today|all (?:day|week)"
    r"|(?:this|next) week|at \d+|coming up|due)\b"
    r"|(?:finals|exam) (?:week|season)|(?:over|under)(?:worked|paid)\b|(?:waiting|sitting|stuck|lying|commuting"
    r"|babysitting|cramming|recovering|home (?:alone|sick)|working (?:late|from home))\b"
    r"|[\w' ]+ (?:isn't|aren't|is not|doesn't|won't|stopped) (?:working|helping|help|work)\b"
    r"|(?:after|since|because|when|as) (?:i|my|we|the|work|school|class|a (?:long|hard|busy))\b|(?:got|"
    r"finished|woke|been|having|feeling)\b)"
)
MEANWHILE = re.compile(
    r"\b(?:(?:to|i can) (?:watch|put on|play|have on|look at|stare at) )?(?:while|when|as) (?:i'm|i am|i|"
    r"we're|we) [\w' ]+?(?=[,.;!?]|$|\b(?:but|no|not|without|show|give)\b)"
    r"|\bafter (?:a|an|my|the|work|school|class|uni|this|such|all)\b(?: \w+)*?(?=[,.;!?]|$)"
    r"|\b(?:that )?(?:i|we) (?:can|could) (?:show|send|tell|share with) (?:[\w']+ ?){1,3}?(?=[,.;!?]|$)"
    r"|\b(?:with|over|during) (?:my|a|our) (?:morning |afternoon )?(?:coffee|tea|breakfast|lunch|dinner|"
    r"meal|commute|break|nap)\b"
    r"|\b(?:on|from|at) my (?:lunch |coffee |tea )?(?:break|commute|sofa|couch|desk|bed|phone|way (?:home|"
    r"to \w+))\b|\bon the (?:bus|train|plane|toilet|sofa|couch)(?= (?:home|to|please)|[,.;!?]|$)"
)

# Complaints that name the thing first.
COMPLAINT = re.compile(
    r"^(?:the |all (?:the |these |those )?|these |those |this )?(?P<thing>[\w' -]+?) (?:(?:is|are|'s|'re|"
    r"feels?|gets?|looks?) (?:so |too |really |just |a bit |very )*"
    r"(?:boring|annoying|too much|not for me|not my thing|overrated|getting old|lame|dull|stupid|awful|"
    r"the worst|cringe|tiresome|exhausting|not what i want"
    r"|off|out|banned|enough)|(?:bores?|annoys?|stress(?:es)?|scares?|freaks?|upsets?|depress(?:es)?|"
    r"triggers?|disturbs?|tires?|irritates?|sickens?|creeps?)"
    r"(?: (?:me|us))(?: out)?|makes? me (?:anxious|sad|sick|nervous|angry|uncomfortable|cringe|upset|"
    r"queasy|jealous)|gets? on my nerves|(?:gives?|give) me (?:anxiety|the creeps|nightmares))$"
)

# A creator by handle: "@mia". By "from" or "by" a name without @ is one where such a person exists.
HANDLE = re.compile(r"(?<![\w@.])@([\w.]{1,40})(?![\w@])")

_FAMILIAR = re.compile(
    r"\b(?:more of the same|same as (?:usual|always|before)|(?:stick to|what) (?:what )?i (?:know|usually "
    r"(?:like|watch))|my usual|the usual|familiar (?:stuff|things|faces)?|old favou?rites"
    r"|what i already like|things i already (?:like|know)|no surprises|nothing new)\b"
)
_NOVEL = re.compile(
    r"\b(?:surprise me|(?:something|anything|stuff|things|ideas) (?:completely |totally |really |quite |"
    r"that's |i've )?(?:new|different|fresh|unexpected|never seen|original|outside my bubble)(?: and "
    r"(?:new|different|fresh|unexpected))?"
    r"|mix it up|shake (?:it|things) up|out(?:side)? of my (?:bubble|comfort zone)|pop my bubble|new "
    r"(?:creators|people|faces|topics|things)|(?:i've |that i've )?never seen(?: before)?|haven't seen(?: "
    r"before)?"
    r"|change of (?:scenery|pace)|more variety|random (?:stuff|things)?|broaden my horizons|not the usual|"
    r"not the same(?: old)?(?: stuff| things)?|something else(?! (?:but|than))|anything else(?! (?:but|"
    r"than))|discover(?: new)?(?: things| "
    r"stuff)?)\b(?! than)"
)
NOVELTY = ((_FAMILIAR, -1), (_NOVEL, 1))

ONLY = re.compile(
    r"(?:^|\s)(?:only|nothing but|just|exclusively|all|as much|tons of|loads of|lots of|a lot(?: more)? "
    r"of?|way more|much more|heaps of|fill my feed with|flood me with)\s"
)
A_BIT = re.compile(
    r"\b(?:a bit|a little|slightly|some|a touch|a few|somewhat|kind of|a dose|a tad|occasional(?:ly)?|now and then)\b"
)
NOT_SO_MUCH = re.compile(r"\b(?:a bit|a little|slightly|somewhat|a tad|not (?:so|quite so|that|as) (?:many|much))\b")

SPLIT_LIST = re.compile(r"\s+(?:or|nor|and|&|plus)\s+")
IN_LIST = re.compile(r"\b(?:or|nor)\b")
LETTER = re.compile(r"[^\W\d_]")

# Words without a topic of their own: a wish of nothing else says nothing.
_EMPTY = """
a an the and or but so to of in on at for with from by is are be am was were been it its i im i'm i've i'd me my mine
we us our you your he she they them their this that these those there here now then just really very too some any all
none no not nothing something anything stuff thing things video videos clip clips content feed please pls thanks thank
get got have had having has give show see watch want need like love make made do does did can could would should will
today tonight day time bit lot lots more less kind sort one ones way much many well also still even ever never back up
out down again what when who how why if as than whatever feel feeling feels mood vibe vibes only right maybe put help
let take going go after before while because look looking think around about into onto over such own other another
each every few post posts page scroll hey hi hello ok okay yes yeah gonna wanna don't dont doesn't it's that's i'll
isn't aren't can't cannot won't couldn't shouldn't wouldn't literally basically honestly actually obviously kinda
sorta topics topic subjects ew ewww yuck easy fine sorry guess session minute minutes hour hours moment until anyone
later
"""
EMPTY_WORDS = frozenset(_EMPTY.split())
