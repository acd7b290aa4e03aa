"""Whether somebody still has the page of their conversation open: once it is closed, nobody reads there any more.

The page keeps the conversation's token in its memory only. So what a consultant writes after it was closed has nowhere to go, and
must not look as if it had been read. A page that only lost its connection comes back, and gets what it missed.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import exists, select

from bot.channels.webchat.traits import WEB
from bot.delivery import outbox
from bot.runtime.background import Background
from bot.runtime.live_events import QUEUE, LiveEvents
from bot.storage import return_codes
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database
from bot.storage.tables import Conversation, Handoff

COMES_BACK: Final = 20.0  # seconds in which a page that lost its connection opens it again
COMES_BACK_AFTER_START: Final = 60.0
LOOKS_AGAIN_BY_HAND: Final = 900.0  # seconds in which a page without scripts is expected to be loaded again
LOOKS_AGAIN: Final = 20.0  # seconds in which a page without a stream looks again: it does so every 5


class Presence:
    """Knows which pages are open at this process, and keeps with each conversation whether its page is."""

    def __init__(
        self, database: Database, conversations: ConversationStore, live_events: LiveEvents, clock: Callable[[], datetime]
    ) -> None:
        self.database = database
        self.conversations = conversations
        self.live_events = live_events
        self.clock = clock
        self.tasks = Background()
        self._open: Counter[str] = Counter()
        self._looked: dict[str, float] = {}
        self._looks: dict[str, asyncio.Timeout] = {}  # how long each page without scripts counts as open
        self._closing = False

    @contextmanager
    def of(self, conversation_id: str) -> Iterator[None]:
        """Count a page as open as long as the block lasts."""
        self._open[conversation_id] += 1
        try:
            yield
        finally:
            self._open[conversation_id] -= 1
            if not self._closing:
                self.tasks.start(self._missed(COMES_BACK, conversation_id))

    async def seen(self, conversation_id: str, number: int) -> bool:
        """Note that a page is there and has everything up to a message; False when the conversation is gone."""
        async with self.database.transaction() as session:
            conversation = await self.conversations.get(session, conversation_id)
            if conversation is None:
                return False
            back = conversation.reachable == "left"
            if back:
                conversation.reachable = "yes"
            news = await outbox.fetched(session, conversation_id, number, self.clock())
        if back or news:
            self.live_events.publish(QUEUE)
        return True

    async def visited(self, conversation_id: str, number: int) -> None:
        """Note that a page without scripts was loaded, with everything up to a message; it counts as open for a while."""
        await self.seen(conversation_id, number)
        look = self._looks.get(conversation_id)
        if look is not None and not look.expired():
            look.reschedule(asyncio.get_running_loop().time() + LOOKS_AGAIN_BY_HAND)
        else:
            self.tasks.start(self._looked_at(conversation_id))

    async def _looked_at(self, conversation_id: str) -> None:
        with self.of(conversation_id), suppress(TimeoutError):
            async with asyncio.timeout(LOOKS_AGAIN_BY_HAND) as look:
                self._looks[conversation_id] = look
                await asyncio.Event().wait()
        self._looks.pop(conversation_id, None)

    async def left_for_good(self, conversation_id: str, pseudonym: str) -> None:
        """Note that somebody left a page without scripts; who has its token does not get in any more."""
        async with self.database.transaction() as session:
            conversation = await self.conversations.get(session, conversation_id)
            if conversation is None:
                return
            if conversation.pseudonym == pseudonym:
                self.conversations.shut(conversation)
            else:
                await return_codes.shut_page(session, pseudonym)
            if self._open[conversation_id] > (conversation_id in self._looks):
                return  # it is open on another device, too
            conversation.reachable = "left"
            await outbox.never_fetched(session, conversation_id, self.clock())
        self.live_events.publish(QUEUE)

    async def looked(self, conversation_id: str, number: int) -> None:
        """Note that a page without a stream has looked: it counts as open until it has not come again for a while."""
        news = conversation_id not in self._looked
        self._looked[conversation_id] = time.monotonic()
        await self.seen(conversation_id, number)
        if news:
            self.tasks.start(self._comes_again(conversation_id))

    async def _comes_again(self, conversation_id: str) -> None:
        rest = self._looked[conversation_id] + LOOKS_AGAIN - time.monotonic()
        if rest > 0:
            await asyncio.sleep(rest)
            self.tasks.start(self._comes_again(conversation_id))
            return
        del self._looked[conversation_id]
        await self._missed(0, conversation_id)

    async def start(self, _app: web.Application) -> None:
        """Look, after a restart, whose pages did not come back: nobody saw them close."""
        self.tasks.start(self._missed(COMES_BACK_AFTER_START))

    async def close(self, _app: web.Application) -> None:
        """Stop waiting for anybody: pages that are open come back to the next process."""
        self._closing = True
        await self.tasks.close(patience=0)

    async def _missed(self, patience: float, conversation_id: str | None = None) -> None:
        """Wait, then note who has not come back: one conversation, or all whose case is open."""
        await asyncio.sleep(patience)
        chosen = select(Conversation).where(Conversation.channel == WEB.name, Conversation.reachable == "yes")
        if conversation_id is not None:
            chosen = chosen.where(Conversation.id == conversation_id)
        else:
            chosen = chosen.where(exists().where(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None)))
        async with self.database.transaction() as session:
            gone = [one for one in (await session.scalars(chosen)).all() if not self._open[one.id] and one.id not in self._looked]
            for conversation in gone:
                conversation.reachable = "left"
                await outbox.never_fetched(session, conversation.id, self.clock())
        if gone:
            self.live_events.publish(QUEUE)
