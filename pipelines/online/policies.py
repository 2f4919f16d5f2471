"""Which policies hold at this moment, by room."""

from typing import Any

from core.policies import Policy, PolicyHeader
from core.storage.policies import PolicyVersions
from pipelines.online.policy_life import history
from pipelines.online.rooms import Rooms
from safety.policy_text import policy_text


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
        rooms.generation.queue,
        rooms.generation.webhooks,
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


def moderation_in_force(rooms: Rooms) -> dict[str, Any]:
    """Return the moderation policy's header, revision, and text: as it was handed in, or as its file says."""
    policy = rooms.safety.moderation
    with rooms.database.read() as tx:
        stored = PolicyVersions(tx).find(policy.revision)
    toml = policy_text(policy) if stored is None else stored.toml
    return {**policy.policy.model_dump(), "revision": policy.revision, "toml": toml}


def moderation_history(rooms: Rooms) -> list[dict[str, Any]]:
    """Return every change of the moderation policy, oldest first."""
    with rooms.database.read() as tx:
        changes = history(tx)
    names = ("act", "revision", "replaced", "by", "reason", "at")
    return [
        {**{name: getattr(change, name) for name in names}, "version": version.version} for change, version in changes
    ]
