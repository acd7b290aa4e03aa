"""What comes in from Telegram, genuine or not, and what people see in their chats."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.channels.telegram.channel import MAX_BODY, SECRET_HEADER
from bot.channels.telegram.delivery import MAX_LENGTH
from bot.delivery.segments import utf16_length
from bot.storage.database import DatabaseUnavailable
from bot.storage.tables import Conversation, Handoff, Message
from tests.channels.conftest import CHAT, SECRET, Build, Town, payload
from tests.support import HOTLINE, PlainAssistant


async def test_a_message_is_answered_in_its_chat(town: Town) -> None:
    response = await town.update(payload("telegram/text"))
    assert response.status == 200
    assert town.telegram.texts(CHAT) == [f"ask 1: {HOTLINE}"]
    assert await town.states() == [("sent", None)]


async def test_a_call_without_the_secret_is_refused_without_a_trace(town: Town) -> None:
    for secret in (None, "", "wrong", SECRET[:-1], SECRET + "x", "śekret"):
        headers = {} if secret is None else {SECRET_HEADER: secret}
        response = await town.client.post("/telegram/webhook", json=payload("telegram/text"), headers=headers)
        await town.settle()
        assert response.status == 403
        assert (await response.json())["error"]["code"] == "forbidden"
    assert await town.nothing_is_stored()
    assert town.telegram.calls == []


WHOLE = json.dumps(payload("telegram/text")).encode()
MALFORMED = [
    b"",
    WHOLE[: len(WHOLE) // 2],
    b"[]",
    b"null",
    b'{"message": {}}',
    b'{"update_id": "1"}',
    b'{"update_id": true}',
    b'{"update_id": 1, "message": {"text": "no chat"}}',
    b'{"update_id": 1, "message": 5}',
    b'{"update_id": 1, "callback_query": {"id": 5}}',
    b"\xff\xfe",
    b"[" * 100_000,
]


async def test_a_truncated_or_malformed_call_is_refused_without_a_trace(town: Town) -> None:
    for body in MALFORMED:
        response = await town.client.post("/telegram/webhook", data=body, headers={SECRET_HEADER: SECRET})
        await town.settle()
        assert response.status == 400, body[:60]
    assert await town.nothing_is_stored()


async def test_an_oversized_call_is_refused_without_a_trace(town: Town) -> None:
    response = await town.client.post("/telegram/webhook", data=b"x" * (MAX_BODY + 1), headers={SECRET_HEADER: SECRET})
    assert response.status == 413
    assert await town.nothing_is_stored()


async def test_a_call_of_another_method_is_refused(town: Town) -> None:
    assert (await town.client.get("/telegram/webhook")).status == 405


async def test_the_same_update_again_is_answered_once(town: Town) -> None:
    for _ in range(3):
        assert (await town.update(payload("telegram/text"))).status == 200
    assert len(town.telegram.texts(CHAT)) == 1
    assert len(await town.rows(Message)) == 2


async def test_an_update_that_comes_again_after_its_conversation_was_erased_leaves_no_trace(town: Town) -> None:
    await town.update(payload("telegram/text"))
    await town.update(payload("telegram/delete"))
    seen = town.telegram.texts(CHAT)
    for name in ("text", "delete"):
        assert (await town.update(payload(f"telegram/{name}"))).status == 200
    assert town.telegram.texts(CHAT) == seen
    assert await town.rows(Conversation) == []


async def test_updates_that_come_in_the_wrong_order_are_each_answered(town: Town) -> None:
    for number in (3, 1, 2):
        await town.write(f"wiadomość {number}", number)
    assert len(town.telegram.texts(CHAT)) == 3


async def test_start_greets_in_the_language_of_the_telephone(town: Town) -> None:
    await town.update(payload("telegram/start"))
    (text,) = town.telegram.texts(CHAT)
    assert text == town.program.wording.text("greeting", "uk")
    assert (await town.conversation()).language == "uk"


async def test_a_deep_link_says_the_language(town: Town) -> None:
    await town.update(payload("telegram/start_deep_link"))
    assert town.telegram.texts(CHAT) == [town.program.wording.text("greeting", "vi")]
    assert (await town.conversation()).language == "vi"


async def test_start_again_greets_again_and_changes_nothing_else(town: Town) -> None:
    await town.update(payload("telegram/start"))
    await town.update(payload("telegram/start_deep_link", update_id=30_000))
    assert len(await town.rows(Conversation)) == 1
    assert (await town.conversation()).language == "vi"


async def test_a_command_of_the_menu_acts_like_its_button(town: Town) -> None:
    await town.update(payload("telegram/human"))
    assert town.telegram.texts(CHAT)[0].startswith("want_person")
    (case,) = await town.rows(Handoff)
    assert case.reason == "asked"


async def test_a_slash_that_is_no_command_of_ours_is_only_text(town: Town, assistant: PlainAssistant) -> None:
    await town.update(payload("telegram/restart"))
    assert assistant.heard == ["restart"]


NOTICES = {
    "voice": "voice_received",
    "sticker": "sticker_received",
    "location": "location_received",
    "contact": "contact_received",
    "album": "media_received",
    "edited": "edited_received",
    "forwarded": "forwarded_received",
}


@pytest.mark.parametrize(("name", "key"), NOTICES.items())
async def test_what_is_not_text_gets_a_kind_answer(town: Town, name: str, key: str) -> None:
    await town.update(payload(f"telegram/{name}"))
    assert town.telegram.texts(CHAT) == [town.program.wording.text(key, "uk")]


async def test_a_voice_note_is_not_lost_because_the_hotline_is_told(town: Town) -> None:
    await town.update(payload("telegram/voice"))
    (case,) = await town.rows(Handoff)
    assert case.reason == "unheard"


async def test_the_words_under_a_picture_are_read(town: Town) -> None:
    await town.update(payload("telegram/photo"))
    notice, answer = town.telegram.texts(CHAT)
    assert notice == town.program.wording.text("media_received", "uk")
    assert answer.startswith("tell")
    assert (await town.conversation()).triage == "high"


async def test_the_longest_text_that_telegram_sends_is_screened_and_stored_to_its_last_word(
    town: Town, assistant: PlainAssistant
) -> None:
    end = " i teraz mnie tu zamknął."
    told = "Śpię przy maszynach 😞. " * ((MAX_LENGTH - len(end)) // 24)
    told += "." * (MAX_LENGTH - utf16_length(told + end)) + end
    assert utf16_length(told) == 4096  # as Telegram counts; it cuts what is longer into several messages by itself
    assert (await town.write(told, 1)).status == 200
    conversation = await town.conversation()
    async with town.program.database.reading() as session:
        said = await town.program.conversations.messages(session, conversation.id)
    assert [message.text for message in said if message.author == "person"] == [told]
    assert assistant.heard == [told]
    assert conversation.triage == "emergency"
    assert len(town.telegram.texts(CHAT)) == 1


async def test_a_text_that_telegram_sends_as_two_messages_is_read_as_both(town: Town) -> None:
    first = ("Pracuję w szwalni i śpię przy maszynach. " * 100)[:MAX_LENGTH]
    await town.write(first, 1)
    await town.write("I teraz mnie tu zamknął.", 2)
    conversation = await town.conversation()
    async with town.program.database.reading() as session:
        said = await town.program.conversations.messages(session, conversation.id)
    assert [message.text for message in said if message.author == "person"] == [first, "I teraz mnie tu zamknął."]
    assert conversation.triage == "emergency"


async def test_an_album_of_many_pictures_is_answered_once(town: Town) -> None:
    for number in range(5):
        await town.update(payload("telegram/album", update_id=40_000 + number))
    assert len(town.telegram.texts(CHAT)) == 1


async def test_an_edited_message_that_tells_of_danger_is_answered_as_such(town: Town) -> None:
    update = payload("telegram/edited")
    update["edited_message"]["text"] = "on mnie zamknął"
    await town.update(update)
    assert any(text.startswith("danger") for text in town.telegram.texts(CHAT))
    assert (await town.conversation()).triage == "emergency"


async def test_a_forwarded_threat_is_screened(town: Town) -> None:
    update = payload("telegram/forwarded")
    update["message"]["text"] = "oddasz dług albo twój paszport przepadnie"
    await town.update(update)
    assert (await town.conversation()).triage == "high"


async def test_neither_a_place_nor_a_contact_is_stored(town: Town) -> None:
    await town.update(payload("telegram/location"))
    await town.update(payload("telegram/contact"))
    conversation = await town.conversation()
    async with town.program.database.transaction() as session:
        said = await town.program.conversations.messages(session, conversation.id)
    stored = json.dumps([[message.text, dict(message.details)] for message in said if message.author == "person"])
    assert "52.2" not in stored
    assert "48600700800" not in stored


async def test_what_needs_no_answer_gets_none(town: Town) -> None:
    for name in ("timer", "live_location", "channel_post", "reaction"):
        assert (await town.update(payload(f"telegram/{name}"))).status == 200
    assert town.telegram.calls == []
    assert await town.nothing_is_stored()


@pytest.mark.parametrize("name", ["group_message", "added_to_group"])
async def test_a_group_is_told_to_write_in_private_and_left(town: Town, name: str) -> None:
    await town.update(payload(f"telegram/{name}"))
    assert town.telegram.texts(-1001234567890) == [town.program.wording.text("group_refused", "uk")]
    assert [call["chat_id"] for call in town.telegram.called("leaveChat")] == ["-1001234567890"]
    assert await town.nothing_is_stored()


async def test_the_staffs_own_chat_is_not_left(build_town: Build) -> None:
    town: Town = await build_town(alarm_telegram_chat=-1001234567890)
    for name in ("group_message", "added_to_group"):
        assert (await town.update(payload(f"telegram/{name}"))).status == 200
    assert town.telegram.calls == []
    assert await town.nothing_is_stored()


async def test_who_blocks_the_bot_is_shown_as_blocked_and_gets_nothing_until_they_come_back(town: Town) -> None:
    await town.update(payload("telegram/text"))
    await town.update(payload("telegram/blocked"))
    assert (await town.conversation()).reachable == "blocked"
    await town.update(payload("telegram/unblocked"))
    assert (await town.conversation()).reachable == "yes"


async def test_a_pressed_button_is_confirmed_and_its_keyboard_gives_way_to_what_was_chosen(town: Town) -> None:
    town.telegram.chats[CHAT] = {60: {"message_id": 60, "text": "Обрати мову"}}
    await town.update(payload("telegram/button"))
    assert town.telegram.called("answerCallbackQuery") == [{"callback_query_id": "4382bfdwdsb323b2d9"}]
    assert town.telegram.chats[CHAT][60]["text"] == "Обрати мову\n\n✓ Tiếng Việt"
    assert town.telegram.chats[CHAT][60]["reply_markup"] is None


async def test_a_button_under_a_message_too_old_to_be_edited_still_works(town: Town) -> None:
    await town.update(payload("telegram/old_button"))
    assert any(text.startswith("want_person") for text in town.telegram.texts(CHAT))


async def test_buttons_become_an_inline_keyboard_that_telegram_takes(town: Town) -> None:
    await town.update(payload("telegram/start"))
    (message,) = town.telegram.chats[CHAT].values()
    values = [button["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for button in row]
    assert values == ["@topic_help", "@report", "@human", "@hide", "@language"]


async def test_in_quiet_mode_there_are_no_buttons_and_the_telephone_makes_no_sound(town: Town) -> None:
    await town.write("cicho", 1)
    await town.write("jestem", 2)
    await town.update(payload("telegram/voice"))
    messages = town.telegram.called("sendMessage")
    assert "reply_markup" not in messages[-1]
    assert messages[-1]["disable_notification"].lower() == "true"
    assert not re.search(r"\d", messages[-1]["text"])


async def test_stop_is_honoured_at_once_with_the_way_back_and_start_brings_back(town: Town) -> None:
    await town.update(payload("telegram/text"))
    await town.update(payload("telegram/stop"))
    assert town.telegram.texts(CHAT)[-1] == town.program.wording.text("sms_stopped", "uk")
    assert (await town.conversation()).reachable == "stopped"
    await town.write("хто це", 7)
    assert len(town.telegram.texts(CHAT)) == 2  # whoever holds the phone now learns nothing
    await town.update(payload("telegram/start"))
    assert (await town.conversation()).reachable == "yes"
    assert len(town.telegram.texts(CHAT)) == 3


async def test_cancel_is_no_stop_in_telegram(town: Town) -> None:
    await town.write("cancel", 1)
    assert (await town.conversation()).reachable == "yes"
    await town.write("stop", 2)
    assert (await town.conversation()).reachable == "stopped"


async def test_while_a_consultant_owns_the_conversation_messages_go_both_ways_and_the_program_is_silent(town: Town) -> None:
    await town.update(payload("telegram/human"))
    await town.take()
    before = len(town.telegram.texts(CHAT))
    await town.write("дякую", 8)
    await town.update(payload("telegram/voice"))
    await town.update(payload("telegram/start"))
    assert len(town.telegram.texts(CHAT)) == before
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(conversation.id, staff_id="ola", text="Dzień dobry, tu Ola.")
    await town.settle()
    assert town.telegram.texts(CHAT)[-1] == "Dzień dobry, tu Ola."


async def test_delete_removes_both_sides_messages_from_the_chat_and_says_that_it_is_done(town: Town) -> None:
    await town.update(payload("telegram/text"))
    town.telegram.chats[CHAT][41] = {"message_id": 41, "text": "what the person wrote"}
    await town.update(payload("telegram/delete"))
    assert town.telegram.texts(CHAT) == [town.program.wording.text("delete_done", "uk")]
    assert await town.rows(Conversation) == []
    assert await town.rows(Message) == []


async def test_delete_says_what_telegram_does_not_let_us_remove(town: Town) -> None:
    await town.update(payload("telegram/text"))
    town.telegram.undeletable = set(town.telegram.chats[CHAT])
    await town.update(payload("telegram/delete"))
    assert town.telegram.texts(CHAT)[-2:] == [
        town.program.wording.text("delete_done", "uk"),
        town.program.wording.text("erased_elsewhere", "uk"),
    ]


async def test_a_slow_answer_shows_that_one_is_coming(
    town: Town, assistant: PlainAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.channel.TYPING_AFTER", 0.0)
    original = assistant.understand

    async def slow(text: str, **hints: Any) -> Any:
        while not town.telegram.called("sendChatAction"):
            await town.telegram.arrived()
        return await original(text, **hints)

    monkeypatch.setattr(assistant, "understand", slow)
    await town.update(payload("telegram/text"))
    assert town.telegram.called("sendChatAction")[0] == {"chat_id": str(CHAT), "action": "typing"}


async def test_when_the_database_is_away_telegram_is_asked_to_come_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_inbound: Any) -> Any:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(town.program.frontdoor, "accept", away)
    assert (await town.update(payload("telegram/text"))).status == 503


async def test_a_message_whose_answer_was_lost_in_a_crash_is_answered_after_the_restart(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(_conversation: str, _message: str) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(town.program.frontdoor, "answer", die)
        assert (await town.update(payload("telegram/text"))).status == 200
    assert town.telegram.texts(CHAT) == []
    town.clock.move(seconds=1)
    assert await town.program.frontdoor.recover() == 1
    await town.settle()
    assert len(town.telegram.texts(CHAT)) == 1


async def test_no_name_and_no_id_of_a_person_is_stored_in_the_clear(town: Town) -> None:
    await town.update(payload("telegram/text"))
    await town.update(payload("telegram/photo"))
    for path in town.program.settings.data_dir.glob("frontdoor.sqlite3*"):
        content = path.read_bytes()
        for telling in (str(CHAT), "anna_k", "Anna", "paszport", "допомога"):
            assert telling.encode() not in content
