"""A call is taken only when Twilio has signed it, once, and refused without a trace otherwise."""

from __future__ import annotations

from urllib.parse import urlencode

from bot.channels.twilio.channel import MAX_BODY
from bot.storage.tables import Conversation
from tests.channels.conftest import Build, Town, payload
from tests.standins.twilio_api import ACCOUNT, AUTH_TOKEN, PUBLIC_URL

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def signed(town: Town, form: dict[str, str], path: str = "/sms/webhook", url: str = PUBLIC_URL) -> str:
    return town.twilio.validator.compute_signature(f"{url}{path}", form)


async def test_a_call_without_a_signature_is_refused_without_a_trace(town: Town) -> None:
    for path in ("/sms/webhook", "/sms/status?delivery=1&part=0"):
        response = await town.twilio.deliver(town.client, path, payload("twilio/sms"), sign=False)
        assert response.status == 403
    assert await town.nothing_is_stored()


FORGERIES: dict[str, tuple[dict[str, str], str]] = {
    "another text": ({"Body": "inna treść"}, "/sms/webhook"),
    "another sender": ({"From": "+48600700800"}, "/sms/webhook"),
    "one field more": ({"Extra": "1"}, "/sms/webhook"),
    "another path": ({}, "/sms/status"),
    "a query": ({}, "/sms/webhook?x=1"),
}


async def test_a_signature_of_something_else_is_refused_without_a_trace(town: Town) -> None:
    genuine = payload("twilio/sms")
    for name, (changes, path) in FORGERIES.items():
        response = await town.client.post(path, data=genuine | changes, headers={"X-Twilio-Signature": signed(town, genuine)})
        assert response.status == 403, name
    assert await town.nothing_is_stored()


async def test_a_signature_that_is_none_is_refused(town: Town) -> None:
    for signature in ("", "x", "AAAA", "śąź"):
        headers = {"X-Twilio-Signature": signature}
        assert (await town.client.post("/sms/webhook", data=payload("twilio/sms"), headers=headers)).status == 403
    assert await town.nothing_is_stored()


async def test_a_call_signed_by_another_account_is_refused(town: Town) -> None:
    response = await town.sms(payload("twilio/sms", AccountSid="AC" + "b" * 32))
    assert response.status == 403
    assert await town.nothing_is_stored()


async def test_the_address_that_is_signed_is_the_public_one_whatever_the_proxy_says(town: Town) -> None:
    form = payload("twilio/sms")
    spoofed = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example.org", "X-Twilio-Signature": signed(town, form)}
    assert (await town.client.post("/sms/webhook", data=form, headers=spoofed)).status == 200
    local = str(town.client.make_url("")).rstrip("/")
    other = payload("twilio/sms_ukrainian")
    refused = await town.client.post("/sms/webhook", data=other, headers={"X-Twilio-Signature": signed(town, other, url=local)})
    assert refused.status == 403


async def test_a_signature_for_the_address_with_its_port_is_genuine_too(town: Town) -> None:
    form = payload("twilio/sms")
    signature = signed(town, form, url="https://help.example.org:443")
    assert (await town.client.post("/sms/webhook", data=form, headers={"X-Twilio-Signature": signature})).status == 200


async def test_while_the_auth_token_changes_both_are_taken(build_town: Build) -> None:
    town: Town = await build_town(twilio_auth_token="new-token", twilio_auth_token_next=AUTH_TOKEN)
    assert (await town.sms(payload("twilio/sms"))).status == 200


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "empty": (b"", FORM, 403),
    "truncated": (urlencode(payload("twilio/sms")).encode()[:300], FORM, 403),
    "not utf-8": (b"\xff\xfe", FORM, 400),
    "too many fields": ("&".join(f"f{number}=1" for number in range(500)).encode(), FORM, 400),
    "json": (b"{}", {"Content-Type": "application/json"}, 415),
    "multipart": (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
    "oversized": (b"Body=" + b"a" * MAX_BODY, FORM, 413),
}


async def test_a_malformed_call_is_refused_without_a_trace(town: Town) -> None:
    headers = {"X-Twilio-Signature": signed(town, payload("twilio/sms"))}
    for path in ("/sms/webhook", "/sms/status?delivery=1"):
        for name, (data, kind, status) in BODIES.items():
            response = await town.client.post(path, data=data, headers=kind | headers)
            assert response.status == status, (name, path)
            assert "error" in await response.json()
    assert await town.nothing_is_stored()


async def test_a_genuine_call_that_is_no_message_is_refused(town: Town) -> None:
    form = {"AccountSid": ACCOUNT, "Body": "tekst"}
    assert (await town.sms(form)).status == 400
    assert await town.nothing_is_stored()


async def test_the_same_message_again_is_answered_once(town: Town) -> None:
    for _ in range(3):
        assert (await town.sms(payload("twilio/sms"))).status == 200
    assert len(town.twilio.bodies()) == 2


async def test_a_replay_after_the_conversation_was_erased_leaves_no_trace(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    await town.text("usuń rozmowę", 2)
    seen = town.twilio.bodies()
    await town.text("jak mi pomożecie", 1)
    await town.text("usuń rozmowę", 2)
    assert await town.rows(Conversation) == []
    assert town.twilio.bodies() == seen
