"""`dialogue`: the tables by which a reply is planned, in words."""

from __future__ import annotations

import argparse
from typing import Any

from bot.dialogue.document import document


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "dialogue",
        help="print the tables by which a reply is planned",
        description="Prints the part of docs/dialogue.md that is made from the code: rules, settling table and plan.",
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Print the tables."""
    print(document())
    return 0
