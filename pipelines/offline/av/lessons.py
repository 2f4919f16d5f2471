"""The films that kindling-av learns from and is measured on: storyboards of the world backend, by kind and number.

``uniform``, ``collision`` and ``parabola`` are the world's own probes. In ``bounce`` a ball falls to the floor of a
place, in ``wall`` it is thrown at a wall, in ``cameo`` somebody with a portrait walks. Frames, sound and truth are the
world's: nothing here draws or simulates.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from core.hashing import stable_int
from core.media.film import Frame
from generation.av.captions import CHARACTER, PLACES, PLAIN
from generation.av.parameters import told_by
from generation.backends import Portraits
from generation.storyboard import Shot, Storyboard, Thing
from generation.world.film import shoot
from generation.world.probes import IN_RANGE, PROBES, Ranges, probe
from generation.world.props import RADII
from generation.world.truth import Tracks, simulate

KINDS = ("uniform", "collision", "parabola", "bounce", "wall", "cameo")
HUES = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
SECONDS = 2.0
FIRST_HELD_OUT = 1_000_000
"""Lessons from this number on are for measuring only."""
_MATERIALS = ("rubber", "wood", "metal", "glass")
_CHARACTER = "character"
_BALL = RADII["ball"] / 360


@dataclass(frozen=True, slots=True)
class Lesson:
    """A storyboard, in the words that describe it, with the pictures of who is in it."""

    kind: str
    caption: str
    board: Storyboard
    portraits: Portraits = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, float]:
        """The physical parameters that the storyboard fixes."""
        return told_by(self.board.shots[0], self.board)

    @property
    def portrait(self) -> Frame | None:
        """The character's picture."""
        return self.portraits.get(_CHARACTER)

    def truth(self) -> Tracks:
        """Return where everything is at every frame."""
        return simulate(self.board)


@dataclass(frozen=True, slots=True)
class Shown:
    """A lesson as it is seen and heard: ``frames`` (F, S, S, 3) RGB and mono ``sound`` (n,) in [-1, 1]."""

    frames: NDArray[np.uint8]
    sound: NDArray[np.float32]


def lesson(kind: str, number: int, ranges: Ranges = IN_RANGE, *, side_px: int = 128) -> Lesson:
    """Return one lesson of ``kind`` (of ``KINDS``). Equal arguments give equal films."""
    chance = Random(stable_int("lesson", kind, number, ranges))
    if kind in PROBES:
        board = probe(kind, number, ranges, seconds=SECONDS, side=side_px)
        return Lesson(kind, _CAPTIONS[kind](chance, board.shots[0].things), board)
    return _SETUPS[kind](chance, side_px)


def numbered(number: int, side_px: int) -> Lesson:
    """Return lesson ``number``: the kinds take turns."""
    return lesson(KINDS[number % len(KINDS)], number, side_px=side_px)


def shown(item: Lesson, rate_hz: int) -> Shown:
    """Have the world make the film of a lesson."""
    film = shoot(item.board, item.portraits, lambda _: None, lambda: False)
    frames = np.stack(list(film.frames))
    if film.sound is None:
        raise ValueError("the world's films have sound")
    mono = resample_poly(film.sound.samples.mean(axis=1), 1, film.sound.rate_hz // rate_hz)
    return Shown(frames, np.asarray(np.clip(mono, -1, 1), np.float32))


# In words ------------------------------------------------------------------------------------------------------------


def _way(thing: Thing) -> str:
    return "right" if (thing.velocity or (0.0, 0.0))[0] > 0 else "left"


def _uniform(chance: Random, things: tuple[Thing, ...]) -> str:
    verb = chance.choice(("glides", "moves", "slides", "travels"))
    return _plain(chance, f"a {things[0].colour} ball {verb} to the {_way(things[0])}")


def _collision(chance: Random, things: tuple[Thing, ...]) -> str:
    verb = chance.choice(("collide", "bump into each other", "crash together", "meet and bounce apart"))
    return _plain(chance, f"a {things[0].colour} ball and a {things[1].colour} ball {verb}")


def _parabola(chance: Random, things: tuple[Thing, ...]) -> str:
    verb = chance.choice(("is thrown", "flies", "is tossed"))
    return _plain(chance, f"a {things[0].colour} ball {verb} to the {_way(things[0])} and falls")


def _plain(chance: Random, text: str) -> str:
    return f"{text} {PLAIN}" if chance.random() < 0.5 else text


_CAPTIONS: dict[str, Callable[[Random, tuple[Thing, ...]], str]] = {
    "uniform": _uniform, "collision": _collision, "parabola": _parabola,
}  # fmt: skip


# What is set up ------------------------------------------------------------------------------------------------------


def _bounce(chance: Random, side_px: int) -> Lesson:
    colour, material = chance.choice(HUES), chance.choice(_MATERIALS)
    ball = Thing(
        kind="ball", name="a", colour=colour, size=chance.uniform(*IN_RANGE.radii) / _BALL, material=material,
        place=(chance.uniform(0.25, 0.75), chance.uniform(0.1, 0.4)), velocity=(chance.uniform(-0.3, 0.3), 0.0),
    )  # fmt: skip
    verb = chance.choice(("bounces on the floor", "drops and bounces", "falls and rebounds", "bounces"))
    made = _Set(chance, tuple(PLACES), side_px)
    return made.lesson("bounce", f"a {colour} {material} ball {verb}", (ball,))


def _wall(chance: Random, side_px: int) -> Lesson:
    colour, material = chance.choice(HUES), chance.choice(_MATERIALS)
    plain = chance.random() < 0.5
    ball = Thing(
        kind="ball", name="a", colour=colour, size=chance.uniform(*IN_RANGE.radii) / _BALL, material=material,
        place=(chance.uniform(0.14, 0.3), chance.uniform(0.3, 0.5)),
        velocity=(chance.uniform(0.6, 0.95), chance.uniform(-0.25, -0.1) if plain else chance.uniform(-0.7, -0.45)),
    )  # fmt: skip
    wall = Thing(kind="wall", name="w", size=chance.uniform(1.6, 2.2))
    verb = chance.choice(("hits the wall and rebounds", "bounces off the wall", "is thrown against the wall"))
    made = _Set(chance, ("blank",) if plain else tuple(PLACES), side_px)
    return made.lesson("wall", f"a {colour} {material} ball {verb}", (ball, wall), gravity=0.3 if plain else None)


def _cameo(chance: Random, side_px: int) -> Lesson:
    person = Thing(kind="person", character=_CHARACTER, size=chance.uniform(1.5, 2.0), motion="walk")
    verb = chance.choice(("walks", "goes for a walk", "takes a walk"))
    made = _Set(chance, tuple(PLACES), side_px)
    item = made.lesson("cameo", f"{CHARACTER} {verb}", (person,), characters=(_CHARACTER,))
    return replace(item, portraits={_CHARACTER: invented_face(chance)})


@dataclass(frozen=True, slots=True)
class _Set:
    """A place, by day or by night, that a lesson is given in."""

    chance: Random
    places: tuple[str, ...]
    side_px: int

    def lesson(
        self, kind: str, text: str, things: tuple[Thing, ...], *, gravity: float | None = None,
        characters: tuple[str, ...] = (),
    ) -> Lesson:  # fmt: skip
        scene = self.chance.choice(self.places)
        night = scene in PLACES and self.chance.random() < 0.25
        where = PLACES.get(scene) or self.chance.choice(("", PLAIN))
        caption = " ".join(word for word in (text, where, "at night" if night else "") if word)
        shot = Shot(
            text=caption, seconds=SECONDS, scene=scene, style="paper", palette="natural",
            time_of_day="night" if night else "day", weather="clear", camera="still", pace="medium", things=things,
            gravity=gravity,
        )  # fmt: skip
        board = Storyboard(
            prompt=caption, seed=self.chance.randrange(1 << 30), width=self.side_px, height=self.side_px,
            shots=(shot,), characters=characters,
        )  # fmt: skip
        return Lesson(kind, caption, board)


_SETUPS: dict[str, Callable[[Random, int], Lesson]] = {"bounce": _bounce, "wall": _wall, "cameo": _cameo}


def invented_face(chance: Random) -> Frame:
    """Draw an invented face of 64 x 64 pixels: skin, hair, eyes, clothes and ground by chance."""
    picture: Frame = np.empty((64, 64, 3), np.uint8)
    skin = chance.choice(((244, 206, 172), (198, 142, 98), (120, 78, 50)))
    hair, clothes, ground = (tuple(chance.randrange(20, 236) for _ in range(3)) for _ in range(3))
    picture[:] = ground
    cv2.ellipse(picture, (32, 66), (26, 18), 0, 0, 360, clothes, -1, cv2.LINE_AA)
    cv2.circle(picture, (32, 32), 19, skin, -1, cv2.LINE_AA)
    cv2.ellipse(picture, (32, 24), (19, chance.randint(8, 15)), 0, 180, 360, hair, -1, cv2.LINE_AA)
    for x in (26, 38):
        cv2.circle(picture, (x, 32), 2, (24, 24, 28), -1, cv2.LINE_AA)
    cv2.line(picture, (26, 42), (38, 42), (150, 40, 50), 2, cv2.LINE_AA)
    return picture
