"""A stand-in of Chatwoot's public API of an API inbox, which refuses what the published document does not describe.

https://www.chatwoot.com/developers/api (Client APIs: contacts, conversations, messages).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema
from aiohttp import web

INBOX: Final = "inbox-identifier"
_TEXT: Final = {"type": "string"}


def _body(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


CONTACT: Final = _body(
    identifier=_TEXT, identifier_hash=_TEXT, email=_TEXT, name=_TEXT, avatar_url=_TEXT, custom_attributes={"type": "object"}
)
CONVERSATION: Final = _body(custom_attributes={"type": "object"})
MESSAGE: Final = _body(content=_TEXT, echo_id=_TEXT) | {"required": ["content"]}


@dataclass
class Chatwoot:
    """An inbox: contacts by source id, conversations by id, and what was said in each; `broken` requests fail before all is well."""

    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    conversations: dict[int, dict[str, Any]] = field(default_factory=dict)
    said: list[tuple[int, str]] = field(default_factory=list)
    broken: int = 0

    def application(self) -> web.Application:
        app = web.Application()
        inbox = f"/public/api/v1/inboxes/{INBOX}/contacts"
        app.router.add_post(inbox, self.add_contact)
        app.router.add_post(inbox + "/{source}/conversations", self.add_conversation)
        app.router.add_post(inbox + "/{source}/conversations/{conversation:[0-9]+}/messages", self.add_message)
        return app

    async def _checked(self, request: web.Request, schema: dict[str, Any]) -> Any:
        if self.broken:
            self.broken -= 1
            raise web.HTTPInternalServerError
        body = json.loads(await request.text())
        jsonschema.validate(body, schema)
        return body

    async def add_contact(self, request: web.Request) -> web.Response:
        body = await self._checked(request, CONTACT)
        source = f"source-{len(self.contacts) + 1}"
        self.contacts[source] = body
        return web.json_response({"source_id": source, "pubsub_token": "x", "id": len(self.contacts), "name": body.get("name")})

    async def add_conversation(self, request: web.Request) -> web.Response:
        body = await self._checked(request, CONVERSATION)
        if request.match_info["source"] not in self.contacts:
            raise web.HTTPNotFound
        number = len(self.conversations) + 10
        self.conversations[number] = {"source": request.match_info["source"], **body}
        return web.json_response({"id": number, "inbox_id": 1, "messages": [], "contact": {}, "status": "open"})

    async def add_message(self, request: web.Request) -> web.Response:
        body = await self._checked(request, MESSAGE)
        number = int(request.match_info["conversation"])
        if self.conversations.get(number, {}).get("source") != request.match_info["source"]:
            raise web.HTTPNotFound
        self.said.append((number, body["content"]))
        return web.json_response({"id": len(self.said), "content": body["content"], "message_type": 0, "conversation_id": number})

    def heard(self, conversation: int) -> list[str]:
        return [text for number, text in self.said if number == conversation]


def message_created(
    conversation: int,
    content: str,
    *,
    number: int,
    private: bool = False,
    kind: str = "outgoing",
    attachments: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return what Chatwoot posts to an API inbox's address when somebody wrote."""
    return {
        "event": "message_created",
        "id": number,
        "content": content,
        "message_type": kind,
        "content_type": "text",
        "private": private,
        "sender": {"id": 1, "name": "Agent", "type": "user"},
        "inbox": {"id": 1, "name": "Hotline"},
        "conversation": {"id": conversation, "inbox_id": 1, "status": "open"},
        "account": {"id": 1, "name": "Hotline"},
    } | ({"attachments": list(attachments)} if attachments else {})
