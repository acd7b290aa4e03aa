"""Danger and the wish to die: what is said first, what is said next, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.commands import Command, Commands
from bot.dialogue.features import Context
from bot.dialogue.predicates import SURELY
from bot.dialogue.screened import ALARMS, in_context, with_screening
from bot.dialogue.state import Danger, Who
from bot.messages import Indicator, Screening, Speaker, Triage
from tests.dialogue.people import CALLED, DANGER, DYING, DYING_AGAIN, GRAVE, NEAR, NEAR_WITH_MORE, NOT_DYING, QUESTION
from tests.dialogue.talk import Person, Talk
from tests.support import HOTLINE

VIOLENCE = {"triage": Triage.EMERGENCY, "signs": [Indicator.VIOLENCE]}
MORTAL = {"triage": Triage.EMERGENCY, "signs": [Indicator.SUICIDE_RISK]}
SUICIDE_TEXTS = {"suicide", "suicide_again", "suicide_here", "suicide_short"}
HALF_HEARD = dict.fromkeys(ALARMS, 0.2)  # how likely the conversation takes a message for each alarm
DANGER_TEXTS = {"emergency_victim", "emergency_steps", "danger_here", "danger_reminder"}


async def test_a_danger_begins_with_both_numbers_and_calls_a_person(person: Person) -> None:
    outcome = await person.writes(DANGER)
    assert "112" in outcome.replies[0].text[:160]
    assert HOTLINE in outcome.replies[0].text
    assert (outcome.triage, outcome.handoff) == (Triage.EMERGENCY, True)


def test_an_emergency_that_only_the_screening_hears_beside_a_doubt_of_dying_gets_the_lines_for_it() -> None:
    emergency = {"triage": Triage.EMERGENCY}
    assert Talk().hears("…", "tell:self", "doubt:suicide", **emergency)[0] == "suicide"
    assert Talk().hears("…", "tell:self", **emergency)[0] == "emergency_victim"
    assert Talk().hears("…", "danger:self", "doubt:suicide", **emergency)[0] == "emergency_victim"


def test_a_danger_that_the_conversation_hears_comes_before_a_word_of_dying_that_only_the_screening_hears() -> None:
    both = {"triage": Triage.EMERGENCY, "signs": [Indicator.SUICIDE_RISK, Indicator.MOVEMENT_RESTRICTED]}
    talk = Talk()
    assert talk.hears("…", "danger:self", "tell:self", **both)[0] == "emergency_victim"
    assert Indicator.SUICIDE_RISK in talk.findings.indicators
    assert Talk().hears("…", "danger:self", "feel:suicide", **both)[0] == "suicide"
    assert Talk().hears("…", "danger:self", "doubt:suicide", **both)[0] == "suicide"


def test_a_danger_told_in_few_words_is_answered_though_somebody_comes() -> None:
    for danger, said in ((0.6, ("maybe_near", "emergency_victim")), (0.4, ("someone_near", "danger_reminder"))):
        heard = Talk().hears("he comes, a knife", Command("near", sure=0.9), Command("danger:self", sure=danger))
        assert heard == said


def test_who_comes_and_may_be_the_danger_leaves_112_on_the_screen_in_one_line() -> None:
    near, both = Command("near", sure=0.9), ("someone_near", "danger_reminder")
    assert Talk().hears("he comes with a hammer", near, Command("danger:self", sure=0.4)) == both
    assert Talk().hears("he comes with a hammer", near, triage=Triage.EMERGENCY, borne_out=False) == both
    assert Talk().hears("he comes with the tea", near) == ("someone_near",)


def test_whoever_asks_something_beside_it_is_not_sent_from_the_phone() -> None:
    text = "he waits outside, i have five minutes, may i tell the guard here to hide me"
    commands = Command("near", sure=0.6), Command("danger:self", sure=0.4), Command("ask", "leave_safely", sure=0.95)
    assert {"someone_near", "maybe_near"}.isdisjoint(Talk().hears(text, *commands))


@pytest.mark.parametrize(
    ("near", "danger", "said"), [(0.8, 0.4, ("someone_near", "danger_reminder")), (0.8, 0.7, ("maybe_near", "emergency_victim"))]
)
def test_of_somebody_who_comes_and_a_danger_in_one_message_the_surer_one_is_answered(
    near: float, danger: float, said: tuple[str, ...]
) -> None:
    long = "I see a pharmacy and a tram stop, number six I think, wait, I hear him on the stairs"
    found = Talk().hears(long, Command("near", sure=near), Command("danger:self", sure=danger), triage=Triage.EMERGENCY)
    assert found == said


def test_blows_that_only_the_screening_hears_beside_a_question_put_112_in_view_once() -> None:
    told = {"triage": Triage.HIGH, "signs": [Indicator.VIOLENCE]}
    talk = Talk()
    asks = "tell:self", Command("ask", "passport_back", sure=0.95)
    assert "danger_reminder" in talk.hears("he beats me, my arm is broken, how do i get my passport back", *asks, **told)
    assert "danger_reminder" not in talk.hears("and my sister, how does she, he beats me for her too", *asks, **told)


def test_somebody_elses_blows_put_112_in_view_in_the_words_for_witnesses() -> None:
    told = {"triage": Triage.HIGH, "signs": [Indicator.VIOLENCE], "speaker": Speaker.WITNESS}
    asks = "tell:other", Command("ask", "who_reads", sure=0.95)
    said = Talk().hears("the man beats the women there, who reads this", *asks, **told)
    assert {"danger_reminder_witness", "danger_reminder"} & {*said} == {"danger_reminder_witness"}


def test_once_it_was_said_what_to_do_in_a_danger_somebody_who_comes_leaves_only_a_short_text() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", triage=Triage.EMERGENCY)
    long = "I see a pharmacy and a tram stop, number six I think, wait, I hear him on the stairs"
    found = talk.hears(long, Command("near", sure=0.8), Command("danger:self", sure=0.7), triage=Triage.EMERGENCY)
    assert found == ("someone_near",)


async def test_somebody_who_comes_in_leaves_only_a_short_text_without_a_number(person: Person) -> None:
    await person.writes(GRAVE)
    outcome = await person.writes(NEAR)
    (reply,) = outcome.replies
    assert outcome.said == ("someone_near",)
    assert len(reply.text) < 80
    assert not any(sign.isdigit() for sign in reply.text)
    assert reply.buttons == ()


def test_who_may_only_be_coming_in_is_said_before_the_answer_and_alone_leaves_nothing_else_on_the_screen() -> None:
    maybe = Command("doubt:near", sure=0.3)
    asks = Command("ask", "hotline_number", sure=0.9)
    assert Talk().hears("he is downstairs. which number was it", maybe, asks) == ("maybe_near", "answer.hotline_number")
    assert Talk().hears("he has a knife, he is downstairs", maybe, "danger:self")[:2] == ("maybe_near", "emergency_victim")
    assert Talk().hears("he is downstairs", maybe) == ("someone_near",)


def test_a_sign_that_only_the_screening_hears_in_who_comes_in_leaves_no_long_text_on_the_screen() -> None:
    for told, ends in (
        ((), True),
        ((Command("danger:self", sure=0.3),), False),  # 112 in a line beside it
        ((Command("danger:self", sure=0.7),), False),  # he breaks the door
        ((Command("tell:self", sure=0.8),), False),
    ):
        heard = {"triage": Triage.HIGH, "signs": [Indicator.SEXUAL_VIOLENCE]}
        said = Talk().hears("the foreman came in", Command("near", sure=0.9), *told, **heard)
        assert (said == ("someone_near",)) == ends, said
        assert ("someone_near" in said) == all(one.sure < SURELY for one in told), said


async def test_somebody_who_comes_in_with_a_new_danger_is_answered_as_the_danger(person: Person) -> None:
    outcome = await person.writes(NEAR_WITH_MORE)
    assert outcome.said[:2] == ("maybe_near", "emergency_victim")
    assert outcome.triage is Triage.EMERGENCY


def test_who_may_die_is_stayed_with_and_offered_no_answer_that_nobody_asked_for() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", **MORTAL)
    assert talk.hears("…", "tell:self", Command("helps", "feel_lonely")) == ("suicide_here",)
    assert "answer.feel_lonely" in talk.hears("…", "ask:feel_lonely")


async def test_a_wish_to_die_that_is_denied_ends_its_texts_and_the_case_stays(person: Person) -> None:
    first = await person.writes(DYING)
    assert first.said[0] == "suicide"
    denied = await person.writes(NOT_DYING)
    assert denied.said[0] == "suicide_denied"
    for text in (QUESTION, GRAVE, "dziękuję"):
        later = await person.writes(text)
        assert not SUICIDE_TEXTS & set(later.said)
        assert (later.triage, later.handoff) == (Triage.EMERGENCY, True)


async def test_a_second_denial_is_not_answered_with_the_texts_of_the_first(person: Person) -> None:
    await person.writes(DYING, NOT_DYING)
    again = await person.writes(NOT_DYING)
    assert not (SUICIDE_TEXTS | {"suicide_denied"}) & set(again.said)


async def test_a_joke_closes_what_is_said_and_leaves_the_case(person: Person) -> None:
    await person.writes(DANGER)
    joke = await person.writes("żartowałam")
    assert "joke_heard" in joke.said
    assert (joke.triage, joke.handoff) == (Triage.EMERGENCY, True)
    later = await person.writes(QUESTION)
    assert "answer.sleep_tonight" in later.said
    assert not DANGER_TEXTS & set(later.said)


async def test_who_called_for_help_is_not_told_again_to_call(person: Person) -> None:
    await person.writes(DANGER)
    called = await person.writes(CALLED)
    assert called.said[0] == "called_ok"
    assert not DANGER_TEXTS & set((await person.writes(QUESTION)).said)


async def test_each_word_of_dying_is_stayed_with_in_other_words(person: Person) -> None:
    heard = [(await person.writes(DYING if turn % 2 else DYING_AGAIN)).replies[0].text for turn in range(4)]
    assert len(set(heard)) == 4


def test_a_danger_that_goes_on_is_remembered_while_something_else_is_said() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    assert talk.hears("…", "tell:self") == ("danger_here",)  # 112, and what to do without a voice
    assert talk.hears("…", "tell:self") == ("danger_stay",)
    assert not [text for text in talk.hears("…", "tell:self") if text.startswith("danger")]  # who goes on to other things


def test_what_the_screening_alone_hears_keeps_a_danger_open_and_after_other_things_is_one_again() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    for _ in range(4):
        talk.hears("…", "tell:self", "hint:danger", **VIOLENCE)
    assert talk.state.in_danger
    context = Context.of(talk.state)
    assert in_context(context, HALF_HEARD)("danger:self") == "hint:danger"
    assert in_context(replace(context, presses=False), HALF_HEARD)("danger:self") == "danger:self"


def test_what_the_screening_alone_hears_after_a_word_of_dying_is_heard_as_more_of_it() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", **MORTAL)
    context = Context.of(talk.state)
    assert in_context(context, dict.fromkeys(HALF_HEARD, 0.05))("danger:self") == "hint:suicide"
    talk.hears("…", "ask:hotline_cost")
    assert "suicide_hint" in talk.hears("…", "ask:hotline_hours", "hint:suicide", **VIOLENCE)
    assert talk.state.may_die


def test_a_denial_of_dying_is_believed_although_the_screening_hears_an_emergency_that_it_does_not_name() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", **MORTAL)
    unnamed = Screening("en", Triage.EMERGENCY)
    denies, still_in_danger = Commands.of("feel:better"), Commands.of("feel:better", "danger:self")
    for likely, denied in ((0.05, True), (0.2, False)):
        said_as = in_context(Context.of(talk.state), dict.fromkeys(HALF_HEARD, likely))
        assert ("feel:better" in with_screening(denies, unnamed, said_as=said_as)) is denied
        assert "feel:better" not in with_screening(still_in_danger, unnamed, said_as=said_as)
    of_a_danger = in_context(Context(danger=Danger.OPEN, first=False), dict.fromkeys(HALF_HEARD, 0.05))
    assert "feel:better" not in with_screening(denies, unnamed, said_as=of_a_danger)


def test_a_courtesy_in_a_danger_is_no_reason_to_name_112_again() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    assert "danger_reminder" not in talk.hears("…", "thanks")


@pytest.mark.parametrize("command", ["unclear", "off", "ask:none", "thanks"])
def test_nobody_in_danger_is_told_that_they_were_not_understood_or_questioned(command: str) -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    said = talk.hears("…", command)
    assert said
    assert not [text for text in said if text.startswith(("not_understood", "not_known", "question_safe", "handoff_offer"))]
    assert talk.state.awaits is None


def test_a_question_without_an_answer_in_a_danger_is_for_112_and_offers_the_nearest_answers_that_fit_there() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    near = Command("ask", "none", near=("jump_window",))
    assert talk.hears("…", near) == ("question_danger_near",)
    assert "ask_jump_window" in talk.buttons
    assert talk.hears("…", "ask:none") == ("question_danger",)


def test_a_question_without_an_answer_of_who_may_die_is_not_left_alone_and_no_doubt_is_taken_for_dying() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", **MORTAL)
    assert talk.hears("…", Command("ask", "none", near=("family_learns",))) == ("question_dying_near",)
    assert talk.hears("…", "ask:none") == ("question_dying", "suicide_hint")  # whom to call was not read just before
    hardly = Command("doubt:suicide", sure=0.06)
    assert Talk().hears("…", "tell:self", hardly, triage=Triage.EMERGENCY)[0] == "emergency_victim"
    assert Talk().hears("…", "tell:self", hardly)[0] == "hurting_ask"


def test_whoever_asks_while_a_danger_goes_on_reads_the_answer_and_not_again_what_to_do() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    assert talk.hears("…", "danger:self", "ask:burn_care", **VIOLENCE) == ("danger_reminder", "answer.burn_care")
    assert talk.hears("…", "danger:self", **VIOLENCE)[0] == "emergency_steps"


def test_beside_the_first_word_of_a_danger_only_what_is_vital_is_answered() -> None:
    assert Talk().hears("…", "danger:self", "ask:what_to_pack", **VIOLENCE) == ("emergency_victim",)
    assert Talk().hears("…", "danger:self", "ask:jump_window", **VIOLENCE) == ("emergency_victim", "answer.jump_window")
    assert Talk().hears("…", "danger:self", Command("helps", "jump_window"), **VIOLENCE) == ("emergency_victim",)


def test_an_illness_or_a_wound_is_answered_as_one_unless_people_do_the_harm() -> None:
    emergency = {"triage": Triage.EMERGENCY}
    assert Talk().hears("…", "danger:self", told=("ill",), **emergency)[0] == "emergency_health"
    assert Talk().hears("…", "danger:other", "ask:head_blow", who=Who.WITNESS, **emergency)[0] == "emergency_health"
    assert Talk().hears("…", "danger:self", told=("ill", "locked"), **emergency)[0] == "emergency_victim"
    assert Talk(minor=True).hears("…", "danger:self", told=("ill",), **emergency)[0] == "emergency_child"


def test_whoever_asks_while_speaking_of_dying_again_reads_the_lines_in_short_and_the_answer() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", **MORTAL)
    assert talk.hears("…", "feel:suicide", "ask:child_mum_learns", who=Who.CHILD, **MORTAL) == (
        "suicide_short",
        "answer.child_mum_learns",
    )
    assert talk.hears("…", "feel:suicide", **MORTAL)[0] == "suicide_again"


def test_a_question_beside_an_alarm_waits_and_one_after_it_is_answered() -> None:
    talk = Talk()
    assert "answer.know_plan" not in talk.hears("…?", "danger:self", "ask:know_plan", **VIOLENCE)
    assert "answer.emergency_silent" in talk.hears("…", "ask:emergency_silent")
    assert "answer.know_plan" in talk.hears("…", "ask:know_plan")


def test_whoever_spoke_of_dying_is_answered_what_they_ask_next() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", **MORTAL)
    said = talk.hears("…", "ask:loan_in_my_name")
    assert "answer.loan_in_my_name" in said
    assert not SUICIDE_TEXTS & set(said)


def test_whoever_goes_on_to_other_things_is_answered_again_and_their_case_stays() -> None:
    talk = Talk()
    talk.hears("…", "danger:self", **VIOLENCE)
    for _ in range(2):
        talk.hears("…", "ask:emergency_silent")
    assert "answer.medicine_taken" in talk.hears("…", "ask:medicine_taken")
    assert "danger_reminder" not in talk.hears("…", "ask:what_to_pack")
    assert "handoff_kept" in talk.hears("…", "refuse:human")
    assert "unheard_first" in talk.hears("…", "danger:self", **VIOLENCE)


@pytest.mark.parametrize(
    ("who", "command", "text"),
    [
        (Who.VICTIM, "danger:self", "emergency_victim"),
        (Who.WITNESS, "danger:other", "emergency_witness"),
        (Who.RELATIVE, "danger:other", "emergency_relative"),
    ],
)
def test_a_danger_is_answered_for_whom_it_concerns(who: Who, command: str, text: str) -> None:
    speaker = Speaker.WITNESS if who.tells_of_others else Speaker.VICTIM
    assert Talk().hears("…", Command(command, sure=0.9), who=who, speaker=speaker, **VIOLENCE)[0] == text


def test_a_child_in_danger_hears_what_is_for_children() -> None:
    assert Talk(minor=True).hears("…", Command("danger:self", sure=0.9), **VIOLENCE)[0] == "emergency_child"


def test_somebody_elses_wish_to_die_is_no_danger_of_the_writer() -> None:
    said = Talk().hears("…", "feel:suicide", who=Who.RELATIVE, speaker=Speaker.WITNESS, **MORTAL)
    assert said[0] == "suicide_witness"


def test_a_word_of_dying_or_of_tiredness_is_asked_back_once_and_each_answer_is_heard() -> None:
    asked = Talk()
    assert asked.hears("…", "doubt:suicide") == ("hurting_ask",)
    assert {"tired", "hurting", "human"} == set(asked.buttons)
    assert "suicide" in asked.hears("@hurting", "feel:suicide", **MORTAL)
    both = Talk()
    both.hears("…", "doubt:suicide")
    assert "suicide" in both.hears("both, I think of it every evening", "tell:self", "doubt:suicide")
    tired = Talk()
    tired.hears("…", "doubt:suicide")
    said = tired.hears("nie", "answer:no")
    assert "tired_heard" in said
    assert not SUICIDE_TEXTS & set(said)
    assert "hurting_ask" not in tired.hears("…", "doubt:suicide")


def test_an_alarm_that_the_conversation_does_not_bear_out_is_kept_and_hinted_at_beside_the_answer() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.HIGH)
    talk.hears("…", "ask:passport_kept")
    said = talk.hears("…", "ask:passport_back", triage=Triage.EMERGENCY, borne_out=False)
    assert "answer.passport_back" in said
    assert "danger_reminder" in said
    assert not {"emergency_victim", "emergency_steps"} & set(said)
    assert talk.findings.triage is Triage.EMERGENCY
    assert talk.state.person.value == "asked"


def test_112_is_hinted_at_once_in_a_conversation() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", triage=Triage.HIGH)
    talk.hears("…", "ask:passport_kept")
    first = talk.hears("…", "ask:passport_back", triage=Triage.EMERGENCY, borne_out=False)
    talk.hears("…?", "ask:hotline_cost")
    again = talk.hears("…", "ask:program_free", triage=Triage.EMERGENCY, borne_out=False)
    assert ("danger_reminder" in first, "danger_reminder" in again) == (True, False)


def test_a_word_of_dying_that_the_conversation_does_not_bear_out_is_answered_with_the_lines_and_not_taken_for_it() -> None:
    talk = Talk()
    said = talk.hears("…", "tell:self", borne_out=False, **MORTAL)
    assert "suicide_hint" in said
    assert not SUICIDE_TEXTS & set(said)
    assert talk.findings.triage is Triage.EMERGENCY


def test_a_first_message_is_taken_at_the_screenings_word() -> None:
    assert Talk().hears("…", triage=Triage.EMERGENCY)[0] == "emergency_victim"


def test_a_cry_for_help_alone_is_a_danger_and_no_doubt() -> None:
    assert Talk().hears("pomocy", "danger:self")[0] == "emergency_victim"


@pytest.mark.parametrize("signs", [[Indicator.VIOLENCE], [Indicator.SUICIDE_RISK]])
def test_who_writes_on_of_somebody_else_in_danger_is_answered_as_a_witness(signs: list[Indicator]) -> None:
    talk = Talk()
    command = "feel:suicide" if signs == [Indicator.SUICIDE_RISK] else "danger:other"
    talk.hears("…", command, triage=Triage.EMERGENCY, signs=signs, who=Who.WITNESS, speaker=Speaker.WITNESS)
    for _ in range(4):
        said = talk.hears("…", "ask:none", who=Who.WITNESS)
        assert not (SUICIDE_TEXTS | DANGER_TEXTS) & set(said), said


def test_whoever_spoke_of_dying_and_seems_to_deny_it_is_asked_which_it_is() -> None:
    talk = Talk()
    talk.hears("…", "feel:suicide", **MORTAL)
    denied = (Command("answer:no", sure=0.9), Command("feel:suicide", sure=0.7))
    assert talk.hears("…", *denied) == ("hurting_ask",)
    assert talk.buttons == ("tired", "hurting", "human")
    assert "suicide_denied" in talk.hears("…", "answer:no")
