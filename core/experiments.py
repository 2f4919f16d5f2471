"""Who is in which arm of an experiment: by hash, the same everywhere, with nothing stored."""

from collections.abc import Mapping

from core.hashing import stable_unit
from core.ids import PersonId


def arm_of(experiment: str, person_id: PersonId, arms: Mapping[str, float]) -> str:
    """Return a person's arm. ``arms``: share of each, adding up to 1."""
    if not arms or min(arms.values()) < 0 or abs(sum(arms.values()) - 1) > 1e-9:
        raise ValueError("the shares of the arms must not be negative and add up to 1")
    place, last = stable_unit("experiment", experiment, person_id), ""
    for arm, share in arms.items():
        if share == 0:
            continue
        last, place = arm, place - share
        if place < 0:
            break
    return last
