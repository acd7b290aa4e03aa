"""How turns of labelled conversations are judged."""

from __future__ import annotations

from bot.dialogue.answers import shared_library
from bot.dialogue.commands import Commands
from bot.dialogue.features import Context
from bot.dialogue.turn import Understood
from bot.learning.evaluation import JudgedTurn, figures, judge
from bot.learning.labelled import LabelledConversation, LabelledTurn
from tests.dialogue.talk import heard


def turn(*does: str) -> LabelledTurn:
    return LabelledTurn("…", Commands.of(*does), None, frozenset(), frozenset(), {})


def judged(labelled: LabelledTurn, *understood: str) -> JudgedTurn:
    def understand(text: str, language: str, context: Context) -> Understood:
        return heard(*understood)

    conversation = LabelledConversation("en-1", "en", "told", (labelled,))
    [found] = judge(conversation, shared_library(), understand)
    return found


def test_a_question_is_answered_by_any_of_the_answers_that_its_label_names() -> None:
    right = judged(turn("ask:sleep_tonight|hotline_cost"), "ask:hotline_cost")
    assert (right.missing, right.beside) == ((), ())
    wrong = judged(turn("ask:sleep_tonight"), "ask:hotline_cost")
    assert (wrong.missing, wrong.beside) == (("ask:sleep_tonight",), ("hotline_cost",))


def test_an_answer_to_who_asked_nothing_is_counted() -> None:
    asked, told = judged(turn("ask:hotline_cost"), "ask:hotline_cost"), judged(turn("tell:self"), "ask:hotline_cost")
    assert told.beside == ("hotline_cost",)
    found = figures([asked, told])
    assert found["asks, and no other answer"].value == 1
    assert found["asks nothing, and no answer"].value == 0
