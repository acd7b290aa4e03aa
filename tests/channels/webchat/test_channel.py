"""The web chat's HTTP interface, as any client sees it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import schemathesis
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from bot.program import Program
from bot.storage.tables import Conversation, Handoff, Message
from tests.support import HOTLINE, PlainAssistant

Client = TestClient[Any, Any]


@pytest.fixture
def open_chat(client: Client) -> Callable[[], Awaitable[dict[str, str]]]:
    async def open_one() -> dict[str, str]:
        response = await client.post("/chat/conversations", json={"language": "uk"})
        return {"Authorization": f"Bearer {(await response.json())['token']}"}

    return open_one


async def say(client: Client, headers: dict[str, str], text: str, message_id: str = "m1") -> dict[str, Any]:
    response = await client.post("/chat/messages", json={"message_id": message_id, "text": text}, headers=headers)
    assert response.status == 200, await response.text()
    return await response.json()


async def test_a_new_conversation_greets_with_the_number_in_the_language_asked_for(client: Client) -> None:
    response = await client.post("/chat/conversations", json={"language": "en"})
    body = await response.json()
    assert response.status == 201
    (greeting,) = body["replies"]
    assert greeting["from"] == "bot"
    assert greeting["language"] == "en"
    assert HOTLINE in greeting["text"]
    assert "112" in greeting["text"]
    assert {"title", "value"} == set(greeting["buttons"][0])


async def test_a_conversation_can_be_opened_without_a_body(client: Client) -> None:
    assert (await client.post("/chat/conversations")).status == 201


async def test_the_same_message_id_again_gives_the_same_answer(client: Client, open_chat: Any, assistant: PlainAssistant) -> None:
    headers = await open_chat()
    assert await say(client, headers, "jak pomożecie") == await say(client, headers, "jak pomożecie")
    assert len(assistant.heard) == 1


async def test_replies_can_be_fetched_after_the_last_one_that_is_known(client: Client, open_chat: Any) -> None:
    headers = await open_chat()
    (reply,) = (await say(client, headers, "jak pomożecie"))["replies"]
    everything = (await (await client.get("/chat/messages", headers=headers)).json())["replies"]
    after = (await (await client.get("/chat/messages", params={"after": reply["id"]}, headers=headers)).json())["replies"]
    assert everything[-1] == reply
    assert after == []


async def test_a_consultants_words_come_through_the_stream_at_once(client: Client, open_chat: Any, program: Program) -> None:
    headers = await open_chat()
    await say(client, headers, "szef ma mój paszport")
    async with client.get("/chat/events", params={"after": "4"}, headers=headers) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        async with program.database.transaction() as session:
            case = (await session.execute(select(Handoff))).scalar_one()
            await program.queue.take(session, case.id, "c1", program.clock())
        await program.frontdoor.consultants.say(case.conversation_id, staff_id="c1", text="Dzień dobry")
        event: dict[str, str] = {}
        while event.get("event") != "reply":  # who is there, too, is told
            told = (await asyncio.wait_for(stream.content.readuntil(b"\r\n\r\n"), 60)).decode().splitlines()
            event = dict(line.split(": ", 1) for line in told if ": " in line)
    assert event["event"] == "reply"
    assert json.loads(event["data"])["text"] == "Dzień dobry"
    assert json.loads(event["data"])["from"] == "consultant"


async def test_deleting_erases_the_conversation_at_once_and_wholly(client: Client, open_chat: Any, program: Program) -> None:
    headers = await open_chat()
    await say(client, headers, "szef ma mój paszport")
    assert (await client.delete("/chat/conversations", headers=headers)).status == 204
    async with program.database.transaction() as session:
        for table in (Conversation, Message, Handoff):
            assert (await session.execute(select(table))).first() is None
    for call in (
        client.get("/chat/messages", headers=headers),
        client.get("/chat/events", headers=headers),
        client.delete("/chat/conversations", headers=headers),
        client.post("/chat/messages", json={"message_id": "2", "text": "x"}, headers=headers),
    ):
        assert (await call).status == 401


BAD_MESSAGES = [
    pytest.param(b"no json", 400, "not_json", id="no JSON"),
    pytest.param(b"\xff\xfe", 400, "not_json", id="not UTF-8"),
    pytest.param(b"[" * 50_000, 400, "not_json", id="JSON that is too deep"),
    pytest.param(b"[]", 422, "invalid", id="a list"),
    pytest.param(b"{}", 422, "invalid", id="no fields"),
    pytest.param(b'{"message_id": 1, "text": "x"}', 422, "invalid", id="an id that is a number"),
    pytest.param(b'{"message_id": "1", "text": null}', 422, "invalid", id="no text"),
    pytest.param(b'{"message_id": "1", "text": ""}', 422, "invalid", id="an empty text"),
    pytest.param(b'{"message_id": "", "text": "x"}', 422, "invalid", id="an empty id"),
    pytest.param(b'{"message_id": "1", "text": "' + b"x" * 30_000 + b'"}', 413, "too_long", id="30,000 characters"),
    pytest.param(b'{"message_id": "1", "text": "' + b"x" * 300_000 + b'"}', 413, "too_large", id="300 kB"),
]


@pytest.mark.parametrize(("body", "status", "code"), BAD_MESSAGES)
async def test_bad_input_gets_an_error_with_a_code_and_a_sentence_and_loses_nothing(
    client: Client, open_chat: Any, body: bytes, status: int, code: str, assistant: PlainAssistant
) -> None:
    headers = await open_chat()
    response = await client.post("/chat/messages", data=body, headers=headers | {"Content-Type": "application/json"})
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (status, code)
    assert error["message"].endswith(".")
    assert assistant.heard == []
    assert (await say(client, headers, "jak pomożecie"))["replies"]


@pytest.mark.parametrize(
    "wrong",
    [{"brief": 0}, {"brief": "no"}, {"brief": None}, {"language": 5}, {"token": "short"}],
    ids=json.dumps,
)
async def test_a_wish_for_a_conversation_is_taken_only_as_it_is_described(client: Client, wrong: dict[str, object]) -> None:
    response = await client.post("/chat/conversations", json=wrong)
    assert (response.status, (await response.json())["error"]["code"]) == (422, "invalid")


@pytest.mark.parametrize("asked", ["messages?own=AAA", "messages?own=", "messages?after=last", "events?after=last"])
async def test_a_parameter_that_is_not_as_it_is_described_is_refused(client: Client, open_chat: Any, asked: str) -> None:
    response = await client.get(f"/chat/{asked}", headers=await open_chat())
    assert response.status == 400  # before anything is read: a stream has no end
    assert (await response.json())["error"]["code"] == "bad_request"


async def test_what_the_person_wrote_is_returned_where_that_is_asked_for_alone(client: Client, open_chat: Any) -> None:
    headers = await open_chat()
    await say(client, headers, "jak pomożecie")

    async def authors(parameters: dict[str, str]) -> set[str]:
        response = await client.get("/chat/messages", params=parameters, headers=headers)
        return {reply["from"] for reply in (await response.json())["replies"]}

    assert await authors({"own": "true"}) == {"person", "bot"}
    assert await authors({"own": "false"}) == await authors({}) == {"bot"}


async def test_nasty_texts_are_answered(client: Client, open_chat: Any) -> None:
    headers = await open_chat()
    nasty = ["\\ud800", "a\\u0000b", "\\u202eabc", "😀" * 3000, "/restart", '/intent{\\"x\\":1}', "   "]
    for number, text in enumerate(nasty):
        body = f'{{"message_id": "{number}", "text": "{text}"}}'.encode()
        response = await client.post("/chat/messages", data=body, headers=headers)
        assert response.status == 200, text
        assert (await response.json())["replies"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic eA=="}])
async def test_an_unknown_token_is_refused(client: Client, headers: dict[str, str]) -> None:
    response = await client.post("/chat/messages", json={"message_id": "1", "text": "x"}, headers=headers)
    assert response.status == 401
    assert (await response.json())["error"]["code"] == "unknown_token"


async def test_addresses_that_do_not_exist_answer_in_json(client: Client) -> None:
    response = await client.get("/chat/nothing")
    assert (response.status, (await response.json())["error"]["code"]) == (404, "not_found")
    response = await client.put("/chat/messages")
    assert (response.status, (await response.json())["error"]["code"]) == (405, "method_not_allowed")


async def test_the_openapi_document_describes_what_the_server_does(client: Client) -> None:
    document = await (await client.get("/chat/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(document)
    operations = {(operation.ok().method.upper(), operation.ok().path) for operation in schema.get_all_operations()}
    routes = {
        (route.method, route.resource.canonical)
        for app in client.server.app._subapps  # type: ignore[attr-defined]
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/chat") and route.method != "HEAD"
    }
    assert operations == routes


async def test_the_page_loads_nothing_from_elsewhere_and_shows_the_numbers_without_script(client: Client) -> None:
    response = await client.get("/")
    page = await response.text()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert 'src="http' not in page
    assert 'href="tel:+48226280120"' in page
    assert 'href="tel:112"' in page
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in response.headers


async def test_health_says_what_is_ready(client: Client, program: Program) -> None:
    assert (await client.get("/health/live")).status == 200
    ready = await (await client.get("/health/ready")).json()
    assert ready == {
        "ready": True,
        "parts": {"database": True, "model": True},
        "alarms": {"state": "off", "problems": ["no_ways"]},
        "disk": {"used": 0.5, "filling": False},
    }
    await program.database.close()


async def test_a_locked_database_is_told_and_the_message_can_be_sent_again(
    client: Client, open_chat: Any, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = await open_chat()
    monkeypatch.setattr("bot.storage.sqlite.BUSY_SECONDS", 0.05)
    import sqlite3

    blocker = sqlite3.connect(program.settings.data_dir / "frontdoor.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    response = await client.post("/chat/messages", json={"message_id": "1", "text": "jak"}, headers=headers)
    assert (response.status, (await response.json())["error"]["code"]) == (503, "unavailable")
    assert response.headers["Retry-After"]
    blocker.execute("ROLLBACK")
    blocker.close()
    assert (await say(client, headers, "jak", "1"))["replies"]


async def test_what_the_program_said_can_be_fetched_in_another_language_and_what_people_said_stays(
    client: Client, open_chat: Any, program: Program
) -> None:
    headers = await open_chat()
    await say(client, headers, "jak pomożecie")
    before = (await (await client.get("/chat/messages?after=0", headers=headers)).json())["replies"]
    again = (await (await client.get("/chat/messages?after=0&language=ar", headers=headers)).json())["replies"]
    wanted = program.wording.reply("greeting", "ar", buttons=tuple(one["value"][1:] for one in before[0]["buttons"])).as_json()
    assert {**again[0], "id": ""} == {**wanted, "id": ""}
    assert again[1:] == before[1:]  # not one of the texts: it stays
    assert [reply["id"] for reply in again] == [reply["id"] for reply in before]
    assert (await client.get("/chat/messages?after=0&language=xx", headers=headers)).status == 400


async def test_an_id_that_cannot_be_stored_and_a_body_that_does_not_unpack_are_the_clients_mistakes(
    client: Client, open_chat: Any
) -> None:
    headers = await open_chat()
    response = await client.post("/chat/messages", json={"message_id": "a\0b", "text": "hej"}, headers=headers)
    assert (response.status, (await response.json())["error"]["code"]) == (400, "bad_request")
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    response = await client.post("/chat/messages", data=b'{"message_id": "1", "text": "hej"}', headers=headers | packed)
    assert (response.status, (await response.json())["error"]["code"]) == (400, "unreadable_body")
    assert await say(client, headers, "hej")
