"""Edits of a storyboard. Pure: each returns a new one, and whatever is not asked to change is drawn as it was."""

import re
from collections.abc import Callable, Sequence

from core.errors import InvalidInput, NotFound
from generation.parsing import company_of, parse, read_shot, style_named
from generation.parsing_script import read_script
from generation.parsing_things import first_named
from generation.shot_list import ShotSpec, assemble
from generation.state import final_state, states
from generation.storyboard import MOST_SECONDS, MOST_SHOTS, Garment, Line, Shot, Storyboard, Thing, WorldState
from generation.words import Phrases, words_of
from generation.world import vocabulary as vocab
from generation.world.vocabulary_film import GARMENTS

_COLOURS = Phrases({name: words for name, (_, words) in vocab.COLOURS.items()})
_SIZES = Phrases(dict(vocab.SIZES.values()))
_MOTIONS = Phrases({name: choice.words for name, choice in vocab.MOTIONS.items()})
_THINGS = Phrases({name: kind.words for name, kind in vocab.THINGS.items()})
_GARMENTS = Phrases({name: choice.words for name, choice in GARMENTS.items()})
_REMOVES = re.compile(r"\b(?:remove|delete|erase|get rid of|take away|without|no more)\b", re.I)
_REPLACES = re.compile(r"\b(?:replace|swap|change|turn)\b(.+?)\b(?:with|for|into|by|to)\b(.+)", re.I)
_ADDS = re.compile(r"\b(?:add|put|insert)\b", re.I)
_CUTS = re.compile(r"\bcuts? to\b", re.I)
_ThingsOf = Callable[[Shot], tuple[Thing, ...]]


def change_shot(board: Storyboard, number: int, text: str, **fields: object) -> Storyboard:
    """Return the film with one shot read anew from ``text``; ``fields`` of ``Shot`` win over the words.

    The shot keeps its length, style and place in the world: what the shots before left holds. Raises ``NotFound`` for
    a shot that is not there, ``InvalidInput`` for words or fields that cannot be used.
    """
    old = _shot(board, number)
    before = [board.start, *states(board)][number]
    script = read_script(text, board.characters)
    company = company_of(script, board.characters, _with_names(before, board))
    part = script.parts[0]
    new = read_shot(part, old.seconds, board.seed, company, before.model_copy(update={"style": old.style}))
    changes = {"transition": old.transition, "transition_s": old.transition_s} | fields
    return _rebuilt(board, number, Shot.model_validate(new.model_dump() | changes))


def extend(board: Storyboard, prompt: str, seconds: float, *, goes_on: bool = False) -> Storyboard:
    """Return the film followed by ``seconds`` more, which go on in the world as the film left it.

    ``goes_on``: for a model that can go on from a last frame; unless the words ask for a cut, the new part does.
    """
    if board.seconds + seconds > MOST_SECONDS:
        raise InvalidInput(
            "too_long", f"The film would last {board.seconds + seconds:g} s.", "seconds", f"At most {MOST_SECONDS:g} s."
        )
    more = parse(
        prompt, seconds=seconds, width=board.width, height=board.height, seed=board.seed,
        characters=board.characters, start=final_state(board),
    )  # fmt: skip
    first, *others = more.shots
    if goes_on and first.transition == "cut" and not _CUTS.search(prompt):
        first = first.model_copy(update={"transition": "crossfade"})
    shots = (*board.shots, first, *others)[:MOST_SHOTS]
    return board.model_copy(update={"prompt": f"{board.prompt}\n{prompt}", "shots": shots, "loops": False})


def continuation(board: Storyboard, prompt: str, seconds: float) -> Storyboard:
    """Return only what comes after the film, as a film of its own that begins where the other ended."""
    return parse(
        prompt, seconds=seconds, width=board.width, height=board.height, seed=board.seed,
        characters=board.characters, start=final_state(board),
    )  # fmt: skip


def remix(board: Storyboard, prompt: str, *, seed: int | None = None) -> Storyboard:
    """Return the film told anew: the new words lead, and what they leave open stays as it was, shot by shot.

    Words that name things bring those things; the people of the film stay, unless the words name others.
    """
    new = parse(
        prompt, seconds=board.seconds, width=board.width, height=board.height,
        seed=board.seed if seed is None else seed, characters=board.characters,
    )  # fmt: skip
    told = _told_by(prompt)
    lead = new.shots[0]
    shots = []
    for shot in board.shots:
        changes: dict[str, object] = {name: getattr(lead, name) for name in told if name != "things"}
        if "things" in told or "scene" in told:
            changes["things"] = _remixed_things(shot, lead, told)
        changes["text"] = f"{prompt.rstrip(' .')}. {shot.text}"
        there = {thing.identity for thing in changes.get("things", shot.things)} | {""}  # type: ignore[attr-defined]
        changes["dialogue"] = tuple(line for line in shot.dialogue if line.speaker in there) or lead.dialogue
        shots.append(shot.model_copy(update=changes))
    return board.model_copy(update={
        "prompt": f"{prompt.rstrip(' .')}. {board.prompt}", "seed": board.seed if seed is None else seed,
        "shots": tuple(shots),
    })  # fmt: skip


def restyle(board: Storyboard, style: str = "", palette: str = "") -> Storyboard:
    """Return the film drawn in another style or palette; everything happens as before."""
    changes: dict[str, object] = {}
    if style:
        changes["style"] = style_named(style)
    if palette:
        if palette not in vocab.PALETTES:
            raise InvalidInput(
                "unknown_palette", f"There is no palette {palette!r}.", "palette",
                f"One of: {', '.join(vocab.PALETTES)}.",
            )  # fmt: skip
        changes["palette"] = palette
    return board.model_copy(update={"shots": tuple(shot.model_copy(update=changes) for shot in board.shots)})


def change_thing(board: Storyboard, request: str) -> Storyboard:
    """Return the film with one object changed, as in "make the car red" or "replace the cat with a fox".

    Raises ``NotFound`` when the film shows no such thing, ``InvalidInput`` when the words ask for no change.
    """
    swap = _REPLACES.search(request)
    there = {thing.identity: thing.kind for shot in board.shots for thing in shot.things}
    if swap:
        new = _kind_in(swap[2])
        if new:
            return _each_thing(board, _meant(swap[1], there), {"kind": new, "motion": "", "colour": _colour(swap[2])})
    if _ADDS.match(request.strip()) and (new := _kind_in(request)):
        added = Thing(kind=new, colour=_colour(request), name="")
        return _each_shot(board, lambda shot: (*shot.things, added) if new not in _kinds(shot) else shot.things)
    meant = _meant(request, there)
    if _REMOVES.search(request):
        return _each_shot(board, lambda shot: tuple(one for one in shot.things if one.identity not in meant))
    changes = _changes(request)
    if not changes:
        raise InvalidInput(
            "no_change", f"{request!r} asks for no change that can be made.", "request",
            'A colour, a size, a motion, "remove", or "replace ... with ...", like "make the car red".',
        )  # fmt: skip
    return _each_thing(board, meant, changes)


def insert_cameo(board: Storyboard, character: str, shots: Sequence[int] | None = None) -> Storyboard:
    """Return the film with a cameo character in it: as its first person, or as one more. In all shots, or those given.

    Consent is not asked here: whoever calls this has asked whether the likeness may be used.
    """
    if not character.strip():
        raise InvalidInput("character_missing", "The character has no name.", "character", "The character's name.")
    chosen = range(len(board.shots)) if shots is None else [number for number in shots if _shot(board, number)]
    made = list(board.shots)
    for number in chosen:
        made[number] = _with_cameo(made[number], character)
    everyone = tuple(dict.fromkeys((*board.characters, character)))
    return board.model_copy(update={"characters": everyone, "shots": tuple(made)})


def loop(board: Storyboard) -> Storyboard:
    """Return the film so that its last frame leads into its first: it can play round and round."""
    return board.model_copy(update={"loops": True})


def storyboard_of(shots: Sequence[ShotSpec], like: Storyboard) -> Storyboard:
    """Return a list of shots as a film of the same size, seed and characters as another."""
    return assemble(shots, width=like.width, height=like.height, seed=like.seed, characters=like.characters)


def _shot(board: Storyboard, number: int) -> Shot:
    if not 0 <= number < len(board.shots):
        raise NotFound(
            "no_such_shot", f"There is no shot {number}.", "shot", f"0 to {len(board.shots) - 1}."
        )  # fmt: skip
    return board.shots[number]


def _rebuilt(board: Storyboard, number: int, shot: Shot) -> Storyboard:
    shots = (*board.shots[:number], shot, *board.shots[number + 1 :])
    return Storyboard.model_validate(board.model_copy(update={"shots": shots}).model_dump())


def _with_names(state: WorldState, board: Storyboard) -> WorldState:
    """Return the world knowing everyone of the film, also those whom only later shots show."""
    known = {being.thing.identity for being in state.beings}
    *_, last = states(board)
    late = tuple(being for being in last.beings if being.thing.name and being.thing.identity not in known)
    return state.model_copy(update={"beings": (*state.beings, *(one.model_copy(update={"shot": -1}) for one in late))})


def _told_by(prompt: str) -> set[str]:
    """Return which fields of a shot a prompt's own words decide."""
    words = words_of(prompt)
    tables = {
        "scene": vocab.SCENES, "style": vocab.STYLES, "palette": vocab.PALETTES, "time_of_day": vocab.TIMES,
        "weather": vocab.WEATHERS, "camera": vocab.CAMERAS, "pace": vocab.PACES,
    }  # fmt: skip
    told = {
        name for name, table in tables.items()
        if first_named(Phrases({key: choice.words for key, choice in table.items()}), words)  # type: ignore[attr-defined]
    }  # fmt: skip
    return told | ({"things"} if _THINGS.find(words) else set())


def _remixed_things(shot: Shot, lead: Shot, told: set[str]) -> tuple[Thing, ...]:
    asked = tuple(thing for thing in lead.things if not thing.extra)
    extras = tuple(thing for thing in (lead if "scene" in told else shot).things if thing.extra)
    if "things" not in told:
        asked = ()
    roles = {vocab.THINGS[thing.kind].role for thing in asked}
    kept = tuple(
        thing for thing in shot.things
        if not thing.extra and thing.identity not in {one.identity for one in asked}
        # New ones take the place of what does as they do: a fox for a dog; a person with a name always stays.
        and (thing.character or thing.name or vocab.THINGS[thing.kind].role not in roles)
    )  # fmt: skip
    named = tuple(thing for thing in kept if thing.character or thing.name)  # the film stays theirs
    asked, kept = (*named, *asked), tuple(thing for thing in kept if thing not in named)
    return (*asked, *kept, *(one for one in extras if one.identity not in {it.identity for it in (*asked, *kept)}))


def _meant(words: str, there: dict[str, str]) -> set[str]:
    """Return the identities in a film that words speak of."""
    named = {identity for identity in there if re.search(rf"\b{re.escape(identity)}\b", words, re.I)}
    kinds = {found.name for found in _THINGS.find(words_of(words))}
    meant = named or {identity for identity, kind in there.items() if kind in kinds}
    if not meant:
        raise NotFound(
            "no_such_thing", f"The film shows nothing that {words.strip()!r} could mean.", "request",
            f"One of: {', '.join(there)}.",
        )  # fmt: skip
    return meant


def _changes(request: str) -> dict[str, object]:
    words = words_of(request)
    sizes, colour, motion = _SIZES.find(words), _colour(request), first_named(_MOTIONS, words)
    changes: dict[str, object] = {}
    if garments := _GARMENTS.find(words):
        changes["clothing"] = Garment(kind=garments[0].name, colour=colour)
    elif colour:
        changes["colour"] = colour
    if sizes:
        changes["size"] = sizes[-1].name
    if motion:
        changes["motion"] = motion
    return changes


def _colour(words: str) -> str:
    found = _COLOURS.find(words_of(words))
    return found[-1].name if found else ""


def _kind_in(words: str) -> str:
    found = _THINGS.find(words_of(words))
    return found[-1].name if found else ""


def _kinds(shot: Shot) -> set[str]:
    return {thing.kind for thing in shot.things}


def _each_thing(board: Storyboard, meant: set[str], changes: dict[str, object]) -> Storyboard:
    def changed(thing: Thing) -> Thing:
        if thing.identity not in meant:
            return thing
        new = dict(changes)
        garment = new.get("clothing")
        if isinstance(garment, Garment):
            new["clothing"] = (garment, *(worn for worn in thing.clothing if worn.kind != garment.kind))
        return Thing.model_validate(thing.model_dump() | new)

    return _each_shot(board, lambda shot: tuple(changed(thing) for thing in shot.things))


def _each_shot(board: Storyboard, things: _ThingsOf) -> Storyboard:
    made = []
    for shot in board.shots:
        new = things(shot)
        there = {thing.identity for thing in new} | {""}
        renamed = tuple(
            line if line.speaker in there else Line(speaker="", text=line.text, start_s=line.start_s)
            for line in shot.dialogue
        )
        made.append(shot.model_copy(update={"things": new, "dialogue": renamed}))
    return board.model_copy(update={"shots": tuple(made)})


def _with_cameo(shot: Shot, character: str) -> Shot:
    if any(thing.character == character for thing in shot.things):
        return shot
    things = list(shot.things)
    for place, thing in enumerate(things):
        if thing.kind == "person" and not thing.character and not thing.name:
            cameo = thing.model_copy(update={"character": character, "count": 1, "extra": False})
            rest = [thing.model_copy(update={"count": thing.count - 1})] if thing.count > 1 else []
            things[place : place + 1] = [cameo, *rest]
            lines = tuple(
                line.model_copy(update={"speaker": character}) if line.speaker == "person" and not rest else line
                for line in shot.dialogue
            )
            return shot.model_copy(update={"things": tuple(things), "dialogue": lines})
    return shot.model_copy(update={"things": (Thing(kind="person", character=character), *things)})
