"""Builds serving snapshots: read the database, learn vectors, write columns, seal, and put the result in force."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, seal
from core.clock import Clock
from core.encoder import TextEncoder
from core.errors import Unavailable
from core.settings import Settings
from core.storage.database import Database
from core.vocabulary import EventKind, Visibility
from pipelines.offline.ranking_data import RankingData, load_ranking_data
from pipelines.offline.snapshot_parts import Parts, joined_lists, write_parts
from pipelines.offline.vectors import Vectors, learn_vectors
from ranking.catalogue import family_number, film_number
from ranking.features import decayed
from ranking.snapshot import COUNTS, CURRENT, SNAPSHOT_NAME, SNAPSHOT_SCHEMA, VIDEO_COLUMNS
from ranking.understanding.kept import as_bytes, none_kept, unpacked
from ranking.understanding.model import AttributeModel
from ranking.words import side_by_side, stem_hashes

Array = NDArray[Any]
Progress = Callable[[str], None]
_HEAT_HALF_LIFE_S = 36 * 3600.0
_KEPT = 4
COUNT_OF_KIND: dict[EventKind, str] = {
    EventKind.LIKE: "like",
    EventKind.COMMENT: "comment",
    EventKind.SHARE: "share",
    EventKind.CREATE: "create",
    EventKind.REMIX: "create",
    EventKind.HIDE: "hide",
    EventKind.REPORT: "report",
    EventKind.POLL_ANSWER: "poll",
}
HEATING = (EventKind.LIKE, EventKind.COMMENT, EventKind.SHARE, EventKind.CREATE, EventKind.REMIX)


def build_snapshot(
    database: Database,
    encoder: TextEncoder,
    settings: Settings,
    clock: Clock,
    *,
    heads: Path | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Build a snapshot of the database as it is, put it in force and return its manifest.

    ``heads`` is a folder of trained heads; without it the heads of the snapshot in force are carried over, if any.
    """
    say = progress or (lambda _step: None)
    say("reading events")
    data = load_ranking_data(database, encoder)
    say("learning vectors")
    vectors = learn_vectors(data)
    say("writing the snapshot")
    return publish(data, vectors, settings.snapshots, clock.now(), heads=heads or live_heads(settings.snapshots))


def live_heads(snapshots: Path) -> Path | None:
    """Return the folder of the heads in force, or None."""
    try:
        folder = snapshots / (snapshots / CURRENT).read_text(encoding="utf-8").strip() / "heads"
    except OSError:
        return None
    return folder if folder.is_dir() else None


def publish(
    data: RankingData,
    vectors: Vectors,
    snapshots: Path,
    now: datetime,
    *,
    heads: Path | None = None,
    metrics: dict[str, Any] | None = None,
) -> Manifest:
    """Write a snapshot as of ``now`` and make it the live one. It appears whole or not at all."""
    counted = {"people": len(data.people), "videos": len(data.videos), "events": len(data.events.at)}
    made_by = "kindling train heads" if metrics else "kindling train snapshot"

    def write(folder: Path) -> None:
        write_snapshot(data, vectors, folder, now, heads=heads)

    return put_out(write, snapshots, now, made_by=made_by, data=counted, metrics=metrics)


def put_out(
    write: Callable[[Path], None],
    snapshots: Path,
    now: datetime,
    *,
    made_by: str,
    data: dict[str, Any],
    metrics: dict[str, Any] | None = None,
) -> Manifest:
    """Let ``write`` fill a folder, seal it and make it the live snapshot; on any failure nothing changes."""
    try:
        snapshots.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=snapshots))
    except OSError as error:
        raise _unwritable(error) from error
    try:
        write(making)
        manifest = seal(
            making,
            name=SNAPSHOT_NAME,
            schema_version=SNAPSHOT_SCHEMA,
            created_at=now,
            made_by=made_by,
            data=data,
            metrics=metrics or {},
        )
        _put_in_force(making, snapshots, manifest.revision)
    except OSError as error:
        raise _unwritable(error) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return manifest


def write_snapshot(data: RankingData, vectors: Vectors, folder: Path, now: datetime, *, heads: Path | None) -> None:
    """Write every column of a snapshot below ``folder``."""
    write_parts(parts_of(data, vectors, now.timestamp()), folder, heads=heads)


def parts_of(data: RankingData, vectors: Vectors, built_at: float) -> Parts:
    """Return the columns of a snapshot of this data."""
    counts = counts_until(data, built_at)
    by_person = np.zeros((len(data.people), len(COUNTS)))
    np.add.at(by_person, data.creators, counts)
    videos = {}
    for name, values in video_columns(data, vectors, counts, built_at).items():
        dtype, shape = VIDEO_COLUMNS[name]
        videos[name] = np.asarray(values).astype(dtype).reshape((len(data.videos), *shape))
    tokens = [stem_hashes(f"{video.prompt} {video.caption} {video.style}") for video in data.videos]
    attributes = AttributeModel.open()
    return Parts(
        built_at=built_at,
        videos=videos,
        tokens=joined_lists(tokens, np.uint32),
        attributes=_attributes(data, tokens, attributes),
        attributes_revision=attributes.revision,
        people=data.people,
        person_vectors=vectors.people.astype(np.float32),
        person_counts=by_person.astype(np.float32),
        follows=data.follows,
        content_map=vectors.content_map,
        places=data.places,
    )


def video_columns(data: RankingData, vectors: Vectors, counts: Array, built_at: float) -> dict[str, Any]:
    """Return every column of ``ranking.snapshot.VIDEO_COLUMNS``."""
    videos = data.videos
    parents = {video.id: video.remixed_from for video in videos}
    return {
        "id": [video.id.encode() for video in videos],
        "creator": data.creators,
        "published_at": data.published_at,
        "film": [film_number(video.id, video.film_key) for video in videos],
        "family": [family_number(_root(video.id, parents)) for video in videos],
        "teen": [video.teen_allowed for video in videos],
        "adult": [video.adult_allowed for video in videos],
        "open": [
            video.visibility == Visibility.PUBLIC and not data.is_private[creator]
            for video, creator in zip(videos, data.creators, strict=True)
        ],
        "limited": [video.limited for video in videos],
        "is_remix": [video.remixed_from is not None for video in videos],
        "seconds": [video.seconds for video in videos],
        "counts": counts,
        "heat": _heat(data, built_at),
        "text": data.texts,
        "vector": vectors.videos,
    }


def counts_until(data: RankingData, moment: float) -> Array:
    """Return each video's counts up to ``moment``, shape (videos, 9), in the order of ``COUNTS``."""
    counts = np.zeros((len(data.videos), len(COUNTS)))
    np.add.at(counts[:, COUNTS.index("impression")], data.shown.video[data.shown.at < moment], 1.0)
    for name, chosen, weights in count_sources(data):
        kept = chosen & (data.events.at < moment)
        np.add.at(counts[:, COUNTS.index(name)], data.events.video[kept], weights[kept])
    return counts


def count_sources(data: RankingData) -> list[tuple[str, Array, Array]]:
    """Return (count, which events add to it, how much each adds) for all counts but impressions."""
    kinds, ones = data.events.kind, np.ones(len(data.events.at))
    found = [(name, kinds == str(kind), ones) for kind, name in COUNT_OF_KIND.items()]
    is_poll = (kinds == str(EventKind.POLL_ANSWER)) & ~np.isnan(data.events.value)
    return [*found, ("poll_sum", is_poll, np.nan_to_num(data.events.value))]


def _heat(data: RankingData, built_at: float) -> Array:
    heat = np.zeros(len(data.videos))
    chosen = np.isin(data.events.kind, [str(kind) for kind in HEATING]) & (data.events.at < built_at)
    np.add.at(heat, data.events.video[chosen], decayed(built_at - data.events.at[chosen], _HEAT_HALF_LIFE_S))
    return np.where(heat > 0.05, heat, 0.0)


def _attributes(data: RankingData, tokens: Sequence[Array], heads: AttributeModel) -> Array:
    """Return what is kept of each video, (videos, attributes); read off the words again where other heads read it."""
    kept = [unpacked(video.attributes, heads.revision) for video in data.videos]
    values, _ = none_kept(len(kept))
    for row, known in enumerate(kept):
        values[row] = 0 if known is None else known
    unknown = [row for row, known in enumerate(kept) if known is None]
    if unknown:
        words = side_by_side([tokens[row] for row in unknown])
        values[unknown] = as_bytes(heads.probabilities(data.texts[unknown], *words))
    return values


def _root(video_id: str, parents: dict[Any, Any]) -> str:
    while (parent := parents.get(video_id)) is not None:
        video_id = parent
    return video_id


def _put_in_force(making: Path, snapshots: Path, revision: str) -> None:
    folder = snapshots / revision
    if not folder.exists():
        making.chmod(0o755)
        making.rename(folder)
    partial = snapshots / f".{CURRENT}.{revision}"
    partial.write_text(revision + "\n", encoding="utf-8")
    partial.replace(snapshots / CURRENT)
    kept = sorted((path for path in snapshots.iterdir() if (path / "manifest.json").exists()), key=_made, reverse=True)
    for old in [path for path in kept if path.name != revision][_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _made(folder: Path) -> float:
    return (folder / "manifest.json").stat().st_mtime


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(
        code="snapshots_unwritable",
        detail=f"The snapshots folder cannot be written to: {error.strerror or error}.",
        expected="Free some space or make the folder writable, then try again.",
    )
