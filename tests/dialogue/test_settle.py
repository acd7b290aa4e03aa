"""What a message means where the conversation stands: "asks X while Y"."""

from __future__ import annotations

import pytest

from bot.dialogue.commands import Command, Commands
from bot.dialogue.settle import TABLE, settle, still_open
from bot.dialogue.state import Danger, Person, State, Who


def settled(text: str, *commands: str | Command, **state: object) -> tuple[str, ...]:
    found = tuple(one if isinstance(one, Command) else Commands.of(one).all[0] for one in commands)
    return tuple(str(command) for command in settle(text, Commands(found), State(**state)).all)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("awaits", "answer", "meant"),
    [
        ("human", "answer:yes", ("want:human",)),
        ("human", "answer:no", ("refuse:human",)),
        ("erase", "answer:no", ("erase:no",)),
        ("hurting", "answer:yes", ("feel:suicide",)),
        ("hurting", "answer:no", ("feel:tired", "feel:better")),
        ("which:what_help", "answer:yes", ("ask:what_help",)),
    ],
)
def test_a_yes_or_no_answers_the_question_that_is_open(awaits: str, answer: str, meant: tuple[str, ...]) -> None:
    assert settled("…", answer, awaits=awaits) == meant
    assert settled("…", answer) == (answer,)


def test_a_yes_or_no_under_a_report_sends_it_or_keeps_it() -> None:
    shown = {"awaits": "report_send", "report": {"what": "krzyki"}}
    assert settled("tak", "answer:yes", **shown) == ("report:send",)
    assert settled("nie", "answer:no", **shown) == ("report:drop",)


@pytest.mark.parametrize("button", ["@safe_yes", "@yes"])
def test_an_old_button_answers_no_other_question_than_its_own(button: str) -> None:
    assert settled(button, "answer:yes", awaits="erase") == ("want:erase",)
    assert settled(button, "answer:yes", awaits="report_send", report={"what": "krzyki"}) == ("answer:yes",)
    assert settled("@safe_yes", "answer:yes", awaits="human") == ("answer:yes",)
    assert settled("@yes", "answer:yes", awaits="human") == ("want:human",)


def test_only_a_plain_word_erases_and_what_is_less_sure_is_asked_again() -> None:
    assert settled("tak", "answer:yes", awaits="erase") == ("erase:yes",)
    assert settled("no chyba tak", Command("answer:yes", sure=0.8), awaits="erase") == ("want:erase",)


def test_a_yes_to_another_language_takes_it() -> None:
    wanted = settle("yes", Commands.of("answer:yes"), State(awaits="language:en")).first("want:language")
    assert wanted is not None
    assert wanted.value == "en"


def test_yes_but_no_phone_call_is_a_yes_and_no_phone_call() -> None:
    assert set(settled("yes, but no phone call", "answer:yes", "refuse:call", awaits="human")) == {"want:human", "refuse:call"}


def test_what_is_told_while_a_part_of_a_report_is_asked_for_is_that_part() -> None:
    command = settle("za starym młynem", Commands.of("tell:other"), State(awaits="report:where")).first("report:value")
    assert command is not None
    assert command.value == "where=za starym młynem"


@pytest.mark.parametrize("skip", ["refuse:question", "answer:no"])
def test_skipped_or_no_in_a_report_goes_on_to_the_next_part(skip: str) -> None:
    command = settle("pomiń", Commands.of(skip), State(awaits="report:where")).first("report:value")
    assert command is not None
    assert command.value == "where="


@pytest.mark.parametrize("other", ["ask:who_reads", "danger:self", "want:human", "near", "want:erase"])
def test_a_question_a_danger_or_a_wish_in_a_report_is_no_part_of_it(other: str) -> None:
    assert settled("…", other, awaits="report:where") == (other,)


def test_a_wish_to_send_or_correct_where_no_report_was_begun_is_about_the_conversation() -> None:
    assert settled("wysyłajcie", "report:send") == ("want:human",)
    assert settled("popraw", "report:correct") == ("correct:meant",)


def test_a_report_is_read_over_before_it_is_sent() -> None:
    assert settled("wyślij", "report:send", report={"what": "krzyki"}) == ("report:show",)
    assert settled("wyślij", "report:send", report={"what": "krzyki"}, awaits="report_send") == ("report:send",)


def test_a_plain_yes_in_other_words_erases_and_one_that_says_more_is_asked_again() -> None:
    plain = Commands((Command("answer:yes", sure=0.95),))
    assert settle("tak, na pewno", plain, State(awaits="erase")).names == {"erase:yes"}
    assert settle("tak, a co z numerem?", plain.with_(Command("ask", "none")), State(awaits="erase")).names == {
        "want:erase",
        "ask",
    }
    assert settle("chyba tak", Commands((Command("answer:yes", sure=0.7),)), State(awaits="erase")).names == {"want:erase"}


def test_words_after_the_question_for_a_time_are_that_time_and_a_yes_is_none() -> None:
    command = settle("po 22, gdy on śpi", Commands.of("unclear"), State(awaits="time")).first("arrange:time")
    assert command is not None
    assert command.value == "po 22, gdy on śpi"
    assert settled("tak", "answer:yes", awaits="time") == ("answer:yes",)


def test_a_few_words_after_the_question_for_a_code_word_are_that_word_and_a_sentence_is_none() -> None:
    command = settle("dziękuję", Commands.of("thanks"), State(awaits="word")).first("arrange:word")
    assert command is not None
    assert command.value == "dziękuję"
    assert "arrange:word" not in settled("on zaraz tu wróci i zabierze telefon", "tell:self", awaits="word")


def test_a_person_wanted_and_refused_in_one_message_is_what_is_said_more_surely() -> None:
    sure, less = Command("want:human", sure=0.9), Command("refuse:human", sure=0.4)
    assert settled("nie z robotem, z człowiekiem", sure, less) == ("want:human",)
    assert settled("nie chcę człowieka", Command("want:human", sure=0.3), Command("refuse:human", sure=0.8)) == ("refuse:human",)


@pytest.mark.parametrize(("who", "left"), [(Who.WITNESS, ("danger:other",)), (Who.VICTIM, ("danger:self",))])
def test_who_writes_decides_whose_danger_it_is(who: Who, left: tuple[str, ...]) -> None:
    assert settled("…", "danger:self", "danger:other", who=who) == left


@pytest.mark.parametrize("part", ["ask:delete_on_phone_only", "ask:delete_one_part"])
def test_who_asks_how_to_clear_only_the_phone_or_one_part_erases_nothing_here(part: str) -> None:
    wish = Command("want:erase", sure=0.8)
    assert settled("nie u was, tylko u mnie w telefonie", wish, part) == (part,)
    assert settled("skasuj to", Command("want:erase"), part) == ("want:erase", part)
    assert settled("skasujcie to, i kto to czyta", wish, "ask:who_reads") == ("want:erase", "ask:who_reads")


def test_whoever_tells_and_hardly_asks_is_heard_and_not_told_that_there_is_no_answer() -> None:
    hardly, surely = (Command("ask", "none", sure=sure) for sure in (0.9, 0.97))
    assert settled("szef ma mój paszport i nie wiem", "tell:self", hardly) == ("tell:self",)
    assert settled("szef ma mój paszport, i co?", "tell:self", hardly) == ("tell:self", "ask:none")
    assert settled("szef ma mój paszport i jak go odebrać", "tell:self", surely) == ("tell:self", "ask:none")


def test_what_is_told_in_earnest_beside_a_joke_that_is_taken_back_is_heard() -> None:
    joke, hardly, surely = Command("correct:joke", sure=0.9), Command("tell:self", sure=0.4), Command("tell:self", sure=0.8)
    assert settled("żartowałem, ale na serio zabrał mi paszport", joke, surely) == ("tell:self",)
    assert settled("to był żart", joke, hardly) == ("correct:joke", "tell:self")


def test_a_refusal_in_doubt_is_none_where_nobody_was_asked_for_or_offered() -> None:
    assert settled("…", Command("doubt:refuse", sure=0.88), "tell:self") == ("doubt:refuse", "tell:self")


def test_a_refusal_in_doubt_is_asked_about_where_somebody_waits() -> None:
    assert settled("…", Command("doubt:refuse", sure=0.8), "tell:self", person=Person.ASKED) == ("doubt:refuse", "tell:self")


@pytest.mark.parametrize("small", ["greet", "thanks", "bye", "off", "unclear"])
def test_a_courtesy_beside_a_matter_says_nothing(small: str) -> None:
    assert settled("dzień dobry, gdzie mogę dziś spać?", small, "ask:sleep_tonight") == ("ask:sleep_tonight",)
    assert settled("dzień dobry", small) == (small,)


def test_a_few_words_that_are_nothing_belong_to_what_somebody_is_telling() -> None:
    assert settled("przy drodze do lasu", "unclear", told_self=True) == ("tell:self",)
    assert settled("przy drodze do lasu", "unclear", told_other=True, who=Who.WITNESS) == ("tell:other",)
    assert settled("przy drodze do lasu", "unclear") == ("unclear",)


def test_a_form_waits_while_something_else_is_answered_and_other_questions_do_not() -> None:
    asked = Commands.of("ask:who_reads")
    assert still_open(State(awaits="report:where"), asked) == "report:where"
    assert still_open(State(awaits="time"), asked) == "time"
    assert still_open(State(awaits="safe_now"), asked) is None
    assert still_open(State(awaits="time"), Commands((Command("arrange:time", "rano"),))) is None


def test_each_row_of_the_table_says_its_situation_once() -> None:
    situations = [row.situation for row in TABLE]
    assert len(situations) == len(set(situations))


@pytest.mark.parametrize(("person", "meant"), [(Person.ASKED, "ask:consultant_nobody_writes"), (Person.NONE, "unclear")])
def test_a_mere_question_mark_from_somebody_who_waits_asks_whether_one_has_written(person: Person, meant: str) -> None:
    assert settled("??", "unclear", person=person) == (meant,)
    assert settled("hm hm hm", "unclear", person=person) == ("unclear",)


def test_a_no_and_dying_in_one_breath_is_asked_about_where_dying_was_spoken_of() -> None:
    both = (Command("answer:no", sure=0.9), Command("feel:suicide", sure=0.7))
    assert settled("no me quiero morir", *both, suicide=Danger.OPEN) == ("answer:no", "doubt:denied")
    assert settled("no me quiero morir", *both) == ("answer:no", "feel:suicide")
    surely = (Command("answer:no", sure=0.6), Command("feel:suicide", sure=0.9))
    assert settled("no, quiero morir", *surely, suicide=Danger.OPEN) == ("answer:no", "feel:suicide")


def test_dying_that_is_denied_as_surely_is_denied_and_less_surely_asked_about_with_who_spoke_of_it_before() -> None:
    def both(dying: float, denied: float, before: Danger, turns: int = 1) -> tuple[str, ...]:
        heard = (Command("feel:suicide", sure=dying), Command("feel:better", sure=denied))
        return settled("…", *heard, suicide=before, turns=turns)

    assert both(0.8, 0.8, Danger.OPEN) == ("feel:better",)
    assert both(0.5, 0.8, Danger.NONE) == ("feel:better",)
    assert both(0.82, 0.78, Danger.OVER) == ("doubt:denied",)
    assert both(0.82, 0.78, Danger.NONE) == ("feel:suicide",)
    assert both(0.5, 0.8, Danger.NONE, turns=0) == ("doubt:denied",)  # a first message: "I am fine, but I think of dying"


def test_what_hardly_refuses_to_answer_is_the_part_of_a_report_that_is_asked_for() -> None:
    street = "Krakow, I don't know the street"
    hardly, surely = (Command("refuse:question", sure=sure) for sure in (0.4, 0.9))
    assert settled(street, hardly, awaits="report:place") == ("report:value",)
    assert settled("no idea", surely, awaits="report:place") == ("report:value",)
    kept, skipped = (
        settle(text, Commands((one,)), State(awaits="report:place")).all[0] for text, one in ((street, hardly), ("?", surely))
    )
    assert kept.value == f"place={street}"
    assert skipped.value == "place="
