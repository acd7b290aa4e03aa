"""The page behind an alarm's link: shows that it sounds, and silences it when the button is pressed.

Opening the page changes nothing, for mail servers and messengers open links by themselves. A telephone posts the pressed key.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Final

import structlog
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms import texts as alarm_texts
from bot.alarms.alarm import LINK, is_call
from bot.alarms.parts import AlarmParts
from bot.alarms.store import AlarmStore
from bot.messages import Triage
from bot.runtime.live_events import QUEUE
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Alarm

log = structlog.get_logger()

MAX_BODY: Final = 16 * 1024
# Whoever opens this was asleep, and holds a telephone: a button that the thumb finds, and no white light at night.
STYLE: Final = (
    ":root{color-scheme:light dark;background:Canvas;color:CanvasText}"
    "body{margin:0 auto;max-width:34rem;padding:1rem;font:1.125rem/1.5 system-ui,sans-serif}"
    "button{width:100%;min-height:4rem;margin:1rem 0;font:inherit;font-weight:700}"
    "a{display:inline-block;padding:.75rem 0;color:inherit}"
)
_STYLE_HASH: Final = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
_TEXTS: Final = {
    "pl": {
        "title": "Alarm", "button": "Zajmuję się tym", "console": "Otwórz konsolę",
        "sounds": "Ktoś czeka na pomoc. Potwierdź, a alarm ucichnie. Jeśli nikt nie przejmie rozmowy, odezwie się znowu.",
        "test": "To próba alarmu. Nikt nie czeka. Potwierdź, żeby sprawdzić odnośnik.",
        "tested": "Odnośnik działa. Dziękujemy.",
        "over": "Ten alarm już nie dzwoni: ktoś go potwierdził, przejął rozmowę albo odnośnik jest stary. Zajrzyj do konsoli.",
        "broken": "Program nie odpowiada teraz na ten odnośnik. Otwórz konsolę.",
    },
    "en": {
        "title": "Alarm", "button": "I see to it", "console": "Open the console",
        "sounds": "Somebody is waiting for help. Press to silence the alarm. It sounds again if nobody takes the conversation.",
        "test": "This is a test of the alarm. Nobody is waiting. Press to try the link.",
        "tested": "The link works. Thank you.",
        "over": "This alarm is over: somebody answered it or took the conversation, or the link is old. Open the console.",
        "broken": "The program cannot answer this link now. Open the console.",
    },
}  # fmt: skip


async def _pressed_key(request: web.Request) -> object:
    try:
        return (await request.post()).get("Digits")
    except (ValueError, LookupError, web.RequestPayloadError):  # no form, or in letters that nobody knows
        raise web.HTTPBadRequest from None


class AlarmPage:
    """Serves the links of alarms; `answer_to_call` writes words, in a language, as the provider wants that rings telephones."""

    def __init__(self, program: AlarmParts, answer_to_call: Callable[[str, str], str]) -> None:
        self.program = program
        self.answer_to_call = answer_to_call
        self.store: AlarmStore = program.alarms
        self.clock: Callable[[], datetime] = program.clock
        self.texts = _TEXTS[self.store.interface]

    def application(self) -> web.Application:
        """Return the routes, to be mounted at PREFIX."""
        app = web.Application(client_max_size=MAX_BODY)
        path = "/{way:[a-z]+[0-9]*}/{alarm:[0-9a-f]{16}}/{signature:[0-9a-f]{32}}"
        app.router.add_get(path, self.show)
        app.router.add_post(path, self.press)
        return app

    async def show(self, request: web.Request) -> web.Response:
        """Show whether the alarm sounds, with a button that silences it."""
        try:
            async with self.program.database.transaction() as session:
                alarm = await self._alarm(session, request)
        except DatabaseUnavailable:
            return self._page(self.texts["broken"], status=503)
        if alarm is None:
            return self._page(self.texts["over"], status=410)
        return self._page(self.texts["sounds" if alarm.handoff_id else "test"], button=True)

    async def press(self, request: web.Request) -> web.Response:
        """Silence the alarm; the answer to a telephone call is spoken."""
        way = request.match_info["way"]
        if is_call(way) and await _pressed_key(request) != "1":
            return self._spoken(alarm_texts.NOT_HEARD[self.store.interface])
        try:
            async with self.program.database.transaction() as session:
                alarm = await self._alarm(session, request)
                heard = alarm is not None and await self.store.acknowledge(session, alarm.id, by=f"{LINK}{way}", now=self.clock())
        except DatabaseUnavailable:
            broken = self.texts["broken"]
            return self._spoken(broken) if is_call(way) else self._page(broken, status=503)
        if alarm is not None and heard:
            log.info("alarm_acknowledged", alarm=alarm.id, way=way, triage=Triage(alarm.triage).value)
            self.program.live_events.publish(QUEUE)
            words = alarm_texts.HEARD[self.store.interface] if alarm.handoff_id else self.texts["tested"]
        else:
            words = self.texts["over"]
        if is_call(way):
            return self._spoken(words)
        return self._page(words, status=200 if heard else 410)

    async def _alarm(self, session: AsyncSession, request: web.Request) -> Alarm | None:
        """Return the alarm that a link is for, if it sounds and the link was made for it as it sounds now."""
        wanted = request.match_info
        alarm = await session.get(Alarm, wanted["alarm"])
        if alarm is None or alarm.state != "sounding":
            return None
        holds = self.store.links.holds(alarm.id, alarm.generation, wanted["way"], wanted["signature"])
        return alarm if holds else None

    def _page(self, words: str, *, button: bool = False, status: int = 200) -> web.Response:
        texts = self.texts
        form = f'<form method="post"><button>{escape(texts["button"])}</button></form>' if button else ""
        html = (
            f'<!doctype html><html lang="{self.store.interface}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(texts["title"])}</title>'
            f"<style>{STYLE}</style></head><body><main>"
            f"<h1>{escape(texts['title'])}</h1><p>{escape(words)}</p>{form}"
            f'<p><a href="{escape(self.store.links.console)}">{escape(texts["console"])}</a></p></main></body></html>'
        )
        return web.Response(text=html, content_type="text/html", status=status, headers=HEADERS)

    def _spoken(self, words: str) -> web.Response:
        text = self.answer_to_call(words, alarm_texts.VOICES[self.store.interface])
        return web.Response(text=text, content_type="text/xml", headers=HEADERS)
