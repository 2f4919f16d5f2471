"""All edges of one person, in one statement: what every page starts from."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, literal, select, union_all

from core.ids import PersonId, VideoId
from core.storage.database import Transaction
from core.storage.tables.accounts import blocks, follows
from core.storage.tables.feed import hides

_PERSON: BindParameter[str] = bindparam("person_id")
_EDGES = union_all(
    select(literal("follows"), follows.c.followee_id).where(follows.c.follower_id == _PERSON),
    select(literal("followers"), follows.c.follower_id).where(follows.c.followee_id == _PERSON),
    select(literal("blocked"), blocks.c.blocked_id).where(blocks.c.blocker_id == _PERSON),
    select(literal("blocked"), blocks.c.blocker_id).where(blocks.c.blocked_id == _PERSON),
    select(literal("hidden"), hides.c.video_id).where(hides.c.person_id == _PERSON),
)


@dataclass(frozen=True, slots=True)
class Edges:
    """Whom a person follows and is followed by, blocks between them and others, and what they hid."""

    follows: frozenset[PersonId]
    followers: frozenset[PersonId]
    blocked: frozenset[PersonId]  # either way
    hidden: frozenset[VideoId]


def edges_of(tx: Transaction, person_id: PersonId) -> Edges:
    """Return a person's edges as they are at this moment."""
    found: dict[str, list[str]] = {"follows": [], "followers": [], "blocked": [], "hidden": []}
    for kind, other in tx.connection.execute(_EDGES, {"person_id": person_id}).all():  # row by row costs thrice as much
        found[kind].append(other)
    return Edges(
        follows=frozenset(map(PersonId, found["follows"])),
        followers=frozenset(map(PersonId, found["followers"])),
        blocked=frozenset(map(PersonId, found["blocked"])),
        hidden=frozenset(map(VideoId, found["hidden"])),
    )
