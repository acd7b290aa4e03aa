"""A wish to erase beside something else: what is asked is answered before all is gone."""

from __future__ import annotations

from tests.dialogue.talk import Talk


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
