"""After "delete": what is done at the providers, and that nothing stops it from being done."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from bot.delivery.outbound import Outbound
from bot.delivery.provider_erasures import GIVE_UP, LEASE
from bot.delivery.segments import plain
from bot.messages import Reply
from bot.operations.housekeeping import tidy
from bot.storage.tables import Conversation, ProviderErasureDue
from tests.channels.conftest import CHAT, PERSON, Town, payload

pytestmark = pytest.mark.program

DELETE = "usuń rozmowę"


def done(town: Town, language: str = "pl") -> str:
    return plain(town.program.wording.text("delete_done", language, form="sms"), language)


async def left(town: Town) -> list[ProviderErasureDue]:
    return await town.rows(ProviderErasureDue)


async def after(town: Town, **time: float) -> None:
    town.clock.move(**time)
    await town.settle()


async def test_the_messages_are_deleted_at_twilio_and_the_confirmation_with_them(town: Town) -> None:
    form = payload("twilio/mms")
    town.twilio.received(PERSON, form["Body"], sid=form["MessageSid"])
    await town.sms(form)
    town.clock.move(minutes=10)
    await town.text(DELETE, 2)
    assert town.twilio.said[-1] == done(town)
    assert [message["body"] for message in town.twilio.messages] == [done(town)]  # Twilio may not delete it yet
    await after(town, minutes=5)
    assert town.twilio.messages == []
    assert await left(town) == []


async def test_what_twilio_has_on_its_way_is_deleted_when_it_has_arrived(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    answer = town.twilio.messages[0]
    town.twilio.unfinished.add(answer["sid"])
    town.clock.move(minutes=3)
    await town.text(DELETE, 2)
    await after(town, minutes=30)
    assert town.twilio.messages == [answer]
    town.twilio.unfinished.clear()
    await after(town, hours=2)
    assert town.twilio.messages == []
    assert await left(town) == []


async def test_twilio_that_is_down_for_hours_deletes_everything_later(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    town.clock.move(minutes=3)
    town.twilio.misbehaviours.plan("create", "status", status=503, times=3)
    town.twilio.misbehaviours.plan("delete", "status", status=503, times=5)
    await town.text(DELETE, 2)
    for _ in range(12):
        await after(town, hours=1)
    assert town.twilio.said.count(done(town)) == 1
    assert town.twilio.messages == []
    assert await left(town) == []


@pytest.mark.parametrize("taken", [True, False])
async def test_killed_while_it_says_goodbye_the_next_process_says_it_once_and_deletes(
    town: Town, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.text("jak mi pomożecie", 1)
    town.clock.move(minutes=3)
    town.twilio.now = town.clock()
    sender = town.messengers.erasures.erasers["sms"]
    create = sender._create  # type: ignore[attr-defined]

    async def killed(address: str, body: str) -> str:
        if taken:
            await create(address, body)
        raise asyncio.CancelledError  # nothing that comes after it happens

    monkeypatch.setattr(sender, "_create", killed)
    await town.text(DELETE, 2)
    assert await town.rows(Conversation) == []
    assert len(await left(town)) == 1
    await town.restart()
    await after(town, seconds=LEASE.total_seconds() + 1)
    assert town.twilio.said.count(done(town)) == 1
    await after(town, minutes=10)
    assert town.twilio.messages == []
    assert await left(town) == []


async def test_a_process_that_is_killed_before_anything_loses_nothing(town: Town) -> None:
    await town.update(payload("telegram/text"))
    town.telegram.chats[CHAT][41] = {"message_id": 41, "text": "what the person wrote"}
    conversation = await town.conversation()
    await town.program.frontdoor.erase(conversation.id)
    await town.restart()
    assert len(town.telegram.chats[CHAT]) > 1
    await town.settle()
    assert town.telegram.chats[CHAT] == {}
    assert await left(town) == []


async def test_what_is_stored_meanwhile_leads_back_to_nobody_without_the_keys(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    before = await town.conversation()
    town.twilio.misbehaviours.plan("create", "status", status=503)
    await town.text(DELETE, 2)
    (row,) = await left(town)
    clear = json.dumps([row.id, row.channel, row.attempts])
    for telling in (before.id, before.pseudonym, PERSON.lstrip("+")):
        assert telling not in clear
        assert telling.encode() not in row.content
    for path in town.program.settings.data_dir.glob("frontdoor.sqlite3*"):
        assert PERSON.lstrip("+").encode() not in path.read_bytes()


async def test_where_somebody_can_be_reached_is_dropped_when_it_was_said_and_after_a_day_at_the_latest(town: Town) -> None:
    async def address() -> str | None:
        (row,) = await left(town)
        return str(town.program.vault.open_json(row.content, f"farewell:{row.id}")["address"])

    await town.text("jak mi pomożecie", 1)
    town.twilio.unfinished.add(town.twilio.messages[0]["sid"])
    await town.text(DELETE, 2)
    assert await address() == "None"  # said; what is left to delete is known by Twilio's ids
    await after(town, hours=1)

    await town.text("jeszcze raz", 3)
    town.twilio.misbehaviours.plan("create", "status", status=503, times=100)
    await town.text(DELETE, 4)
    await after(town, hours=25)
    opened = [town.program.vault.open_json(row.content, f"farewell:{row.id}") for row in await left(town)]
    assert {found["address"] for found in opened} == {None}
    assert not any(found["replies"] for found in opened)


async def test_what_can_never_be_deleted_is_given_up_visibly(town: Town) -> None:
    def given_up() -> float:
        return REGISTRY.get_sample_value("frontdoor_farewells_total", {"channel": "sms", "result": "given_up"}) or 0.0

    await town.text("jak mi pomożecie", 1)
    town.twilio.unfinished |= {message["sid"] for message in town.twilio.messages}
    await town.text(DELETE, 2)
    before = given_up()
    await after(town, seconds=GIVE_UP.total_seconds() + 1)
    assert given_up() == before + 1
    assert await left(town) == []


async def test_a_text_that_was_on_its_way_while_everything_was_erased_is_deleted_too(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    conversation = await town.conversation()
    await town.program.frontdoor.erase(conversation.id)
    await town.settle()
    await after(town, minutes=5)
    late = town.twilio.received(PERSON, "spóźniona odpowiedź")
    outbound = Outbound(
        delivery_id=999,
        attempt=1,
        conversation_id=conversation.id,
        channel="sms",
        address=PERSON,
        reply=Reply(text="spóźniona odpowiedź", language="pl"),
        created_at=town.clock(),
    )
    await town.messengers.dispatcher.accepted(outbound, late["sid"])
    await after(town, minutes=5)
    assert town.twilio.messages == []


async def test_after_stop_nothing_is_said_any_more_also_not_what_telegram_keeps(town: Town) -> None:
    await town.update(payload("telegram/text"))
    await town.update(payload("telegram/stop"))
    town.telegram.undeletable = set(town.telegram.chats[CHAT])
    said = town.telegram.texts(CHAT)
    await town.program.frontdoor.erase((await town.conversation()).id)
    await town.settle()
    assert town.telegram.texts(CHAT) == said


async def test_one_message_that_telegram_keeps_does_not_keep_the_others(town: Town) -> None:
    for number in range(5):
        await town.write(f"wiadomość {number}", number)
    kept = sorted(town.telegram.chats[CHAT])[2]
    town.telegram.undeletable = {kept}
    await town.update(payload("telegram/delete"))
    assert sorted(town.telegram.chats[CHAT])[0] == kept
    assert len(town.telegram.chats[CHAT]) == 3  # it, that it is done, and that Telegram kept something


async def test_messages_older_than_two_days_are_not_asked_for_and_the_person_is_told(town: Town) -> None:
    await town.update(payload("telegram/text"))
    old = set(town.telegram.chats[CHAT])
    town.clock.move(hours=49)
    await town.write("ще тут", 9)
    await town.update(payload("telegram/delete"))
    assert old < set(town.telegram.chats[CHAT])
    assert town.telegram.texts(CHAT)[-1] == town.program.wording.text("erased_elsewhere", "uk")
    asked = {number for call in town.telegram.called("deleteMessages") for number in json.loads(call["message_ids"])}
    assert not old & asked


async def test_all_pictures_of_an_album_are_deleted(town: Town) -> None:
    for number in range(4):
        update = payload("telegram/album", update_id=40_000 + number)
        update["message"]["message_id"] = 70 + number
        town.telegram.chats.setdefault(CHAT, {})[70 + number] = {"message_id": 70 + number, "text": "picture"}
        await town.update(update)
        await town.update(update)  # and each once more
    await town.update(payload("telegram/delete"))
    assert town.telegram.texts(CHAT) == [town.program.wording.text("delete_done", "uk")]


async def test_an_erasure_of_a_channel_that_was_turned_off_is_forgotten_in_time(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    town.messengers.erasures.erasers.pop("sms")
    await town.text(DELETE, 2)
    assert len(await left(town)) == 1
    town.clock.move(days=15)
    await tidy(town.program)
    assert await left(town) == []


async def test_a_row_that_cannot_be_opened_does_not_hold_up_the_others(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    async with town.program.database.transaction() as session:
        session.add(
            ProviderErasureDue(
                id="damaged", channel="sms", content=b"x" * 40, due_at=town.clock(), expires_at=town.clock() + timedelta(days=1)
            )
        )
    await town.text(DELETE, 2)
    assert town.twilio.said[-1] == done(town)
    async with town.program.database.transaction() as session:
        assert (await session.execute(select(ProviderErasureDue).filter_by(id="damaged"))).scalar_one_or_none() is None
