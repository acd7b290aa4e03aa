"""`dialogue`: the tables by which a reply is planned, in words; and what people ask next, counted."""

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
    parser.add_argument(
        "--asked-next",
        action="store_true",
        help="count anew in the training conversations what people ask next, and print it for nlu_data/next_needs.yml",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the tables, or the counts."""
    if options.asked_next:
        from bot.learning.asked_next import as_yaml, of_training  # noqa: PLC0415 - reads all training conversations

        print(as_yaml(of_training()), end="")
        return 0
    print(document())
    return 0
