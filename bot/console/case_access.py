"""Who of the staff opens which closed cases: with what key a page is read, what is given on, what would be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.storage.case_keys import CaseKey
from bot.storage.closed_cases import holders
from bot.storage.tables import Conversation, Staff
from bot.storage.tables_seals import CaseKeyGiven, CaseSealing, StaffKey
from bot.storage.vault import Vault

if TYPE_CHECKING:
    from bot.console.logins import Visitor
    from bot.storage.database import Database

log = structlog.get_logger()
AT_ONCE: Final = 200  # keys that are given in one transaction


class OnlyHolder(Exception):
    """What an account alone can open would be lost with its key; `count` says how many sealed cases that are."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"Nobody else can open {count} sealed case(s). Let somebody log in with this account and give them to a colleague first"
            " (console, “Sealed cases”), or add --lose-sealed-cases: their words are lost then."
        )
        self.count = count


async def vault_of(session: AsyncSession, vault: Vault, visitor: Visitor, conversation_id: str) -> Vault:
    """Return a vault that opens what a visitor can open of a conversation, beside what the program opens."""
    if visitor.private_key is None:
        return vault
    found = await session.scalars(
        select(CaseKeyGiven)
        .join(CaseSealing, CaseSealing.id == CaseKeyGiven.sealing_id)
        .where(CaseSealing.conversation_id == conversation_id, CaseKeyGiven.staff_id == visitor.staff_id)
    )
    keys = (_taken(row, visitor.private_key) for row in found)
    return vault.with_case_keys({key.number: key for key in keys if key is not None})


def _taken(row: CaseKeyGiven, private_key: bytes) -> CaseKey | None:
    try:
        return CaseKey.taken(row.given, number=row.sealing_id, staff_id=row.staff_id, private_key=private_key)
    except InvalidTag:
        log.error("case_key_unreadable", staff=row.staff_id, sealing=row.sealing_id)
        return None


async def sealed_beside(session: AsyncSession, vault: Vault, conversation_id: str) -> dict[str, dict[str, str]]:
    """Return what the sealings of a conversation hold besides its messages, as far as a vault opens it: the newest of each."""
    held: dict[str, dict[str, str]] = {"report": {}, "arranged": {}}
    if not vault.case_keys:
        return held
    for sealing in await _sealings(session, conversation_id):
        held |= vault.read_json(sealing.content, f"sealing:{sealing.id}", {})
    return held


async def is_locked(session: AsyncSession, vault: Vault, conversation_id: str) -> bool:
    """Say whether something of a conversation is sealed that a vault does not open."""
    return any(sealing.id not in vault.case_keys for sealing in await _sealings(session, conversation_id))


async def names_of_holders(session: AsyncSession, conversation_id: str) -> Sequence[str]:
    """Return who can open everything that is sealed of a conversation, by name."""
    sealings = len(await _sealings(session, conversation_id))
    there = {staff.id: staff.name for staff, _ in await holders(session)}
    found = await session.execute(
        select(CaseKeyGiven.staff_id, func.count())
        .join(CaseSealing, CaseSealing.id == CaseKeyGiven.sealing_id)
        .where(CaseSealing.conversation_id == conversation_id)
        .group_by(CaseKeyGiven.staff_id)
    )
    return sorted(there[staff_id] for staff_id, count in found if staff_id in there and count == sealings)


async def bring_back_address(session: AsyncSession, vault: Vault, conversation: Conversation) -> None:
    """Put back where somebody can be answered, when their conversation is opened again by who can open that."""
    for sealing in await _sealings(session, conversation.id):
        address = vault.read(sealing.address, f"address:{conversation.id}", None)
        if address is not None and conversation.address is None:
            conversation.address = vault.seal(address, f"address:{conversation.id}")
            conversation.reachable = "yes" if conversation.reachable == "no_address" else conversation.reachable


async def _sealings(session: AsyncSession, conversation_id: str) -> Sequence[CaseSealing]:
    found = await session.scalars(select(CaseSealing).filter_by(conversation_id=conversation_id).order_by(CaseSealing.made_at))
    return found.all()


@dataclass(frozen=True)
class Access:
    """How many sealings somebody can open, of how many; `ready` says that they have a key to give to."""

    staff: Staff
    opens: int
    all: int
    ready: bool


async def accesses(session: AsyncSession) -> Sequence[Access]:
    """Return for everybody who is not disabled what they can open, by name."""
    total = await session.scalar(select(func.count()).select_from(CaseSealing)) or 0
    counted = await session.execute(select(CaseKeyGiven.staff_id, func.count()).group_by(CaseKeyGiven.staff_id))
    opens = {staff_id: count for staff_id, count in counted}
    ready = {staff.id for staff, _ in await holders(session)}
    everybody = await session.scalars(select(Staff).where(Staff.disabled_at.is_(None)).order_by(Staff.name))
    return [Access(staff, opens.get(staff.id, 0), total, staff.id in ready) for staff in everybody]


async def give(database: Database, visitor: Visitor, staff_id: str) -> int:
    """Give a colleague the keys of everything that a visitor can open and they cannot; return how many those are."""
    given = 0
    while visitor.private_key is not None:
        async with database.transaction() as session:
            await session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())  # one who gives at a time
            public = next((key.public_key for staff, key in await holders(session, locked=True) if staff.id == staff_id), None)
            theirs = aliased(CaseKeyGiven)
            lacking = ~exists().where(theirs.sealing_id == CaseKeyGiven.sealing_id, theirs.staff_id == staff_id)
            mine = (
                select(CaseKeyGiven).where(CaseKeyGiven.staff_id == visitor.staff_id, lacking).order_by(CaseKeyGiven.sealing_id)
            )
            rows = (await session.scalars(mine.limit(AT_ONCE))).all() if public is not None else ()
            fresh = await asyncio.to_thread(_given_on, rows, visitor.private_key, staff_id, public or "")
            session.add_all(fresh)
        given += len(fresh)
        if not fresh:
            break
    return given


def _given_on(rows: Sequence[CaseKeyGiven], private_key: bytes, staff_id: str, public_key: str) -> list[CaseKeyGiven]:
    keys = [key for row in rows if (key := _taken(row, private_key)) is not None]
    return [CaseKeyGiven(sealing_id=key.number, staff_id=staff_id, given=key.given_to(staff_id, public_key)) for key in keys]


async def only_theirs(session: AsyncSession, staff_id: str) -> int:
    """Count the sealings that an account can open and nobody else who can log in."""
    other = aliased(CaseKeyGiven)
    others = [staff.id for staff, _ in await holders(session) if staff.id != staff_id]
    shared = exists().where(other.sealing_id == CaseKeyGiven.sealing_id, other.staff_id.in_(others))
    counted = select(func.count()).select_from(CaseKeyGiven).where(CaseKeyGiven.staff_id == staff_id, ~shared)
    return await session.scalar(counted) or 0


async def drop_key(session: AsyncSession, staff_id: str, *, lose: bool = False) -> None:
    """Forget an account's key and everything that was given to it; raises OnlyHolder unless `lose` says that this may be lost."""
    await session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())  # as `give` does, in the same order
    if not lose and (count := await only_theirs(session, staff_id)):
        raise OnlyHolder(count)
    await session.execute(delete(StaffKey).where(StaffKey.staff_id == staff_id))  # first: whoever gives to it now is waited for
    await session.execute(delete(CaseKeyGiven).where(CaseKeyGiven.staff_id == staff_id))


async def drop_shared(session: AsyncSession, staff_id: str) -> None:
    """Forget the key of an account that is locked out, unless it is the only one that opens something: that is to be decided later."""
    if not await only_theirs(session, staff_id):
        await drop_key(session, staff_id)
