"""The alarm is tried: by the daily self-test, by the command, by the console's button."""

from __future__ import annotations

import argparse
import json
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from bot.alarms.alarm import way_names
from bot.alarms.watch import MAX_ATTEMPTS, AlarmWatch
from bot.channels.alarm_senders import alarm_ways
from bot.commands import alarm as command
from bot.program import Program
from bot.server import application
from bot.storage.capacity import Disk
from tests.alarms.conftest import CHAT, Night
from tests.support import Clock, open_program, settings_in

ONE_EACH = {"email": 1, "sms": 1, "call": 1, "telegram": 1, "webhook": 1}


@pytest.fixture
def tested_daily(night: Night) -> Night:
    night.program.alarms.rules.self_test_at = time(11)
    return night


async def test_the_self_test_goes_through_every_way_once_a_day(tested_daily: Night) -> None:
    night = tested_daily
    await night.passes()
    assert night.counts() == ONE_EACH
    await night.passes(hours=21, minutes=59)
    assert night.counts() == ONE_EACH
    await night.passes(minutes=1)
    assert night.counts() == dict.fromkeys(ONE_EACH, 2)
    assert await night.state() == ("working", ())


async def test_the_self_test_says_that_nobody_waits_and_asks_for_nothing(tested_daily: Night) -> None:
    await tested_daily.passes()
    for text in (*tested_daily.mailbox.texts(), *tested_daily.telegram.texts(CHAT), tested_daily.twilio.calls[0]["Twiml"]):
        assert "Nikt nie czeka na pomoc" in text
        assert "Potwierdź" not in text
    await tested_daily.passes(hours=2)
    assert tested_daily.counts() == ONE_EACH


async def test_a_self_test_that_fails_is_seen_on_the_health_page_which_stays_ready(tested_daily: Night) -> None:
    night = tested_daily
    night.hook.statuses = [500] * MAX_ATTEMPTS
    await night.passes()
    for wait in (5, 10, 20, 40):
        await night.passes(seconds=wait)
    async with TestClient(TestServer(application(night.program))) as client:
        ready = await (await client.get("/health/ready")).json()
    assert ready["ready"] is True
    assert ready["alarms"] == {"state": "failing", "problems": ["way_failing"]}


async def test_a_self_test_that_does_not_happen_is_seen(tested_daily: Night) -> None:
    night = tested_daily
    await night.passes()
    night.clock.move(hours=27)
    assert await night.state() == ("failing", ("self_test_late", "watch_stopped"))


async def test_the_test_button_calls_through_every_way_and_its_link_can_be_tried(
    night: Night, phone: TestClient[Any, Any]
) -> None:
    async with night.program.database.transaction() as session:
        await night.program.alarms.raise_test(session, night.clock())
    await night.passes()
    assert night.counts() == ONE_EACH
    assert "Odnośnik działa" in await (await phone.post(night.link())).text()
    await night.passes(hours=2)
    assert night.counts() == ONE_EACH
    assert [alarm.state for alarm in await night.alarms()] == ["ended"]


async def test_the_command_says_of_each_way_whether_it_works(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    night.hook.statuses = [500]
    assert await command._test(night.program) == 1
    printed = capsys.readouterr().out
    assert "webhook    FAILED (500)" in printed
    assert printed.count("handed over") == 4
    assert await command._status(night.program) == 1
    assert await command._test(night.program) == 0


def test_the_command_without_any_way_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "load_settings", lambda: settings_in(tmp_path))
    assert command.run(argparse.Namespace(act=command._test)) == 1
    assert "ALARM_EMAILS" in capsys.readouterr().err


async def test_a_program_without_any_way_says_that_alarms_are_off(program: Program, clock: Clock) -> None:
    await AlarmWatch(program, {}).look_once()
    async with program.database.transaction() as session:
        status = await program.alarms.status(session, clock())
    assert (status.state, status.problems) == ("off", ("no_ways",))


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"alarm_emails": "a@example.org", "public_url": "https://x.pl"}, "SMTP_FROM, SMTP_HOST"),
        ({"alarm_call_to": "+48600700800", "public_url": "https://x.pl"}, "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_NUMBER"),
        ({"alarm_telegram_chat": 1, "public_url": "https://x.pl"}, "TELEGRAM_BOT_TOKEN"),
        ({"alarm_webhook_url": "https://x.pl", "public_url": "https://x.pl"}, "ALARM_WEBHOOK_SECRET"),
        ({"alarm_telegram_chat": 1, "telegram_bot_token": "1:a"}, "PUBLIC_URL"),
    ],
)
def test_a_way_that_could_never_sound_fails_at_the_start(tmp_path: Path, settings: dict[str, Any], missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        settings_in(tmp_path, **settings)


async def test_every_name_of_a_way_has_a_sender(night: Night, tmp_path: Path, clock: Clock) -> None:
    assert set(night.watch.ways) == set(way_names(night.program.settings))
    settings = night.program.settings
    two = settings.model_copy(
        update={"alarm_emails": "a@example.org, b@example.org", "alarm_sms_to": "+48600700800,+48600700801"}
    )
    ways = alarm_ways(two, clock)
    assert set(ways) == set(way_names(two))
    assert {"email2", "sms2"} <= set(ways)
    for way in ways.values():
        await way.close()


async def test_the_server_passes_the_links_on(tmp_path: Path, clock: Clock) -> None:
    program = await open_program(tmp_path, None, clock)
    async with TestClient(TestServer(application(program))) as client:
        answer = await client.get(f"/alarm/email1/{'0' * 16}/{'0' * 32}")
        assert answer.status == 410
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    await program.close()


async def test_a_way_that_does_not_work_is_told_through_the_others_once_a_day(night: Night) -> None:
    night.mailbox.refusals = ["550 no such address"] * 20
    async with night.program.database.transaction() as session:
        await night.program.alarms.raise_test(session, night.clock())
    await night.passes()
    for wait in (5, 10, 20, 40):
        await night.passes(seconds=wait)
    before = night.counts()
    for _ in range(3):
        await night.passes(seconds=60)
    after = night.counts()
    assert {way: after[way] - before[way] for way in after} == {"email": 0, "sms": 1, "call": 0, "telegram": 1, "webhook": 1}
    assert "nie dziala: e-mail 1" in night.twilio.messages[-1]["Body"]
    assert "nie działa: e-mail 1" in night.telegram.texts(CHAT)[-1]
    told = json.loads(night.hook.posts[-1][1])
    assert (told["kind"], told["failing_way"]) == ("way", "email1")
    await night.passes(hours=24)
    assert night.counts()["telegram"] == after["telegram"] + 1


async def test_a_filling_disk_is_told_once_a_day_and_by_no_paid_way(night: Night) -> None:
    night.program.alarms.rules.disk = lambda: Disk(0.85, 1)
    for _ in range(3):
        await night.passes(minutes=5)
    assert sum("Dysk serwera" in text for text in night.mailbox.texts()) == 1
    assert not [one for one in (*night.twilio.messages, *night.twilio.calls) if "Dysk" in str(one)]
    await night.passes(days=1)
    assert sum("Dysk serwera" in text for text in night.mailbox.texts()) == 2
