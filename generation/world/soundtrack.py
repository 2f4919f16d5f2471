"""The film's sound: each shot's place and impacts, joined without a click and brought to one loudness."""

from collections.abc import Sequence

import numpy as np

from core.media.film import Samples, Sound
from generation.storyboard import Shot
from generation.world.ambience import Bed
from generation.world.impacts import lay_impacts
from generation.world.plan import PACE
from generation.world.simulation import Contact
from generation.world.vocabulary import SCENES

RATE_HZ = 48_000
_TARGET_RMS = 10 ** (-21 / 20)
_CEILING = 10 ** (-1.5 / 20)
_FADE_S = 0.06
_MINOR_PALETTES = {"cool", "noir"}


def soundtrack(parts: Sequence[tuple[Shot, int, float, Sequence[Contact]]], fps: int, seed: int) -> Sound:
    """Return the sound of a film from (shot, frames, stage width, contacts) of each of its shots, in order."""
    total = sum(frames for _, frames, _, _ in parts)
    track = np.zeros((round(total * RATE_HZ / fps), 2), np.float32)
    start_frame = 0
    for number, (shot, frames, width, contacts) in enumerate(parts):
        start = round(start_frame * RATE_HZ / fps)
        end = round((start_frame + frames) * RATE_HZ / fps)
        track[start:end] += _faded(_bed(shot, (end - start) / RATE_HZ, seed + number)[: end - start])
        lay_impacts(track, contacts, RATE_HZ, width, start_frame / fps)
        start_frame += frames
    return Sound(levelled(track), RATE_HZ)


def _bed(shot: Shot, seconds: float, seed: int) -> Samples:
    mood = "minor" if shot.palette in _MINOR_PALETTES else "major"
    bed = Bed(seconds, RATE_HZ, seed, mood=mood, pace=PACE[shot.pace])
    names = list(SCENES[shot.scene].ambience)
    if shot.time_of_day == "night" and "birds" in names:
        names[names.index("birds")] = "crickets"
    if shot.weather == "rain":
        names.append("rain")
    if shot.weather == "wind" and "wind" not in names:
        names.append("wind")
    if any(thing.kind == "campfire" for thing in shot.things) and "fire" not in names:
        names.append("fire")
    mixed = np.zeros((bed.count, 2), np.float32)
    for name in names:
        mixed += bed.play(name)
    return mixed


def _faded(part: Samples) -> Samples:
    count = min(len(part) // 2, int(_FADE_S * RATE_HZ))
    if count:
        ramp = np.linspace(0, 1, count, dtype=np.float32)[:, None]
        part[:count] *= ramp
        part[-count:] *= ramp[::-1]
    return part


def levelled(track: Samples) -> Samples:
    """Bring a track to the usual loudness; peaks bend softly below the ceiling instead of clipping."""
    rms = float(np.sqrt(np.mean(track.astype(np.float64) ** 2))) if len(track) else 0.0
    if rms < 1e-7:
        return track
    loud = track * min(8.0, _TARGET_RMS / rms)
    bent = np.tanh(loud / _CEILING) * _CEILING
    return np.asarray(bent, np.float32)
