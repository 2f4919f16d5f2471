"""A steer in words, as it is listed: "You asked for calming videos and no cars, for today"."""

from datetime import datetime

from ranking.steering.steer import Asked, Lasts

_ASKED = {0.5: "a little more", 1.0: "more", 2.0: "as much as there is"}


def in_words(asked: Asked, lasts: Lasts, ends_at: datetime | None, now: datetime) -> str:
    """Return a steer in one sentence; ``ends_at`` and ``now`` in the person's own time."""
    return f"You asked for {'; '.join(_parts(asked))} ({_until(lasts, ends_at, now)})."


def _parts(asked: Asked) -> list[str]:
    parts = [
        f"{words} of: {', '.join(phrases)}"
        for strength, words in _ASKED.items()
        if (phrases := [phrase for phrase in asked.wants if asked.strengths.get(phrase, 1.0) == strength])
    ]
    if asked.more_from:
        parts.append(f"more from {', '.join(f'@{handle}' for handle in asked.more_from)}")
    if asked.friends:
        parts.append("more from people you know" if asked.friends > 0 else "less from people you know")
    if asked.novelty:
        parts.append("what is new to you" if asked.novelty > 0 else "more of what you know")
    softer = [phrase for phrase in asked.refuses if asked.strengths.get(phrase, 1.0) < 1.0]
    if softer:
        parts.append(f"a little less of: {', '.join(softer)}")
    firm = [phrase for phrase in asked.refuses if phrase not in softer]
    if firm:
        parts.append(f"none of: {', '.join(firm)}")
    if asked.none_from:
        parts.append(f"nothing from {', '.join(f'@{handle}' for handle in asked.none_from)}")
    if asked.minutes is not None:
        parts.append(f"a stop after {asked.minutes} minute{'s' if asked.minutes != 1 else ''}")
    return parts


def _until(lasts: Lasts, ends_at: datetime | None, now: datetime) -> str:
    if lasts == Lasts.SESSION:
        return "for this session"
    if ends_at is None:
        return "until you undo it"
    if lasts == Lasts.TODAY:
        return "for today" if ends_at.hour == 0 else "for tonight"
    if ends_at.date() == now.date():
        return f"until {ends_at:%H:%M}"
    return f"until {ends_at:%A} at {ends_at:%H:%M}"
