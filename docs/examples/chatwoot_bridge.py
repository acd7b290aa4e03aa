"""Connect the front door with Chatwoot: cases become conversations of an API inbox, and what agents answer goes back.

Runs beside the program, with aiohttp alone: `python docs/examples/chatwoot_bridge.py`. What it needs is in docs/integrations.md.
It keeps no words. Which case belongs to which conversation, and what was passed on, is in one SQLite file (BRIDGE_FILE).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import ClientResponse, ClientSession, ClientTimeout, web

MAX_AGE: Final = 300  # seconds that a signature is good for
TIMEOUT: Final = ClientTimeout(total=20)
NEEDED: Final = ("FRONTDOOR_URL", "FRONTDOOR_TOKEN", "FRONTDOOR_SECRET", "CHATWOOT_URL", "CHATWOOT_INBOX", "BRIDGE_SECRET")
AUTHORS: Final = {"bot": "[program] ", "consultant": "[console] ", "person": ""}


class NotTaken(Exception):
    """One of the two systems did not take a request; whoever called the bridge tries again."""


class Links:
    """Which conversation of Chatwoot belongs to which case, and up to which message it has them."""

    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS links ("
            "case_id TEXT PRIMARY KEY, contact TEXT NOT NULL, conversation INTEGER UNIQUE NOT NULL, seen INTEGER NOT NULL)"
        )

    def of_case(self, case_id: str) -> tuple[str, int, int] | None:
        """Return the contact's source id, the conversation's id and the last message that was passed on."""
        row = self.database.execute("SELECT contact, conversation, seen FROM links WHERE case_id = ?", (case_id,)).fetchone()
        return None if row is None else (str(row[0]), int(row[1]), int(row[2]))

    def case_of(self, conversation: int) -> str | None:
        """Return the case of a conversation."""
        row = self.database.execute("SELECT case_id FROM links WHERE conversation = ?", (conversation,)).fetchone()
        return None if row is None else str(row[0])

    def add(self, case_id: str, contact: str, conversation: int) -> None:
        """Keep a new pair."""
        self.database.execute("INSERT INTO links VALUES (?, ?, ?, 0)", (case_id, contact, conversation))

    def passed_on(self, case_id: str, number: int) -> None:
        """Keep up to which message Chatwoot has a case."""
        self.database.execute("UPDATE links SET seen = max(seen, ?) WHERE case_id = ?", (number, case_id))

    def forget(self, case_id: str) -> None:
        """Forget a case."""
        self.database.execute("DELETE FROM links WHERE case_id = ?", (case_id,))


class Bridge:
    """Passes cases to Chatwoot, and answers back."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.settings = settings
        self.links = Links(settings.get("BRIDGE_FILE", "chatwoot_bridge.sqlite3"))
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.cases = f"{settings['FRONTDOOR_URL'].rstrip('/')}/api/cases"
        self.contacts = f"{settings['CHATWOOT_URL'].rstrip('/')}/public/api/v1/inboxes/{settings['CHATWOOT_INBOX']}/contacts"

    def application(self) -> web.Application:
        """Return the two addresses that the systems call."""
        app = web.Application()
        app.router.add_post("/frontdoor", self.from_frontdoor)
        app.router.add_post("/chatwoot/{secret}", self.from_chatwoot)
        app.cleanup_ctx.append(self._session)
        return app

    async def _session(self, _app: web.Application) -> Any:
        async with ClientSession(timeout=TIMEOUT) as self.client:
            yield
        self.links.database.close()

    async def from_frontdoor(self, request: web.Request) -> web.Response:
        """Take an event of a case: check its signature, then bring Chatwoot up to date."""
        body = await request.read()
        timestamp = request.headers.get("X-Frontdoor-Timestamp", "")
        expected = hmac.new(self.settings["FRONTDOOR_SECRET"].encode(), timestamp.encode() + b"." + body, hashlib.sha256)
        given = request.headers.get("X-Frontdoor-Signature", "")
        fresh = timestamp.isdecimal() and abs(time.time() - int(timestamp)) <= MAX_AGE
        if not fresh or not hmac.compare_digest(f"sha256={expected.hexdigest()}".encode(), given.encode()):
            return web.Response(status=401)
        event = json.loads(body)
        try:
            async with self.locks[event["case"]]:
                await self._bring_up_to_date(event["case"], event["event"], event["triage"])
        except NotTaken:
            return web.Response(status=503)  # the front door posts it again
        return web.Response(status=204)

    async def _bring_up_to_date(self, case_id: str, event: str, triage: str) -> None:
        if event == "erased":
            link = self.links.of_case(case_id)
            if link is not None:
                await self._say(link, "[program] This case was erased. Delete this conversation and its contact here as well.")
                self.links.forget(case_id)
            return
        link = self.links.of_case(case_id)
        if link is None and event != "closed":
            link = await self._open(case_id, triage)
        if link is None:
            return
        if event == "triage_raised":
            await self._say(link, f"[program] Triage is now {triage}.")
        if event == "closed":
            await self._say(link, "[program] The case is closed.")
        await self._pass_messages_on(case_id, link)

    async def _open(self, case_id: str, triage: str) -> tuple[str, int, int] | None:
        """Make a contact and a conversation in Chatwoot. The name is the case's id: who it is, nobody needs to know there."""
        answer = await self._frontdoor("GET", case_id)
        if answer is None:
            return None
        attributes = {key: answer[key] for key in ("language", "channel", "reason")} | {"triage": triage, "case": case_id}
        contact = await self._chatwoot("", {"identifier": case_id, "name": f"Case {case_id[:8]}"})
        source = str(contact["source_id"])
        conversation = await self._chatwoot(f"/{source}/conversations", {"custom_attributes": attributes})
        self.links.add(case_id, source, int(conversation["id"]))
        link = self.links.of_case(case_id)
        assert link is not None
        signs = ", ".join(answer["indicators"]) or "-"
        await self._say(link, f"[program] New case, triage {triage}, language {answer['language']}. Signs: {signs}.")
        return link

    async def _pass_messages_on(self, case_id: str, link: tuple[str, int, int]) -> None:
        """Pass on what was said since: words, only where the token may read texts."""
        answer = await self._frontdoor("GET", f"{case_id}/messages?after={link[2]}")
        for message in (answer or {}).get("messages", []):
            if not message["mine"]:  # what an agent of Chatwoot wrote, Chatwoot has already
                await self._say(link, AUTHORS[message["from"]] + message["text"])
            self.links.passed_on(case_id, message["number"])

    async def from_chatwoot(self, request: web.Request) -> web.Response:
        """Take what an agent wrote, and send it to the person; private notes stay in Chatwoot."""
        if not hmac.compare_digest(request.match_info["secret"].encode(), self.settings["BRIDGE_SECRET"].encode()):
            return web.Response(status=404)
        event = await request.json()
        outgoing = (
            event.get("event") == "message_created" and event.get("message_type") == "outgoing" and not event.get("private")
        )
        if not outgoing:
            return web.Response(status=204)
        case_id = self.links.case_of(int(event["conversation"]["id"]))
        if case_id is None or not event.get("content") or event.get("attachments"):
            return web.Response(status=422)  # it reaches nobody, and the agent must see that: an erased case, or a file
        try:
            await self._frontdoor("POST", f"{case_id}/state", {"action": "take"})
            await self._frontdoor(
                "POST", f"{case_id}/messages", {"message_id": f"chatwoot-{event['id']}", "text": event["content"]}
            )
        except NotTaken:
            return web.Response(status=502)  # Chatwoot marks the message as failed, and the agent sees it
        return web.Response(status=204)

    async def _say(self, link: tuple[str, int, int], text: str) -> None:
        await self._chatwoot(f"/{link[0]}/conversations/{link[1]}/messages", {"content": text})

    async def _chatwoot(self, path: str, body: Mapping[str, Any]) -> Any:
        async with self.client.post(self.contacts + path, json=body) as response:
            return await _json_of(response)

    async def _frontdoor(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the front door's answer; None when the case is gone or the token may not ask this."""
        headers = {"Authorization": f"Bearer {self.settings['FRONTDOOR_TOKEN']}"}
        async with self.client.request(method, f"{self.cases}/{path}", json=body, headers=headers) as response:
            if method == "GET" and response.status in {403, 404}:
                return None
            return await _json_of(response)


async def _json_of(response: ClientResponse) -> Any:
    if response.status // 100 != 2:
        raise NotTaken(f"{response.method} was answered with {response.status}.")
    return await response.json()


def main() -> None:
    """Serve on BRIDGE_PORT, on this machine only."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise SystemExit(f"These settings are missing: {', '.join(missing)}.")
    web.run_app(
        Bridge(os.environ).application(), host="127.0.0.1", port=int(os.environ.get("BRIDGE_PORT", "8090")), access_log=None
    )


if __name__ == "__main__":
    main()
