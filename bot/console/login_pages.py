"""Logging in: name and password, the second factor, one's own password."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.logins import LoginThrottled, Visitor
from bot.console.passwords import PasswordTooCommon, PasswordTooShort, matches
from bot.console.second_factor import SecondFactor, SetupExpired
from bot.console.services import (
    COOKIE,
    DEVICE_COOKIE,
    LANGUAGE_COOKIE,
    PREFIX,
    YEAR,
    ConsoleServices,
    back_to,
    form_of,
    visitor_of,
)
from bot.console.staff_keys import StaffKeys
from bot.console.texts import INTERFACE_LANGUAGES
from bot.storage.tables import Staff

MAX_NAME: Final = 100


class LoginPages:
    """Serves the pages before the queue."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services
        self.second = SecondFactor(services.program.vault)
        self.keys = StaffKeys(services.program.database, services.program.vault)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/login", self.ask, name="login"),
            web.post("/login", self.log_in, name="login"),
            web.post("/logout", self.log_out, name="logout"),
            web.get("/second-factor", self.ask_code, name="second_factor"),
            web.post("/second-factor", self.check_code, name="second_factor"),
            web.get("/password", self.ask_password, name="password"),
            web.post("/password", self.change_password, name="password"),
            web.post("/language", self.choose_language, name="language"),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """Show the login form."""
        return self.services.page(request, "login.html", {"problem": None, "name": ""})

    async def log_in(self, request: web.Request) -> web.Response:
        """Check name and password."""
        form = await form_of(request)
        name, now = form.get("name", "")[:MAX_NAME], self.services.now()
        try:
            staff = await self.services.logins.check_password(
                name=name, password=form.get("password", ""), device=request.cookies.get(DEVICE_COOKIE), now=now
            )
        except LoginThrottled as throttled:
            seconds = max(1, int((throttled.until - now).total_seconds()))
            problem = self._text(request, "login.throttled", seconds=seconds)
            page = self.services.page(request, "login.html", {"problem": problem, "name": name}, status=429)
            page.headers["Retry-After"] = str(seconds)
            return page
        if staff is None:
            problem = self._text(request, "login.refused")
            return self.services.page(request, "login.html", {"problem": problem, "name": name}, status=401)
        private_key = await self.keys.unlock(staff, form.get("password", ""), now=now)
        async with self.services.program.database.transaction() as session:
            current = await session.get_one(Staff, staff.id)
            token = await self.services.logins.open(session, current, second_factor=False, now=now, private_key=private_key)
        response = back_to("/")
        self.services.set_cookie(response, COOKIE, token)
        return response

    async def log_out(self, request: web.Request) -> web.Response:
        """End the session; the browser forgets what it had of the console."""
        visitor = visitor_of(request)
        async with self.services.program.database.transaction() as session:
            await self.services.logins.close(session, visitor.token_hash)
            await self.services.record(session, visitor, "logged_out", visitor.staff_id)
        response = back_to("/login")
        response.del_cookie(COOKIE, path=PREFIX)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    async def ask_code(self, request: web.Request) -> web.Response:
        """Ask for a code of the second factor, or set it up."""
        visitor = visitor_of(request)
        if visitor.second_factor:
            return back_to("/")
        if visitor.has_second_factor:
            return self.services.page(request, "second_factor.html", {"problem": None})
        secret, sealed = self.second.propose(visitor.staff_id)
        return self._setup(request, visitor, secret, sealed)

    def _setup(
        self, request: web.Request, visitor: Visitor, secret: str, sealed: str, *, problem: str | None = None, status: int = 200
    ) -> web.Response:
        shown = {
            "secret": " ".join(secret[index : index + 4] for index in range(0, len(secret), 4)),
            "sealed": sealed,
            "qr_code": self.second.qr_code(secret, visitor.name),
            "problem": problem,
        }
        return self.services.page(request, "second_factor_setup.html", shown, status=status)

    async def check_code(self, request: web.Request) -> web.Response:
        """Check a code; the login is complete then, and gets a new cookie."""
        visitor, now = visitor_of(request), self.services.now()
        form = await form_of(request)
        code, sealed = form.get("code", "")[:20], form.get("secret", "")
        key = f"code {visitor.staff_id}"
        try:
            self.services.logins.throttle.check(key, now)
            self.services.logins.throttle.failed(key, now)
            secret = self.second.proposed(sealed, visitor.staff_id) if not visitor.has_second_factor else ""
        except LoginThrottled as throttled:
            seconds = max(1, int((throttled.until - now).total_seconds()))
            return self.services.page(
                request, "second_factor.html", {"problem": self._text(request, "login.throttled", seconds=seconds)}, status=429
            )
        except SetupExpired:
            return back_to("/second-factor")
        async with self.services.program.database.transaction() as session:
            staff = await session.get_one(Staff, visitor.staff_id)
            if staff.totp_secret is not None:
                right = await self.second.check(session, staff, code, now)
            else:
                right = bool(secret) and await self.second.confirm(session, staff, secret, code, now)
            if right:
                self.services.logins.throttle.succeeded(key)
                return await self._complete(session, visitor, staff)
        problem = self._text(request, "second_factor.wrong")
        if visitor.has_second_factor:
            return self.services.page(request, "second_factor.html", {"problem": problem}, status=401)
        return self._setup(request, visitor, secret, sealed, problem=problem, status=401)

    async def _complete(self, session: AsyncSession, visitor: Visitor, staff: Staff) -> web.Response:
        now = self.services.now()
        await self.services.logins.close(session, visitor.token_hash)
        token = await self.services.logins.open(session, staff, second_factor=True, now=now, private_key=visitor.private_key)
        if not visitor.has_second_factor:
            await self.services.record(session, visitor, "second_factor_set", staff.id)
        await self.services.record(session, visitor, "logged_in", staff.id)
        response = back_to("/")
        self.services.set_cookie(response, COOKIE, token)
        self.services.set_cookie(response, DEVICE_COOKIE, self.services.logins.device_mark(staff), max_age=YEAR)
        return response

    async def ask_password(self, request: web.Request) -> web.Response:
        """Show the form for a new password."""
        return self.services.page(request, "password.html", {"problem": None})

    async def change_password(self, request: web.Request) -> web.Response:
        """Set a new password; every other login of the account ends."""
        visitor, now = visitor_of(request), self.services.now()
        form = await form_of(request)
        old, new = form.get("old", ""), form.get("new", "")
        key = f"password {visitor.staff_id}"
        problem, status = None, 422
        try:
            self.services.logins.throttle.check(key, now)
            async with self.services.program.database.transaction() as session:
                staff = await session.get_one(Staff, visitor.staff_id)
                if not matches(old, staff.password_hash):
                    self.services.logins.throttle.failed(key, now)
                    problem = self._text(request, "password.old_wrong")
                elif new != form.get("again", ""):
                    problem = self._text(request, "password.not_the_same")
                elif new == old:
                    problem = self._text(request, "password.unchanged")
                else:
                    await self.services.accounts.change_password(session, staff, new, now=now)
                    private_key = await self.keys.change(session, staff, old=old, new=new, now=now)
                    await self.services.accounts.end_sessions(session, staff.id)
                    token = await self.services.logins.open(
                        session, staff, second_factor=visitor.second_factor, now=now, private_key=private_key
                    )
        except LoginThrottled as throttled:
            seconds = max(1, int((throttled.until - now).total_seconds()))
            problem, status = self._text(request, "login.throttled", seconds=seconds), 429
        except PasswordTooShort:
            problem = self._text(request, "password.too_short")
        except PasswordTooCommon:
            problem = self._text(request, "password.too_common")
        if problem is not None:
            return self.services.page(request, "password.html", {"problem": problem}, status=status)
        response = back_to("/")
        self.services.set_cookie(response, COOKIE, token)
        return response

    async def choose_language(self, request: web.Request) -> web.Response:
        """Change the language of the interface."""
        form = await form_of(request)
        language, page = form.get("language", ""), form.get("page", "")
        if language not in INTERFACE_LANGUAGES:
            raise web.HTTPBadRequest
        inside = page.startswith(f"{PREFIX}/") and "//" not in page and "\\" not in page and page.isprintable()
        response = back_to(page.removeprefix(PREFIX) if inside else "/")
        self.services.set_cookie(response, LANGUAGE_COOKIE, language, max_age=YEAR)
        return response

    def _text(self, request: web.Request, key: str, **values: object) -> str:
        return self.services.texts.text(key, self.services.language(request), **values)
