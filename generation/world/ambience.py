"""Beds of sound for a place: wind, water, birds, crickets, a city's hum, a quiet chord. Seeded, and cheap to make."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.media.film import Samples

Signal = NDArray[np.float32]
_HOP = 2048


class Bed:
    """Makes ambience of a given length."""

    def __init__(self, seconds: float, rate_hz: int, seed: int, *, mood: str = "major", pace: float = 1.0) -> None:
        self.rate_hz, self.mood, self.pace = rate_hz, mood, pace
        self.count = max(1, round(seconds * rate_hz))
        self.rng = np.random.default_rng(seed)

    def play(self, name: str) -> Samples:
        """Return the bed called ``name``, shape (n, 2)."""
        return _BEDS[name](self)

    def times(self) -> Signal:
        """Return the time of every sample."""
        return np.asarray(np.arange(self.count) / self.rate_hz, np.float32)

    def noise(self, low_hz: float, high_hz: float) -> Samples:
        """Return stereo noise between two frequencies, level about 1, made by looping one short stretch seamlessly."""
        length = min(self.count, self.rate_hz * 2)
        hz = np.fft.rfftfreq(length, 1 / self.rate_hz)
        shape = 1 / np.sqrt(1 + (hz / high_hz) ** 4) * (hz / low_hz) ** 2 / (1 + (hz / low_hz) ** 2)
        sides = []
        for _ in range(2):
            # Random phases under a fixed shape are periodic by construction: a loop without a seam.
            phases = np.exp(2j * np.pi * self.rng.random(len(hz)))
            side = np.fft.irfft(shape * phases, length).astype(np.float32)
            sides.append(side / max(1e-9, float(side.std())))
        pair = np.stack(sides, 1)
        return np.asarray(np.tile(pair, (math.ceil(self.count / length), 1))[: self.count], np.float32)

    def swell(self, period_s: float, floor: float) -> Signal:
        """Return a slow, uneven rise and fall between ``floor`` and 1."""
        t, phase = self.times(), self.rng.uniform(0, 6.3, 2)
        wave = (
            0.5
            + 0.25 * np.sin(2 * np.pi * t / period_s + phase[0])
            + 0.25 * np.sin(2 * np.pi * t / (period_s * 0.43) + phase[1])
        )
        return np.asarray(floor + (1 - floor) * wave, np.float32)

    def scatter(self, every_s: float, make: Callable[[], Signal], level: float) -> Samples:
        """Return short sounds strewn over the bed, about one every ``every_s`` seconds, each from its own side."""
        track = np.zeros((self.count, 2), np.float32)
        at = self.rng.uniform(0.0, every_s)
        while at * self.rate_hz < self.count - 1:
            sound = make()
            start = int(at * self.rate_hz)
            sound = sound[: self.count - start]
            pan = self.rng.uniform(0.1, 0.9)
            track[start : start + len(sound), 0] += sound * (level * math.cos(pan * math.pi / 2))
            track[start : start + len(sound), 1] += sound * (level * math.sin(pan * math.pi / 2))
            at += every_s * self.rng.uniform(0.5, 1.6)
        return track

    def tone(self, start_hz: float, end_hz: float, seconds: float, decay_s: float) -> Signal:
        """Return a gliding sine that fades."""
        t = np.arange(int(seconds * self.rate_hz), dtype=np.float32) / self.rate_hz
        sweep = 2 * np.pi * (start_hz * t + (end_hz - start_hz) * t * t / (2 * seconds))
        edge = np.minimum(1, np.minimum(t / 0.006, (seconds - t) / 0.012))
        return np.asarray(np.sin(sweep) * np.exp(-t / decay_s) * edge, np.float32)


def _wind(bed: Bed) -> Samples:
    return np.asarray(bed.noise(90, 420) * (0.034 * bed.swell(5.5, 0.35))[:, None], np.float32)


def _leaves(bed: Bed) -> Samples:
    return bed.noise(1800, 5200) * (0.010 * bed.swell(3.7, 0.2))[:, None]


def _waves(bed: Bed) -> Samples:
    roll = 0.5 + 0.5 * np.sin(2 * np.pi * bed.times() / 5.2 - 1.2)
    wash = bed.noise(160, 900) * (0.012 + 0.05 * roll**3)[:, None]
    hiss = bed.noise(1500, 6000) * (0.016 * np.roll(roll, bed.rate_hz // 3) ** 4)[:, None]
    return np.asarray(wash + hiss, np.float32)


def _water(bed: Bed) -> Samples:
    drops = bed.scatter(
        0.16, lambda: bed.tone(bed.rng.uniform(500, 1100), bed.rng.uniform(900, 1700), 0.07, 0.02), 0.03
    )
    return bed.noise(300, 1400) * (0.012 * bed.swell(4.0, 0.5))[:, None] + drops


def _birds(bed: Bed) -> Samples:
    def chirp() -> Signal:
        top, notes = bed.rng.uniform(2400, 4200), int(bed.rng.integers(2, 5))
        gap = np.zeros(int(0.04 * bed.rate_hz), np.float32)
        parts: list[Signal] = []
        for _ in range(notes):
            parts += [bed.tone(top, top * bed.rng.uniform(0.78, 1.25), 0.07, 0.05), gap]
        return np.concatenate(parts)

    return bed.scatter(1.5, chirp, 0.035)


def _crickets(bed: Bed) -> Samples:
    t = bed.times()
    pulse = (np.sin(2 * np.pi * 14 * t) > 0.2) * (np.sin(2 * np.pi * 0.9 * t) > -0.1)
    chirr = (np.sin(2 * np.pi * 4150 * t) * pulse).astype(np.float32) * 0.010
    return np.stack([chirr, np.roll(chirr, bed.rate_hz // 5) * 0.8], 1)


def _bubbles(bed: Bed) -> Samples:
    blips = bed.scatter(
        0.22, lambda: bed.tone(bed.rng.uniform(240, 520), bed.rng.uniform(500, 1000), 0.09, 0.035), 0.05
    )
    return bed.noise(60, 260) * (0.035 * bed.swell(6, 0.6))[:, None] + blips


def _city(bed: Bed) -> Samples:
    pass_by = bed.noise(200, 900) * (0.022 * bed.swell(3.4, 0.1) ** 2)[:, None]
    return bed.noise(50, 190) * 0.034 + pass_by


def _crowd(bed: Bed) -> Samples:
    return bed.noise(260, 1100) * (0.020 * bed.swell(2.6, 0.6))[:, None]


def _room(bed: Bed) -> Samples:
    return bed.noise(60, 220) * 0.008


def _fire(bed: Bed) -> Samples:
    return bed.scatter(0.11, lambda: bed.tone(bed.rng.uniform(900, 2600), 500, 0.015, 0.004), 0.04)


def _simmer(bed: Bed) -> Samples:
    return bed.scatter(0.13, lambda: bed.tone(bed.rng.uniform(300, 600), 700, 0.05, 0.02), 0.018)


def _space(bed: Bed) -> Samples:
    return bed.noise(40, 130) * (0.045 * bed.swell(7.0, 0.5))[:, None]


def _drips(bed: Bed) -> Samples:
    dry = bed.scatter(1.1, lambda: bed.tone(bed.rng.uniform(900, 1500), 1900, 0.12, 0.04), 0.07)
    wet = dry.copy()
    for delay_s, level in ((0.11, 0.5), (0.23, 0.3), (0.37, 0.18)):
        shift = int(delay_s * bed.rate_hz)
        wet[shift:] += dry[:-shift, ::-1] * level if shift < len(dry) else 0.0
    return wet + bed.noise(50, 160) * 0.014


def _bells(bed: Bed) -> Samples:
    return bed.scatter(
        0.9, lambda: bed.tone(hz := float(bed.rng.choice([1568, 1760, 2093, 2349])), hz, 0.6, 0.16), 0.018
    )


def _beat(bed: Bed) -> Samples:
    track = np.zeros((bed.count, 2), np.float32)
    beat_s = 60 / (104 * (0.85 if bed.pace < 1 else 1.0 if bed.pace == 1 else 1.2))
    kick, hat = bed.tone(120, 42, 0.2, 0.07), bed.rng.standard_normal(int(0.04 * bed.rate_hz)).astype(np.float32)
    hat = np.diff(hat, prepend=0).astype(np.float32) * np.exp(
        -np.arange(len(hat), dtype=np.float32) / (0.008 * bed.rate_hz)
    )
    for number in range(int(bed.count / bed.rate_hz / beat_s * 2) + 1):
        sound, level = (kick, 0.20) if number % 2 == 0 else (hat, 0.03)
        start = int(number * beat_s / 2 * bed.rate_hz)
        part = sound[: max(0, bed.count - start)]
        track[start : start + len(part)] += (part * level)[:, None]
    return track


_CHORDS = {
    "major": ((220.0, 277.18, 329.63), (185.0, 220.0, 277.18), (146.83, 220.0, 293.66), (164.81, 207.65, 329.63)),
    "minor": ((220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (146.83, 220.0, 293.66), (164.81, 196.0, 246.94)),
}


def _pad(bed: Bed) -> Samples:
    """Four soft chords, each fading into the next."""
    track = np.zeros((bed.count, 2), np.float32)
    length = int(2.9 * bed.rate_hz / (0.8 if bed.pace < 1 else 1.0))
    first = int(bed.rng.integers(0, 4))
    t = np.arange(length + bed.rate_hz, dtype=np.float32) / bed.rate_hz
    fade = np.minimum(1, np.minimum(t / 0.9, np.maximum(0, (t[-1] - t) / 1.2))).astype(np.float32)
    for number in range(math.ceil(bed.count / length)):
        chord = _CHORDS[bed.mood][(first + number) % 4]
        start = number * length
        for voice, hz in enumerate(chord):
            left = np.sin(2 * np.pi * hz * t) + 0.3 * np.sin(4 * np.pi * hz * 1.001 * t)
            right = np.sin(2 * np.pi * hz * 1.003 * t + 0.5) + 0.3 * np.sin(4 * np.pi * hz * t + voice)
            part = (np.stack([left, right], 1) * (fade * (0.020 - 0.003 * voice))[:, None]).astype(np.float32)
            part = part[: max(0, bed.count - start)]
            track[start : start + len(part)] += part
    return track


def _rain(bed: Bed) -> Samples:
    drops = bed.scatter(0.05, lambda: bed.tone(bed.rng.uniform(1400, 3400), 900, 0.02, 0.006), 0.03)
    return bed.noise(900, 6500) * (0.030 * bed.swell(4.0, 0.75))[:, None] + drops


_BEDS: dict[str, Callable[[Bed], Samples]] = {
    "wind": _wind, "leaves": _leaves, "waves": _waves, "water": _water, "birds": _birds, "crickets": _crickets,
    "bubbles": _bubbles, "city": _city, "crowd": _crowd, "room": _room, "fire": _fire, "simmer": _simmer,
    "space": _space,
    "drips": _drips, "bells": _bells, "beat": _beat, "pad": _pad, "rain": _rain,
}  # fmt: skip
