"""What is said to somebody in danger, or after a word of suicide, and how what they tell on is received."""

from dataclasses import replace

import pytest

from bot import dialogue, report, telling
from bot.messages import Indicator, Speaker, Triage
from bot.receipt import HEARD, receipt
from bot.situation import Situation


@pytest.mark.parametrize(
    ("indicators", "speaker", "key"),
    [
        ((Indicator.SUICIDE_RISK,), Speaker.VICTIM, "suicide"),
        ((Indicator.CHILD_EXPLOITATION,), Speaker.WITNESS, "emergency_child"),
        ((Indicator.VIOLENCE,), Speaker.WITNESS, "emergency_witness"),
        ((Indicator.VIOLENCE,), Speaker.VICTIM, "emergency_victim"),
    ],
)
def test_an_emergency_is_answered_for_whom_it_concerns(indicators: tuple[Indicator, ...], speaker: Speaker, key: str) -> None:
    move = telling.emergency(Situation(act="emergency", indicators=indicators, speaker=speaker))
    assert move.says[0].key == key


def test_who_is_in_danger_and_writes_on_is_told_once_what_to_do_now() -> None:
    current = Situation(
        act="disclose_victim", triage=Triage.EMERGENCY, danger="danger", speaker=Speaker.VICTIM, last_key="emergency_victim"
    )
    here = telling.acknowledge(current)
    assert [say.key for say in here.says] == ["danger_here"]
    after = replace(current, told=tuple(here.changes["told"]), last_key="danger_here")
    assert [say.key for say in telling.acknowledge(after).says] == ["disclose_more"]
    assert [say.key for say in dialogue.not_understood(replace(after, act="out_of_scope")).says] == ["emergency_steps"]
    assert "danger_here" not in [say.key for say in telling.acknowledge(replace(after, danger=None)).says]


@pytest.mark.parametrize(
    ("act", "then"),
    [
        ("out_of_scope", "danger_here"),
        ("ask_statistics", "danger_here"),
        ("deny", "danger_here"),
        ("ask_shelter", "ask_shelter"),  # who was told what to do is answered like others
        ("nothing_said", "nothing_said"),
    ],
)
def test_who_is_in_danger_is_told_what_to_do_and_never_that_they_were_not_understood(act: str, then: str) -> None:
    moves = {"out_of_scope": dialogue.not_understood, "deny": dialogue.deny, "nothing_said": dialogue.plain}
    current = Situation(
        act=act, triage=Triage.EMERGENCY, danger="danger", speaker=Speaker.VICTIM, last_key="emergency_victim", text="bateria 4"
    )
    assert [say.key for say in moves.get(act, dialogue.answer)(current).says] == ["emergency_steps"]
    later = replace(current, told=("emergency_steps",), last_key="emergency_steps")
    assert [say.key for say in moves.get(act, dialogue.answer)(later).says] == [then]


@pytest.mark.parametrize("act", ["out_of_scope", "ask_child", "goodbye", "ask_hotline_languages"])
def test_who_thinks_of_suicide_is_stayed_with(act: str) -> None:
    current = Situation(act=act, triage=Triage.EMERGENCY, danger="suicide", speaker=Speaker.VICTIM, last_key="suicide")
    move = dialogue.not_understood(current) if act == "out_of_scope" else dialogue.answer(current)
    assert [say.key for say in move.says] == ["suicide_here"]


def test_a_question_that_is_asked_once_more_in_danger_gets_its_own_answer() -> None:
    current = Situation(
        act="ask_shelter", triage=Triage.EMERGENCY, danger="danger", last_key="danger_here", told=("emergency_steps",)
    )
    assert [say.key for say in dialogue.answer(current).says] == ["ask_shelter"]


@pytest.mark.parametrize("asked", ["ask_support", "cannot_call"])
def test_what_to_do_and_not_being_able_to_speak_are_answered_for_the_danger(asked: str) -> None:
    current = Situation(act=asked, triage=Triage.EMERGENCY, danger="danger", speaker=Speaker.VICTIM, text="co mam robić")
    move = dialogue.answer(current) if asked == "ask_support" else dialogue.plain(current)
    assert [say.key for say in move.says] == ["emergency_steps"]


def test_a_second_word_of_suicide_gets_what_to_do_if_something_was_done_already() -> None:
    here = (Indicator.SUICIDE_RISK,)
    first = telling.emergency(Situation(act="emergency", triage=Triage.EMERGENCY, indicators=here, message_indicators=here))
    told = tuple(first.changes["told"])
    second = telling.emergency(
        Situation(act="emergency", triage=Triage.EMERGENCY, indicators=here, message_indicators=here, told=told)
    )
    assert [first.says[0].key, second.says[0].key] == ["suicide", "suicide_again"]


def test_a_danger_after_a_word_of_suicide_is_answered_as_the_danger() -> None:
    move = telling.emergency(
        Situation(
            act="emergency",
            triage=Triage.EMERGENCY,
            speaker=Speaker.VICTIM,
            indicators=(Indicator.SUICIDE_RISK, Indicator.VIOLENCE),
            message_indicators=(Indicator.VIOLENCE,),
        )
    )
    assert move.says[0].key == "emergency_victim"


def test_violence_at_home_names_the_line_against_it_once_and_only_when_nothing_else_is_told() -> None:
    told = Situation(
        act="disclose_victim", triage=Triage.HIGH, speaker=Speaker.VICTIM, at_home=True, indicators=(Indicator.VIOLENCE,)
    )
    move = telling.acknowledge(told)
    assert "home_violence" in [say.key for say in move.says]
    more = replace(told, told=tuple(move.changes["told"]))
    assert "home_violence" not in [say.key for say in telling.acknowledge(more).says]
    with_work = replace(told, indicators=(Indicator.VIOLENCE, Indicator.FORCED_LABOUR))
    assert "home_violence" not in [say.key for say in telling.acknowledge(with_work).says]


def test_a_child_that_is_exploited_hears_of_the_lines_for_children() -> None:
    move = telling.acknowledge(
        Situation(act="disclose_victim", triage=Triage.HIGH, speaker=Speaker.VICTIM, indicators=(Indicator.CHILD_EXPLOITATION,))
    )
    assert [say.key for say in move.says] == ["disclose_child"]


def test_a_witness_who_leaves_the_subject_out_stays_a_witness() -> None:
    move = telling.acknowledge(
        Situation(act="disclose_victim", triage=Triage.HIGH, speaker=Speaker.WITNESS, told=("witness_first",))
    )
    assert [say.key for say in move.says] == ["witness_more"]


@pytest.mark.parametrize(
    ("speaker", "told", "goes_on"),
    [(Speaker.WITNESS, None, True), (Speaker.VICTIM, None, False), (Speaker.VICTIM, "krzyki", True)],
)
def test_a_danger_told_in_a_report_is_asked_on_unless_a_victim_has_told_nothing_before(
    speaker: Speaker, told: str | None, goes_on: bool
) -> None:
    reporting = Situation(
        act="emergency",
        triage=Triage.EMERGENCY,
        speaker=speaker,
        form=report.FORM,
        requested="report_where",
        report={"report_what": told},
        text="zamknęli ich w piwnicy",
    )
    move = telling.emergency(reporting)
    assert move.goes_on is goes_on
    assert move.changes["report_where"] == "zamknęli ich w piwnicy"


def test_what_to_do_in_a_danger_is_said_once_and_what_is_told_on_is_read() -> None:
    """The same two texts about 112, in turns at whatever was written, were the worst fault of a trial."""
    current = Situation(act="emergency", triage=Triage.EMERGENCY, message_triage=Triage.EMERGENCY, speaker=Speaker.VICTIM)
    said = []
    for _ in range(5):
        move = telling.emergency(current)
        said.append(move.says[0].key)
        current = replace(current, told=tuple(move.changes["told"]), last_key=move.changes["last_key"])
    assert said == ["emergency_victim", "emergency_steps", "danger_here", "disclose_more", "danger_here"]


def test_a_witness_who_goes_on_telling_of_a_danger_is_thanked() -> None:
    current = Situation(act="emergency", triage=Triage.EMERGENCY, message_triage=Triage.EMERGENCY, speaker=Speaker.WITNESS)
    first = telling.emergency(current)
    second = telling.emergency(replace(current, told=tuple(first.changes["told"]), last_key="emergency_witness"))
    assert [first.says[0].key, second.says[0].key] == ["emergency_witness", "witness_more"]
    calm = replace(current, act="disclose_victim", message_triage=Triage.NONE, danger="danger", told=tuple(first.changes["told"]))
    assert telling.acknowledge(calm).says[0].key.startswith("witness")


DANGER = Situation(
    act="safer", triage=Triage.EMERGENCY, danger="danger", speaker=Speaker.VICTIM, handoff="queued", last_key="emergency_victim"
)


@pytest.mark.parametrize("danger", ["danger", "suicide"])
def test_a_danger_that_is_said_to_be_over_is_over_until_the_next_one(danger: str) -> None:
    current = replace(DANGER, danger=danger)
    calmer = telling.safer(current)
    assert [say.key for say in calmer.says] == ["safer_now"]
    later = replace(current, act="disclose_victim", told=tuple(calmer.changes["told"]), last_key="safer_now")
    assert not telling.danger_open(later)
    again = telling.emergency(replace(later, act="emergency", message_triage=Triage.EMERGENCY))
    assert "safer_now" not in again.changes["told"]


def test_calmer_words_where_nothing_was_alarming_are_only_read() -> None:
    assert [say.key for say in telling.safer(Situation(act="safer")).says] == ["told_go_on"]


def test_something_done_to_oneself_already_is_answered_with_the_call_for_help_at_once() -> None:
    current = Situation(
        act="emergency",
        triage=Triage.EMERGENCY,
        message_triage=Triage.EMERGENCY,
        message_indicators=(Indicator.SUICIDE_RISK,),
        done_already=True,
    )
    move = telling.emergency(current)
    assert [say.key for say in move.says] == ["suicide_again"]
    assert "suicide" in move.changes["told"]


TOLD = Situation(
    act="disclose_victim",
    triage=Triage.HIGH,
    message_triage=Triage.HIGH,
    speaker=Speaker.VICTIM,
    handoff="queued",
    told=("disclose_first",),
    last_key="disclose_first",
)


@pytest.mark.parametrize(("sign", "text"), list(HEARD.items()))
def test_each_grave_thing_is_heard_as_what_it_is_once(sign: Indicator, text: str) -> None:
    current = replace(TOLD, message_indicators=(sign,), told=(*TOLD.told, "asked"))
    move = telling.acknowledge(current)
    assert [say.key for say in move.says] == [text]
    later = replace(current, told=tuple(move.changes["told"]), last_key=text)
    assert receipt(later) == "disclose_grave"


def test_a_question_without_an_answer_in_a_telling_is_for_the_consultant_and_not_only_received() -> None:
    current = replace(TOLD, message_triage=Triage.NONE, asks=True, last_key="disclose_more")
    assert [say.key for say in telling.acknowledge(current).says] == ["question_waits"]
    assert receipt(replace(current, handoff="none")) == "told_go_on"


def test_who_told_of_themselves_is_no_witness_of_their_own_family_and_a_witness_stays_one() -> None:
    family = replace(TOLD, act="report_witness", speaker=Speaker.WITNESS)
    assert [say.key for say in telling.acknowledge(family).says] == ["disclose_grave"]
    seen = replace(TOLD, told=("witness_first",), last_key="witness_first")
    assert [say.key for say in telling.acknowledge(seen).says] == ["witness_more"]
    assert [say.key for say in telling.acknowledge(replace(seen, oneself=True)).says] == ["disclose_first"]


def test_a_witness_who_came_with_a_relative_is_not_given_the_line_against_violence_at_home() -> None:
    current = replace(
        TOLD, act="report_witness", speaker=Speaker.WITNESS, told=(), at_home=True, indicators=(Indicator.SURVEILLANCE,)
    )
    assert "home_violence" not in [say.key for say in telling.acknowledge(current).says]
    beaten = replace(current, indicators=(Indicator.VIOLENCE,))
    assert "home_violence" in [say.key for say in telling.acknowledge(beaten).says]


def test_somebody_under_age_hears_once_that_they_may_write_and_whom_the_program_tells() -> None:
    current = Situation(act="out_of_scope", minor=True, text="hi im 15 am i allowed to write here", asks=True)
    move = dialogue.not_understood(current)
    assert [say.key for say in move.says] == ["child_here"]
    asked = Situation(act="ask_anonymity", minor=True, told=tuple(move.changes["told"]), asks=True)
    secret = dialogue.answer(asked)
    assert [say.key for say in secret.says] == ["child_secret"]
    assert [say.key for say in dialogue.answer(replace(asked, told=tuple(secret.changes["told"]))).says] == ["ask_anonymity"]
