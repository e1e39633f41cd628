"""What came in (the inbox's keys), what is owed (the outbox), and which message each slot lives in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, literal_column, select, update

from bot.ports import Letter
from storage.tables import identity, inbox, outbox, slot
from storage.upsert import insert, insert_new

# In the words of the partial index.
_WAITING: ColumnElement[bool] = literal_column("outbox.set_aside = false")

_IN_CHAT = (slot.c.platform == identity.c.platform) & (slot.c.address == identity.c.address)


class OutboxTable:
    def __init__(self, core: Connection) -> None:
        self._core = core
        self.touched = False
        """Was anything put into it by this transaction?"""

    def put(
        self,
        person_id: int,
        slot: str,
        topic: str,
        args: Mapping[str, Any],
        priority: int,
        not_before: datetime,
        platform: str = "",
    ) -> None:
        """Owe somebody a message, on `platform` or ("") where they are at home when it is sent.

        What was owed there for the same slot before is replaced.
        """
        row = insert(self._core, outbox).values(
            version=1,
            person_id=person_id,
            platform=platform,
            slot=slot,
            topic=topic,
            args=args,
            priority=priority,
            not_before=not_before,
            attempts=0,
            set_aside=False,
        )
        newer = {
            name: row.excluded[name] for name in ("topic", "args", "priority", "not_before", "attempts", "set_aside")
        }
        self._core.execute(
            row.on_conflict_do_update(
                index_elements=[outbox.c.person_id, outbox.c.platform, outbox.c.slot],
                set_={**newer, "error": None, "version": outbox.c.version + 1},
            )
        )
        self.touched = True

    def waiting(self, platform: str, now: datetime, limit: int) -> list[Letter]:
        """Letters whose time has come, for people at home on `platform` or addressed to it; the most urgent first."""
        lives_in = (
            (slot.c.platform == platform) & (slot.c.address == identity.c.address) & (slot.c.slot == outbox.c.slot)
        )
        rows = self._core.execute(
            select(outbox, identity.c.address, slot.c.message)
            .join(identity, _goes_to(platform))
            .outerjoin(slot, lives_in)
            .where(_WAITING, outbox.c.not_before <= now)
            .order_by(outbox.c.priority, outbox.c.id)
            .limit(limit)
        )
        return [
            Letter(
                id=row.id,
                version=row.version,
                person_id=row.person_id,
                address=row.address,
                slot=row.slot,
                message=row.message,
                topic=row.topic,
                args=row.args,
                priority=row.priority,
                attempts=row.attempts,
            )
            for row in rows
        ]

    def done(self, letter: Letter) -> None:
        """It was delivered, unless a newer one has taken its place meanwhile."""
        self._core.execute(delete(outbox).where(outbox.c.id == letter.id, outbox.c.version == letter.version))

    def retry(self, letter: Letter, at: datetime, error: str) -> None:
        self._core.execute(
            update(outbox)
            .where(outbox.c.id == letter.id, outbox.c.version == letter.version)
            .values(not_before=at, attempts=outbox.c.attempts + 1, error=error)
        )

    def set_aside(self, letter: Letter, error: str) -> None:
        """Stop trying; it stays for the operator to see."""
        self._core.execute(
            update(outbox)
            .where(outbox.c.id == letter.id, outbox.c.version == letter.version)
            .values(set_aside=True, attempts=outbox.c.attempts + 1, error=error)
        )

    def drop(self, person_id: int, slot: str) -> None:
        """Owe it no longer, on whichever platform."""
        self._core.execute(delete(outbox).where(outbox.c.person_id == person_id, outbox.c.slot == slot))

    def forward(self, person_id: int, platform: str) -> None:
        """They left `platform`: what was addressed to it is dropped, and the rest goes where they are at home now.

        As a new version, so that whoever is just failing to deliver a letter there does not settle it.
        """
        theirs = outbox.c.person_id == person_id
        self._core.execute(delete(outbox).where(theirs, outbox.c.platform == platform))
        self._core.execute(update(outbox).where(theirs).values(version=outbox.c.version + 1, attempts=0, error=None))
        self.touched = True


class InboxTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def take(self, platform: str, key: str, now: datetime) -> bool:
        """Note an update's key; False when it was there before, so that the update has had its effect."""
        row = {"platform": platform, "key": key, "received_at": now}
        return self._core.execute(insert_new(self._core.dialect.name, inbox), row).rowcount == 1

    def set_aside(self, platform: str, key: str, error: str, now: datetime) -> None:
        """An update that cannot be handled: it counts as taken, and stays for the operator to see."""
        row = {"platform": platform, "key": key, "received_at": now, "error": error}
        self._core.execute(insert_new(self._core.dialect.name, inbox), row)

    def purge(self, before: datetime, limit: int) -> int:
        old = select(inbox.c.platform, inbox.c.key).where(inbox.c.received_at < before, inbox.c.error.is_(None))
        keys = self._core.execute(old.limit(limit)).all()
        for platform, key in keys:
            self._core.execute(delete(inbox).where(inbox.c.platform == platform, inbox.c.key == key))
        return len(keys)


_MESSAGE = select(slot.c.message).where(
    slot.c.platform == bindparam("platform"), slot.c.address == bindparam("address"), slot.c.slot == bindparam("slot")
)


class SlotTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def message(self, platform: str, address: str, name: str) -> str | None:
        """The message that a slot lives in."""
        key = {"platform": platform, "address": address, "slot": name}
        return self._core.execute(_MESSAGE, key).scalar()

    def of_person(self, person_id: int) -> list[tuple[str, str, str, str]]:
        """(platform, address, slot, message) of all that lives in a person's chats."""
        rows = self._core.execute(
            select(slot.c.platform, slot.c.address, slot.c.slot, slot.c.message)
            .join(identity, _IN_CHAT)
            .where(identity.c.person_id == person_id)
            .order_by(identity.c.id, slot.c.slot)
        )
        return [(row.platform, row.address, row.slot, row.message) for row in rows]

    def stands_on(self, person_id: int, name: str) -> list[str]:
        """The platforms on which a slot of this person lives in a message that can still be reached."""
        rows = self._core.execute(
            select(identity.c.platform)
            .join(slot, _IN_CHAT)
            .where(identity.c.person_id == person_id, identity.c.reachable, slot.c.slot == name)
            .order_by(identity.c.id)
        )
        return list(rows.scalars())

    def at(self, platform: str, address: str, message: str) -> str | None:
        """The slot that lives in a message."""
        return self._core.execute(select(slot.c.slot).where(_is(platform, address), slot.c.message == message)).scalar()

    def put(self, platform: str, address: str, name: str, message: str) -> None:
        row = insert(self._core, slot).values(platform=platform, address=address, slot=name, message=message)
        key = [slot.c.platform, slot.c.address, slot.c.slot]
        self._core.execute(row.on_conflict_do_update(index_elements=key, set_={"message": row.excluded.message}))

    def clear(self, platform: str, address: str, name: str) -> None:
        self._core.execute(delete(slot).where(_is(platform, address), slot.c.slot == name))

    def move(self, platform: str, address: str, new_address: str) -> None:
        """A chat got a new id; messages of the old one cannot be edited any more."""
        self._core.execute(delete(slot).where(_is(platform, address)))
        self._core.execute(
            update(identity)
            .where(identity.c.platform == platform, identity.c.address == address)
            .values(address=new_address)
        )


def _goes_to(platform: str) -> ColumnElement[bool]:
    """Joins a letter to the identity that it goes to; worded so that letters are sought first, not everybody there."""
    theirs = (identity.c.person_id == outbox.c.person_id) & (identity.c.platform.concat("") == platform)
    return theirs & ((outbox.c.platform == platform) | ((outbox.c.platform == "") & identity.c.home))


def _is(platform: str, address: str) -> ColumnElement[bool]:
    return (slot.c.platform == platform) & (slot.c.address == address)
