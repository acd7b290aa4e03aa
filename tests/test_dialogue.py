"""What the program says next: decisions without Rasa."""

import itertools
from dataclasses import replace

import pytest

from bot import dialogue, offer, report, telling
from bot.acts import choose_act, meaning_of
from bot.lexicon import Lexicon
from bot.messages import Screening, Speaker, Triage
from bot.situation import Situation

LEXICON = Lexicon.load()


def screening(topic: str = "ask_support", triage: Triage = Triage.NONE, speaker: Speaker = Speaker.OTHER) -> Screening:
    return Screening("pl", triage, topic=topic, topic_confidence=0.9, speaker=speaker)


def act(text: str, seen: Screening, **known: object) -> str:
    return choose_act(text, seen, **({"meaning": None, "named_language": None, "trusted": True} | known))  # type: ignore[arg-type]


def test_an_emergency_comes_before_everything_that_is_not_a_short_word() -> None:
    seen = screening("emergency", Triage.EMERGENCY)
    assert act("zamknął mnie, ile kosztuje telefon", seen, named_language="pl") == "emergency"


@pytest.mark.parametrize("topic", ["ask_hotline_cost", "disclose_victim", "out_of_scope", "greet"])
def test_what_is_as_urgent_as_an_emergency_and_not_told_as_one_is_answered_as_what_it_tells(topic: str) -> None:
    assert (
        act("nie wypuszczają mnie, ile kosztuje telefon", screening(topic, Triage.EMERGENCY, Speaker.VICTIM)) == "disclose_victim"
    )
    assert act("nie wypuszczają jej", screening(topic, Triage.EMERGENCY, Speaker.WITNESS)) == "report_witness"


def test_a_statement_that_is_not_understood_is_read_and_a_question_is_asked_in_other_words() -> None:
    said = Situation(act="out_of_scope", text="sprzątam u bogatej rodziny za miastem")
    assert [say.key for say in dialogue.not_understood(said).says] == ["told_go_on"]
    asked = Situation(act="out_of_scope", text="gdzie jest najbliższa piekarnia w mieście", asks=True)
    assert [say.key for say in dialogue.not_understood(asked).says] == ["not_understood"]


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
    assert offer.ask_for_person(again).changes["wish"] == "handoff"


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
    open_question = Situation(act="affirm", question="delete_ask", last_key="delete_ask")
    assert dialogue.affirm(open_question).changes["wish"] == "erase"
    between = dialogue.affirm(replace(open_question, last_key="told_go_on"))
    assert [say.key for say in between.says] == ["delete_ask"]
    assert "wish" not in between.changes
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
    assert report.summary(slots, {"part_what": "Co"}) == "• Co: krzyki\n• wieczorem"


def test_the_beginning_of_a_story_is_heard_and_nobody_is_pitied_for_it() -> None:
    move = telling.acknowledge(Situation(act="disclose_victim", speaker=Speaker.VICTIM))
    assert [say.key for say in move.says] == ["told_go_on"]
    again = telling.acknowledge(Situation(act="disclose_victim", speaker=Speaker.VICTIM, last_key="told_go_on"))
    assert [say.key for say in again.says] == ["nothing_said"]


def test_a_short_question_that_goes_on_gets_more_of_the_same_matter_and_then_a_person() -> None:
    current = Situation(act="ask_unpaid_wages", follows=True, last_key="ask_unpaid_wages", text="a bez umowy?")
    move = dialogue.answer(current)
    assert [say.key for say in move.says] == ["ask_unpaid_wages_more"]
    again = replace(current, told=tuple(move.changes["told"]), last_key="ask_unpaid_wages_more")
    assert [say.key for say in dialogue.answer(again).says] == ["said_above"]


def test_an_answer_to_the_question_of_erasing_that_is_neither_yes_nor_no_erases_nothing_and_says_so() -> None:
    asked = Situation(act="out_of_scope", question="delete_ask", last_key="delete_ask", text="hm")
    move = dialogue.not_understood(asked)
    assert [say.key for say in move.says] == ["delete_unclear"]
    assert "wish" not in move.changes
    still = dialogue.not_understood(replace(asked, last_key="delete_unclear", text="is it gone?", asks=True))
    assert [say.key for say in still.says] == ["delete_unclear"]
    other = dialogue.not_understood(replace(asked, last_key="abuse"))
    assert [say.key for say in other.says] == ["not_understood"]
    assert other.changes["question"] is None


def test_who_asks_on_is_not_given_the_same_answer_again_and_a_button_gives_it() -> None:
    asked = Situation(act="ask_police", text="a jak mnie szukają?", last_key="ask_police")
    assert [say.key for say in dialogue.answer(asked).says] == ["said_above"]
    assert [say.key for say in dialogue.answer(replace(asked, text="@topic_police")).says] == ["ask_police"]
    assert [say.key for say in dialogue.answer(replace(asked, last_key="said_above")).says] == ["ask_police"]


@pytest.mark.parametrize(("triage", "key"), [(Triage.NONE, "residence_plain"), (Triage.HIGH, "ask_residence")])
def test_an_ordinary_question_of_stay_hears_nothing_of_offenders(triage: Triage, key: str) -> None:
    assert dialogue.answer(Situation(act="ask_residence", triage=triage, text="a karta pobytu?")).says[0].key == key


def test_who_asks_who_reads_while_they_wait_hears_that_they_wait() -> None:
    move = dialogue.answer(Situation(act="ask_anonymity", handoff="queued", text="kto to czyta"))
    assert [say.key for say in move.says] == ["ask_anonymity", "handoff_already"]


def test_a_summary_waits_through_a_question_and_a_skip_and_send_shows_it_again() -> None:
    waiting = Situation(act="ask_anonymity", text="kto to czyta", question="report_summary", report={"report_what": "krzyki"})
    assert [say.key for say in dialogue.answer(waiting).says] == ["ask_anonymity", "report_summary"]
    assert [say.key for say in dialogue.skip(waiting).says] == ["report_summary"]
    closed = replace(waiting, question=None, act="report_send", text="wyślij")
    assert [say.key for say in dialogue.affirm(closed).says] == ["report_summary"]


def test_a_question_that_nobody_understands_is_no_part_of_a_report() -> None:
    known = {"requested": "report_where", "filled": {}, "asks": True}
    assert report.slots_of("out_of_scope", "a to do kogo idzie?", inquires=True, **known) == {}  # type: ignore[arg-type]
    assert report.slots_of("out_of_scope", "chyba pięć?", **known) == {"report_where": "chyba pięć?"}  # type: ignore[arg-type]


def test_not_understanding_is_not_said_a_third_time() -> None:
    keys, current = [], Situation(act="out_of_scope")
    for _ in range(5):
        move = dialogue.not_understood(current)
        keys.append(move.says[0].key)
        current = replace(
            current,
            last_key=move.changes["last_key"],
            misunderstood=move.changes.get("misunderstood", current.misunderstood),
        )
    assert keys[:3] == ["not_understood", "not_understood_again", "nothing_said"]
    assert all(first != second for first, second in itertools.pairwise(keys))


@pytest.mark.parametrize(
    ("text", "queued", "meaning"),
    [
        ("słuchajcie, poproszę człowieka bo się gubię", False, "human"),
        ("nie chcę rozmawiać z człowiekiem", False, None),
        ("a może jednak cofnij to proszę", True, "withdraw"),
        ("a może jednak cofnij to proszę", False, None),
        ("stop, nie chcę już", False, "enough"),
        ("nie chcę już dla niego pracować", False, None),
        ("umówione słowo: malina", False, "code_word"),
        ("to już wszystko, wyślij", False, "send"),
        ("najlepiej pisać do mnie w środę po południu", False, "safe_time"),
        ("nie mogę dzwonić, on chodzi po domu", False, "cannot_call"),
        ("zgubiłam paszport w tramwaju wczoraj, gdzie się zgłosić", False, "lost_document"),
        ("szef: nie", False, None),
    ],
)
def test_a_wish_is_found_inside_a_message_and_a_refusal_is_none(text: str, queued: bool, meaning: str | None) -> None:
    calm = Screening("pl", Triage.NONE)
    assert meaning_of(text, calm, "pl", LEXICON, queued=queued, quiet=False) == meaning


@pytest.mark.parametrize("question", [None, "handoff_offer"])
def test_no_handoff_is_taken_back_or_declined_by_a_sentence_that_only_sounds_like_a_no(question: str | None) -> None:
    current = Situation(
        act="deny",
        listed=False,
        certain=True,
        question=question,
        last_key="handoff_told",
        handoff="queued",
        text="nie salon, hotel",
    )
    assert dialogue.deny(current).changes.get("wish") is None
    assert dialogue.deny(current).changes.get("handoff") != "declined"


def test_who_tells_of_something_and_wants_it_erased_is_asked_back() -> None:
    current = Situation(act="emergency", triage=Triage.EMERGENCY, message_triage=Triage.EMERGENCY, also="delete_ask")
    move = telling.emergency(current)
    assert [say.key for say in move.says] == ["emergency_victim", "delete_ask"]
    assert move.changes["question"] == "delete_ask"


def test_what_calls_nobody_yet_is_received_without_a_word_on_how_hard_it_is() -> None:
    current = Situation(act="disclose_victim", triage=Triage.MEDIUM, message_triage=Triage.MEDIUM, speaker=Speaker.VICTIM)
    assert telling.acknowledge(current).says[0].key == "disclose_more"


def test_who_said_no_to_a_consultant_and_writes_of_something_urgent_hears_why_it_waits_now() -> None:
    asked = Situation(act="deny", question="handoff_offer", handoff="offered", text="nie")
    declined = dialogue.deny(asked)
    assert [say.key for say in declined.says] == ["handoff_declined"]
    told = tuple(declined.changes["told"])
    urgent = Situation(act="disclose_victim", triage=Triage.HIGH, handoff="queued", told=told, speaker=Speaker.VICTIM)
    assert dialogue.follow_up(urgent).says[0].key == "handoff_after_all"
    assert dialogue.follow_up(replace(urgent, told=())).says[0].key == "handoff_told"


def test_a_no_to_an_offer_after_something_urgent_takes_the_waiting_back_and_says_what_is_true() -> None:
    current = Situation(act="deny", question="handoff_offer", handoff="queued", text="nie", triage=Triage.HIGH)
    move = dialogue.deny(current)
    assert [say.key for say in move.says] == ["handoff_withdrawn"]
    assert move.changes["wish"] == "withdraw"
