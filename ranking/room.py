"""The ranking room: one façade over the snapshot in force, the value policy and steering."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Self

import structlog

from core.encoder import TextEncoder
from core.errors import BrokenArtifact, InvalidInput
from core.records import Video
from core.vocabulary import FeedMode
from ranking.catalogue import Catalogue
from ranking.experiments import ExperimentsPolicy, load_experiments, variants
from ranking.goals import Goals, GoalsPolicy, load_goals
from ranking.page import RankedPage
from ranking.ranker import Ranker, Visible
from ranking.snapshot import CURRENT, Snapshot, current_folder, open_snapshot
from ranking.sources.all import make_sources
from ranking.steering.concepts import ConceptsPolicy, load_concepts
from ranking.steering.llm import SteerReader, merged
from ranking.steering.matching import Steering
from ranking.steering.normalise import cleaned
from ranking.steering.parse import parse_steer, understood_as
from ranking.steering.steer import Lasts, Understood
from ranking.understanding.model import AttributeModel
from ranking.value import ValuePolicy, load_safer_value, load_value
from ranking.viewer import Viewer

_log = structlog.get_logger(__name__)
_MARGIN = timedelta(minutes=2)  # how long a transaction may take from choosing `published_at` to its commit
_PHRASES = 4096


class Ranking:
    """Who sees what. Safe to share between threads: a page works on whatever catalogue was in force when it began."""

    def __init__(
        self,
        snapshots: Path,
        snapshot: Snapshot,
        encoder: TextEncoder,
        value: ValuePolicy,
        safer: ValuePolicy,
        concepts: ConceptsPolicy,
        goals: GoalsPolicy,
        reader: SteerReader | None = None,
        experiments: ExperimentsPolicy | None = None,
        overrides: Path | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._stamp = _stamp(snapshots)
        self._catalogue = Catalogue(snapshot)
        self._changing = threading.Lock()
        self._refreshing = threading.Lock()
        self.value, self.safer = value, safer
        self.attributes = AttributeModel.open()
        self._concepts, self._is_word, self._reader = concepts, encoder.is_word, reader
        encode = lru_cache(_PHRASES)(encoder.encode_one)
        steering = Steering(concepts, encode, self.attributes)
        self.goals = Goals(goals, encode, self.attributes)
        self._ranker = Ranker(value, make_sources(value.sources), steering, self.goals)
        self.experiments = experiments or load_experiments()
        self._arms = {
            arm: Ranker(policy, make_sources(policy.sources), steering, self.goals)
            for arm, policy in variants(self.experiments, value, overrides).items()
        }
        self._safer_ranker = Ranker(safer, make_sources(safer.sources), steering, self.goals)

    @classmethod
    def open(
        cls, snapshots: Path, encoder: TextEncoder, *, overrides: Path | None = None, reader: SteerReader | None = None
    ) -> Self:
        """Open the live snapshot and the policies. Raises ``BrokenArtifact`` or ``BrokenPolicy``.

        ``reader``: a language model that reads steers before our own parser does.
        """
        value, safer, concepts = load_value(overrides), load_safer_value(overrides), load_concepts(overrides)
        snapshot = open_snapshot(current_folder(snapshots))
        return cls(
            snapshots,
            snapshot,
            encoder,
            value,
            safer,
            concepts,
            load_goals(overrides),
            reader,
            load_experiments(overrides),
            overrides,
        )

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force."""
        return self._catalogue.snapshot

    @property
    def catalogue(self) -> Catalogue:
        """The snapshot in force and what was published since."""
        return self._catalogue

    def refresh(self) -> bool:
        """Put the live snapshot in force; False if it already is.

        Raises ``BrokenArtifact`` if the new one cannot be used; the old one then goes on serving.
        """
        with self._refreshing:
            stamp = _stamp(self._snapshots)
            folder = current_folder(self._snapshots)
            snapshot = open_snapshot(folder)
            self._stamp = stamp
            if snapshot.revision == self.snapshot.revision:
                return False
            with self._changing:
                since = snapshot.built_at - _MARGIN.total_seconds()
                recent = [video for video in self._catalogue.videos if _published_s(video) > since]
                self._catalogue = Catalogue(snapshot, recent)
            return True

    def refresh_when_changed(self) -> None:
        """Look whether another snapshot is live, and open it in the background. Costs one file look-up."""
        stamp = _stamp(self._snapshots)
        if stamp == self._stamp:
            return
        self._stamp = stamp  # a broken snapshot is tried once, not on every page
        threading.Thread(target=self._refresh_and_log, name="snapshot-refresh", daemon=True).start()

    def known_until(self) -> datetime:
        """Return the moment from which on published videos should be told to ``learn``."""
        newest = max((_published_s(video) for video in self._catalogue.videos), default=self.snapshot.built_at)
        return datetime.fromtimestamp(newest, UTC) - _MARGIN

    def learn(self, videos: Sequence[Video]) -> None:
        """Take in videos published since the snapshot; those already known change nothing."""
        if not self._unknown(videos):
            return
        with self._changing:
            unknown = self._unknown(videos)
            if unknown:
                self._catalogue = Catalogue(self.snapshot, (*self._catalogue.videos, *unknown))

    def page(
        self,
        viewer: Viewer,
        *,
        size: int,
        mode: FeedMode,
        now: datetime,
        page_id: str,
        visible: Visible,
        is_safer: bool = False,
    ) -> RankedPage:
        """Return a page of at most ``size`` items, under the safer value policy if ``is_safer``.

        ``visible`` is asked, with video ids, which of them the database lets this viewer see at this moment.
        """
        arm = self.experiments.arm_for(viewer, now.timestamp()) if mode == FeedMode.RANKED else None
        ranker = self._safer_ranker if is_safer else self._ranker if arm is None else self._arms[arm]
        return ranker.page(viewer, self._catalogue, size=size, mode=mode, now=now, page_id=page_id, visible=visible)

    def parse_steer(self, text: str, *, now: datetime, timezone: str, lasts: Lasts | None = None) -> Understood:
        """Return what a text asks for, by the language model if there is one. Raises ``InvalidInput``."""
        local = partial(
            parse_steer, text, now=now, timezone=timezone, concepts=self._concepts, knows=self._is_word, lasts=lasts
        )
        read = None if self._reader is None else self._reader.read(cleaned(text))
        if read is None:
            return local()
        try:
            asked = merged(read, local().asked)
        except InvalidInput:  # in another language, say
            asked = read
        return understood_as(asked, text, now=now, timezone=timezone, concepts=self._concepts, lasts=lasts)

    def _unknown(self, videos: Sequence[Video]) -> list[Video]:
        rows = self._catalogue.rows_of([video.id for video in videos])
        return [video for video, row in zip(videos, rows, strict=True) if row < 0]

    def _refresh_and_log(self) -> None:
        try:
            if self.refresh():
                _log.info("snapshot_in_force", revision=self.snapshot.revision)
        except BrokenArtifact as error:
            _log.error("snapshot_refused", detail=error.detail, expected=error.expected, path=error.path)


def _stamp(snapshots: Path) -> tuple[int, int]:
    try:
        status = (snapshots / CURRENT).stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)


def _published_s(video: Video) -> float:
    return (video.published_at or video.created_at).timestamp()
