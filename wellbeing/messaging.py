"""Who may write to whom. Pure: the journey loads how the two stand to each other and asks here for every message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from core.errors import LimitReached, NotAllowed
from core.policies import Policy, PolicyModel
from wellbeing.controls import EffectiveControls

HOUR = timedelta(hours=1)
_CLOSED = {"nobody", "family"}


class MessageRules(PolicyModel):
    """How much one may write."""

    longest_chars: int = Field(ge=1, le=10_000, description="Characters of one message.")
    most_per_hour: int = Field(ge=1, description="Messages one person sends in any hour.")
    most_unanswered: int = Field(ge=1, description="Messages in a row to someone who has not answered yet.")


class MessagesPolicy(Policy):
    """messages.toml."""

    messages: MessageRules


@dataclass(frozen=True, slots=True)
class Standing:
    """How sender and recipient stand to each other now. ``answered``: the recipient once wrote to the sender."""

    sender: EffectiveControls
    recipient: EffectiveControls
    is_family: bool
    is_mutual: bool
    answered: bool


def check_may_write(standing: Standing) -> None:
    """Raise ``NotAllowed`` unless the sender may write to the recipient now.

    - An adult outside the family never writes to a young person first, whoever follows whom.
    - Whoever keeps messages to the family, or to no one, gets none from others, in old conversations either, and when
      they are under 18 does not write to others.
    - Beyond that, answering is always allowed, and beginning needs the recipient's control.
    """
    circle = standing.recipient.value("direct_messages")
    adult_first = standing.recipient.is_minor and not standing.sender.is_minor and not standing.answered
    if adult_first and not standing.is_family:
        raise _refused("adult_first", "Adults cannot be the first to write to someone under 18.")
    if _is_closed(circle, is_family=standing.is_family):
        raise _refused("messages_closed", "This person does not take messages from you.")
    if standing.sender.is_minor and _is_closed(
        standing.sender.value("direct_messages"), is_family=standing.is_family
    ):  # fmt: skip
        raise _refused("own_messages_closed", "Your own messages are kept to a smaller circle.")
    may_begin = standing.recipient.may_be_messaged_by(is_family=standing.is_family, is_mutual=standing.is_mutual)
    if not standing.answered and not may_begin:
        raise _refused("not_in_circle", "This person does not take messages from you.")


def check_pace(
    sent_at: Sequence[datetime], unanswered: int, now: datetime, rules: MessageRules
) -> None:  # fmt: skip
    """Raise ``LimitReached`` when one more message is too many. ``sent_at``: what they sent in the last hour."""
    lately = sorted(moment for moment in sent_at if moment > now - HOUR)
    if len(lately) >= rules.most_per_hour:
        opens = lately[len(lately) - rules.most_per_hour] + HOUR
        raise LimitReached(
            code="too_many_messages",
            detail=f"You have sent {rules.most_per_hour} messages within an hour.",
            retry_after_s=int((opens - now).total_seconds()) + 1,
        )
    if unanswered >= rules.most_unanswered:
        raise LimitReached(
            code="wait_for_an_answer",
            detail=f"You have sent {unanswered} messages without an answer.",
            expected="Wait until they write.",
            retry_after_s=24 * 3600,
        )


def _is_closed(circle: object, *, is_family: bool) -> bool:
    return circle in _CLOSED and not (circle == "family" and is_family)


def _refused(code: str, detail: str) -> NotAllowed:
    return NotAllowed(code=code, detail=detail, field="to")
