"""Likeness characters, whom their owners chose, and which videos show them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, insert, or_, select, update

from core.ids import CharacterId, PersonId, VideoId
from core.records import Character, Video
from core.storage.database import Transaction
from core.storage.rows import batches, insert_ignoring, record_from
from core.storage.tables.accounts import follows
from core.storage.tables.creation import character_grants, characters, video_characters, videos
from core.vocabulary import LikenessPermission, VideoStatus, Visibility

_VIDEO_CONVERTERS = {"status": VideoStatus, "visibility": Visibility}


_SHOWN_IN = (  # built once: every page asks it
    select(video_characters.c.video_id, characters)
    .join(characters, characters.c.id == video_characters.c.character_id)
    .where(video_characters.c.video_id.in_(bindparam("video_ids", expanding=True)))
    .order_by(video_characters.c.video_id, characters.c.id)
)


class Characters:
    """People's likenesses. A revoked one stays on record, so that what shows it can still be found."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, items: Sequence[Character]) -> None:
        """Store new characters."""
        rows = [{name: getattr(item, name) for name in Character.__slots__} for item in items]
        for part in batches(rows):
            self._tx.connection.execute(insert(characters), part)

    def find(self, character_id: CharacterId) -> Character | None:
        """Return a character, revoked or not, or None."""
        return self.many([character_id]).get(character_id)

    def many(self, character_ids: Iterable[CharacterId]) -> dict[CharacterId, Character]:
        """Return those of the given characters that exist, revoked or not, by id."""
        found: dict[CharacterId, Character] = {}
        for part in batches(sorted(set(character_ids))):
            for character in self._all(select(characters).where(characters.c.id.in_(part))):
                found[character.id] = character
        return found

    def owned_by(self, person_id: PersonId) -> list[Character]:
        """Return a person's own characters that are not revoked, newest first."""
        query = select(characters).where(characters.c.owner_id == person_id, characters.c.revoked_at.is_(None))
        return self._all(query.order_by(characters.c.created_at.desc(), characters.c.id))

    def offered_to(self, person_id: PersonId, *, limit: int = 100) -> list[Character]:
        """Return others' characters that this person might be allowed to use, newest first.

        Wider than the truth: whose permission it really is, blocks and family controls are for the likeness rules.
        """
        query = select(characters).where(
            characters.c.owner_id != person_id,
            characters.c.revoked_at.is_(None),
            characters.c.permission != LikenessPermission.ONLY_ME,
            or_(
                characters.c.permission == LikenessPermission.EVERYONE,
                exists().where(
                    character_grants.c.character_id == characters.c.id, character_grants.c.person_id == person_id
                ),
                _is_mutual(person_id),
            ),
        )
        return self._all(query.order_by(characters.c.created_at.desc(), characters.c.id).limit(limit))

    def grants(self, character_id: CharacterId) -> set[PersonId]:
        """Return the people whom the owner has chosen."""
        query = select(character_grants.c.person_id).where(character_grants.c.character_id == character_id)
        return {PersonId(value) for value in self._tx.connection.scalars(query)}

    def mark_minor(self, character_id: CharacterId) -> bool:
        """Note for good that a character shows someone under 18; False if that is known. There is no way back."""
        known = characters.c.depicts_minor.is_(False)
        statement = update(characters).where(characters.c.id == character_id, known).values(depicts_minor=True)
        return self._tx.connection.execute(statement).rowcount == 1

    def set_permission(
        self, character_id: CharacterId, permission: LikenessPermission, chosen: Iterable[PersonId], at: datetime
    ) -> None:
        """Set who may use a character; ``chosen`` replaces whoever was chosen before."""
        change = update(characters).where(characters.c.id == character_id).values(permission=permission)
        self._tx.connection.execute(change)
        gone = delete(character_grants).where(character_grants.c.character_id == character_id)
        self._tx.connection.execute(gone)
        rows = [{"character_id": character_id, "person_id": person, "created_at": at} for person in sorted(set(chosen))]
        insert_ignoring(self._tx, character_grants, rows)

    def revoke(self, character_id: CharacterId, at: datetime) -> None:
        """Mark a character as never to be used again."""
        change = update(characters).where(characters.c.id == character_id).values(revoked_at=at)
        self._tx.connection.execute(change)

    def show_in(self, video_id: VideoId, shown: Iterable[Character]) -> None:
        """Record that a video shows (or, while queued, would show) these characters."""
        rows = [{"video_id": video_id, "character_id": item.id, "owner_id": item.owner_id} for item in shown]
        insert_ignoring(self._tx, video_characters, rows)

    def shown_in(self, video_ids: Iterable[VideoId]) -> dict[VideoId, list[Character]]:
        """Return the characters that each of these videos shows; videos that show none are left out."""
        found: dict[VideoId, list[Character]] = {}
        for part in batches(sorted(set(video_ids))):
            for row in self._tx.connection.execute(_SHOWN_IN, {"video_ids": part}).mappings():
                found.setdefault(VideoId(row["video_id"]), []).append(_character(row))
        return found

    def videos_with(self, character_id: CharacterId) -> list[Video]:
        """Return every video and draft that shows a character, in any state but deleted, newest first."""
        return self._videos(video_characters.c.character_id == character_id)

    def videos_showing(self, owner_id: PersonId) -> list[Video]:
        """Return every video and draft that shows any of a person's characters, newest first."""
        return self._videos(video_characters.c.owner_id == owner_id)

    def shows(self, video_id: VideoId, owner_id: PersonId) -> bool:
        """Whether a video shows any of a person's characters."""
        query = select(video_characters.c.video_id).where(
            video_characters.c.video_id == video_id, video_characters.c.owner_id == owner_id
        )
        return self._tx.connection.execute(query.limit(1)).first() is not None

    def _videos(self, condition: Any) -> list[Video]:
        shown = select(video_characters.c.video_id).where(condition)
        query = select(videos).where(videos.c.id.in_(shown), videos.c.status != VideoStatus.DELETED)
        rows = self._tx.connection.execute(query.order_by(videos.c.created_at.desc(), videos.c.id)).mappings()
        return [record_from(row, Video, _VIDEO_CONVERTERS) for row in rows]

    def _all(self, query: Select[Any]) -> list[Character]:
        return [_character(row) for row in self._tx.connection.execute(query).mappings()]


def _is_mutual(person_id: PersonId) -> Any:
    there = exists().where(follows.c.follower_id == person_id, follows.c.followee_id == characters.c.owner_id)
    back = exists().where(follows.c.followee_id == person_id, follows.c.follower_id == characters.c.owner_id)
    return (characters.c.permission == LikenessPermission.MUTUALS) & there & back


def _character(row: Any) -> Character:
    return record_from(row, Character, {"permission": LikenessPermission})
