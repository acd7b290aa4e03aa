"""`chat`: the whole assistant without a channel, JSON Lines in and out."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any, Final

from bot.conversation.frontdoor import MAX_TEXT, FrontDoor
from bot.delivery.channel_traits import ChannelTraits, declare
from bot.messages import LANGUAGES, Inbound
from bot.program import build, load_assistant
from bot.settings import load_settings

CHAT: Final = ChannelTraits(
    name="chat",
    delivery="returned",
    buttons=True,
    chosen_by_number=False,
    phone=False,
    paid=False,
    form="text",
    keeps_messages=True,
)
declare([CHAT])


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "chat",
        help="talk to the whole assistant on standard input",
        description='Reads JSON Lines {"sender": "a", "text": "…"} and writes one line per input with the replies. Nothing is kept.',
    )
    parser.add_argument("--lang", choices=LANGUAGES, help="language in which every conversation starts")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Answer standard input until it ends."""
    settings = load_settings()
    assistant = load_assistant(settings)
    with tempfile.TemporaryDirectory() as scratch:
        passing = settings.model_copy(update={"data_dir": Path(scratch), "database_url": None})
        asyncio.run(_chat(passing, assistant, options.lang))
    return 0


async def _chat(settings: Any, assistant: Any, language: str | None) -> None:
    program = build(settings, assistant=assistant, create_keys=True)
    await program.database.migrate()
    try:
        for line in sys.stdin.buffer:
            if line.strip():
                print(json.dumps(await _answer(line, program.frontdoor, language), ensure_ascii=False), flush=True)
    finally:
        await program.close()


async def _answer(line: bytes, frontdoor: FrontDoor, language: str | None) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "This line is not JSON."}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str) or not isinstance(asked.get("sender"), str):
        return {"error": "A line must be an object with a sender and a text."}
    if len(asked["text"]) > MAX_TEXT:
        return {"error": f"A text may have {MAX_TEXT} characters."}
    outcome = await frontdoor.receive(
        Inbound(
            channel=CHAT.name,
            pseudonym=asked["sender"],
            external_id=uuid.uuid4().hex,
            text=asked["text"],
            received_at=frontdoor.clock(),
            language_hint=language,
        )
    )
    return {
        "sender": asked["sender"],
        "replies": [reply.text for reply in outcome.replies],
        "triage": outcome.triage.value,
        "handoff": outcome.handoff,
        "said": list(outcome.said),
        "commands": list(outcome.commands),
    }
