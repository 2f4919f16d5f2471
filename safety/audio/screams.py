"""Screams, by ear's own cue: roughness, loudness swinging 30 to 150 times a second in the band where voices carry.

A heuristic, after Arnal et al. (2015), "Human screams occupy a privileged niche in the communication soundscape",
Current Biology 25(15): what sets screams apart from speech and song is fast amplitude modulation. It finds sirens,
engines and distorted music too; so it only supports what other detectors found, and never decides alone.
docs/media-safety.md has its measured false alarms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safety.audio.speech import RATE_HZ, Span, Wave

_BAND_HZ = (800.0, 5_000.0)
_ROUGH_HZ = (30.0, 150.0)
_ENVELOPE_HZ = 1_000
_WINDOW_S, _HOP_S = 0.5, 0.1
_LOUD_DBFS = -32.0
_LEAST_SHARE = 0.6  # of the power that is in the band: a spoken vowel has most of its power below it
_WINDOWS = 3  # in a row, 0.7 s together: a scream lasts
_LEAST_ROUGHNESS, _FULL_ROUGHNESS = 0.18, 0.45


@dataclass(frozen=True, slots=True)
class Screams:
    """How much like screaming the worst half second sounds, in [0, 1], and when screaming goes on."""

    score: float
    spans: tuple[Span, ...]


def find_screams(wave: Wave) -> Screams:
    """Measure a 16 kHz wave, shape (n,). About 2 ms for a second of sound."""
    length = round(_WINDOW_S * RATE_HZ)
    if len(wave) < length:
        return Screams(0.0, ())
    voice = _filtered(wave, 4, _BAND_HZ, "bandpass")
    envelope = _envelope(voice)
    scores = []
    for start in range(0, len(wave) - length + 1, round(_HOP_S * RATE_HZ)):
        at = round(start * _ENVELOPE_HZ / RATE_HZ)
        window = envelope[at : at + round(_WINDOW_S * _ENVELOPE_HZ)]
        scores.append(_score(wave[start : start + length], voice[start : start + length], window))
    found = _lasting(np.asarray(scores))
    return Screams(float(found.max()), _spans(found >= 0.5))


def _lasting(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for every window the least score of it and of those right after it."""
    padded = np.pad(scores, (0, _WINDOWS - 1))
    lasting: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(padded, _WINDOWS).min(axis=1)
    return lasting


def _envelope(voice: NDArray[np.float64]) -> NDArray[np.float64]:
    smooth = _filtered(np.abs(voice), 2, 200.0, "lowpass")
    envelope: NDArray[np.float64] = np.maximum(smooth[:: RATE_HZ // _ENVELOPE_HZ], 0)
    return envelope


def _filtered(
    wave: NDArray[np.floating], order: int, band_hz: float | tuple[float, float], kind: str
) -> NDArray[np.float64]:
    from scipy.signal import butter, sosfiltfilt  # here: a server that checks no film need not wait for it

    filtered: NDArray[np.float64] = sosfiltfilt(butter(order, band_hz, kind, fs=RATE_HZ, output="sos"), wave)
    return filtered


def _score(whole: Wave, voice: NDArray[np.float64], envelope: NDArray[np.float64]) -> float:
    power, in_band = float(np.square(whole).mean()), float(np.square(voice).mean())
    if power < 1e-9 or 10 * np.log10(in_band + 1e-12) < _LOUD_DBFS or in_band / power < _LEAST_SHARE:
        return 0.0
    rough = roughness(envelope)
    return float(np.clip((rough - _LEAST_ROUGHNESS) / (_FULL_ROUGHNESS - _LEAST_ROUGHNESS), 0, 1))


def roughness(envelope: NDArray[np.float64]) -> float:
    """Return how deep an envelope (1,000 values a second) swings 30 to 150 times a second, as a share of its mean."""
    spectrum = np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(len(envelope)))) * 4 / len(envelope)
    rates = np.fft.rfftfreq(len(envelope), 1 / _ENVELOPE_HZ)
    rough = spectrum[(rates >= _ROUGH_HZ[0]) & (rates <= _ROUGH_HZ[1])]
    mean = float(envelope.mean())
    return float(np.sort(rough)[-3:].mean()) / mean if rough.size and mean > 1e-9 else 0.0


def _spans(is_scream: NDArray[np.bool_]) -> tuple[Span, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_scream.astype(int), [0]])))
    return tuple(
        Span(float(start * _HOP_S), float((end + _WINDOWS - 2) * _HOP_S + _WINDOW_S))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )
