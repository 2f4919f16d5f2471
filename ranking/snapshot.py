"""The serving snapshot: an immutable folder of NumPy columns, a FAISS index, trained heads and the follow graph.

Everything is memory-mapped, so that processes on one machine share the pages. Rows of videos are in order of
publication, oldest first; rows of people are in order of id.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, open_artifact
from core.encoder import DIMENSIONS as TEXT_DIMENSIONS
from core.errors import BrokenArtifact
from ranking.heads import Heads

SNAPSHOT_NAME = "ranking-snapshot"
SNAPSHOT_SCHEMA = 1
CURRENT = "CURRENT"
VECTOR_DIMENSIONS = 64
ID_TYPE = "S64"

# What people did with a video up to the snapshot, in this order.
COUNTS = ("impression", "like", "comment", "share", "create", "hide", "report", "poll", "poll_sum")

Array = NDArray[Any]

# column -> (dtype, shape after the first axis)
VIDEO_COLUMNS: dict[str, tuple[str, tuple[int, ...]]] = {
    "id": (ID_TYPE, ()),
    "creator": ("int32", ()),
    "published_at": ("float64", ()),  # seconds since 1970, UTC
    "film": ("int64", ()),  # equal for videos that are the same film
    "family": ("int64", ()),  # equal for a video and all its remixes
    "teen": ("bool", ()),
    "adult": ("bool", ()),
    "open": ("bool", ()),  # public, by a creator who is not private
    "limited": ("bool", ()),
    "is_remix": ("bool", ()),
    "seconds": ("float32", ()),
    "counts": ("float32", (len(COUNTS),)),
    "heat": ("float32", ()),  # likes and creations of late, decayed
    "text": ("float16", (TEXT_DIMENSIONS,)),
    "vector": ("float32", (VECTOR_DIMENSIONS,)),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Lists of row numbers, one list per owner (compressed sparse rows)."""

    indptr: Array
    indices: Array

    def of(self, owner: int) -> Array:
        """Return the list of one owner; empty for owners that are not known (negative or too large)."""
        if not 0 <= owner < len(self.indptr) - 1:
            return self.indices[:0]
        return self.indices[self.indptr[owner] : self.indptr[owner + 1]]

    def of_many(self, owners: Sequence[int] | Array, *, each: int | None = None) -> Array:
        """Return the lists of several owners after one another, at most ``each`` entries of every list."""
        lists = [self.of(int(owner))[:each] for owner in owners]
        return np.concatenate(lists) if lists else self.indices[:0]


@dataclass(frozen=True)
class Snapshot:
    """One opened snapshot. Built by ``pipelines.offline.snapshot``; nothing in it ever changes."""

    manifest: Manifest
    built_at: float  # seconds since 1970, UTC
    videos: dict[str, Array]
    video_order: Array  # rows in order of id, for look-up
    tokens: Rows  # hashed word stems per video
    people: Array  # ids, in order
    person_vectors: Array  # (people, 64)
    follows: Rows  # person -> whom they follow
    followers: Rows  # person -> who follows them
    by_creator: Rows  # person -> their videos, newest first
    creator_counts: Array  # (people, 9): counts over all of a person's videos
    content_map: Array  # (384, 64): text vector -> learned vector, for videos nobody has met yet
    index: Any  # faiss.Index over `vector`
    text_index: Any  # faiss.Index over `text`
    heads: Heads
    _cache: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    @property
    def revision(self) -> str:
        """The manifest's content hash."""
        return self.manifest.revision

    @property
    def video_count(self) -> int:
        """How many videos it holds."""
        return len(self.videos["id"])

    def cached(self, name: str, make: Callable[[], Array]) -> Array:
        """Return an array that is worked out once for each opened snapshot."""
        if name not in self._cache:
            self._cache[name] = make()
        return self._cache[name]

    def video_rows(self, video_ids: Iterable[str]) -> Array:
        """Return the row of each video, -1 for those it does not hold; shape (n,), int64."""
        return _look_up(self.videos["id"], self.video_order, video_ids)

    def person_rows(self, person_ids: Iterable[str]) -> Array:
        """Return the row of each person, -1 for those it does not hold; shape (n,), int64."""
        return _look_up(self.people, None, person_ids)


def current_folder(snapshots: Path) -> Path:
    """Return the folder of the live snapshot. Raises ``BrokenArtifact`` that says how to make one."""
    try:
        name = (snapshots / CURRENT).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _missing(snapshots, "There is no ranking snapshot yet.") from error
    folder = snapshots / name
    if not name or "/" in name or not folder.is_dir():
        raise _missing(snapshots, f"The live ranking snapshot {name!r} is not in the snapshots folder.")
    return folder


def open_snapshot(folder: Path) -> Snapshot:
    """Open and verify a snapshot folder. Raises ``BrokenArtifact`` if anything is not as its manifest says."""
    manifest = open_artifact(folder, name=SNAPSHOT_NAME, schema_version=SNAPSHOT_SCHEMA)
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        snapshot = _read(folder, manifest, float(meta["built_at"]))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise BrokenArtifact(
            code="broken_artifact",
            detail=f"The snapshot {folder.name} cannot be read: {error}.",
            expected="Make it again with `kindling train snapshot`.",
            path=str(folder),
        ) from error
    _check_shapes(snapshot, folder)
    return snapshot


def _read(folder: Path, manifest: Manifest, built_at: float) -> Snapshot:
    import faiss  # only processes that rank pay for it

    faiss.omp_set_num_threads(1)  # a search takes microseconds; waking a second thread for it takes longer

    def column(name: str) -> Array:
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))

    def rows(name: str) -> Rows:
        return Rows(column(f"{name}.indptr"), column(f"{name}.indices"))

    return Snapshot(
        manifest=manifest,
        built_at=built_at,
        videos={name: column(f"videos/{name}") for name in VIDEO_COLUMNS},
        video_order=column("videos/order"),
        tokens=rows("videos/tokens"),
        people=column("people/id"),
        person_vectors=column("people/vector"),
        follows=rows("people/follows"),
        followers=rows("people/followers"),
        by_creator=rows("people/videos"),
        creator_counts=column("people/counts"),
        content_map=column("content_map"),
        index=faiss.read_index(str(folder / "similar.faiss"), faiss.IO_FLAG_MMAP),
        text_index=faiss.read_index(str(folder / "text.faiss"), faiss.IO_FLAG_MMAP),
        heads=Heads.open(folder / "heads"),
    )


def _check_shapes(snapshot: Snapshot, folder: Path) -> None:
    count = snapshot.video_count
    wrong = [
        name
        for name, (dtype, shape) in VIDEO_COLUMNS.items()
        if snapshot.videos[name].dtype != np.dtype(dtype) or snapshot.videos[name].shape != (count, *shape)
    ]
    if wrong or snapshot.index.ntotal != count or snapshot.text_index.ntotal != count:
        raise BrokenArtifact(
            code="broken_artifact",
            detail=f"The snapshot {folder.name} has columns of another shape: {', '.join(wrong) or 'the indexes'}.",
            expected="Make it again with `kindling train snapshot`.",
            path=str(folder),
        )


def _look_up(ids: Array, order: Array | None, wanted: Iterable[str]) -> Array:
    keys = np.array([key.encode() for key in wanted], dtype=ID_TYPE)
    if not len(ids) or not len(keys):
        return np.full(len(keys), -1, dtype=np.int64)
    places = np.searchsorted(ids, keys, sorter=order)
    places = np.minimum(places, len(ids) - 1)
    rows = places if order is None else order[places]
    return np.where(ids[rows] == keys, rows, -1).astype(np.int64)


def _missing(snapshots: Path, what: str) -> BrokenArtifact:
    return BrokenArtifact(
        code="no_snapshot",
        detail=what,
        expected="Make one with `kindling train snapshot` (an empty database will do), or `kindling demo build`.",
        path=str(snapshots),
    )
