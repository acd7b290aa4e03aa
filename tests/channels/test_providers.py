"""What every provider of channels owes: payloads, a stand-in, tests, steps on the page, and a webhook that takes nothing unsigned.

The tests ask the registry, so that a provider which is added to it is asked as well.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from bot.channels.messengers import Messengers
from bot.channels.provider.contract import Provider
from bot.channels.registry import PROVIDERS
from bot.console.texts import Texts
from bot.http.errors import errors_as_json
from bot.program import Program
from bot.settings import PROJECT_ROOT
from bot.storage.tables import Table
from tests.support import Clock, PlainAssistant, open_program

TESTS = PROJECT_ROOT / "tests"
FOLDERS = {provider: provider.open.__module__.split(".")[2] for provider in PROVIDERS}
NOT_GENUINE = {401, 403}
ANOTHER_FORM = 415  # said before anybody looks at a signature, since one is made of a form's fields


def payloads(folder: str, tests: Path = TESTS) -> dict[str, Any]:
    """Return what a provider sends, by the name of the file."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8") or "null") for path in (tests / "payloads" / folder).glob("*.json")
    }


def untried(folder: str, tests: Path = TESTS) -> list[str]:
    """Return what is missing to try a provider with."""
    sent = payloads(folder, tests)
    missing = [] if sent else [f"tests/payloads/{folder}/ has no payload"]
    missing += [f"tests/payloads/{folder}/{name}.json is empty" for name, payload in sorted(sent.items()) if not payload]
    stand_in = tests / "standins" / f"{folder}_api.py"
    source = stand_in.read_text(encoding="utf-8") if stand_in.exists() else ""
    if not re.search(r"^SETTINGS\b", source, re.MULTILINE):
        missing.append(f"tests/standins/{folder}_api.py does not say in SETTINGS what turns the channel on")
    if not re.search(r"^STAND_IN, API_BASE\b", source, re.MULTILINE):
        missing.append(
            f"tests/standins/{folder}_api.py does not say what is served (STAND_IN), and which setting leads there (API_BASE)"
        )
    return missing


def collected(*folders: Path) -> dict[str, int]:
    """Return how many tests pytest finds in folders, by their names."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *map(str, folders)]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    return {folder.name: len(re.findall(rf"^\S*\b{folder.name}/test_\w+\.py::", done.stdout, re.MULTILINE)) for folder in folders}


async def taken_unsigned(client: TestClient[Any, Any], app: web.Application, prefix: str, sent: dict[str, Any]) -> list[str]:
    """Post payloads that nobody signed to every address of a webhook; return what was not refused as not genuine."""
    taken = []
    for route in app.router.routes():
        if route.method not in {"POST", "PUT", "PATCH", "*"} or route.resource is None:
            continue
        method = "POST" if route.method == "*" else route.method
        address = prefix + re.sub(r"\{[^}]*\}", "1", route.resource.canonical)
        for name, payload in sorted(sent.items()):
            said = {
                (await client.request(method, address, json=payload)).status,
                (await client.request(method, address, data={key: str(value) for key, value in payload.items()})).status,
            }
            if not said & NOT_GENUINE or said - NOT_GENUINE - {ANOTHER_FORM}:
                taken.append(f"{method} {address} answers {name} with {sorted(said)}")
    return taken


@pytest.fixture
async def served(tmp_path: Path, assistant: PlainAssistant, clock: Clock) -> AsyncIterator[Program]:
    """Open a program in which every provider is on."""
    settings: dict[str, Any] = {}
    for folder in FOLDERS.values():
        settings |= importlib.import_module(f"tests.standins.{folder}_api").SETTINGS
    program = await open_program(tmp_path, assistant, clock, **settings)
    yield program
    await program.close()


def test_make_quick_names_what_a_provider_lacks(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("program") is None


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_every_provider_is_tried_with_its_payloads_and_a_stand_in_of_its_api(provider: Provider) -> None:
    assert untried(FOLDERS[provider]) == []


def test_every_provider_has_tests_that_run() -> None:
    found = collected(*(TESTS / "channels" / folder for folder in FOLDERS.values()))
    assert [folder for folder, count in found.items() if not count] == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_every_channel_has_its_steps_on_the_page(provider: Provider) -> None:
    page, texts = (PROJECT_ROOT / "docs" / "channels.md").read_text(encoding="utf-8"), Texts.load()
    steps = " ".join(re.findall(r"^## .*step by step$", page, re.MULTILINE))
    assert [row.name for row in provider.channels if texts.text(f"channel.{row.name}", "en") not in steps] == []


async def test_no_webhook_takes_what_nobody_signed(served: Program) -> None:
    messengers, app = Messengers(served), web.Application()
    messengers.add_routes(app)
    async with TestClient(TestServer(app)) as client:
        for provider, folder in FOLDERS.items():
            assert provider.ready(served.settings), f"SETTINGS of tests/standins/{folder}_api.py do not turn {provider.name} on"
            webhooks = provider.open(served, messengers.dispatcher).application()
            assert await taken_unsigned(client, webhooks, provider.prefix, payloads(folder)) == []
    async with served.database.transaction() as session:
        stored = {
            name: await session.scalar(select(func.count()).select_from(table)) for name, table in Table.metadata.tables.items()
        }
    assert [name for name, count in stored.items() if count] == []
    await messengers.close()


@pytest.mark.parametrize("status", [200, 400, 503])
async def test_a_webhook_that_looks_at_no_signature_is_named(status: int) -> None:
    async def careless(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application(middlewares=[errors_as_json])
    app.router.add_post("/webhook/{account}", careless)
    async with TestClient(TestServer(app)) as client:
        (named,) = await taken_unsigned(client, app, "", {"text": {"text": "pytanie"}})
    assert named == f"POST /webhook/1 answers text with [{status}]"


def test_a_provider_begun_with_empty_files_and_folders_is_named(tmp_path: Path) -> None:
    for folder in ("payloads/pigeon", "standins", "channels/pigeon"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "standins" / "pigeon_api.py").touch()
    (tmp_path / "channels" / "pigeon" / "test_channel.py").touch()
    assert [sentence.split()[0] for sentence in untried("pigeon", tmp_path)] == [
        "tests/payloads/pigeon/",
        "tests/standins/pigeon_api.py",
        "tests/standins/pigeon_api.py",
    ]
    assert collected(tmp_path / "channels" / "pigeon") == {"pigeon": 0}
    (tmp_path / "payloads" / "pigeon" / "text.json").touch()
    assert untried("pigeon", tmp_path)[0] == "tests/payloads/pigeon/text.json is empty"
