"""Small pictures for tests."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from core.media.codec import encode_image
from core.media.film import Frame


def png(width: int = 64, height: int = 64) -> bytes:
    """Return a plain PNG."""
    file = BytesIO()
    Image.new("RGB", (width, height), (120, 180, 90)).save(file, "PNG")
    return file.getvalue()


def data_url(content: bytes) -> str:
    """Return a picture as a request carries it."""
    return "data:image/png;base64," + base64.b64encode(content).decode()


def png_of(frame: Frame) -> bytes:
    """Return a frame as a PNG."""
    return encode_image(frame, ".png")


def scenery(width: int = 96, height: int = 160) -> Frame:
    """A sky over a field, with no one in it."""
    sky = np.linspace(120, 240, height)[:, None].repeat(width, 1)
    picture = np.stack([sky * 0.4, sky * 0.6, sky], axis=-1)
    picture[height // 2 :] = (60, 140, 50)
    return picture.astype(np.uint8)


def written(words: str) -> Frame:
    """A poster with words on it."""
    image = Image.new("RGB", (360, 640), (40, 60, 90))
    ImageDraw.Draw(image).multiline_text((14, 240), words, font=ImageFont.load_default(30), fill=(255, 255, 255))
    return np.asarray(image, dtype=np.uint8)


def painted(skin: tuple[int, int, int] = (215, 165, 140)) -> Frame:
    """A soft portrait of someone who does not exist."""
    image = Image.new("RGB", (320, 320), (120, 150, 170))
    _person(ImageDraw.Draw(image), 160, 160, 3.2, skin)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(4)))


def _person(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float, skin: tuple[int, int, int]) -> None:
    def oval(dx: float, dy: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        middle_x, middle_y = x + dx * unit, y + dy * unit
        box = (middle_x - wide * unit, middle_y - high * unit, middle_x + wide * unit, middle_y + high * unit)
        draw.ellipse(box, fill=colour)

    oval(0, 63, 30, 27, (40, 50, 90))  # shoulders
    oval(0, -6, 23, 30, (60, 40, 30))  # hair
    oval(0, 0, 20, 27, skin)  # face
    for side in (-1, 1):
        oval(side * 8, -5, 4.5, 2.4, (245, 240, 235))
        oval(side * 8, -5, 2, 2.2, (50, 35, 30))
        oval(side * 8, -10.3, 5, 0.8, (60, 40, 30))
        oval(side * 20, 0, 2.5, 5, (205, 150, 128))
    draw.polygon([(x, y - 4 * unit), (x - 3 * unit, y + 6 * unit), (x + 3 * unit, y + 6 * unit)], fill=(195, 145, 120))
    oval(0, 14, 7, 2.2, (175, 75, 75))
