"""What the program says next: decisions without Rasa."""

import pytest

from bot import dialogue, report
from bot.acts import choose_act
from bot.messages import Indicator, Screening, Speaker, Triage
from bot.situation import Situation


def screening(topic: str = "ask_support", triage: Triage = Triage.NONE, speaker: Speaker = Speaker.OTHER) -> Screening:
    return Screening("pl", triage, topic=topic, topic_confidence=0.9, speaker=speaker)


def act(text: str, seen: Screening, **known: object) -> str:
    return choose_act(text, seen, **({"meaning": None, "named_language": None, "trusted": True} | known))  # type: ignore[arg-type]


def test_an_emergency_comes_before_everything_that_is_not_a_short_word() -> None:
    seen = screening("ask_hotline_cost", Triage.EMERGENCY)
    assert act("zamknął mnie, ile kosztuje telefon", seen, named_language="pl") == "emergency"


def test_a_question_inside_a_disclosure_is_answered() -> None:
    assert act("zabrał mi paszport, czy mnie ukarzą", screening("ask_penalty", Triage.HIGH, Speaker.VICTIM)) == "ask_penalty"


@pytest.mark.parametrize(("speaker", "expected"), [(Speaker.VICTIM, "disclose_victim"), (Speaker.WITNESS, "report_witness")])
def test_a_disclosure_under_any_small_talk_is_a_disclosure(speaker: Speaker, expected: str) -> None:
    assert act("hej, szef trzyma mój paszport", screening("greet", Triage.HIGH, speaker)) == expected


def test_an_untrusted_topic_is_not_acted_on() -> None:
    assert act("hm", screening("delete_data"), trusted=False) == "out_of_scope"
    assert act("hm", screening("delete_data", Triage.MEDIUM), trusted=False) == "disclose_victim"


@pytest.mark.parametrize("text", ["😀", "...", "?", "", "   "])
def test_a_text_without_words_is_nothing_said_and_never_a_yes(text: str) -> None:
    assert act(text, screening("affirm")) == "nothing_said"


def test_a_long_text_is_never_a_yes() -> None:
    long = "tak naprawdę to nie wiem co mam z tym zrobić bo on wraca"
    assert act(long, screening("affirm")) == "out_of_scope"


def test_at_most_two_gentle_questions_are_asked_and_one_at_a_time() -> None:
    current = Situation(act="disclose_victim", triage=Triage.HIGH, speaker=Speaker.VICTIM, handoff="queued")
    asked = []
    for _ in range(5):
        move = dialogue.follow_up(current)
        questions = [say.key for say in move.says if say.key.startswith("question_")]
        assert len(questions) <= 1
        asked += questions
        current = Situation(
            act="affirm",
            last_key="question_thanks",
            triage=Triage.HIGH,
            speaker=Speaker.VICTIM,
            handoff="queued",
            told=tuple(move.changes.get("told", current.told)),
            asked=tuple(move.changes.get("asked", current.asked)),
        )
    assert asked == ["question_safe_now", "question_can_leave"]


@pytest.mark.parametrize(
    "situation",
    [
        Situation(act="emergency", triage=Triage.EMERGENCY, speaker=Speaker.VICTIM, handoff="queued"),
        Situation(act="disclose_victim", triage=Triage.HIGH, speaker=Speaker.VICTIM, handoff="queued", quiet=True),
        Situation(act="report_witness", triage=Triage.HIGH, speaker=Speaker.WITNESS, handoff="queued"),
        Situation(act="ask_penalty", triage=Triage.HIGH, speaker=Speaker.VICTIM, handoff="queued"),
    ],
)
def test_nobody_is_questioned_in_danger_in_quiet_mode_as_a_witness_or_after_their_own_question(situation: Situation) -> None:
    assert not [say for say in dialogue.follow_up(situation).says if say.key.startswith("question_")]


def test_the_handoff_is_told_once() -> None:
    first = dialogue.follow_up(Situation(act="ask_penalty", triage=Triage.HIGH, handoff="queued"))
    assert [say.key for say in first.says] == ["handoff_told"]
    told = tuple(first.changes["told"])
    assert dialogue.follow_up(Situation(act="ask_penalty", triage=Triage.HIGH, handoff="queued", told=told)).says == ()


def test_a_medium_sign_is_offered_a_person_once_and_a_no_is_respected() -> None:
    offered = dialogue.follow_up(Situation(act="ask_job_offer", triage=Triage.MEDIUM, message_triage=Triage.MEDIUM))
    assert offered.says[0].key == "handoff_offer"
    refused = dialogue.deny(Situation(act="deny", question="handoff_offer"))
    assert refused.changes["handoff"] == "declined"
    again = Situation(
        act="ask_job_offer", triage=Triage.MEDIUM, message_triage=Triage.MEDIUM, handoff="declined", told=("handoff_offer",)
    )
    assert dialogue.follow_up(again).says == ()
    assert dialogue.ask_for_person(again).changes["wish"] == "handoff"


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
    move = dialogue.emergency(Situation(act="emergency", indicators=indicators, speaker=speaker))
    assert move.says[0].key == key


def test_not_understanding_is_said_once_then_a_person_is_offered() -> None:
    assert dialogue.not_understood(Situation(act="out_of_scope")).says[0].key == "not_understood"
    second = dialogue.not_understood(Situation(act="out_of_scope", misunderstood=1)).says[0]
    assert second.key == "not_understood_again"
    assert "human" in second.buttons


def test_a_yes_without_a_question_does_nothing() -> None:
    assert "wish" not in dialogue.affirm(Situation(act="affirm")).changes


def test_deleting_is_asked_back_once() -> None:
    asked = dialogue.delete(Situation(act="delete_data"))
    assert asked.changes["question"] == "delete_ask"
    assert dialogue.affirm(Situation(act="affirm", question="delete_ask")).changes["wish"] == "erase"
    assert dialogue.deny(Situation(act="deny", question="delete_ask")).says[0].key == "delete_kept"


def test_a_report_takes_everything_in_any_order_and_each_part_can_be_skipped() -> None:
    filled = report.slots_of("report_witness", "bus WX 12345 co rano 5:30, t.me/praca", requested="report_what", filled={})
    assert filled["report_what"].startswith("bus")
    assert filled["report_vehicle"] == "WX 12345"
    assert filled["report_when"] == "5:30"
    assert filled["report_advert"] == "t.me/praca"
    assert report.slots_of("skip", "pomiń", requested="report_where", filled={}) == {"report_where": report.SKIPPED}
    assert set(report.slots_of("report_send", "@send", requested="report_where", filled={"report_what": "x"})) == {
        slot for slot in report.SLOTS if slot != "report_what"
    }


def test_a_question_in_the_middle_of_a_report_is_no_part_of_it() -> None:
    assert report.slots_of("ask_anonymity", "kto to czyta", requested="report_where", filled={}, asks=True) == {}
    assert report.slots_of("ask_human", "człowieka", requested="report_where", filled={}) == {}


def test_a_summary_holds_only_what_was_told() -> None:
    slots = {"report_what": "krzyki", "report_where": report.SKIPPED, "report_more": "wieczorem"}
    assert report.told(slots) == {"what": "krzyki", "more": "wieczorem"}
    assert report.summary(slots) == "• krzyki\n• wieczorem"
