"""Nobody waits unseen: staff are called until somebody answers."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from prometheus_client import REGISTRY
from sqlalchemy import select

from bot.alarms.watch import MAX_ATTEMPTS
from bot.delivery.segments import segments
from bot.handoff.hours import DutyHours
from bot.storage.tables import AuditEntry
from tests.alarms.conftest import NONE, ONE_EACH, PERSON, PHONE, SECRET, URL, WORDS, Night
from tests.support import settings_in

HIGH = "zabrał mi paszport"


async def test_an_emergency_that_nobody_takes_calls_through_every_way_after_a_minute(night: Night) -> None:
    await night.writes()
    await night.passes(seconds=59)
    assert night.counts() == NONE
    await night.passes(seconds=1)
    assert night.counts() == ONE_EACH
    assert {call["To"] for call in (*night.twilio.calls, *night.twilio.messages)} == {PHONE}


async def test_a_high_case_calls_after_five_minutes_and_rings_the_telephone_a_round_later(night: Night) -> None:
    await night.writes(HIGH)
    await night.passes(seconds=299)
    assert night.counts() == NONE
    await night.passes(seconds=1)
    assert night.counts() == ONE_EACH | {"call": 0}
    await night.passes(seconds=120)
    assert night.counts() == {"email": 2, "sms": 2, "call": 1, "telegram": 2, "webhook": 2}


@pytest.mark.parametrize("text", ["ile mam dług do oddania", "dzień dobry"])
async def test_what_is_not_urgent_calls_nobody(night: Night, text: str) -> None:
    await night.writes(text)
    await night.passes(hours=2)
    assert night.counts() == NONE


ASKED = "człowiek"  # nothing urgent is told; somebody asks for a person


async def test_who_only_asked_for_a_person_is_told_of_in_duty_hours_and_no_telephone_rings(night: Night) -> None:
    await night.writes(ASKED)
    await night.passes(minutes=29)
    assert night.counts() == NONE
    await night.passes(minutes=1)
    assert night.counts() == ONE_EACH | {"call": 0}
    assert "Ktoś czeka" in night.mailbox.texts()[0]
    await night.passes(minutes=30)
    assert night.counts() == dict.fromkeys(ONE_EACH, 2) | {"call": 0}


async def test_who_only_asked_for_a_person_wakes_nobody_at_night_and_is_told_of_in_the_morning(night: Night) -> None:
    night.program.alarms.rules.duty = DutyHours.read(settings_in(Path(), duty_hours="Mon-Fri 09:00-17:00"))
    night.clock.move(hours=8)
    await night.writes(ASKED)
    await night.passes(hours=3)
    assert night.counts() == NONE
    await night.passes(hours=9, minutes=1)
    assert night.counts() == ONE_EACH | {"call": 0}


async def test_an_alarm_by_sms_takes_two_segments_at_most_and_only_plain_letters(night: Night) -> None:
    await night.writes(language="pl")
    await night.passes(seconds=60)
    (sent,) = night.twilio.messages
    assert segments(sent["Body"]) <= 2
    assert sent["Body"].isascii()


async def test_a_case_that_is_taken_in_time_calls_nobody(night: Night) -> None:
    case = await night.writes()
    await night.take(case)
    await night.passes(minutes=5)
    assert night.counts() == NONE


async def test_a_case_that_becomes_an_emergency_gets_its_own_minute_and_its_own_alarm(night: Night) -> None:
    await night.writes(HIGH)
    await night.passes(minutes=4)
    await night.writes(WORDS)
    await night.passes(seconds=30)
    assert night.counts() == NONE
    await night.passes(seconds=30)
    assert night.counts() == ONE_EACH
    assert "ZAGROŻENIE" in night.mailbox.texts()[0]


async def test_an_alarm_sounds_again_until_the_case_is_taken_and_then_no_more(night: Night) -> None:
    case = await night.writes()
    await night.passes(seconds=60)
    await night.passes(seconds=120)
    assert night.counts() == dict.fromkeys(ONE_EACH, 2)
    await night.take(case)
    await night.passes(seconds=120)
    await night.passes(hours=1)
    assert night.counts() == dict.fromkeys(ONE_EACH, 2)
    (alarm,) = await night.alarms()
    assert (alarm.state, alarm.ended_because) == ("ended", "taken")


async def test_an_alarm_that_nobody_answers_never_falls_silent(night: Night) -> None:
    await night.writes()
    for _ in range(20):
        await night.passes(minutes=15)
    assert night.counts()["call"] == 20


async def test_a_case_that_is_given_back_calls_again(night: Night) -> None:
    case = await night.writes()
    await night.take(case)
    await night.passes(minutes=5)
    await night.release(case)
    await night.passes(seconds=60)
    assert night.counts() == ONE_EACH


async def test_no_alarm_carries_a_word_a_number_or_a_pseudonym(night: Night) -> None:
    case = await night.writes()
    pseudonym = night.program.vault.pseudonym("sms", "a")
    conversation = (await night.case(case)).conversation_id
    await night.passes(seconds=60)
    said = night.everything()
    for secret in ("piwnic", "Wiejskiej", "zamkn", PERSON, PERSON[1:], pseudonym, conversation, case, "documents_taken", "sms/"):
        assert secret not in said
    assert "polski" in said
    assert f"{URL}/console/" in said


async def test_a_way_that_fails_is_tried_again_and_the_others_go_on(night: Night) -> None:
    night.twilio.statuses = [503, 503]
    night.mailbox.refusals = ["451 later"]
    night.hook.statuses = [500]
    await night.writes()
    await night.passes(seconds=60)
    assert night.counts() == NONE | {"telegram": 1}
    await night.passes(seconds=5)
    assert night.counts() == ONE_EACH


async def test_a_way_that_keeps_failing_is_given_up_until_the_next_round_and_everybody_can_see_it(night: Night) -> None:
    night.hook.statuses = [500] * MAX_ATTEMPTS
    before = REGISTRY.get_sample_value("frontdoor_alarm_calls_total", {"way": "webhook", "result": "failed"}) or 0
    await night.writes()
    await night.passes(seconds=60)
    for wait in (5, 10, 20, 40):
        await night.passes(seconds=wait)
    (call,) = [call for call in await night.calls() if call.way == "webhook"]
    assert (call.state, call.attempts, call.error_code) == ("failed", MAX_ATTEMPTS, "500")
    assert await night.state() == ("failing", ("way_failing",))
    assert REGISTRY.get_sample_value("frontdoor_alarm_calls_total", {"way": "webhook", "result": "failed"}) == before + 1
    await night.passes(seconds=120)
    assert night.counts()["webhook"] == 1
    assert await night.state() == ("working", ())


async def test_a_number_that_twilio_refuses_is_not_tried_again_in_the_same_round(night: Night) -> None:
    night.twilio.statuses = [400, 400]
    await night.writes()
    await night.passes(seconds=60)
    await night.passes(seconds=60)
    assert {call.way: call.attempts for call in await night.calls() if call.state == "failed"} == {"sms1": 1, "call1": 1}


async def test_opening_the_link_changes_nothing_and_pressing_the_button_silences_the_alarm(
    night: Night, phone: TestClient[Any, Any]
) -> None:
    await night.writes()
    await night.passes(seconds=60)
    opened = await phone.get(night.link())
    assert opened.status == 200
    assert '<form method="post">' in await opened.text()
    await night.passes(seconds=120)
    assert night.counts() == dict.fromkeys(ONE_EACH, 2)

    assert (await phone.post(night.link())).status == 200
    await night.passes(seconds=120)
    await night.passes(minutes=10)
    assert night.counts() == dict.fromkeys(ONE_EACH, 2)
    (alarm,) = await night.alarms()
    assert (alarm.state, alarm.heard_by) == ("acknowledged", "link:email1")
    async with night.program.database.transaction() as session:
        (entry,) = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "alarm_acknowledged"))).all()
    assert (entry.staff_id, entry.subject) == ("program", f"{alarm.id} link:email1")


async def test_an_acknowledged_case_that_stays_untaken_sounds_again_and_the_old_link_is_worthless(
    night: Night, phone: TestClient[Any, Any]
) -> None:
    await night.writes()
    await night.passes(seconds=60)
    link = night.link()
    assert (await phone.post(link)).status == 200
    assert (await phone.post(link)).status == 410
    await night.passes(minutes=15)
    assert night.counts() == dict.fromkeys(ONE_EACH, 2)
    assert (await phone.post(link)).status == 410
    assert (await phone.post(night.link())).status == 200


async def test_a_link_that_was_not_signed_by_us_silences_nothing(night: Night, phone: TestClient[Any, Any]) -> None:
    await night.writes()
    await night.passes(seconds=60)
    path, _, signature = night.link().rpartition("/")
    for forged in (signature[::-1], "0" * len(signature)):
        assert (await phone.post(f"{path}/{forged}")).status == 410
    assert (await phone.post(f"{path.replace('email1', 'sms1')}/{signature}")).status == 410
    assert [alarm.state for alarm in await night.alarms()] == ["sounding"]


async def test_acknowledging_stops_the_retries_too(night: Night, phone: TestClient[Any, Any]) -> None:
    night.hook.statuses = [500] * MAX_ATTEMPTS
    await night.writes()
    await night.passes(seconds=60)
    await phone.post(night.link())
    await night.passes(minutes=1)
    assert night.counts()["webhook"] == 0
    assert len(night.hook.statuses) == MAX_ATTEMPTS - 1


async def test_the_console_can_acknowledge_a_case(night: Night) -> None:
    case = await night.writes()
    await night.passes(seconds=60)
    async with night.program.database.transaction() as session:
        assert len(await night.program.alarms.sounding(session)) == 1
        assert await night.program.alarms.acknowledge_case(session, case, by="ola", now=night.clock())
        assert not await night.program.alarms.acknowledge_case(session, case, by="ewa", now=night.clock())
    await night.passes(seconds=120)
    assert night.counts() == ONE_EACH


async def test_the_webhook_is_signed_with_its_timestamp(night: Night) -> None:
    await night.writes()
    await night.passes(seconds=60)
    ((headers, body),) = night.hook.posts
    timestamp = headers["X-Frontdoor-Timestamp"]
    assert int(timestamp) == int(night.clock().timestamp())
    expected = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    assert headers["X-Frontdoor-Signature"] == f"sha256={expected}"
    assert json.loads(body) | {"id": "", "acknowledge": ""} == {
        "type": "alarm", "id": "", "kind": "case", "triage": "emergency", "waits_seconds": 60, "language": "pl",
        "console": f"{URL}/console/", "acknowledge": "",
    }  # fmt: skip
