"""Messages that do several things at once, made of messages that do one."""

from __future__ import annotations

import pytest

from bot.dialogue.features import Context
from bot.dialogue.state import Who
from bot.language.sentences import SENTENCE_ENDS
from bot.learning.examples import Example
from bot.learning.joining import JOINED_A_TURN, joined


def _turn(text: str, *labels: str, need: str = "", language: str = "en") -> Example:
    needs = (frozenset({need}),) if need else ()
    return Example(text, language, Context(awaits="human"), frozenset(labels), Who.VICTIM, needs, weight=2)


TOLD = _turn("they have my papers", "tell:self")
ASKED = _turn("can I get them back?", "ask", need="passport_back")
WISHED = _turn("let a person write, but only after ten", "want:human", "arrange:time")
AGREED = _turn("yes", "answer:yes")
REFUSED = _turn("no consultant", "refuse:human")


def _made(*turns: Example, times: int = 40) -> list[Example]:
    return joined(turns * times, ())


def test_about_so_many_are_made_for_each_turn() -> None:
    assert len(_made(TOLD, ASKED, times=500)) == pytest.approx(1000 * JOINED_A_TURN, rel=0.1)


def test_what_is_added_later_leaves_most_of_what_was_drawn_as_it_is() -> None:
    some = [_turn(f"they took thing {number} from me", "tell:self") for number in range(200)]
    more = [_turn(f"where do I get thing {number}?", "ask", need="passport_back") for number in range(20)]
    before, after = ({one.text for one in joined(turns, ())} for turns in (some, [*some[:100], *more, *some[100:]]))
    assert len(before & after) > 0.7 * len(before)


def test_a_joined_message_does_what_its_parts_do_and_asks_for_their_answers() -> None:
    both = next(one for one in _made(TOLD, ASKED, WISHED) if one.labels == {"ask", "want:human", "arrange:time"})
    assert "can I get them back?" in both.text.replace("Can", "can")
    assert both.needs == (frozenset({"passport_back"}),)
    assert both.weight == 1


@pytest.mark.parametrize("end", sorted(SENTENCE_ENDS))
def test_after_whatever_ends_a_sentence_the_next_part_follows_as_a_sentence(end: str) -> None:
    answered = AGREED.text + end
    made = _made(_turn(answered, "answer:yes"), TOLD)
    assert any("papers" in one.text for one in made)
    assert all(one.text.startswith(f"{answered} ") for one in made if answered in one.text)


def test_an_answer_stays_before_what_is_put_beside_it() -> None:
    answered = [one for one in _made(AGREED, ASKED) if "answer:yes" in one.labels and "ask" in one.labels]
    assert answered
    assert all(one.text.startswith("yes") and one.context.awaits == "human" for one in answered)


def test_nobody_wants_and_refuses_a_person_in_one_message() -> None:
    assert not any({"want:human", "refuse:human"} <= one.labels for one in _made(WISHED, REFUSED, TOLD))


def test_parts_are_of_one_language() -> None:
    foreign = _turn("gdzie mogę spać?", "ask", need="sleep_tonight", language="pl")
    assert not any("gdzie" in one.text and "papers" in one.text for one in _made(TOLD, foreign))


def test_without_conversations_nothing_is_joined() -> None:
    assert joined((), (ASKED,)) == []
