"""People and their identities on chat platforms."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, func, insert, select, update

from bot.domain.errors import NotFound
from bot.domain.person import Person, PersonState, Push
from bot.domain.units import Money
from storage.money import from_micros
from storage.rows import columns
from storage.tables import answer, assignment, identity, link_code, outbox, person, slot

_HELD = assignment.c.state.in_(["offered", "started"])


# Statements of every tap, built once: putting one together costs several times what running it does.
_GET = select(person).where(person.c.id == bindparam("id"))
_FIND = (
    select(
        person,
        identity.c.id.label("identity_id"),
        identity.c.address,
        identity.c.home,
        identity.c.reachable.label("reached"),
    )
    .join(identity, identity.c.person_id == person.c.id)
    .where(identity.c.platform == bindparam("platform"), identity.c.user == bindparam("user"))
)
_SAVE = update(person).where(person.c.id == bindparam("_id"))


class PersonTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def get(self, person_id: int) -> Person:
        row = self._core.execute(_GET, {"id": person_id}).one_or_none()
        if row is None:
            raise NotFound()
        return _person(row)

    def find(self, platform: str, user: str) -> Person | None:
        row = self._core.execute(_FIND, {"platform": platform, "user": user}).one_or_none()
        return _person(row) if row else None

    def meet(self, platform: str, user: str, address: str) -> Person | None:
        """`find`, noting where they write from if that has changed: there they are at home, and can be reached."""
        row = self._core.execute(_FIND, {"platform": platform, "user": user}).one_or_none()
        if row is None:
            return None
        if row.address != address or not row.reached:
            here = identity.c.id == row.identity_id
            self._core.execute(update(identity).where(here).values(address=address, reachable=True))
        if not row.home:
            self._move_in(row.id, row.identity_id)
        return _person(row)

    def add(self, new: Person, platform: str, user: str, address: str) -> Person:
        """Store somebody new with their first identity, which is where letters to them go."""
        result = self._core.execute(insert(person).values(columns(new)))
        assert result.inserted_primary_key is not None
        stored = replace(new, id=result.inserted_primary_key[0])
        self._core.execute(
            insert(identity).values(person_id=stored.id, platform=platform, user=user, address=address, home=True)
        )
        return stored

    def leave(self, person_id: int, platform: str) -> bool:
        """They cannot be written to on `platform`; False when they cannot anywhere, else they are at home elsewhere."""
        theirs = identity.c.person_id == person_id
        self._core.execute(update(identity).where(theirs, identity.c.platform == platform).values(reachable=False))
        left = select(identity.c.id, identity.c.home).where(theirs, identity.c.reachable)
        row = self._core.execute(left.order_by(identity.c.home.desc(), identity.c.id).limit(1)).one_or_none()
        if row is not None and not row.home:
            self._move_in(person_id, row.id)
        return row is not None

    def _move_in(self, person_id: int, identity_id: int) -> None:
        """Of the person's identities this one is home, and no other."""
        self._core.execute(
            update(identity).where(identity.c.person_id == person_id).values(home=identity.c.id == identity_id)
        )

    def home(self, person_id: int) -> str | None:
        """The platform that letters to them go to."""
        at_home = select(identity.c.platform).where(identity.c.person_id == person_id, identity.c.home)
        return self._core.execute(at_home).scalar()

    def save(self, changed: Person) -> None:
        self._core.execute(_SAVE, {**columns(changed), "_id": changed.id})

    def wanting_work(self, now: datetime, limit: int) -> list[Person]:
        """Those whose time to look for work has come, the longest waiting first."""
        due = select(person).where(person.c.wants_work_at.is_not(None), person.c.wants_work_at <= now)
        return [_person(row) for row in self._core.execute(due.order_by(person.c.wants_work_at).limit(limit))]

    def idle(self, after: int, limit: int) -> list[Person]:
        """Trainers with an id above `after` who want tasks pushed, hold none, and are not waiting for any.

        Somebody who let their last task run out and has not been seen since is away, not idle.
        """
        holds = exists().where(assignment.c.person_id == person.c.id, _HELD)
        away = exists().where(
            assignment.c.person_id == person.c.id,
            assignment.c.state == "expired",
            assignment.c.ended_at > person.c.seen_at,
        )
        rows = self._core.execute(
            select(person)
            .where(
                person.c.id > after,
                person.c.state == PersonState.ACTIVE,
                person.c.reachable,
                person.c.step.is_(None),
                person.c.push == Push.NOW,
                person.c.wants_work_at.is_(None),
                ~holds,
                ~away,
            )
            .order_by(person.c.id)
            .limit(limit)
        )
        return [_person(row) for row in rows]

    def identities(self, person_id: int) -> list[tuple[str, str]]:
        """(platform, user) pairs."""
        rows = self._core.execute(
            select(identity.c.platform, identity.c.user)
            .where(identity.c.person_id == person_id)
            .order_by(identity.c.id)
        )
        return [(row.platform, row.user) for row in rows]

    def lives_at(self, platform: str, address: str) -> bool:
        """Is this the address of somebody we know?"""
        known = select(identity.c.id).where(identity.c.platform == platform, identity.c.address == address)
        return self._core.execute(known.limit(1)).first() is not None

    def forget_identities(self, person_id: int) -> None:
        """Remove all that leads from the platforms to this person, and what is still owed to them."""
        theirs = select(identity.c.platform, identity.c.address).where(identity.c.person_id == person_id)
        for platform, address in self._core.execute(theirs).all():
            self._core.execute(delete(slot).where(and_(slot.c.platform == platform, slot.c.address == address)))
        self._core.execute(delete(outbox).where(outbox.c.person_id == person_id))
        self._core.execute(delete(link_code).where(link_code.c.person_id == person_id))
        self._core.execute(delete(identity).where(identity.c.person_id == person_id))

    def earnings(self, person_id: int) -> list[tuple[Money | None, int]]:
        """What their answers earned: one (sum, answers) pair a currency; None for unpaid work."""
        rows = self._core.execute(
            select(answer.c.pay_currency, func.sum(answer.c.pay_micros), func.count())
            .where(answer.c.person_id == person_id, ~answer.c.withdrawn)
            .group_by(answer.c.pay_currency)
            .order_by(answer.c.pay_currency)
        )
        return [(from_micros(micros, currency), count) for currency, micros, count in rows]


def _person(row: Row[Any]) -> Person:
    fields = {column.name: row._mapping[column] for column in person.c}
    fields["state"] = PersonState(row.state)
    fields["push"] = Push(row.push)
    fields["languages"] = tuple(row.languages)
    fields["domains"] = tuple(row.domains)
    return Person(**fields)
