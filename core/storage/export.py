"""Everything that is held about a person, table by table, for their own copy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select

from core.ids import PersonId
from core.storage.database import Transaction
from core.storage.tables import accounts, batches, creation, family, feed, messages, safety, webhooks, wellbeing


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of record: the rows of ``table`` whose ``column`` is the person."""

    name: str
    table: Table
    column: str


# What someone else did to this person (blocked them, reported them) is that person's, and is not here.
HELD = (
    Held("profile", accounts.people, "id"),
    Held("following", accounts.follows, "follower_id"),
    Held("followers", accounts.follows, "followee_id"),
    Held("blocks", accounts.blocks, "blocker_id"),
    Held("follow_requests_of_mine", accounts.follow_requests, "follower_id"),
    Held("follow_requests_to_me", accounts.follow_requests, "followee_id"),
    Held("passkeys", accounts.passkeys, "person_id"),
    Held("passkey_challenges", accounts.passkey_challenges, "person_id"),
    Held("signed_out", accounts.sign_outs, "person_id"),
    Held("retried_requests", accounts.idempotency, "owner_id"),
    Held("audit_log", accounts.audit_log, "actor"),
    Held("pages", feed.pages, "person_id"),
    Held("impressions", feed.impressions, "person_id"),
    Held("events", feed.events, "person_id"),
    Held("likes", feed.likes, "person_id"),
    Held("hides", feed.hides, "person_id"),
    Held("steers", feed.steers, "person_id"),
    Held("goals", feed.goals, "person_id"),
    Held("chat_topics", feed.chat_topics, "person_id"),
    Held("videos", creation.videos, "creator_id"),
    Held("jobs", creation.jobs, "person_id"),
    Held("plan", creation.plans, "person_id"),
    Held("webhook_endpoints", webhooks.webhook_endpoints, "person_id"),
    Held("characters", creation.characters, "owner_id"),
    Held("characters_shared_with_me", creation.character_grants, "person_id"),
    Held("videos_showing_me", creation.video_characters, "owner_id"),
    Held("decisions", safety.decisions, "person_id"),
    Held("safety_batches", batches.safety_batches, "owner_id"),
    Held("appeals", safety.appeals, "person_id"),
    Held("reviews_by_me", safety.review_cases, "reviewer_id"),
    Held("viewing", wellbeing.viewing, "person_id"),
    Held("openings", wellbeing.openings, "person_id"),
    Held("notifications", wellbeing.notifications, "person_id"),
    Held("polls", wellbeing.polls, "person_id"),
    Held("charter_signed_by_me", wellbeing.charter_log, "by"),
    Held("guardian_of", family.family_links, "guardian_id"),
    Held("guarded_by", family.family_links, "teen_id"),
    Held("controls_on_me", family.family_controls, "teen_id"),
    Held("controls_set_by_me", family.family_controls, "set_by"),
    Held("family_log", family.family_log, "teen_id"),
    Held("family_asks", family.family_asks, "teen_id"),
    Held("family_grants", family.family_grants, "teen_id"),
    Held("family_notices", family.family_notices, "person_id"),
    Held("consents_about_me", family.consents, "teen_id"),
    Held("consents_by_me", family.consents, "given_by"),
    Held("age_checks", family.age_checks, "person_id"),
    Held("messages_by_me", messages.messages, "sender_id"),
    Held("messages_to_me", messages.messages, "recipient_id"),
)

# Tables without a person of their own, and why nothing of them is missing from anyone's copy.
NOT_OF_A_PERSON = {
    "policy_versions": "what the rules are",
    "policy_heads": "which rules hold",
    "policy_activations": "an operator's act; the audit log, which is exported, has it too",
    "policy_shadows": "a trial of rules that affect nobody",
    "policy_shadow_counts": "counts",
    "policy_shadow_disagreements": "scores without text or person",
    "previews": "passing pictures of a film while it is made; the film is the person's",
    "safety_batch_items": "read through the batch they belong to",
    "webhook_deliveries": "copies, on their way, of what happened to videos that are exported",
}


class Export:
    """Reads what is held."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, person_id: PersonId) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield each kind of record with its rows as JSON values, in order of their keys."""
        for held in HELD:
            query = select(held.table).where(held.table.c[held.column] == person_id)
            rows = self._tx.connection.execute(query.order_by(*held.table.primary_key.columns)).mappings()
            yield held.name, [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Return a column's value as JSON: moments in ISO form, bytes in hex."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
