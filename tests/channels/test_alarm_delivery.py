"""Whether an alarm reached the duty telephone: what Twilio reports after it has taken the SMS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.alarms.record import way_records
from bot.alarms.watch import AlarmWatch
from bot.channels.alarm_senders import alarm_ways
from bot.storage.tables import AlarmCall
from tests.channels.conftest import Build, Town

DUTY_PHONE = "+48600700800"
DUTY_CHAT = -100500


@dataclass
class Duty:
    """A town with a watch that calls the duty telephone and a chat."""

    town: Town
    watch: AlarmWatch

    async def passes(self, seconds: float) -> None:
        self.town.clock.move(seconds=seconds)
        await self.watch.look_once()

    def alarms(self) -> list[dict[str, Any]]:
        return [message for message in self.town.twilio.messages if message["to"] == DUTY_PHONE]

    async def report(self, status: str, code: int | None = None) -> ClientResponse:
        return await self.town.twilio.report(self.town.client, self.alarms()[0], status, code)

    async def sms_calls(self) -> list[tuple[str, str | None]]:
        rows = [row for row in await self.town.rows(AlarmCall) if row.way == "sms1" and row.state != "cancelled"]
        return [(row.state, row.error_code) for row in sorted(rows, key=lambda row: row.id)]

    async def record(self) -> tuple[str, bool, str | None]:
        async with self.town.program.database.transaction() as session:
            (record,) = await way_records(session, ["sms1"])
        return record.state, record.arrived_at is not None, record.failure


@pytest.fixture
async def duty(build_town: Build) -> AsyncIterator[Duty]:
    town: Town = await build_town(alarm_sms_to=DUTY_PHONE, alarm_telegram_chat=DUTY_CHAT, alarm_self_test="off")
    watch = AlarmWatch(town.program, alarm_ways(town.program.settings, town.clock))
    await town.text("zabrał mi paszport", 1)
    duty = Duty(town, watch)
    await duty.passes(300)
    yield duty
    await watch.close()
    assert town.twilio.violations == []


async def test_an_alarm_counts_as_sent_until_twilio_says_that_it_arrived(duty: Duty) -> None:
    assert await duty.sms_calls() == [("sent", None)]
    assert await duty.record() == ("working", False, None)
    for status in ("queued", "sent"):
        assert (await duty.report(status)).status == 204
    assert await duty.record() == ("working", False, None)
    assert (await duty.report("delivered")).status == 204
    assert await duty.sms_calls() == [("arrived", None)]
    assert await duty.record() == ("working", True, None)
    await duty.report("undelivered", 30003)  # an old report that comes late: it arrived all the same
    assert await duty.sms_calls() == [("arrived", None)]


async def test_an_alarm_that_did_not_arrive_is_a_way_that_fails_and_the_next_round_begins_at_once(duty: Duty) -> None:
    before = len(duty.town.telegram.texts(DUTY_CHAT))
    await duty.report("undelivered", 30003)
    await duty.report("undelivered", 30003)
    assert await duty.sms_calls() == [("failed", "30003")]
    assert await duty.record() == ("failing", False, "30003")
    await duty.passes(0)
    texts = duty.town.telegram.texts(DUTY_CHAT)[before:]
    assert len([text for text in texts if "PILNE" in text]) == 1
    assert len([text for text in texts if "nie działa: SMS 1" in text]) == 1


async def test_what_does_not_arrive_in_a_later_round_starts_no_storm_of_messages(duty: Duty) -> None:
    await duty.report("undelivered", 30003)
    await duty.passes(60)
    count = len(duty.alarms())
    assert count == 2
    await duty.town.twilio.report(duty.town.client, duty.alarms()[1], "undelivered", 30003)
    await duty.passes(1)
    assert len(duty.alarms()) == count


async def test_a_report_that_nobody_signed_changes_nothing(duty: Duty) -> None:
    path = duty.alarms()[0]["callback"].removeprefix(duty.town.program.settings.public_url or "")
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered"}
    assert (await duty.town.client.post(path, data=form)).status == 403
    assert await duty.sms_calls() == [("sent", None)]
