"""The serving snapshot: an immutable folder of NumPy columns, a FAISS index, trained heads and the follow graph.

Everything is memory-mapped, so that processes on one machine share the pages. Rows of videos are in order of
publication, oldest first; rows of people are in order of id.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, open_artifact
from core.encoder import DIMENSIONS as TEXT_DIMENSIONS
from core.errors import BrokenArtifact
from core.hashing import stable_int
from ranking.heads import Heads
from ranking.understanding.kept import COUNT as ATTRIBUTE_COUNT

SNAPSHOT_NAME = "ranking-snapshot"
SNAPSHOT_SCHEMA = 2
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

    def side_by_side(self, owners: Array) -> tuple[Array, Array]:
        """Return the lists of known owners after one another, and before them whose each entry is: a place."""
        starts = self.indptr.take(owners)
        lengths = self.indptr.take(owners + 1) - starts
        before = np.cumsum(lengths) - lengths
        places = np.repeat(starts - before, lengths) + np.arange(lengths.sum())
        return np.repeat(np.arange(len(owners)), lengths), np.asarray(self.indices.take(places))

    def of_many(self, owners: Sequence[int] | Array, *, each: int | None = None) -> Array:
        """Return the lists of several owners after one another, at most ``each`` entries of every list."""
        chosen = np.asarray(owners, dtype=np.int64)
        chosen = chosen[(chosen >= 0) & (chosen < len(self.indptr) - 1)]
        starts = self.indptr[chosen]
        lengths = self.indptr[chosen + 1] - starts
        if each is not None:
            lengths = np.minimum(lengths, each)
        before = np.cumsum(lengths) - lengths
        places = np.repeat(starts - before, lengths) + np.arange(lengths.sum())
        return np.asarray(self.indices[places])


def place_number(jurisdiction: str) -> int:
    """Return a number that is equal for people of one jurisdiction; 0 for those of an unknown one."""
    return 0 if jurisdiction in {"", "ZZ"} else 1 + stable_int("place", jurisdiction, bits=62)


@dataclass(frozen=True)
class IdIndex:
    """Finds the rows of ids: a sorted column of 64-bit hashes, the row of each, and the ids to prove the find.

    Comparing eight bytes instead of an id of 64 makes the look-up of a page's 1,500 seen videos a matter of
    microseconds each, also in a million rows.
    """

    ids: Array  # (n,) ID_TYPE
    keys: Array  # (n,) uint64, sorted
    order: Array  # (n,) int32: the row of each key

    def rows(self, wanted: Iterable[str]) -> Array:
        """Return the row of each id, -1 for those that are not there; shape (n,), int64."""
        asked = _as_ids(list(wanted))
        if not len(self.ids) or not len(asked):
            return np.full(len(asked), -1, dtype=np.int64)
        rows = self.order.take(self._places(hashes_of(asked)))
        return np.where(self.ids.take(rows) == asked, rows, -1).astype(np.int64)

    def _places(self, hashes: Array) -> Array:
        """Return where each hash stands among the keys, or would stand: a few steps from where its first bits begin."""
        shift, starts = self._starts
        places = starts.take((hashes >> shift).astype(np.int64))
        last = len(self.keys) - 1
        early = np.flatnonzero((self.keys.take(places) < hashes) & (places < last))
        while len(early):
            places[early] += 1
            early = early[(self.keys.take(places[early]) < hashes[early]) & (places[early] < last)]
        return places

    @cached_property
    def _starts(self) -> tuple[np.uint64, Array]:
        """Where the keys with each value of the first bits begin, at one key a value: hashes are spread evenly."""
        bits = len(self.keys).bit_length()
        shift = np.uint64(64 - bits)
        bounds = np.arange(1 << bits, dtype=np.uint64) << shift
        return shift, np.minimum(np.searchsorted(self.keys, bounds), len(self.keys) - 1).astype(np.int32)


def _as_ids(wanted: list[str]) -> Array:
    try:
        return np.array(wanted, dtype=ID_TYPE)
    except UnicodeEncodeError:  # no id that Kindling gave out, but somebody may ask for it
        return np.array([key.encode() for key in wanted], dtype=ID_TYPE)


def hashes_of(ids: Array) -> Array:
    """Return a 64-bit hash of each id (``ID_TYPE``): its eight words, each times an odd number of its own."""
    words = np.ascontiguousarray(ids).view("<u8").reshape(len(ids), len(_ODD))
    mixed: Array = (words * _ODD).sum(axis=1, dtype=np.uint64)
    return np.asarray((mixed ^ (mixed >> np.uint64(29))) * _ODD[0])


_ODD = np.random.Generator(np.random.PCG64(1)).integers(1, 1 << 63, size=8, dtype=np.uint64) * np.uint64(2) + np.uint64(
    1
)


@dataclass(frozen=True)
class Snapshot:
    """One opened snapshot. Built by ``pipelines.offline.snapshot``; nothing in it ever changes."""

    manifest: Manifest
    built_at: float  # seconds since 1970, UTC
    videos: dict[str, Array]
    video_index: IdIndex
    tokens: Rows  # hashed word stems per video
    people: Array  # ids, in order
    person_index: IdIndex
    person_vectors: Array  # (people, 64)
    follows: Rows  # person -> whom they follow
    followers: Rows  # person -> who follows them
    by_creator: Rows  # person -> their videos, newest first
    places: Array  # (people,) int64: ``place_number``, 0 for those whose place is unknown or not to be used
    creator_counts: Array  # (people, 9): counts over all of a person's videos
    content_map: Array  # (384, 64): text vector -> learned vector, for videos nobody has met yet
    index: Any  # faiss.Index over `vector`
    text_index: Any  # faiss.Index over `text`
    heads: Heads
    attributes: Array  # (videos, attributes) uint8: ``understanding.kept``; (0, attributes) if nobody read them
    attributes_revision: str  # of the heads that read them
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
        return self.video_index.rows(video_ids)

    def person_rows(self, person_ids: Iterable[str]) -> Array:
        """Return the row of each person, -1 for those it does not hold; shape (n,), int64."""
        return self.person_index.rows(person_ids)


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
        snapshot = _read(folder, manifest, float(meta["built_at"]), str(meta.get("attributes_revision", "")))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise BrokenArtifact(
            code="broken_artifact",
            detail=f"The snapshot {folder.name} cannot be read: {error}.",
            expected="Make it again with `kindling train snapshot`.",
            path=str(folder),
        ) from error
    _check_shapes(snapshot, folder)
    return snapshot


def _read(folder: Path, manifest: Manifest, built_at: float, attributes_revision: str) -> Snapshot:
    import faiss  # only processes that rank pay for it

    faiss.omp_set_num_threads(1)  # a search takes microseconds; waking a second thread for it takes longer

    def column(name: str) -> Array:
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))

    def rows(name: str) -> Rows:
        return Rows(column(f"{name}.indptr"), column(f"{name}.indices"))

    videos = {name: column(f"videos/{name}") for name in VIDEO_COLUMNS}
    people = column("people/id")
    return Snapshot(
        manifest=manifest,
        built_at=built_at,
        videos=videos,
        video_index=IdIndex(videos["id"], column("videos/key"), column("videos/order")),
        tokens=rows("videos/tokens"),
        people=people,
        person_index=IdIndex(people, column("people/key"), column("people/order")),
        person_vectors=column("people/vector"),
        follows=rows("people/follows"),
        followers=rows("people/followers"),
        by_creator=rows("people/videos"),
        places=_places(folder, len(people)),
        creator_counts=column("people/counts"),
        content_map=column("content_map"),
        index=_index(faiss, folder / "similar.faiss"),
        text_index=_index(faiss, folder / "text.faiss"),
        heads=Heads.open(folder / "heads"),
        attributes=_attributes(folder, len(videos["id"])),
        attributes_revision=attributes_revision,
    )


def _places(folder: Path, people: int) -> Array:
    """Return everyone's place; nowhere in snapshots that were made before there were places."""
    path = folder / "people/place.npy"
    if not path.exists():
        return np.zeros(people, dtype=np.int64)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _attributes(folder: Path, videos: int) -> Array:
    """Return what attribute heads read; nothing in snapshots that were made before it was kept."""
    path = folder / "videos/attributes.npy"
    if not path.exists():
        return np.zeros((0, ATTRIBUTE_COUNT), dtype=np.uint8)
    values = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    if values.dtype != np.uint8 or values.shape != (videos, ATTRIBUTE_COUNT):
        raise ValueError(f"its attributes have the shape {values.shape}")
    return values


def _index(faiss: Any, path: Path) -> Any:
    """Open a vector index on the mapped file."""
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
    if hasattr(index, "invlists"):  # reading lists ahead in 32 threads is for disks that turn
        faiss.downcast_InvertedLists(index.invlists).prefetch_nthread = 0
    return index


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


def _missing(snapshots: Path, what: str) -> BrokenArtifact:
    return BrokenArtifact(
        code="no_snapshot",
        detail=what,
        expected="Make one with `kindling train snapshot` (an empty database will do), or `kindling demo build`.",
        path=str(snapshots),
    )
