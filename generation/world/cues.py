"""Sounds on cue: thunder, bells, laughter and what else words ask for, made of noise, tones and struck modes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.media.film import Samples
from generation.storyboard import SoundCue
from generation.world.ambience import Bed
from generation.world.impacts import strike

Signal = NDArray[np.float32]
_LONGEST_S = 3.0
_LEVEL = 0.5


def lay_cues(track: Samples, cues: tuple[SoundCue, ...], rate_hz: int, seed: int) -> None:
    """Add every cue to a stereo track (n, 2) of its shot."""
    for number, cue in enumerate(cues):
        bed = Bed(_LONGEST_S, rate_hz, seed + 31 * number)
        sound = CUES[cue.name](bed)
        at = round(cue.at_s * rate_hz)
        sound = sound[: max(0, len(track) - at)]
        peak = float(np.abs(sound).max()) if len(sound) else 0.0
        if peak > 0:
            track[at : at + len(sound)] += (sound * (_LEVEL * cue.level / peak))[:, None]


def _placed(bed: Bed, parts: list[tuple[float, Signal]]) -> Signal:
    """Return sounds laid end over end, each from its own moment."""
    track = np.zeros(bed.count, np.float32)
    for at_s, part in parts:
        at = round(at_s * bed.rate_hz)
        part = part[: max(0, len(track) - at)]
        track[at : at + len(part)] += part
    return track


def _thunder(bed: Bed) -> Signal:
    t = bed.times()
    crack = bed.noise(700, 5000)[:, 0] * np.exp(-t / 0.09) * 0.6
    roll = bed.noise(30, 170)[:, 0] * np.exp(-t / 0.9) * (0.6 + 0.4 * np.sin(2 * np.pi * 3.1 * t))
    return np.asarray(crack + roll, np.float32)


def _applause(bed: Bed) -> Signal:
    t = bed.times()
    claps = bed.scatter(0.006, lambda: strike("paper", "wood", int(bed.rng.integers(-8, 8)), 3, bed.rate_hz), 0.2)
    shape = np.minimum(1, t / 0.4) * np.clip((2.8 - t) / 1.2, 0, 1)
    return np.asarray(claps[:, 0] * shape, np.float32)


def _bell(bed: Bed) -> Signal:
    ring = strike("metal", "wood", 6, 2, bed.rate_hz)
    return _placed(bed, [(0.0, ring), (0.55, ring * 0.9)])


def _knock(bed: Bed) -> Signal:
    rap = strike("wood", "wood", -6, 3, bed.rate_hz)
    return _placed(bed, [(0.0, rap), (0.22, rap * 0.9), (0.44, rap)])


def _whistle(bed: Bed) -> Signal:
    tone = bed.tone(2300, 2380, 0.7, 3.0)
    t = np.arange(len(tone), dtype=np.float32) / bed.rate_hz
    return _placed(bed, [(0.0, tone * (0.7 + 0.3 * np.sin(2 * np.pi * 38 * t)).astype(np.float32))])


def _horn(bed: Bed) -> Signal:
    chord = [bed.tone(hz * ratio, hz * ratio, 0.55, 4.0) / ratio for hz in (349.0, 440.0) for ratio in (1, 2, 3, 4)]
    return _placed(bed, [(0.0, np.sum(chord, axis=0).astype(np.float32))])


def _laugh(bed: Bed) -> Signal:
    parts = []
    for number in range(6):
        base = 260 - 14 * number
        ha = sum(bed.tone(base * ratio, base * 0.86 * ratio, 0.11, 0.08) / ratio for ratio in (1, 2, 3, 5))
        parts.append((0.17 * number, np.asarray(ha, np.float32) * (1 - 0.09 * number)))
    return _placed(bed, parts)


def _bark(bed: Bed) -> Signal:
    woof = sum(bed.tone(320 * ratio, 170 * ratio, 0.13, 0.06) / ratio for ratio in (1, 2, 3, 4))
    burst = np.asarray(woof, np.float32)
    return _placed(bed, [(0.0, burst), (0.32, burst * 0.85)])


def _meow(bed: Bed) -> Signal:
    up = sum(bed.tone(430 * ratio, 720 * ratio, 0.22, 2.0) / ratio**1.4 for ratio in (1, 2, 3, 4))
    down = sum(bed.tone(720 * ratio, 460 * ratio, 0.34, 0.3) / ratio**1.4 for ratio in (1, 2, 3, 4))
    return _placed(bed, [(0.0, np.asarray(up, np.float32)), (0.21, np.asarray(down, np.float32))])


def _drum_roll(bed: Bed) -> Signal:
    beat = strike("drum", "wood", 4, 2, bed.rate_hz)
    return _placed(bed, [(0.045 * number, beat * (0.35 + 0.016 * number)) for number in range(40)])


def _alarm(bed: Bed) -> Signal:
    beep = bed.tone(1050, 1050, 0.16, 4.0)
    return _placed(bed, [(0.3 * number, beep) for number in range(5)])


def _chirp(bed: Bed) -> Signal:
    return _placed(bed, [(0.14 * number, bed.tone(2900 + 260 * (number % 3), 3600, 0.08, 0.06)) for number in range(5)])


CUES: dict[str, Callable[[Bed], Signal]] = {
    "thunder": _thunder, "applause": _applause, "bell": _bell, "knock": _knock, "whistle": _whistle, "horn": _horn,
    "laugh": _laugh, "bark": _bark, "meow": _meow, "drum_roll": _drum_roll, "alarm": _alarm, "chirp": _chirp,
}  # fmt: skip
