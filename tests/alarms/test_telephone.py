"""What an alarm says on the telephone, and when it rings."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient

from bot.alarms import texts
from tests.alarms.conftest import URL, Night


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
