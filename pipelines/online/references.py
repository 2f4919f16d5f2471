"""A reference picture: its colours choose the film's palette. The picture itself is neither kept nor shown."""

import io

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from core.errors import InvalidInput
from core.media.film import Frame

_FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 40_000_000
_LOOKED_AT_PX = 96  # longer side that colours are counted on
_GREY_BELOW = 0.16
_DARK_BELOW = 0.42
_STRONG_ABOVE = 0.55
_PALE_BELOW = 0.34
_BRIGHT_ABOVE = 0.72
_MOSTLY = 0.5


def palette_of(picture: bytes) -> str:
    """Return the name of the palette nearest to a picture's colours. Raises ``InvalidInput`` if it is no picture."""
    pixels = cv2.cvtColor(_opened(picture), cv2.COLOR_RGB2HSV).reshape(-1, 3).astype(np.float32)
    hue, saturation, value = pixels[:, 0] * 2, pixels[:, 1] / 255, pixels[:, 2] / 255
    if saturation.mean() < _GREY_BELOW:
        return "noir" if value.mean() < _DARK_BELOW else "pastel"
    strength = saturation * value
    total = max(float(strength.sum()), 1e-6)
    warm = float(strength[(hue < 70) | (hue >= 345)].sum()) / total
    cool = float(strength[(hue >= 165) & (hue < 265)].sum()) / total
    pink = float(strength[(hue >= 285) & (hue < 345)].sum()) / total
    name, share = max((("warm", warm), ("cool", cool), ("candy", pink)), key=lambda item: item[1])
    if saturation.mean() < _PALE_BELOW and value.mean() > _BRIGHT_ABOVE:
        return "pastel"
    if share > _MOSTLY:
        return name
    return "vivid" if saturation.mean() > _STRONG_ABOVE else "natural"


def _opened(picture: bytes) -> Frame:
    try:
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _refused(f"The picture has {image.width}x{image.height} pixels.")
            image.draft("RGB", (_LOOKED_AT_PX, _LOOKED_AT_PX))
            small = image.convert("RGB")
            small.thumbnail((_LOOKED_AT_PX, _LOOKED_AT_PX))
            return np.asarray(small, dtype=np.uint8)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused("The reference is not a picture that can be read.") from error


def _refused(detail: str) -> InvalidInput:
    return InvalidInput(
        code="bad_input_reference",
        detail=detail,
        field="input_reference",
        expected=f"A PNG, JPEG or WebP picture of at most {_MOST_PIXELS // 1_000_000} million pixels.",
    )
