"""A policy file that is wrong stops everything, and says which key and what to write."""

from pathlib import Path

import pytest
from pydantic import Field

from core.errors import BrokenPolicy
from core.policies import Policy, load_policy

HEADER = """
[policy]
name = "Test"
version = "2026-11-21.2"
owner = "tests"
reason = "Shows what the loader does."
effective = 2026-11-21
"""


class Caps(Policy):
    per_author: int = Field(ge=0)


def write(folder: Path, body: str) -> Path:
    path = folder / "caps.toml"
    path.write_text(body)
    return path


def test_a_good_file_loads_with_its_version(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path, "per_author = 0\n" + HEADER), Caps)
    assert policy.per_author == 0
    assert policy.version == "2026-11-21.2"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("per_author = -1\n" + HEADER, "per_author: Input should be greater than or equal to 0, not -1"),
        ("per_autor = 1\n" + HEADER, "per_autor: Extra inputs are not permitted"),
        (HEADER, "per_author: Field required"),
        ("per_author = 1\n" + HEADER.replace("2026-11-21.2", "v1"), "policy.version"),
        ("per_author = \n", "is not valid TOML"),
    ],
)
def test_a_broken_file_names_the_key(tmp_path: Path, body: str, named: str) -> None:
    with pytest.raises(BrokenPolicy) as caught:
        load_policy(write(tmp_path, body), Caps)
    assert named in caught.value.detail
    assert "caps.toml" in caught.value.detail


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenPolicy, match=r"caps\.toml"):
        load_policy(tmp_path / "caps.toml", Caps)


def test_an_operators_file_replaces_the_shipped_one_whole(tmp_path: Path) -> None:
    shipped = write(tmp_path, "per_author = 1\n" + HEADER)
    (tmp_path / "ours").mkdir()
    write(tmp_path / "ours", "per_author = 5\n" + HEADER)
    assert load_policy(shipped, Caps, tmp_path / "ours").per_author == 5
    assert load_policy(shipped, Caps, tmp_path / "elsewhere").per_author == 1
