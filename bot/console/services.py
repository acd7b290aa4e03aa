"""What all pages of the console share."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import aiohttp_jinja2
from aiohttp import web

from bot.alarms.texts import way_name
from bot.console.gist import Gists
from bot.console.logins import Logins, Visitor
from bot.console.open_queue import OpenQueue
from bot.console.staff import Accounts, Role
from bot.console.texts import INTERFACE_LANGUAGES, Texts
from bot.handoff.phrasebook import Phrasebook
from bot.handoff.translator import translator_of
from bot.runtime.live_events import OUTBOX, QUEUE
from bot.storage.audit import AuditLog

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.program import Program

PREFIX: Final = "/console"
COOKIE: Final = "console"
FORM_COOKIE: Final = "console_form"
DEVICE_COOKIE: Final = "console_device"
LANGUAGE_COOKIE: Final = "console_language"
YEAR: Final = 365 * 24 * 3600
ZONE: Final = ZoneInfo("Europe/Warsaw")


class ConsoleServices:
    """The program, and the console's own parts, for one process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.texts = Texts.load()
        self.audit = AuditLog(program.vault)
        self.accounts = Accounts(program.vault, self.audit)
        self.logins = Logins(
            program.database, program.vault, self.accounts, silence=timedelta(minutes=program.settings.console_session_minutes)
        )
        self.phrasebook = Phrasebook(program.wording)
        self.gists = Gists(self.texts, program.frontdoor.editions)
        self.translator = translator_of(program.settings)
        self.open_queue = OpenQueue(program.live_events)
        self.secure = (program.settings.public_url or "").startswith("https://")

    def now(self) -> datetime:
        """Return the time now."""
        return self.program.clock()

    def language(self, request: web.Request) -> str:
        """Return the language of the interface: chosen, or the browser's, or Polish."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen in INTERFACE_LANGUAGES:
            return chosen
        accepted = request.headers.get("Accept-Language", "").lower()
        return "en" if accepted.startswith("en") else "pl"

    def page(
        self, request: web.Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
    ) -> web.Response:
        """Return a page in the visitor's language."""
        language = self.language(request)
        visitor = request.get(VISITOR)
        values: dict[str, Any] = {
            "services": self,
            "language": language,
            "visitor": visitor,
            "now": self.now(),
            "t": lambda key, **values: self.texts.text(key, language, **values),
            "name_of": lambda group, code: self.texts.name(group, code, language),
            "role": Role,
            "path": request.path,
            "attention": request.get(ATTENTION),
            "here": None,
            "way_name": lambda way: way_name(way, language),
        }
        nonce = None
        if visitor is not None:
            values["csrf"] = visitor.csrf
        else:
            nonce = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
            values["csrf"] = self.form_token(nonce)
        response = aiohttp_jinja2.render_template(template, request, {**values, **(context or {})}, status=status)
        if nonce is not None:
            self.set_cookie(response, FORM_COOKIE, nonce)
        return response

    def form_token(self, nonce: str | None) -> str | None:
        """Return the form token of somebody who is not logged in yet."""
        return self.program.vault.fingerprint("form", nonce) if nonce else None

    def set_cookie(self, response: web.StreamResponse, name: str, value: str, *, max_age: int | None = None) -> None:
        """Set a cookie that no script and no other site's request sees."""
        response.set_cookie(name, value, path=PREFIX, httponly=True, samesite="Strict", secure=self.secure, max_age=max_age)

    async def record(self, session: AsyncSession, visitor: Visitor, action: str, subject: str) -> None:
        """Write what somebody read or changed into the audit log."""
        await self.audit.record(session, staff_id=visitor.staff_id, action=action, subject=subject, now=self.now())

    def publish(self, *conversations: str) -> None:
        """Tell everybody who watches that cases changed."""
        self.program.live_events.publish(*conversations, QUEUE, OUTBOX)


def visitor_of(request: web.Request) -> Visitor:
    """Return who is logged in; the gate let nobody else through."""
    visitor: Visitor | None = request.get(VISITOR)
    if visitor is None:
        raise web.HTTPForbidden
    return visitor


def require(request: web.Request, role: Role) -> Visitor:
    """Return who is logged in, if their role is enough; raises HTTPForbidden."""
    visitor = visitor_of(request)
    if not visitor.role.includes(role):
        raise web.HTTPForbidden
    return visitor


def back_to(path: str) -> web.Response:
    """Answer a form: the page to see next, by a path inside the console."""
    return web.Response(status=303, headers={"Location": f"{PREFIX}{path}"})


async def form_of(request: web.Request) -> dict[str, str]:
    """Return a form's text fields; the last value of each."""
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


SERVICES: Final = web.AppKey("services", ConsoleServices)
VISITOR: Final = web.RequestKey("visitor", Visitor)
ATTENTION: Final = web.RequestKey("attention", object)
