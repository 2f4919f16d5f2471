"""Whether anyone speaks, and when: Silero's voice activity detector, whose ONNX file the ``silero-vad`` wheel carries.

The package itself imports torch; its model needs only onnxruntime, so the file is found and the package never imported.
"""

import threading
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.media.film import Sound

RATE_HZ = 16_000
_CHUNK, _CONTEXT = 512, 64  # samples that the model takes at a time, and of the chunk before
_SPEAKS_AT, _STOPS_BELOW = 0.5, 0.35  # Silero's own defaults
_LEAST_SPEECH_S, _LONGEST_PAUSE_S = 0.25, 0.3
_MODEL = "data/silero_vad_16k_op15.onnx"

Wave = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in seconds."""

    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


def mono_16k(sound: Sound) -> Wave:
    """Return a sound as one channel of 16,000 samples a second, shape (n,)."""
    from scipy.signal import resample_poly  # here: a server that checks no film need not wait for it

    mono = np.nan_to_num(sound.samples.mean(axis=1)) if len(sound.samples) else np.zeros(0, np.float32)
    common = gcd(sound.rate_hz, RATE_HZ)
    wave = resample_poly(mono, RATE_HZ // common, sound.rate_hz // common) if len(mono) else mono
    return np.ascontiguousarray(np.clip(wave, -1, 1), dtype=np.float32)


def silero_model() -> Path | None:
    """Return the model file, or None where ``silero-vad`` is not installed."""
    spec = find_spec("silero_vad")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    return folder / _MODEL if folder is not None and (folder / _MODEL).exists() else None


class SpeechFinder:
    """Finds speech. Loaded at the first use; about 8 ms for a second of sound. Safe from several threads."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._session: Any = None
        self._lock = threading.Lock()

    def find(self, wave: Wave) -> list[Span]:
        """Return when someone speaks in a 16 kHz wave, shape (n,)."""
        return _spans(self.probabilities(wave))

    def probabilities(self, wave: Wave) -> NDArray[np.float32]:
        """Return the probability of speech for every 32 ms."""
        with self._lock:
            if self._session is None:
                self._session = _open(self._model)
        padded = np.pad(wave, (_CONTEXT, -len(wave) % _CHUNK))
        state, rate = np.zeros((2, 1, 128), np.float32), np.array(RATE_HZ)
        found = []
        for start in range(0, len(padded) - _CONTEXT, _CHUNK):
            chunk = padded[None, start : start + _CONTEXT + _CHUNK]
            p_speech, state = self._session.run(None, {"input": chunk, "state": state, "sr": rate})
            found.append(float(p_speech[0, 0]))
        return np.asarray(found, dtype=np.float32)


def _open(model: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _spans(p_speech: NDArray[np.float32]) -> list[Span]:
    seconds = _CHUNK / RATE_HZ
    spans: list[Span] = []
    begun: int | None = None
    for place, p in enumerate([*p_speech, 0.0]):
        if begun is None and p >= _SPEAKS_AT:
            begun = place
        elif begun is not None and p < _STOPS_BELOW:
            spans.append(Span(begun * seconds, place * seconds))
            begun = None
    return [span for span in _joined(spans) if span.seconds >= _LEAST_SPEECH_S]


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans with those made one that only a breath parts."""
    if not spans:
        return []
    starts = [spans[0].start_s] + [b.start_s for a, b in pairwise(spans) if b.start_s - a.end_s > _LONGEST_PAUSE_S]
    ends = [a.end_s for a, b in pairwise(spans) if b.start_s - a.end_s > _LONGEST_PAUSE_S] + [spans[-1].end_s]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True)]
