"""`check`: what is ready and what is missing, in plain words."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from bot.commands.checks.answering import check_corrections, check_languages, check_model, check_texts, check_writings
from bot.commands.checks.connections import ask_providers, check_alarms, check_case_webhook, check_channels
from bot.commands.checks.database import check_database
from bot.commands.checks.machine import check_backup, check_disk, check_keys, check_rights, check_settings
from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="say what is ready and what is missing",
        description="Looks at settings, keys, database, model, texts and channels. Ends with 1 when something that is needed is missing.",
    )
    parser.add_argument("--channels", action="store_true", help="also ask the providers of the channels whether they know us")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print all findings; 1 when something needed is missing."""
    settings = load_settings()
    languages = [*check_languages(), *check_writings()]
    # Neither the model's data nor the texts can be read while a language lacks its files.
    whole = all(finding.state == "ready" for finding in languages)
    findings = [
        *check_settings(settings),
        *check_keys(settings),
        *check_rights(settings),
        *asyncio.run(check_database(settings)),
        *check_disk(settings),
        *languages,
        *(check_model(settings) if whole else ()),
        *(check_texts() if whole else ()),
        *check_corrections(),
        *check_backup(settings),
        *check_channels(settings),
        *check_alarms(settings),
        *asyncio.run(check_case_webhook(settings)),
        *(asyncio.run(ask_providers(settings)) if options.channels else ()),
    ]
    for finding in findings:
        print(f"{finding.state:8} {finding.what:11} {finding.sentence}")
    return 1 if any(finding.state == "missing" for finding in findings) else 0
