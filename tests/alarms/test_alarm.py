"""Nobody waits unseen: staff are called until somebody answers."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient
from prometheus_client import REGISTRY
from sqlalchemy import select

from bot.alarms import texts
from bot.alarms.watch import MAX_ATTEMPTS
from bot.delivery.segments import segments
from bot.handoff.hours import DutyHours
from bot.storage.tables import AuditEntry, Conversation
from tests.alarms.conftest import PERSON, PHONE, SECRET, URL, WORDS, Night
from tests.support import settings_in

ONE_EACH = {"email": 1, "sms": 1, "call": 1, "telegram": 1, "webhook": 1}
NONE = dict.fromkeys(ONE_EACH, 0)
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


async def test_a_restart_in_the_middle_goes_on_where_it_stopped(night: Night) -> None:
    await night.writes()
    night.clock.move(seconds=60)
    async with night.program.database.transaction() as session:  # claimed, and then the process dies
        await night.program.alarms.look(session, night.clock())
        assert len(await night.watch._claim(session, night.clock())) == 5
    watch = await night.restart()
    await watch.look_once()
    assert night.counts() == NONE
    night.clock.move(seconds=60)
    await watch.look_once()
    assert night.counts() == ONE_EACH
    assert len(await night.alarms()) == 1


async def test_two_processes_raise_one_alarm(night: Night) -> None:
    other = await night.restart()
    await night.writes()
    await night.passes(seconds=60)
    await other.look_once()
    assert night.counts() == ONE_EACH


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


def said(twiml: str) -> list[tuple[str | None, str | None]]:
    """Return what TwiML says, and in which language."""
    response = ElementTree.fromstring(twiml.encode())
    assert response.tag == "Response"
    return [(say.get("language"), say.text) for say in response]


async def test_the_telephone_says_what_happened_and_takes_the_key_one_as_the_answer(
    night: Night, phone: TestClient[Any, Any]
) -> None:
    await night.writes()
    await night.passes(seconds=60)
    (call,) = night.twilio.calls
    assert "Wciśnij jeden" in call["Twiml"]
    action = re.search(rf'action="{re.escape(URL)}([^"]+)"', call["Twiml"])
    assert action is not None
    other_key = await phone.post(action.group(1), data={"Digits": "5"})
    assert said(await other_key.text()) == [("pl-PL", texts.NOT_HEARD["pl"])]
    assert [alarm.state for alarm in await night.alarms()] == ["sounding"]
    answered = await phone.post(action.group(1), data={"Digits": "1"})
    assert answered.content_type == "text/xml"
    assert said(await answered.text()) == [("pl-PL", texts.HEARD["pl"])]
    assert [alarm.heard_by for alarm in await night.alarms()] == ["link:call1"]


@pytest.mark.parametrize("words", ["Zażółć, „gęślą” jaźń", "a < b > c & d &amp; <Hangup/> ]]>", "\"x\" 'y'"])
async def test_what_the_telephone_says_is_words_whatever_signs_are_in_it(
    night: Night, phone: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setitem(texts.NOT_HEARD, "pl", words)
    await night.writes()
    await night.passes(seconds=60)
    [action] = re.findall(rf'action="{re.escape(URL)}([^"]+)"', night.twilio.calls[0]["Twiml"])[:1]
    answered = await phone.post(action, data={"Digits": "5"})
    assert said(await answered.text()) == [("pl-PL", words)]


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


async def test_several_cases_ring_one_telephone_one_after_the_other(night: Night) -> None:
    for who in ("a", "b", "c"):
        await night.writes(who=who)
    await night.passes(seconds=60)
    assert night.counts() == {"email": 3, "sms": 1, "call": 1, "telegram": 3, "webhook": 3}
    await night.passes(seconds=45)
    assert night.counts()["call"] == 2
    await night.passes(seconds=45)
    assert night.counts()["call"] == 3


async def test_a_test_of_the_alarms_delays_no_case_and_the_telephone_rings_again_in_case_it_was_engaged(night: Night) -> None:
    await night.writes()
    await night.passes(seconds=50)
    await night.watch.test_now()
    tested = night.counts()
    await night.passes(seconds=12)
    assert night.counts() == {way: count + 1 for way, count in tested.items()}
    await night.passes(seconds=45)
    assert night.counts()["call"] == tested["call"] + 2
    assert night.counts()["sms"] == tested["sms"] + 1
    await night.passes(seconds=45)
    assert night.counts()["call"] == tested["call"] + 2


async def test_whoever_answered_is_not_rung_again_because_of_a_test(night: Night) -> None:
    case = await night.writes()
    await night.passes(seconds=50)
    await night.watch.test_now()
    await night.passes(seconds=12)
    async with night.program.database.transaction() as session:
        await night.program.alarms.acknowledge_case(session, case, by="ola", now=night.clock())
    rung = night.counts()["call"]
    await night.passes(seconds=60)
    assert night.counts()["call"] == rung


async def test_a_test_through_the_console_waits_while_a_case_rings(night: Night) -> None:
    await night.writes()
    await night.passes(seconds=60)
    async with night.program.database.transaction() as session:
        await night.program.alarms.raise_test(session, night.clock())
    await night.passes(seconds=1)
    assert night.counts() == {"email": 2, "sms": 1, "call": 1, "telegram": 2, "webhook": 2}


async def test_an_erased_conversation_ends_its_alarm(night: Night) -> None:
    case = await night.writes()
    await night.passes(seconds=60)
    conversation = (await night.case(case)).conversation_id
    async with night.program.database.transaction() as session:
        await session.delete(await session.get(Conversation, conversation))
    await night.passes(minutes=5)
    assert await night.alarms() == []
    assert night.counts() == ONE_EACH


async def test_a_clock_that_is_set_back_delays_no_alarm(night: Night) -> None:
    await night.writes()
    await night.passes(hours=-5)
    assert night.counts() == ONE_EACH
    assert json.loads(night.hook.posts[0][1])["waits_seconds"] == 0
    await night.writes(who="b")
    night.hook.statuses = [500]
    await night.passes(seconds=60)
    failed, before = night.counts(), len(await night.alarms())
    await night.passes(hours=-5)
    assert night.counts()["email"] == failed["email"] + 2  # both sound again at once
    assert night.counts()["webhook"] > failed["webhook"]
    assert night.counts()["call"] == failed["call"] + 1
    assert len(await night.alarms()) == before == 2


async def test_a_watch_that_cannot_store_what_it_saw_does_not_count_as_watching(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.storage import database

    async def full(_session: Any) -> None:
        raise OSError("no space left on device")

    await night.passes()
    with monkeypatch.context() as broken:
        broken.setattr(database, "store_counts", full)
        await night.passes(minutes=3)
    assert await night.state() == ("failing", ("watch_stopped",))


async def test_a_watch_that_never_could_look_is_missed(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_session: Any, _now: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(night.program.alarms, "look", broken)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(night.watch.run())
        await asyncio.sleep(0)  # it begins, and fails
        night.clock.move(minutes=3)
        assert await night.state() == ("failing", ("watch_stopped",))
        running.cancel()
