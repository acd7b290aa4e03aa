"""Thousands of rows made into values a slice at a time, so that nobody who writes meanwhile waits for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession

AT_ONCE: Final = 100  # rows: about a millisecond of the loop that answers


async def in_slices[*Columns](session: AsyncSession, query: Select[*Columns]) -> AsyncIterator[Row[*Columns]]:
    """Yield the rows of a query, all of the moment in which it is asked; between slices the loop answers others."""
    found = await session.execute(query)
    for rows in found.partitions(AT_ONCE):
        for row in rows:
            yield row
        await asyncio.sleep(0)
