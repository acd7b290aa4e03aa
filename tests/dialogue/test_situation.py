"""What a person's situation allows is remembered and honoured: who cannot phone, whose phone is watched, what is arranged."""

from __future__ import annotations

import pytest

from bot.dialogue.commands import Command
from bot.dialogue.state import Fact, State, Who
from bot.messages import Indicator, Speaker, Triage
from tests.dialogue.talk import LIBRARY, Talk

VIOLENCE = {"triage": Triage.EMERGENCY, "signs": [Indicator.VIOLENCE]}
GRAVE = {"triage": Triage.HIGH, "signs": [Indicator.DOCUMENTS_TAKEN]}
TO_CALL = {"emergency_victim", "emergency_steps", "danger_here", "danger_reminder"}
PHONES = next(answer for answer in LIBRARY.answers.values() if answer.phones and not answer.audience and not answer.tells)


@pytest.mark.parametrize("told", ["refuse:call", "ask:write_instead_of_call", "ask:emergency_silent", "fact:no_calls"])
def test_that_somebody_cannot_phone_is_told_in_many_ways_and_remembered(told: str) -> None:
    talk = Talk()
    talk.hears("…", told)
    talk.hears("…", "tell:self")
    assert talk.state.facts == (Fact.NO_CALLS,)
    assert State.from_json(talk.state.as_json()).facts == (Fact.NO_CALLS,)


def test_who_called_can_be_heard_again() -> None:
    talk = Talk()
    talk.hears("…", "refuse:call")
    talk.hears("…", "done:called")
    assert talk.state.facts == ()


def test_a_watched_phone_is_remembered_until_full_answers_are_wanted() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.HIGH, signs=[Indicator.SURVEILLANCE])
    assert Fact.WATCHED in talk.state.facts
    talk.hears("…", "want:normal")
    assert Fact.WATCHED not in talk.state.facts


def test_what_somebody_else_cannot_do_is_no_fact_of_the_writer() -> None:
    talk = Talk()
    talk.hears("…", "tell:other", "fact:no_calls", who=Who.WITNESS, speaker=Speaker.WITNESS)
    assert talk.state.facts == ()


def test_nobody_who_cannot_phone_is_told_in_a_danger_to_speak() -> None:
    talk = Talk()
    assert talk.hears("…", "danger:self", "fact:no_calls", **VIOLENCE)[0] == "unheard_first"
    for commands in (("ask:none",), ("tell:self",), ("danger:self",), ("unclear",), ("danger:self",)):
        assert not TO_CALL & set(talk.hears("…", *commands, **(VIOLENCE if "danger:self" in commands else {})))


def test_an_answer_that_names_a_number_is_completed_for_who_cannot_phone_and_not_every_time() -> None:
    talk = Talk()
    talk.hears("…", "refuse:call")
    added = [set(talk.hears("…?", f"ask:{PHONES.id}")) & {"in_writing_too", "in_writing_still"} for _ in range(3)]
    assert added == [{"in_writing_too"}, {"in_writing_still"}, set()]
    assert not {"in_writing_too"} & set(Talk().hears("…?", f"ask:{PHONES.id}"))


def test_who_cannot_phone_waits_for_an_answer_in_writing() -> None:
    talk = Talk()
    assert "handoff_written" in talk.hears("…", "refuse:call", "want:human")
    assert "handoff_still_written" in talk.hears("…", "want:human")


def test_who_cannot_phone_is_not_thanked_with_a_number_to_call() -> None:
    talk = Talk()
    talk.hears("…", "refuse:call")
    assert talk.hears("dziękuję", "thanks") == ("thanks_again",)


def test_a_child_that_is_along_is_not_forgotten_when_a_bed_is_asked_for() -> None:
    talk = Talk()
    assert "say_the_child" not in talk.hears("…?", "ask:shelter_children")  # it says so itself
    assert "say_the_child" in talk.hears("…?", "ask:sleep_tonight")


def test_what_is_arranged_is_said_where_an_answer_speaks_of_arranging_it() -> None:
    talk = Talk()
    talk.hears("…", Command("arrange:word", "malina"))
    said = talk.hears("…?", "ask:code_word_what")
    assert "code_word_is" in said
    assert talk.last is not None
    assert ("_value", "malina") in next(say for say in talk.last.says if say.text == "code_word_is").values
    assert "safe_time" not in talk.buttons or not talk.state.arranged


def test_the_vital_one_of_three_questions_comes_first_and_the_third_is_kept() -> None:
    talk = Talk()
    said = talk.hears("…?", "ask:hotline_cost", "ask:who_reads", "ask:emergency_sms")
    assert said[:2] == ("answer.emergency_sms", "answer.hotline_cost")
    assert talk.state.left == ("who_reads",)
    assert "ask_who_reads" in talk.buttons
    assert "not_known_too" not in said
    assert talk.hears("a to drugie?", "ask:still_there") == ("answer.who_reads",)
    assert not talk.state.left


def test_beside_an_alarm_only_what_is_vital_is_answered_and_the_rest_is_kept() -> None:
    talk = Talk()
    said = talk.hears("…?", "danger:self", "ask:hotline_cost", "ask:door_locked", **VIOLENCE)
    assert "answer.door_locked" in said
    assert "answer.hotline_cost" not in said
    assert "hotline_cost" in talk.state.left


def test_what_did_not_help_is_not_said_again() -> None:
    talk = Talk()
    talk.hears("…?", "ask:passport_back")
    said = talk.hears("mówię że nie mogę", "tell:self", "ask:passport_back")
    assert "no_more_known" in said
    assert "answer.passport_back" not in said


def test_an_ok_in_a_danger_is_no_yes_that_is_not_understood() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    assert talk.hears("ok", "answer:yes") == ("danger_agreed",)
    dying = Talk()
    dying.hears("…", "feel:suicide", triage=Triage.EMERGENCY, signs=[Indicator.SUICIDE_RISK])
    assert dying.hears("ok", "answer:yes") == ("stay_with_me",)


def test_who_took_something_hears_112_before_anything_else() -> None:
    mortal = {"triage": Triage.EMERGENCY, "signs": [Indicator.SUICIDE_RISK]}
    assert Talk().hears("…", "feel:suicide", "ask:medicine_taken", **mortal)[0] == "suicide_again"


def test_who_asks_for_a_woman_gets_a_person() -> None:
    talk = Talk()
    assert {"answer.consultant_woman", "handoff_short"} <= set(talk.hears("…?", "ask:consultant_woman"))


def test_who_tells_is_offered_what_people_like_them_ask_next_and_a_person() -> None:
    talk = Talk(State(who=Who.WITNESS, told_other=True, said={"witness_short": 1, "told_first": 1}))
    talk.hears("…", "tell:other", who=Who.WITNESS, speaker=Speaker.WITNESS)
    assert len(talk.buttons) == 3
    assert set(talk.buttons[:2]) <= {f"ask_{name}" for name in LIBRARY.told["witness"]}
    assert talk.buttons[-1] == "human"


def test_nothing_is_offered_before_a_danger_is_answered() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    talk.hears("…", "tell:self")
    assert not [button for button in talk.buttons if button.startswith("ask_")]


def test_dying_that_is_not_spoken_of_any_more_lets_other_things_be_answered() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", triage=Triage.EMERGENCY, signs=[Indicator.SUICIDE_RISK])
    for _ in range(2):
        talk.hears("…", "tell:self")
    assert talk.hears("…?", "ask:know_plan") == ("answer.know_plan",)
    assert "handoff_kept" in talk.hears("…", "refuse:human")


def test_whoever_goes_on_telling_after_an_offer_has_not_agreed_to_it() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.MEDIUM, signs=[Indicator.WAGES_WITHHELD])
    assert talk.state.awaits == "human"
    said = talk.hears("…", "tell:self", triage=Triage.HIGH, signs=[Indicator.DOCUMENTS_TAKEN])
    assert "handoff_unasked" in said
    assert "handoff_accepted" not in said


def test_short_answers_are_begun_and_the_question_beside_the_wish_is_answered() -> None:
    assert set(Talk().hears("…?", "want:quiet", "ask:messenger_sees")) == {"quiet_on", "answer.messenger_sees"}
    assert set(Talk().hears("…?", "want:normal", "ask:passport_kept")) == {"quiet_off", "answer.passport_kept"}


def test_one_sentence_that_names_a_time_and_a_word_is_read_back_once() -> None:
    both = "hasło jarzębina, piszcie po 22"
    talk = Talk()
    said = talk.hears(both, Command("arrange:time", both), Command("arrange:word", both))
    assert [text for text in said if text.endswith(("_noted", "_told"))] == ["safe_time_noted"]
    assert talk.state.arranged == {"safe_time": both, "code_word": both}


def test_what_is_noted_stands_in_a_sentence_without_its_own_marks() -> None:
    talk = Talk()
    talk.hears("po 20..", Command("arrange:time", "po 20.."))
    assert talk.state.arranged == {"safe_time": "po 20"}
