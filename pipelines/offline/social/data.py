"""Interactions and friendships from files: TSV splits with a header, or RecBole's atomic files and its split."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from core.errors import InvalidInput

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class SocialData:
    """Who did what, as (n, 2) arrays of user and item numbers, and who knows whom as (e, 2) of user numbers."""

    users: Array  # ids as text
    items: Array
    train: Array
    validation: Array
    test: Array
    friends: Array

    def matrix(self, pairs: Array) -> Any:
        """Return pairs as a binary CSR matrix (users, items)."""
        return binary(pairs, (len(self.users), len(self.items)))

    def without_friends(self) -> "SocialData":
        """Return the same without a single friendship."""
        return replace(self, friends=np.zeros((0, 2), dtype=np.int64))


def binary(pairs: Array, shape: tuple[int, int]) -> Any:
    """Return (n, 2) pairs as a CSR matrix of ones; repeated pairs count once."""
    import scipy.sparse as sparse

    found = sparse.csr_matrix((np.ones(len(pairs), dtype=np.float32), (pairs[:, 0], pairs[:, 1])), shape=shape)
    found.data[:] = 1.0
    return found


def friend_matrix(friends: Array, users: int) -> Any:
    """Return friendships as a symmetric CSR matrix of ones, without oneself."""
    found = binary(friends, (users, users))
    found = found.maximum(found.T).tocsr()
    found.setdiag(0.0)
    found.eliminate_zeros()
    return found


def read_split(train: Path, validation: Path, test: Path, net: Path | None) -> SocialData:
    """Read three TSV files of user, item and one of user, friend. Friends who did nothing are left out."""
    parts = [_pairs(path) for path in (train, validation, test)]
    users = np.unique(np.concatenate([part[:, 0] for part in parts]))
    items = np.unique(np.concatenate([part[:, 1] for part in parts]))
    first, second, third = (_numbered(part, users, items) for part in parts)
    return SocialData(users, items, first, second, third, _known_friends(net, users))


def read_atomic(folder: Path, seed: int) -> SocialData:
    """Read RecBole's ``*.inter`` and ``*.net`` and split 8:1:1 as RecBole does under this seed."""
    inter, net = sorted(folder.glob("*.inter")), sorted(folder.glob("*.net"))
    if len(inter) != 1 or len(net) != 1:
        raise InvalidInput(
            code="not_atomic",
            detail=f"{folder} has {len(inter)} .inter and {len(net)} .net files.",
            expected="One each.",
        )
    pairs = _pairs(inter[0])
    users, items = np.unique(pairs[:, 0]), np.unique(pairs[:, 1])
    train, validation, test = ratio_split(_numbered(pairs, users, items), seed)
    return SocialData(users, items, train, validation, test, _known_friends(net[0], users))


def ratio_split(pairs: Array, seed: int) -> tuple[Array, Array, Array]:
    """Split each user's pairs 8:1:1 in random order, as RecBole (Zhao et al., 2021) does.

    Its ``RS`` split with order ``RO``, grouped by user: PyTorch's permutation under the seed, a tenth rounded down for
    test, as many for validation, the rest for training.
    """
    import torch

    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(seed)).numpy()
    order = order[np.argsort(pairs[order, 0], kind="stable")]
    shuffled = pairs[order]
    totals = np.bincount(shuffled[:, 0])
    tenth = (totals * 0.1).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(totals)[:-1]])
    place = np.arange(len(shuffled)) - starts[shuffled[:, 0]]
    total, part = totals[shuffled[:, 0]], tenth[shuffled[:, 0]]
    in_test, in_train = place >= total - part, place < total - 2 * part
    return shuffled[in_train], shuffled[~in_train & ~in_test], shuffled[in_test]


def _pairs(path: Path) -> Array:
    """Return the first two columns of a tab-separated file with a header, as text (n, 2)."""
    try:
        table = pl.read_csv(path, separator="\t", infer_schema=False, quote_char=None, truncate_ragged_lines=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput(code="unreadable_pairs", detail=f"{path} cannot be read: {error}") from error
    if table.width < 2 or table.select(pl.nth(0, 1)).null_count().sum_horizontal()[0]:
        raise InvalidInput(
            code="not_pairs",
            detail=f"{path} has {table.width} tab-separated columns, or a line with fewer than two values.",
            expected="A header and two tab-separated values on every line.",
        )
    pairs: Array = table.select(pl.nth(0, 1)).unique(maintain_order=True).to_numpy().astype(str)
    return pairs


def _numbered(pairs: Array, users: Array, items: Array) -> Array:
    return np.stack([np.searchsorted(users, pairs[:, 0]), np.searchsorted(items, pairs[:, 1])], axis=1)


def _known_friends(net: Path | None, users: Array) -> Array:
    if net is None:
        return np.zeros((0, 2), dtype=np.int64)
    pairs = _pairs(net)
    known = np.isin(pairs, users).all(axis=1)
    return np.searchsorted(users, pairs[known]).astype(np.int64)
