"""The console's web application, to be mounted at PREFIX."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp_jinja2
import structlog
from aiohttp import web
from jinja2 import FileSystemLoader, StrictUndefined

from bot.console import times, words_shown
from bot.console.alarm_pages import AlarmPages
from bot.console.answer_pages import AnswerPages
from bot.console.answer_shown import AnswerCatalogue
from bot.console.answer_writing import AnswerWriting
from bot.console.attention import with_attention
from bot.console.case_actions import CaseActions
from bot.console.case_pages import CasePages
from bot.console.cases import CaseReader
from bot.console.conversation_pages import ConversationPages
from bot.console.correction_pages import CorrectionPages
from bot.console.login_pages import LoginPages
from bot.console.number_pages import NumberPages
from bot.console.ownership import Ownership
from bot.console.phrase_pages import PhrasePages
from bot.console.protection import failures_as_pages, gate, set_headers
from bot.console.queue_pages import QueuePages
from bot.console.sealed_pages import SealedPages
from bot.console.services import PREFIX, SERVICES, ConsoleServices
from bot.console.staff_pages import StaffPages
from bot.http.errors import HTTP_FAILURES

if TYPE_CHECKING:
    from bot.program import Program

__all__ = ["PREFIX", "Console", "make_console"]

log = structlog.get_logger()

HERE: Final = Path(__file__).parent
WATCH_SECONDS: Final = 30.0  # how often silent cases are looked for
MAX_BODY: Final = 256 * 1024  # bytes of one form


class Console:
    """Puts the console's pages together."""

    def __init__(self, program: Program) -> None:
        self.services = ConsoleServices(program)
        self.ownership = Ownership(self.services)
        self.closing = asyncio.Event()

    def application(self) -> web.Application:
        """Return the routes, to be mounted at PREFIX."""
        app = web.Application(middlewares=[failures_as_pages, gate, with_attention], client_max_size=MAX_BODY)
        app[SERVICES] = self.services
        environment = aiohttp_jinja2.setup(
            app,
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= times.FILTERS | words_shown.FILTERS
        cases = CaseReader(self.services)
        catalogue = AnswerCatalogue(self.services.program.frontdoor.editions)
        pages = CasePages(self.services, cases, self.ownership)
        app.add_routes(LoginPages(self.services).routes())
        app.add_routes(QueuePages(self.services, self.closing).routes())
        app.add_routes(AlarmPages(self.services).routes())
        app.add_routes(pages.routes())
        app.add_routes(CaseActions(self.services, cases, self.ownership, pages).routes())
        app.add_routes(PhrasePages(self.services, cases).routes())
        app.add_routes(CorrectionPages(self.services, cases).routes())
        app.add_routes(StaffPages(self.services, self.ownership).routes())
        app.add_routes(SealedPages(self.services).routes())
        app.add_routes(NumberPages(self.services).routes())
        app.add_routes(AnswerPages(self.services, catalogue).routes())
        app.add_routes(AnswerWriting(self.services, catalogue).routes())
        app.add_routes(ConversationPages(self.services).routes())
        app.router.add_static("/static", HERE / "static", name="static")
        app.cleanup_ctx.append(self._watch_silence)
        app.on_response_prepare.append(set_headers)
        app.on_shutdown.append(self._close)
        return app

    async def _watch_silence(self, _app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._release_silent(), name="release silent cases")
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _release_silent(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.ownership.release_silent()
            except Exception as error:  # counted and told; the next round tries again
                HTTP_FAILURES.labels(type(error).__name__).inc()
                log.error("release_failed", error=type(error).__name__, exc_info=error)

    async def _close(self, _app: web.Application) -> None:
        self.closing.set()
        self.services.program.live_events.publish_all()


def make_console(program: Program) -> web.Application:
    """Return the console's application for a program."""
    return Console(program).application()
