"""A film's perceptual fingerprint: PDQ hashes of a few frames, for tracing copies."""

from collections.abc import Sequence

import numpy as np

from core.media.film import Frame

HEX_DIGITS = 64
SAME_WITHIN_BITS = 31  # the distance below which PDQ's authors call two pictures the same


def fingerprint(frames: Sequence[Frame]) -> str:
    """Return the PDQ hash of the frame of best quality among ``frames``: 64 hex digits (256 bits).

    PDQ: Facebook's perceptual hash for pictures (ThreatExchange, 2019). Quality below 50 means few features; of all
    frames the one with most is taken, so that a fade or title card does not speak for the film.
    """
    import pdqhash

    best_quality, best = -1, np.zeros(256, dtype=np.uint8)
    for frame in frames:
        bits, quality = pdqhash.compute(np.ascontiguousarray(frame))
        if quality > best_quality:
            best_quality, best = quality, bits
    return np.packbits(best.astype(np.uint8)).tobytes().hex()


def distance_bits(first: str, second: str) -> int:
    """Return in how many of 256 bits two fingerprints differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()
