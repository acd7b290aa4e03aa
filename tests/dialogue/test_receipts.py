"""How what people tell is received: in particular, once, what endangers somebody first, and nothing beside an alarm."""

from __future__ import annotations

import pytest

from bot.dialogue.commands import Command
from bot.dialogue.state import State, Who
from bot.dialogue.tellings import shared_tellings
from bot.messages import Indicator, Speaker, Triage
from tests.dialogue.talk import Talk

GRAVE = {"triage": Triage.HIGH, "signs": [Indicator.DOCUMENTS_TAKEN], "told": ["papers"]}
LOCKED = {"triage": Triage.HIGH, "signs": [Indicator.MOVEMENT_RESTRICTED], "told": ["locked"]}


@pytest.mark.parametrize("kind", shared_tellings())
def test_each_kind_of_telling_is_received_in_its_own_words_once(kind: str) -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.HIGH)
    text = shared_tellings()[kind].text
    assert talk.hears("…", "tell:self", told=[kind])[0] == text
    assert text not in talk.hears("…", "tell:self", told=[kind])


def test_what_is_told_first_is_received_in_a_few_words_before_what_is_said_to_everybody() -> None:
    assert Talk().hears("…", "tell:self", told=["hours"])[:2] == ("heard_hours_beside", "told_first")
    others = {"who": Who.WITNESS, "speaker": Speaker.WITNESS}
    assert Talk().hears("…", "tell:other", told=["hours"], **others)[:2] == ("heard_hours_beside", "witness_short")


def test_what_is_told_beside_a_question_is_received_before_its_answer_unless_that_says_the_same() -> None:
    asks = ("tell:self", Command("ask", "hotline_cost", sure=0.9))
    assert Talk().hears("…?", *asks, told=["hours"])[:2] == ("heard_hours_beside", "answer.hotline_cost")
    kept = ("tell:self", Command("ask", "passport_kept", sure=0.9))
    assert Talk().hears("…?", *kept, told=["papers"])[0] == "answer.passport_kept"


def test_what_follows_from_a_telling_is_offered_with_it_and_later() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.HIGH)
    talk.hears("…", "tell:self", told=["hours"])
    assert talk.buttons[:2] == ("ask_no_day_off_normal", "ask_overtime_unpaid")
    talk.hears("…", "tell:self")
    assert talk.buttons[:2] == ("ask_no_day_off_normal", "ask_overtime_unpaid")


def test_of_several_things_told_what_endangers_somebody_is_received_first() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", **GRAVE)
    talk.hears("…", "tell:self", **GRAVE)
    assert "heard_beaten" in talk.hears("…", "tell:self", told=["hours", "beaten"])


def test_nothing_particular_is_said_beside_an_alarm_or_where_words_must_be_neutral() -> None:
    danger = Talk().hears("…", "danger:self", "tell:self", told=["beaten"])
    assert not [text for text in danger if text.startswith("heard_beaten")]
    quiet = Talk(quiet=True)
    for _ in range(2):
        assert not [text for text in quiet.hears("…", "tell:self", told=["beaten"]) if text.startswith("heard_beaten")]


def test_a_death_threat_beside_taken_papers_is_received_as_the_threat() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.HIGH, signs=[Indicator.WAGES_WITHHELD])
    assert "heard_threat_harm" in talk.hears("…", "tell:self", triage=Triage.HIGH, told=["papers", "threat_harm"])


def test_what_endangers_somebody_is_heard_with_112_beside_the_answer_to_what_they_ask() -> None:
    asked = ("tell:self", Command("ask", "passport_kept", sure=0.9))
    assert Talk().hears("…?", *asked, **LOCKED)[:2] == ("heard_locked_beside", "answer.passport_kept")
    later = Talk()
    later.hears("…", "tell:self", **GRAVE)
    assert later.hears("…?", *asked, **LOCKED)[:2] == ("heard_locked_beside", "answer.passport_kept")
    assert "heard_locked_beside" not in later.hears("…?", *asked, **LOCKED)
    by_sms = Talk(form="sms").hears("…?", *asked, **LOCKED)
    assert by_sms[:2] == ("heard_locked", "answer.passport_kept")


def test_who_wants_a_person_is_not_asked_to_tell_more_here() -> None:
    said = Talk().hears("…", "tell:self", "want:human", told=["hours"])
    assert said[0] == "heard_hours_beside"
    assert "told_first" not in said


def test_nobody_who_is_locked_in_is_told_to_go_where_people_are() -> None:
    locked = Talk()
    locked.hears("…", "danger:self", "tell:self", triage=Triage.EMERGENCY, signs=[Indicator.MOVEMENT_RESTRICTED])
    assert "answer.followed_now" not in locked.hears("…?", Command("ask", "followed_now", sure=0.9))
    locked.hears("…", "tell:self", told=["left"])
    assert "answer.followed_now" in locked.hears("…?", Command("ask", "followed_now", sure=0.9))


def test_who_puts_it_right_and_tells_of_somebody_else_is_not_told_that_it_is_about_themselves() -> None:
    talk = Talk(State(who=Who.VICTIM))
    right = Command("correct:person", sure=0.6)
    assert "about_self" not in talk.hears("…", right, "tell:other", who=Who.VICTIM, told=["locked"])
    assert "about_self" in Talk(State(who=Who.WITNESS)).hears("…", right, "tell:self", who=Who.VICTIM)
    assert "about_self" not in Talk(State(who=Who.VICTIM)).hears("nie o mnie pytam, o mamę", right, "tell:self", who=Who.VICTIM)


def test_a_yes_from_somebody_who_waits_is_told_that_a_consultant_is_called_already() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    assert talk.hears("@yes", "answer:yes") == ("handoff_still",)
    assert talk.hears("…", "answer:yes") == ("heard_fine",)


def test_what_is_told_beside_a_refusal_is_received_in_a_few_words() -> None:
    assert Talk().hears("…", "tell:self", "refuse:human", told=["hours"]) == ("handoff_declined", "heard_hours_beside")
    assert Talk().hears("…", "tell:self", "refuse:human") == ("handoff_declined",)


def test_what_was_answered_just_now_is_hardly_asked_again_by_who_tells_more() -> None:
    talk = Talk()
    talk.hears("…?", "ask:forced_crimes")
    heard = talk.hears("…", "tell:self", Command("ask", "forced_crimes", 0.9), told=["papers"])
    assert heard == ("heard_papers_beside", "told_first")
    assert "answer.forced_crimes" in talk.hears("…?", "tell:self", Command("ask", "forced_crimes", 0.9))
