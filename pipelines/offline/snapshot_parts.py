"""Writes the columns of a snapshot, whatever they were made from: a database, or a benchmark's drawn world."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.offline.vector_index import write_index
from ranking.snapshot import hashes_of

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """All columns of a snapshot; large ones may be memory maps. Videos stand in order of publication."""

    built_at: float  # seconds since 1970, UTC
    videos: Mapping[str, Array]  # ``ranking.snapshot.VIDEO_COLUMNS``, in their dtypes and shapes
    tokens: tuple[Array, Array]  # (indptr, indices): hashed word stems per video
    people: Array  # ids in order, ID_TYPE
    person_vectors: Array  # (people, 64) float32
    person_counts: Array  # (people, 9) float32
    follows: Array  # (edges, 2) person rows: follower, followee
    content_map: Array  # (384, 64)
    attributes: Array | None = None  # (videos, attributes) uint8: ``ranking.understanding.kept``; None: never read
    attributes_revision: str = ""  # of the heads that read them
    places: Array | None = None  # (people,) int64 ``ranking.snapshot.place_number``; None: nobody's is known


def write_parts(parts: Parts, folder: Path, *, heads: Path | None) -> None:
    """Write all columns, the look-up tables and the vector indexes below ``folder``."""
    for name, values in parts.videos.items():
        _save(folder, f"videos/{name}", values)
    _save_ids(folder, "videos", parts.videos["id"])
    _save_csr(folder, "videos/tokens", parts.tokens)
    _write_people(parts, folder)
    _save(folder, "content_map", parts.content_map)
    if parts.attributes is not None:
        _save(folder, "videos/attributes", parts.attributes)
    meta = {"built_at": parts.built_at, "attributes_revision": parts.attributes_revision}
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    write_index(folder / "similar.faiss", parts.videos["vector"])
    write_index(folder / "text.faiss", parts.videos["text"])
    if heads is not None:
        shutil.copytree(heads, folder / "heads")


def csr_of(owners: Array, values: Array, count: int) -> tuple[Array, Array]:
    """Return (indptr, indices) of lists of ``values`` by owner, each in the order given."""
    order = np.argsort(owners, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])
    return indptr.astype(np.int64), values[order].astype(np.int32)


def joined_lists(lists: Sequence[Array], dtype: Any) -> tuple[Array, Array]:
    """Return (indptr, indices) of some lists after one another."""
    indptr = np.concatenate([[0], np.cumsum([len(item) for item in lists])]).astype(np.int64)
    indices = np.concatenate(lists).astype(dtype) if lists else np.zeros(0, dtype=dtype)
    return indptr, indices


def _write_people(parts: Parts, folder: Path) -> None:
    people, creators = len(parts.people), parts.videos["creator"].astype(np.int64)
    _save(folder, "people/id", parts.people)
    _save_ids(folder, "people", parts.people)
    _save(folder, "people/vector", parts.person_vectors)
    _save(folder, "people/counts", parts.person_counts)
    if parts.places is not None:
        _save(folder, "people/place", parts.places)
    edges = parts.follows[np.lexsort((parts.follows[:, 1], parts.follows[:, 0]))]
    _save_csr(folder, "people/follows", csr_of(edges[:, 0], edges[:, 1], people))
    _save_csr(folder, "people/followers", csr_of(edges[:, 1], edges[:, 0], people))
    newest = np.arange(len(creators) - 1, -1, -1)
    _save_csr(folder, "people/videos", csr_of(creators[newest], newest, people))


def _save_ids(folder: Path, name: str, ids: Array) -> None:
    keys = hashes_of(ids)
    order = np.argsort(keys, kind="stable")
    _save(folder, f"{name}/key", keys[order])
    _save(folder, f"{name}/order", order.astype(np.int32))


def _save(folder: Path, name: str, values: Array) -> None:
    path = folder / f"{name}.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.ascontiguousarray(values), allow_pickle=False)


def _save_csr(folder: Path, name: str, rows: tuple[Array, Array]) -> None:
    _save(folder, f"{name}.indptr", rows[0])
    _save(folder, f"{name}.indices", rows[1])
