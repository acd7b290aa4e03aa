"""`serve`: run the program."""

from __future__ import annotations

import argparse
from typing import Any

from bot.runtime.logs import configure_logs
from bot.runtime.memory import in_one_arena
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve",
        help="run the server",
        description="Serves the web chat, the webhooks and the console; makes keys and database on first start.",
    )
    parser.add_argument(
        "--learn", action="store_true", help="learn a new model when data or code changed, while the one before answers"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    in_one_arena()
    from bot.server import serve  # noqa: PLC0415 - brings the whole program

    settings = load_settings()
    configure_logs(settings.log_level, audit=True)
    return serve(settings, learn=options.learn)
