"""The numbers for reports, as a page and as a file to take along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import charts
from bot.console.numbers import PROPERTIES, Numbers, Period, WaitingTimes, numbers_of
from bot.console.services import ConsoleServices, require
from bot.console.spreadsheet import as_csv
from bot.console.staff import Role
from bot.console.suppression import Figure, Protected
from bot.storage.counts import day_of, first_day, read_counts

TOPICS_DRAWN: Final = 12
_GROUPS: Final = {"language": "language_name", "channel": "channel", "triage": "triage", "topic": "topic"}
_SEPARATORS: Final = {"pl": ";", "en": ","}  # what Excel expects where the language is spoken


class NumberPages:
    """Serves the numbers to coordinators and administrators."""

    def __init__(self, services: ConsoleServices) -> None:
        self.services = services

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/numbers", self.page, name="numbers"), web.get("/numbers.csv", self.take_along, name="numbers_csv")]

    async def page(self, request: web.Request) -> web.Response:
        """Show the numbers of some months, this month's when none are chosen."""
        visitor = require(request, Role.COORDINATOR)
        async with self.services.program.database.transaction() as session:
            months, numbers = await self._numbers(session, request)
            await self.services.record(session, visitor, "numbers_read", f"{numbers.period.first}_{numbers.period.last}")
        language = self.services.language(request)
        named = {name: self._named(name, table, language) for name, table in numbers.by_property.items()}
        context: dict[str, Any] = {
            "numbers": numbers,
            "months": months,
            "named": named,
            "opened": self._named("triage", numbers.opened, language),
            "time_chart": charts.columns(list(numbers.by_time.cells.items())),
            "charts": {name: charts.bars(rows[:TOPICS_DRAWN]) for name, rows in named.items()},
            "opened_chart": charts.bars(self._named("triage", numbers.opened, language)),
            "duration": _duration,
            "chart_width": charts.WIDTH,
        }
        return self.services.page(request, "numbers.html", context)

    async def take_along(self, request: web.Request) -> web.Response:
        """Return the same numbers as CSV."""
        visitor = require(request, Role.COORDINATOR)
        async with self.services.program.database.transaction() as session:
            _, numbers = await self._numbers(session, request)
            name = f"{numbers.period.first}_{numbers.period.last}"
            await self.services.record(session, visitor, "numbers_exported", name)
        language = self.services.language(request)
        return web.Response(
            body=as_csv(self._lines(numbers, language), separator=_SEPARATORS[language]),
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="numbers_{name}.csv"'},
        )

    async def _numbers(self, session: AsyncSession, request: web.Request) -> tuple[list[str], Numbers]:
        """Return the months that there are, the newest first, and the numbers of those that were asked for."""
        today = day_of(self.services.now())
        oldest = min(await first_day(session) or today, today)
        months = Period(oldest[:7], today[:7]).months
        chosen = [month if (month := request.query.get(name, "")) in months else today[:7] for name in ("from", "to")]
        period = Period(min(chosen), max(chosen))
        first, last = period.days
        counts = await read_counts(session, first=first, last=last)
        return months[::-1], numbers_of(counts, period, today=today, targets=self.services.program.queue.targets)

    def _named(self, name: str, table: Protected, language: str) -> list[tuple[str, Figure]]:
        return [(self.services.texts.name(_GROUPS[name], key, language), value) for key, value in table.cells.items()]

    def _lines(self, numbers: Numbers, language: str) -> Iterator[tuple[object, ...]]:
        def text(key: str, **values: object) -> str:
            return self.services.texts.text(f"numbers.{key}", language, **values)

        period = numbers.period
        yield text("table"), text("item"), text("code"), text("count")
        yield text("period"), f"{period.first} – {period.last}", "", ""
        yield text("rule_title"), text("rule"), "", ""
        yield text("contacts"), text("all"), "", numbers.contacts.text
        yield from self._table(text("by_day" if period.daily else "by_month"), numbers.by_time, None, language)
        for name in PROPERTIES:
            yield from self._table(text(f"by_{name}"), numbers.by_property[name], name, language)
        yield from self._table(text("opened"), numbers.opened, "triage", language)
        for wait in numbers.waiting:
            triage = self.services.texts.name("triage", wait.triage, language)
            for key, value in _as_values(wait):
                yield text(key), triage, wait.triage, value

    def _table(self, title: str, table: Protected, name: str | None, language: str) -> Iterator[tuple[object, ...]]:
        if table.withheld:
            yield title, self.services.texts.text("numbers.withheld", language), "", ""
        for key, value in table.cells.items():
            item = key if name is None else self.services.texts.name(_GROUPS[name], key, language)
            yield title, item, key, value.text


def _as_values(wait: WaitingTimes) -> Iterator[tuple[str, str]]:
    yield "taken", wait.taken.text
    yield "half", _duration(wait.half)
    yield "nine_in_ten", _duration(wait.nine_in_ten)
    if wait.target is not None:
        yield "target", _duration(wait.target)
        yield "in_time", wait.in_time.text if wait.in_time else ""
        yield "late", wait.late.text if wait.late else ""
        yield "share", "" if wait.share is None else f"{wait.share} %"
        yield "alarms", wait.alarms.text if wait.alarms else ""
        yield "missed", wait.missed.text if wait.missed else ""


def _duration(seconds: float | None) -> str:
    """Return "≤ 45 s", "≤ 7 min", "≤ 2 h", "> 24 h"; "" when it is not known."""
    if seconds is None:
        return ""
    if seconds == float("inf"):
        return "> 24 h"
    whole = int(seconds)
    if whole % 60 or whole < 60:
        return f"≤ {whole} s"
    return f"≤ {whole // 3600} h" if whole % 3600 == 0 else f"≤ {whole // 60} min"
