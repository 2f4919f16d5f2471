"""Plain words to wants and refusals: local, deterministic, about a millisecond.

A text is cut into clauses; a clause that opens with a negation is a refusal, any other a want. In "no cars, dogs or
trucks" the whole list is refused: a bare clause with "or" after a refusal belongs to it. In "not X but Y" and
"X instead of Y" each half is read for itself.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ranking.steering import patterns
from ranking.steering.asides import TRAILING, split_story, without_asides
from ranking.steering.concepts import ConceptsPolicy
from ranking.steering.durations import Timing, end_of, read_timing
from ranking.steering.normalise import (
    Knows,
    cleaned,
    not_understood,
    require_english,
    spelled_out,
    without_typos,
    written_out,
)
from ranking.steering.saying import in_words
from ranking.steering.steer import Asked, Lasts, Understood

_MAX_PHRASES = 12
_CUES = """
stop showing without nothing anything everything except fewer less more please instead rather never avoid recommend
minutes minute hours tonight today something videos video session with want show hate enough only friends like that
prefer about just some
"""
_CUE_WORDS = frozenset(_CUES.split())


@dataclass(slots=True)
class _Draft:
    wants: list[str] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)
    strengths: dict[str, float] = field(default_factory=dict)
    more_from: list[str] = field(default_factory=list)
    none_from: list[str] = field(default_factory=list)
    friends: int = 0
    novelty: int = 0


def parse_steer(
    text: str,
    *,
    now: datetime,
    timezone: str,
    concepts: ConceptsPolicy,
    knows: Knows,
    lasts: Lasts | None = None,
) -> Understood:
    """Return what ``text`` asks for; ``knows`` says of a word whether it is one.

    Raises ``InvalidInput`` for a text that is empty, over-long, not English, or says nothing that can be followed.
    """
    zone = ZoneInfo(timezone)
    require_english(plain := written_out(cleaned(text)))
    timing = read_timing(without_typos(plain, concepts.vocabulary | _CUE_WORDS, knows), now=now, zone=zone)
    direct, felt = _direct(spelled_out(without_asides(timing.rest.lower())), concepts)
    asked = _asked(_read(direct, felt, concepts), timing.minutes)
    if asked.is_empty:
        raise not_understood()
    return _understood(asked, timing, concepts, now, zone, lasts)


def understood_as(
    asked: Asked, text: str, *, now: datetime, timezone: str, concepts: ConceptsPolicy, lasts: Lasts | None = None
) -> Understood:
    """Return what somebody else read out of ``text``, with the time that the words themselves name."""
    zone = ZoneInfo(timezone)
    timing = read_timing(cleaned(text), now=now, zone=zone)
    return replace(_understood(asked, timing, concepts, now, zone, lasts), parsed_by="model")


def _asked(draft: _Draft, minutes: int | None) -> Asked:
    return Asked(
        wants=tuple(draft.wants[:_MAX_PHRASES]),
        refuses=tuple(draft.refuses[:_MAX_PHRASES]),
        strengths=draft.strengths,
        friends=draft.friends,
        novelty=draft.novelty,
        minutes=minutes,
        more_from=tuple(draft.more_from),
        none_from=tuple(draft.none_from),
    )


def _understood(
    asked: Asked, timing: Timing, concepts: ConceptsPolicy, now: datetime, zone: ZoneInfo, lasts: Lasts | None
) -> Understood:
    ends_at = timing.ends_at if lasts is None else None
    chosen = lasts or timing.lasts or Lasts.UNTIL_UNDONE
    ends_at = ends_at or end_of(chosen, now, zone)
    says = in_words(asked, chosen, None if ends_at is None else ends_at.astimezone(zone), now.astimezone(zone))
    return Understood(asked, chosen, says, ends_at, concepts.mood_of(asked.wants))


def _direct(text: str, concepts: ConceptsPolicy) -> tuple[str, tuple[str, ...]]:
    """Put the wish in place of what a person says of themselves: "make me laugh" is a wish for something funny.

    Apart from the text come the wishes that lie in how they feel ("I can't sleep").
    """
    felt: list[str] = []
    for pattern, indirect in concepts.indirect_patterns:
        for _ in range(_MAX_PHRASES):
            found = pattern.search(text)
            if found is None:
                break
            before, after = text[: found.start()], text[found.end() :]
            means, said = indirect.means, ""
            negation = patterns.DO_NOT.search(before)
            if negation is not None and " me" not in found.group(0):  # "nothing frantic" says nothing of oneself
                break
            if negation is not None:  # "don't make me cry"
                before, said = before[: negation.start()], f"no {means}"
            elif indirect.felt:
                felt += [wish.strip() for wish in means.split(",")]
            elif means not in found.group(0):
                said = means
                after = _without_rest(after, concepts)
            text = f"{before} , {said} , {after}"
    return text, tuple(dict.fromkeys(felt))


def _without_rest(after: str, concepts: ConceptsPolicy) -> str:
    """Leave out the rest of a turn of phrase: "a kick | up the backside"."""
    rest = TRAILING.match(after)
    return after if rest is None or concepts.meant_by(rest.group(0)) else after[rest.end() :]


def _add_felt(draft: _Draft, felt: Iterable[str], concepts: ConceptsPolicy) -> None:
    """Add the wishes that lie in how somebody feels; for a mood only if they ask for none outright."""
    asked = any(concept.kind == "mood" for wish in draft.wants for concept in concepts.meant_by(wish))
    for wish in felt:
        if wish.startswith("no "):
            _put(draft, draft.refuses, draft.wants, wish.removeprefix("no "), 1.0)
        elif not asked:
            _put(draft, draft.wants, draft.refuses, wish, 1.0)


def _read(text: str, felt: Sequence[str], concepts: ConceptsPolicy) -> _Draft:
    draft = _Draft()
    for pattern, novelty in patterns.NOVELTY:
        if pattern.search(text):
            text, draft.novelty = pattern.sub(" , ", text), novelty
    told, text = _told_apart(text, concepts)
    was_refusal = False
    for clause in _clauses(patterns.MEANWHILE.sub(" ", text)):
        if patterns.CONTEXT.match(clause) and not patterns.NEGATION.match(clause):
            told.append(clause)  # "my boss shouted at me": no wish for bosses
            was_refusal = False
            continue
        complaint = patterns.COMPLAINT.match(clause)
        negation = patterns.NEGATION.match(clause)
        joins_list = was_refusal and negation is None and patterns.IN_LIST.search(clause) is not None
        if negation is None and complaint is not None:
            was_refusal = _refuse(draft, complaint["thing"], clause, concepts)
        elif negation is not None or joins_list:
            rest = clause[negation.end() :] if negation is not None else clause
            rest = patterns.ASIDE.sub("", rest)
            rest, *again = patterns.WANT_AGAIN.split(f" {rest}", maxsplit=1)
            was_refusal = _refuse(draft, rest.strip(), clause, concepts)
            for wish in again:
                _want(draft, wish, concepts)
        else:
            was_refusal = False
            _want(draft, clause, concepts)
    _add_felt(draft, felt, concepts)
    if not (draft.wants or draft.refuses or draft.more_from or draft.none_from or draft.friends or draft.novelty):
        for clause in told:
            _want(draft, clause, concepts)
    return draft


def _told_apart(text: str, concepts: ConceptsPolicy) -> tuple[list[str], str]:
    """Return the clauses of a story told before "so ...", and the text without them; wishes in it stay."""
    story, rest = split_story(text)
    wishes = {indirect.means for indirect in concepts.indirect}
    told: list[str] = []
    kept: list[str] = []
    for clause in _clauses(story):
        refuses = patterns.NEGATION.match(clause) or patterns.COMPLAINT.match(clause)
        (kept if refuses or clause in wishes else told).append(clause)
    return told, " , ".join([*kept, rest])


def _clauses(text: str) -> Iterator[str]:
    for clause in patterns.BREAK.split(text):
        stripped = clause.strip(" \"'()[]{}*#>")
        if stripped:
            yield stripped


def _refuse(draft: _Draft, rest: str, clause: str, concepts: ConceptsPolicy) -> bool:
    rest = _handles(draft.none_from, draft.more_from, rest)
    strength = 0.5 if patterns.NOT_SO_MUCH.search(clause) else 1.0
    for phrase in patterns.SPLIT_LIST.split(rest):
        if patterns.ABOUT_FRIENDS.match(_strip_tail(phrase)):
            draft.friends = -1
            continue
        _put(draft, draft.refuses, draft.wants, _short(phrase, concepts), strength)
    return True


def _want(draft: _Draft, clause: str, concepts: ConceptsPolicy) -> None:
    clause = _handles(draft.more_from, draft.none_from, clause)
    short = _short(clause, concepts)
    if patterns.ABOUT_FRIENDS.match(_strip_tail(clause)) or (short and patterns.ABOUT_FRIENDS.match(short)):
        draft.friends = 1
        return
    if patterns.FRIENDS.search(clause) and patterns.MINE.search(clause):
        draft.friends = 1
    strength = 2.0 if patterns.ONLY.search(clause) else 0.5 if patterns.A_BIT.match(clause) else 1.0
    _put(draft, draft.wants, draft.refuses, short, strength)


def _handles(there: list[str], elsewhere: list[str], clause: str) -> str:
    """Take "@mia" out of a clause into the list of creators it belongs to."""
    for found in patterns.HANDLE.finditer(clause):
        handle = found[1].rstrip(".")
        if handle in elsewhere:
            elsewhere.remove(handle)
        if handle not in there:
            there.append(handle)
    return re.sub(r"\b(?:from|by|of)\s*$", "", patterns.HANDLE.sub(" ", clause).strip()).strip()


def _put(draft: _Draft, there: list[str], elsewhere: list[str], phrase: str, strength: float) -> None:
    """Add a phrase; what was said last wins over the same phrase said the other way before."""
    if not phrase:
        return
    if phrase in elsewhere:
        elsewhere.remove(phrase)
    if phrase not in there:
        there.append(phrase)
    draft.strengths.pop(phrase, None)
    if strength != 1.0:
        draft.strengths[phrase] = strength


def _short(phrase: str, concepts: ConceptsPolicy) -> str:
    """Return the thing itself, without "show me" before and "videos please" after; empty if there is none."""
    phrase = phrase.strip(" \"'()[]{}*#>-")
    short = _stripped(phrase, concepts)
    told = re.findall(r"[^\W_]+(?:'[^\W_]+)?", short)
    if any(word not in patterns.EMPTY_WORDS and patterns.LETTER.search(word) for word in told):
        return short
    # "make my own" is all filler and still means something.
    return _strip_tail(phrase) if concepts.meant_by(phrase) else ""


def _stripped(phrase: str, concepts: ConceptsPolicy) -> str:
    """Take off what stands before and after the thing, as long as no concept is lost with it ("new york")."""
    named = concepts.meant_by(phrase)
    for pattern in (patterns.FILLER, patterns.TAIL):
        while (shorter := pattern.sub("", f"{phrase} " if pattern is patterns.FILLER else phrase).strip()) != phrase:
            if named and len(concepts.meant_by(shorter)) < len(named):
                break
            phrase = shorter
    return phrase


def _strip_tail(phrase: str) -> str:
    phrase = phrase.strip()
    while (shorter := patterns.TAIL.sub("", phrase)) != phrase:
        phrase = shorter
    return phrase.strip()
