"""Coming back to a conversation of the web chat with a code, on another page or device."""

import re
import secrets
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from bot.channels.webchat.returning import FREE, LONGEST_WAIT, Guesses
from bot.console.cases import shown_reachable
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.storage.return_codes import digits_of
from bot.storage.tables import Conversation
from bot.storage.tables_return import FurtherPage, ReturnCode
from tests.support import Clock

Client = TestClient[Any, Any]
Headers = dict[str, str]


def drawn() -> str:
    return secrets.token_urlsafe(32)


def by(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


async def opened(client: Client, *says: str) -> str:
    token = drawn()
    await client.post("/chat/conversations", json={"token": token, "language": "uk"})
    for number, text in enumerate(says):
        response = await client.post("/chat/messages", json={"message_id": str(number), "text": text}, headers=by(token))
        assert response.status == 200
    return token


async def code_of(client: Client, token: str) -> str:
    response = await client.post("/chat/code", headers=by(token))
    assert response.status == 201, await response.text()
    return str((await response.json())["code"])


async def comes_back(client: Client, code: str, *, via: str | None = None, token: str | None = None) -> tuple[int, str]:
    token = token or drawn()
    headers = {"X-Forwarded-For": via} if via else {}
    response = await client.post("/chat/return", json={"code": code, "token": token}, headers=headers)
    return response.status, token


def with_other_end(code: str, number: int = 1) -> str:
    digits = code.replace(" ", "")
    return digits[:-4] + f"{(int(digits[-4:]) + number) % 10_000:04}"


async def test_a_code_opens_the_conversation_on_another_page_with_everything_that_was_said(client: Client) -> None:
    first = await opened(client, "у мене забрали паспорт", "@human")
    code = await code_of(client, first)
    assert re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", code)
    status, second = await comes_back(client, code)
    assert status == 200
    everything = await (await client.get("/chat/messages?after=0&own=true", headers=by(second))).json()
    said = [(one["from"], one["text"]) for one in everything["replies"]]
    assert ("person", "у мене забрали паспорт") in said
    assert ("person", "Поговорити з людиною") in said  # the button's title, as the page showed it
    assert everything["replies"][0]["from"] == "bot"
    for token in (first, second):  # both pages belong to the same conversation, and what is written goes to the same
        response = await client.post("/chat/messages", json={"message_id": token, "text": "ще тут"}, headers=by(token))
        assert response.status == 200
    theirs = await (await client.get("/chat/messages?after=0&own=true", headers=by(first))).json()
    assert [one["text"] for one in theirs["replies"]].count("ще тут") == 2


async def test_own_words_come_only_where_they_are_asked_for(client: Client) -> None:
    token = await opened(client, "dzień dobry")
    replies = (await (await client.get("/chat/messages?after=0", headers=by(token))).json())["replies"]
    assert {one["from"] for one in replies} == {"bot"}


@pytest.mark.parametrize("written", ["{0}{1}{2}{3}", "{0}-{1}-{2}-{3}", "+{0} ({1}) {2}/{3}", "  {0}\n{1} {2} {3}."])
async def test_a_code_is_known_however_it_was_written_down(client: Client, written: str) -> None:
    code = await code_of(client, await opened(client, "dzień dobry"))
    assert (await comes_back(client, written.format(*code.split())))[0] == 200
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert (await comes_back(client, arabic))[0] == 200


async def test_there_is_no_code_before_anything_was_said(client: Client) -> None:
    token = await opened(client)
    response = await client.post("/chat/code", headers=by(token))
    assert (response.status, (await response.json())["error"]["code"]) == (409, "nothing_said")
    assert (await client.post("/chat/code", headers=by(drawn()))).status == 401


async def test_only_a_slow_hash_is_kept_and_a_new_code_replaces_the_old_one(client: Client, program: Program) -> None:
    token = await opened(client, "dzień dobry")
    old, new = await code_of(client, token), await code_of(client, token)
    assert (await comes_back(client, old))[0] == 404
    assert (await comes_back(client, new))[0] == 200
    async with program.database.transaction() as session:
        (row,) = (await session.scalars(select(ReturnCode))).all()
        (page,) = (await session.scalars(select(FurtherPage))).all()
    digits = new.replace(" ", "")
    assert row.secret_hash.startswith("$argon2id$")
    assert (row.selector, page.pseudonym != token) == (digits[:6], True)
    assert digits[6:] not in f"{row.secret_hash}{row.selector}"


async def test_erasing_kills_the_code_and_every_page_that_it_opened(client: Client, program: Program) -> None:
    first = await opened(client, "zabrał mi paszport")
    code = await code_of(client, first)
    _, second = await comes_back(client, code)
    assert (await client.delete("/chat/conversations", headers=by(second))).status == 204
    assert (await comes_back(client, code))[0] == 404
    for token in (first, second):
        assert (await client.get("/chat/messages", headers=by(token))).status == 401
    async with program.database.transaction() as session:
        for table in (ReturnCode, FurtherPage):
            assert (await session.scalars(select(table))).first() is None


async def test_a_code_opens_for_as_long_as_the_conversation_is_kept_and_no_longer(
    client: Client, program: Program, clock: Clock
) -> None:
    code = await code_of(client, await opened(client, "dzień dobry"))
    clock.now += timedelta(days=program.settings.retention_days - 1)
    await tidy(program)
    assert (await comes_back(client, code))[0] == 200
    for _ in range(2):  # a clock that jumps by more than a day deletes nothing
        clock.now += timedelta(days=1)
        await tidy(program)
    assert (await comes_back(client, code))[0] == 404


async def test_wrong_codes_are_slowed_for_the_guesser_and_nobody_else(client: Client) -> None:
    code, other = [await code_of(client, await opened(client, "dzień dobry")) for _ in range(2)]
    guesser, next_door, elsewhere = "203.0.113.7", "203.0.113.200", "198.51.100.4"
    for number in range(1, FREE + 1):
        assert (await comes_back(client, with_other_end(code, number), via=guesser))[0] == 404
    response = await client.post(
        "/chat/return", json={"code": with_other_end(code, 9), "token": drawn()}, headers={"X-Forwarded-For": guesser}
    )
    assert (response.status, int(response.headers["Retry-After"]) > 0) == (429, True)
    assert (await comes_back(client, code, via=next_door))[0] == 429  # the same network: so many addresses are no more guesses
    assert (await comes_back(client, other, via=guesser))[0] == 200  # somebody else behind the same address
    assert (await comes_back(client, code, via=elsewhere))[0] == 200  # and the one whose code is guessed at
    assert (await comes_back(client, code, via=f"{guesser}, {elsewhere}"))[0] == 200  # what a client claims counts for nothing


def test_a_guesser_waits_ever_longer_and_is_forgotten_after_a_day() -> None:
    now = [0.0]
    guesses = Guesses(lambda: now[0])
    waits = []
    for _ in range(20):
        guesses.note("a")
        waits.append(guesses.wait("a"))
        now[0] += guesses.wait("a")
    assert waits[: FREE - 1] == [0.0] * (FREE - 1)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert guesses.wait("b") == 0.0
    now[0] += 100_000
    guesses.note("a")
    assert guesses.wait("a") == 0.0


async def test_a_consultant_sees_who_has_left_and_who_can_come_back(client: Client, program: Program) -> None:
    token = await opened(client, "zabrał mi paszport")
    async with program.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        conversation.reachable = "left"
    async with program.database.transaction() as session:
        assert await shown_reachable(session, conversation) == "left"
    code = await code_of(client, token)
    async with program.database.transaction() as session:
        assert await shown_reachable(session, conversation) == "left_with_code"
    await comes_back(client, code)
    async with program.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        assert await shown_reachable(session, conversation) == "yes"


def test_digits_are_counted_in_any_script() -> None:
    assert digits_of("१२३४ ५६७८ ९०१२ ३४५६") == "1234567890123456"
    assert digits_of("123 456") is None
    assert digits_of("1234 5678 9012 3456 7") is None


async def test_a_token_of_the_clients_own_opens_one_conversation_however_often_it_asks(client: Client, program: Program) -> None:
    token = drawn()
    answers = [await client.post("/chat/conversations", json={"token": token, "language": "pl", "brief": True}) for _ in range(3)]
    bodies = [await answer.json() for answer in answers]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert bodies[0] == bodies[1] == bodies[2]
    async with program.database.transaction() as session:
        assert len((await session.scalars(select(Conversation))).all()) == 1
    weak = await client.post("/chat/conversations", json={"token": "1234"})
    assert weak.status == 422
