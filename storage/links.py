"""Two people who are one: the codes that prove it, and the handing over of all that stands under the name of one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, delete, exists, insert, literal, select, update

from storage.tables import (
    answer,
    assignment,
    frontier,
    identity,
    lane,
    link_code,
    outbox,
    participation,
    person,
    project,
)
from storage.upsert import insert as upsert


class LinkTables:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def put(self, digest: str, person_id: int, expires_at: datetime, now: datetime) -> None:
        """Keep a code's digest in place of the person's older ones, and throw away all whose time is over."""
        old = (link_code.c.person_id == person_id) | (link_code.c.expires_at <= now)
        self._core.execute(delete(link_code).where(old))
        self._core.execute(insert(link_code).values(digest=digest, person_id=person_id, expires_at=expires_at))

    def owner(self, digest: str, now: datetime) -> int | None:
        """Who made the code; None when there is no such code, or its time is over."""
        live = select(link_code.c.person_id).where(link_code.c.digest == digest, link_code.c.expires_at > now)
        return self._core.execute(live).scalar_one_or_none()

    def expiry(self, person_id: int) -> datetime | None:
        """Until when the person's code can be used."""
        theirs = select(link_code.c.expires_at).where(link_code.c.person_id == person_id)
        return self._core.execute(theirs).scalar_one_or_none()

    def forget(self, person_id: int) -> None:
        self._core.execute(delete(link_code).where(link_code.c.person_id == person_id))

    def hand_over(self, of: int, to: int, left: Sequence[int], home: str) -> None:
        """All that stands under one person's name goes to another, who is at home on `home` from now on.

        Of two assignments of the same task one must be in `left`, whosever it is: those end up with `of`, and nothing
        else does. Tasks given are added up, and who takes part in a project through both takes one seat.
        """
        self._assignments(of, to, left)
        self._answers(of, to, left)
        self._participations(of, to)
        self._frontiers(of, to)
        self._letters(of, to)
        self._core.execute(update(identity).where(identity.c.person_id == of).values(person_id=to))
        self._core.execute(update(identity).where(identity.c.person_id == to).values(home=identity.c.platform == home))

    def _assignments(self, of: int, to: int, left: Sequence[int]) -> None:
        """Those left wait with a third person meanwhile: nobody may have a task twice, not for a moment."""
        theirs = update(assignment).where(assignment.c.person_id == bindparam("giver"))
        give = theirs.values(person_id=bindparam("taker"))
        if not left:
            self._core.execute(give, {"giver": of, "taker": to})
            return
        third = self._double(of)
        put_aside = update(assignment).where(assignment.c.id == bindparam("_id")).values(person_id=third)
        self._core.execute(put_aside, [{"_id": one} for one in left])
        self._core.execute(give, [{"giver": of, "taker": to}, {"giver": third, "taker": of}])
        self._core.execute(delete(person).where(person.c.id == third))

    def _double(self, of: int) -> int:
        """Somebody just like `of`, under another pseudonym."""
        row = self._core.execute(select(person).where(person.c.id == of)).one()
        values = {**row._mapping, "pseudonym": f"~{row.pseudonym}"}
        del values["id"]
        result = self._core.execute(insert(person).values(values))
        assert result.inserted_primary_key is not None
        return int(result.inserted_primary_key[0])

    def _answers(self, of: int, to: int, left: Sequence[int]) -> None:
        self._core.execute(update(answer).where(answer.c.person_id == of).values(person_id=to))
        if left:
            stays = update(answer).where(answer.c.assignment_id == bindparam("_id")).values(person_id=of)
            self._core.execute(stays, [{"_id": one} for one in left])

    def _participations(self, of: int, to: int) -> None:
        # By project, so that the key is sought in and not passed over: it begins with the project.
        theirs = (participation.c.person_id == of) & participation.c.project_id.in_(select(project.c.id))
        given, joined_at = participation.c.given, participation.c.joined_at
        both = upsert(self._core, participation)
        earlier = both.excluded.joined_at < joined_at
        self._core.execute(
            both.from_select(
                ["project_id", "person_id", "joined_at", "given"],
                select(participation.c.project_id, literal(to), joined_at, given).where(theirs),
            ).on_conflict_do_update(
                index_elements=[participation.c.project_id, participation.c.person_id],
                set_={
                    "given": given + both.excluded.given,
                    "joined_at": case((earlier, both.excluded.joined_at), else_=joined_at),
                },
            )
        )
        self._core.execute(delete(participation).where(theirs))

    def _frontiers(self, of: int, to: int) -> None:
        """Of two the nearer one: what lies between them neither may have had, and it comes before what lies behind."""
        theirs = (frontier.c.person_id == of) & frontier.c.lane_id.in_(select(lane.c.id))
        rank, task_id = frontier.c.rank, frontier.c.task_id
        both = upsert(self._core, frontier)
        nearer = (both.excluded.rank < rank) | ((both.excluded.rank == rank) & (both.excluded.task_id < task_id))
        self._core.execute(
            both.from_select(
                ["lane_id", "person_id", "rank", "task_id"],
                select(frontier.c.lane_id, literal(to), rank, task_id).where(theirs),
            ).on_conflict_do_update(
                index_elements=[frontier.c.lane_id, frontier.c.person_id],
                set_={
                    "rank": case((nearer, both.excluded.rank), else_=rank),
                    "task_id": case((nearer, both.excluded.task_id), else_=task_id),
                },
            )
        )
        self._core.execute(delete(frontier).where(theirs))

    def _letters(self, of: int, to: int) -> None:
        """As new versions: whoever is delivering one now asks for somebody who is not there any more."""
        same = outbox.alias()
        owed = exists().where(
            same.c.person_id == to, same.c.platform == outbox.c.platform, same.c.slot == outbox.c.slot
        )
        self._core.execute(delete(outbox).where(outbox.c.person_id == of, owed))
        moved = update(outbox).where(outbox.c.person_id == of)
        self._core.execute(moved.values(person_id=to, version=outbox.c.version + 1))
