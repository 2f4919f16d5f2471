"""Whether films made from words alone show what the words say, and whether a character stays the same person.

Everything is asked of the world's own films too: what they miss, the measure misses.
"""

from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.av.captions import CHARACTER, PLACES
from generation.av.sampler import AvSampler, Wish
from generation.world.probes import PROBES
from pipelines.offline.av.figures import Advance, Table, estimate
from pipelines.offline.av.lessons import HUES, Lesson, invented_face, lesson
from pipelines.offline.av.physics import held_out, seen_and_heard, through_codec
from pipelines.offline.av.tracking import bodies_of

Frames = NDArray[np.uint8]
_APART, _LEAST_PX = 40, 40  # of 255 a channel; pixels
_FACE_PX = (20, 23, 26, 29)
_PEOPLE = 16


def adherence(sampler: AvSampler, count: int, advance: Advance) -> Table:
    """Return how many films, made from words alone, show the words' colour, shape, number, way, fall, place and hour.

    Of films of the model and of the world; for each also what guessing would score.
    """
    right: dict[str, dict[str, list[float]]] = {}
    hues, places = _hues(sampler), _places(sampler)
    for kind in (*PROBES, "bounce"):
        for item in held_out(kind, count, side_px=sampler.model.config.media.side_px):
            film = seen_and_heard(sampler, item)
            made = sampler.make(Wish(item.caption, seed=2), len(film.frames))
            for label, frames in (("model", made.frames), ("truth", film.frames)):
                answers = _of_place(item, frames, places) if kind == "bounce" else _of_balls(item, frames, hues)
                for question, answer in answers.items():
                    right.setdefault(question, {}).setdefault(label, []).append(float(answer))
            advance(1)
    return {question: {label: estimate(found) for label, found in row.items()} for question, row in right.items()}


def _of_balls(item: Lesson, frames: Frames, hues: dict[str, NDArray[np.float32]]) -> dict[str, bool]:
    things = item.board.shots[0].things
    found = [_patches(frame) for frame in frames]
    seen = [patches[0] for patches in found if patches]
    answers = {"number of balls": _median([len(patches) for patches in found if patches]) == len(things)}
    answers[f"colour (guess 1 in {len(HUES)})"] = _colour(frames, found, hues) in {thing.colour for thing in things}
    answers["shape: round"] = _median([_fill(mask) for mask in seen]) > 0.6 if seen else False
    if item.kind != "collision":
        way = np.diff([np.nonzero(mask)[1].mean() for mask in seen]).sum() if len(seen) > 8 else 0.0
        answers["way: left or right"] = bool(abs(way) > 6 and (way > 0) == ("right" in item.caption))
    if item.kind == "parabola":
        heights = [float(np.nonzero(mask)[0].mean()) for mask in seen]
        answers["falls when thrown"] = len(heights) > 8 and heights[-1] - heights[0] > 12
    return answers


def _of_place(item: Lesson, frames: Frames, places: dict[tuple[str, bool], NDArray[np.float64]]) -> dict[str, bool]:
    ground = _thumb(np.asarray(np.median(frames[::4], axis=0)))
    scene, night = min(places, key=lambda place: float(np.square(places[place] - ground).mean()))
    shot = item.board.shots[0]
    return {
        f"place (guess 1 in {len(PLACES)})": scene == shot.scene,
        "hour: day or night": night == (shot.time_of_day == "night"),
    }


def _patches(frame: NDArray[np.uint8]) -> list[NDArray[np.bool_]]:
    """Return the patches that stand out of the plain ground, the largest first."""
    ground = np.median(frame, axis=1, keepdims=True)
    differs = (np.abs(frame - ground).max(axis=2) > _APART).astype(np.uint8)
    differs = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(differs)
    sizes = {number: int(stats[number, cv2.CC_STAT_AREA]) for number in range(1, count)}
    large = [number for number in sorted(sizes, key=lambda one: -sizes[one]) if sizes[number] >= _LEAST_PX]
    return [np.asarray(labels == number) for number in large]


def _colour(
    frames: Frames, found: list[list[NDArray[np.bool_]]], hues: dict[str, NDArray[np.float32]]
) -> str:  # fmt: skip
    pixels = [frame[patches[0]] for frame, patches in zip(frames, found, strict=True) if patches]
    if not pixels:
        return ""
    shown = np.median(np.concatenate(pixels), axis=0)
    return min(hues, key=lambda name: float(np.square(shown - hues[name]).sum()))


def _fill(mask: NDArray[np.bool_]) -> float:
    """Return how much of the circle about it a patch fills, less what its sides differ."""
    rows, columns = np.nonzero(mask)
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    return float(rows.size / (np.pi / 4 * max(tall, wide) ** 2))


def _median(values: list[float] | list[int]) -> float:
    return float(np.median(values)) if values else 0.0


def _hues(sampler: AvSampler) -> dict[str, NDArray[np.float32]]:
    """Return the colour that the world paints a ball of each name in: the median of its pixels."""
    known: dict[str, NDArray[np.float32]] = {}
    for number in range(200):
        item = lesson("uniform", number, side_px=sampler.model.config.media.side_px)
        name = item.board.shots[0].things[0].colour
        if name not in known:
            film = seen_and_heard(sampler, item)
            known[name] = bodies_of(item, film.frames)[0].main
    return known


def _places(sampler: AvSampler) -> dict[tuple[str, bool], NDArray[np.float64]]:
    """Return how each place looks from afar, by day and by night."""
    known: dict[tuple[str, bool], NDArray[np.float64]] = {}
    for number in range(400):
        item = lesson("bounce", number, side_px=sampler.model.config.media.side_px)
        place = item.board.shots[0].scene, item.board.shots[0].time_of_day == "night"
        if place not in known:
            known[place] = _thumb(np.asarray(np.median(seen_and_heard(sampler, item).frames[::4], axis=0)))
    return known


def _thumb(frame: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.resize(frame.astype(np.float32), (8, 8), interpolation=cv2.INTER_AREA), float)


# Who it is -----------------------------------------------------------------------------------------------------------


def identity(sampler: AvSampler, count: int, advance: Advance) -> Table:
    """Return how often the person in each of two shots is the one whose picture was given, among sixteen.

    The second shot plays elsewhere. ``truth`` is the same question of the world's own films, ``codec`` of
    these through the codec.
    """
    chance = Random("who it is")
    faces = [invented_face(chance) for _ in range(_PEOPLE)]
    found: dict[str, list[float]] = {name: [] for name in ("one shot", "kept over two shots", "codec", "truth")}
    for number, item in enumerate(held_out("cameo", count, side_px=sampler.model.config.media.side_px)):
        who = number % _PEOPLE
        shots = [_shot(sampler, faces[who], place, number) for place in list(PLACES.values())[number % 2 :: 2]]
        hits = [_recognised(frames, faces) == who for frames in shots]
        found["one shot"].append(float(hits[0]))
        found["kept over two shots"].append(float(all(hits)))
        worn = Lesson(item.kind, item.caption, item.board, dict.fromkeys(item.portraits, faces[who]))
        film = seen_and_heard(sampler, worn)
        found["codec"].append(float(_recognised(through_codec(sampler.model, film).frames, faces) == who))
        found["truth"].append(float(_recognised(film.frames, faces) == who))
        advance(1)
    return {
        f"identity among {_PEOPLE}, one shot": {
            "model": estimate(found["one shot"]), "codec": estimate(found["codec"]), "truth": estimate(found["truth"]),
        },
        "identity kept over two shots": {"model": estimate(found["kept over two shots"])},
    }  # fmt: skip


def _shot(sampler: AvSampler, face: NDArray[np.uint8], place: str, number: int) -> Frames:
    frames = sampler.model.config.media.frames
    return sampler.make(Wish(f"{CHARACTER} walks {place}", seed=number, portrait=face), frames).frames


def _recognised(frames: Frames, faces: list[NDArray[np.uint8]]) -> int:
    """Return whose picture is found best anywhere in some frames, at any of a few sizes."""
    looked = frames[[len(frames) // 4, len(frames) // 2, 3 * len(frames) // 4]]
    misses = [np.mean([_miss(frame, face) for frame in looked]) for face in faces]
    return int(np.argmin(misses))


def _miss(frame: NDArray[np.uint8], face: NDArray[np.uint8]) -> float:
    best = np.inf
    for size in _FACE_PX:
        small = cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA)
        disc = np.zeros((size, size, 3), np.uint8)
        cv2.circle(disc, (size // 2, size // 2), size // 2 - 1, (1, 1, 1), -1)
        gaps = cv2.matchTemplate(frame, small, cv2.TM_SQDIFF, mask=disc)
        best = min(best, float(gaps.min()) / float(disc.sum()))
    return best


Measure = Callable[[AvSampler, int, Advance], Table]
