"""The cutting room: how one shot takes over from another, picture by picture."""

import cv2
import numpy as np

from core.media.film import Frame


def blended(old: Frame, new: Frame, how: str, share: float) -> Frame:
    """Return the picture ``share`` (0 to 1) of the way from one shot to the next, by ``how`` it takes over."""
    eased = share * share * (3 - 2 * share)
    match how:
        case "crossfade":
            return np.asarray(cv2.addWeighted(old, 1 - eased, new, eased, 0), np.uint8)
        case "fade":
            # Down to black in the first half, up from it in the second.
            shown, level = (old, 1 - 2 * share) if share < 0.5 else (new, 2 * share - 1)
            return np.asarray(cv2.convertScaleAbs(shown, alpha=max(0.0, level)), np.uint8)
        case "wipe":
            return _wiped(old, new, eased)
        case _:
            return new


def _wiped(old: Frame, new: Frame, share: float) -> Frame:
    """The new shot comes in from the left behind a soft edge."""
    width = old.shape[1]
    soft = max(4, width // 16)
    at = share * (width + 2 * soft) - soft
    across = np.clip((at - np.arange(width)) / soft + 0.5, 0, 1)
    veil = np.ascontiguousarray(np.broadcast_to((across * 255).astype(np.uint8)[None, :, None], old.shape))
    made = cv2.multiply(new, veil, scale=1 / 255)
    return np.asarray(cv2.add(made, cv2.multiply(old, cv2.bitwise_not(veil), scale=1 / 255)), np.uint8)
