"""The city's truth, kept aside in ``home/city/truth``: who would really like what. Only evaluation reads it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from core.errors import BrokenArtifact
from pipelines.offline.city.tastes import ResponseModel, Truth, attribute_names

Array = NDArray[np.float64]
_PEOPLE = ("pickiness", "generosity", "sociability", "creativity", "hookability")
_VIDEOS = ("quality", "hook", "makeable")


def save_truth(
    folder: Path, truth: Truth, people: Sequence[str], videos: Sequence[str], friends: Iterable[tuple[str, str]],
    creators: Sequence[str],
) -> None:  # fmt: skip
    """Write the truth as parquet files and one JSON file into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    names = attribute_names()
    columns = {"person_id": list(people)} | {name: getattr(truth, name) for name in _PEOPLE}
    columns |= {name: truth.tastes[:, index] for index, name in enumerate(names)}
    pl.DataFrame(columns).write_parquet(folder / "people.parquet")
    columns = {"video_id": list(videos), "creator_id": list(creators)}
    columns |= {name: getattr(truth, name) for name in _VIDEOS}
    columns |= {name: truth.attributes[:, index] for index, name in enumerate(names)}
    pl.DataFrame(columns).write_parquet(folder / "videos.parquet")
    pairs = sorted(friends)
    friendships = {"person_id": [pair[0] for pair in pairs], "friend_id": [pair[1] for pair in pairs]}
    pl.DataFrame(friendships, schema={"person_id": pl.String, "friend_id": pl.String}).write_parquet(
        folder / "friends.parquet"
    )
    (folder / "model.json").write_text(json.dumps(truth.model.as_dict(), indent=2) + "\n", encoding="utf-8")


class CityTruth:
    """Answers whether a video really suits a person, for people and videos of the demo city."""

    def __init__(
        self, truth: Truth, people: dict[str, int], videos: dict[str, int], creators: list[str],
        friends: set[tuple[str, str]],
    ) -> None:  # fmt: skip
        self.truth = truth
        self._people, self._videos, self._creators, self._friends = people, videos, creators, friends

    @classmethod
    def open(cls, folder: Path) -> "CityTruth":
        """Read what ``save_truth`` wrote. Raises ``BrokenArtifact`` when it is not there."""
        try:
            people, videos = pl.read_parquet(folder / "people.parquet"), pl.read_parquet(folder / "videos.parquet")
            friends = set(pl.read_parquet(folder / "friends.parquet").iter_rows())
            raw = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, pl.exceptions.PolarsError) as error:
            raise BrokenArtifact(
                code="no_truth", detail=f"The demo city's truth cannot be read: {error}.",
                expected="Build the city with `kindling demo build`.", path=str(folder),
            ) from error  # fmt: skip
        names = list(attribute_names())
        truth = Truth(
            tastes=people.select(names).to_numpy(),
            attributes=videos.select(names).to_numpy(),
            **{name: people[name].to_numpy() for name in _PEOPLE},
            **{name: videos[name].to_numpy() for name in _VIDEOS},
            model=_model(raw),
        )
        return cls(
            truth, _rows(people["person_id"]), _rows(videos["video_id"]), videos["creator_id"].to_list(), friends
        )

    @property
    def people(self) -> list[str]:
        """Everyone the truth knows, in the city's order."""
        return list(self._people)

    def knows(self, video_id: str) -> bool:
        """Whether a video was made with the city (and not since)."""
        return video_id in self._videos

    def true_satisfaction(self, person: str, videos: Sequence[str]) -> Array:
        """Return how satisfied the person would really be with each video, in (0, 1); shape (len(videos),)."""
        return self.truth.satisfaction(*self._pairs(person, videos))

    def true_creation(self, person: str, videos: Sequence[str]) -> Array:
        """Return the probability that each video, once seen, leads the person to make something; shape (n,)."""
        return self.truth.p_create(*self._pairs(person, videos))

    def _pairs(self, person: str, videos: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        rows = np.array([self._videos[video] for video in videos], dtype=np.int64)
        friend = np.array([(person, self._creators[row]) in self._friends for row in rows], dtype=np.float64)
        return np.full(len(rows), self._people[person], dtype=np.int64), rows, friend


def _rows(ids: Iterable[str]) -> dict[str, int]:
    return {ident: row for row, ident in enumerate(ids)}


def _model(raw: dict[str, Any]) -> ResponseModel:
    known = {item.name for item in fields(ResponseModel)}
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in raw.items() if key in known}
    return ResponseModel(**values)
