"""The console's web application, to be mounted at PREFIX."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp_jinja2
from aiohttp import web
from jinja2 import FileSystemLoader, StrictUndefined

from bot.console import times, words_shown
from bot.console.case_pages import CasePages
from bot.console.desk import DESK, PREFIX, Desk
from bot.console.login_pages import LoginPages
from bot.console.protection import failures_as_pages, gate, set_headers
from bot.console.queue_pages import QueuePages

if TYPE_CHECKING:
    from bot.program import Program

__all__ = ["PREFIX", "Console", "make_console"]

HERE: Final = Path(__file__).parent
MAX_BODY: Final = 256 * 1024  # bytes of one form


class Console:
    """Puts the console's pages together."""

    def __init__(self, program: Program) -> None:
        self.desk = Desk(program)
        self.closing = asyncio.Event()

    def application(self) -> web.Application:
        """Return the routes, to be mounted at PREFIX."""
        app = web.Application(middlewares=[failures_as_pages, gate], client_max_size=MAX_BODY)
        app[DESK] = self.desk
        environment = aiohttp_jinja2.setup(
            app,
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= times.FILTERS | words_shown.FILTERS
        app.add_routes(LoginPages(self.desk).routes())
        app.add_routes(QueuePages(self.desk, self.closing).routes())
        app.add_routes(CasePages(self.desk).routes())
        app.router.add_static("/static", HERE / "static", name="static")
        app.on_response_prepare.append(set_headers)
        app.on_shutdown.append(self._close)
        return app

    async def _close(self, _app: web.Application) -> None:
        self.closing.set()
        self.desk.program.bell.ring_all()


def make_console(program: Program) -> web.Application:
    """Return the console's application for a program."""
    return Console(program).application()
