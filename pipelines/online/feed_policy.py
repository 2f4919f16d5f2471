"""After another policy was activated: who may be shown what is published already, decided again from stored scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from core.ids import VideoId
from core.records import Video
from core.storage.database import Database, Transaction
from core.storage.decision_history import StoredWords
from core.storage.decisions import Decision
from core.storage.videos import Videos
from core.verdicts import Verdict, strictest
from core.vocabulary import Outcome
from pipelines.online.judging import FeedVerdicts, feed_verdicts, film_flags, limited
from pipelines.online.policy_life import policy_in_force
from safety.decide import decide, is_by_scores
from safety.policy import ModerationPolicy

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Followed:
    """How many videos were looked at, for how many it changed who may see them, and which have no stored scores."""

    looked_at: int
    changed: int
    without_scores: int


def follow_policy(database: Database, filed: ModerationPolicy) -> Followed:
    """Let the feed follow the policy in force: set anew, from stored scores, who may be shown each video.

    Batch by batch, each under the policy that holds at that moment: repeated or run twice at once, it ends with the
    policy activated last. What a reviewer overturned stays as the reviewer left it.
    """
    looked_at = changed = without = 0
    for video_ids in _all_ids(database):
        with database.write() as tx:
            policy = policy_in_force(tx, filed)
            stored = StoredWords(tx).latest(video_ids)
            changes = dict(_changes(tx, video_ids, stored, policy))
            for video_id, columns in changes.items():
                Videos(tx).change(video_id, **columns)
        looked_at += len(video_ids)
        changed += len(changes)
        without += sum(video_id not in stored for video_id in video_ids)
    return Followed(looked_at, changed, without)


def _all_ids(database: Database) -> Iterator[list[VideoId]]:
    last = ""
    while True:
        with database.read() as tx:
            page = StoredWords(tx).videos_after(last, _BATCH)
        if not page:
            return
        yield page
        last = page[-1]


def _changes(
    tx: Transaction,
    video_ids: Sequence[VideoId],
    stored: Mapping[VideoId, Sequence[Decision]],
    policy: ModerationPolicy,
) -> Iterator[tuple[VideoId, dict[str, Any]]]:
    kept = StoredWords(tx).overturned(video_ids)
    for video_id, video in Videos(tx).many([ident for ident in video_ids if ident in stored]).items():
        if video_id not in kept:
            columns = _columns(video, feed_verdicts([_again(item, policy) for item in stored[video_id]]))
            if any(getattr(video, name) != value for name, value in columns.items()):
                yield video_id, columns


def _columns(video: Video, words: FeedVerdicts) -> dict[str, Any]:
    film = film_flags(video)
    return {
        "adult_allowed": film.adult and words.adult.allowed,
        "teen_allowed": film.teen and words.teen.allowed,
        "limited": film.limited or limited(words.adult),
    }


def _again(decision: Decision, policy: ModerationPolicy) -> Verdict:
    """Return the verdict that stored scores get now; what did not come from scores stays at least as strict."""
    scores = {name: nan if score is None else score for name, score in decision.scores.items()}
    verdict = decide(scores, decision.surface, decision.audience, policy)
    if is_by_scores(decision.rule_id, decision.category):
        return verdict
    held = Verdict(decision.outcome, decision.policy_version, decision.surface, decision.audience, decision.rule_id)
    return strictest(held, verdict) if held.outcome > Outcome.ALLOW else verdict
