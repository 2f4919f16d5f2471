"""A screenful: session gate, viewer, candidates, filters, heads, value, steer, diversity, page.

A page is a lease: what is handed out is counted when it is handed out. The ranking is worked out on a read transaction
before the write lock is taken, so that the lock is held for a few milliseconds only; the count itself is made under the
person's lock.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from core.errors import InvalidInput, not_found
from core.ids import PageId, PersonId, SteerId, VideoId, new_id
from core.records import Person
from core.storage.database import Transaction
from core.storage.pages import Impression, Lease, Pages
from core.storage.people import People
from core.storage.steers import Steers
from core.storage.videos import Videos
from core.vocabulary import FeedMode, Reason
from pipelines.online import leases
from pipelines.online.cards import VideoCard, cards_of_visible, cards_seen_by, known_person, visible_ids
from pipelines.online.rooms import Rooms
from pipelines.online.sensitive import without_sensitive
from pipelines.online.viewers import catch_up, eyes_of_viewer, load_viewer
from pipelines.online.wellbeing import open_gate
from ranking.page import RankedItem, RankedPage
from ranking.steering.durations import SESSION_IDLE
from ranking.steering.steer import Lasts
from ranking.viewer import Viewer
from wellbeing.gate import Gate, Pause, SessionView
from wellbeing.labels import WarningLabel
from wellbeing.passivity import CreationPrompt, Nudge
from wellbeing.polls import PollOffer

LARGEST = 30
_LONGEST_KEY = 200
_SHOWN_ON_PAUSE = 4


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """What a client asks for. The same ``idempotency_key`` gives the same page again."""

    size: int = 8
    mode: FeedMode = FeedMode.RANKED
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ItemReason:
    """Why an item is on the page, as a code and in words."""

    code: Reason
    text: str


@dataclass(frozen=True, slots=True)
class PageItem:
    """One video at one position. ``propensity``: the probability that the policy put it there."""

    position: int
    video: VideoCard
    reason: ItemReason
    score: float
    propensity: float
    steer_id: SteerId | None = None
    poll: PollOffer | None = None


@dataclass(frozen=True, slots=True)
class PauseView:
    """A closed feed: why, until when, and what there is to do instead."""

    kind: str
    title: str
    text: str
    resumes_at: datetime | None
    you_made: tuple[VideoCard, ...]
    friends_made: tuple[VideoCard, ...]
    idea: str


@dataclass(frozen=True, slots=True)
class Page:
    """A screenful, as it is answered and kept."""

    page_id: PageId
    mode: FeedMode
    snapshot: str
    policy_version: str
    created_at: datetime
    items: tuple[PageItem, ...]
    session: SessionView
    lease: str = ""
    pause: PauseView | None = None
    label: WarningLabel | None = None
    nudge: Nudge | None = None
    poll: PollOffer | None = None
    creation_prompt: CreationPrompt | None = None


@dataclass(frozen=True, slots=True)
class WhyPart:
    """One term of a score; ``probability`` is None for factors. ``is_prior``: nothing was learned of it yet."""

    name: str
    weight: float
    probability: float | None
    contribution: float
    is_prior: bool = False


@dataclass(frozen=True, slots=True)
class WhySteer:
    """What one steer added to a score, or took from it."""

    id: SteerId
    says: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Why:
    """How an item came to its place, as it was when it was handed out."""

    reason: ItemReason
    parts: tuple[WhyPart, ...]
    steers: tuple[WhySteer, ...]
    signals_used: tuple[str, ...]
    policy_version: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A page that was worked out and not yet handed out."""

    page_id: PageId
    person: Person
    viewer: Viewer
    ranked: RankedPage
    items: tuple[PageItem, ...]


def screenful(rooms: Rooms, person_id: PersonId, request: FeedRequest) -> Page:
    """Return the next page for a person and count it. Raises ``NotFound`` or ``InvalidInput``."""
    _check(request)
    now = rooms.clock.now()
    with rooms.database.read() as tx:
        earlier = _earlier(tx, rooms, person_id, request)
        if earlier is not None:
            return earlier
        prepared = _prepare(tx, rooms, person_id, request, now)
    with rooms.database.write() as tx:
        People(tx).lock(person_id)
        earlier = _earlier(tx, rooms, person_id, request)
        if earlier is not None:
            return earlier
        for_goals = sum(item.reason.code == Reason.GOAL for item in prepared.items)
        gate = open_gate(tx, rooms, prepared.person, len(prepared.items), for_goals=for_goals)
        page = _leased(rooms, _page(tx, prepared, gate, now), prepared, gate)
        _keep(tx, prepared, page, request)
    return page


def page_of_lease(rooms: Rooms, person_id: PersonId, token: str) -> Page:
    """Return the page of a lease once more, less what may no longer be seen; nothing is counted."""
    lease = leases.presented(rooms, person_id, token)
    with rooms.database.read() as tx:
        kept = Pages(tx).find(person_id, lease.page_id)
        if kept is None:
            raise not_found("page", lease.page_id)
        return _again(tx, rooms, person_id, kept)


def why(rooms: Rooms, person_id: PersonId, page_id: PageId, position: int) -> Why:
    """Return why an item stood where it stood. Raises ``NotFound`` for pages of others and empty positions."""
    with rooms.database.read() as tx:
        lease = Pages(tx).find(person_id, page_id)
        shown = None if lease is None else Pages(tx).impression(page_id, position)
    if lease is None or shown is None:
        raise not_found("item", f"{page_id}/{position}")
    kept = lease.response.get("why") or []
    if position < len(kept):
        return _why_adapter().validate_python(kept[position])
    return _why_from_heads(rooms, lease, shown)


def _check(request: FeedRequest) -> None:
    if not 1 <= request.size <= LARGEST:
        raise InvalidInput(
            code="bad_size",
            detail=f"A page cannot hold {request.size} videos.",
            field="size",
            expected=f"1 to {LARGEST}.",
        )
    if request.idempotency_key is not None and not 1 <= len(request.idempotency_key) <= _LONGEST_KEY:
        raise InvalidInput(
            code="bad_idempotency_key",
            detail="The idempotency key is empty or too long.",
            field="header.Idempotency-Key",
            expected=f"1 to {_LONGEST_KEY} characters.",
        )


def _earlier(tx: Transaction, rooms: Rooms, person_id: PersonId, request: FeedRequest) -> Page | None:
    """Return the page that this idempotency key was answered with, less what may no longer be seen."""
    if request.idempotency_key is None:
        return None
    lease = Pages(tx).by_key(person_id, request.idempotency_key)
    if lease is None:
        return None
    if lease.response["request"] != _digest(request):
        raise InvalidInput(
            code="idempotency_key_reused",
            detail="This idempotency key was used for another request.",
            field="header.Idempotency-Key",
            expected="A fresh key for a new request; the same key only with the same body.",
        )
    return _again(tx, rooms, person_id, lease)


def _again(tx: Transaction, rooms: Rooms, person_id: PersonId, lease: Lease) -> Page:
    page = _page_adapter().validate_python(lease.response["page"])
    viewer = load_viewer(tx, rooms, known_person(tx, person_id), rooms.clock.now())
    allowed = _may_be_handed(tx, rooms, viewer, [item.video.id for item in page.items])
    return replace(page, items=tuple(item for item in page.items if item.video.id in allowed))


def _may_be_handed(tx: Transaction, rooms: Rooms, viewer: Viewer, video_ids: Sequence[VideoId]) -> Set[VideoId]:
    """Return which videos this viewer may see at this moment, less sensitive topics where those are off."""
    visible = visible_ids(tx, eyes_of_viewer(viewer), video_ids)
    return visible if viewer.shows_sensitive else without_sensitive(tx, rooms, visible)


def _prepare(tx: Transaction, rooms: Rooms, person_id: PersonId, request: FeedRequest, now: datetime) -> _Prepared:
    """Work out the page: viewer, candidates, filters, heads, value, steer, diversity; then ask the database again."""
    person = known_person(tx, person_id)
    catch_up(tx, rooms)
    viewer = load_viewer(tx, rooms, person, now)
    eyes = eyes_of_viewer(viewer)
    page_id = PageId(new_id("page"))

    def visible(video_ids: Sequence[VideoId]) -> Set[VideoId]:
        return _may_be_handed(tx, rooms, viewer, video_ids)

    mode = request.mode if viewer.is_personal or request.mode == FeedMode.CHRONOLOGICAL else FeedMode.NON_PERSONALISED
    ranked = rooms.ranking.page(
        viewer, size=request.size, mode=mode, now=now, page_id=page_id, visible=visible,
        is_safer=rooms.charter.standing(now).is_frozen,
    )  # fmt: skip
    chosen = [item.video_id for item in ranked.items]  # all of them found visible in this very transaction
    cards = {card.id: card for card in cards_of_visible(tx, eyes, chosen, set(chosen))}
    shown = [item for item in ranked.items if item.video_id in cards]
    items = tuple(_item(place, item, cards[item.video_id]) for place, item in enumerate(shown))
    return _Prepared(page_id, person, viewer, replace(ranked, items=tuple(shown)), items)


def _item(position: int, item: RankedItem, card: VideoCard) -> PageItem:
    return PageItem(
        position=position,
        video=card,
        reason=ItemReason(item.reason.code, item.reason.text.replace("{creator}", card.creator.display_name)),
        score=item.score,
        propensity=item.propensity,
        steer_id=item.steer_id,
    )


def _page(tx: Transaction, prepared: _Prepared, gate: Gate, now: datetime) -> Page:
    items = prepared.items[: gate.allowed]
    return Page(
        page_id=prepared.page_id,
        mode=prepared.ranked.mode,
        snapshot=prepared.ranked.snapshot,
        policy_version=prepared.ranked.policy_version,
        created_at=now,
        items=tuple(_with_poll(item, gate.poll) for item in items),
        session=gate.session,
        pause=None if gate.pause is None else _pause(tx, prepared, gate.pause),
        label=gate.label,
        nudge=gate.nudge,
        poll=gate.poll,
        creation_prompt=gate.creation_prompt,
    )


def _leased(rooms: Rooms, page: Page, prepared: _Prepared, gate: Gate) -> Page:
    """Sign the page's lease. A minor's films are fetched under it, so their addresses carry it."""
    if not page.items:
        return page
    lease = leases.PageLease(page.page_id, prepared.person.id, len(page.items), page.created_at)
    token = leases.signed(rooms, lease)
    if not gate.controls.is_minor:
        return replace(page, lease=token)
    items = [replace(item, video=replace(item.video, url=f"{item.video.url}?lease={token}")) for item in page.items]
    return replace(page, lease=token, items=tuple(items))


def _with_poll(item: PageItem, poll: PollOffer | None) -> PageItem:
    return replace(item, poll=poll) if poll is not None and poll.video_id == item.video.id else item


def _pause(tx: Transaction, prepared: _Prepared, pause: Pause) -> PauseView:
    """Instead of videos: what the person and those they know have made, to start something from."""
    eyes = eyes_of_viewer(prepared.viewer)
    mine = [video.id for video in Videos(tx).by_creator(prepared.person.id, limit=_SHOWN_ON_PAUSE)]
    friends = sorted(prepared.viewer.follows & prepared.viewer.followers)[:_SHOWN_ON_PAUSE]
    theirs = [video.id for friend in friends for video in Videos(tx).by_creator(friend, limit=1)]
    return PauseView(
        kind=str(pause.kind),
        title=pause.title,
        text=pause.text,
        resumes_at=pause.resumes_at,
        you_made=tuple(cards_seen_by(tx, eyes, mine)),
        friends_made=tuple(cards_seen_by(tx, eyes, theirs)),
        idea=pause.idea,
    )


def _keep(tx: Transaction, prepared: _Prepared, page: Page, request: FeedRequest) -> None:
    """Store the lease and its impressions; a page keeps the session's steers going."""
    lease = Lease(
        id=page.page_id,
        person_id=prepared.person.id,
        mode=page.mode,
        size=len(page.items),
        snapshot=page.snapshot,
        policy_version=page.policy_version,
        response={
            "request": _digest(request),
            "page": page,  # dataclasses are stored as they are: the database makes JSON of them once
            "why": _whys(prepared, page),
        },
        created_at=page.created_at,
        idempotency_key=request.idempotency_key,
    )
    Pages(tx).add(lease, [_impression(page, prepared, item) for item in page.items])
    session = [steer.id for steer in prepared.viewer.steers if steer.lasts == Lasts.SESSION]
    Steers(tx).prolong(session, page.created_at + SESSION_IDLE)


def _impression(page: Page, prepared: _Prepared, item: PageItem) -> Impression:
    return Impression(
        page_id=page.page_id,
        position=item.position,
        video_id=item.video.id,
        person_id=prepared.person.id,
        source=item.reason.code,
        propensity=item.propensity,
        score=item.score,
        heads=prepared.ranked.items[item.position].heads,
        served_at=page.created_at,
    )


def _whys(prepared: _Prepared, page: Page) -> list[Why]:
    return [
        Why(
            reason=item.reason,
            parts=tuple(
                WhyPart(part.name, part.weight, part.probability, part.contribution, part.is_prior)
                for part in ranked.parts
            ),
            steers=tuple(WhySteer(part.id, part.says, part.contribution) for part in ranked.steers),
            signals_used=prepared.ranked.signals_used,
            policy_version=page.policy_version,
        )
        for item, ranked in zip(page.items, prepared.ranked.items, strict=False)
    ]


def _why_from_heads(rooms: Rooms, lease: Lease, shown: Impression) -> Why:
    """What can be said of a page that was not kept with its terms: the heads' probabilities under today's weights."""
    weights = rooms.ranking.value.weights
    parts = tuple(
        WhyPart(name, weights[name], probability, weights[name] * probability)
        for name, probability in shown.heads.items()
        if name in weights
    )
    return Why(ItemReason(shown.source, str(shown.source)), parts, (), (), lease.policy_version)


def _digest(request: FeedRequest) -> dict[str, Any]:
    return {"size": request.size, "mode": str(request.mode)}


@cache
def _page_adapter() -> TypeAdapter[Page]:
    return TypeAdapter(Page)


@cache
def _why_adapter() -> TypeAdapter[Why]:
    return TypeAdapter(Why)
