"""Which questions of a message are answered, which are offered, and what is said to have no answer."""

from __future__ import annotations

from bot.dialogue.asked import AskedBars, Asking, AskingPart
from bot.dialogue.commands import SEVERAL, UNKNOWN, Command
from bot.dialogue.features import NEW
from bot.dialogue.questions import questions
from bot.dialogue.retrieval import Found, Opinion

BARS = AskedBars(first=0.3, further=0.5, sure=0.8)


def near(answer: str, nearness: float) -> Found:
    return Found(Opinion(answer, nearness, asked_on=False, likely=-1.0, by_letters=-1.0), nearness)


def part(asks: float, words: str, *answers: tuple[str, float]) -> AskingPart:
    return AskingPart(asks, tuple(near(*one) for one in answers), words)


WHOLE = part(0.9, "what does it cost and where do i leave the dog", ("cost", 0.6), ("hours", 0.5))
COST = part(0.9, "what does it cost", ("cost", 0.7))
DOG = part(0.99, "where do i leave the dog", ("dog", 0.2), ("cat", 0.1))


def read(*clauses: AskingPart, several: bool = False, surely: float = 0.5, **likely: float) -> list[Command]:
    return questions(Asking(WHOLE, clauses, {SEVERAL: surely}, NEW), likely, BARS, several=several)


def test_the_likeliest_answer_is_given_and_a_further_one_must_be_surer() -> None:
    assert [one.value for one in read(cost=0.4, hours=0.4)] == ["cost"]
    assert [one.value for one in read(cost=0.9, hours=0.6)] == ["cost", "hours"]


def test_at_most_three_questions_of_a_message_are_answered() -> None:
    assert [one.value for one in read(cost=0.9, hours=0.8, dog=0.7, cat=0.6)] == ["cost", "hours", "dog"]


def test_what_may_be_asked_as_well_is_offered_and_what_hardly_can_is_not() -> None:
    assert read(cost=0.9, hours=0.2, cat=0.02)[0].near == ("hours",)


def test_nothing_sure_enough_is_one_question_without_an_answer_and_names_what_it_may_be() -> None:
    assert [(one.value, one.near) for one in read(cost=0.25, hours=0.2)] == [(UNKNOWN, ("cost", "hours"))]
    assert [one.near for one in read(cost=0.05, hours=0.04, dog=0.01)] == [("cost", "hours")]


def test_what_is_left_out_of_a_message_that_asks_for_several_things_is_told_so_in_its_words() -> None:
    found = read(COST, DOG, several=True, cost=0.9, dog=0.2, cat=0.3)
    assert [one.value for one in found] == ["cost", UNKNOWN]
    assert found[1].near == ("cat", "dog")
    assert found[1].words == DOG.words


def test_where_no_clause_asks_for_more_nobody_is_told_of_another_question_and_what_else_may_be_meant_is_offered() -> None:
    found = read(COST, several=True, surely=0.9, cost=0.9, hours=0.2)
    assert [one.value for one in found] == ["cost"]
    assert found[0].near == ("hours",)


def test_a_clause_that_hardly_asks_is_another_question_only_where_the_whole_surely_asks_for_several_things() -> None:
    told = part(0.6, "the dog is afraid of him", ("dog", 0.2))
    assert [one.value for one in read(COST, told, several=True, cost=0.9)] == ["cost"]
    assert [one.value for one in read(COST, told, several=True, surely=0.9, cost=0.9)] == ["cost", UNKNOWN]


def test_who_asks_for_two_things_and_gets_two_answers_is_not_told_that_one_is_left() -> None:
    assert [one.value for one in read(COST, DOG, several=True, cost=0.9, dog=0.8)] == ["cost", "dog"]


def test_who_asks_for_one_thing_is_not_told_that_another_has_no_answer() -> None:
    assert [one.value for one in read(COST, DOG, cost=0.9)] == ["cost"]


def test_a_clause_whose_likely_answer_is_given_already_is_no_second_question() -> None:
    found = read(COST, part(0.99, "and the price", ("hours", 0.4), ("cost", 0.35)), several=True, cost=0.9)
    assert [one.value for one in found] == ["cost"]
