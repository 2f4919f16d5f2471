"""The text encoder says the same of a text whatever stands beside it, and near things are near."""

import numpy as np

from core.encoder import DIMENSIONS, TextEncoder

TEXTS = ["paper boats on a calm lake", "quiet water at dusk with little boats", "a car chase through neon streets"]


def test_vectors_have_length_one(encoder: TextEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (3, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)


def test_a_vector_does_not_depend_on_its_batch(encoder: TextEncoder) -> None:
    np.testing.assert_array_equal(encoder.encode(TEXTS)[1], encoder.encode_one(TEXTS[1]))


def test_near_texts_are_nearer_than_far_ones(encoder: TextEncoder) -> None:
    boats, dusk, chase = encoder.encode(TEXTS)
    assert boats @ dusk > boats @ chase + 0.2


def test_empty_and_very_long_texts_are_encoded(encoder: TextEncoder) -> None:
    assert np.isfinite(encoder.encode(["", "boat " * 10_000])).all()
