"""The words of the city, read from the TOML files beside this one."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a prompt can be about, how it moves, and what else it touches on."""

    text: str
    motion: str
    topics: tuple[str, ...]
    moods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happens."""

    text: str
    setting: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its subjects, places and usual moods."""

    name: str
    subjects: tuple[Subject, ...]
    places: tuple[Place, ...]
    moods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood: how it feels (1..5), how it ends a prompt, and what people say to it."""

    name: str
    arousal: int
    valence: int
    tails: tuple[str, ...]
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that the prompt grammar draws from."""

    topics: dict[str, Topic]
    moods: dict[str, Mood]
    motions: dict[str, dict[str, tuple[str, ...]]]
    people: dict[str, tuple[str, ...]]
    times: dict[str, tuple[str, ...]]
    styles: dict[str, str]
    palettes: tuple[str, ...]
    sounds: tuple[str, ...]
    paces: dict[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """Return the grammar's words."""
    raw = _read("grammar.toml")
    moods = set(raw["moods"])
    return Lexicon(
        topics={name: _topic(name, data, moods) for name, data in raw["topics"].items()},
        moods={name: _mood(name, data) for name, data in raw["moods"].items()},
        motions={name: _tuples(data) for name, data in raw["motions"].items()},
        people=_tuples(raw["people"]),
        times=_tuples(raw["times"]),
        styles=dict(raw["styles"]),
        palettes=tuple(raw["palettes"]["words"]),
        sounds=tuple(raw["sounds"]["words"]),
        paces=_tuples(raw["paces"]),
    )


@cache
def voices() -> dict[str, Any]:
    """Return how people sound: captions, comments, bios."""
    return _read("voices.toml")


@cache
def names() -> dict[str, Any]:
    """Return where people come from and what they are called."""
    return _read("names.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def _topic(name: str, data: dict[str, Any], moods: set[str]) -> Topic:
    return Topic(
        name=name,
        subjects=tuple(_subject(text, moods) for text in data["subjects"]),
        places=tuple(Place(*text.split("|")) for text in data["places"]),
        moods=tuple(data["moods"]),
    )


def _subject(line: str, moods: set[str]) -> Subject:
    text, motion, *rest = line.split("|")
    tags = [tag for part in rest for tag in part.split(",")]
    return Subject(
        text, motion, tuple(tag for tag in tags if tag not in moods), tuple(tag for tag in tags if tag in moods)
    )


def _mood(name: str, data: dict[str, Any]) -> Mood:
    return Mood(name, data["arousal"], data["valence"], tuple(data["tails"]), tuple(data["comments"]))


def _tuples(data: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in data.items()}
