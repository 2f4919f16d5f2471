"""Trained trees, evaluated in NumPy: every tree of every head at once, without a branch and without LightGBM.

The method is QuickScorer (Lucchese et al., SIGIR 2015). Each tree is a word of bits, one bit a leaf, from left to
right. A test that a row fails rules out the leaves on its left. So a row's leaf is the lowest bit left after
and-ing the words of all failed tests, and which tests a feature fails depends only on how many of its thresholds
lie below the value: one table look-up a feature gives the words of all trees. The leaf found is the very one that
LightGBM finds, and a row's score does not depend on the other rows.

Neither LightGBM nor a compiler is needed to serve; ``kindling bench feed`` measures it
beside LightGBM's own predictor.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BrokenArtifact

Array = NDArray[Any]
_AT_ONCE = 128  # rows whose words stay in the processor's cache
_MOST_LEAVES = 64
_MOST_STATES = 96  # rows of a table that several features share
_ZERO = float(np.float32(1e-35))  # LightGBM takes what is no further from zero than this for zero
_CATEGORICAL, _DEFAULT_LEFT = 1, 2  # bits of LightGBM's decision_type; the two bits above name the missing value
_MISSING_NONE, _MISSING_NAN = 0, 2
_EXPONENT_OF_ONE = 127  # as a 32-bit float keeps it


@dataclass(frozen=True, slots=True)
class _Tree:
    """One tree as LightGBM writes it: arrays over its inner nodes, and its leaves' values."""

    features: Array
    thresholds: Array
    decisions: Array
    left: Array  # a node, or -(leaf + 1)
    right: Array
    leaves: Array


@dataclass(frozen=True, slots=True)
class _Tests:
    """The tests of all trees: tree, feature, threshold, whether NaN fails it, and the leaves that failing leaves."""

    tree: Array
    feature: Array
    threshold: Array
    nan_fails: Array
    words: Array


@dataclass(frozen=True, slots=True)
class _Group:
    """Some features, in how many ways each may stand to its thresholds, and the words that each combination leaves."""

    columns: tuple[int, ...]
    states: tuple[int, ...]
    words: Array  # (product of the states, trees)


@dataclass(frozen=True, slots=True)
class _Scratch:
    """Arrays to work in, each of shape (rows, trees)."""

    left: Array
    words: Array
    floats: Array
    leaves: Array
    values: Array

    def first(self, rows: int) -> "_Scratch":
        """Return the first rows of each."""
        return _Scratch(self.left[:rows], self.words[:rows], self.floats[:rows], self.leaves[:rows], self.values[:rows])


class Trees:
    """Some boosters side by side, read from LightGBM's text files: raw scores (log-odds) for rows of features."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read and prepare the boosters. Raises ``BrokenArtifact`` for files that hold no trees of a known kind."""
        boosters = [_booster(path) for path in paths]
        trees = [tree for _, _, booster in boosters for tree in booster]
        self._width = max((width for _, width, _ in boosters), default=0)
        self._ends = np.cumsum([0, *(len(booster) for _, _, booster in boosters)]).tolist()
        most = max((len(tree.leaves) for tree in trees), default=1)
        self._word: Any = np.uint16 if most <= 16 else np.uint32 if most <= 32 else np.uint64
        orders = [_leaves_from_left(tree) for tree in trees]
        self._values = np.zeros((len(trees), most))
        for place, (tree, order) in enumerate(zip(trees, orders, strict=True)):
            self._values[place, : len(order)] = tree.leaves[order]
        self._first_leaf = np.arange(len(trees), dtype=np.int64) * most - _EXPONENT_OF_ONE
        self._kept = threading.local()
        tests = _tests(trees, orders, self._word)
        columns = range(self._width)
        self._thresholds = [np.unique(tests.threshold[tests.feature == column]) for column in columns]
        self._groups = [
            _Group(tuple(columns), tuple(self._states(column) for column in columns), self._joint(tests, columns))
            for columns in self._together([column for column in columns if len(self._thresholds[column])])
        ]

    def raw(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return raw scores of shape (boosters, n) for features of shape (n, f)."""
        rows = np.asarray(features, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] != self._width:
            raise ValueError(f"the trees read {self._width} features a row; got an array of shape {rows.shape}")
        scores = np.zeros((len(self._ends) - 1, len(rows)))
        if not len(rows) or not self._ends[-1]:
            return scores
        bins, shared = self._bins(np.ascontiguousarray(rows.T, dtype=np.float64))
        scratch = self._scratch()
        for start in range(0, len(rows), _AT_ONCE):
            chosen = slice(start, min(start + _AT_ONCE, len(rows)))
            part = scratch.first(chosen.stop - start)
            self._leaf_values([(words, places[chosen]) for words, places in bins], shared, part)
            scores[:, chosen] = np.add.reduceat(part.values, self._ends[:-1], axis=1).T  # no booster is empty
        return scores

    def _bins(self, columns: Array) -> tuple[list[tuple[Array, Array]], Array]:
        """Where the rows stand in each group's table; groups that are equal in all rows are looked up once.

        ``columns``: the features by column, (f, n) float64.
        """
        columns[np.abs(columns) <= _ZERO] = 0.0
        is_nan: Array = np.isnan(columns)
        has_nan: Array = np.asarray(is_nan.any(axis=1))
        bins: list[tuple[Array, Array]] = []
        shared = np.full(self._ends[-1], ~self._word(0))
        for group in self._groups:
            places = np.zeros(columns.shape[1], dtype=np.intp)
            for column, states in zip(group.columns, group.states, strict=True):
                found = np.searchsorted(self._thresholds[column], columns[column])
                if has_nan[column]:
                    found[is_nan[column]] = states - 1
                places = places * states + found
            if (places == places[0]).all():
                shared &= group.words[places[0]]
            else:
                bins.append((group.words, places))
        return bins, shared

    def _leaf_values(self, bins: list[tuple[Array, Array]], shared: Array, at: _Scratch) -> None:
        """Work out the value of the leaf each row ends in, in every tree: ``at.values``, shape (rows, trees)."""
        at.left[:] = shared
        for words, places in bins:
            words.take(places, axis=0, out=at.words, mode="clip")  # no other mode writes in place
            np.bitwise_and(at.left, at.words, out=at.left)
        np.bitwise_not(at.left, out=at.words)
        np.add(at.words, self._word(1), out=at.words)
        np.bitwise_and(at.left, at.words, out=at.words)  # the lowest bit alone
        np.copyto(at.floats, at.words, casting="same_kind")
        exponents = at.floats.view(np.int32)  # a float's exponent is the bit's number
        np.right_shift(exponents, 23, out=exponents)
        np.add(exponents, self._first_leaf, out=at.leaves)
        self._values.ravel().take(at.leaves, out=at.values, mode="clip")

    def _scratch(self) -> _Scratch:
        """Return this thread's arrays to work in: fresh ones would cost more than the work, for their pages' sake."""
        kept: _Scratch | None = getattr(self._kept, "scratch", None)
        if kept is None:
            shape = (_AT_ONCE, self._ends[-1])
            kept = _Scratch(
                np.empty(shape, self._word), np.empty(shape, self._word), np.empty(shape, np.float32),
                np.empty(shape, np.intp), np.empty(shape),
            )  # fmt: skip
            self._kept.scratch = kept
        return kept

    def _states(self, column: int) -> int:
        """How many ways a value may stand to a feature's thresholds, NaN last."""
        return len(self._thresholds[column]) + 2

    def _together(self, columns: list[int]) -> list[list[int]]:
        """Return the features in groups whose joint table stays small: one look-up does for all of a group."""
        groups: list[list[int]] = []
        size = _MOST_STATES + 1
        for column in sorted(columns, key=self._states):
            if size * self._states(column) > _MOST_STATES:
                groups.append([])
                size = 1
            groups[-1].append(column)
            size *= self._states(column)
        return groups

    def _joint(self, tests: _Tests, columns: Sequence[int]) -> Array:
        """Return the words left by each combination of the columns' states, the last column's turning fastest."""
        trees = self._ends[-1]
        joint = np.full((1, trees), ~self._word(0))
        for column in columns:
            table = self._table(tests, column, trees)
            joint = (joint[:, None, :] & table[None, :, :]).reshape(-1, trees)
        return joint

    def _table(self, tests: _Tests, column: int, trees: int) -> Array:
        """Return the words left by 0, 1, ... failed thresholds, and last by NaN; shape (thresholds + 2, trees)."""
        thresholds = self._thresholds[column]
        table = np.full((len(thresholds) + 2, trees), ~self._word(0))
        of = tests.feature == column
        steps = np.searchsorted(thresholds, tests.threshold[of]) + 1
        np.bitwise_and.at(table, (steps, tests.tree[of]), tests.words[of])
        np.bitwise_and.accumulate(table[:-1], axis=0, out=table[:-1])
        lost = of & tests.nan_fails
        np.bitwise_and.at(table[-1], tests.tree[lost], tests.words[lost])
        return table


def _tests(trees: Sequence[_Tree], orders: Sequence[Array], word: Any) -> _Tests:
    words = [_words(tree, order, word) for tree, order in zip(trees, orders, strict=True)]
    missing = [tree.decisions >> 2 for tree in trees]
    return _Tests(
        tree=np.repeat(np.arange(len(trees)), [len(tree.features) for tree in trees]),
        feature=_joined([tree.features for tree in trees], np.int64),
        threshold=_joined([tree.thresholds for tree in trees], np.float64),
        nan_fails=_joined(
            [
                np.where(kind == _MISSING_NAN, tree.decisions & _DEFAULT_LEFT == 0, tree.thresholds < 0.0)
                for tree, kind in zip(trees, missing, strict=True)
            ],
            np.bool_,
        ),
        words=_joined(words, word),
    )


def _joined(parts: Sequence[Array], dtype: Any) -> Array:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)


def _leaves_from_left(tree: _Tree) -> Array:
    """Return the leaves in order from left to right."""
    order: list[int] = []
    waiting = [0 if len(tree.features) else -1]
    while waiting:
        node = waiting.pop()
        if node < 0:
            order.append(-node - 1)
        else:
            waiting += [int(tree.right[node]), int(tree.left[node])]
    return np.array(order, dtype=np.int64)


def _words(tree: _Tree, order: Array, word: Any) -> Array:
    """Return for each inner node the word without the bits of the leaves on its left."""
    bit = {int(leaf): 1 << place for place, leaf in enumerate(order)}
    below: dict[int, int] = {-leaf - 1: mask for leaf, mask in bit.items()}
    every = (1 << np.dtype(word).itemsize * 8) - 1

    for node in range(len(tree.features) - 1, -1, -1):  # a node's children are written after it
        below[node] = below[int(tree.left[node])] | below[int(tree.right[node])]
    return np.array([every & ~below[int(left)] for left in tree.left], dtype=word)


def _booster(path: Path) -> tuple[Path, int, list[_Tree]]:
    """Read a booster's text file: its path, how many features it reads, its trees."""
    try:
        head, *blocks = path.read_text(encoding="utf-8").split("\nTree=")
        width = int(_fields(head)["max_feature_idx"]) + 1
        trees = [_tree(block.split("\n\n")[0]) for block in blocks]
    except (KeyError, IndexError, ValueError, UnicodeDecodeError) as error:
        raise _broken(path, f"they are not as LightGBM writes them ({error})") from error
    if not trees or not head.startswith("tree"):
        raise _broken(path, "there are none")
    return path, width, trees


def _tree(block: str) -> _Tree:
    fields = _fields(block)

    def numbers(name: str, dtype: Any) -> Array:
        return np.array(fields.get(name, "").split(), dtype=dtype)

    tree = _Tree(
        features=numbers("split_feature", np.int64),
        thresholds=numbers("threshold", np.float64),
        decisions=numbers("decision_type", np.int64),
        left=numbers("left_child", np.int64),
        right=numbers("right_child", np.int64),
        leaves=numbers("leaf_value", np.float64),
    )
    inner = int(fields["num_leaves"]) - 1
    if {len(tree.features), len(tree.thresholds), len(tree.decisions), len(tree.left), len(tree.right)} != {inner}:
        raise ValueError("a tree lacks some of its nodes")
    if len(tree.leaves) != inner + 1 or inner + 1 > _MOST_LEAVES:
        raise ValueError(f"a tree has {len(tree.leaves)} leaves; it may have {_MOST_LEAVES}, as many as it says")
    if ((tree.decisions & _CATEGORICAL) != 0).any() or not np.isin(tree.decisions >> 2, [0, _MISSING_NAN]).all():
        raise ValueError("only numeric tests whose missing value is NaN or none can be served")
    if inner and not _is_sound(tree):
        raise ValueError("a tree's nodes do not hang together")
    return tree


def _is_sound(tree: _Tree) -> bool:
    """Whether every node but the first, and every leaf, hangs below exactly one node that stands before it."""
    children = np.concatenate([tree.left, tree.right])
    parents = np.tile(np.arange(len(tree.left)), 2)
    expected = np.concatenate([np.arange(-len(tree.leaves), 0), np.arange(1, len(tree.left))])
    return bool(np.array_equal(np.sort(children), expected) and (children[children > 0] > parents[children > 0]).all())


def _fields(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _broken(path: Path, what: str) -> BrokenArtifact:
    return BrokenArtifact(
        code="broken_artifact",
        detail=f"The trees in {path.name} cannot be used: {what}.",
        expected="Train them again with `kindling train heads`.",
        path=str(path),
    )
