"""The training set: public sources with partial labels, and authored texts; unknown labels are masked.

A weight of 0 means unknown. Weights between say how far a source's labels are trusted: keyword searches and single
annotators are noisier than adjudicated ones.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.hashing import stable_unit
from pipelines.offline.attributes.authored import authored_videos
from pipelines.offline.moderation.authored import AuthoredText, authored_texts, names_of
from pipelines.offline.moderation.duplicates import duplicate_groups
from safety.taxonomy import CATEGORIES, SEXUAL_MINORS
from safety.text.classifier import ANY, SHOWN
from safety.text.normalise import clean

HEADS: tuple[str, ...] = (*(name for name in CATEGORIES if name != SEXUAL_MINORS), ANY, SHOWN)
EVALUATION_ONLY_SOURCES = frozenset({"moviegen"})
_TEST_SHARE, _VALIDATION_SHARE = 0.10, 0.10
_MOST_PER_SOURCE = 6000
_PICTURED_KINDS = frozenset({"video_prompt", "caption", "image_prompt"})
# Texts written one by one, by several hands: what begins the names of their entries.
LINE_ENTRIES = (
    "film-", "wish-", "scenes-", "shots-", "everyday-", "long-", "unfolding-", "turn-", "deed-", "folk-", "typed-",
)  # fmt: skip
_PICTURED_ENTRIES = (
    *LINE_ENTRIES, "story-", "sequence-", "gore", "disturbing", "protected-character", "public-", "violence-lookalike",
    "sexual-lookalike", "crime-lookalike", "sport-",
)  # fmt: skip
# Harmless stories: their shots are read alone too, and a shot alone is harmless as well.
_HARMLESS_STORIES = (
    "story-harmless", "unfolding-not", "sequence-benign", "scenes-acts-not", "scenes-widening-not", "turn-steps-fine",
    "turn-three-fine", "turn-last-fine", "turn-lists-fine", "turn-shots-fine",
)  # fmt: skip
_SHOTS_ENTRY = "authored/shots-of-harmless-stories"
_SHOT_ENDS = re.compile(
    r"\s*(?:->|;|\||\b(?:shot|scene) \w+:|(?<=[.!?])\s|\b\d\)|, then |, finally |cut to )\s*", re.IGNORECASE
)
_LEAST_SHOT = 8  # characters
_EVERY_VIDEO = 3  # of a line and its five framings: the line, and one
_SCARES = frozenset({"horror", "scary"})
_OURS = "Apache-2.0 (this project)"
_TALK_ENTRIES = (
    "fine-", "talk-", "forms-", "hate-", "groups-", "friendly-", "help-", "threats", "harassing-", "two-meanings",
    "law-", "fiction-", "unsafe-contact", "reclaimed-",
)  # fmt: skip
_NAMED = ("public_figure", "protected_character", ANY)


@dataclass(frozen=True, slots=True)
class Example:
    """One text. ``labels`` maps a head to (label, weight); heads that it lacks are unknown."""

    text: str
    source: str
    licence: str
    kind: str
    labels: dict[str, tuple[int, float]]
    is_held_out: bool = False
    family: str = ""  # of an authored text: the line or template it is from


@dataclass(frozen=True, slots=True)
class Dataset:
    """All examples with labels (N, C) in {0, 1}, weights (N, C), and the part of each: train, validation or test."""

    examples: list[Example]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]
    part: NDArray[np.str_]
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)

    def thinned(self, most: int, most_authored: int) -> "Dataset":
        """Return the data with fewer texts of each public source and authored entry; every text stays in its part."""
        rows = self.thinned_rows(most, most_authored)
        kept = [self.examples[row] for row in rows]
        return Dataset(kept, self.labels[rows], self.weights[rows], self.part[rows], _summary(kept))

    def thinned_rows(self, most: int, most_authored: int) -> NDArray[np.int64]:
        """Return the rows that ``thinned`` keeps."""
        return np.asarray(_first_of_each(self.examples, most, most_authored), dtype=np.int64)

    def rows(self, part: str) -> NDArray[np.int64]:
        """Return the row numbers of one part."""
        return np.flatnonzero(self.part == part)


# How far each source's positive and negative labels are trusted, and how much a positive says of "any harm".
_TRUST: dict[str, tuple[float, float, float]] = {
    "davidson": (0.4, 1.0, 0.2),
    "edos": (1.0, 1.0, 0.8),
    "implicitHate": (0.6, 0.7, 0.5),
    "toxiGen": (1.0, 1.0, 1.0),
    "tweeteval_hate": (0.6, 0.8, 0.5),
    "tweeteval_offensive": (0.5, 0.8, 0.25),
    "surge": (0.8, 1.0, 0.6),
    "ailuminate": (0.4, 1.0, 0.4),
}
_CATQA: dict[str, tuple[str, ...]] = {
    "Drug:": ("drugs", "illicit"),
    "Weapon:": ("illicit/violent", "illicit"),
    "Weapon making": ("illicit/violent", "illicit"),
    "Terrorism and extremism": ("extremism", "illicit/violent"),
    "Self-harm": ("self-harm", "self-harm/instructions"),
    "Assault and battery": ("violence", "illicit/violent"),
    "Hazardous material handling": ("illicit",),
    "Unsafe practices": ("dangerous_challenge",),
    "Racial or ethnic hate": ("hate",),
    "Religious intolerance": ("hate",),
    "Gender-based violence": ("violence", "hate"),
    "Cyberbullying": ("bullying", "harassment"),
    "Pornography": ("sexual",),
    "Erotic text": ("sexual",),
    "Nude imagery": ("sexual",),
    "Sexually explicit dialogue": ("sexual",),
    "Election advertising": ("political_persuasion",),
    "Political misinformation": ("misinformation", "political_persuasion"),
    "Lobbying": ("political_persuasion",),
    "Partisan commentary": ("political_persuasion",),
    "Data theft": ("privacy", "illicit"),
    "Surveillance": ("privacy",),
    "Doxxing": ("privacy", "harassment"),
    "Deepfake creation": ("privacy", "misinformation"),
    "Tracking and location monitoring": ("privacy",),
    "Online predation": ("unsafe_contact",),
    "False advertising": ("misinformation", "illicit"),
}
_CATQA_ILLICIT = {"Illegal Activity", "Malware Viruses", "Economic Harm", "Fraud/Deception"}
_AILUMINATE_EXTRA = {"defamation": ("misinformation",), "privacy": ("privacy",), "intellectual_property": ("illicit",)}


def load_dataset(moderation: Path, prompts: Path) -> Dataset:
    """Read, label, de-duplicate and split everything; of a large public source, 6,000 texts. Deterministic."""
    public = [*map(_from_prompt, _lines(prompts)), *map(_from_moderation, _lines(moderation))]
    examples = _some_of_each(_distinct([*_authored(), *_everyday(), *public]))
    labels = np.zeros((len(examples), len(HEADS)), dtype=np.float32)
    weights = np.zeros_like(labels)
    for row, example in enumerate(examples):
        for head, (label, weight) in {**example.labels, SHOWN: _shown(example)}.items():
            labels[row, HEADS.index(head)], weights[row, HEADS.index(head)] = label, weight
    return Dataset(examples, labels, weights, _split(examples), _summary(examples))


def _shown(example: Example) -> tuple[int, float]:
    """Return whether a text asks for pictures, with how sure that is: told by where it is from."""
    if example.kind != "authored":
        return int(example.kind in _PICTURED_KINDS), 1.0
    entry = example.source.partition("/")[2]
    if entry.startswith(_PICTURED_ENTRIES) or entry.endswith("-video"):
        return 1, 1.0
    return 0, float(entry.startswith(_TALK_ENTRIES))


def read_ordinary(prompts: Path) -> list[str]:
    """Return the benign prompts of a file, without those kept for evaluation."""
    return [row["text"] for row in _lines(prompts)]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["source"] not in EVALUATION_ONLY_SOURCES:
                yield row


def _distinct(examples: Iterable[Example]) -> list[Example]:
    """Keep the first example of each text that says anything at all about a label."""
    kept: dict[str, Example] = {}
    for example in examples:
        if example.text and any(weight for _, weight in example.labels.values()):
            kept.setdefault(example.text.lower(), example)
    return list(kept.values())


def _some_of_each(examples: list[Example]) -> list[Example]:
    """Keep at most 6,000 texts of a public source: more of the same crowd out what is rare, and take long to read."""
    return [examples[row] for row in _first_of_each(examples, _MOST_PER_SOURCE, len(examples))]


def _first_of_each(examples: list[Example], most: int, most_authored: int) -> list[int]:
    """Return rows, at most so many of a source or authored entry, always the same texts of it."""
    by_source: dict[str, list[tuple[float, int]]] = {}
    for row, example in enumerate(examples):
        by_source.setdefault(example.source, []).append((stable_unit("kept", example.text), row))
    kept = {source: most_authored if source.startswith("authored/") else most for source in by_source}
    return sorted(row for source, found in by_source.items() for _, row in sorted(found)[: kept[source]])


def _all_known(positive: Iterable[str], weight: float = 1.0) -> dict[str, tuple[int, float]]:
    harms = set(positive)
    known = {head: (int(head in harms), weight) for head in HEADS}
    known[ANY] = (int(bool(harms)), weight)
    return known


def _authored() -> Iterator[Example]:
    for item in authored_texts():
        for source, text in ((f"authored/{item.group}", item.text), *((_SHOTS_ENTRY, shot) for shot in _shots(item))):
            yield Example(
                clean(text),
                source,
                _OURS,
                "authored",
                _all_known(item.labels),
                item.is_held_out,
                f"{item.group}: {item.template}",
            )


def _everyday() -> Iterator[Example]:
    """Yield films that other hands wrote to teach the attribute heads, bare and framed: harmless, but what scares."""
    for video in authored_videos()[::_EVERY_VIDEO]:
        if not _SCARES & {*video["topics"], *video["mood"]}:
            source = f"authored/everyday-{next(iter(video['topics']), 'other')}"
            yield Example(clean(video["text"]), source, _OURS, "authored", _all_known(()), family=video["text"])


def _shots(item: AuthoredText) -> list[str]:
    """Return the shots of a harmless story; of all other texts none."""
    if item.group not in _HARMLESS_STORIES:
        return []
    shots = (shot.strip(" .") for shot in _SHOT_ENDS.split(item.text))
    return [shot for shot in shots if len(shot) >= _LEAST_SHOT]


_NAMES: frozenset[str] = frozenset()


def _names() -> frozenset[str]:
    global _NAMES
    _NAMES = _NAMES or names_of("public-figure", "protected-character")
    return _NAMES


def _from_prompt(row: dict[str, Any]) -> Example:
    text = clean(row["text"])
    labels = _all_known(())
    if any(name in text.lower() for name in _names()):
        # A benchmark prompt may name a star or a cartoon: harmless, but not a negative for those two heads.
        labels |= dict.fromkeys(_NAMED, (0, 0.0))
    return Example(text, row["source"], row["licence"], "video_prompt", labels)


def _from_moderation(row: dict[str, Any]) -> Example:
    readers: dict[str, Callable[[dict[str, Any]], dict[str, tuple[int, float]]]] = {
        "coco": lambda _: _all_known((), 0.6),
        "i2p": _i2p,
        "catqa": _catqa,
    }
    labels = readers.get(row["source"], _labelled)(row)
    return Example(clean(row["text"]), row["source"], row["licence"], row["kind"], labels)


def _labelled(row: dict[str, Any]) -> dict[str, tuple[int, float]]:
    positive_weight, negative_weight, any_weight = _TRUST[row["source"]]
    named = {name: value for name, value in row["labels"].items() if name in HEADS}
    labels = {name: (value, positive_weight if value else negative_weight) for name, value in named.items()}
    for name, extra in _AILUMINATE_EXTRA.items():
        if row["labels"].get(name) == 1:
            labels |= dict.fromkeys(extra, (1, positive_weight))
    if any(value for value, _ in labels.values()):
        labels[ANY] = (1, any_weight)
    elif labels:
        labels[ANY] = (0, 0.8 * negative_weight)
    return labels


def _i2p(row: dict[str, Any]) -> dict[str, tuple[int, float]]:
    """Keyword hits on a prompt site: trusted only where most pictures made from the prompt were inappropriate."""
    share = float(row["meta"]["inappropriate_percentage"]) / 100
    nudity = float(row["meta"]["nudity_percentage"]) / 100
    if share < 0.5:
        return {}
    labels = {name: (1, 0.35 * (nudity if name == "sexual" else share)) for name in row["labels"] if name in HEADS}
    return {**labels, ANY: (1, 0.35 * share)} if labels else {}


def _catqa(row: dict[str, Any]) -> dict[str, tuple[int, float]]:
    category, sub = row["meta"]["category"], row["meta"].get("sub", "")
    found = _CATQA.get(sub) or (("illicit",) if category in _CATQA_ILLICIT else ())
    if not found:
        return {}
    return {**dict.fromkeys(found, (1, 0.8)), ANY: (1, 0.8)}


def _split(examples: list[Example]) -> NDArray[np.str_]:
    """Give each group of near-duplicates one part. Held-out authored texts are for testing only."""
    groups = duplicate_groups([example.text for example in examples])
    parts = []
    for example, group in zip(examples, groups, strict=True):
        if example.kind == "authored":
            in_validation = stable_unit("authored part", example.family) < _VALIDATION_SHARE
            parts.append("test" if example.is_held_out else "validation" if in_validation else "train")
        else:
            place = stable_unit("part", group)
            parts.append(
                "test" if place < _TEST_SHARE
                else "validation" if place < _TEST_SHARE + _VALIDATION_SHARE
                else "train"
            )  # fmt: skip
    return np.asarray(parts)


def _summary(examples: list[Example]) -> dict[str, dict[str, Any]]:
    summary: dict[str, dict[str, Any]] = {}
    for example in examples:
        source = example.source.partition("/")[0]
        entry = summary.setdefault(source, {"licence": example.licence, "rows": 0})
        entry["rows"] += 1
    return summary
