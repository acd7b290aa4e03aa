"""One row a channel: what is left out fails at import or here, and nothing but the folder of its provider names a channel."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web

from bot.channels import messengers as messengers_module
from bot.channels.messengers import Messengers
from bot.channels.provider.contract import Provider
from bot.channels.registry import OWN, PROVIDERS, refuse_unserved
from bot.channels.twilio.traits import TWILIO
from bot.channels.webchat.traits import WEB
from bot.commands.chat import CHAT
from bot.console.texts import Texts
from bot.delivery import channel_traits
from bot.delivery.channel_traits import ChannelInvalid, ChannelTraits, ChannelUnknown, declare, declared, pushing, traits_of
from bot.delivery.outbound import Outbound
from bot.delivery.provider_erasures import ProviderErasure
from bot.messages import Inbound
from bot.program import Program
from bot.settings import PROJECT_ROOT
from bot.storage.tables import Message
from tests.channels.conftest import Town

ROWS = [*OWN, *(row for provider in PROVIDERS for row in provider.channels)]
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
TRAITS = [trait.name for trait in fields(ChannelTraits)]
# Names of channels that are words of their own as well: they count only where they stand alone.
WORDS_OF_THEIR_OWN = frozenset({"web", "sms", "chat"})
# Who may name a channel or a provider outside its folder, by the reason.
MAY_NAME = {
    "the registry, where a new one is added": ("bot/channels/registry.py",),
    "the settings of all of them, with their names and forms": (
        "bot/settings.py",
        "bot/channels/messengers.py",
        "bot/commands/alarm.py",
    ),
    "alarms reach staff by ways of their own, which use the same services": (
        "bot/alarms/alarm.py",
        "bot/alarms/texts.py",
        "bot/channels/alarm_chats.py",
        "bot/channels/alarm_phones.py",
        "bot/channels/alarm_senders.py",
    ),
    "the command that connects the bot": ("bot/__main__.py", "bot/commands/telegram.py"),
    "libraries that may not log by themselves": ("bot/runtime/logs.py",),
    "the file of a language that holds the menu": ("bot/operations/language_folders.py",),
    "the short form of a text": (
        "bot/conversation/answer_form.py",
        "bot/delivery/channel_traits.py",
        "bot/dialogue/entry.py",
        "bot/dialogue/replies.py",
        "bot/dialogue/texts.py",
        "bot/language/wording.py",
    ),
    "a field of what the provider sends": ("bot/channels/telegram/updates.py",),
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((PROJECT_ROOT / "bot").rglob("*.py")):
        yield path.relative_to(PROJECT_ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def rows_written_in(tree: ast.Module) -> set[str]:
    """Return the names of the channels whose rows a module writes."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "ChannelTraits"]
    return {ast.literal_eval(word.value) for call in calls for word in call.keywords if word.arg == "name"}


def test_make_quick_names_what_a_channel_lacks(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("program") is None


@pytest.mark.parametrize("trait", TRAITS)
def test_a_row_without_one_of_its_traits_is_refused_at_import(trait: str) -> None:
    row = {name: getattr(WEB, name) for name in TRAITS if name != trait}
    with pytest.raises(TypeError, match=trait):
        ChannelTraits(**row)


@pytest.mark.parametrize(
    "changes", [{"name": "Pigeon!"}, {"buttons": False, "chosen_by_number": False}, {"form": "quiet"}], ids=str
)
def test_a_row_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ChannelInvalid):
        replace(WEB, **changes)


def test_a_channel_that_is_pushed_to_and_that_nobody_carries_is_refused() -> None:
    with pytest.raises(ChannelInvalid, match="never be sent"):
        refuse_unserved([replace(WEB, name="pigeon", delivery="pushed")])


@pytest.mark.parametrize("channels", [(), (WEB,)], ids=["none", "one that is not pushed to"])
def test_a_provider_carries_what_is_pushed(channels: Sequence[ChannelTraits]) -> None:
    with pytest.raises(ChannelInvalid):
        replace(TWILIO, channels=tuple(channels))


def test_two_channels_of_one_name_are_refused() -> None:
    with pytest.raises(ChannelInvalid, match="web"):
        declare([replace(WEB, paid=True)])


def test_every_row_that_is_written_is_in_the_registry() -> None:
    written = {name for _, tree in modules() for name in rows_written_in(tree)}
    assert written == {row.name for row in ROWS} | {CHAT.name} == set(declared())


def folder_of(provider: Provider) -> str:
    return provider.probe.__module__.split(".")[2]


def home(name: str) -> str:
    """Return where a channel or a provider may be named: in the provider's folder, else in the module that writes the row."""
    for provider in PROVIDERS:
        if name in {folder_of(provider), *(row.name for row in provider.channels)}:
            return f"bot/channels/{folder_of(provider)}/"
    return next(path for path, tree in modules() if name in rows_written_in(tree))


def texts_of(tree: ast.Module) -> set[str]:
    """Return the constants of a module and the names in it, without its docstrings; a name that is a word of its own says nothing."""
    bodies = [node.body[0] for node in ast.walk(tree) if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None]
    docstrings = {body.value for body in bodies if isinstance(body, ast.Expr)}
    return {
        value
        for node in ast.walk(tree)
        if node not in docstrings
        for _, value in ast.iter_fields(node)
        if isinstance(value, str) and (isinstance(node, ast.Constant) or value not in WORDS_OF_THEIR_OWN)
    }


def is_named(name: str, text: str) -> bool:
    """Say whether a text, or a name such as TelegramWay or twilio_number, has a name as a word."""
    if name in WORDS_OF_THEIR_OWN:
        return text == name
    found = re.finditer(rf"{name}(?!(?-i:[a-z]))", text, re.IGNORECASE)
    return any(match[0][0].isupper() or not text[: match.start()][-1:].isalpha() for match in found)


def test_only_the_folder_of_a_provider_names_it_and_its_channels() -> None:
    homes = {name: home(name) for name in {*declared(), *map(folder_of, PROVIDERS)}}
    texts = [(path, text) for path, tree in modules() for text in texts_of(tree)]
    for folder in ("console", "delivery"):
        files = sorted(path for path in (PROJECT_ROOT / "bot" / folder).rglob("*") if path.suffix in {".yml", ".html", ".js"})
        texts += [(path.relative_to(PROJECT_ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files]
    found = {path for path, text in texts for name, own in homes.items() if not path.startswith(own) and is_named(name, text)}
    assert found == {path for paths in MAY_NAME.values() for path in paths}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("TelegramWay", True),
        ("alarm_telegram_chat", True),
        ("Ask TELEGRAM first.", True),
        ("https://api.telegram.org", True),
        ("telegrammatic", False),
        ("nontelegram", False),
    ],
)
def test_a_name_is_found_as_a_word_of_a_text_or_of_a_name(text: str, named: bool) -> None:
    assert is_named("telegram", text) is named
    assert not is_named("sms", f"sms {text}")
    assert is_named("sms", "sms")


def test_the_console_has_a_name_for_every_channel() -> None:
    texts = Texts.load()
    assert [row.name for row in ROWS if not texts.has(f"channel.{row.name}")] == []


def test_the_documents_have_a_row_for_every_channel() -> None:
    table = [line for line in (PROJECT_ROOT / "docs" / "channels.md").read_text(encoding="utf-8").splitlines()]
    for row in ROWS:
        traits = [row.delivery, row.buttons, row.chosen_by_number, row.phone, row.paid, row.form, row.keeps_messages]
        cells = [{True: "yes", False: "no"}.get(trait, trait) for trait in traits]  # type: ignore[call-overload]
        assert f"| `{row.name}` | {' | '.join(map(str, cells))} |" in table


def printed(program: str) -> str:
    """Return what a new process prints."""
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.program
def test_the_registry_loads_no_library_of_a_provider() -> None:
    begun = "import sys, bot.program, bot.channels.registry"
    assert printed(f"{begun}; print(sorted({{'telegram', 'twilio'}} & set(sys.modules)))") == "[]"


@pytest.mark.program
@pytest.mark.parametrize("begun", ["bot.commands.purge", "bot.commands.restore", "bot.server"])
def test_every_command_and_the_server_know_the_channels(begun: str) -> None:
    program = f"import {begun}; from bot.delivery.channel_traits import declared; print(*declared())"
    assert set(printed(program).split()) >= {row.name for row in ROWS}


@pytest.mark.parametrize("asked", [declared, pushing])
def test_whoever_asks_before_a_channel_was_declared_is_told_so(
    asked: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_traits, "_DECLARED", {})
    with pytest.raises(ChannelUnknown, match=r"bot\.channels\.registry"):
        asked()


@pytest.mark.program
async def test_a_message_of_a_channel_that_nobody_declared_is_refused_before_it_is_stored(town: Town) -> None:
    message = Inbound(channel="pigeon", pseudonym="p", external_id="1", text="pytanie", received_at=town.clock(), address="1")
    with pytest.raises(ChannelUnknown, match="pigeon"):
        await town.program.frontdoor.accept(message)
    assert await town.rows(Message) == []


@dataclass
class Pigeons:
    """A provider that a newcomer begins: it takes no webhook, and carries replies into a list."""

    needs_address = False
    carried: list[Outbound] = field(default_factory=list)

    @property
    def sender(self) -> Pigeons:
        return self

    def application(self) -> web.Application:
        return web.Application()

    async def start(self) -> None: ...

    async def catch_up(self) -> None: ...

    async def finish(self) -> None: ...

    async def close(self) -> None: ...

    def parts(self, outbound: Outbound) -> int:
        return 1

    async def send(self, outbound: Outbound) -> str:
        self.carried.append(outbound)
        return str(len(self.carried))

    async def look_up(self, outbound: Outbound) -> str | None:
        return None

    def speaks_next(self, erasure: ProviderErasure) -> bool:
        return False

    async def say(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        return erasure

    async def delete(self, erasure: ProviderErasure, now: datetime) -> ProviderErasure:
        return erasure


@pytest.fixture
def pigeon(monkeypatch: pytest.MonkeyPatch) -> tuple[ChannelTraits, Pigeons]:
    monkeypatch.setattr(channel_traits, "_DECLARED", dict(declared()))
    row, pigeons = replace(traits_of("telegram"), name="pigeon", buttons=False, paid=True), Pigeons()
    declare([row])
    provider = Provider(
        name="pigeon",
        channels=(row,),
        prefix="/pigeon",
        ready=lambda _settings: True,
        when_ready="",
        when_off="",
        open=lambda _program, _dispatcher: pigeons,
        probe=TWILIO.probe,
    )
    monkeypatch.setattr(messengers_module, "PROVIDERS", (*PROVIDERS, provider))
    return row, pigeons


@pytest.mark.program
async def test_a_channel_begun_with_a_row_and_a_provider_is_served(
    program: Program, pigeon: tuple[ChannelTraits, Pigeons]
) -> None:
    row, pigeons = pigeon
    messengers = Messengers(program)
    message = Inbound(
        channel=row.name,
        pseudonym="p",
        external_id="1",
        text="/start",
        kind="start",
        received_at=program.clock(),
        address="pigeon 1",
    )
    await program.frontdoor.receive(message)
    await messengers.dispatcher.deliver_due()
    (greeting,) = pigeons.carried
    assert greeting.address == "pigeon 1"
    assert greeting.reply.buttons == ()
    assert greeting.reply.text.splitlines()[-1].startswith("5 ")  # it has no buttons, so its choices are numbered
    await messengers.close()
