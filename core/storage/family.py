"""Links between guardians and teens, what each has set, and the log that both sides read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from core.ids import LinkId, PersonId
from core.records_wellbeing import FamilyLink, FamilyLogEntry, LinkStatus, Setting
from core.storage.database import Transaction
from core.storage.rows import columns_of, record_from, upsert
from core.storage.tables.family import family_controls, family_links, family_log

_SETTINGS = select(*columns_of(family_controls, Setting)).where(family_controls.c.teen_id == bindparam("teen_id"))


class FamilyLinks:
    """Everything about a family; writes are made under the teen's lock (``People(tx).lock(teen_id)``)."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, link: FamilyLink) -> None:
        """Store a new link."""
        row = {name: getattr(link, name) for name in FamilyLink.__slots__}
        self._tx.connection.execute(insert(family_links).values(row))

    def save(self, link: FamilyLink) -> None:
        """Store how a link stands now."""
        changed = {name: getattr(link, name) for name in ("status", "accepted_at", "ended_at", "ended_by")}
        self._tx.connection.execute(update(family_links).where(family_links.c.id == link.id).values(changed))

    def find(self, link_id: LinkId, person_id: PersonId) -> FamilyLink | None:
        """Return a link that this person is a side of, or None."""
        query = select(family_links).where(family_links.c.id == link_id, _is_side(person_id))
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else _link(row)

    def of(self, person_id: PersonId) -> list[FamilyLink]:
        """Return every link of a person, newest first."""
        query = select(family_links).where(_is_side(person_id))
        rows = self._tx.connection.execute(query.order_by(family_links.c.created_at.desc(), family_links.c.id))
        return [_link(row) for row in rows.mappings()]

    def active(self, guardian_id: PersonId, teen_id: PersonId) -> FamilyLink | None:
        """Return the active link between a guardian and a teen, or None."""
        query = select(family_links).where(
            family_links.c.guardian_id == guardian_id,
            family_links.c.teen_id == teen_id,
            family_links.c.status == LinkStatus.ACTIVE,
        )
        row = self._tx.connection.execute(query).mappings().first()
        return None if row is None else _link(row)

    def guardians_of(self, teen_id: PersonId) -> list[PersonId]:
        """Return the guardians with an active link to a teen."""
        query = select(family_links.c.guardian_id).where(
            and_(family_links.c.teen_id == teen_id, family_links.c.status == LinkStatus.ACTIVE)
        )
        return [PersonId(value) for value in self._tx.connection.scalars(query.order_by(family_links.c.guardian_id))]

    def beside(self, teen_id: PersonId) -> list[PersonId]:
        """Return the other teens of this teen's guardians."""
        mine, theirs = family_links.alias(), family_links.alias()
        query = (
            select(theirs.c.teen_id)
            .distinct()
            .join(mine, mine.c.guardian_id == theirs.c.guardian_id)
            .where(mine.c.teen_id == teen_id, theirs.c.teen_id != teen_id)
            .where(mine.c.status == LinkStatus.ACTIVE, theirs.c.status == LinkStatus.ACTIVE)
        )
        return [PersonId(value) for value in self._tx.connection.scalars(query.order_by(theirs.c.teen_id))]

    def settings(self, teen_id: PersonId) -> list[Setting]:
        """Return all that anyone has set for a person, themselves included, expired or not."""
        return [Setting(*row) for row in self._tx.connection.execute(_SETTINGS, {"teen_id": teen_id}).all()]

    def who_set(self, control: str, teen_ids: Iterable[PersonId]) -> set[PersonId]:
        """Return for which of these people anyone, they themselves included, has ever set a control."""
        query = select(family_controls.c.teen_id).where(
            family_controls.c.control == control, family_controls.c.teen_id.in_(sorted(set(teen_ids)))
        )
        return {PersonId(value) for value in self._tx.connection.scalars(query)}

    def set_control(self, teen_id: PersonId, setting: Setting) -> None:
        """Store a setting. A temporary one lies over the person's lasting one and leaves it in place."""
        row = {
            "teen_id": teen_id,
            "set_by": setting.set_by,
            "control": setting.control,
            "is_temporary": setting.expires_at is not None,
            "value": setting.value,
            "set_at": setting.set_at,
            "expires_at": setting.expires_at,
        }
        upsert(self._tx, family_controls, row, key=["teen_id", "set_by", "control", "is_temporary"])

    def clear_control(self, teen_id: PersonId, set_by: PersonId, controls: Iterable[str]) -> None:
        """Take a person's settings of these controls away, lasting and temporary."""
        self._tx.connection.execute(
            delete(family_controls).where(
                family_controls.c.teen_id == teen_id,
                family_controls.c.set_by == set_by,
                family_controls.c.control.in_(sorted(controls)),
            )
        )

    def clear_settings_of(self, teen_id: PersonId, set_by: PersonId) -> None:
        """Take away all that a person set for a teen: when their link ends."""
        self._tx.connection.execute(
            delete(family_controls).where(family_controls.c.teen_id == teen_id, family_controls.c.set_by == set_by)
        )

    def note(
        self, teen_id: PersonId, actor_id: PersonId, action: str, detail: Mapping[str, Any], at: datetime
    ) -> FamilyLogEntry:
        """Add a line to the family's log."""
        last = select(func.max(family_log.c.seq)).where(family_log.c.teen_id == teen_id)
        entry = FamilyLogEntry((self._tx.connection.scalar(last) or 0) + 1, actor_id, action, dict(detail), at)
        row = {name: getattr(entry, name) for name in FamilyLogEntry.__slots__}
        self._tx.connection.execute(insert(family_log).values(teen_id=teen_id, **row))
        return entry

    def log(self, teen_id: PersonId) -> list[FamilyLogEntry]:
        """Return the whole log of a teen, newest first."""
        query = select(family_log).where(family_log.c.teen_id == teen_id).order_by(family_log.c.seq.desc())
        return [record_from(row, FamilyLogEntry, {}) for row in self._tx.connection.execute(query).mappings()]


def _is_side(person_id: PersonId) -> Any:
    return or_(family_links.c.guardian_id == person_id, family_links.c.teen_id == person_id)


def _link(row: Any) -> FamilyLink:
    return record_from(row, FamilyLink, {"status": LinkStatus})
