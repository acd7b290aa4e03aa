"""What a reply holds: the matter first, at most two answers and one question, for who writes, and nothing word for word again."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bot.dialogue.answering import MOST_ANSWERS
from bot.dialogue.answers import DYING
from bot.dialogue.commands import Command, Commands
from bot.dialogue.plan import Section, plan
from bot.dialogue.replies import MOST_QUOTED
from bot.dialogue.sections import TABLE
from bot.dialogue.state import Danger, Fact, State, Who
from bot.dialogue.state import Person as Asked
from bot.dialogue.texts import MOST_SIGNS, MOST_SIGNS_ELSEWHERE
from bot.messages import Indicator, Speaker, Triage
from tests.dialogue.people import THREE_QUESTIONS, TIRED, UNKNOWN, WITNESSED, WORRIED
from tests.dialogue.talk import LIBRARY, Person, Talk, around, heard, replies, speaking

GRAVE = {"triage": Triage.HIGH, "signs": [Indicator.DOCUMENTS_TAKEN], "told": ["papers"]}


def answered(said: tuple[str, ...]) -> list[str]:
    return [text for text in said if text.startswith("answer.")]


def test_a_question_is_answered_and_nothing_is_asked_or_promised() -> None:
    talk = Talk()
    assert talk.hears("ile kosztuje rozmowa z wami?", "ask:hotline_cost") == ("answer.hotline_cost",)
    assert talk.state.phase == "calm"


def test_at_most_two_questions_of_a_message_are_answered() -> None:
    said = Talk().hears("…?", "ask:sleep_tonight", "ask:who_reads", "ask:hotline_cost")
    assert answered(said) == ["answer.sleep_tonight", "answer.who_reads"]
    assert MOST_ANSWERS == 2


def test_what_is_told_and_asked_in_one_message_is_heard_and_answered() -> None:
    said = Talk().hears("szef zabrał nam paszporty, gdzie spać?", "tell:self", "ask:sleep_tonight", **GRAVE)
    assert answered(said) == ["answer.sleep_tonight"]
    assert said.index("answer.sleep_tonight") < said.index("handoff_unasked")


def test_an_answer_fits_who_writes() -> None:
    for name, answer in LIBRARY.answers.items():
        if not answer.audience:
            continue
        for who in Who:
            spoken = Danger.OVER if answer.presumes == DYING else Danger.NONE
            said = Talk(State(who=who, suicide=spoken)).hears("…?", f"ask:{name}", who=who)
            assert (answer.text in said) == answer.fits(who), (name, who)


def test_what_is_said_to_who_spoke_of_dying_is_said_to_nobody_else() -> None:
    asks = ("tell:self", "ask:crisis_line_want_to_die")
    assert "answer.crisis_line_want_to_die" not in Talk().hears("pyta kto mnie pobił, w szpitalu?", *asks)
    assert "answer.crisis_line_want_to_die" in Talk(State(suicide=Danger.EASED)).hears(
        "mogę tam powiedzieć że chcę umrzeć?", *asks
    )
    assert "answer.crisis_line_want_to_die" in Talk().hears("mogę tam powiedzieć że chcę umrzeć?", "doubt:suicide", *asks)


def test_no_button_puts_words_into_the_mouth_of_who_spoke_of_dying() -> None:
    """ "My debt without me" was offered to a man who had put the rope away; whoever asks that is still answered."""
    unoffered = [name for name, answer in LIBRARY.answers.items() if not answer.offered]
    assert unoffered
    spoke = State(suicide=Danger.EASED)
    for name in unoffered:
        talk = Talk(spoke)
        talk.hears("…?", Command("ask", "none", near=(name, "crisis_line_adults")))
        assert "ask_crisis_line_adults" in talk.buttons
        assert f"ask_{name}" not in talk.buttons
        assert f"answer.{name}" in Talk(spoke).hears("…?", f"ask:{name}")
    followed = {need for name in LIBRARY.answers for need in LIBRARY.asked_next([LIBRARY.answers[name]])}
    assert followed.isdisjoint(unoffered)


def test_where_no_answer_fits_it_is_said_and_a_person_is_named() -> None:
    talk = Talk()
    first = talk.hears("…?", "ask:none")
    assert first[0].startswith("not_known")
    assert "human" in talk.buttons
    assert talk.hears("…?", "ask:none") != first


NEAR = Command("ask", "none", near=("sleep_tonight", "shelter_where"))


def test_where_answers_are_near_it_is_asked_whether_one_of_them_is_meant() -> None:
    talk = Talk()
    assert talk.hears("…?", NEAR) == ("not_known_near",)
    assert talk.buttons == ("ask_sleep_tonight", "ask_shelter_where", "human")
    assert talk.hears("…?", NEAR) == ("not_known_near_again",)


def test_of_a_further_question_it_is_asked_whether_a_near_one_is_meant_and_nothing_else_is_offered() -> None:
    talk = Talk()
    assert talk.hears("…?", "ask:hotline_cost", NEAR) == ("answer.hotline_cost", "rest_near")
    assert talk.buttons == ("ask_sleep_tonight", "ask_shelter_where", "human")


def test_a_further_question_without_an_answer_is_named_in_the_person_s_words_where_nothing_is_near_to_it() -> None:
    talk = Talk()
    nowhere = Command("ask", "none", words="a co z moim kotem?")
    assert talk.hears("…?", "ask:hotline_cost", nowhere) == ("answer.hotline_cost", "rest_named")
    assert talk.last is not None
    assert "„a co z moim kotem”" in replies(talk.last, "pl")[-1].text
    assert Talk().hears("…?", "ask:hotline_cost", replace(nowhere, near=NEAR.near)) == ("answer.hotline_cost", "rest_near")
    for words in ("a " * MOST_QUOTED + "?", "bo mam kota"):
        assert Talk().hears("…?", "ask:hotline_cost", replace(nowhere, words=words))[-1] == "not_known_too"
    assert Talk(quiet=True).hears("…?", "ask:hotline_cost", nowhere)[-1] == "not_known_too"


def test_whoever_asks_is_thanked_and_answered_and_not_asked_what_weighs_on_them() -> None:
    asked = ("tell:self", "ask:sleep_tonight")
    assert Talk().hears("…?", *asked, **GRAVE)[:2] == ("heard_papers_beside", "answer.sleep_tonight")
    assert Talk().hears("…?", *asked, triage=Triage.HIGH)[:2] == ("told_thanks", "answer.sleep_tonight")
    assert Talk().hears("…?", *asked, triage=Triage.MEDIUM)[0] == "answer.sleep_tonight"
    assert "told_first" not in Talk().hears("…?", "tell:self", "ask:none")


def test_what_is_told_without_a_question_after_an_answer_is_received_in_full() -> None:
    talk = Talk()
    talk.hears("…?", "tell:self", "ask:sleep_tonight", **GRAVE)
    assert talk.hears("…", "tell:self", **GRAVE)[0] == "disclose_short"


def test_a_danger_told_by_who_writes_of_others_is_theirs() -> None:
    assert Talk(State(who=Who.RELATIVE)).hears("zamknęli nas, pisze syn", "danger:self")[0] == "emergency_relative"
    assert Talk(State(who=Who.RELATIVE)).hears("mnie też zamknął", "danger:self", who=Who.VICTIM)[0] == "emergency_victim"
    assert "danger_reminder_witness" in Talk(State(who=Who.WITNESS)).hears("…?", "ask:hotline_cost", "hint:danger")


def test_a_relative_far_away_is_never_told_what_somebody_at_the_door_is_told() -> None:
    """A mother in Colombia got a picture of her beaten daughter, and was told what to say to 112 and not to go in herself."""
    talk = Talk(State(who=Who.RELATIVE))
    said = [talk.hears("…", "danger:other", triage=Triage.EMERGENCY)[0] for _ in range(3)]
    assert said[:2] == ["emergency_relative", "danger_relative"]
    assert not any(text.startswith(("witness_steps", "danger_stay")) for text in said)


def test_whoever_keeps_the_conversation_is_heard_in_what_else_they_say() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", **GRAVE)
    talk.hears("…", "want:erase")
    said = talk.hears("…?", "answer:no", "refuse:human", "ask:passport_kept")
    assert said == ("delete_kept", "handoff_withdrawn_short", "answer.passport_kept")


def test_nobody_who_waits_is_told_to_ask_for_a_consultant() -> None:
    talk = Talk(State(facts=(Fact.NO_CALLS,)))
    assert "in_writing_too" in talk.hears("…?", "ask:passport_back")
    waiting = Talk(State(facts=(Fact.NO_CALLS,), person=Asked.ASKED))
    assert "in_writing_too" not in waiting.hears("…?", "ask:passport_back")


def test_what_is_near_but_was_said_already_is_not_asked_for_again() -> None:
    talk = Talk()
    talk.hears("…?", "ask:sleep_tonight")
    talk.hears("…?", "ask:shelter_where")
    assert talk.hears("…?", NEAR) == ("not_known",)


def test_in_quiet_mode_nothing_telling_is_offered() -> None:
    assert Talk(quiet=True).hears("…?", NEAR) == ("not_known",)


def test_a_question_without_an_answer_from_who_waits_is_left_for_the_consultant() -> None:
    talk = Talk()
    talk.hears("…", "want:human")
    assert talk.hears("…?", "ask:none")[0] in {"question_waits", "not_known_waiting"}


def test_two_readings_in_doubt_are_asked_back_with_two_buttons_and_a_person() -> None:
    talk = Talk()
    assert talk.hears("…?", "ask:sleep_tonight|shelter_where") == ("which_ask",)
    assert talk.buttons == ("ask_sleep_tonight", "ask_shelter_where", "human")


def test_what_people_ask_next_is_offered_never_what_was_answered() -> None:
    asked = next(answer for answer in LIBRARY.answers.values() if len(answer.next) > 1 and not answer.audience)
    talk = Talk()
    talk.hears("…?", f"ask:{asked.id}")
    offered = [button.removeprefix("ask_") for button in talk.buttons if button.startswith("ask_")]
    assert 0 < len(offered) <= 2
    assert talk.buttons[-1] == "human"
    talk.hears("…?", f"ask:{offered[0]}")
    again = talk.hears("…?", f"ask:{asked.id}")
    assert again
    assert f"ask_{offered[0]}" not in talk.buttons


def test_an_answer_that_is_asked_for_again_is_not_said_word_for_word() -> None:
    turn = speaking("…?", heard("ask:hotline_cost"))
    texts = [replies(turn, "pl")[0].text]
    for _ in range(2):
        turn = speaking("…?", heard("ask:hotline_cost"), turn.concluded())
        texts.append(replies(turn, "pl")[0].text)
    assert texts[2] not in texts[:2]


@pytest.mark.parametrize(
    ("who", "first"),
    [
        (Who.WITNESS, "witness_short"),
        (Who.RELATIVE, "relative_first"),
        (Who.PROFESSIONAL, "professional_first"),
        (Who.CLIENT, "client_first"),
        (Who.VICTIM, "disclose_short"),
    ],
)
def test_the_first_telling_is_received_as_what_it_is_to_who_writes(who: Who, first: str) -> None:
    others = who.tells_of_others
    speaker = Speaker.WITNESS if others else Speaker.VICTIM
    said = Talk().hears("…", "tell:other" if others else "tell:self", who=who, speaker=speaker, **GRAVE)
    assert said[:2] == ("heard_papers_beside", first)
    assert not [text for text in said if text.startswith("question_")] or who is Who.VICTIM


def test_a_child_hears_what_is_for_children_and_no_pity_twice() -> None:
    talk = Talk(minor=True)
    assert "disclose_child" in talk.hears("mam 15 lat, ciotka zabrała mi paszport", "tell:self", **GRAVE)
    assert "disclose_child" not in talk.hears("i każe mi sprzątać", "tell:self", **GRAVE)
    asking = Talk(minor=True)
    assert "child_here" in asking.hears("mam 15 lat, mogę tu pisać?", "ask:who_reads")


def test_at_most_two_gentle_questions_are_asked_one_at_a_time_and_each_can_be_skipped() -> None:
    talk = Talk()
    assert "question_safe_now" in talk.hears("…", "tell:self", **GRAVE)
    assert {"safe_yes", "safe_no", "skip"} <= set(talk.buttons)
    assert "question_can_leave" in talk.hears("tak", "answer:yes")
    assert "question_thanks" in talk.hears("tak", "answer:yes")
    later = talk.hears("…", "tell:self", **GRAVE)
    assert not [text for text in later if text.startswith("question_")]


def test_who_cannot_write_safely_is_told_how_to_and_asked_nothing_more() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", **GRAVE)
    assert talk.hears("nie", "answer:no") == ("not_safe_now",)


def test_a_skipped_question_is_not_asked_again() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", **GRAVE)
    assert "question_skipped" in talk.hears("pomiń", "refuse:question")
    assert not [text for text in talk.hears("…", "tell:self", **GRAVE) if text.startswith("question_")]


def test_the_handoff_is_told_once() -> None:
    talk = Talk()
    assert "handoff_unasked" in talk.hears("…", "tell:self", **GRAVE)
    assert "handoff_unasked" not in talk.hears("…", "tell:self", **GRAVE)


def test_at_night_nobody_is_told_that_somebody_reads_at_once() -> None:
    assert "handoff_unasked_night" in Talk(on_duty=False).hears("…", "tell:self", **GRAVE)


def test_a_yes_or_no_without_a_question_does_nothing() -> None:
    for answer, text in (("answer:yes", "yes_unclear"), ("answer:no", "no_unclear")):
        talk = Talk()
        assert talk.hears("…", answer) == (text,)
        assert talk.state.person.value == "none"


@pytest.mark.parametrize("mood", ["feel:tired", "feel:afraid", "feel:ashamed", "feel:angry", "feel:unsure"])
def test_a_mood_is_heard_and_in_other_words_the_next_time(mood: str) -> None:
    talk = Talk()
    first = talk.hears("…", mood)
    assert first
    assert talk.hears("…", mood)[0] != first[0]


def test_a_matter_of_ours_is_not_called_off_topic() -> None:
    assert Talk().hears("…", "off", "ask:what_help") == ("answer.what_help",)
    assert Talk().hears("…", "off") == ("out_of_scope",)


def test_not_understanding_is_said_in_other_words_and_then_a_person_is_offered() -> None:
    talk = Talk()
    heard_then = [talk.hears("…", "unclear") for _ in range(3)]
    assert len(set(heard_then)) > 1
    assert all(first != second for first, second in itertools.pairwise(heard_then))
    assert "human" in talk.buttons


def test_nobody_who_told_of_something_grave_is_told_to_use_other_words() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", **GRAVE)
    for _ in range(4):
        assert not {"not_understood", "not_understood_again"} & set(talk.hears("hm", "unclear"))


def test_a_correction_of_whom_it_is_about_is_taken() -> None:
    talk = Talk()
    talk.hears("…", "tell:other", who=Who.WITNESS, speaker=Speaker.WITNESS, **GRAVE)
    assert "about_self" in talk.hears("nie, chodzi o mnie", "correct:person", who=Who.VICTIM)
    assert talk.state.who is Who.VICTIM


def test_in_quiet_mode_nothing_is_asked_offered_or_shown() -> None:
    talk = Talk(quiet=True)
    for commands in (("tell:self",), ("ask:sleep_tonight",), ("ask:none",)):
        talk.hears("…", *commands, **(GRAVE if commands == ("tell:self",) else {}))
        assert talk.last is not None
        for reply in replies(talk.last, "pl"):
            assert not any(sign.isdigit() for sign in reply.text)
            assert reply.buttons == ()
        assert not [text for text in talk.last.turn.said if text.startswith(("question_safe", "question_can", "which_"))]


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize(
    "commands", [("ask:sleep_tonight", "ask:who_reads"), ("tell:self", "ask:sleep_tonight", "ask:who_reads"), ("tell:self",)]
)
def test_a_reply_by_sms_stays_within_three_segments(language: str, commands: tuple[str, ...]) -> None:
    turn = speaking("…?", heard(*commands, **GRAVE), around=around(form="sms"))
    assert sum(len(reply.text) for reply in replies(turn, language)) <= MOST_SIGNS
    assert MOST_SIGNS_ELSEWHERE < MOST_SIGNS


async def test_a_whole_reply_by_sms_stays_within_three_segments_and_what_was_left_out_was_not_asked(person: Person) -> None:
    texting = Person(person.program, channel="sms")
    await texting.writes("dzień dobry")
    for text in (THREE_QUESTIONS, WORRIED, WITNESSED, UNKNOWN, TIRED):
        outcome = await texting.writes(text)
        assert sum(len(reply.text) for reply in outcome.replies) <= MOST_SIGNS, text
        assert len(outcome.said) == len(outcome.replies), text


def test_the_reply_ends_where_a_row_says_so() -> None:
    turn = speaking("idzie", heard("near"))
    assert turn.turn.said == ("someone_near",)
    assert plan(Section.ANSWER, turn.turn) == ((), False)
    assert turn.section(Section.NEXT) == ()


def test_every_situation_of_the_table_is_named_once_in_its_section() -> None:
    named = [(row.section, row.situation) for row in TABLE]
    assert len(named) == len(set(named))


def test_the_main_intent_of_a_message_is_the_gravest_of_its_commands() -> None:
    assert Commands.of("greet", "ask:what_help", "danger:self").main_intent() == "danger"
    assert Commands.of("thanks", "refuse:human").main_intent() == "refuse"
    assert Commands().main_intent() == "unclear"


def test_it_is_asked_who_is_meant_where_a_correction_does_not_tell() -> None:
    talk = Talk()
    talk.hears("…", "tell:self")
    assert talk.hears("nie, nie o to chodzi", Command("correct:person", sure=0.6)) == ("meant_ask",)


def test_nobody_who_told_of_no_danger_is_reminded_of_112_beside_a_question() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.HIGH, signs=[Indicator.DOCUMENTS_TAKEN])
    assert "danger_reminder" not in talk.hears("…?", "ask:none")


def test_a_time_that_is_named_beside_a_question_is_noted_and_the_question_answered() -> None:
    talk = Talk()
    said = talk.hears("po 22, a kto to czyta?", Command("arrange:time", "po 22"), "ask:who_reads")
    assert {"safe_time_noted", "answer.who_reads"} <= set(said)


def test_somebody_who_was_taken_for_a_child_and_is_of_age_is_heard_once() -> None:
    talk = Talk(State(who=Who.CHILD), grown=True)
    assert talk.hears("…", "answer:value")[0] == "grown_heard"
    assert "grown_heard" not in talk.hears("…", "answer:value")
