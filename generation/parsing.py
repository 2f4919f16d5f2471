"""From a prompt to a storyboard: local, deterministic, and only with words that the world knows how to show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InvalidInput
from core.hashing import stable_int, stable_unit
from generation.storyboard import Shot, Storyboard, Thing
from generation.words import Found, Phrases, Word, words_of
from generation.world import vocabulary as vocab

_MOST_KINDS = 5
_MOST_THINGS = 14
_SHORTEST_SHOT_S = 1.5
_LOOK_BACK_WORDS = 4

_THINGS = Phrases({name: kind.words for name, kind in vocab.THINGS.items()})
_SCENES = Phrases({name: kind.words for name, kind in vocab.SCENES.items()})
_STYLES = Phrases({name: choice.words for name, choice in vocab.STYLES.items()})
_PALETTES = Phrases({name: choice.words for name, choice in vocab.PALETTES.items()})
_TIMES = Phrases({name: choice.words for name, choice in vocab.TIMES.items()})
_WEATHERS = Phrases({name: choice.words for name, choice in vocab.WEATHERS.items()})
_CAMERAS = Phrases({name: choice.words for name, choice in vocab.CAMERAS.items()})
_PACES = Phrases({name: choice.words for name, choice in vocab.PACES.items()})
_MOTIONS = Phrases({name: choice.words for name, choice in vocab.MOTIONS.items()})
_COLOURS = Phrases({name: words for name, (_, words) in vocab.COLOURS.items()})
_SIZES = Phrases(dict(vocab.SIZES.values()))
_NUMBERS = Phrases({name: (name,) for name in vocab.NUMBERS})
_CUT = re.compile(
    r"(?:^|[\s,.;])(?:shot \d+\s*[:.-]|" + "|".join(rf"(?:and )?{cut}\b,?" for cut in vocab.CUTS) + r")|\n+", re.I
)
_DEFAULT_STYLES = (("cinematic", 0.45), ("paper", 0.75), ("anime", 1.0))
_DEFAULT_PALETTES = ("natural", "vivid", "warm", "pastel", "natural", "vivid")
_NEEDS_WATER = {"floater": "lake", "swimmer": "underwater"}
_AMBIGUOUS_PLACES = {"wave", "show", "match", "party", "studio", "toy", "tower", "bed", "air", "landscape", "building"}
_IMPLIED_TIMES = {"firework": "night", "firefly": "night", "lantern": "dusk", "star": "night", "campfire": "dusk"}
_STRUCTURES = {"domino", "seesaw", "pendulum", "hoop", "peg", "drum"}
_RIDDEN = {"bicycle", "sled", "paddler", "astronaut", "dancer"}
_GROUPS = {"people": 3, "crowd": 6, "family": 3, "couple": 2}
_HOSTS = {"paddler", "dancer", "astronaut", "bicycle", "sled"}
_COMPANIONS = {"basketball": ("hoop",), "marble": ("ramp", "block"), "ball": ("ramp", "block"), "peg": ("marble",)}


@dataclass(frozen=True, slots=True)
class _Carried:
    """What goes on over a cut unless the next shot says otherwise."""

    scene: str = ""
    style: str = ""
    palette: str = ""
    time_of_day: str = ""
    weather: str = ""
    pace: str = ""
    things: tuple[Thing, ...] = ()


def parse(
    prompt: str,
    *,
    seconds: float,
    width: int,
    height: int,
    seed: int,
    style: str | None = None,
    characters: Sequence[str] = (),
) -> Storyboard:
    """Return the storyboard for a prompt. Equal arguments give equal storyboards on every machine.

    Raises ``InvalidInput`` for an empty prompt, a size or length that cannot be made, or an unknown style.
    """
    _check(prompt, seconds, width, height, seed)
    carried = _Carried(style=style_named(style) if style else "")
    parts = _shots(prompt, seconds)
    shots: list[Shot] = []
    for part in parts:
        shot = _read_shot(part, seconds / len(parts), seed, tuple(characters), carried)
        shots.append(shot)
        carried = _Carried(shot.scene, shot.style, shot.palette, shot.time_of_day, shot.weather, shot.pace, shot.things)
    return Storyboard(
        prompt=prompt, seed=seed, width=width, height=height, characters=tuple(characters), shots=tuple(shots)
    )


def style_named(style: str) -> str:
    """Return the style that a name or a word for it means. Raises ``InvalidInput`` listing the styles."""
    if style in vocab.STYLES:
        return style
    found = _STYLES.find(words_of(style))
    if found:
        return found[0].name
    raise InvalidInput(
        code="unknown_style", detail=f"There is no style {style!r}.", field="style",
        expected=f"One of: {', '.join(vocab.STYLES)}.",
    )  # fmt: skip


def _check(prompt: str, seconds: float, width: int, height: int, seed: int) -> None:
    if not prompt.strip():
        raise InvalidInput("prompt_empty", "The prompt is empty.", "prompt", "A sentence about what to show.")
    if not 1 <= seconds <= 120:
        raise InvalidInput("bad_seconds", f"A film cannot last {seconds} s.", "seconds", "1 to 120 seconds.")
    if not all(64 <= side <= 3840 and side % 2 == 0 for side in (width, height)):
        raise InvalidInput(
            "bad_size", f"A film cannot be {width}x{height}.", "size", "Even sides of 64 to 3840 pixels, like 360x640."
        )
    if seed < 0:
        raise InvalidInput("bad_seed", f"{seed} is not a seed.", "seed", "A whole number from 0.")


def _shots(prompt: str, seconds: float) -> list[str]:
    parts = [part.strip(" ,.;:-") for part in _CUT.split(prompt)]
    parts = [part for part in parts if words_of(part)] or [prompt]
    most = max(1, int(seconds / _SHORTEST_SHOT_S))
    return parts[:most]


def _read_shot(text: str, seconds: float, seed: int, characters: tuple[str, ...], before: _Carried) -> Shot:
    words = words_of(_with_marks(text, characters))
    mentions = Phrases(
        {name: kind.words for name, kind in vocab.THINGS.items()}
        | {f"@{index}": (_mark(index),) for index in range(len(characters))}
    ).find(words) if characters else _THINGS.find(words)  # fmt: skip
    refused = {found.name for found in mentions if _is_refused(words, found.start)}
    # Words inside a longer name are that name's: a "paper boat" asks for no paper style.
    spoken_for = {at for found in mentions if found.end - found.start > 1 for at in range(found.start, found.end)}
    free = [Word("", False, word.sentence) if at in spoken_for else word for at, word in enumerate(words)]

    things = _read_things(words, [found for found in mentions if found.name not in refused], characters)
    things = _with_cameos(things, characters, before)
    scene = _scene(words, things, seed, before)
    if not things:
        things = tuple(thing for thing in before.things if thing.kind not in refused)
    pace = _first(_PACES, free) or before.pace or "medium"
    return Shot(
        text=text,
        seconds=seconds,
        scene=scene,
        style=before.style or _first(_STYLES, free) or _default_style(seed, scene),
        palette=_first(_PALETTES, free) or before.palette or _pick(_DEFAULT_PALETTES, "palette", seed, scene),
        time_of_day=_first(_TIMES, free) or before.time_of_day or _usual_time(things, scene),
        weather=_first(_WEATHERS, free) or before.weather or "clear",
        camera=_first(_CAMERAS, free) or _pick(("drift", "pan_right", "push_in", "drift"), "camera", seed, scene),
        pace=pace,
        things=_furnish(things, scene, refused, seed),
    )


def _with_marks(text: str, characters: tuple[str, ...]) -> str:
    for index, name in enumerate(characters):
        text = re.sub(rf"@?{re.escape(name)}", f" {_mark(index)} ", text, flags=re.I)
    return text


def _mark(index: int) -> str:
    return f"zzcameo{index}zz"


def _first(phrases: Phrases[str], words: list[Word]) -> str:
    for found in phrases.find(words):
        if not _is_refused(words, found.start):
            return found.name
    return ""


def _is_refused(words: list[Word], at: int) -> bool:
    near = words[max(0, at - 3) : at]
    return any(word.stem in vocab.NEGATIONS and word.sentence == words[at].sentence for word in near)


def _read_things(words: list[Word], mentions: list[Found[str]], characters: tuple[str, ...]) -> tuple[Thing, ...]:
    things: dict[str, Thing] = {}
    for order, found in enumerate(mentions):
        following = mentions[order + 1].start if order + 1 < len(mentions) else len(words)
        earlier = mentions[order - 1].end if order else 0
        thing = _thing(words, found, max(earlier, found.start - _LOOK_BACK_WORDS), following, characters)
        key = thing.character or thing.kind
        if key not in things:
            things[key] = thing
        elif not things[key].motion:
            things[key] = things[key].model_copy(update={"motion": thing.motion})
    if len(things) > 1 and any(kind.endswith("ball") and kind != "ball" for kind in things):
        things.pop("ball", None)  # "the basketball ... the ball" speaks of one thing
    if things.keys() & _RIDDEN and "person" in things and things["person"].count == 1:
        things.pop("person")  # "a child on a bicycle" is the one who rides it
    return _bounded(tuple(_with_aim(list(things.values()), words)))


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


def _thing(words: list[Word], found: Found[str], start: int, end: int, characters: tuple[str, ...]) -> Thing:
    before, after = words[start : found.start], words[found.start : end]
    motion = _first(_MOTIONS, after) or _first(_MOTIONS, before)
    if not found.name.startswith("@") and vocab.THINGS[found.name].role in {"static", "plant", "sky", "effect"}:
        motion = ""
    if found.name.startswith("@"):
        return Thing(kind="person", motion=motion, character=characters[int(found.name[1:])])
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
    return (4 if role in {"flyer", "swimmer", "plant"} else 3) if last.is_plural else 1


def _bounded(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    kept: list[Thing] = []
    room = _MOST_THINGS
    for thing in things[:_MOST_KINDS]:
        if room > 0:
            kept.append(thing.model_copy(update={"count": min(thing.count, room)}))
            room -= thing.count
    return tuple(kept)


def _with_cameos(things: tuple[Thing, ...], characters: tuple[str, ...], before: _Carried) -> tuple[Thing, ...]:
    """Put every character of the film in the shot: on the person it speaks of, or as one more person."""
    if not characters:
        return things
    things = _riding(things, list(characters))
    shown = {thing.character for thing in things}
    others = [thing for thing in things if thing.kind != "person" or thing.character]
    strangers = [thing for thing in things if thing.kind == "person" and not thing.character]
    kept = {thing.character: thing for thing in before.things if thing.character}
    cameos: list[Thing] = []
    for name in characters:
        if name not in shown:
            guise = strangers[0].motion if strangers else ""
            cameos.append(kept.get(name) or Thing(kind="person", motion=guise, character=name))
    spare = [
        thing.model_copy(update={"count": thing.count - len(characters)})
        for thing in strangers
        if thing.count > len(characters)
    ]
    return _bounded((*cameos, *others, *spare))


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


def _scene(words: list[Word], things: tuple[Thing, ...], seed: int, before: _Carried) -> str:
    named = [found for found in _SCENES.find(words) if not _is_refused(words, found.start)]
    # "Waves" in a city are a greeting: such words name a place only when no other word does.
    named.sort(key=lambda found: words[found.end - 1].stem in _AMBIGUOUS_PLACES)
    scene = named[0].name if named else before.scene
    if not scene:
        lead = next((thing for thing in things if thing.kind != "person"), None) or (things[0] if things else None)
        scene = vocab.THINGS[lead.kind].home if lead else _pick(tuple(vocab.SCENES), "scene", seed, len(words))
    ground = vocab.SCENES[scene].ground
    for thing in things:
        role = vocab.THINGS[thing.kind].role
        if role in _NEEDS_WATER and ground not in {"water", "sea_floor"}:
            home = vocab.THINGS[thing.kind].home
            return "lake" if home in {"lake", "underwater"} and role == "floater" else home
        if role == "floater" and ground == "sea_floor":
            return vocab.THINGS[thing.kind].home
    return scene


def _usual_time(things: tuple[Thing, ...], scene: str) -> str:
    implied = (_IMPLIED_TIMES[thing.kind] for thing in things if thing.kind in _IMPLIED_TIMES)
    return next(implied, vocab.SCENES[scene].time)


def _furnish(things: tuple[Thing, ...], scene: str, refused: set[str], seed: int) -> tuple[Thing, ...]:
    """Add what a thing needs to do what it does, and a little of what the place usually holds."""
    have = {thing.kind for thing in things}
    wanted = [kind for thing in things for kind in _COMPANIONS.get(thing.kind, ())]
    cast = vocab.SCENES[scene].cast
    lively = [kind for kind in cast if vocab.THINGS[kind].role not in {"plant", "sky", "static"}]
    if have & _STRUCTURES:
        lively = [kind for kind in lively if vocab.THINGS[kind].role != "body"]  # it would fall into the works
    wanted += [kind for kind in cast if vocab.THINGS[kind].role in {"plant", "sky"}] if things else list(cast)
    if len(things) == 1 and lively:
        wanted.append(lively[stable_int("extra", seed, scene) % len(lively)])
    added = [
        Thing(kind=kind, count=_usual_count(kind, seed, scene))
        for kind in dict.fromkeys(wanted)
        if kind not in have and kind not in refused
    ]
    return (*things, *added[: max(2, _MOST_KINDS - len(things))])


def _usual_count(kind: str, seed: int, scene: str) -> int:
    most = {"flower": 4, "tree": 3, "pine": 3, "seaweed": 4, "crystal": 3, "mushroom": 3, "cactus": 2, "palm": 2}.get(
        kind
    )
    most = most or {"flyer": 3, "swimmer": 4, "body": 3}.get(vocab.THINGS[kind].role, 1)
    return 1 + stable_int("count", kind, seed, scene) % most


def _default_style(seed: int, scene: str) -> str:
    draw = stable_unit("style", seed, scene)
    return next(name for name, below in _DEFAULT_STYLES if draw < below)


def _pick(options: Sequence[str], *about: object) -> str:
    return options[stable_int(*about) % len(options)]
