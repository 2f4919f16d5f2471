"""Who and what a shot's words show: kinds, counts, colours, clothes, what hands hold, cameos and names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generation.state import remembered
from generation.storyboard import Garment, Thing, WorldState
from generation.words import Found, Phrases, Word
from generation.world import vocabulary as vocab
from generation.world.vocabulary_film import GARMENTS, HELD, HOLDING, WEARING

MOST_KINDS = 5
_MOST_THINGS = 14
_LOOK_BACK_WORDS = 4
_PHRASES: dict[str, tuple[str, ...]] = {name: kind.words for name, kind in vocab.THINGS.items()}
_THINGS = Phrases(_PHRASES)
_COLOURS = Phrases({name: words for name, (_, words) in vocab.COLOURS.items()})
_SIZES = Phrases(dict(vocab.SIZES.values()))
_NUMBERS = Phrases({name: (name,) for name in vocab.NUMBERS})
_MOTIONS = Phrases({name: choice.words for name, choice in vocab.MOTIONS.items()})
_GARMENTS = Phrases({name: choice.words for name, choice in GARMENTS.items()})
_HELD = Phrases({name: choice.words for name, choice in HELD.items()})
_RIDDEN = {"bicycle", "sled", "paddler", "astronaut", "dancer"}
_HOSTS = {"paddler", "dancer", "astronaut", "bicycle", "sled"}
_GROUPS = {"people": 3, "crowd": 8, "family": 3, "couple": 2}
_UNMOVED = {"static", "plant", "sky", "effect"}
_FILM_SHOTS = {
    "tracking", "wide", "crane", "medium", "mid", "two", "long", "establishing", "travelling", "tight", "full", "drone",
    "close", "close-up", "closeup", "up", "handheld", "opening", "final", "aerial", "overhead", "first", "last",
    "second", "third", "next", "static", "panning", "zoom", "tilt", "two-shot", "film", "movie", "cinematic", "pov",
}  # fmt: skip
_DANCES = {"dance", "dancing"}
_PRONOUNS = {"he", "she", "they", "him", "her", "them", "his", "their"}


@dataclass(frozen=True, slots=True)
class Company:
    """Who a film may show by name: its cameo characters, and those that the words name (with what each is)."""

    characters: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    spoken_of: frozenset[str] = frozenset()  # characters whom some shot mentions by name

    def mark(self, number: int) -> str:
        """Return the word that stands for someone while words are read."""
        return f"zzcameo{number}zz" if number < len(self.characters) else f"zzname{number}zz"

    @property
    def everyone(self) -> tuple[str, ...]:
        """Everyone with a name, characters first."""
        return (*self.characters, *self.names)

    def mentions(self, words: list[Word]) -> list[Found[str]]:
        """Return the kinds (or ``@number`` for someone of the company) that words mention, longest phrases first."""
        if not self.everyone:
            return _but_film_shots(words, _THINGS.find(words))
        marks: dict[str, tuple[str, ...]] = {f"@{number}": (self.mark(number),) for number in range(len(self.everyone))}
        return _but_film_shots(words, Phrases(_PHRASES | marks).find(words))

    def thing(self, mention: str, motion: str) -> Thing:
        """Return who a mention like ``@2`` means."""
        number = int(mention[1:])
        if number < len(self.characters):
            return Thing(kind="person", motion=motion, character=self.characters[number])
        name = self.everyone[number]
        return Thing(kind=self.names[name], motion=motion, name=name)


def _but_film_shots(words: list[Word], mentions: list[Found[str]]) -> list[Found[str]]:
    """Leave out the "shot" of a tracking or a wide shot, which is the camera's and no basketball player's."""
    return [
        found for found in mentions
        if words[found.start].stem != "shot" or found.start == 0 or words[found.start - 1].stem not in _FILM_SHOTS
    ]  # fmt: skip


def first_named(phrases: Phrases[str], words: list[Word]) -> str:
    """Return the first name whose words occur and are not refused, or an empty string."""
    return next((found.name for found in phrases.find(words) if not is_refused(words, found.start)), "")


def is_refused(words: list[Word], at: int) -> bool:
    """Tell whether a "no" or "without" stands shortly before a word."""
    near = words[max(0, at - 3) : at]
    return any(word.stem in vocab.NEGATIONS and word.sentence == words[at].sentence for word in near)


def read_things(words: list[Word], mentions: list[Found[str]], company: Company) -> tuple[Thing, ...]:
    """Return the things of a shot in the order of their mention."""
    words, mentions, dress = _undressed(words, mentions)
    things: dict[str, Thing] = {}
    for order, found in enumerate(mentions):
        following = mentions[order + 1].start if order + 1 < len(mentions) else len(words)
        earlier = mentions[order - 1].end if order else 0
        thing = _thing(words, found, max(earlier, found.start - _LOOK_BACK_WORDS), following, company)
        if found.start in dress:
            thing = thing.model_copy(update=dress[found.start])
        key = thing.identity
        if key not in things:
            things[key] = thing
        elif not things[key].motion:
            things[key] = things[key].model_copy(update={"motion": thing.motion})
    _merge_dancing(things, words, mentions)
    if len(things) > 1 and any(kind.endswith("ball") and kind != "ball" for kind in things):
        things.pop("ball", None)  # "the basketball ... the ball" speaks of one thing
    if things.keys() & _RIDDEN and "person" in things and things["person"].count == 1:
        ridden = next(kind for kind in things if kind in _RIDDEN)
        rider = things.pop("person")  # "a child on a bicycle" is the one who rides it
        things[ridden] = things[ridden].model_copy(update={"clothing": rider.clothing, "holds": rider.holds})
    return bounded(tuple(_with_aim(list(things.values()), words)))


def _merge_dancing(things: dict[str, Thing], words: list[Word], mentions: list[Found[str]]) -> None:
    """Let "Mia dancing" be Mia, who dances, and not Mia beside a dancer."""
    verbs = [found for found in mentions if found.name == "dancer" and words[found.start].stem.startswith("danc")]
    verbs = [found for found in verbs if words[found.start].stem not in {"dancer"}]
    partner = next((thing for thing in things.values() if thing.kind == "person" and thing.identity != "person"), None)
    if verbs and partner is not None and "dancer" in things:
        things.pop("dancer")
        things[partner.identity] = partner.model_copy(update={"motion": partner.motion or "dance"})


def _undressed(
    words: list[Word], mentions: list[Found[str]]
) -> tuple[list[Word], list[Found[str]], dict[int, dict[str, object]]]:
    """Take clothes and what is held out of the words, with their colours, and give them to whoever stands before."""
    dress: dict[int, dict[str, object]] = {}
    free, gone = list(words), set[int]()
    pieces = [(found, False) for found in _GARMENTS.find(words)] + [(found, True) for found in _HELD.find(words)]
    for found, is_held in sorted(pieces, key=lambda piece: piece[0].start):
        owner = next((one for one in reversed(mentions) if one.end <= found.start and _has_hands(one.name)), None)
        lead = _lead_in(words, found.start, HOLDING if is_held else WEARING)
        if owner is None or lead is None or words[owner.start].sentence != words[found.start].sentence:
            continue
        if any(owner.end <= one.start < lead for one in mentions) or is_refused(words, found.start):
            continue
        colours = _COLOURS.find(words[lead : found.start])
        worn = dress.setdefault(owner.start, {"clothing": (), "holds": ""})
        if is_held:
            worn["holds"] = found.name
        else:
            garment = Garment(kind=found.name, colour=colours[-1].name if colours else "")
            worn["clothing"] = (*worn["clothing"], garment)[:8]  # type: ignore[misc]
        gone |= set(range(lead, found.end))
    for at in gone:
        free[at] = Word("", False, words[at].sentence)
    return free, [one for one in mentions if one.start not in gone], dress


def _has_hands(mention: str) -> bool:
    return mention.startswith("@") or mention in {"person", "dancer", "paddler", "robot", "bicycle"}


def _lead_in(words: list[Word], at: int, leads: Sequence[str]) -> int | None:
    """Return where "in a red ..." or "and a yellow ..." begins, within a few words before ``at``."""
    for start in range(at - 1, max(-1, at - 6), -1):
        stem = words[start].stem
        if stem in leads:
            return start
        if stem == "and" and start > 0 and at - start <= 4:
            return start
    return None


def _with_aim(things: list[Thing], words: list[Word]) -> list[Thing]:
    """Let the basketball score or miss, whoever the words say did so."""
    aim = next((found.name for found in _MOTIONS.find(words) if found.name in {"score", "miss"}), "")
    aimed: list[Thing] = []
    for thing in things:
        if thing.kind == "basketball":
            thing = thing.model_copy(update={"motion": aim or thing.motion})
        elif thing.motion in {"score", "miss"}:
            thing = thing.model_copy(update={"motion": ""})
        aimed.append(thing)
    return aimed


def _thing(words: list[Word], found: Found[str], start: int, end: int, company: Company) -> Thing:
    before, after = words[start : found.start], words[found.start : end]
    motion = first_named(_MOTIONS, after) or first_named(_MOTIONS, before)
    if found.name.startswith("@"):
        return company.thing(found.name, motion)
    if vocab.THINGS[found.name].role in _UNMOVED:
        motion = ""
    colours = _COLOURS.find(before)
    sizes = _SIZES.find(before)
    return Thing(
        kind=found.name,
        count=_count(words, found, before),
        colour=colours[-1].name if colours else "",
        size=sizes[-1].name if sizes else 1.0,
        motion=motion,
    )


def _count(words: list[Word], found: Found[str], before: list[Word]) -> int:
    numbers = _NUMBERS.find(before)
    last = words[found.end - 1]
    if last.stem in _GROUPS and (not numbers or vocab.NUMBERS[numbers[-1].name] == 1):
        return _GROUPS[last.stem]
    if numbers:
        named = vocab.NUMBERS[numbers[-1].name]
        if not (named == 1 and last.is_plural):
            return named
    role = vocab.THINGS[found.name].role
    if last.stem in _DANCES:
        return 1
    return (4 if role in {"flyer", "swimmer", "plant"} else 3) if last.is_plural else 1


def bounded(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """Return the first things, as many as a picture can hold."""
    kept: list[Thing] = []
    room = _MOST_THINGS
    for thing in things[: max(MOST_KINDS, sum(bool(one.character or one.name) for one in things))]:
        if room > 0:
            kept.append(thing.model_copy(update={"count": min(thing.count, room)}))
            room -= thing.count
    return tuple(kept)


def carried_on(
    things: tuple[Thing, ...], words: list[Word], state: WorldState, refused: set[str], speakers: Sequence[str]
) -> tuple[Thing, ...]:
    """Bring in who is still there: whoever the words call "she" or "they", or all if they name nothing; who speaks."""
    before = [thing for thing in state.present() if not thing.extra and thing.kind not in refused]
    stems = {word.stem for word in words}
    if stems & _PRONOUNS and stems & _DANCES:
        things = tuple(thing for thing in things if thing.kind != "dancer")  # "she dances" brings no dancer
    moved = not things
    if moved:
        things = tuple(before)
    elif stems & _PRONOUNS and not any(_has_hands(thing.kind) for thing in things):
        things = (*[thing for thing in before if _has_hands(thing.kind)], *things)
        moved = True
    there = {thing.identity for thing in things}
    late = (state.find(name) for name in dict.fromkeys(speakers) if name not in there)
    things = (*things, *[being.thing for being in late if being])
    if moved and things:
        motion = first_named(_MOTIONS, words)
        lead = things[0]
        if motion and vocab.THINGS[lead.kind].role not in _UNMOVED:
            things = (lead.model_copy(update={"motion": motion}), *things[1:])
    return tuple(remembered(thing, state) for thing in things)


def with_company(things: tuple[Thing, ...], company: Company, state: WorldState) -> tuple[Thing, ...]:
    """Put the characters in the shot: on the person it speaks of, or as more people.

    Characters whom the words never name are in every shot; the others where they are named, or no one is.
    """
    if not company.everyone:
        return things
    things = _riding(things, list(company.characters))
    shown = {thing.identity for thing in things}
    named_here = shown & set(company.everyone)
    wanted = [
        name for name in company.characters
        if name not in shown and (name not in company.spoken_of or not named_here)
    ]  # fmt: skip
    named = [thing for thing in things if thing.character or thing.name]
    strangers = [thing for thing in things if thing.kind == "person" and not thing.character and not thing.name]
    others = [thing for thing in things if thing not in named and thing not in strangers]
    guise = strangers[0] if strangers else Thing(kind="person")
    cameos = []
    for name in wanted:
        known = state.find(name)
        fresh = guise.model_copy(update={"character": name, "count": 1})
        cameos.append(known.thing if known else fresh)
    people = len(cameos) + sum(thing.kind == "person" for thing in named)
    spare = [
        thing.model_copy(update={"count": thing.count - people}) for thing in strangers if thing.count > people
    ]  # fmt: skip
    return bounded((*cameos, *named, *others, *spare))


def _riding(things: tuple[Thing, ...], names: list[str]) -> tuple[Thing, ...]:
    """Let characters be the rider, dancer or astronaut that the words speak of, and not someone beside them."""
    on_foot = {thing.character: thing for thing in things if thing.character}
    seated: dict[str, Thing] = {}
    for thing in things:
        if thing.kind in _HOSTS and not thing.character and len(seated) < len(names):
            name = names[len(seated)]
            motion = thing.motion or (on_foot[name].motion if name in on_foot else "")
            seated[name] = thing.model_copy(update={"character": name, "motion": motion, "count": 1})
    taken = {thing.kind for thing in seated.values()}
    others = [thing for thing in things if thing.character not in seated and thing.kind not in taken]
    return (*seated.values(), *others)
