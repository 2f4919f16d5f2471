"""The sound of a film: what the pipeline made, at the pipeline's own rate, laid under the frames it was made with."""

from typing import Any

import numpy as np

from core.media.film import Samples, Sound

SILENT_RATE_HZ = 48_000
# Where pipelines keep the rate of what they give: LTX-2, Cosmos 3.
_RATES = (("vocoder", "output_sampling_rate"), ("sound_tokenizer", "sampling_rate"))
_EDGE_S = 0.005  # pieces are faded this long where they meet, so that a cut does not click


def rate_of(pipeline: Any) -> int:
    """Return the rate of the pipeline's own sound; 0 if it makes none."""
    for part, rate in _RATES:
        config = getattr(getattr(pipeline, part, None), "config", None)
        if config is not None and getattr(config, rate, None):
            return int(getattr(config, rate))
    return int(getattr(pipeline, "audio_sample_rate", 0))


def heard(output: Any, number: int) -> Samples | None:
    """Return film ``number``'s stereo sound (n, 2) out of a pipeline's output; None if there is none.

    ``audio`` is of all films of a call, (films, channels, n) or (films, n); ``sound`` is of one, (channels, n).
    """
    audio = getattr(output, "audio", None)
    piece: Any = audio[number] if audio is not None else getattr(output, "sound", None)
    if piece is None:
        return None
    array = np.asarray(piece if isinstance(piece, np.ndarray) else piece.float().cpu().numpy(), np.float32)
    channels = array[None] if array.ndim == 1 else array
    pair = np.repeat(channels, 2, axis=0) if channels.shape[0] == 1 else channels[:2]
    return np.ascontiguousarray(np.clip(np.nan_to_num(pair.T), -1.0, 1.0))


class Track:
    """The sound of a film while it grows, shot by shot."""

    def __init__(self, rate_hz: int, fps: int, frames: int) -> None:
        self._rate_hz, self._fps = rate_hz or SILENT_RATE_HZ, fps
        self._samples = np.zeros((round(frames * self._rate_hz / fps), 2), np.float32)

    def lay(self, piece: Samples | None, *, start_s: float, end_s: float, skip_s: float = 0.0) -> None:
        """Put a piece under the time from ``start_s`` to ``end_s`` of the film; its first ``skip_s`` are left out.

        Where the piece is too short there is silence.
        """
        if piece is None:
            return
        start, end = round(start_s * self._rate_hz), min(round(end_s * self._rate_hz), len(self._samples))
        part = piece[round(skip_s * self._rate_hz) :][: max(0, end - start)].copy()
        edge = min(round(_EDGE_S * self._rate_hz), len(part) // 2)
        if edge:
            ramp = np.linspace(0, 1, edge, dtype=np.float32)[:, None]
            part[:edge] *= ramp
            part[-edge:] *= ramp[::-1]
        self._samples[start : start + len(part)] = part

    def sound(self) -> Sound:
        """Return the whole."""
        return Sound(self._samples, self._rate_hz)
