"""A local Bot API: checks each request against the published method signatures, remembers chats, misbehaves on command."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

import telegram
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from tests.standins.contract import payload
from tests.standins.misbehaviour import Misbehaviours

TOKEN = "123456:test-token"
SECRET = "s3cret-for_tests"
# What turns the channel on, with an address at which nobody answers.
SETTINGS = {"telegram_bot_token": TOKEN, "telegram_secret_token": SECRET, "telegram_api_base": "http://127.0.0.1:9"}
BOT_ID = 123456
# Arguments of the library's methods that never go over the wire.
_LIBRARY_ONLY = {
    "self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs", "reply_to_message_id",
    "disable_web_page_preview", "allow_sending_without_reply",
}  # fmt: skip
_JSON_OBJECTS = {"reply_markup", "link_preview_options", "allowed_updates", "message_ids", "commands", "scope"}


@dataclass
class Call:
    """One request that the Bot API got."""

    method: str
    data: dict[str, Any]


@dataclass
class TelegramApi:
    """The server; `chats` holds what people see, `violations` what the real one would have refused.

    `taken` holds the texts that were sent, each with its time by `time.monotonic`, and whether the sender was left without an answer.
    """

    misbehaviours: Misbehaviours = field(default_factory=Misbehaviours)
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    taken: list[tuple[float, str, bool]] = field(default_factory=list)
    chats: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)
    refusals: dict[int, tuple[int, str]] = field(default_factory=dict)
    undeletable: set[int] = field(default_factory=set)
    updates: list[dict[str, Any]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    commands: dict[str, list[str]] = field(default_factory=dict)
    _last_message: int = 1000
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _called: asyncio.Event = field(default_factory=asyncio.Event)
    server: TestServer | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._serve)
        self.server = TestServer(app)
        await self.server.start_server()
        return str(self.server.make_url("")).rstrip("/")

    async def close(self) -> None:
        self.misbehaviours.closing.set()
        self._arrived.set()
        if self.server is not None:
            await self.server.close()

    async def write(self, client: TestClient[Any, Any], channel: str) -> ClientResponse:
        """Let somebody write on a channel."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        return await client.post("/telegram/webhook", json=payload("telegram/text"), headers=headers)

    def choices(self) -> list[str]:
        """Return the titles of the buttons that people were shown."""
        keyboards = [message.get("reply_markup") or {} for chat in self.chats.values() for message in chat.values()]
        return [button["text"] for markup in keyboards for row in markup.get("inline_keyboard", []) for button in row]

    def texts(self, chat_id: int) -> list[str]:
        return [message["text"] for message in self.chats.get(chat_id, {}).values()]

    def called(self, method: str) -> list[dict[str, Any]]:
        return [call.data for call in self.calls if call.method == method]

    def refuse(self, chat_id: int, status: int, description: str) -> None:
        self.refusals[chat_id] = (status, description)

    def bring(self, update: dict[str, Any]) -> None:
        """Let an update wait for whoever polls."""
        self.updates.append(update)
        self._arrived.set()

    async def arrived(self) -> None:
        """Wait for the next request."""
        self._called.clear()
        await self._called.wait()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _error(401, "Unauthorized")
        method = request.match_info["method"]
        data = {name: str(value) for name, value in (await request.post()).items()}
        problem = self._violation(method, data)
        if problem is not None:
            self.violations.append(f"{method}: {problem}")
            return _error(400, f"Bad Request: {problem}")
        self.calls.append(Call(method, data))
        self._called.set()
        misbehaviour = self.misbehaviours.next(method)
        if misbehaviour is not None and misbehaviour.kind == "status":
            return _error(misbehaviour.status, "Internal Server Error", misbehaviour.retry_after)
        if misbehaviour is not None and not misbehaviour.takes_effect:
            return await self.misbehaviours.act(misbehaviour, request)
        answer = await self._do(method, data)
        if method == "sendMessage":
            self.taken.append((time.monotonic(), data["text"], misbehaviour is not None))
        return answer if misbehaviour is None else await self.misbehaviours.act(misbehaviour, request)

    def _violation(self, method: str, data: dict[str, str]) -> str | None:
        function = getattr(telegram.Bot, re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower(), None)
        if function is None:
            return "method not found"
        parameters = {name: rule for name, rule in inspect.signature(function).parameters.items() if name not in _LIBRARY_ONLY}
        unknown = set(data) - set(parameters)
        missing = {name for name, rule in parameters.items() if rule.default is rule.empty} - set(data)
        if unknown or missing:
            return f"unknown {sorted(unknown)}, missing {sorted(missing)}"
        for name in _JSON_OBJECTS & set(data):
            json.loads(data[name])
        if not 1 <= len(data.get("text", "x").encode("utf-16-le")) // 2 <= 4096 or not data.get("text", "x").strip():
            return "message text is empty or too long"
        return _keyboard_violation(json.loads(data.get("reply_markup", "{}")))

    async def _do(self, method: str, data: dict[str, str]) -> web.Response:
        chat_id = int(data.get("chat_id", 0))
        if chat_id in self.refusals:
            return _error(*self.refusals[chat_id])
        chat = self.chats.setdefault(chat_id, {}) if chat_id else {}
        match method:
            case "sendMessage":
                self._last_message += 1
                message = {
                    "message_id": self._last_message,
                    "date": 1763985600,
                    "chat": {"id": chat_id, "type": "private"},
                    "text": data["text"],
                }
                chat[self._last_message] = message | {"reply_markup": json.loads(data.get("reply_markup", "null"))}
                return _result(message)
            case "editMessageText" | "editMessageReplyMarkup":
                number = int(data["message_id"])
                if number not in chat:
                    return _error(400, "Bad Request: message to edit not found")
                chat[number] |= {
                    "text": data.get("text", chat[number]["text"]),
                    "reply_markup": json.loads(data.get("reply_markup", "null")),
                }
                return _result(True)
            case "deleteMessages":
                numbers = json.loads(data["message_ids"])
                if not 1 <= len(numbers) <= 100 or self.undeletable & set(numbers):
                    return _error(400, "Bad Request: message can't be deleted")
                for number in numbers:
                    chat.pop(number, None)
                return _result(True)
            case "getUpdates":
                return await self._updates(data)
            case "getMe":
                return _result({"id": BOT_ID, "is_bot": True, "first_name": "Bot", "username": "test_bot"})
            case "setWebhook" | "deleteWebhook":
                self.webhook = data if method == "setWebhook" else {}
                return _result(True)
            case "getWebhookInfo":
                info = {
                    "url": self.webhook.get("url", ""),
                    "has_custom_certificate": False,
                    "pending_update_count": len(self.updates),
                }
                return _result(info)
            case "setMyCommands":
                self.commands[data.get("language_code", "")] = [item["description"] for item in json.loads(data["commands"])]
                return _result(True)
            case _:
                return _result(True)

    async def _updates(self, data: dict[str, str]) -> web.Response:
        if self.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        if "offset" in data:
            self.updates = [update for update in self.updates if update["update_id"] >= int(data["offset"])]
        if not self.updates:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), int(data.get("timeout", 0)))
            except TimeoutError:
                return _result([])
        return _result(self.updates)


def _keyboard_violation(markup: dict[str, Any]) -> str | None:
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(button["callback_data"].encode()) <= 64 or not button["text"]:
                return "BUTTON_DATA_INVALID"
    return None


def _result(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _error(status: int, description: str, retry_after: int | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return web.json_response(body, status=status)


STAND_IN, API_BASE = TelegramApi, "telegram_api_base"  # what is served, and the setting that leads there
