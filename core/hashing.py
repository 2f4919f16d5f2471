"""Stable hashing: the same answer on every machine and in every run (Python's own ``hash`` is salted)."""

import hashlib


def stable_int(*parts: object, bits: int = 63) -> int:
    """Return a non-negative integer of at most ``bits`` bits, the same for the same parts everywhere."""
    joined = "\x1f".join(str(part) for part in parts).encode()
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big") >> (64 - bits)


def stable_unit(*parts: object) -> float:
    """Return a float in [0, 1), the same for the same parts everywhere: for experiment assignment and sampling."""
    return stable_int(*parts, bits=53) / float(1 << 53)
