"""A wish to erase beside something else: what is asked is answered before all is gone."""

from __future__ import annotations

from bot.dialogue.state import Person, Who
from bot.messages import Indicator, Triage
from tests.dialogue.talk import Talk

URGENT = {"triage": Triage.EMERGENCY, "signs": [Indicator.MOVEMENT_RESTRICTED]}


def test_a_question_beside_a_wish_to_erase_is_answered_and_the_wish_is_asked_back_last() -> None:
    talk = Talk()
    assert talk.hears("…", "want:erase", "ask:hotline_cost") == ("answer.hotline_cost", "delete_ask")
    assert talk.state.awaits == "erase"
    assert talk.buttons[-2:] == ("delete_yes", "delete_no")


def test_whoever_goes_on_asking_while_erasing_is_open_is_answered_and_nothing_is_erased() -> None:
    talk = Talk()
    talk.hears("…", "want:erase")
    assert talk.hears("…", "want:erase", "ask:hotline_cost") == ("answer.hotline_cost", "delete_unclear")


def test_a_question_about_erasing_is_no_other_question() -> None:
    assert Talk().hears("…", "want:erase", "ask:delete_how") == ("delete_ask",)


def test_a_sign_of_danger_beside_a_wish_to_erase_is_answered_with_112_before_anything_is_erased() -> None:
    talk = Talk()
    talk.hears("…", "tell:other", who=Who.RELATIVE)
    said = talk.hears("…", "want:erase", "tell:other", borne_out=False, **URGENT)
    assert "danger_reminder_witness" in said
    assert said[-1] == "delete_ask"


def test_a_person_who_is_wanted_beside_a_wish_to_erase_is_called_and_erasing_is_asked_about() -> None:
    talk = Talk()
    said = talk.hears("…", "want:erase", "want:human")
    assert said == ("handoff_short", "delete_ask")
    assert talk.state.person is Person.ASKED
