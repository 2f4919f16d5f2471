"""A made-up set whose truth is known: people in circles, whose members know one another and like the same things."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipelines.offline.social.data import SocialData, read_split

CIRCLES, PEOPLE, THINGS = 6, 150, 180


@pytest.fixture
def circles(tmp_path: Path) -> Path:
    """A folder with train.tsv, val.tsv, test.tsv and net.tsv."""
    random = np.random.default_rng(5)
    of_person, of_thing = random.integers(0, CIRCLES, PEOPLE), random.integers(0, CIRCLES, THINGS)
    plays = random.random((PEOPLE, THINGS)) < np.where(of_person[:, None] == of_thing[None], 0.35, 0.01)
    known = random.random((PEOPLE, PEOPLE)) < np.where(of_person[:, None] == of_person[None], 0.3, 0.0)
    people, things = np.nonzero(plays)
    order = random.permutation(len(people))
    edges = np.split(order, [int(0.5 * len(order)), int(0.7 * len(order))])
    for name, rows in zip(("train", "val", "test"), edges, strict=True):
        _write(tmp_path / f"{name}.tsv", "user\titem", [(f"u{people[r]}", f"i{things[r]}") for r in rows])
    strangers = [("u1", "nobody")]  # friends who did nothing are left out
    _write(tmp_path / "net.tsv", "user\tfriend", [(f"u{a}", f"u{b}") for a, b in np.argwhere(known)] + strangers)
    return tmp_path


@pytest.fixture
def data(circles: Path) -> SocialData:
    """The same, read."""
    return read_split(*(circles / f"{name}.tsv" for name in ("train", "val", "test", "net")))


@pytest.fixture
def quiet() -> Callable[[str], None]:
    """Somewhere to tell progress to."""
    return lambda _line: None


def _write(path: Path, header: str, pairs: list[tuple[str, str]]) -> None:
    path.write_text("\n".join([header, *("\t".join(pair) for pair in pairs)]) + "\n", encoding="utf-8")
