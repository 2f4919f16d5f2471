"""Whether someone may use someone's likeness now: loads what the likeness rules look at, and asks them."""

from datetime import datetime

from core.records import Character, Person
from core.storage.characters import Characters
from core.storage.database import Transaction
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.verdicts import Verdict
from core.vocabulary import LikenessPermission
from pipelines.online.family import controls_in, guardians_in
from pipelines.online.rooms import Rooms
from safety.room import LikenessUse

CAMEO_CONTROL = "cameo_use"
_OPENNESS = tuple(LikenessPermission)  # from only me to everyone
_OPEN_TO_OTHERS = {str(permission) for permission in _OPENNESS[1:]}


def is_wider(permission: LikenessPermission, than: LikenessPermission) -> bool:
    """Whether a permission lets more people in than another."""
    return _OPENNESS.index(permission) > _OPENNESS.index(than)


def may_use(tx: Transaction, rooms: Rooms, character: Character, asker: Person, now: datetime) -> Verdict:
    """Return whether ``asker`` may use a character now: asked afresh at every step, never remembered."""
    people = People(tx)
    owner = people.find(character.owner_id)
    ceiling = None if owner is None else controls_in(tx, rooms, owner, now).cameo_permission
    permission = character.permission
    if ceiling is not None and is_wider(permission, ceiling):
        permission = ceiling
    use = LikenessUse(
        asker_id=asker.id,
        owner_id=character.owner_id,
        permission=permission,
        is_revoked=character.revoked_at is not None or owner is None,
        chosen=frozenset(Characters(tx).grants(character.id)),
        are_mutual=people.are_mutual(asker.id, character.owner_id),
        is_blocked=character.owner_id in people.blocked_either_way(asker.id),
        asker_is_minor=asker.is_minor(now),
        owner_is_minor=character.depicts_minor or owner is None or owner.is_minor(now),
        cameo_use_on=ceiling is not None,
        guardian_allows_adults=_guardian_opened(tx, owner, now),
    )
    return rooms.safety.may_use_likeness(use)


def _guardian_opened(tx: Transaction, owner: Person | None, now: datetime) -> bool:
    """Whether a guardian has themselves let others than the young person use the likeness; a default is no such yes."""
    if owner is None:
        return False
    guardians = guardians_in(tx, owner, now)
    return any(
        setting.control == CAMEO_CONTROL
        and setting.set_by in guardians
        and setting.holds(now)
        and setting.value in _OPEN_TO_OTHERS
        for setting in FamilyLinks(tx).settings(owner.id)
    )
