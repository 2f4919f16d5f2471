"""A drawn world for the ranking benchmark: a snapshot of any size, made in bounded memory by the real writer.

Nothing about it is uniform, because nothing real is: videos cluster around topics whose vectors are real prompts'
vectors, creators keep to a few topics, fame and follows fall off as Zipf's law has it, and counts grow with fame.
Heads are trained by LightGBM on drawn labels, as many and as large as the shipped ones.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.artifacts import Manifest
from core.encoder import DIMENSIONS as TEXT_DIMENSIONS
from core.encoder import TextEncoder
from pipelines.offline.bench.drawn_heads import train_drawn_heads
from pipelines.offline.snapshot import put_out
from pipelines.offline.snapshot_parts import Parts, write_parts
from ranking.catalogue import family_number, film_number
from ranking.features import unit
from ranking.snapshot import COUNTS, ID_TYPE, VECTOR_DIMENSIONS, VIDEO_COLUMNS, Rows
from ranking.understanding.kept import as_bytes, none_kept
from ranking.understanding.model import AttributeModel
from ranking.words import stem_hash, stem_hashes

Array = NDArray[Any]
_AT_ONCE = 50_000
_DAY_S = 86_400.0
_TOPICS_EACH = 3
_VOCABULARY = 20_000
_EXTRA_WORDS = 3
_SUBJECTS = (
    "a corgi puppy", "racing cars", "slow ocean waves", "a chef baking bread", "snowy mountains", "a neon city",
    "a potter at the wheel", "a street musician", "a cat on a windowsill", "dancers in a square", "an old steam train",
    "a garden of roses", "kids building a sandcastle", "a robot painting", "northern lights", "a basketball game",
    "autumn leaves", "a coral reef", "hot air balloons", "a haunted house", "marble runs", "a surfer", "a violinist",
    "fireflies over a lake", "a market in the morning", "a rocket launch", "origami cranes", "a rainy street",
    "horses on a beach", "a wooden boat", "a skateboarder", "paper lanterns", "a glass blower", "a fox in the snow",
    "tomato soup", "a boxing match", "a lighthouse", "a knitting grandmother", "dominoes falling", "a desert highway",
)  # fmt: skip
_SCENES = (
    "at dawn", "at night", "in heavy rain", "in soft mist", "as a watercolour", "in slow motion", "for a birthday",
    "with friends", "in an old film style", "seen from above", "with loud music", "in calm pastel colours",
)  # fmt: skip
PROMPTS = tuple(f"{subject} {scene}" for subject, scene in product(_SUBJECTS, _SCENES))


class WorldConfig(BaseModel):
    """How large a drawn world is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    videos: int = Field(default=1_000_000, ge=1000, description="Published videos.")
    people: int = Field(default=100_000, ge=100, description="People; the more famous make most of the videos.")
    follows: int = Field(default=50, ge=1, description="How many people each follows, on average.")
    seed: int = Field(default=7, ge=0, description="Decides everything that is drawn.")


@dataclass(frozen=True, slots=True)
class _People:
    ids: Array
    topics: Array  # (people, 3) what they make and like
    fame: Array  # probability of being followed, and of having made a video


@dataclass(frozen=True, slots=True)
class _Topics:
    texts: Array  # (topics, 384) length one
    stems: tuple[Array, ...]
    weights: Array  # how common each is
    content_map: Array  # (384, 64)


def person_ids(count: int) -> list[str]:
    """Return the ids of the people of a drawn world, in order."""
    return [f"per_{number:024x}" for number in range(count)]


def video_ids(count: int) -> list[str]:
    """Return the ids of the videos of a drawn world, by row."""
    return [f"video_{number:024x}" for number in range(count)]


def build_world(config: WorldConfig, encoder: TextEncoder, snapshots: Path, scratch: Path, now: datetime) -> Manifest:
    """Draw a world, write it as a snapshot below ``snapshots`` and put it in force. ``scratch`` holds large columns."""
    random = np.random.default_rng(config.seed)
    topics = _topics(encoder, random)
    people = _people(config, len(topics.weights), random)
    columns = _empty_columns(config.videos, scratch)
    tokens = _draw_videos(columns, topics, people, random, now)
    columns["id"][:] = np.array(video_ids(config.videos), dtype=ID_TYPE)
    attributes = AttributeModel.open()
    parts = Parts(
        built_at=now.timestamp(),
        videos=columns,
        tokens=tokens,
        attributes=_attributes(columns["text"], Rows(*tokens), attributes),
        attributes_revision=attributes.revision,
        people=people.ids,
        person_vectors=_person_vectors(people, topics),
        person_counts=_summed(columns["creator"], columns["counts"], config.people),
        follows=_follows(config, people, random),
        content_map=topics.content_map,
    )
    heads = train_drawn_heads(parts, scratch / "heads", seed=config.seed)
    return put_out(
        lambda folder: write_parts(parts, folder, heads=heads), snapshots, now,
        made_by="kindling bench feed", data={"videos": config.videos, "people": config.people, "drawn": True},
    )  # fmt: skip


def _topics(encoder: TextEncoder, random: np.random.Generator) -> _Topics:
    weights = 1.0 / np.arange(1, len(PROMPTS) + 1) ** 0.7
    projection = random.standard_normal((TEXT_DIMENSIONS, VECTOR_DIMENSIONS)) / np.sqrt(VECTOR_DIMENSIONS)
    return _Topics(
        texts=np.stack([encoder.encode_one(prompt) for prompt in PROMPTS]).astype(np.float32),
        stems=tuple(stem_hashes(prompt) for prompt in PROMPTS),
        weights=random.permutation(weights / weights.sum()),
        content_map=projection.astype(np.float32),
    )


def _people(config: WorldConfig, topics: int, random: np.random.Generator) -> _People:
    fame = random.permutation(1.0 / np.arange(1, config.people + 1) ** 0.8)
    return _People(
        ids=np.array(person_ids(config.people), dtype=ID_TYPE),
        topics=random.integers(topics, size=(config.people, _TOPICS_EACH)),
        fame=fame / fame.sum(),
    )


def _empty_columns(count: int, scratch: Path) -> dict[str, Array]:
    scratch.mkdir(parents=True, exist_ok=True)
    return {
        name: np.lib.format.open_memmap(scratch / f"{name}.npy", mode="w+", dtype=dtype, shape=(count, *shape))
        for name, (dtype, shape) in VIDEO_COLUMNS.items()
    }


def _draw_videos(
    columns: dict[str, Array], topics: _Topics, people: _People, random: np.random.Generator, now: datetime
) -> tuple[Array, Array]:
    """Fill the columns some thousand rows at a time; return the tokens as (indptr, indices)."""
    count = len(columns["creator"])
    ages = np.sort(np.minimum(random.exponential(90 * _DAY_S, count), 365 * _DAY_S))[::-1] + 600.0
    columns["published_at"][:] = now.timestamp() - ages
    words = np.array([stem_hash(f"w{number}") for number in range(_VOCABULARY)], dtype=np.uint32)
    lengths, parts = [], []
    for start in range(0, count, _AT_ONCE):
        rows = slice(start, min(start + _AT_ONCE, count))
        topic, owner = _draw_topics(topics, people, rows.stop - start, random)
        columns["creator"][rows] = owner
        _draw_vectors(columns, rows, topics, topic, random)
        _draw_numbers(columns, rows, ages[rows], random)
        for main in topic[:, 0].tolist():
            stems = np.union1d(topics.stems[main], words[random.integers(_VOCABULARY, size=_EXTRA_WORDS)])
            parts.append(stems)
            lengths.append(len(stems))
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), np.concatenate(parts)


def _attributes(texts: Array, tokens: Rows, heads: AttributeModel) -> Array:
    """Read the attributes of all videos, some thousand at a time."""
    values = none_kept(len(texts))[0]
    for start in range(0, len(texts), _AT_ONCE):
        rows = np.arange(start, min(start + _AT_ONCE, len(texts)))
        seen = texts[rows].astype(np.float32)
        values[rows] = as_bytes(heads.probabilities(seen, *tokens.side_by_side(rows)))
    return values


def _draw_topics(topics: _Topics, people: _People, count: int, random: np.random.Generator) -> tuple[Array, Array]:
    owner = random.choice(len(people.fame), size=count, p=people.fame)
    own = people.topics[owner, random.integers(_TOPICS_EACH, size=count)]
    any_topic = random.choice(len(topics.weights), size=(count, 2), p=topics.weights)
    main = np.where(random.random(count) < 0.7, own, any_topic[:, 0])
    return np.stack([main, any_topic[:, 1]], axis=1), owner


def _draw_vectors(columns: dict[str, Array], rows: slice, topics: _Topics, topic: Array, random: Any) -> None:
    count = len(topic)
    noise = random.standard_normal((count, TEXT_DIMENSIONS), dtype=np.float32) / np.sqrt(TEXT_DIMENSIONS)
    share = random.uniform(0.2, 0.9, (count, 1)).astype(np.float32)
    texts = unit(topics.texts[topic[:, 0]] + 0.5 * share * topics.texts[topic[:, 1]] + share * noise)
    columns["text"][rows] = texts
    liked = random.standard_normal((count, VECTOR_DIMENSIONS), dtype=np.float32) / np.sqrt(VECTOR_DIMENSIONS)
    columns["vector"][rows] = unit(unit(texts @ topics.content_map) + 0.6 * liked)


def _draw_numbers(columns: dict[str, Array], rows: slice, ages: Array, random: np.random.Generator) -> None:
    count = len(ages)
    shown = np.minimum(np.floor(8.0 * (1.0 + random.pareto(1.1, count)) * np.log1p(ages / 3600.0)), 2_000_000)
    rates = {"like": 0.06, "comment": 0.01, "share": 0.01, "create": 0.008, "hide": 0.004, "report": 0.0005}
    counts = np.zeros((count, len(COUNTS)), dtype=np.float32)
    counts[:, COUNTS.index("impression")] = shown
    for name, rate in rates.items():
        counts[:, COUNTS.index(name)] = random.poisson(shown * rate * random.gamma(2.0, 0.5, count))
    polls = random.poisson(shown * 0.01)
    counts[:, COUNTS.index("poll")] = polls
    counts[:, COUNTS.index("poll_sum")] = np.round(polls * random.uniform(2.5, 4.8, count))
    columns["counts"][rows] = counts
    heat = counts[:, COUNTS.index("like")] * np.exp2(-ages / (36 * 3600.0))
    columns["heat"][rows] = np.where(heat > 0.05, heat, 0.0)
    columns["seconds"][rows] = random.integers(3, 16, count)
    for name, share in (("teen", 0.85), ("adult", 0.995), ("open", 0.9), ("limited", 0.02), ("is_remix", 0.15)):
        columns[name][rows] = random.random(count) < share
    first = rows.start
    columns["film"][rows] = [film_number(f"video_{first + place:024x}", None) for place in range(count)]
    roots = np.where(columns["is_remix"][rows], random.integers(0, first + count, count), first + np.arange(count))
    columns["family"][rows] = [family_number(f"video_{root:024x}") for root in roots.tolist()]


def _person_vectors(people: _People, topics: _Topics) -> Array:
    mixed = np.zeros((len(people.ids), VECTOR_DIMENSIONS))
    centres = unit(topics.texts @ topics.content_map)
    for place in range(_TOPICS_EACH):
        mixed += centres[people.topics[:, place]]
    return np.asarray(unit(mixed), dtype=np.float32)


def _summed(owners: Array, counts: Array, people: int) -> Array:
    columns = [np.bincount(owners, weights=counts[:, place], minlength=people) for place in range(counts.shape[1])]
    return np.stack(columns, axis=1).astype(np.float32)


def _follows(config: WorldConfig, people: _People, random: np.random.Generator) -> Array:
    """Draw follows: half by fame, half among those who share a topic."""
    drawn = random.lognormal(0.0, 0.8, config.people)
    each = np.clip(np.round(drawn / drawn.mean() * config.follows), 1, 5000).astype(np.int64)
    follower = np.repeat(np.arange(config.people), each)
    famous = random.choice(config.people, size=len(follower), p=people.fame)
    by_topic = np.argsort(people.topics[:, 0], kind="stable")
    bounds = np.searchsorted(people.topics[by_topic, 0], np.arange(people.topics.max() + 2))
    shared = people.topics[follower, random.integers(_TOPICS_EACH, size=len(follower))]
    width = np.maximum(bounds[shared + 1] - bounds[shared], 1)
    alike = by_topic[
        np.minimum(bounds[shared] + random.integers(1 << 30, size=len(follower)) % width, config.people - 1)
    ]
    followee = np.where(random.random(len(follower)) < 0.5, famous, alike)
    pairs = np.unique(follower * config.people + followee)
    edges = np.stack([pairs // config.people, pairs % config.people], axis=1)
    return np.asarray(edges[edges[:, 0] != edges[:, 1]])
