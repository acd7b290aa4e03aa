"""Accounts and the audit log, for those whose role it is."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from bot.console.case_access import OnlyHolder
from bot.console.ownership import Ownership
from bot.console.services import PREFIX, ConsoleServices, back_to, form_of, require
from bot.console.staff import LastAdministrator, NameTaken, NameUnusable, Role
from bot.storage.audit import AuditBroken
from bot.storage.tables import Staff

ENTRIES: Final = 100
_DIGITS: Final = 12


class StaffPages:
    """Serves accounts (administrators) and the audit log (coordinators)."""

    def __init__(self, services: ConsoleServices, ownership: Ownership) -> None:
        self.services = services
        self.ownership = ownership

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        account = "/staff/{staff:[0-9a-f]{32}}"
        return [
            web.get("/staff", self.page, name="staff"),
            web.post("/staff", self.add, name="staff"),
            web.post(f"{account}/reset", self.reset),
            web.post(f"{account}/disable", self.disable),
            web.post(f"{account}/role", self.change_role),
            web.get("/audit", self.audit, name="audit"),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show all accounts."""
        return await self._show(request)

    async def _show(self, request: web.Request, *, status: int = 200, **extra: Any) -> web.Response:
        require(request, Role.ADMINISTRATOR)
        async with self.services.program.database.transaction() as session:
            accounts = await self.services.accounts.all(session)
        context = {
            "accounts": accounts,
            "roles": list(Role),
            "path": f"{PREFIX}/staff",
            "problem": None,
            "password": None,
            "password_of": None,
            **extra,
        }
        return self.services.page(request, "staff.html", context, status=status)

    async def add(self, request: web.Request) -> web.Response:
        """Make an account and show its one-time password, once."""
        visitor, form = require(request, Role.ADMINISTRATOR), await form_of(request)
        if form.get("role") not in list(Role):
            raise web.HTTPBadRequest
        name = form.get("name", "")
        try:
            async with self.services.program.database.transaction() as session:
                password = await self.services.accounts.add(
                    session, name=name, role=Role(form["role"]), by=visitor.staff_id, now=self.services.now()
                )
        except NameTaken:
            return await self._show(request, status=409, problem="staff.name_taken")
        except NameUnusable:
            return await self._show(request, status=422, problem="staff.name_unusable")
        return await self._show(request, password=password, password_of=name)

    async def reset(self, request: web.Request) -> web.Response:
        """Give an account a new one-time password and show it, once."""
        visitor = require(request, Role.ADMINISTRATOR)
        async with self.services.program.database.transaction() as session:
            staff = await self._account(session, request)
            try:
                password = await self.services.accounts.reset(session, staff, by=visitor.staff_id, now=self.services.now())
            except OnlyHolder:
                password = None
        if password is None:
            return await self._show(request, status=409, problem="staff.only_holder")
        if staff.id == visitor.staff_id:
            return self.services.page(request, "own_reset.html", {"password": password})
        return await self._show(request, password=password, password_of=staff.name)

    async def disable(self, request: web.Request) -> web.Response:
        """Lock an account out; its cases go back to the queue, and who was spoken to is told."""
        visitor = require(request, Role.ADMINISTRATOR)
        try:
            async with self.services.program.database.transaction() as session:
                staff = await self._account(session, request)
                await self.services.accounts.disable(session, staff, by=visitor.staff_id, now=self.services.now())
                freed = await self.ownership.free(session, staff.id, by=visitor.staff_id)
        except LastAdministrator:
            return await self._show(request, status=409, problem="staff.last_administrator")
        self.services.publish(*freed)
        return back_to("/staff")

    async def change_role(self, request: web.Request) -> web.Response:
        """Give an account another role."""
        visitor, form = require(request, Role.ADMINISTRATOR), await form_of(request)
        if form.get("role") not in list(Role):
            raise web.HTTPBadRequest
        try:
            async with self.services.program.database.transaction() as session:
                staff = await self._account(session, request)
                await self.services.accounts.change_role(
                    session, staff, Role(form["role"]), by=visitor.staff_id, now=self.services.now()
                )
        except LastAdministrator:
            return await self._show(request, status=409, problem="staff.last_administrator")
        return back_to("/staff")

    async def _account(self, session: Any, request: web.Request) -> Staff:
        staff: Staff | None = await session.get(Staff, request.match_info["staff"])
        if staff is None:
            raise web.HTTPNotFound
        return staff

    async def audit(self, request: web.Request) -> web.Response:
        """Show the newest entries, or those before one; check the whole chain when asked to."""
        visitor = require(request, Role.COORDINATOR)
        before = request.query.get("before", "")
        number = int(before) if before.isascii() and before.isdecimal() and len(before) <= _DIGITS else None
        broken, head = None, None
        async with self.services.program.database.transaction() as session:
            await self.services.record(session, visitor, "audit_read", "audit")
            entries = await self.services.audit.newest(session, before=number, limit=ENTRIES)
            names = await self.services.accounts.names(session)
            if "check" in request.query:
                try:
                    head = await self.services.audit.verify(session)
                except AuditBroken as problem:
                    broken = str(problem)
        context = {"entries": entries, "names": names, "head": head, "broken": broken, "full_page": len(entries) == ENTRIES}
        return self.services.page(request, "audit.html", context)
