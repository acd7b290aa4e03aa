"""The web chat's HTTP interface, which other clients use as well.

A conversation belongs to whoever has its token. The token is made here, sent once, and kept only as a keyed pseudonym; no cookie is
set, and of a client's address nobody but the door (bot/channels/door.py) sees anything.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from aiohttp_sse import sse_response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.channels.bodies import StorableId, status_of
from bot.channels.door import Door
from bot.channels.errors import errors_as_json, no_room, problem, unknown_token
from bot.channels.presence import Presence
from bot.frontdoor import MAX_TEXT, FrontDoor
from bot.live import Bell
from bot.messages import LANGUAGES, Inbound
from bot.retelling import Retelling
from bot.room import Room
from bot.screening.normalise import printable
from bot.storage.conversations import ConversationStore
from bot.storage.database import Database
from bot.storage.tables import Conversation
from bot.storage.vault import Vault
from bot.streams import Streams

CHANNEL: Final = "web"
MAX_BODY: Final = 256 * 1024  # bytes of one request; a message of 20,000 characters has at most 240 kB, each written as \uXXXX
TOKEN_BYTES: Final = 32
HEARTBEAT_SECONDS: Final = 15.0
MOST_STREAMS: Final = 4  # of one conversation: its page, connections not yet known as lost, and some to spare
PREFIX: Final = "/chat"


class NewConversation(BaseModel):
    """A wish for a new conversation."""

    model_config = ConfigDict(extra="ignore")

    language: str | None = Field(None, description="Language of the greeting, one of the sixteen; default: the hotline's.")
    also: str | None = Field(None, description="A second language to greet in, for who may know either.")


class NewMessage(BaseModel):
    """One message of a person."""

    model_config = ConfigDict(extra="ignore", strict=True)

    message_id: Annotated[
        StorableId, Field(min_length=1, max_length=100, description="The client's own id; makes a repeat harmless.")
    ]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="What the person wrote, or a button's value.")]

    @field_validator("text", mode="before")
    @classmethod
    def _printable(cls, text: object) -> object:
        # A lone surrogate or a NUL is no reason to lose what somebody wrote around it.
        return (printable(text) or " "[: len(text)]) if isinstance(text, str) else text


class ButtonOut(BaseModel):
    """A choice offered with a reply."""

    title: str
    value: str


class ReplyOut(BaseModel):
    """One text for the person."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    author: Literal["bot", "consultant"] = Field(alias="from")
    text: str
    language: str
    buttons: list[ButtonOut]


class Replies(BaseModel):
    """Texts for the person, in order."""

    replies: list[ReplyOut]


class OpenedConversation(Replies):
    """A new conversation."""

    token: str = Field(description="Proves that a request belongs to the conversation. Sent once; keep it in memory only.")


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str
    message: str


class ErrorOut(BaseModel):
    """An error: a code for programs, a sentence for people."""

    error: ErrorBody


class WebChat:
    """Serves the web chat's interface."""

    def __init__(
        self,
        *,
        frontdoor: FrontDoor,
        database: Database,
        conversations: ConversationStore,
        vault: Vault,
        bell: Bell,
        language: str,
        room: Room,
        retelling: Retelling,
        door: Door,
    ) -> None:
        self.frontdoor = frontdoor
        self.database = database
        self.conversations = conversations
        self.vault = vault
        self.bell = bell
        self.language = language
        self.room = room
        self.presence = Presence(database, conversations, bell, frontdoor.clock)
        self.retelling = retelling
        self.door = door
        self.closing = asyncio.Event()
        self.streams = Streams(MOST_STREAMS)

    def application(self) -> web.Application:
        """Return the routes, to be mounted at PREFIX."""
        app = web.Application(middlewares=[errors_as_json])
        app.router.add_post("/conversations", self.open)
        app.router.add_delete("/conversations", self.erase)
        app.router.add_post("/messages", self.send)
        app.router.add_get("/messages", self.messages)
        app.router.add_get("/events", self.events)
        app.router.add_get("/openapi.json", self.openapi)
        app.on_response_prepare.append(_never_stored)
        app.on_startup.append(self.presence.start)
        app.on_cleanup.append(self.presence.close)
        return app

    async def open(self, request: web.Request) -> web.Response:
        """Open a conversation and greet."""
        if self.room.turns_away():
            return no_room()
        wish = NewConversation()
        if request.can_read_body:
            body = await _json(request)
            if isinstance(body, web.Response):
                return body
            try:
                wish = NewConversation.model_validate(body)
            except ValidationError as error:
                return _invalid(error)
        if (refusal := self.door.refusal(request, "conversation")) is not None:
            return refusal
        language = wish.language if wish.language in LANGUAGES else self.language
        token = secrets.token_urlsafe(TOKEN_BYTES)
        replies = await self.frontdoor.greet(
            channel=CHANNEL,
            pseudonym=self.vault.pseudonym(CHANNEL, token),
            language=language,
            also=wish.also if wish.also in LANGUAGES else None,
        )
        return web.json_response({"token": token, "replies": [reply.as_json() for reply in replies]}, status=201)

    async def send(self, request: web.Request) -> web.Response:
        """Take a message and answer it."""
        conversation = await self._conversation(request)
        if conversation is None:
            return unknown_token()
        body = await _json(request)
        if isinstance(body, web.Response):
            return body
        try:
            message = NewMessage.model_validate(body)
        except ValidationError as error:
            return _invalid(error)
        never_answered = conversation.counted is None
        if never_answered and (refusal := self.door.refusal(request, "first_message")) is not None:
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
        return web.json_response({"replies": [reply.as_json() for reply in outcome.replies]})

    async def messages(self, request: web.Request) -> web.Response:
        """Return the replies that came after a reply's id, the program's in another language if that is asked for."""
        conversation = await self._conversation(request)
        if conversation is None:
            return unknown_token()
        after = request.query.get("after", "0")
        if not after.isdecimal() or not after.isascii() or len(after) > 12:
            return problem(400, "bad_request", "`after` must be the id of a reply.")
        language = request.query.get("language")
        if language is not None and language not in LANGUAGES:
            return problem(400, "bad_request", "`language` must be one of the languages that are served.")
        await self.presence.seen(conversation.id, int(after))
        return web.json_response({"replies": await self._since(conversation.id, int(after), language)})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream replies as they come: one server-sent event `reply` each, its id the reply's id."""
        conversation = await self._conversation(request)
        if conversation is None:
            return unknown_token()
        last = request.headers.get("Last-Event-ID") or request.query.get("after") or "0"
        position = int(last) if last.isascii() and last.isdecimal() and len(last) <= 12 else 0
        async with sse_response(request) as stream:
            with (
                self.bell.listen(conversation.id) as rung,
                self.presence.of(conversation.id),
                self.streams.of(conversation.id, wake=rung.set) as place,
            ):
                while stream.is_connected() and not self.closing.is_set() and not place.over:
                    rung.clear()
                    if not await self.presence.seen(conversation.id, position):
                        await stream.send(json.dumps({}), event="erased")
                        break
                    new = await self._since(conversation.id, position)
                    for reply in new:
                        await stream.send(json.dumps(reply, ensure_ascii=False), event="reply", id=reply["id"])
                        position = int(reply["id"])
                    if new:
                        await self.presence.seen(conversation.id, position)
                    try:
                        await asyncio.wait_for(rung.wait(), HEARTBEAT_SECONDS)
                    except TimeoutError:
                        continue
        return stream

    async def erase(self, request: web.Request) -> web.Response:
        """Erase the conversation, at once and wholly."""
        conversation = await self._conversation(request)
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
        self.bell.ring_all()

    async def _conversation(self, request: web.Request) -> Conversation | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(token) <= 200 or not token.isascii():
            return None
        async with self.database.transaction() as session:
            return await self.conversations.find(session, CHANNEL, self.vault.pseudonym(CHANNEL, token))

    async def _since(self, conversation_id: str, after: int, language: str | None = None) -> list[dict[str, Any]]:
        async with self.database.transaction() as session:
            said = await self.conversations.messages(session, conversation_id, after=after)
        replies = [message.as_reply() for message in said if message.author != "person" and not message.unreadable]
        return [(self.retelling.reply(reply, language) if language else reply).as_json() for reply in replies]


async def _never_stored(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.text())
    except (ValueError, LookupError, RecursionError):
        return problem(400, "not_json", "The body must be JSON in UTF-8.")


def _invalid(error: ValidationError) -> web.Response:
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    status, code = (413, "too_long") if first["type"] == "string_too_long" and where == "text" else status_of(first["type"])
    return problem(status, code, f"{where}: {first['msg']}.")


def describe() -> dict[str, Any]:
    """Return the OpenAPI document, made from the models that the code validates with."""
    models: tuple[type[BaseModel], ...] = (NewConversation, NewMessage, Replies, OpenedConversation, ErrorOut)
    schemas: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema

    def content(name: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}

    def error(sentence: str) -> dict[str, Any]:
        return {"description": sentence, "content": content("ErrorOut")}

    failures = {
        "400": error("No JSON, a parameter that is not of its form, or an id that cannot be stored."),
        "413": error("The text or the request is too long."),
        "422": error("A field is missing or of another type."),
        "429": error("Many write from this network: do the work that `Frontdoor-Work` names, or try again later."),
        "503": error("The message could not be stored just now: send it again."),
    }
    unknown = {"401": error("The token is not known, or the conversation was erased."), "503": failures["503"]}
    after = {
        "name": "after",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "pattern": "^[0-9]{1,12}$"},
        "description": "Id of the last reply that the client has.",
    }
    language = {
        "name": "language",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": list(LANGUAGES)},
        "description": "Language in which the program's own texts are said again.",
    }
    secured: dict[str, Any] = {"security": [{"token": []}]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Front door: web chat", "version": "1"},
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            f"{PREFIX}/conversations": {
                "post": {
                    "summary": "Open a conversation",
                    "requestBody": {"required": False, "content": content("NewConversation")},
                    "responses": {
                        "201": {
                            "description": "The conversation's token and the greeting.",
                            "content": content("OpenedConversation"),
                        }
                    }
                    | failures,
                },
                "delete": secured
                | {
                    "summary": "Erase the conversation",
                    "responses": {"204": {"description": "Erased, at once and wholly."}} | unknown,
                },
            },
            f"{PREFIX}/messages": {
                "post": secured
                | {
                    "summary": "Send a message",
                    "requestBody": {"required": True, "content": content("NewMessage")},
                    "responses": {"200": {"description": "The replies to it.", "content": content("Replies")}}
                    | failures
                    | unknown,
                },
                "get": secured
                | {
                    "summary": "Fetch replies",
                    "parameters": [after, language],
                    "responses": {
                        "200": {"description": "What came since.", "content": content("Replies")},
                        "400": failures["400"],
                    }
                    | unknown,
                },
            },
            f"{PREFIX}/events": {
                "get": secured
                | {
                    "summary": "Stream replies as server-sent events",
                    "parameters": [after],
                    "responses": {
                        "200": {
                            "description": "An event `reply` for each reply; an event `erased` when the conversation is gone.",
                            "content": {"text/event-stream": {"schema": {"type": "string"}}},
                        }
                    }
                    | unknown,
                },
            },
            f"{PREFIX}/openapi.json": {
                "get": {
                    "summary": "This document",
                    "responses": {
                        "200": {"description": "OpenAPI.", "content": {"application/json": {"schema": {"type": "object"}}}}
                    },
                }
            },
        },
    }
