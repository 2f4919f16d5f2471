"""A film in one small picture: a row of its frames, for a page of documentation or a quick look."""

from collections.abc import Sequence

import cv2
import numpy as np

from core.media.film import Frame

_GAP_PX = 6
_BEST_QUALITY, _WORST_QUALITY, _STEP = 88, 40, 6


def strip(frames: Sequence[Frame], height_px: int = 320) -> Frame:
    """Return frames side by side, each ``height_px`` high, with a narrow gap between them."""
    tiles = []
    for frame in frames:
        width = max(2, round(frame.shape[1] * height_px / frame.shape[0]))
        tiles.append(np.asarray(cv2.resize(frame, (width, height_px), interpolation=cv2.INTER_AREA), np.uint8))
        tiles.append(np.full((height_px, _GAP_PX, 3), 255, np.uint8))
    return np.hstack(tiles[:-1])


def jpeg_within(frame: Frame, most_bytes: int) -> bytes:
    """Return a frame as JPEG, as good as fits into ``most_bytes`` (the worst quality allowed if nothing does)."""
    data = b""
    for quality in range(_BEST_QUALITY, _WORST_QUALITY - 1, -_STEP):
        _, encoded = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
        data = bytes(encoded)
        if len(data) <= most_bytes:
            break
    return data
