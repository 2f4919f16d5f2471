"""A film that opens on a picture: it stands, then the scene comes up through it, which goes on meanwhile.

The world is simulated, so a picture cannot be gone on from: nobody knows what bodies it shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from core.media.film import Film, Frame
from core.media.pictures import covering
from generation.backends import Keyframe
from generation.world.cutting import blended

_HOLD_S, _FADE_S = 0.6, 0.8
_MOST_SHARE = 0.5  # of a short film, until the scene stands alone


def opening_on(film: Film, keyframes: Sequence[Keyframe]) -> Film:
    """Return the film with its first keyframe, if that is at the start; its notes say what is left out."""
    first = next((item for item in keyframes if round(item.at_s * film.fps) == 0), None)
    left_out = len(keyframes) - (first is not None)
    notes = (
        (*film.notes, f"{left_out} pictures are not at the start of the film: left out.") if left_out else film.notes
    )
    if first is None:
        return replace(film, notes=notes)
    return replace(film, frames=_opened(film, first), notes=notes)


def _opened(film: Film, first: Keyframe) -> Iterator[Frame]:
    picture = covering(first.picture, film.width, film.height)
    share = min(1.0, _MOST_SHARE * film.seconds / (_HOLD_S + _FADE_S))
    hold, fade = max(1, round(_HOLD_S * share * film.fps)), round(_FADE_S * share * film.fps)
    for number, frame in enumerate(film.frames):
        if number < hold:
            yield _mixed(picture, frame, first.strength)
        elif number < hold + fade:
            through = blended(picture, frame, "crossfade", (number - hold + 0.5) / fade)
            yield _mixed(through, frame, first.strength)
        else:
            yield frame


def _mixed(picture: Frame, frame: Frame, strength: float) -> Frame:
    """Return the picture as closely as ``strength`` says; at 1, itself."""
    if strength >= 1:
        return picture
    return np.asarray(cv2.addWeighted(picture, strength, frame, 1 - strength, 0), np.uint8)
