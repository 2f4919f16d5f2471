"""The only way to tell a person something: through the gate that answers "may this be sent now".

What the gate holds is kept; ``pipelines.online.notifying`` lets it reach the person once its time has come.
"""

from collections.abc import Mapping
from typing import Any

from core.ids import new_id
from core.records import Person
from core.storage.database import Transaction
from core.storage.notifications import Notification, Notifications
from pipelines.online.rooms import Rooms
from wellbeing.controls import EffectiveControls

# Kinds. Those that notifications.toml exempts (the family's changes) are never held.
VIDEO_READY, REMIXED, FAMILY = "video_ready", "remixed", "family"
TEXTS = {
    VIDEO_READY: "Your video is ready.",
    REMIXED: "@{by} made a remix of your video.",
    FAMILY: "@{by} changed a control: {title}.",
}


def tell(
    tx: Transaction, rooms: Rooms, person: Person, controls: EffectiveControls, kind: str, detail: Mapping[str, Any]
) -> Notification:
    """Tell a person something now, or hold it until it may be sent. ``controls``: what holds for that person.

    Returns it, delivered or held. Raises ``KeyError`` for a kind that has no words.
    """
    TEXTS[kind].format_map(detail)
    now = rooms.clock.now()
    verdict = rooms.wellbeing.may_notify(person, controls, now, kind=kind)
    item = Notification(
        id=new_id("note"),
        person_id=person.id,
        kind=kind,
        detail=dict(detail),
        created_at=now,
        policy_version=verdict.policy_version,
        send_after=verdict.send_after,
        held_by="" if verdict.allowed else verdict.rule_id,
        delivered_at=now if verdict.allowed else None,
    )
    Notifications(tx).add(item)
    return item
