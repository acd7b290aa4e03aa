"""STOP, START and HELP on phones: what is confirmed, and what goes on being said."""

from __future__ import annotations

import pytest

from bot.delivery.segments import plain
from tests.channels.conftest import Town, payload
from tests.support import HOTLINE


def _plain(town: Town, key: str) -> str:
    return plain(town.program.wording.text(key, "pl", form="sms"), "pl")


async def test_stop_is_confirmed_once_with_the_way_back_and_nothing_follows(town: Town) -> None:
    await town.text("jak mi pomożecie", 1)
    await town.sms(payload("twilio/sms_stop"))
    assert town.twilio.bodies()[-1] == _plain(town, "sms_stopped")
    assert "START" in town.twilio.bodies()[-1]
    assert (await town.conversation()).reachable == "stopped"
    count = len(town.twilio.bodies())
    await town.text("kto to", 2)
    assert len(town.twilio.bodies()) == count
    await town.sms(payload("twilio/sms_start"))
    assert (await town.conversation()).reachable == "yes"
    assert len(town.twilio.bodies()) == count + 1


@pytest.mark.parametrize("text", ["on mnie zamknął", "człowiek"])
async def test_a_call_for_help_after_stop_is_answered(town: Town, text: str) -> None:
    await town.sms(payload("twilio/sms_stop"))
    await town.text(text, 2)
    assert len(town.twilio.bodies()) == 2
    assert (await town.conversation()).reachable == "yes"


async def test_stop_is_honoured_while_a_consultant_owns_the_conversation_and_she_sees_it(town: Town) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    await town.sms(payload("twilio/sms_stop"))
    assert town.twilio.bodies()[-1] == _plain(town, "sms_stopped")
    conversation = await town.conversation()
    await town.program.frontdoor.consultants.say(conversation.id, staff_id="ola", text="Halo?")
    await town.settle()
    assert (await town.states())[-1] == ("failed", "stopped")
    assert "Halo?" not in town.twilio.bodies()


async def test_a_stop_that_twilio_has_confirmed_is_not_confirmed_again(town: Town) -> None:
    await town.sms(payload("twilio/sms_stop_confirmed"))
    assert town.twilio.bodies() == []
    assert (await town.conversation()).reachable == "stopped"


async def test_stop_takes_back_what_was_not_sent_yet(town: Town) -> None:
    town.twilio.misbehaviours.plan("create", "status", status=503)
    await town.text("jak mi pomożecie", 1)
    await town.sms(payload("twilio/sms_stop"))
    town.clock.move(hours=1)
    await town.settle()
    assert town.twilio.bodies() == [_plain(town, "sms_stopped")]


@pytest.mark.parametrize("word", ["POMOC", "INFO", "HELP"])
async def test_help_is_answered_with_the_number_also_while_a_consultant_owns_the_conversation(town: Town, word: str) -> None:
    await town.text("chcę rozmawiać z człowiekiem", 1)
    await town.take()
    await town.text(word, 2)
    assert town.twilio.bodies()[-1].startswith(HOTLINE)


@pytest.mark.parametrize("word", ["POMOC", "HELP", "AYUDA"])
async def test_a_cry_by_sms_is_more_than_a_question_of_what_this_is(town: Town, word: str) -> None:
    await town.text(word, 1)
    assert town.twilio.bodies() == [f"danger 1: {HOTLINE}"]


async def test_menu_is_the_dialogues_and_not_help(town: Town) -> None:
    await town.text("MENU", 1)
    assert town.twilio.bodies()[0].startswith("steer")


@pytest.mark.parametrize("word", ["STOP", "stop.", "CANCEL", "przestań", "стоп", "arrêt", "توقف"])
async def test_stop_is_understood_in_every_language_and_spelling(town: Town, word: str) -> None:
    await town.text(word, 1)
    assert (await town.conversation()).reachable == "stopped"
