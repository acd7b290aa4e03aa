"""Webhooks as nobody honest sends them, and as providers send them when things go wrong: the table in docs/channels.md, row by row.

What is refused leaves no row in any table.
"""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.channels.telegram import channel as telegram
from bot.channels.telegram.channel import SECRET_HEADER, _update
from bot.channels.telegram.updates import FromGroup, FromPerson, Membership, read
from bot.channels.twilio import channel as sms
from bot.channels.twilio.messages import NotAMessage
from bot.channels.twilio.messages import read as read_form
from bot.messages import Inbound
from bot.storage.tables import Table
from bot.storage.vault import Vault
from tests.channels.conftest import CHAT, PERSON, SECRET, Town, payload
from tests.standins.twilio_api import ACCOUNT, PUBLIC_URL

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
VAULT = Vault(keys=(b"k" * 32,), pseudonym_key=b"p" * 32)


async def rows(town: Town) -> dict[str, int]:
    """Return how many rows every table has that has any."""
    async with town.program.database.transaction() as session:
        counts = {
            name: await session.scalar(select(func.count()).select_from(table)) for name, table in Table.metadata.tables.items()
        }
    return {name: count for name, count in counts.items() if count}


def signed(town: Town, url: str, form: dict[str, Any] | None = None) -> str:
    return str(town.twilio.validator.compute_signature(url, payload("twilio/sms") if form is None else form))


# Twilio: who signed what


async def test_a_signature_counts_once_and_only_for_our_own_address(town: Town) -> None:
    here = f"{PUBLIC_URL}/sms/webhook"
    genuine = signed(town, here)
    refused: dict[str, tuple[str, list[str]]] = {
        "none": ("/sms/webhook", []),
        "two": ("/sms/webhook", [genuine, genuine]),
        "a wrong one before the right one": ("/sms/webhook", ["x", genuine]),
        "the right one before a wrong one": ("/sms/webhook", [genuine, "x"]),
        "cut off": ("/sms/webhook", [genuine[:-1]]),
        "lengthened": ("/sms/webhook", [genuine + "="]),
        "in small letters": ("/sms/webhook", [genuine.lower()]),
        "of http": ("/sms/webhook", [signed(town, here.replace("https", "http"))]),
        "of another port": ("/sms/webhook", [signed(town, here.replace(".org", ".org:8443"))]),
        "of another host": ("/sms/webhook", [signed(town, here.replace("help.", "evil."))]),
        "of a trailing slash": ("/sms/webhook", [signed(town, here + "/")]),
        "of a query": ("/sms/webhook", [signed(town, here + "?a=1")]),
        "of a query in another order": (
            "/sms/status?delivery=1&part=0",
            [signed(town, f"{PUBLIC_URL}/sms/status?part=0&delivery=1")],
        ),
    }
    for name, (path, signatures) in refused.items():
        headers = [("X-Twilio-Signature", signature) for signature in signatures]
        response = await town.client.post(path, data=payload("twilio/sms"), headers=headers)
        assert response.status == 403, name
    assert await rows(town) == {}
    assert town.twilio.requests == []


async def test_an_address_that_is_not_quite_ours_is_nobodys(town: Town) -> None:
    for path in ("/sms/webhook/", "/sms//webhook", "/SMS/webhook", "/sms/webhook%00"):
        headers = {"X-Twilio-Signature": signed(town, f"{PUBLIC_URL}{path}")}
        assert (await town.client.post(path, data=payload("twilio/sms"), headers=headers)).status == 404
    assert await rows(town) == {}


async def test_only_post_is_taken(town: Town) -> None:
    for path in ("/sms/webhook", "/sms/status", "/telegram/webhook"):
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            headers = {SECRET_HEADER: SECRET, "X-Twilio-Signature": signed(town, f"{PUBLIC_URL}{path}", {})}
            assert (await town.client.request(method, path, headers=headers)).status == 405, (method, path)
    assert await rows(town) == {}


async def test_fields_that_come_twice_are_taken_once_or_refused(town: Town) -> None:
    form = payload("twilio/sms")
    headers = FORM | {"X-Twilio-Signature": signed(town, f"{PUBLIC_URL}/sms/webhook")}
    for added in ("Body=inna", "From=%2B48600700800", "MessageSid=SM" + "9" * 32, "AccountSid=AC" + "b" * 32):
        response = await town.client.post("/sms/webhook", data=f"{added}&{urlencode(form)}", headers=headers)
        assert response.status == 403, added
    assert await rows(town) == {}
    same = f"{urlencode(form)}&{urlencode({'Body': form['Body']})}"  # a signature is made of each value once
    assert (await town.client.post("/sms/webhook", data=same, headers=headers)).status == 200
    await town.settle()
    assert (await rows(town))["conversations"] == 1


async def test_a_body_without_end_is_read_up_to_the_limit(town: Town) -> None:
    async def endless(limit: int) -> AsyncIterator[bytes]:
        for _ in range(limit // 4096 + 2):
            yield b"Body=" + b"a" * 4091

    headers = FORM | {"X-Twilio-Signature": "x"}
    assert (await town.client.post("/sms/webhook", data=endless(sms.MAX_BODY), headers=headers)).status == 413
    large = endless(telegram.MAX_BODY)
    assert (await town.client.post("/telegram/webhook", data=large, headers={SECRET_HEADER: SECRET})).status == 413
    assert await rows(town) == {}


async def test_every_other_content_type_is_refused(town: Town) -> None:
    headers = {"X-Twilio-Signature": signed(town, f"{PUBLIC_URL}/sms/webhook")}
    data = urlencode(payload("twilio/sms"))
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", "application/octet-stream", "*/*"):
        response = await town.client.post("/sms/webhook", data=data, headers=headers | {"Content-Type": kind})
        assert response.status == 415, kind
    assert await rows(town) == {}


async def test_a_message_that_is_genuine_but_senseless_is_refused(town: Town) -> None:
    number = payload("twilio/sms")
    for change in (
        {"MessageSid": "", "SmsSid": ""},
        {"MessageSid": "SM" + "0" * 31},
        {"MessageSid": "SM" + "0" * 32 + "\n"},
        {"MessageSid": "9" * 10_000},
        {"From": ""},
    ):
        assert (await town.sms(number | change)).status == 400, change
    assert await rows(town) == {}


async def test_a_message_that_comes_again_with_other_words_or_another_sender_changes_nothing(town: Town) -> None:
    await town.sms(payload("twilio/sms"))
    before, said = await rows(town), list(town.twilio.said)
    for change in ({"Body": "zupełnie co innego"}, {"From": "+48600700800"}, {"NumMedia": "3"}):
        assert (await town.sms(payload("twilio/sms", **change))).status == 200
    assert await rows(town) == before
    assert town.twilio.said == said


async def test_odd_characters_and_numbers_are_stored_and_answered(town: Town) -> None:
    for number, body in enumerate(("\0paszport\0", "\u202epaszport", "7" * 1600, "\U000e0001", "a\r\nb", "＂２＂")):
        assert (await town.text(body, number)).status == 200
    sent = [text for text in town.twilio.said if text]
    assert len(sent) >= 5
    assert not any("\0" in text for text in sent)
    for number, change in enumerate(({"NumMedia": "9" * 5000}, {"Latitude": "x", "Longitude": "y"}, {"NumMedia": "²"})):
        sid = f"SM{0xA000 + number:032x}"
        assert (await town.sms(payload("twilio/whatsapp", MessageSid=sid, **change))).status == 200, change


async def test_reports_are_taken_in_any_order_and_a_delivery_that_arrived_does_not_fail_any_more(town: Town) -> None:
    await town.text("on mnie zamknął", 1)
    (message,) = town.twilio.messages
    for status, code in (("delivered", None), ("sent", None), ("failed", 30003), ("undelivered", 30005), ("nonsense", None)):
        assert (await town.report(message, status, code)).status == 204
    assert await town.states() == [("delivered", None)]
    assert (await town.conversation()).reachable == "yes"


async def test_a_report_on_what_nobody_knows_leaves_no_trace(town: Town) -> None:
    form = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "f" * 32, "MessageStatus": "failed", "ErrorCode": "30005"}
    for query in ("delivery=1&part=0", "delivery=999999999999999&part=0", "delivery=0&part=999", "alarm=5"):
        assert (await town.twilio.deliver(town.client, f"/sms/status?{query}", form)).status == 204
    for query in ("delivery=" + "9" * 10_000, "delivery=%00", "delivery=１", "delivery=1&part=" + "9" * 400, ""):
        assert (await town.twilio.deliver(town.client, f"/sms/status?{query}", form)).status in {400, 403}
    assert await rows(town) == {}


# Telegram: who knows the secret, and what comes with it


async def test_the_secret_counts_once_and_whole(town: Town) -> None:
    for secrets in ([], [""], [SECRET, SECRET], [SECRET, ""], ["x", SECRET], [SECRET[:-1]], [SECRET + " x"], [SECRET * 2], ["ś"]):
        headers = [(SECRET_HEADER, secret) for secret in secrets]
        response = await town.client.post("/telegram/webhook", json=payload("telegram/text"), headers=headers)
        assert response.status == 403, secrets
    assert await rows(town) == {}


TEXT = payload("telegram/text")
HUGE = b'{"update_id": ' + b"9" * 10_000 + b"}"
WRONG_UPDATES: dict[str, bytes] = {
    "nested too deep": b'{"update_id": 1, "message": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "nested objects": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "a number of 10,000 digits": HUGE,
    "a chat of 4,000 digits": json.dumps(TEXT).replace(str(CHAT), "9" * 4000).encode(),
    "a chat that is a text": json.dumps(TEXT).replace(f'"id": {CHAT}', '"id": "x"').encode(),
    "a text that is a number": json.dumps(
        payload("telegram/text") | {"message": payload("telegram/text")["message"] | {"text": 5}}
    ).encode(),
    "infinity": b'{"update_id": Infinity}',
    "a fraction": b'{"update_id": 1.5}',
    "two values": b'{"update_id": 1}{"update_id": 2}',
    "cut off": json.dumps(TEXT).encode()[:-1],
}


async def test_what_is_no_update_is_refused(town: Town) -> None:
    for name, data in WRONG_UPDATES.items():
        response = await town.client.post("/telegram/webhook", data=data, headers={SECRET_HEADER: SECRET})
        await town.settle()
        assert response.status == 400, name
    assert await rows(town) == {}
    assert town.telegram.calls == []


async def test_updates_of_nobody_who_needs_an_answer_leave_no_trace(town: Town) -> None:
    text = payload("telegram/text")
    bot = text["message"]["from"] | {"is_bot": True}
    group = {"id": -1001234567890, "type": "supergroup", "title": "x"}
    button = payload("telegram/button")
    inline = {key: value for key, value in button["callback_query"].items() if key != "message"} | {"inline_message_id": "1"}
    quiet = {
        "a bot": text | {"message": text["message"] | {"from": bot}},
        "nothing": {"update_id": 1},
        "an unknown kind": {"update_id": 1, "business_message": text["message"]},
        "an edit in a group": {"update_id": 1, "edited_message": text["message"] | {"chat": group}},
        "a post of a channel": payload("telegram/channel_post"),
        "a button of an inline message": {"update_id": 1, "callback_query": inline},
        "a button in a group": {
            "update_id": 1,
            "callback_query": button["callback_query"] | {"message": button["callback_query"]["message"] | {"chat": group}},
        },
        "blocked by somebody who never wrote": payload("telegram/blocked"),
        "let in again by them": payload("telegram/unblocked"),
    }
    for name, update in quiet.items():
        assert (await town.update(update)).status == 200, name
        assert await rows(town) == {}, name
    assert town.telegram.calls == []


async def test_a_group_that_moves_is_left_and_leaves_no_trace(town: Town) -> None:
    moved = payload("telegram/group_message")
    moved["message"] = {key: value for key, value in moved["message"].items() if key != "text"} | {"migrate_to_chat_id": -1009}
    assert (await town.update(moved)).status == 200
    assert await rows(town) == {}
    assert len(town.telegram.called("leaveChat")) == 1


async def test_half_a_character_is_stored_as_a_mark_and_answered(town: Town) -> None:
    album = payload("telegram/album")
    album["message"]["media_group_id"] = "\ud800\0"
    for number, update in enumerate((payload("telegram/text"), album)):
        update["update_id"] = 50_000 + number
        update["message"]["text" if "text" in update["message"] else "caption"] = "" if number else "paszport \ud83d i \0"
        assert (await town.update(update)).status == 200
    assert (await town.conversation()).triage == "high"


async def test_updates_twice_and_backwards_are_each_answered_once(town: Town) -> None:
    for number in (5, 3, 5, 4, 3):
        await town.write(f"wiadomość {number}", number)
    assert len(town.telegram.texts(CHAT)) == 3


async def test_the_same_id_on_two_channels_is_two_messages(town: Town) -> None:
    sid = "SM" + "5" * 32
    await town.sms(payload("twilio/sms", MessageSid=sid))
    await town.sms(payload("twilio/whatsapp", MessageSid=sid))
    assert (await rows(town))["conversations"] == 2
    assert {message["to"] for message in town.twilio.messages} == {PERSON, f"whatsapp:{PERSON}"}


# What the parsers make of anything


FIELDS = [
    "MessageSid",
    "SmsSid",
    "From",
    "Body",
    "NumMedia",
    "MediaContentType0",
    "OptOutType",
    "Latitude",
    "Longitude",
    "Forwarded",
]
VALUES = st.text() | st.sampled_from(
    ["SM" + "0" * 32, PERSON, f"whatsapp:{PERSON}", "whatsapp:", "STOP", "1", "٣", "²", "audio/ogg"]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
@example({"MessageSid": "SM" + "0" * 32, "From": ":"})
@example({"MessageSid": "SM" + "0" * 32, "From": "whatsapp:"})
def test_any_form_is_a_message_or_none(form: dict[str, str]) -> None:
    try:
        message = read_form(form, vault=VAULT, now=NOW)
    except NotAMessage:
        return
    assert isinstance(message, Inbound)
    address = message.address
    assert address is None or address.removeprefix("+").isdigit() or all(address.split()[0].partition(":"))
    assert PERSON not in message.pseudonym


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
NAMES = [
    "text",
    "photo",
    "voice",
    "button",
    "edited",
    "forwarded",
    "contact",
    "location",
    "blocked",
    "added_to_group",
    "human",
    "album",
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_update_is_understood_or_refused(data: st.DataObject) -> None:
    update: Any = copy.deepcopy(payload(f"telegram/{data.draw(st.sampled_from(NAMES))}"))
    place = data.draw(st.sampled_from([place for place in places(update) if place]))
    target = update
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = data.draw(JSON)
    try:
        meaning = read(_update(update), vault=VAULT, now=NOW)
    except ValueError:
        return
    assert meaning is None or isinstance(meaning, FromPerson | FromGroup | Membership)
    if isinstance(meaning, FromPerson):
        assert isinstance(meaning.inbound.text, str)
        assert int(str(meaning.inbound.address))
        meaning.inbound.external_id.encode()
