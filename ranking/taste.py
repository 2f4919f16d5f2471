"""How much each event says about what somebody likes. One table, for training and serving alike."""

from core.vocabulary import EventKind

# Positive: more of this; negative: less. Views, completions and skips are not here: they measure time, not liking.
TASTE_WEIGHT: dict[EventKind, float] = {
    EventKind.CREATE: 3.0,
    EventKind.REMIX: 3.0,
    EventKind.SHARE: 2.0,
    EventKind.COMMENT: 1.5,
    EventKind.LIKE: 1.0,
    EventKind.UNLIKE: -1.0,
    EventKind.HIDE: -2.0,
    EventKind.UNHIDE: 2.0,
    EventKind.REPORT: -2.0,
}
CREATIVE = (EventKind.CREATE, EventKind.REMIX)
LEARNED_FROM = (*TASTE_WEIGHT, EventKind.POLL_ANSWER)
SATISFIED_FROM = 4.0  # poll answers from here on say it was worth it
DISSATISFIED_TO = 2.0


def taste_weight(kind: EventKind, value: float | None) -> float:
    """Return how much one event adds to (or takes from) a taste; 0 for events that say nothing."""
    weight = TASTE_WEIGHT.get(kind)
    if weight is not None:
        return weight
    if kind != EventKind.POLL_ANSWER or value is None:
        return 0.0
    return 1.0 if value >= SATISFIED_FROM else -1.0 if value <= DISSATISFIED_TO else 0.0
