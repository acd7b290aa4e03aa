"""Which answers are switched off, and the number by which every process notices that what may be answered has changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ScalarSelect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables_answers import AnswerEdition, AnswerSwitch

MOST_WORDS: Final = 200  # characters of a reason
_ROW: Final = 1


async def edition_number(session: AsyncSession) -> int:
    """Return the number of what may be answered now; 0 while nothing was ever changed."""
    return await session.scalar(select(number_column())) or 0


def number_column() -> ScalarSelect[int]:
    """Return the number of what may be answered now, to be asked for beside other things; nothing while nothing was ever changed."""
    return select(AnswerEdition.number).where(AnswerEdition.id == _ROW).scalar_subquery()


async def new_edition(session: AsyncSession) -> None:
    """Let every process read anew, from its next message on, what may be answered."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(AnswerEdition).values(id=_ROW, number=1)
    await session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"number": AnswerEdition.number + 1}))


async def switched_off(session: AsyncSession) -> Mapping[str, AnswerSwitch]:
    """Return the answers that are not said any more, by id."""
    return {switch.answer: switch for switch in await session.scalars(select(AnswerSwitch).order_by(AnswerSwitch.answer))}


async def switch_off(session: AsyncSession, answer: str, *, by: str, because: str, now: datetime) -> bool:
    """Let nobody be told an answer any more; False where that is so already."""
    if await session.get(AnswerSwitch, answer) is not None:
        return False
    session.add(AnswerSwitch(answer=answer, off_at=now, off_by=by, because=because[:MOST_WORDS]))
    await new_edition(session)
    return True


async def switch_on(session: AsyncSession, answer: str) -> bool:
    """Let an answer be said again; False where it is said."""
    switch = await session.get(AnswerSwitch, answer)
    if switch is None:
        return False
    await session.delete(switch)
    await new_edition(session)
    return True
