"""A reference picture as it came in: read within limits, brought to the film's size, and its colours named."""

from dataclasses import dataclass, field
from hashlib import sha256

import cv2
import numpy as np

from core.errors import InvalidInput
from core.media.film import Frame
from core.media.pictures import covering, read_pictures

_LEAST_SIDE_PX = 64
_LEAST_KEPT = 0.5  # of a picture's area, when it is cut to the film's shape
_LOOKED_AT_PX = 96  # longer side that colours are counted on
_GREY_BELOW = 0.16
_DARK_BELOW = 0.42
_STRONG_ABOVE = 0.55
_PALE_BELOW = 0.34
_BRIGHT_ABOVE = 0.72
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that somebody sent: RGB (H, W, 3), upright, and a hash of the file by which a retry is known."""

    picture: Frame = field(repr=False, compare=False)
    digest: str

    def fitted(self, size: str) -> Frame:
        """Return it at a film's size: scaled to cover it, and its middle. Raises ``InvalidInput`` for other shapes."""
        width, height = (int(side) for side in size.split("x"))
        own_height, own_width = self.picture.shape[:2]
        shape = (own_width / own_height) / (width / height)
        if min(own_width, own_height) < _LEAST_SIDE_PX or min(shape, 1 / shape) < _LEAST_KEPT:
            raise _refused(
                f"The picture is {own_width}x{own_height} and the film {width}x{height}.",
                f"Sides of at least {_LEAST_SIDE_PX} pixels and about the film's shape: a picture is scaled to cover "
                f"the film and its middle is kept, which must be half of it or more.",
            )
        return covering(self.picture, width, height)


def read_reference(content: bytes) -> Reference:
    """Return the picture in a file. Raises ``InvalidInput`` naming ``input_reference``."""
    usual = "A PNG, JPEG or WebP picture of at most 20 million bytes and 40 million pixels."
    try:
        frames = read_pictures(content)
    except InvalidInput as error:
        raise _refused(error.detail, usual) from error
    if len(frames) > 1:
        raise _refused("The picture moves.", usual)
    return Reference(frames[0], sha256(content).hexdigest())


def palette_of(picture: Frame) -> str:
    """Return the name of the palette nearest to a picture's colours."""
    pixels = cv2.cvtColor(_small(picture), cv2.COLOR_RGB2HSV).reshape(-1, 3).astype(np.float32)
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


def _small(picture: Frame) -> Frame:
    scale = min(1.0, _LOOKED_AT_PX / max(picture.shape[:2]))
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _refused(detail: str, expected: str) -> InvalidInput:
    return InvalidInput(code="bad_input_reference", detail=detail, field="input_reference", expected=expected)
