"""What is said of several answers that a message asks for: none that another says as well, and none that speaks against another."""

from __future__ import annotations

import itertools

from bot.dialogue.answers import going_together
from bot.dialogue.commands import Command
from tests.dialogue.talk import LIBRARY, Talk

YIELDING = [answer for answer in LIBRARY.answers.values() if answer.yields_to]


def answered(said: tuple[str, ...]) -> list[str]:
    return [text for text in said if text.startswith("answer.")]


def test_an_answer_that_another_says_as_well_is_left_out_in_whichever_order_they_are_asked_for() -> None:
    assert "ambulance_cost" in LIBRARY.answers["hospital_bill"].yields_to
    for asked in (("ask:ambulance_cost", "ask:hospital_bill"), ("ask:hospital_bill", "ask:ambulance_cost")):
        talk = Talk()
        assert answered(talk.hears("ile za karetkę i szpital", *asked)) == ["answer.ambulance_cost"]
        assert talk.state.left == ()
        assert "ask_hospital_bill" not in talk.buttons


def test_of_two_answers_that_speak_against_each_other_the_likelier_is_given() -> None:
    assert answered(Talk().hears("…?", "ask:delete_how", "ask:delete_on_phone_only")) == ["answer.delete_how"]
    assert answered(Talk().hears("…?", "ask:delete_on_phone_only", "ask:delete_how")) == ["answer.delete_on_phone_only"]


def test_what_is_left_out_makes_room_for_another_question_of_the_same_message() -> None:
    said = Talk().hears("…?", "ask:hospital_bill", "ask:ambulance_cost", "ask:who_reads")
    assert answered(said) == ["answer.ambulance_cost", "answer.who_reads"]


def test_alone_every_answer_that_yields_is_given() -> None:
    assert [answer.id for answer in YIELDING if going_together([answer]) != (answer,)] == []
    assert len(YIELDING) >= 50


def test_of_any_answers_at_least_one_is_given() -> None:
    several = [[answer, *(LIBRARY.answers[name] for name in answer.yields_to)] for answer in YIELDING]
    for answers in several:
        assert all(going_together(order) for order in itertools.islice(itertools.permutations(answers), 24))


def test_whoever_meant_something_else_and_does_not_say_what_is_shown_what_stood_near() -> None:
    talk = Talk()
    talk.hears("…?", Command("ask", "may_leave_job", near=("sleep_tonight", "lodging_evicted")))
    assert talk.hears("ja nie o pracę!!", "correct:meant") == ("meant_ask",)
    assert talk.buttons == ("ask_sleep_tonight", "ask_lodging_evicted", "human")
    assert talk.hears("nie", "correct:meant") == ("not_understood",)
    assert talk.buttons == ("human",)
