"""What clients are shown of a person or a video. Nothing reaches a card that its reader may not see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import not_found
from core.ids import CharacterId, PersonId, VideoId
from core.records import Character, Person, Video
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.people import People
from core.storage.showing import Counts, Likes, Showings
from core.storage.videos import Videos
from core.visibility import Eyes, may_see
from pipelines.online.rooms import Rooms


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person, as others see them."""

    id: PersonId
    handle: str
    display_name: str

    @classmethod
    def of(cls, person: Person) -> "PersonCard":
        """Return a person's card."""
        return cls(person.id, person.handle, person.display_name)


@dataclass(frozen=True, slots=True)
class CharacterCard:
    """A likeness that a video shows, and whose it is."""

    id: CharacterId
    name: str
    owner: PersonCard


@dataclass(frozen=True, slots=True)
class CardCounts:
    """How many likes, comments and published remixes a video has."""

    like: int
    comment: int
    remix: int


@dataclass(frozen=True, slots=True)
class CardViewer:
    """How the reader of the card stands to the video."""

    liked: bool
    following: bool


@dataclass(frozen=True, slots=True)
class VideoCard:
    """A video, as a client shows it. ``url`` and ``poster_url`` are paths on this server."""

    id: VideoId
    caption: str
    prompt: str
    creator: PersonCard
    url: str
    poster_url: str
    seconds: int
    size: str
    style: str
    remixed_from: VideoId | None
    published_at: datetime | None
    characters: tuple[CharacterCard, ...]
    counts: CardCounts
    viewer: CardViewer


def eyes_of(tx: Transaction, person: Person, now: datetime) -> Eyes:
    """Return how a person looks at things now: audience, follows, blocks."""
    edges = People(tx)
    return Eyes(
        person_id=person.id,
        audience=person.audience(now),
        follows=edges.following(person.id),
        blocked=edges.blocked_either_way(person.id),
    )


def visible_ids(tx: Transaction, eyes: Eyes, video_ids: Iterable[VideoId]) -> set[VideoId]:
    """Return which of these videos may be seen by ``eyes``, asked of the database at this moment."""
    return {video_id for video_id, showing in Showings(tx).of(video_ids).items() if may_see(showing, eyes)}


def visible_to(tx: Transaction, rooms: Rooms, person_id: PersonId, video_ids: Iterable[VideoId]) -> set[VideoId]:
    """Return which of these videos a person may see now. Raises ``NotFound`` for an unknown person."""
    return visible_ids(tx, eyes_of(tx, known_person(tx, person_id), rooms.clock.now()), video_ids)


def cards_for(tx: Transaction, rooms: Rooms, person_id: PersonId, video_ids: Sequence[VideoId]) -> list[VideoCard]:
    """Return cards in the given order, without those that this person may not see."""
    eyes = eyes_of(tx, known_person(tx, person_id), rooms.clock.now())
    return cards_seen_by(tx, eyes, video_ids)


def cards_seen_by(tx: Transaction, eyes: Eyes, video_ids: Sequence[VideoId]) -> list[VideoCard]:
    """Return cards in the given order, without those that ``eyes`` may not see."""
    return cards_of_visible(tx, eyes, video_ids, visible_ids(tx, eyes, video_ids))


def cards_of_visible(
    tx: Transaction, eyes: Eyes, video_ids: Sequence[VideoId], allowed: set[VideoId]
) -> list[VideoCard]:
    """Return the cards of those videos that were just found to be visible to ``eyes``, in the given order."""
    videos = Videos(tx).many(allowed)
    shown = Characters(tx).shown_in(allowed)
    owners = {character.owner_id for characters in shown.values() for character in characters}
    people = People(tx).many({video.creator_id for video in videos.values()} | owners)
    counts, liked = Likes(tx).on_cards(eyes.person_id, allowed)
    return [
        _card(videos[video_id], people, shown.get(video_id, []), counts[video_id], video_id in liked, eyes)
        for video_id in video_ids
        if video_id in videos
    ]


def card_for(tx: Transaction, rooms: Rooms, person_id: PersonId, video_id: VideoId) -> VideoCard:
    """Return one video's card. Raises ``NotFound`` if there is none that this person may see."""
    cards = cards_for(tx, rooms, person_id, [video_id])
    if not cards:
        raise not_found("video", video_id)
    return cards[0]


def person_cards(tx: Transaction, person_ids: Iterable[PersonId]) -> dict[PersonId, PersonCard]:
    """Return the cards of those people who exist, by id."""
    return {person.id: PersonCard.of(person) for person in People(tx).many(person_ids).values()}


def known_person(tx: Transaction, person_id: PersonId) -> Person:
    """Return a person. Raises ``NotFound``."""
    person = People(tx).find(person_id)
    if person is None:
        raise not_found("person", person_id)
    return person


def _card(
    video: Video,
    people: dict[PersonId, Person],
    characters: Sequence[Character],
    counts: Counts,
    liked: bool,
    eyes: Eyes,
) -> VideoCard:
    return VideoCard(
        id=video.id,
        caption=video.caption,
        prompt=video.prompt,
        creator=PersonCard.of(people[video.creator_id]),
        url=f"/v1/videos/{video.id}/content",
        poster_url=f"/v1/videos/{video.id}/content?variant=thumbnail",
        seconds=video.seconds,
        size=video.size,
        style=video.style,
        remixed_from=video.remixed_from,
        published_at=video.published_at,
        characters=tuple(_character(item, people) for item in characters if item.owner_id in people),
        counts=CardCounts(counts.like, counts.comment, counts.remix),
        viewer=CardViewer(liked=liked, following=video.creator_id in eyes.follows),
    )


def _character(character: Character, people: dict[PersonId, Person]) -> CharacterCard:
    return CharacterCard(character.id, character.name, PersonCard.of(people[character.owner_id]))
