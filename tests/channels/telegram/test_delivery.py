"""The library's own client against a Bot API that misbehaves: what becomes of a reply by each kind of failure."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.channels.telegram import delivery as telegram_delivery
from bot.channels.telegram.channel import SECRET_HEADER, Telegram
from bot.channels.telegram.delivery import MAX_LENGTH, RESENDS, keyboard
from bot.delivery.due_replies import FIRST_LOOK
from bot.delivery.segments import utf16_length
from bot.language.wording import Wording
from bot.messages import LANGUAGES, Button, Reply
from bot.storage.tables import Delivery
from tests.channels.conftest import CHAT, SECRET, Build, Town, payload
from tests.standins.misbehaviour import Kind
from tests.support import PlainAssistant, PlainSpoken


@pytest.fixture
async def hasty_town(build_town: Build, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(telegram_delivery, "READ_SECONDS", 0.3)
    town: Town = await build_town()
    return town


async def test_too_many_requests_are_obeyed_and_the_reply_follows(town: Town) -> None:
    town.telegram.misbehaviours.plan("sendMessage", "status", status=429, retry_after=30)
    await town.update(payload("telegram/text"))
    assert await town.states() == [("due", "429")]
    town.clock.move(seconds=29)
    await town.settle()
    assert town.telegram.texts(CHAT) == []
    town.clock.move(seconds=2)
    await town.settle()
    assert len(town.telegram.texts(CHAT)) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_failing_server_is_asked_again(town: Town, status: int) -> None:
    town.telegram.misbehaviours.plan("sendMessage", "status", status=status, times=2)
    await town.update(payload("telegram/text"))
    for _ in range(2):
        town.clock.move(minutes=5)
        await town.settle()
    assert len(town.telegram.texts(CHAT)) == 1
    assert await town.states() == [("sent", None)]


REFUSALS = [
    (403, "Forbidden: bot was blocked by the user", "blocked"),
    (403, "Forbidden: user is deactivated", "gone"),
    (403, "Forbidden: bot can't initiate conversation with a user", "gone"),
    (400, "Bad Request: chat not found", "gone"),
]


@pytest.mark.parametrize(("status", "description", "reachable"), REFUSALS)
async def test_a_chat_that_takes_nothing_is_marked_for_the_consultant_and_not_tried_again(
    town: Town, status: int, description: str, reachable: str
) -> None:
    town.telegram.refuse(CHAT, status, description)
    await town.update(payload("telegram/text"))
    assert [state for state, _ in await town.states()] == ["failed"]
    assert (await town.conversation()).reachable == reachable
    calls = len(town.telegram.calls)
    town.clock.move(hours=1)
    await town.settle()
    assert len(town.telegram.calls) == calls


async def test_who_blocked_us_and_writes_again_is_answered_again(town: Town) -> None:
    town.telegram.refuse(CHAT, *REFUSALS[0][:2])
    await town.update(payload("telegram/text"))
    town.telegram.refusals.clear()
    await town.write("jestem znowu", 1)
    assert (await town.conversation()).reachable == "yes"
    assert len(town.telegram.texts(CHAT)) == 1


async def test_a_refused_token_keeps_the_replies_until_it_is_put_right(build_town: Build) -> None:
    town: Town = await build_town(telegram_bot_token="999:wrong")
    await town.update(payload("telegram/text"))
    assert await town.states() == [("due", "token")]


async def test_a_server_that_cannot_be_reached_delays_replies(build_town: Build) -> None:
    town: Town = await build_town(telegram_api_base="http://127.0.0.1:1")
    await town.update(payload("telegram/text"))
    assert await town.states() == [("due", "no_connection")]


LOST_BEFORE: list[Kind] = ["hang", "reset"]
LOST_AFTER: list[Kind] = ["hang_after", "reset_after", "garbage"]


@pytest.mark.parametrize("kind", LOST_BEFORE)
async def test_a_request_that_got_lost_is_sent_again_after_a_while(hasty_town: Town, kind: Kind) -> None:
    hasty_town.telegram.misbehaviours.plan("sendMessage", kind)
    await hasty_town.update(payload("telegram/text"))
    assert [state for state, _ in await hasty_town.states()] == ["unknown"]
    hasty_town.clock.move(seconds=FIRST_LOOK.total_seconds() + 1)
    await hasty_town.settle()
    assert len(hasty_town.telegram.texts(CHAT)) == 1


@pytest.mark.parametrize("kind", LOST_AFTER)
async def test_an_answer_that_got_lost_may_bring_a_text_twice_but_never_none(hasty_town: Town, kind: Kind) -> None:
    hasty_town.telegram.misbehaviours.plan("sendMessage", kind)
    await hasty_town.update(payload("telegram/text"))
    hasty_town.clock.move(hours=1)
    await hasty_town.settle()
    assert 1 <= len(hasty_town.telegram.texts(CHAT)) <= 2
    assert await hasty_town.states() == [("sent", None)]


async def test_answers_that_always_get_lost_do_not_flood_the_chat(hasty_town: Town) -> None:
    hasty_town.telegram.misbehaviours.plan("sendMessage", "reset_after", times=50)
    await hasty_town.update(payload("telegram/text"))
    for _ in range(40):
        hasty_town.clock.move(minutes=20)
        await hasty_town.settle()
    assert len(hasty_town.telegram.texts(CHAT)) == 1 + RESENDS
    assert await hasty_town.states() == [("unknown", "no_answer")]


async def test_a_text_goes_out_however_many_processes_died_before_they_had_sent_it(town: Town) -> None:
    response = await town.client.post("/telegram/webhook", json=payload("telegram/text"), headers={SECRET_HEADER: SECRET})
    assert response.status == 200
    await town.messengers.service(Telegram).tasks.finished()
    waits: list[timedelta] = []
    for _ in range(2 * RESENDS + 2):
        assert len(await town.messengers.dispatcher.due.claim(limit=8)) == 1  # and here each of them dies
        [row] = await town.rows(Delivery)
        waits.append(row.due_at - town.clock())
        town.clock.move(seconds=waits[-1].total_seconds() + 1)
    assert waits == sorted(waits)  # ever more rarely: perhaps they die of it
    assert waits[-1] <= timedelta(minutes=16)
    await town.settle()
    assert len(town.telegram.texts(CHAT)) == 1
    assert await town.states() == [("sent", None)]


async def test_an_answer_longer_than_a_message_goes_in_order_in_several_and_nothing_of_it_is_lost(town: Town) -> None:
    await town.update(payload("telegram/human"))
    await town.take()
    words = "Dzień dobry 😀. " * 266
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(conversation.id, staff_id="ola", text=words)
    await town.settle()
    texts = town.telegram.texts(CHAT)[2:]  # after the answer and "a consultant is here"
    assert len(texts) == 2
    assert all(utf16_length(text) <= MAX_LENGTH for text in texts)
    assert " ".join(texts) == words.strip()


async def test_a_reply_longer_than_a_message_goes_in_several_and_the_buttons_hang_on_the_last(
    town: Town, assistant: PlainAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    paragraphs = [f"{number}. " + "Możesz zadzwonić, kiedy chcesz. " * 30 for number in range(1, 11)]
    buttons = (Button("Porozmawiaj z człowiekiem", "@human"), Button("Nie teraz", "@menu"))
    reply = Reply(text="\n\n".join(one.strip() for one in paragraphs), language="pl", buttons=buttons)

    async def at_length(*_asked: object, **_told: object) -> PlainSpoken:
        return PlainSpoken((reply,), "{}")

    monkeypatch.setattr(assistant, "turn", at_length)
    await town.update(payload("telegram/text"))
    sent = town.telegram.called("sendMessage")
    assert "\n\n".join(call["text"] for call in sent) == reply.text
    assert all(utf16_length(call["text"]) <= MAX_LENGTH for call in sent)
    keyboards = [json.loads(call.get("reply_markup", "null")) for call in sent]
    assert keyboards[:-1] == [None] * (len(sent) - 1)
    assert [key["text"] for row in keyboards[-1]["inline_keyboard"] for key in row] == [button.title for button in buttons]
    assert await town.states() == [("sent", None)]


async def test_a_text_with_marks_of_formatting_arrives_as_it_was_written(town: Town) -> None:
    await town.update(payload("telegram/human"))
    await town.take()
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(conversation.id, staff_id="ola", text="<b>*nie* _klikaj_ [tu](http://x)")
    await town.settle()
    assert town.telegram.texts(CHAT)[-1] == "<b>*nie* _klikaj_ [tu](http://x)"


async def test_no_preview_of_a_link_is_fetched(town: Town) -> None:
    await town.update(payload("telegram/text"))
    assert '"is_disabled": true' in town.telegram.called("sendMessage")[0]["link_preview_options"]


async def test_a_confirmation_of_an_erasure_is_tried_again_when_telegram_wants_us_to_wait(town: Town) -> None:
    await town.update(payload("telegram/text"))
    town.telegram.misbehaviours.plan("deleteMessages", "status", status=429, retry_after=3)
    town.telegram.misbehaviours.plan("sendMessage", "status", status=502)
    await town.update(payload("telegram/delete"))
    assert town.telegram.texts(CHAT) != [town.program.wording.text("delete_done", "uk")]
    for seconds in (3, 600):
        town.clock.move(seconds=seconds)
        await town.settle()
    assert town.telegram.texts(CHAT) == [town.program.wording.text("delete_done", "uk")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_into_what_telegram_takes(language: str) -> None:
    wording = Wording.load()
    markup = keyboard([wording.button(name, language) for name in wording.titles["pl"]])
    assert markup is not None
    for row in markup.inline_keyboard:
        for button in row:
            assert len(str(button.callback_data).encode()) <= 64
            assert button.text


def test_short_titles_share_a_row_and_long_ones_do_not() -> None:
    short = [Button("Tak", "@yes"), Button("Nie", "@no"), Button("Pomiń", "@skip")]
    long = [Button("Rozmowa z człowiekiem", "@human"), Button("Menu", "@menu")]
    for buttons, rows in ((short, [2, 1]), (long, [1, 1])):
        markup = keyboard(buttons)
        assert markup is not None
        assert [len(row) for row in markup.inline_keyboard] == rows
    assert keyboard([]) is None
