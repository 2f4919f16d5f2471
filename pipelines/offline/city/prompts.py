"""The prompt grammar: what people in the city ask for, with what each prompt is about kept beside it."""

import random
from dataclasses import dataclass, replace

from pipelines.offline.city.lexicon import Mood, Place, Subject, Topic, lexicon

PACES = ("slow", "medium", "fast")
_PEOPLE_IN = {"none": 55, "one": 15, "few": 18, "crowd": 12}
_CUES_TO_PEOPLE = {"a child": "one", "someone": "one", "chef": "one", "two ": "few", "three ": "few", "friends": "few"}


@dataclass(frozen=True, slots=True)
class Leaning:
    """What a creator tends to make; empty tuples leave it open."""

    topics: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    palettes: tuple[str, ...] = ()
    pace: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """One prompt in its parts. ``topics`` and ``moods`` have the leading one first."""

    topic: Topic
    subject: Subject
    place: Place
    mood: Mood
    style: str
    palette: str
    pace: str
    time: str
    people: str
    form: int
    doing: str
    opening: str
    light: str
    watchers: str
    tail: str
    sound: str
    star: str = ""  # the name of the character who is in it

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic that it touches on."""
        return tuple(dict.fromkeys((self.topic.name, *self.subject.topics)))

    @property
    def moods(self) -> tuple[str, ...]:
        """Every mood that it carries."""
        return tuple(dict.fromkeys((self.mood.name, *self.subject.moods)))

    @property
    def arousal(self) -> int:
        """From 1 (still) to 5 (wild)."""
        shift = {"slow": -1, "medium": 0, "fast": 1}[self.pace]
        return min(5, max(1, self.mood.arousal + shift))

    @property
    def makeable(self) -> int:
        """From 1 (to look at) to 5 (one wants to make one's own): plain things, silly moods and people invite."""
        score = 2 + (self.mood.name in {"funny", "energizing", "uplifting"}) + (self.people in {"one", "few"})
        simple = self.subject.motion in {"bounce", "roll", "stack"}
        return min(5, score + simple - (self.mood.name in {"awe", "sad"}))

    def text(self) -> str:
        """Return the prompt as it was typed."""
        subject = f"{self.star} and {self.subject.text}" if self.star else self.subject.text
        scene = f"{subject} {self.doing} {self.place.text}"
        lit = f"{scene} {self.light}".rstrip()
        return _FORMS[self.form](self, f"{lit}, {self.watchers}" if self.watchers else lit)


def _sentence(text: str) -> str:
    text = " ".join(text.split()).replace(" ,", ",").replace(" .", ".")
    return text[:1].upper() + text[1:]


def _ending(wish: Wish) -> str:
    parts = [part for part in (wish.palette, wish.tail) if part]
    ending = ", ".join(parts)
    return f"{ending}. Sound: {wish.sound}." if wish.sound else f"{ending}."


def _form_opening(wish: Wish, scene: str) -> str:
    return _sentence(f"{wish.opening} {scene}, {wish.style}, {_ending(wish)}")


def _form_style_first(wish: Wish, scene: str) -> str:
    return " ".join((_sentence(f"{wish.style}: {scene}."), _sentence(_ending(wish))))


def _form_plain(wish: Wish, scene: str) -> str:
    return _sentence(f"{scene}. {wish.style.capitalize()}, {wish.pace} pace, {_ending(wish)}")


def _form_short(wish: Wish, scene: str) -> str:
    return _sentence(f"{scene}, {wish.style}, {wish.mood.name}")


def _form_wish(wish: Wish, scene: str) -> str:
    return _sentence(f"I want to see {scene}, {_ending(wish)} In {wish.style} style.")


_FORMS = (_form_opening, _form_style_first, _form_plain, _form_short, _form_wish)


def write(dice: random.Random, leaning: Leaning) -> Wish:
    """Return a new wish in the way of a creator with this leaning."""
    words = lexicon()
    topic = words.topics[_lean(dice, leaning.topics, tuple(words.topics), 0.85)]
    subject = dice.choice(topic.subjects)
    moods = tuple(mood for mood in leaning.moods if mood in topic.moods)
    mood = words.moods[_lean(dice, moods, topic.moods, 0.8)]
    pace = _pace(dice, leaning.pace, mood)
    people = _people(dice, subject)
    time = dice.choices(tuple(words.times), weights=(40, 22, 22, 16))[0]
    return Wish(
        topic=topic, subject=subject, place=dice.choice(topic.places), mood=mood,
        style=_lean(dice, leaning.styles, tuple(words.styles), 0.8),
        palette=_lean(dice, leaning.palettes, words.palettes, 0.7),
        pace=pace, time=time, people=people, form=dice.randrange(len(_FORMS)),
        doing=dice.choice(words.motions[subject.motion][pace]), opening=dice.choice(words.paces[pace]),
        light=dice.choice(words.times[time]), watchers=_watchers(dice, subject, people),
        tail=dice.choice(mood.tails), sound=dice.choice(words.sounds),
    )  # fmt: skip


def vary(dice: random.Random, wish: Wish, leaning: Leaning) -> tuple[Wish, str]:
    """Return a remix of a wish (it keeps the subject and changes one or two things) and what changed, in a word."""
    other = write(dice, replace(leaning, topics=(wish.topic.name,)))
    changed = dice.choice(("place", "mood", "style", "time", "pace"))
    if changed == "place":
        return replace(wish, place=other.place, palette=other.palette, star=""), "place"
    if changed == "mood":
        return replace(wish, mood=other.mood, tail=other.tail, sound=other.sound, star=""), "mood"
    if changed == "style":
        return replace(wish, style=other.style, form=other.form, star=""), "style"
    if changed == "time":
        return replace(wish, time=other.time, light=other.light, palette=other.palette, star=""), "light"
    doing = dice.choice(lexicon().motions[wish.subject.motion][other.pace])
    return replace(wish, pace=other.pace, doing=doing, opening=other.opening, form=other.form, star=""), "pace"


def _lean(dice: random.Random, wanted: tuple[str, ...], every: tuple[str, ...], strength: float) -> str:
    return dice.choice(wanted) if wanted and dice.random() < strength else dice.choice(every)


def _pace(dice: random.Random, leaning: str, mood: Mood) -> str:
    if leaning and dice.random() < 0.4:
        return leaning
    weights = {1: (8, 2, 0), 2: (6, 4, 1), 3: (3, 6, 3), 4: (2, 4, 5), 5: (0, 3, 8)}[mood.arousal]
    return dice.choices(PACES, weights=weights)[0]


def _people(dice: random.Random, subject: Subject) -> str:
    for cue, count in _CUES_TO_PEOPLE.items():
        if subject.motion == "act" and cue in subject.text:
            return count
    return dice.choices(tuple(_PEOPLE_IN), weights=tuple(_PEOPLE_IN.values()))[0]


def _watchers(dice: random.Random, subject: Subject, people: str) -> str:
    # A subject that acts has its own people in the picture; more of them would only clutter it.
    return "" if subject.motion == "act" and people != "crowd" else dice.choice(lexicon().people[people])
