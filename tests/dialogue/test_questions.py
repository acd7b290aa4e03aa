"""Which of several readings of a message is answered: as one question, or clause by clause."""

from __future__ import annotations

from bot.dialogue.commands import UNKNOWN, Command
from bot.dialogue.questions import Part, questions
from bot.dialogue.retrieval import Found

BAR = 0.5


def part(asks: float, *near: tuple[str, float]) -> Part:
    return Part(asks, tuple(Found(answer, nearness) for answer, nearness in near))


def read(whole: Part, *clauses: Part, between: float = 0.0, several: bool = False) -> list[Command]:
    return questions(whole, clauses, bar=BAR, between=between, several=several)


def asked(whole: Part, *clauses: Part, between: float = 0.0, several: bool = False) -> list[str]:
    return [one.value for one in read(whole, *clauses, between=between, several=several)]


def test_a_message_that_is_clear_as_a_whole_asks_one_thing() -> None:
    assert asked(part(0.9, ("cost", 0.8)), part(0.9, ("cost", 0.85)), part(0.4, ("hours", 0.52))) == ["cost"]


def test_two_clauses_that_ask_clearly_for_different_things_get_two_answers() -> None:
    found = asked(part(0.9, ("cost", 0.55)), part(0.9, ("shelter", 0.8)), part(0.9, ("passport", 0.7)))
    assert found == ["shelter", "passport"]


def test_two_clauses_that_ask_for_the_same_are_one_question() -> None:
    assert asked(part(0.9, ("cost", 0.4)), part(0.9, ("cost", 0.7)), part(0.9, ("cost", 0.6))) == ["cost"]


def test_what_is_left_out_of_a_message_that_asks_for_several_things_is_told_so() -> None:
    found = read(
        part(0.9, ("cost", 0.6), ("hours", 0.5)),
        part(0.9, ("cost", 0.75)),
        part(0.99, ("dog", 0.2), ("cat", 0.1)),
        several=True,
    )
    assert [one.value for one in found] == ["cost", UNKNOWN]
    assert found[1].near == ("dog", "cat")


def test_where_no_clause_asks_for_more_what_else_the_whole_may_mean_is_offered() -> None:
    found = read(part(0.9, ("cost", 0.8), ("hours", 0.5)), several=True)
    assert [one.value for one in found] == ["cost", UNKNOWN]
    assert found[1].near == ("hours",)


def test_who_asks_for_two_things_and_gets_two_answers_is_not_told_that_one_is_left() -> None:
    assert asked(part(0.9), part(0.9, ("shelter", 0.8)), part(0.9, ("passport", 0.7)), several=True) == ["shelter", "passport"]


def test_what_a_clause_may_ask_beside_what_is_answered_is_offered_first() -> None:
    whole, clauses = part(0.9, ("cost", 0.8), ("hours", 0.77)), [part(0.9, ("cost", 0.7)), part(0.85, ("dog", 0.3))]
    assert [one.near for one in read(whole, *clauses)] == [("dog", "hours")]
    hardly = [clauses[0], part(0.7, ("dog", 0.3))]
    assert [one.near for one in read(whole, *hardly)] == [("hours",)]


def test_who_asks_for_one_thing_is_not_told_that_another_has_no_answer() -> None:
    assert asked(part(0.9, ("cost", 0.8)), part(0.9, ("cost", 0.75)), part(0.99, ("dog", 0.2))) == ["cost"]


def test_a_clause_whose_likely_answer_is_given_already_is_no_second_question() -> None:
    assert asked(part(0.9, ("cost", 0.8)), part(0.99, ("hours", 0.4), ("cost", 0.35))) == ["cost"]


def test_nothing_near_enough_is_one_question_without_an_answer_and_names_the_nearest() -> None:
    [found] = read(part(0.9, ("cost", 0.3), ("hours", 0.28)), part(0.99, ("dog", 0.4)))
    assert found.value == UNKNOWN
    assert found.near == ("dog",)


def test_two_answers_that_are_too_near_each_other_are_asked_back() -> None:
    assert asked(part(0.9, ("cost", 0.8), ("hours", 0.79)), between=0.02) == ["cost|hours"]


def test_where_several_questions_are_heard_a_part_that_is_less_near_is_answered_as_well() -> None:
    whole, clauses = part(0.9, ("cost", 0.6)), [part(0.9, ("cost", 0.7)), part(0.9, ("shelter", 0.4))]
    assert asked(whole, *clauses, several=True) == ["cost", "shelter"]
    assert asked(whole, *clauses) == ["cost"]


def test_where_one_question_is_heard_a_second_answer_must_be_surer() -> None:
    whole, clauses = part(0.9, ("cost", 0.6)), [part(0.9, ("cost", 0.7)), part(0.9, ("shelter", 0.55))]
    assert asked(whole, *clauses) == ["cost"]
    assert asked(whole, clauses[0], part(0.9, ("shelter", 0.9))) == ["shelter", "cost"]
