"""The program whole, with a dialogue that repeats the mark of each message: what is killed.

`bench.kills` imports this once and forks from there, so that a start takes a second: what a start does with keys, database,
leftovers and providers is done each time.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.console.texts import Texts
from bot.conversation.danger_phrases import DangerWords
from bot.dialogue.answers import Library
from bot.dialogue.turn import Speaking
from bot.language.lexicon import Lexicon
from bot.language.wording import Wording
from bot.runtime.logs import configure_logs
from bot.server import serve_with
from bot.settings import load_settings
from tests.support import HOTLINE, PlainAssistant, PlainSpoken

for _read_once in (
    Lexicon,
    Wording,
    Library,
    Texts,
    DangerWords,
):  # most of a start, and the same each time: read before the fork
    _read_once.load = cache(_read_once.load)  # type: ignore[method-assign]
    _read_once.load(*([Lexicon.load()] if _read_once is DangerWords else []))


class Echo(PlainAssistant):
    """Answers each message with its first word, by which the answer is known."""

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> PlainSpoken:
        """Say the mark and the hotline's number."""
        spoken = await super().turn(speaking, language=language, tracker=tracker)
        mark = speaking.turn.text.partition(" ")[0]
        return replace(spoken, replies=tuple(replace(reply, text=f"{mark} {HOTLINE}") for reply in spoken.replies))


def run(environment: Mapping[str, str], log: Path) -> None:
    """Serve until killed; what is printed and logged goes to the end of a file."""
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    configure_logs("INFO")
    asyncio.run(serve_with(load_settings(), Echo()))  # type: ignore[arg-type]


def process(environment: Mapping[str, str], log: Path) -> ForkServerProcess:
    """Return a process of the program that has not begun yet."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context.Process(target=run, args=(environment, log))
