"""A person's likeness: made from a short clip, used by others only while allowed, seen and withdrawn at any time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import InvalidInput, LimitReached, NotAllowed, not_found
from core.ids import CharacterId, PersonId, VideoId, new_id
from core.records import Character, Person, Video
from core.storage.audit import AuditLog
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.people import People
from core.storage.videos import Videos
from core.verdicts import strictest
from core.vocabulary import Audience, LikenessPermission, Surface
from pipelines.online.cameo_clips import tidy_clip
from pipelines.online.cards import known_person
from pipelines.online.consent import is_wider, may_use
from pipelines.online.family import controls_in
from pipelines.online.films import discard
from pipelines.online.moderation import require_allowed
from pipelines.online.rooms import Rooms
from pipelines.online.takedown import LIKENESS_WITHDRAWN, WITHDRAWN_SAYS, first_frames_in, remove, withdraw

_MAX_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class OfferedCharacter:
    """A character that a person may use, and, if it is theirs, whom they chose."""

    character: Character
    is_mine: bool
    chosen: frozenset[PersonId] | None


@dataclass(frozen=True, slots=True)
class Appearance:
    """A video or draft, and which of a person's characters it shows."""

    video: Video
    characters: tuple[CharacterId, ...]


def make_character(rooms: Rooms, person_id: PersonId, name: str, clip: Path) -> Character:
    """Make a character of its owner's from a clip of 2 to 4 seconds. It begins as "only me".

    Raises ``InvalidInput`` for a clip or name that cannot be used, ``Refused`` for one that a policy refuses,
    ``NotAllowed`` where cameos are off for this person, ``Unavailable`` when it cannot be stored.
    """
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        owner = known_person(tx, person_id)
        _check_may_make(tx, rooms, owner, now)
    name = _clean(name)
    character_id = CharacterId(new_id("char"))
    audience = Audience.DEPICTED_MINOR if owner.is_minor(now) else Audience.ADULT
    with tidy_clip(rooms.safety, clip, audience, max_bytes=rooms.settings.max_upload_bytes) as tidy:
        verdict = strictest(tidy.verdict, rooms.safety.judge_text(name, Surface.CAMEO, audience))
        require_allowed(rooms, verdict, "character", character_id, person_id)
        shows_minor = owner.is_minor(now) or rooms.safety.may_tell_of_a_minor((name, *tidy.words))
        character = Character(
            character_id, person_id, name, LikenessPermission.ONLY_ME,
            f"characters/{character_id}/clip.mp4", f"characters/{character_id}/portrait.webp", now,
            depicts_minor=shows_minor,
        )  # fmt: skip
        try:
            rooms.media.put_file(character.clip_key, tidy.path)
            rooms.media.put_bytes(character.portrait_key, tidy.portrait)
            _store_character(rooms, owner, character)
        except BaseException:
            discard(rooms.media, (character.clip_key, character.portrait_key))
            raise
    return character


def _store_character(rooms: Rooms, owner: Person, character: Character) -> None:
    with rooms.database.write() as tx:
        People(tx).lock(owner.id)
        _check_may_make(tx, rooms, owner, character.created_at)
        Characters(tx).add([character])
        AuditLog(tx).append(character.created_at, owner.id, "character.made", character.id, _made(character))


def _made(character: Character) -> dict[str, object]:
    return {"name": character.name, "depicts_minor": character.depicts_minor}


def found_minor(rooms: Rooms, reviewer: PersonId, character_id: CharacterId) -> None:
    """Note for good that a likeness shows someone under 18: from now on everything made with it is judged as such.

    Raises ``NotFound``. Said twice, it is noted once; nobody can take it back.
    """
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        if Characters(tx).find(character_id) is None:
            raise not_found("character", character_id)
        if Characters(tx).mark_minor(character_id):
            AuditLog(tx).append(now, reviewer, "character.shows_minor", character_id, {})


def _check_may_make(tx: Transaction, rooms: Rooms, owner: Person, now: datetime) -> None:
    if controls_in(tx, rooms, owner, now).cameo_permission is None:
        raise NotAllowed(
            code="cameo_use_off",
            detail="Cameos are switched off for you, by yourself or by a guardian.",
            expected="Switch on 'Who may use your likeness' in the family controls.",
        )
    most = rooms.settings.characters_per_person
    if len(Characters(tx).owned_by(owner.id)) >= most:
        raise LimitReached(
            code="too_many_characters",
            detail=f"You have {most} characters already.",
            expected="Remove one first.",
        )


def _clean(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > _MAX_NAME_CHARS or not tidy.isprintable():
        raise InvalidInput(
            code="bad_name",
            detail="The character's name cannot be used.",
            field="name",
            expected=f"1 to {_MAX_NAME_CHARS} printable characters.",
        )
    return tidy


def find_character(rooms: Rooms, person_id: PersonId, character_id: CharacterId) -> OfferedCharacter:
    """Return a character that is this person's, or that they may use. Raises ``NotFound``."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        person = known_person(tx, person_id)
        character = Characters(tx).find(character_id)
        if character is None or character.revoked_at is not None:
            raise not_found("character", character_id)
        if character.owner_id == person_id:
            return _mine(tx, character)
        if not may_use(tx, rooms, character, person, now).allowed:
            raise not_found("character", character_id)
    return OfferedCharacter(character, is_mine=False, chosen=None)


def list_characters(rooms: Rooms, person_id: PersonId) -> list[OfferedCharacter]:
    """Return a person's own characters, then those that others let them use."""
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        person = known_person(tx, person_id)
        mine = [_mine(tx, character) for character in Characters(tx).owned_by(person_id)]
        offered = Characters(tx).offered_to(person_id)
        usable = [character for character in offered if may_use(tx, rooms, character, person, now).allowed]
    return mine + [OfferedCharacter(character, is_mine=False, chosen=None) for character in usable]


def _mine(tx: Transaction, character: Character) -> OfferedCharacter:
    return OfferedCharacter(character, is_mine=True, chosen=frozenset(Characters(tx).grants(character.id)))


def set_permission(
    rooms: Rooms,
    person_id: PersonId,
    character_id: CharacterId,
    permission: LikenessPermission,
    people: Sequence[PersonId] = (),
) -> OfferedCharacter:
    """Set who may use a character. What people who may no longer use it made of it is hidden at once.

    Raises ``NotFound`` for someone else's character, ``NotAllowed`` for more than a minor or family controls may give.
    """
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        owner, character = _own(tx, person_id, character_id)
        _check_ceiling(tx, rooms, owner, permission, now, shows_minor=character.depicts_minor)
        chosen = _checked_people(tx, rooms, person_id, people)
        Characters(tx).set_permission(character_id, permission, chosen, now)
        changed = Characters(tx).many([character_id])[character_id]
        hidden = _withdraw_unallowed(tx, rooms, changed, now)
        detail = {"permission": permission, "people": sorted(chosen), "hidden": hidden}
        AuditLog(tx).append(now, person_id, "character.permission", character_id, detail)
        return _mine(tx, changed)


def revoke(rooms: Rooms, person_id: PersonId, character_id: CharacterId) -> None:
    """Withdraw a likeness for good: stop what is being made with it, hide what was made, delete clip and portrait."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        _, character = _own(tx, person_id, character_id)
        Characters(tx).revoke(character_id, now)
        shown_in = Characters(tx).videos_with(character_id)
        hidden = withdraw(tx, shown_in, now, code=LIKENESS_WITHDRAWN, message=WITHDRAWN_SAYS)
        AuditLog(tx).append(now, person_id, "character.revoked", character_id, {"hidden": hidden})
        pictures = first_frames_in(tx, shown_in)
    discard(rooms.media, (character.clip_key, character.portrait_key, *pictures))


def _own(tx: Transaction, person_id: PersonId, character_id: CharacterId) -> tuple[Person, Character]:
    owner = known_person(tx, person_id)
    character = Characters(tx).find(character_id)
    if character is None or character.owner_id != person_id or character.revoked_at is not None:
        raise not_found("character", character_id)
    return owner, character


def _check_ceiling(
    tx: Transaction, rooms: Rooms, owner: Person, permission: LikenessPermission, now: datetime, *, shows_minor: bool
) -> None:
    ceiling = controls_in(tx, rooms, owner, now).cameo_permission or LikenessPermission.ONLY_ME
    is_young = shows_minor or owner.is_minor(now)
    may_give = rooms.safety.may_give_permission(permission, owner_is_minor=is_young)
    if is_wider(permission, ceiling) or not may_give:
        raise NotAllowed(
            code="permission_too_wide",
            detail=f"Your likeness cannot be opened to {permission.value!r}.",
            field="permission",
            expected="A narrower circle: what your family controls and your age allow.",
        )


def _checked_people(tx: Transaction, rooms: Rooms, owner_id: PersonId, people: Sequence[PersonId]) -> set[PersonId]:
    chosen = set(people) - {owner_id}
    most = rooms.safety.likeness.max_chosen_people
    if len(chosen) > most:
        raise InvalidInput(
            code="too_many_people", detail="Too many people were chosen.", field="people", expected=f"At most {most}."
        )
    blocked = People(tx).blocked_either_way(owner_id)
    unknown = chosen - set(People(tx).many(chosen)) | chosen & blocked
    if unknown:
        raise InvalidInput(
            code="unknown_person",
            detail=f"There is no person {min(unknown)!r} that you can choose.",
            field="people",
            expected="Ids of people who exist and whom you have not blocked.",
        )
    return chosen


def _withdraw_unallowed(tx: Transaction, rooms: Rooms, character: Character, now: datetime) -> int:
    videos = Characters(tx).videos_with(character.id)
    makers = People(tx).many({video.creator_id for video in videos})
    allowed = {maker.id for maker in makers.values() if may_use(tx, rooms, character, maker, now).allowed}
    lost = [video for video in videos if video.creator_id not in allowed]
    return withdraw(tx, lost, now, code=LIKENESS_WITHDRAWN, message=WITHDRAWN_SAYS)


def videos_showing(rooms: Rooms, person_id: PersonId) -> list[Appearance]:
    """Return every video and draft that shows this person, whoever made it, newest first."""
    with rooms.database.read() as tx:
        known_person(tx, person_id)
        videos = Characters(tx).videos_showing(person_id)
        shown = Characters(tx).shown_in(video.id for video in videos)
    return [Appearance(video, _owned(shown.get(video.id, ()), person_id)) for video in videos]


def _owned(characters: Iterable[Character], person_id: PersonId) -> tuple[CharacterId, ...]:
    return tuple(character.id for character in characters if character.owner_id == person_id)


def delete_showing(rooms: Rooms, person_id: PersonId, video_id: VideoId) -> None:
    """Delete a video or draft that shows this person, whoever made it. Raises ``NotFound`` if it does not."""
    now = rooms.clock.now()
    with rooms.database.write() as tx:
        video = Videos(tx).find(video_id)
        if video is None or not Characters(tx).shows(video_id, person_id):
            raise not_found("video", video_id)
        keys = remove(tx, video, now)
        detail = {"creator": video.creator_id, "was": video.status}
        AuditLog(tx).append(now, person_id, "video.deleted_by_shown_person", video_id, detail)
    discard(rooms.media, keys)
