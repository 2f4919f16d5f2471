"""Reasons in words. ``{creator}`` stands for the creator's name, which whoever shows the page fills in."""

from core.vocabulary import Reason
from ranking.page import ReasonGiven

_TEXTS = {
    Reason.FOLLOWING: "New from {creator}, whom you follow.",
    Reason.NEARBY: "From {creator}, who is near the people you follow.",
    Reason.SIMILAR: "It is like videos that you liked.",
    Reason.INSPIRING: "It led people to make something of their own.",
    Reason.FRESH: "New here.",
    Reason.TRENDING: "Many people liked or remixed it lately.",
    Reason.STEER: "You asked for this.",
    Reason.GOAL: "It may help with a goal of yours.",
    Reason.NEWCOMER: "New here: {creator} has only begun, and few have met them yet.",
    Reason.CHRONOLOGICAL: "Newest first, as you chose.",
}
_MUTUAL = "From {creator}: you follow each other."
_EXPLORING = "New to us too: shown to find out who likes it."
_SEEN_ALL = "You have seen everything new, so here is one from longest ago."
_SAME_FOR_ALL = "The same order for everyone: nothing about you was used."


def reason_for(source: Reason, *, is_mutual: bool = False, is_exploring: bool = False) -> ReasonGiven:
    """Return the reason of a ranked item."""
    if is_exploring:
        return ReasonGiven(source, _EXPLORING)
    if is_mutual and source in {Reason.FOLLOWING, Reason.NEARBY}:
        return ReasonGiven(source, _MUTUAL)
    return ReasonGiven(source, _TEXTS[source])


def reason_steered(says: str) -> ReasonGiven:
    """Return the reason of an item that a steer brought; ``says`` is the steer in words."""
    return ReasonGiven(Reason.STEER, says)


def reason_goal(text: str) -> ReasonGiven:
    """Return the reason of an item that fits a goal; ``text`` is the goal in the viewer's words."""
    return ReasonGiven(Reason.GOAL, f"Your goal: {text}")


def reason_seen_all(source: Reason) -> ReasonGiven:
    """Return the reason of an item that comes back because there is nothing new."""
    return ReasonGiven(source, _SEEN_ALL)


def reason_same_for_all(source: Reason) -> ReasonGiven:
    """Return the reason of an item on a page without personalisation."""
    return ReasonGiven(source, f"{_TEXTS[source]} {_SAME_FOR_ALL}" if source != Reason.FOLLOWING else _SAME_FOR_ALL)
