"""Whether a person may see a video: one rule, used by the feed, the cards and every page that names a video."""

from collections.abc import Set
from dataclasses import dataclass

from core.ids import PersonId, VideoId
from core.vocabulary import Audience, VideoStatus, Visibility


@dataclass(frozen=True, slots=True)
class Showing:
    """All about a video that decides who may see it."""

    video_id: VideoId
    creator_id: PersonId
    status: VideoStatus
    visibility: Visibility
    teen_allowed: bool
    adult_allowed: bool
    creator_is_private: bool
    creator_exists: bool = True
    shows: tuple[PersonId, ...] = ()  # owners of the likenesses in it


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who is looking: what audience they are, whom they follow, and whom they blocked or are blocked by."""

    person_id: PersonId
    audience: Audience
    follows: Set[PersonId]
    blocked: Set[PersonId]


def may_see(showing: Showing, eyes: Eyes) -> bool:
    """Tell whether ``eyes`` may see a video. Creators see their own in every state but deleted."""
    if showing.status == VideoStatus.DELETED or not showing.creator_exists:
        return False
    if showing.creator_id == eyes.person_id:
        return True
    if showing.status != VideoStatus.PUBLISHED or _is_blocked(showing, eyes):
        return False
    if not (showing.adult_allowed if eyes.audience == Audience.ADULT else showing.teen_allowed):
        return False
    if showing.visibility == Visibility.ONLY_ME:
        return False
    for_followers = showing.visibility == Visibility.FOLLOWERS or showing.creator_is_private
    return not for_followers or showing.creator_id in eyes.follows


def _is_blocked(showing: Showing, eyes: Eyes) -> bool:
    """A blocked person never appears: neither as creator nor by their likeness in someone else's video."""
    return showing.creator_id in eyes.blocked or any(owner in eyes.blocked for owner in showing.shows)
