"""Words on screen, read by the OCR models inside the ``rapidocr-onnxruntime`` wheel."""

import threading
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from rapidfuzz import fuzz

from core.media.film import Frame
from safety.film.moments import Moment

_LONG_SIDE_PX = 480
_LEAST_CONFIDENCE = 0.6
_LEAST_LETTERS = 3
_SAME_TEXT = 85.0  # of 100: what OCR makes of the same words from one frame to the next
_SAME_PICTURE = 0.02  # mean difference of two frames, as a share of full contrast


class WordReader:
    """Reads words from pictures. Loaded at the first use (0.3 s); one picture at a time."""

    def __init__(self) -> None:
        self._engine: Any = None
        self._lock = threading.Lock()

    def read(self, frame: Frame) -> str:
        """Return what is written in a frame (H, W, 3), lines joined by spaces; empty if nothing is."""
        with self._lock:
            if self._engine is None:
                self._engine = _open_engine()
            lines, _ = self._engine(_smaller(frame), use_cls=False)
        words = [text for _, text, confidence in lines or [] if float(confidence) >= _LEAST_CONFIDENCE]
        joined = " ".join(words)
        return joined if sum(char.isalpha() for char in joined) >= _LEAST_LETTERS else ""


def _open_engine() -> Any:
    # Imported here: only processes that check films load the models.
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(
        det_limit_side_len=_LONG_SIDE_PX, det_limit_type="max", intra_op_num_threads=1, inter_op_num_threads=1
    )


def _smaller(frame: Frame) -> Frame:
    """Return the frame in BGR, its longer side at most 480 pixels."""
    height, width = frame.shape[:2]
    scale = min(1.0, _LONG_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame
    return np.ascontiguousarray(small[..., ::-1])


def wordiness(frame: Frame) -> float:
    """Return how much fine contrast a frame has: of two frames, the one with more is likelier to hold words."""
    thin = frame[::4, ::2, 1].astype(np.int16)
    return float((np.abs(np.diff(thin, axis=1)) > 60).mean())


def read_over_time(moments: Sequence[Moment], reader: WordReader, most: int) -> list[tuple[Moment, str]]:
    """Return the texts of a film, each once, with the first frame that was seen to have it, in the order of time.

    Reads the ``most`` frames that are likeliest to hold words, and of frames that look alike only one.
    """
    chosen: list[Moment] = []
    for moment in sorted(moments, key=lambda item: (-wordiness(item.frame), item.index)):
        if len(chosen) < most and not any(_alike(moment.frame, other.frame) for other in chosen):
            chosen.append(moment)
    found: list[tuple[Moment, str]] = []
    for moment in sorted(chosen, key=lambda item: item.index):
        text = reader.read(moment.frame)
        if text and not any(fuzz.ratio(text, other) >= _SAME_TEXT for _, other in found):
            found.append((moment, text))
    return found


def _alike(frame: Frame, other: Frame) -> bool:
    if frame.shape != other.shape:
        return False
    a, b = frame[::4, ::4].astype(np.int16), other[::4, ::4].astype(np.int16)
    return float(np.abs(a - b).mean()) / 255 < _SAME_PICTURE
