"""Promises of the threat model: a clock that jumps deletes nobody's conversation."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from structlog.testing import CapturedCall, CapturingLogger

from bot.commands import purge
from bot.commands.purge import _purge
from bot.operations import housekeeping
from bot.operations.housekeeping import OVERDUE, tidy
from bot.program import Program
from bot.storage.tables import Conversation, Message
from tests.conversation.test_frontdoor import count, inbound
from tests.support import Clock, PlainAssistant, open_program, settings_in


async def refused(program: Program) -> list[CapturedCall]:
    heard = (
        CapturingLogger()
    )  # Rasa's configuration of the logs, where a test before loaded it, would keep them from `capture_logs`
    with patch.object(housekeeping, "log", heard):
        await tidy(program)
    return [call for call in heard.calls if call.args == ("purge_refused",)]


async def test_a_clock_that_jumps_deletes_nothing_and_the_operator_is_told_what_would_go(program: Program, clock: Clock) -> None:
    await program.frontdoor.receive(inbound("jak mi pomożecie", who="a"))
    await program.frontdoor.receive(inbound("szef ma mój paszport", who="b"))
    assert await refused(program) == []
    clock.move(days=200)
    (entry,) = await refused(program)
    assert (entry.method_name, entry.kwargs["conversations"], entry.kwargs["messages"]) == ("error", 2, 0)
    assert OVERDUE._value.get() == 2
    assert await count(program, Conversation) == 2
    clock.move(days=-200)  # the time server puts it right
    await refused(program)
    for _hour in range(24):
        clock.move(hours=1)
        await tidy(program)
    assert OVERDUE._value.get() == 0
    assert await count(program, Conversation) == 2


async def test_after_a_day_in_which_it_goes_on_as_it_should_the_clock_is_trusted_again(program: Program, clock: Clock) -> None:
    await program.frontdoor.receive(inbound("jak mi pomożecie"))
    await tidy(program)
    clock.move(days=40)  # the machine was off
    assert len(await refused(program)) == 1
    clock.move(hours=23)
    assert len(await refused(program)) == 1
    assert await count(program, Message) == 2
    clock.move(hours=1)
    assert await refused(program) == []
    assert await count(program, Message) == 0


async def test_while_the_clock_is_in_doubt_no_address_is_forgotten(program: Program, clock: Clock) -> None:
    message = inbound("szef ma mój paszport")
    await program.frontdoor.receive(message.__class__(**{**vars(message), "channel": "sms", "address": "+48601234567"}))
    await tidy(program)
    clock.move(days=10)
    await tidy(program)
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "sms", "p1")
        assert conversation is not None
        assert program.conversations.address(conversation) == "+48601234567"


async def test_the_command_refuses_counts_and_says_so_until_an_operator_says_that_the_clock_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    program = await open_program(tmp_path, PlainAssistant(), clock)
    await program.frontdoor.receive(inbound("jak mi pomożecie"))
    await tidy(program)
    await program.close()
    monkeypatch.setattr(purge, "load_settings", lambda: settings_in(tmp_path))
    monkeypatch.setattr(purge, "utc_now", lambda: clock() + timedelta(days=40))
    assert await _purge(clock_is_right=False) == 1
    printed = capsys.readouterr().out
    assert "Nothing was deleted: the clock shows 2027-01-03 12:00 UTC" in printed
    assert "1 conversations and 0 messages" in printed
    assert "purge --clock-is-right" in printed
    assert await _purge(clock_is_right=True) == 0
    assert "Deleted 1 conversations" in capsys.readouterr().out
