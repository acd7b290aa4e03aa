"""The web chat's HTTP interface, which other clients use as well.

A conversation belongs to whoever has its token. The token is made here and sent once, or drawn by the client, so that asking again
opens no second conversation; it is kept only as a keyed pseudonym. No cookie is set, and of a client's address nobody but the door
(bot/channels/webchat/admission.py) and the coming back with a code (bot/channels/webchat/returning.py) sees anything.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from aiohttp_sse import sse_response

from bot.channels.webchat.admission import Admission
from bot.channels.webchat.presence import Presence
from bot.channels.webchat.returning import ComingBack
from bot.channels.webchat.schema import NewConversation, NewMessage, describe
from bot.channels.webchat.traits import WEB
from bot.http.bodies import number_in, read_model
from bot.http.errors import errors_as_json, no_room, problem, unknown_token
from bot.http.event_streams import Streams
from bot.http.headers import never_stored
from bot.language.retelling import Retelling
from bot.messages import LANGUAGES, Inbound
from bot.storage.conversations import OpenedMessage
from bot.storage.return_codes import ReturnCodes
from bot.storage.tables import Conversation

if TYPE_CHECKING:
    from bot.program import Program

CHANNEL: Final = WEB.name
MAX_BODY: Final = 256 * 1024  # bytes of one request; a message of 20,000 characters has at most 240 kB, each written as \uXXXX
TOKEN_BYTES: Final = 32
HEARTBEAT_SECONDS: Final = 15.0
MOST_STREAMS: Final = 4  # of one conversation: its page, connections not yet known as lost, and some to spare


class WebChat:
    """Serves the web chat's interface."""

    def __init__(self, program: Program, admission: Admission) -> None:
        self.frontdoor = program.frontdoor
        self.database = program.database
        self.conversations = program.conversations
        self.queue = program.queue
        self.vault = program.vault
        self.live_events = program.live_events
        self.typing = program.typing
        self.language = program.settings.default_language
        self.presence = Presence(program.database, program.conversations, program.live_events, program.clock)
        self.retelling = Retelling(program.wording)
        self.titles = program.wording.titles
        self.codes = ReturnCodes(program.database, program.vault)
        self.capacity = program.capacity
        self.admission = admission
        self.closing = asyncio.Event()
        self.streams = Streams(MOST_STREAMS)
        self.coming_back = ComingBack(self)

    def application(self) -> web.Application:
        """Return the routes, to be mounted at PREFIX."""
        app = web.Application(middlewares=[errors_as_json])
        app.router.add_post("/conversations", self.open)
        app.router.add_delete("/conversations", self.erase)
        app.router.add_post("/messages", self.send)
        app.router.add_get("/messages", self.messages)
        app.router.add_get("/events", self.events)
        app.router.add_post("/writing", self.writing)
        self.coming_back.add_routes(app)
        app.router.add_get("/openapi.json", self.openapi)
        app.on_response_prepare.append(never_stored)
        app.on_startup.append(self.presence.start)
        app.on_cleanup.append(self.presence.close)
        return app

    async def open(self, request: web.Request) -> web.Response:
        """Open a conversation and greet; asked again with the same token, say the same again."""
        if self.capacity.turns_away():
            return no_room()
        wish = await read_model(request, NewConversation) if request.can_read_body else NewConversation()
        if isinstance(wish, web.Response):
            return wish
        if (refusal := self.admission.refusal(request, "conversation")) is not None:
            return refusal
        language = wish.language if wish.language in LANGUAGES else self.language
        token = wish.token or secrets.token_urlsafe(TOKEN_BYTES)
        pseudonym = self.pseudonym(token)
        greeting = await self.frontdoor.greet(
            channel=CHANNEL,
            pseudonym=pseudonym,
            language=language,
            also=wish.also if wish.also in LANGUAGES else None,
            brief=wish.brief,
        )
        replies = [reply.as_json() for reply in greeting] or await self._said_to(pseudonym)
        return web.json_response({"token": token, "replies": replies}, status=201)

    async def send(self, request: web.Request) -> web.Response:
        """Take a message and answer it."""
        conversation = await self.conversation_of(request)
        if conversation is None:
            return unknown_token()
        message = await read_model(request, NewMessage)
        if isinstance(message, web.Response):
            return message
        never_answered = conversation.counted is None
        if never_answered and (refusal := self.admission.refusal(request, "first_message")) is not None:
            return refusal
        outcome = await self.frontdoor.receive(
            Inbound(
                channel=CHANNEL,
                pseudonym=conversation.pseudonym,
                external_id=message.message_id,
                text=message.text,
                received_at=self.frontdoor.clock(),
            )
        )
        self.typing.over("person", conversation.id)
        return web.json_response(
            {
                "replies": [reply.as_json() for reply in outcome.replies],
                "id": str(outcome.number) if outcome.number is not None else None,
            }
        )

    async def writing(self, request: web.Request) -> web.Response:
        """Tell the consultant who has the conversation that the person is writing; nobody else is told, and nothing is kept."""
        conversation = await self.conversation_of(request)
        if conversation is None:
            return unknown_token()
        async with self.database.reading() as session:
            case = await self.queue.of_conversation(session, conversation.id)
        if case is not None and case.taken_by is not None:
            self.typing.give("person", conversation.id)
        return web.Response(status=204)

    async def messages(self, request: web.Request) -> web.Response:
        """Return the replies that came after a reply's id, the program's in another language if that is asked for."""
        conversation = await self.conversation_of(request)
        if conversation is None:
            return unknown_token()
        after = number_in(request.query.get("after", "0"))
        if after is None:
            return problem(400, "bad_request", "`after` must be the id of a reply.")
        language = request.query.get("language")
        if language is not None and language not in LANGUAGES:
            return problem(400, "bad_request", "`language` must be one of the languages that are served.")
        own = request.query.get("own", "false")
        if own not in {"true", "false"}:
            return problem(400, "bad_request", "`own` must be true or false.")
        await self.presence.looked(conversation.id, after)
        replies, state = await self._news(conversation.id, after, language, own=own == "true")
        return web.json_response({"replies": replies, "state": state})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream replies as they come: one server-sent event `reply` each, its id the reply's id."""
        conversation = await self.conversation_of(request)
        if conversation is None:
            return unknown_token()
        after = number_in(request.query.get("after", "0"))
        if after is None:
            return problem(400, "bad_request", "`after` must be the id of a reply.")
        position = number_in(request.headers.get("Last-Event-ID", "")) or after
        async with sse_response(request) as stream:
            with (
                self.live_events.listen(conversation.id) as changed,
                self.presence.of(conversation.id),
                self.streams.of(conversation.id, wake=changed.set) as place,
            ):
                told: Mapping[str, object] = {}
                while stream.is_connected() and not self.closing.is_set() and not place.over:
                    changed.clear()
                    if not await self.presence.seen(conversation.id, position):
                        await stream.send(json.dumps({}), event="erased")
                        break
                    new, state = await self._news(conversation.id, position)
                    for reply in new:
                        await stream.send(json.dumps(reply, ensure_ascii=False), event="reply", id=reply["id"])
                        position = int(reply["id"])
                    if new:
                        await self.presence.seen(conversation.id, position)
                    if state != told or state["writing"]:
                        await stream.send(json.dumps(state), event="state")
                        told = state
                    try:
                        await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
                    except TimeoutError:
                        continue
        return stream

    def pseudonym(self, token: str) -> str:
        """Return what stands in the database for a page's token."""
        return self.vault.pseudonym(CHANNEL, token)

    async def came_back(self, conversation_id: str) -> str:
        """Note that somebody is there again; return the language of the conversation."""
        await self.presence.seen(conversation_id, 0)
        async with self.database.reading() as session:
            return (await session.get_one(Conversation, conversation_id)).language

    async def erase(self, request: web.Request) -> web.Response:
        """Erase the conversation, at once and wholly."""
        conversation = await self.conversation_of(request)
        if conversation is None:
            return unknown_token()
        await self.frontdoor.erase(conversation.id)
        return web.Response(status=204)

    async def openapi(self, _request: web.Request) -> web.Response:
        """Return the description of this interface."""
        return web.json_response(describe())

    async def close(self, _app: web.Application) -> None:
        """Let streams end, so that the server can stop."""
        self.closing.set()
        self.live_events.publish_all()

    async def conversation_of(self, request: web.Request) -> Conversation | None:
        """Return the conversation that a request proves to belong to."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(token) <= 200 or not token.isascii():
            return None
        return await self.conversation_with(token)

    async def conversation_with(self, token: str) -> Conversation | None:
        """Return the conversation that a token opens: the one that was begun with it, or that a code opened for it."""
        async with self.database.reading() as session:
            pseudonym = self.pseudonym(token)
            first = await self.conversations.find(session, CHANNEL, pseudonym)
            return first if first is not None else await self.codes.opened_by(session, pseudonym)

    async def _news(
        self, conversation_id: str, after: int, language: str | None = None, *, own: bool = False
    ) -> tuple[list[dict[str, Any]], dict[str, object]]:
        """Return what was said since, and the state: who answers now, whether a consultant is writing, and up to where one has read."""
        async with self.database.reading() as session:
            said = await self.conversations.messages(session, conversation_id, after=after)
            case = await self.queue.of_conversation(session, conversation_id)
        shown = [message for message in said if not message.unreadable and (own or message.author != "person")]
        owned = case is not None and case.taken_by is not None
        return [self._retold(message, language) for message in shown], {
            "with": "consultant" if owned else "program",
            "writing": owned and self.typing.writing("consultant", conversation_id),
            "read": case.last_seen_number if case is not None else 0,
        }

    async def _said_to(self, pseudonym: str) -> list[dict[str, Any]]:
        async with self.database.reading() as session:
            conversation = await self.conversations.find(session, CHANNEL, pseudonym)
        return (await self._news(conversation.id, 0))[0] if conversation is not None else []

    def _retold(self, message: OpenedMessage, language: str | None) -> dict[str, Any]:
        reply = message.as_reply()
        if reply.author == "person" and reply.text.startswith("@"):
            reply = replace(reply, text=self.titles.get(message.language, {}).get(reply.text[1:], reply.text))
        return (self.retelling.reply(reply, language) if language else reply).as_json()
