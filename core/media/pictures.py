"""Pictures in: PNG, JPEG, WebP and GIF, within limits that hold before anything is decoded.

Pillow reads the header first and allocates only when pixels are asked for, so a picture that claims a million pixels a
side costs nothing. Of a moving picture a few frames are looked at, spread over its whole length: what is shown only at
the end is looked at too.
"""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image, ImageOps
from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput, KindlingError
from core.media.film import Frame

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_STARTS = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff", "WEBP": b"RIFF", "GIF": b"GIF8"}


class PictureLimits(BaseModel):
    """How much of a picture we are willing to look at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(default=20_000_000, gt=0, description="Largest file.")
    max_pixels: int = Field(default=40_000_000, gt=0, description="Most pixels of one frame: 8K has 33 million.")
    max_side: int = Field(default=16_384, gt=0, description="Longest side in pixels.")
    max_frames: int = Field(default=1_000, gt=0, description="Most frames of a moving picture.")
    max_total_pixels: int = Field(
        default=100_000_000, gt=0, description="Most pixels of all frames of a moving picture together."
    )
    frames_read: int = Field(default=6, ge=1, description="How many frames of a moving picture are looked at.")
    long_side: int = Field(default=2_048, ge=64, description="Frames are given at most this large.")


USUAL = PictureLimits()


def read_pictures(content: bytes, limits: PictureLimits = USUAL) -> list[Frame]:
    """Return the picture as RGB (H, W, 3), or some frames of a moving one, upright.

    Raises ``InvalidInput`` (``bad_picture``) for what is no picture, is cut short, is far too big, or has something
    else hidden behind it.
    """
    if len(content) > limits.max_bytes:
        raise _unusable(f"It has more than {limits.max_bytes // 1_000_000} million bytes.")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_whole(content, str(image.format))
            return _frames(image, limits)
    except KindlingError:
        raise
    except Exception as error:  # whatever a broken file makes a decoder say, it means the same
        raise _unusable("It cannot be read.") from error


def covering(picture: Frame, width: int, height: int) -> Frame:
    """Return a picture scaled until it covers ``width`` x ``height``, and its middle; one of that size as it is."""
    if picture.shape[:2] == (height, width):
        return picture
    scale = max(width / picture.shape[1], height / picture.shape[0])
    larger = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(picture, larger, interpolation=way), np.uint8)
    top, left = (larger[1] - height) // 2, (larger[0] - width) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])


def _frames(image: Image.Image, limits: PictureLimits) -> list[Frame]:
    _check_size(image.size, limits)
    count = int(getattr(image, "n_frames", 1))
    if count > limits.max_frames or count * image.width * image.height > max(
        limits.max_total_pixels, limits.max_pixels
    ):
        raise _unusable(f"It moves for too long: {count:,} frames of {image.width}x{image.height}.")
    wanted = sorted({round(place) for place in np.linspace(0, count - 1, min(count, limits.frames_read))})
    frames = []
    for number in wanted:
        if count > 1:
            image.seek(number)
        _check_size(image.size, limits)
        frames.append(_frame(image, limits))
    return frames


def _frame(image: Image.Image, limits: PictureLimits) -> Frame:
    if max(image.size) > limits.long_side:
        image.draft("RGB", (limits.long_side, limits.long_side))  # JPEG: decode at a half or a quarter right away
    upright = ImageOps.exif_transpose(image)
    # What is see-through is judged on white, where most people will see it.
    whole = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
    if whole.mode == "RGBA":
        whole = Image.alpha_composite(Image.new("RGBA", whole.size, (255, 255, 255, 255)), whole).convert("RGB")
    whole.thumbnail((limits.long_side, limits.long_side))
    return np.array(whole, dtype=np.uint8)


def _check_size(size: tuple[int, int], limits: PictureLimits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise _unusable(f"It has more than {limits.max_pixels // 1_000_000} million pixels.")
    if max(size) > limits.max_side or min(size) < 1:
        raise _unusable(f"It is {width}x{height}; sides have at most {limits.max_side:,} pixels.")


def _check_whole(content: bytes, kind: str) -> None:
    """Refuse a file that does not begin as its kind does, or goes on after its end: zero bytes may fill it up."""
    if not content.startswith(_STARTS[kind]):
        raise _unusable("It does not begin as a picture does.")
    end = {"PNG": _png_end, "WEBP": _webp_end, "JPEG": _jpeg_end, "GIF": _gif_end}[kind](content)
    if content[end:].strip(b"\0\r\n "):
        raise _unusable(f"It is followed by {len(content) - end:,} bytes of something else.")


def _png_end(content: bytes) -> int:
    at = 8
    while at + 12 <= len(content):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            return at
    return len(content)


def _webp_end(content: bytes) -> int:
    length = int.from_bytes(content[4:8], "little")
    return 8 + length + length % 2


def _jpeg_end(content: bytes) -> int:
    # Phones put a second JPEG (a depth map, a moving part) behind the first: the last end of a picture counts.
    return content.rfind(b"\xff\xd9") + 2


def _gif_end(content: bytes) -> int:
    """Walk a GIF's blocks to its trailer, which comes where no block may hold it."""
    at = 13 + (3 * 2 ** ((content[10] & 7) + 1) if content[10] & 0x80 else 0)
    while at < len(content) and content[at] != 0x3B:
        if content[at] == 0x2C:
            packed = content[at + 9]
            at += 11 + (3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0)
        elif content[at] == 0x21:
            at += 2
        else:
            raise _unusable("Its blocks are broken.")
        while content[at]:
            at += content[at] + 1
        at += 1
    return at + 1


def _unusable(why: str) -> InvalidInput:
    return InvalidInput(
        code="bad_picture", detail=f"The picture cannot be judged. {why}", field="input",
        expected="A PNG, JPEG, WebP or GIF of at most 40 million pixels.",
    )  # fmt: skip
