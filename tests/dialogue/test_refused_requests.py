"""A refusal, planned: honoured, asked about where it is in doubt, kept against the word where a life is in danger."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.commands import Command
from bot.dialogue.predicates import TELL_OF_A_CONSULTANT
from bot.dialogue.state import Person as Asked
from bot.dialogue.state import State
from bot.language.yaml_texts import read_values
from bot.messages import Indicator, Triage
from bot.screening.rows import NLU_DATA
from tests.dialogue.talk import Talk

GRAVE = {"triage": Triage.HIGH, "signs": [Indicator.DOCUMENTS_TAKEN], "told": ["papers"]}


def test_a_refusal_beside_something_told_as_surely_takes_nothing_back_and_is_asked_about() -> None:
    for sure, kept in ((0.91, True), (0.96, True), (0.999, False), (1.0, False)):
        talk = Talk()
        talk.hears("…", "want:human")
        said = talk.hears("…", Command("refuse:human", sure=sure), Command("tell:self", sure=0.98))
        assert ("withdraw_ask" in said, talk.state.person is Asked.ASKED) == (kept, kept)


def test_a_refusal_beside_a_question_is_honoured_and_the_question_answered() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    said = talk.hears("…?", Command("refuse:human", sure=0.98), Command("ask", "paid_already", sure=0.99))
    assert {"handoff_withdrawn_short", "answer.paid_already"} <= set(said)
    assert talk.state.person is Asked.REFUSED


def test_what_a_request_that_is_taken_back_leaves_behind_is_told_once() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    assert "handoff_withdrawn" in talk.hears("…", "refuse:human")
    talk.hears("…", "want:human")
    assert "handoff_withdrawn_short" in talk.hears("…", "refuse:human")


def test_whoever_was_asked_whether_they_refuse_and_does_refuses_unless_it_stays_in_doubt_or_a_life_may_be_in_danger() -> None:
    for earlier, again, kept in (
        ("want:human", (Command("doubt:refuse", sure=0.88), Command("tell:self", sure=0.99)), True),
        ("want:human", (Command("refuse:human", sure=0.9), Command("tell:self", sure=0.99)), False),
        ("want:human", (Command("doubt:refuse", sure=0.7), Command("want:human", sure=0.9)), True),
        ("want:human", (Command("tell:self", sure=0.99),), True),
        ("danger:self", (Command("doubt:refuse", sure=0.7),), True),
    ):
        talk = Talk()
        talk.hears("…", earlier)
        talk.hears("…", Command("doubt:refuse", sure=0.7))
        talk.hears("…", *again)
        assert (talk.state.person is Asked.ASKED) == kept, again


def test_a_refusal_that_stays_in_doubt_is_asked_about_again_with_the_button_that_settles_it() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    assert "withdraw_ask" in talk.hears("…", Command("doubt:refuse", sure=0.7))
    assert "withdraw_ask_again" in talk.hears("…", Command("doubt:refuse", sure=0.7), Command("answer:no", sure=0.9))
    talk.hears("@withdraw", "refuse:human")
    assert talk.state.person is Asked.REFUSED


def test_whoever_is_asked_whether_the_request_is_taken_back_settles_it_with_a_plain_yes_or_leaves_it() -> None:
    for answer, kept in (("answer:yes", False), ("answer:no", True), ("thanks", True)):
        talk = Talk()
        talk.hears("…", "want:human")
        assert "withdraw_ask" in talk.hears("…", Command("doubt:refuse", sure=0.7))
        talk.hears("…", answer)
        assert (talk.state.person is Asked.ASKED) == kept, answer


def test_who_waits_and_wants_something_taken_back_in_words_that_sound_like_erasing_is_asked_about_the_request_first() -> None:
    for sure, doubts, asked in (
        (0.7, (), "withdraw_ask"),
        (0.98, (Command("doubt:refuse", sure=0.7),), "withdraw_ask"),
        (0.99, (), "delete_ask"),
        (1.0, (), "delete_ask"),
    ):
        talk = Talk()
        talk.hears("…", "want:human")
        assert asked in talk.hears("…", Command("want:erase", sure=sure), *doubts), sure
        talk.hears("…", "answer:yes")
        assert talk.state.person is (Asked.REFUSED if asked == "withdraw_ask" else Asked.ASKED), sure
    talk = Talk()
    talk.hears("…", "want:human")
    said = talk.hears("…", Command("want:erase", sure=0.7), Command("refuse:human", sure=0.99))
    assert ("handoff_withdrawn" in said, "delete_ask" in said) == (True, False)


def test_a_mere_no_just_after_somebody_is_called_is_asked_about_and_no_other_is() -> None:
    for awaits, last, commands, asked in (
        (None, "handoff_short", ("answer:no", "thanks"), True),
        ("safe_now", "handoff_short", ("answer:no", "thanks"), False),
        (None, "heard_detail", ("answer:no",), False),
        (None, "handoff_short", ("thanks",), False),
    ):
        talk = Talk()
        talk.hears("…", "want:human")
        talk.state = replace(talk.state, awaits=awaits, last_said=(last,))
        assert ("withdraw_ask" in talk.hears("no, thanks", *commands)) == asked, (last, commands)


def test_who_says_that_somebody_else_is_meant_refuses_no_consultant_who_was_just_offered() -> None:
    for also, refused in (((), True), (("correct:person", "tell:other"), False)):
        talk = Talk(State(awaits="human", last_said=("handoff_offer",)))
        talk.hears("…", "answer:no", *also)
        assert (talk.state.person is Asked.REFUSED) == refused


def test_who_waits_and_is_asked_whether_everything_is_erased_is_not_led_back_to_the_request() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    assert "delete_ask" in talk.hears("@delete", "want:erase")
    again = talk.hears("yes, do wipe it", "answer:yes", Command("want:erase", sure=0.9))
    assert {"delete_ask", "delete_unclear"} & set(again)


def test_nobody_who_does_not_wait_is_asked_about_a_request_instead_of_erasing() -> None:
    assert "delete_ask" in Talk().hears("…", Command("want:erase", sure=0.4))


def test_a_refusal_in_doubt_as_sure_as_a_wish_for_the_person_who_is_called_already_is_asked_about() -> None:
    for refusal, wish, asked in ((0.8, 0.4, True), (0.6, 0.9, False)):
        talk = Talk()
        talk.hears("…", "want:human")
        said = talk.hears("…", Command("doubt:refuse", sure=refusal), Command("want:human", sure=wish))
        assert ("withdraw_ask" in said) == asked, said


def test_who_waits_and_is_not_understood_finds_a_button_that_takes_the_request_back() -> None:
    for earlier, button in (("greet", "human"), ("want:human", "withdraw")):
        talk = Talk()
        talk.hears("…", earlier)
        talk.hears("so and so", "unclear")
        assert button in talk.buttons, earlier


def test_whoever_waits_and_may_refuse_is_asked_and_a_refusal_is_honoured() -> None:
    for command, sure, kept in (("doubt:refuse", 0.7, True), ("doubt:refuse", 0.88, True), ("refuse:human", 0.9, False)):
        talk = Talk()
        talk.hears("…", "want:human")
        said = talk.hears("…", Command(command, sure=sure))
        assert ("withdraw_ask" in said, talk.state.person is Asked.ASKED) == (kept, kept)


def test_a_likely_refusal_beside_something_told_or_of_who_may_die_is_asked_about() -> None:
    for earlier, also in (("want:human", "tell:self"), ("feel:suicide", "thanks")):
        talk = Talk()
        talk.hears("…", "want:human", earlier)
        talk.hears("…", Command("doubt:refuse", sure=0.95), also)
        assert talk.state.person is Asked.ASKED


def test_a_doubt_refuses_no_consultant_whom_something_grave_calls() -> None:
    for command, called in ((Command("doubt:refuse", sure=0.88), True), (Command("refuse:human", sure=0.95), False)):
        talk = Talk()
        talk.hears("…?", command, Command("ask", "forced_crimes", sure=0.99), "tell:self", **GRAVE)
        assert talk.state.person is (Asked.ASKED if called else Asked.REFUSED)


def test_a_likely_refusal_beside_the_wish_for_a_person_takes_nothing_back() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    talk.hears("…?", Command("doubt:refuse", sure=0.95), Command("want:human", sure=0.45))
    assert talk.state.person is Asked.ASKED


def test_who_did_not_ask_for_a_consultant_is_told_why_one_is_called() -> None:
    assert "handoff_unasked" in Talk().hears("…", "tell:self", **GRAVE)
    assert "handoff_unasked" not in Talk().hears("…", "want:human", "tell:self", **GRAVE)


def test_who_is_given_to_a_consultant_beside_a_hint_of_the_crisis_line_is_told_so() -> None:
    talk = Talk()
    talk.hears("…", "tell:self")
    dying = {"triage": Triage.EMERGENCY, "signs": [Indicator.SUICIDE_RISK]}
    said = talk.hears("…", "tell:self", borne_out=False, **dying)
    assert talk.state.person is Asked.ASKED
    assert {"suicide_hint", "handoff_unasked"} <= set(said)


def test_exactly_the_texts_of_an_alarm_that_name_a_consultant_count_as_telling_of_one() -> None:
    texts = {
        name: forms["text"]
        for path in (NLU_DATA / "en" / "answers").glob("*.yml")
        for name, forms in read_values(path).items()
        if str(name).startswith(("emergency_", "unheard_", "suicide"))
    }
    assert {name for name, text in texts.items() if "consultant" in text} == TELL_OF_A_CONSULTANT


def test_who_was_just_offered_a_consultant_and_may_refuse_has_refused() -> None:
    talk = Talk(State(turns=2, told_self=True, awaits="human", last_said=("handoff_offer",)))
    said = talk.hears("…", Command("doubt:refuse", sure=0.6), "tell:self", **GRAVE)
    assert "withdraw_ask" not in said
    assert talk.state.person is Asked.REFUSED


def test_a_refusal_in_a_message_that_is_an_emergency_keeps_the_request_and_says_why() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    urgent = {"triage": Triage.EMERGENCY, "signs": [Indicator.MOVEMENT_RESTRICTED]}
    said = talk.hears("…", Command("refuse:human", sure=1.0), "tell:self", borne_out=False, **urgent)
    assert "handoff_kept" in said
    assert talk.state.person is Asked.ASKED


def test_a_bare_refusal_that_only_sounds_like_an_emergency_is_honoured() -> None:
    talk = Talk()
    urgent = {"triage": Triage.EMERGENCY, "signs": [Indicator.SUICIDE_RISK]}
    said = talk.hears("…", Command("refuse:human", sure=1.0), borne_out=False, **urgent)
    assert "handoff_kept" not in said
    assert talk.state.person is Asked.REFUSED
