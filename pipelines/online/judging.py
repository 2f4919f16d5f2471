"""What is asked of the safety room along a creation, and what happens when it says no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.ids import VideoId
from core.records import Character, Person, Video
from core.storage.database import Transaction
from core.storage.decisions import WORDS, Decisions
from core.storage.people import People
from core.verdicts import Verdict, strictest
from core.vocabulary import Audience, Outcome, Surface
from pipelines.online.consent import may_use
from pipelines.online.moderation import require_allowed
from pipelines.online.rooms import Rooms
from safety.room import Safety, TextPart

FILM_CHECK = "film_check"  # among a video's attributes: what its film, words aside, may be shown to


@dataclass(frozen=True, slots=True)
class FeedVerdicts:
    """What each audience may see of a video's words."""

    adult: Verdict
    teen: Verdict
    each: tuple[Verdict, ...] = ()  # what they were made of, one an audience


def audience_of(maker: Person, depicts_minor: bool, now: datetime) -> Audience:
    """Return whom a creation is judged for: the young are judged more strictly, a young person shown most strictly."""
    return Audience.DEPICTED_MINOR if depicts_minor else maker.audience(now)


def depicts_minor(tx: Transaction, shown: Sequence[Character], now: datetime) -> bool:
    """Whether any of these characters is (or may be) the likeness of someone under 18, or was found to show one."""
    owners = People(tx).many({character.owner_id for character in shown})
    return any(
        character.depicts_minor or character.owner_id not in owners or owners[character.owner_id].is_minor(now)
        for character in shown
    )


def check_prompt(
    rooms: Rooms, maker: Person, words: Sequence[str], *, shows_minor: bool, video_id: VideoId, now: datetime
) -> None:
    """Judge all words of a wish in their order, as one story; those that stand inside another are not read twice.

    Raises ``Refused`` unless they may go on without a person looking at them.
    """
    audiences = {maker.audience(now), audience_of(maker, shows_minor, now)}
    texts = in_order(words)
    parts = [
        TextPart("prompt" if text in words[:1] else f"text {number}", text) for number, text in enumerate(texts, 1)
    ]
    verdict = strictest(
        *(rooms.safety.judge_texts(parts, Surface.PROMPT, audience) for audience in sorted(audiences))
    )  # fmt: skip
    require_allowed(rooms, verdict, "prompt", video_id, maker.id, field="prompt")


def in_order(words: Sequence[str]) -> list[str]:
    """Return the texts of a wish in their order, without those inside another, or that only list the others.

    A storyboard's prompt may be its shots, one a line: the shots are kept, since where they are cut matters.
    """
    distinct = list(dict.fromkeys(words))
    listings = {" ".join(text.split()) for text in distinct if _lists(text, distinct)}
    kept = [text for text in distinct if " ".join(text.split()) not in listings]
    return [text for text in kept if not any(text != other and text in other for other in kept)]


def _lists(text: str, others: Sequence[str]) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(line in others for line in lines)


def first_refusal(
    tx: Transaction, rooms: Rooms, maker: Person, shown: Sequence[Character], now: datetime
) -> Verdict | None:
    """Return why ``maker`` may not show one of these people now, or None when they may show all of them."""
    for character in shown:
        verdict = may_use(tx, rooms, character, maker, now)
        if not verdict.allowed:
            return verdict
    return None


def judge_for_feed(safety: Safety, prompt: str, caption: str, *, shows_minor: bool = False) -> FeedVerdicts:
    """Judge a video's words as each audience of the feed would read them; a young person shown in it counts for all."""
    parts = [TextPart("prompt", prompt)] + ([TextPart("caption", caption)] if caption else [])
    audiences = (Audience.ADULT, Audience.TEEN, *((Audience.DEPICTED_MINOR,) if shows_minor else ()))
    return feed_verdicts([safety.judge_texts(parts, Surface.FEED, audience) for audience in audiences])


def feed_verdicts(each: Sequence[Verdict]) -> FeedVerdicts:
    """Return what each audience may see, from one verdict for adults, one for teens, and one where a minor is shown."""
    by_audience = {verdict.audience: verdict for verdict in each}
    adult = by_audience[Audience.ADULT]
    if Audience.DEPICTED_MINOR in by_audience:
        adult = strictest(by_audience[Audience.DEPICTED_MINOR], adult)
    return FeedVerdicts(adult, strictest(by_audience[Audience.TEEN], adult), tuple(each))


def keep_words(tx: Transaction, words: FeedVerdicts, video: Video, now: datetime) -> None:
    """Store what was decided of a video's words, so that another policy can decide it again."""
    for verdict in words.each:
        Decisions(tx).record(verdict, subject_kind=WORDS, subject_id=video.id, person_id=video.creator_id, now=now)


@dataclass(frozen=True, slots=True)
class FilmFlags:
    """Who may be shown a film, as its check found; its words are judged apart."""

    adult: bool
    teen: bool
    limited: bool

    def as_attribute(self) -> dict[str, bool]:
        """Return the form that is kept with the video."""
        return {"adult": self.adult, "teen": self.teen, "limited": self.limited}


def film_flags(video: Video) -> FilmFlags:
    """Return what a video's film check found; a video that keeps none has it in its own columns."""
    kept = video.attributes.get(FILM_CHECK)
    if kept is None:
        return FilmFlags(video.adult_allowed, video.teen_allowed, video.limited)
    return FilmFlags(kept["adult"], kept["teen"], kept["limited"])


def limited(*verdicts: Verdict) -> bool:
    """Whether any of these verdicts asks that fewer people be shown it."""
    return any(verdict.outcome == Outcome.LIMIT for verdict in verdicts)
