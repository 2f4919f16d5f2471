"""Impact sounds by modal synthesis: what was struck rings in its material's modes, pitched by its size.

Each mode is a decaying sine (van den Doel and Pai, 1998, "The sounds of physical shapes"); a short burst of noise is
the contact itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.media.film import Samples
from generation.world.simulation import Contact

Signal = NDArray[np.float32]
_REFERENCE_SIZE = 16.0
_LONGEST_S = 1.6


@dataclass(frozen=True, slots=True)
class Voice:
    """How a material sounds: pitch of a middling piece, mode ratios with their weights, ring time, share of noise."""

    pitch_hz: float
    modes: tuple[tuple[float, float], ...]
    ring_s: float
    noise: float
    noise_hz: float


VOICES = {
    "rubber": Voice(118, ((1, 1), (1.6, 0.5), (2.4, 0.25)), 0.10, 0.30, 700),
    "wood": Voice(330, ((1, 1), (2.57, 0.5), (4.6, 0.28), (6.9, 0.12)), 0.12, 0.30, 2200),
    "metal": Voice(760, ((1, 1), (2.76, 0.7), (5.4, 0.5), (8.9, 0.3), (13.3, 0.15)), 0.75, 0.12, 5200),
    "glass": Voice(1480, ((1, 1), (2.32, 0.6), (4.25, 0.36), (6.6, 0.2)), 0.42, 0.10, 6000),
    "stone": Voice(240, ((1, 1), (2.1, 0.45), (3.7, 0.25)), 0.07, 0.55, 1800),
    "plastic": Voice(210, ((1, 1), (2.2, 0.4), (3.5, 0.2)), 0.09, 0.25, 1500),
    "paper": Voice(420, ((1, 0.3), (2.3, 0.2)), 0.04, 0.9, 3600),
    "soft": Voice(92, ((1, 1), (1.9, 0.25)), 0.07, 0.45, 420),
    "ideal": Voice(520, ((1, 1), (2.7, 0.5), (5.1, 0.25)), 0.10, 0.15, 3000),
    "step": Voice(86, ((1, 0.7), (2.0, 0.2)), 0.045, 0.9, 900),
    "drum": Voice(150, ((1, 1), (1.59, 0.7), (2.14, 0.5), (2.65, 0.35), (3.6, 0.2)), 0.32, 0.25, 1400),
    "burst": Voice(58, ((1, 1), (1.7, 0.6)), 0.35, 1.0, 1100),
    "splash": Voice(240, ((1, 0.1),), 0.22, 1.0, 1600),
}
# What the other surface adds: how loud, how bright.
_SURFACES = {
    "grass": (0.55, 0.5), "sand": (0.5, 0.4), "snow": (0.45, 0.45), "carpet": (0.5, 0.4), "water": (0.9, 0.8),
        "soft": (0.5, 0.6),
    "sea_floor": (0.4, 0.35),
}  # fmt: skip


@lru_cache(maxsize=256)
def strike(material: str, surface: str, pitch_step: int, hard_step: int, rate_hz: int) -> Signal:
    """Return one impact at full level, mono. Pitch in quarter tones about the material's own, hardness 0 to 4."""
    voice = VOICES["splash" if surface == "water" else material]
    loud, bright = _SURFACES.get(surface, (1.0, 1.0))
    pitch = voice.pitch_hz * 2 ** (pitch_step / 24)
    count = int(min(_LONGEST_S, voice.ring_s * 6 + 0.03) * rate_hz)
    t = np.arange(count, dtype=np.float32) / rate_hz
    sound = np.zeros(count, np.float32)
    for number, (ratio, weight) in enumerate(voice.modes):
        hz = pitch * ratio
        if hz < rate_hz * 0.45:
            # Harder blows excite the high modes; high modes die sooner.
            level = weight * (0.35 + 0.16 * hard_step) ** number * bright ** (number * 0.6)
            sound += level * np.sin(2 * math.pi * hz * t) * np.exp(-t / (voice.ring_s / (1 + 0.55 * number)))
    sound += voice.noise * bright * _burst(material, count, voice.noise_hz * bright,
        rate_hz) * np.exp(-t / (0.012 + voice.ring_s * 0.25 * voice.noise))  # fmt: skip
    attack = max(1, int(0.0012 * rate_hz))
    sound[:attack] *= np.linspace(0, 1, attack, dtype=np.float32)
    sound[-64:] *= np.linspace(1, 0, 64, dtype=np.float32)
    peak = float(np.abs(sound).max())
    return np.asarray(sound * (loud / max(peak, 1e-6)), np.float32)


def _burst(material: str, count: int, cutoff_hz: float, rate_hz: int) -> Signal:
    noise = np.random.default_rng(sum(material.encode())).standard_normal(count).astype(np.float32)
    # One-pole low pass in the frequency domain: short, and free of start-up clicks.
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(count, 1 / rate_hz)
    shaped = np.fft.irfft(spectrum / (1 + (hz / cutoff_hz) ** 2), count)
    return np.asarray(shaped / max(1e-6, float(np.abs(shaped).max())), np.float32)


def lay_impacts(track: Samples, contacts: Sequence[Contact], rate_hz: int, width: float, start_s: float) -> None:
    """Add every contact to a stereo track (n, 2), panned by where on the stage it happened."""
    for contact in contacts:
        voice = VOICES[contact.material]
        octave = math.log2(_REFERENCE_SIZE / max(contact.size, 2.0)) * (0.75 if voice.ring_s < 1 else 0.4)
        sound = strike(contact.material, contact.other, round(24 * max(-1.6, min(1.6, octave))), min(4,
            int(contact.strength * 5)), rate_hz)  # fmt: skip
        at = round((start_s + contact.t) * rate_hz)
        if at >= len(track):
            continue
        sound = sound[: len(track) - at]
        pan = max(0.08, min(0.92, 0.5 + 0.8 * (contact.x / max(width, 1.0) - 0.5)))
        gain = 0.6 * contact.strength**0.8
        # Equal power: a ball that crosses the stage keeps its loudness.
        track[at : at + len(sound), 0] += sound * (gain * math.cos(pan * math.pi / 2))
        track[at : at + len(sound), 1] += sound * (gain * math.sin(pan * math.pi / 2))
