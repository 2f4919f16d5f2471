"""A candidate beside the policy in force: it judges what is really judged, on a thread of its own, without effect."""

import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from pathlib import Path

import structlog

from core.clock import Clock
from core.encoder import TextEncoder
from core.errors import Conflict, InvalidInput
from core.ids import new_id
from core.storage.audit import AuditLog
from core.storage.database import Database
from core.storage.policies import MODERATION, PolicyVersions
from core.storage.shadows import MOST_KEPT, Disagreement, Shadow, Shadows
from core.verdicts import Verdict
from pipelines.online.policy_life import Signed, put_forward
from pipelines.online.policy_watch import ModerationWatch, stored_policy
from safety.decide import Scores, decide_parts
from safety.judgement import JudgedTexts
from safety.policy import ModerationPolicy
from safety.text.classifier import ANY, TextClassifier

_WAITING, _FLUSH_EVERY, _FLUSH_AFTER_S = 1_000, 500, 2.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What a shadow judges by. ``classifier`` is None where it judges the live scores."""

    shadow_id: str
    policy: ModerationPolicy
    classifier: TextClassifier | None

    def judge(self, judged: JudgedTexts) -> Verdict:
        parts = judged.parts
        if self.classifier is not None:
            parts = [(name, text, self._scores(text)) for name, text, _ in parts]
        return decide_parts(parts, judged.verdict.surface, judged.verdict.audience, self.policy)

    def _scores(self, text: str) -> Scores:
        found = (self.classifier.scores([text])[0] if self.classifier else {}).items()
        return {name: score for name, score in found if name != ANY}


class ShadowRunner:
    """Takes what was judged while a shadow runs. Whoever asked never waits: what there is no time for is dropped."""

    def __init__(self, database: Database, watch: ModerationWatch, encoder: TextEncoder, clock: Clock) -> None:
        self._database, self._watch, self._encoder, self._clock = database, watch, encoder, clock
        self._waiting: queue.Queue[tuple[str, JudgedTexts]] = queue.Queue(_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._candidate: _Candidate | None = None
        self._unusable: str | None = None
        self._flushing = threading.Lock()
        self._tally: Counter[tuple[str, str, str, str]] = Counter()
        self._disagreements: list[Disagreement] = []
        self._dropped = self._failed = 0
        self._counted_for: str | None = None

    def offer(self, judged: JudgedTexts) -> None:
        """Let the shadow that runs, if any, judge this too."""
        shadow_id = self._watch.shadow_id
        if shadow_id is None:
            return
        self._staff()
        try:
            self._waiting.put_nowait((shadow_id, judged))
        except queue.Full:
            self._dropped += 1

    def settle(self) -> None:
        """Wait until everything offered was judged, and store what was counted: for stopping, and for tests."""
        self._waiting.join()
        self._flush()

    def _staff(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="policy-shadow", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        flushed = time.monotonic()
        while True:
            try:
                shadow_id, judged = self._waiting.get(timeout=_FLUSH_AFTER_S)
            except queue.Empty:
                shadow_id, judged = "", None
            if judged is not None:
                self._compare(shadow_id, judged)
                self._waiting.task_done()
            if self._tally.total() >= _FLUSH_EVERY or time.monotonic() - flushed > _FLUSH_AFTER_S:
                self._flush()
                flushed = time.monotonic()

    def _compare(self, shadow_id: str, judged: JudgedTexts) -> None:
        if self._counted_for != shadow_id:
            self._flush()
            self._counted_for = shadow_id
        try:
            candidate = self._opened(shadow_id)
            said = None if candidate is None else candidate.judge(judged)
        except Exception as error:  # a candidate's fault is a finding about the candidate, and nobody else's trouble
            _log.warning("shadow failed", shadow=shadow_id, error=repr(error))
            said = None
        if said is None:
            self._failed += 1
            return
        with self._flushing:
            self._note(judged.verdict, said)

    def _note(self, live: Verdict, said: Verdict) -> None:
        names = (str(live.surface), str(live.audience), live.outcome.name.lower(), said.outcome.name.lower())
        self._tally[names] += 1
        if live.outcome != said.outcome and len(self._disagreements) < MOST_KEPT:
            scores = {name: round(float(x), 6) if isfinite(x) else None for name, x in live.scores.items()}
            self._disagreements.append(Disagreement(*names, live.rule_id, said.rule_id, scores, self._clock.now()))

    def _opened(self, shadow_id: str) -> _Candidate | None:
        if self._candidate is not None and self._candidate.shadow_id == shadow_id:
            return self._candidate
        if self._unusable == shadow_id:
            return None
        self._unusable = shadow_id  # unless what follows succeeds
        with self._database.read() as tx:
            shadow = Shadows(tx).find(shadow_id)
            if shadow is None:
                return None
            policy = stored_policy(PolicyVersions(tx).find(shadow.revision), shadow.revision)
        classifier = TextClassifier(self._encoder, Path(shadow.classifier)) if shadow.classifier else None
        self._candidate, self._unusable = _Candidate(shadow_id, policy, classifier), None
        return self._candidate

    def _flush(self) -> None:
        with self._flushing:
            tally, kept, shadow_id = self._tally, self._disagreements, self._counted_for
            dropped, failed = self._dropped, self._failed
            if shadow_id is None or not (tally or dropped or failed):
                return
            try:
                with self._database.write() as tx:
                    Shadows(tx).record(shadow_id, tally, kept, dropped=dropped, failed=failed)
            except Exception as error:  # the counts stay, and go with the next
                _log.warning("shadow not stored", shadow=shadow_id, error=repr(error))
                return
            self._tally, self._disagreements = Counter(), []
            self._dropped -= dropped
            self._failed -= failed


def start_shadow(
    database: Database, filed: ModerationPolicy, text: str, source: str, signed: Signed, classifier: str = ""
) -> Shadow:
    """Let a candidate judge beside the policy in force, from the next request on and without effect.

    Raises ``BrokenPolicy``, and ``Conflict`` while another one runs.
    """
    signed = signed.checked()
    with database.write() as tx:
        head = PolicyVersions(tx).lock()
        if head.shadow_id is not None:
            raise Conflict("shadow_runs", "A candidate runs beside already.", expected="stop it first")
        policy = put_forward(tx, filed, text, source, signed)
        shadow = Shadow(
            new_id("shadow"), MODERATION, policy.revision, classifier, signed.by, signed.reason, signed.at
        )  # fmt: skip
        Shadows(tx).add(shadow)
        PolicyVersions(tx).set_head(replace(head, shadow_id=shadow.id))
        detail = {"version": policy.version, "revision": policy.revision, "classifier": classifier}
        AuditLog(tx).append(signed.at, signed.by, "policy.shadow_started", shadow.id, detail)
    return shadow


def stop_shadow(database: Database, by: str, at: datetime) -> str:
    """Stop the candidate that runs beside; return its id. Raises ``Conflict`` if there is none."""
    if not by.strip():
        raise InvalidInput("bad_name", "A change of policy needs a name.", field="by", expected="who answers for it")
    with database.write() as tx:
        head = PolicyVersions(tx).lock()
        if head.shadow_id is None:
            raise Conflict("no_shadow", "No candidate runs beside the policy in force.", expected="start one")
        Shadows(tx).stop(head.shadow_id, at)
        PolicyVersions(tx).set_head(replace(head, shadow_id=None))
        AuditLog(tx).append(at, by, "policy.shadow_stopped", head.shadow_id, {})
    return head.shadow_id
