"""Which policies hold at this moment, by room."""

from core.policies import Policy, PolicyHeader
from pipelines.online.rooms import Rooms


def policies_in_force(rooms: Rooms) -> list[PolicyHeader]:
    """Return the header of every policy that this process works by, by name."""
    ours = rooms.wellbeing.policy
    held: tuple[Policy, ...] = (
        rooms.ranking.value,
        rooms.ranking.safer,
        rooms.ranking.experiments,
        rooms.ranking.goals.policy,
        rooms.safety.moderation,
        rooms.safety.likeness,
        rooms.safety.film,
        ours.limits,
        ours.controls,
        ours.laws,
        ours.pauses,
        ours.nudges,
        ours.polls,
        ours.notifications,
        ours.family,
        ours.charter,
        ours.experiments,
        ours.reports,
    )
    return sorted((item.policy for item in held), key=lambda header: header.name)
