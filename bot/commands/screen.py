"""`screen`: JSON Lines in, one screening a line out."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.messages import LANGUAGES
from bot.screening.screener import Screener, ScreenerUnusable
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "screen",
        help="screen messages from standard input",
        description='Reads JSON Lines {"text": "…", "lang": "…"} and writes one screening a line, in order, flushed after each.',
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Screen standard input until it ends."""
    from bot.screening.archive import load_newest  # noqa: PLC0415 - the model is only loaded when it is needed

    try:
        screener = load_newest(Path(load_settings().model_dir))
    except ScreenerUnusable as problem:
        print(problem, file=sys.stderr)
        return 1
    for line in sys.stdin.buffer:
        if line.strip():
            print(json.dumps(_answer(line, screener), ensure_ascii=False), flush=True)
    return 0


def _answer(line: bytes, screener: Screener) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "This line is not JSON."}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"error": "A line must be an object with a text."}
    hint = asked.get("lang")
    if hint is not None and hint not in LANGUAGES:
        return {"error": f"lang must be one of {', '.join(LANGUAGES)}."}
    return screener.screen(asked["text"], language_hint=hint).as_json()
