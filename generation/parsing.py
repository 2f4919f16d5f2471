"""From a prompt to a storyboard: local, deterministic, and only with words that the world knows how to show."""

import re
from collections.abc import Sequence

from core.errors import InvalidInput
from core.hashing import stable_int, stable_unit
from generation.parsing_script import Part, Script, known_things, read_script, spoken_s
from generation.parsing_things import (
    MOST_KINDS,
    Company,
    carried_on,
    first_named,
    is_refused,
    read_things,
    with_company,
)
from generation.state import after, left_here
from generation.storyboard import MOST_SHOTS, Framing, Line, Shot, SoundCue, Storyboard, Thing, WorldState
from generation.words import Found, Phrases, Word, words_of
from generation.world import vocabulary as vocab
from generation.world.vocabulary_film import CUES, FRAMINGS, SPEAKING_ROLES

_SHORTEST_SHOT_S, _GLIMPSE_S = 1.0, 0.3
_SCENES = Phrases({name: kind.words for name, kind in vocab.SCENES.items()})
_STYLES = Phrases({name: choice.words for name, choice in vocab.STYLES.items()})
_PALETTES = Phrases({name: choice.words for name, choice in vocab.PALETTES.items()})
_TIMES = Phrases({name: choice.words for name, choice in vocab.TIMES.items()})
_WEATHERS = Phrases({name: choice.words for name, choice in vocab.WEATHERS.items()})
_CAMERAS = Phrases({name: choice.words for name, choice in vocab.CAMERAS.items()})
_FRAMINGS = Phrases({name: choice.words for name, choice in FRAMINGS.items()})
_PACES = Phrases({name: choice.words for name, choice in vocab.PACES.items()})
_CUES = Phrases({name: choice.words for name, choice in CUES.items()})
_DEFAULT_STYLES = (("cinematic", 0.45), ("paper", 0.75), ("anime", 1.0))
_DEFAULT_PALETTES = ("natural", "vivid", "warm", "pastel", "natural", "vivid")
_NEEDS_WATER = {"floater": "lake", "swimmer": "underwater"}
_AMBIGUOUS_PLACES = {
    "wave",
    "show",
    "match",
    "party",
    "studio",
    "toy",
    "tower",
    "bed",
    "air",
    "landscape",
    "building",
    "snowy",
    "snow",
    "winter",
}
_IN_THE_WAY = {"cup", "teapot", "cake", "book", "apple", "basketball", "ball", "marble", "beach_ball"}
_IMPLIED_TIMES = {"firework": "night", "firefly": "night", "lantern": "dusk", "star": "night", "campfire": "dusk"}
_ANYWHERE = tuple(name for name in vocab.SCENES if name != "blank")
_STRUCTURES = {"domino", "seesaw", "pendulum", "hoop", "peg", "drum"}
_COMPANIONS = {"basketball": ("hoop",), "marble": ("ramp", "block"), "ball": ("ramp", "block"), "peg": ("marble",)}
_WEATHER_ENDS = re.compile(
    r"\b(?:rain|snow|storm|fog|wind|mist)\w* (?:stops?|ends?|clears?|lifts?|dies|is over)\b", re.I
)


def parse(
    prompt: str,
    *,
    seconds: float,
    width: int,
    height: int,
    seed: int,
    style: str | None = None,
    characters: Sequence[str] = (),
    start: WorldState | None = None,
) -> Storyboard:
    """Return the storyboard for a prompt. Equal arguments give equal storyboards on every machine.

    ``start`` is the world that the film takes over, as after another film. Raises ``InvalidInput`` for an empty prompt,
    a size or length that cannot be made, or an unknown style.
    """
    check_film(prompt, seconds, width, height, seed)
    start = start or WorldState()
    script = read_script(prompt, characters)
    script = Script(script.parts[: min(MOST_SHOTS, max(1, int(seconds / _SHORTEST_SHOT_S)))], script.names)
    company = company_of(script, characters, start)
    state = start.model_copy(update={"style": style_named(style)}) if style else start
    shots: list[Shot] = []
    for number, (part, lasts) in enumerate(zip(script.parts, _lengths(script.parts, seconds), strict=True)):
        shots.append(read_shot(part, lasts, seed, company, state))
        state = after(state, shots[-1], number)
    return Storyboard(
        prompt=prompt, seed=seed, width=width, height=height, characters=tuple(characters), shots=tuple(shots),
        start=start,
    )  # fmt: skip


def company_of(script: Script, characters: Sequence[str], start: WorldState) -> Company:
    """Return who a film may show by name: from its words, and from the world it begins in."""
    names = {being.thing.name: being.thing.kind for being in start.beings if being.thing.name} | script.names
    said = " ".join(part.bare for part in script.parts).casefold()
    return Company(tuple(characters), names, frozenset(name for name in characters if name.casefold() in said))


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


def check_film(prompt: str, seconds: float, width: int, height: int, seed: int) -> None:
    """Raise ``InvalidInput`` for a film that cannot be made."""
    if not prompt.strip():
        raise InvalidInput("prompt_empty", "The prompt is empty.", "prompt", "A sentence about what to show.")
    if not 1 <= seconds <= 120:
        raise InvalidInput("bad_seconds", f"A film cannot last {seconds:g} s.", "seconds", "1 to 120 seconds.")
    if not all(64 <= side <= 3840 and side % 2 == 0 for side in (width, height)):
        raise InvalidInput(
            "bad_size", f"A film cannot be {width}x{height}.", "size", "Even sides of 64 to 3840 pixels, like 360x640."
        )
    if seed < 0:
        raise InvalidInput("bad_seed", f"{seed} is not a seed.", "seed", "A whole number from 0.")


def _lengths(parts: Sequence[Part], seconds: float) -> list[float]:
    """Share the film's length among its shots: as the words say, longer where much is said."""
    even = seconds / len(parts)
    wanted = [
        part.seconds or max(even, 0.8 + sum(spoken_s(line.text) for line in part.lines)) for part in parts
    ]  # fmt: skip
    shares = [one / sum(wanted) for one in wanted]
    if min(shares) * seconds >= _GLIMPSE_S:
        return [seconds * share for share in shares]
    # However short a shot is said to be against the others, it can be seen.
    return [_GLIMPSE_S + (seconds - _GLIMPSE_S * len(parts)) * share for share in shares]


def read_shot(part: Part, seconds: float, seed: int, company: Company, state: WorldState) -> Shot:
    """Return one shot read from its part of the script, in the world as the shots before left it."""
    words = words_of(_with_marks(part.bare, company))
    mentions = company.mentions(words)
    refused = {found.name for found in mentions if is_refused(words, found.start)}
    # Words inside a longer name are that name's: a "paper boat" asks for no paper style.
    spoken_for = {at for found in mentions if found.end - found.start > 1 for at in range(found.start, found.end)}
    free = [Word("", False, word.sentence) if at in spoken_for else word for at, word in enumerate(words)]

    things = read_things(words, [found for found in mentions if found.name not in refused], company)
    speakers = [_speaker_name(line.speaker, company) for line in part.lines]
    things = carried_on(things, words, state, refused, speakers)
    things = with_company(things, company, state)
    scene = _scene(words, things, seed, state)
    if scene != state.scene:
        things = _those_who_came(things, mentions)
    things = (*things, *[one for one in left_here(scene, state) if one.identity not in {it.identity for it in things}])
    things, dialogue = _dialogue(part, things, company)
    style = state.style or first_named(_STYLES, free) or _default_style(seed, scene)
    weather = "clear" if _WEATHER_ENDS.search(part.bare) else first_named(_WEATHERS, free)
    return Shot(
        text=part.text,
        seconds=seconds,
        scene=scene,
        style=style,
        palette=first_named(_PALETTES, free) or state.palette or _default_palette(style, seed, scene),
        time_of_day=first_named(_TIMES, free) or state.time_of_day or _usual_time(things, scene),
        weather=weather or state.weather or "clear",
        camera=_camera(free, things, seed, scene, bool(dialogue)),
        framing=_framing(words, things, bool(dialogue)),
        pace=first_named(_PACES, free) or state.pace or "medium",
        things=_furnish(things, scene, refused, seed, state, bool(dialogue)),
        transition=part.transition,
        dialogue=dialogue,
        sounds=_cues(words, seconds),
    )


def _those_who_came(things: tuple[Thing, ...], mentions: list[Found[str]]) -> tuple[Thing, ...]:
    """Leave behind what nobody mentions at the new place and could not walk there, unless nobody else came."""
    named = {found.name for found in mentions}
    able = tuple(
        thing for thing in things
        if thing.kind in named or thing.name or thing.character
        or vocab.THINGS[thing.kind].role in {"walker", "animal", "flyer", "swimmer"}
    )  # fmt: skip
    return able or things


def _with_marks(text: str, company: Company) -> str:
    for index, name in enumerate(company.everyone):
        flags = re.I if index < len(company.characters) else re.NOFLAG
        called = rf"(?:\w+,? (?:named|called) )?\b{re.escape(name)}\b" if name in company.names else re.escape(name)
        text = re.sub(rf"@?{called}", f" {company.mark(index)} ", text, flags=flags)
    return text


def _camera(words: list[Word], things: Sequence[Thing], seed: int, scene: str, talking: bool) -> str:
    asked = first_named(_CAMERAS, words)
    if asked:
        return asked
    lead = things[0] if things else None
    if lead is not None and lead.kind == "person" and lead.count == 1 and not talking:
        goes = {"run", "walk"} if lead.name or lead.character else {"run"}
        if lead.motion in goes:
            return "track"  # whom a shot is about does not walk out of it
    if talking:
        return "still"
    return _pick(("drift", "pan_right", "push_in", "drift"), "camera", seed, scene)


def _framing(words: list[Word], things: Sequence[Thing], talking: bool) -> Framing:
    """Return how close the camera stands: closer only to who has a face."""
    asked = first_named(_FRAMINGS, words)
    if asked and any(vocab.THINGS[thing.kind].role in {"walker", "animal"} for thing in things):
        return asked  # type: ignore[return-value]
    return "medium" if talking else "wide"


def _cues(words: list[Word], seconds: float) -> tuple[SoundCue, ...]:
    names = list(dict.fromkeys(found.name for found in _CUES.find(words) if not is_refused(words, found.start)))[:6]
    return tuple(
        SoundCue(name=name, at_s=round(seconds * (0.15 + 0.7 * number / max(1, len(names))), 3))
        for number, name in enumerate(names)
    )


def _speaker_name(words: str, company: Company) -> str:
    """Return whom of the company the words for a speaker mean, or an empty string."""
    said = words.casefold()
    return next((name for name in company.everyone if name.casefold() in said.split() or name.casefold() == said), "")


def _dialogue(part: Part, things: tuple[Thing, ...], company: Company) -> tuple[tuple[Thing, ...], tuple[Line, ...]]:
    """Give every line to whoever says it; whoever speaks and is not there comes into the picture."""
    lines: list[Line] = []
    for spoken in part.lines:
        who = _speaker_name(spoken.speaker, company)
        if who and who not in {thing.identity for thing in things}:
            number = company.everyone.index(who)
            things = (*things, company.thing(f"@{number}", ""))
        lines.append(Line(speaker=who or _guess_speaker(spoken.speaker, things, lines), text=spoken.text))
    return things, tuple(lines)


def _guess_speaker(words: str, things: tuple[Thing, ...], earlier: Sequence[Line]) -> str:
    """Return who says a line that no name is given for: the kind that the words name, else the next to speak."""
    able = [thing.identity for thing in things if vocab.THINGS[thing.kind].role in SPEAKING_ROLES]
    kinds = known_things(words.split()[-1]) if words else ()
    named = next((thing.identity for thing in things if thing.kind in kinds), "")
    if named or not able:
        return named
    last = earlier[-1].speaker if earlier else ""
    others = [identity for identity in able if identity != last]
    return others[0] if others else able[0]


def _scene(words: list[Word], things: tuple[Thing, ...], seed: int, state: WorldState) -> str:
    named = [found for found in _SCENES.find(words) if not is_refused(words, found.start)]
    # "Waves" in a city are a greeting: such words name a place only when no other word does.
    named.sort(key=lambda found: words[found.end - 1].stem in _AMBIGUOUS_PLACES)
    doubtful = not named or words[named[0].end - 1].stem in _AMBIGUOUS_PLACES
    scene = (state.scene if doubtful else "") or (named[0].name if named else "")
    if not scene:
        lead = next((thing for thing in things if thing.kind != "person"), None) or (things[0] if things else None)
        scene = vocab.THINGS[lead.kind].home if lead else _pick(_ANYWHERE, "scene", seed, len(words))
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


def _furnish(
    things: tuple[Thing, ...], scene: str, refused: set[str], seed: int, state: WorldState, talking: bool
) -> tuple[Thing, ...]:
    """Add what a thing needs to do what it does, and a little of what the place usually holds, or held before."""
    have = {thing.kind for thing in things}
    needed = [kind for thing in things for kind in _COMPANIONS.get(thing.kind, ())]
    known = [being.thing for being in state.beings if being.scene == scene and being.thing.extra]
    usual = [] if known else _usual_extras(things, scene, seed)
    if talking:
        usual = [kind for kind in usual if kind not in _IN_THE_WAY]
    added = {
        kind: Thing(kind=kind, count=_usual_count(kind, seed, scene), extra=True) for kind in (*needed, *usual)
    } | {thing.kind: thing for thing in known}  # fmt: skip
    fresh = [thing for kind, thing in added.items() if kind not in have and kind not in refused]
    return (*things, *fresh[: max(2, MOST_KINDS - len(things))])


def _usual_extras(things: tuple[Thing, ...], scene: str, seed: int) -> list[str]:
    cast = vocab.SCENES[scene].cast
    lively = [kind for kind in cast if vocab.THINGS[kind].role not in {"plant", "sky", "static"}]
    if {thing.kind for thing in things} & _STRUCTURES:
        lively = [kind for kind in lively if vocab.THINGS[kind].role != "body"]  # it would fall into the works
    wanted = [kind for kind in cast if vocab.THINGS[kind].role in {"plant", "sky"}] if things else list(cast)
    # Who has a name is whom the film is about: no stranger walks into the picture.
    alone = len(things) == 1 and not (things[0].name or things[0].character or things[0].motion == "flip")
    if alone and lively:
        wanted.append(lively[stable_int("extra", seed, scene) % len(lively)])
    return wanted


def _usual_count(kind: str, seed: int, scene: str) -> int:
    most = {
        "flower": 4,
        "tree": 3,
        "pine": 3,
        "seaweed": 4,
        "crystal": 3,
        "mushroom": 3,
        "cactus": 2,
        "palm": 2,
        "whale": 1,
    }.get(kind)
    most = most or {"flyer": 3, "swimmer": 4, "body": 3}.get(vocab.THINGS[kind].role, 1)
    return 1 + stable_int("count", kind, seed, scene) % most


def _default_style(seed: int, scene: str) -> str:
    draw = stable_unit("style", seed, scene)
    return next(name for name, below in _DEFAULT_STYLES if draw < below)


def _default_palette(style: str, seed: int, scene: str) -> str:
    return "natural" if style == "realistic" else _pick(_DEFAULT_PALETTES, "palette", seed, scene)


def _pick(options: Sequence[str], *about: object) -> str:
    return options[stable_int(*about) % len(options)]
