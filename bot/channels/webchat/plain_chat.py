"""The web chat by plain forms, for browsers without scripts, such as Tor Browser at its safest setting.

The answer to a form is the page itself, with the conversation's token in its next form. A redirect, as one would expect it here, had
to carry the token in an address, which histories, proxies and other sites may see, or in a cookie. A page that is loaded again sends
its form again: the form has an id, so nothing is said twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

import structlog
from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.channels.webchat.channel import CHANNEL, WebChat
from bot.channels.webchat.frontend.languages import FALLBACK, wanted
from bot.channels.webchat.frontend.page import NEUTRAL_PAGE, PLAIN
from bot.channels.webchat.frontend.plain_page import Line, PageNote, PlainPage, View
from bot.channels.webchat.returning import TooManyGuesses
from bot.channels.webchat.signed_tickets import Tickets
from bot.conversation.frontdoor import MAX_TEXT
from bot.conversation.notices import PAGE_BUTTONS
from bot.http.errors import HTTP_FAILURES
from bot.language.normalise import printable
from bot.language.retelling import Retelling
from bot.messages import LANGUAGES, Inbound
from bot.runtime.background import Background
from bot.runtime.live_events import ConversationTurns
from bot.storage.conversations import OpenedMessage
from bot.storage.receipts import first_time, taken
from bot.storage.return_codes import NothingToReturnTo
from bot.storage.tables import Conversation

if TYPE_CHECKING:
    from bot.program import Program

log = structlog.get_logger()

OPENS_FOR: Final = timedelta(days=1)  # how long an empty page that lies open can begin a conversation
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self';"
        # No script of ours is here to ask for anything, but who measures the page asks from within it for the site's robots.txt.
        " connect-src 'self';"
        # Where leaving leads: a browser looks at that, too, because it follows a form.
        f" form-action 'self' {NEUTRAL_PAGE}; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Vary": "Accept-Encoding, Accept-Language",
}
LEADS_AWAY_WITHIN: Final = 0.5  # seconds that the way out waits for the page to be shut
SHUTS_WITHIN: Final = 10.0  # seconds that a server which stops waits for it
_LANGUAGE: Final = "@lang_"
_SHORT: Final = 100  # characters of what a form carries beside the text


def _clean(value: object) -> object:
    return printable(value).replace("\r\n", "\n") if isinstance(value, str) else value


Short = Annotated[str, BeforeValidator(_clean), Field(max_length=_SHORT)]


class PlainForm(BaseModel):
    """What a page sent. `do` is what one of the page's own buttons does, `choice` the value of a button in a message."""

    model_config = ConfigDict(frozen=True)

    token: Short = ""
    id: Short = ""
    language: Short = ""
    to: Short = ""
    do: Short = ""
    choice: Short = ""
    code: Short = ""
    seen: Annotated[int, Field(ge=0)] = 0
    text: Annotated[str, BeforeValidator(_clean)] = ""

    @property
    def says(self) -> str:
        """Return what is to be said: a choice, a language, or what was written."""
        if self.choice:
            return self.choice
        if self.do == "language" and self.to in LANGUAGES:
            return f"{_LANGUAGE}{self.to}"
        return self.text.strip() if self.do == "send" else ""

    @property
    def external_id(self) -> str:
        """Return the id of what is said: the same form with the same words is the same message, with others another one."""
        return f"{self.id}:{hashlib.sha256(self.says.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class _Outcome:
    """What a form came to, before it is shown."""

    form: PlainForm
    conversation: Conversation | None = None
    note: PageNote | None = None
    status: int = 200
    code: str = ""


class PlainChat:
    """Serves the chat's page without scripts."""

    def __init__(self, program: Program, webchat: WebChat, page: PlainPage) -> None:
        self.program = program
        self.frontdoor = program.frontdoor
        self.webchat = webchat
        self.presence = webchat.presence
        self.admission = webchat.admission
        self.page = page
        self.retelling = Retelling(program.wording)
        self.tickets = Tickets(program.vault, program.clock, purpose="conversation", random_bytes=24)
        self.tasks = Background()
        self._turns = ConversationTurns()

    def add_routes(self, app: web.Application) -> None:
        """Mount the page at its address."""
        app.router.add_get(PLAIN, self.show)
        app.router.add_post(PLAIN, self.take)
        app.on_cleanup.append(self.close)

    async def show(self, request: web.Request) -> web.Response:
        """Show an empty page; nothing is opened or stored until somebody writes."""
        return await self._shown(request, _Outcome(PlainForm(language=wanted(request) or "")))

    async def take(self, request: web.Request) -> web.Response:
        """Do what a form says, and show what came of it."""
        empty = PlainForm(language=wanted(request) or "")
        try:
            form = PlainForm.model_validate(dict(await request.post()))
        except (ValidationError, UnicodeDecodeError, web.HTTPRequestEntityTooLarge):
            return await self._shown(request, _Outcome(empty, note="not_sent", status=400))
        if not _own(request):
            return await self._shown(request, _Outcome(empty, status=403))
        if form.do == "leave":
            # On its own: it goes on when the browser hangs up, because a second press followed the link.
            leaving = self.tasks.start(self._leave(form))
            await asyncio.wait({leaving}, timeout=LEADS_AWAY_WITHIN)
            return web.Response(status=303, headers={"Location": NEUTRAL_PAGE, **HEADERS})
        try:
            async with self._turns.of(form.token):
                answer = await self._done(request, form)
            return await self._shown(request, answer)
        except ConnectionResetError:
            raise
        except Exception as error:  # counted and told; the form stays as it was, so nothing that was written is lost
            HTTP_FAILURES.labels(type(error).__name__).inc()
            log.error("request_failed", error=type(error).__name__, exc_info=error)
            return self._again(request, form)

    async def close(self, _app: web.Application) -> None:
        """Finish shutting the pages that were left."""
        await self.tasks.close(patience=SHUTS_WITHIN)

    async def _done(self, request: web.Request, form: PlainForm) -> _Outcome:
        conversation = await self._find(form.token)
        if len(form.says) > MAX_TEXT:
            return replace(self._unsent(form, "not_sent", 413), conversation=conversation)
        if conversation is None:
            return await self._begun(request, form)
        if form.says:
            return await self._said(form, conversation)
        if form.do == "code":
            return await self._coded(form, conversation)
        if form.do == "erase":
            return _Outcome(form, conversation, "erase_question")
        if form.do == "erase_yes":
            await self._use_up(form.token)
            await self.frontdoor.erase(conversation.id)
            return _Outcome(PlainForm(language=form.language), note="erased")
        return _Outcome(form, conversation)

    async def _begun(self, request: web.Request, form: PlainForm) -> _Outcome:
        """Begin a conversation when something is said; what was erased or left does not begin again."""
        if form.do == "language" and form.to in LANGUAGES:
            return _Outcome(form.model_copy(update={"language": form.to, "do": ""}))
        age = self.tickets.age(form.token)
        if age is not None and await self._used_up(form.token):
            return _Outcome(PlainForm(language=form.language), note="closed")
        if age is not None and form.do == "return":
            return await self._came_back(request, form)
        if age is None or age > OPENS_FOR or not form.id:
            form = form.model_copy(update={"token": ""})
            return self._unsent(form, "send_again") if form.says else _Outcome(form)
        if not form.says:
            return _Outcome(form)
        if self.program.capacity.turns_away():
            return self._unsent(form, "send_again", 503)
        if not self.admission.lets_in(request, "first_message", waited=age):
            return self._unsent(form, "wait", 429)
        language, also = _languages(form.language)
        pseudonym = self.webchat.pseudonym(form.token)
        await self.frontdoor.greet(channel=CHANNEL, pseudonym=pseudonym, language=language, also=also, brief=True)
        conversation = await self._find(form.token)
        return await self._said(form, conversation) if conversation is not None else _Outcome(form, note="send_again")

    def _unsent(self, form: PlainForm, note: PageNote, status: int = 200) -> _Outcome:
        """Keep what was to be said in the field, a choice by its title, which means the same when it is sent."""
        language, _ = _languages(form.language)
        return _Outcome(
            form.model_copy(update={"text": form.text or self._chosen(form.choice, language)}), note=note, status=status
        )

    async def _said(self, form: PlainForm, conversation: Conversation) -> _Outcome:
        outcome = await self.frontdoor.receive(
            Inbound(
                channel=CHANNEL,
                pseudonym=conversation.pseudonym,
                external_id=form.external_id,
                text=form.says,
                received_at=self.program.clock(),
            )
        )
        if outcome.erased:
            await self._use_up(form.token)
            return _Outcome(PlainForm(language=form.language), note="erased")
        draft = "" if form.do == "send" and not form.choice else form.text
        answered = next((reply.language for reply in reversed(outcome.replies) if reply.language in LANGUAGES), form.language)
        language = form.to if form.do == "language" else answered
        return _Outcome(form.model_copy(update={"text": draft, "language": language, "do": "said"}), conversation)

    async def _coded(self, form: PlainForm, conversation: Conversation) -> _Outcome:
        """Show a code to come back with, once: a page that is loaded again makes none, so that what was written down stays right."""
        made = f"code:{form.id}"
        if await self._used_up(made):
            return _Outcome(form, conversation)
        try:
            code = await self.webchat.codes.make(conversation.id)
        except NothingToReturnTo:
            return _Outcome(form, conversation)
        await self._use_up(made)
        return _Outcome(form, conversation, "code_says", code=code)

    async def _came_back(self, request: web.Request, form: PlainForm) -> _Outcome:
        """Show the conversation of a code, at what was said last; a wrong one stays in its field."""
        try:
            opened = await self.webchat.coming_back.opened(request, code=form.code, token=form.token)
        except TooManyGuesses:
            return _Outcome(form, note="code_slow", status=429, code=form.code)
        conversation = await self._find(form.token) if opened is not None else None
        if conversation is None:
            return _Outcome(form, note="code_wrong", status=404, code=form.code)
        return _Outcome(form.model_copy(update={"language": conversation.language, "do": "said"}), conversation)

    async def _leave(self, form: PlainForm) -> None:
        """Let nobody in any more who goes back to this page; the way out leads away whatever fails."""
        try:
            conversation = await self._find(form.token)
            if conversation is not None:
                await self._use_up(form.token)
                await self.presence.left_for_good(conversation.id, self.webchat.pseudonym(form.token))
        except Exception as error:  # counted and told
            HTTP_FAILURES.labels(type(error).__name__).inc()
            log.error("leaving_failed", error=type(error).__name__, exc_info=error)

    async def _find(self, token: str) -> Conversation | None:
        return await self.webchat.conversation_with(token) if token else None

    async def _use_up(self, ticket: str) -> None:
        async with self.program.database.transaction() as session:
            await first_time(session, self.program.vault, channel=CHANNEL, external_id=ticket, now=self.program.clock())

    async def _used_up(self, ticket: str) -> bool:
        async with self.program.database.reading() as session:
            return await taken(session, self.program.vault, channel=CHANNEL, external_id=ticket)

    async def _shown(self, request: web.Request, answer: _Outcome) -> web.Response:
        form, conversation = answer.form, answer.conversation
        said = []
        if conversation is not None:
            async with self.program.database.reading() as session:
                said = [one for one in await self.program.conversations.messages(session, conversation.id) if not one.unreadable]
            await self.presence.visited(conversation.id, said[-1].number if said else 0)
        language, _ = _languages(form.language)
        lines = self._lines(said, form, language) if conversation is not None else self._greeting(form)
        note = answer.note
        if form.do == "refresh" and note is None and not any(line.now for line in lines):
            note = "nothing_new"
        view = View(
            token=form.token or self.tickets.new(),
            message_id=secrets.token_urlsafe(12),
            language=form.language,
            lines=lines,
            begun=conversation is not None,
            seen=said[-1].number if said else 0,
            draft=form.text,
            note=note,
            code=answer.code,
        )
        return self.page.render(view, language).response(request, HEADERS, status=answer.status)

    def _again(self, request: web.Request, form: PlainForm) -> web.Response:
        """Show the same form once more, with the same id, without asking the database."""
        language, _ = _languages(form.language)
        form = self._unsent(form, "send_again").form
        view = View(
            token=form.token or self.tickets.new(),
            message_id=form.id,
            language=form.language,
            lines=self._greeting(form),
            begun=True,
            seen=form.seen,
            draft=form.text,
            note="send_again",
        )
        return self.page.render(view, language).response(request, HEADERS, status=503)

    def _greeting(self, form: PlainForm) -> list[Line]:
        language, also = _languages(form.language)
        wording = self.program.wording
        return [
            Line("bot", reply.text, reply.language, reply.buttons, more=wording.text("greeting_more", reply.language))
            for reply in (
                wording.reply("greeting_page", code, buttons=PAGE_BUTTONS) for code in (language, also) if code is not None
            )
        ]

    def _lines(self, said: Sequence[OpenedMessage], form: PlainForm, language: str) -> list[Line]:
        """Return the messages as they are shown: the program's in the page's language, and choices with the last ones."""
        last = max((place for place, one in enumerate(said) if one.author == "person"), default=-1)
        lines = []
        for place, one in enumerate(said):
            if one.author == "person":
                lines.append(Line("person", self._chosen(one.text, language)))
                continue
            reply = self.retelling.reply(one.as_reply(), language)
            lines.append(Line(one.author, reply.text, reply.language, reply.buttons if place > last else ()))
        first = last if form.do == "said" else next((place for place, one in enumerate(said) if self._news(one, form)), None)
        return [replace(line, now=place == first) for place, line in enumerate(lines)]

    def _news(self, one: OpenedMessage, form: PlainForm) -> bool:
        return one.number > form.seen and one.author != "person"

    def _chosen(self, text: str, language: str) -> str:
        """Return what a person said: of a button its title."""
        if not text.startswith("@"):
            return text
        return self.program.wording.titles[language].get(text.removeprefix("@"), text)


def _languages(language: str) -> tuple[str, str | None]:
    """Return the language of a page, and a second one to greet in for somebody whose own is not served."""
    return (language, None) if language in LANGUAGES else FALLBACK


def _own(request: web.Request) -> bool:
    """Say whether a form comes from a page of ours: another site must not begin a conversation that it has the token of."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
