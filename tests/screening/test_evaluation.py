from __future__ import annotations

import pytest

from bot.messages import LANGUAGES, Evidence, Indicator, Screening, Speaker, Triage
from bot.screening.evaluation import Judged, Share, evaluation_rows, in_own_script, measure, read_conversations
from bot.screening.rows import NLU_DATA, Row, evaluation_files, held_out, read_rows, training_files, validation_files


def row(text: str = "x", language: str = "pl", triage: Triage = Triage.HIGH) -> Row:
    return Row(text, language, "disclose_victim", triage, frozenset({Indicator.THREATS}), Speaker.VICTIM)


def test_the_interval_of_wilson_is_as_in_the_books() -> None:
    low, high = Share(81, 263).interval()
    assert (round(low, 3), round(high, 3)) == (0.255, 0.366)


def test_an_emergency_seen_as_high_counts_for_the_handoff_and_not_as_emergency() -> None:
    said = Screening("pl", Triage.HIGH, (Evidence(Indicator.VIOLENCE, "x"),), Speaker.VICTIM, "disclose_victim", 0.9)
    figures = measure([Judged(row(triage=Triage.EMERGENCY), said, 0.8)])
    assert figures["handoff"] == Share(1, 1)
    assert figures["emergency"] == Share(0, 1)
    assert figures["false alarms"] == Share(0, 0)
    assert figures["indicators"] == Share(0, 2)


@pytest.mark.parametrize(
    ("text", "language", "asked"),
    [
        ("він забрав мій паспорт", "uk", True),
        ("vin zabrav miy pasport", "uk", False),
        ("zabrał mi paszport", "pl", True),
        ("zabrał paszport", "pl", False),
        ("lấy hộ chiếu của tôi", "vi", True),
    ],
)
def test_language_is_asked_for_from_three_words_in_the_own_script(text: str, language: str, asked: bool) -> None:
    assert in_own_script(row(text, language)) is asked


def test_what_stands_in_the_training_data_is_left_out_of_the_evaluation_and_counted() -> None:
    rows, left_out = evaluation_rows()
    trained = {item.text.casefold() for item in read_rows(training_files())}
    assert not [item.text for item in rows if item.text.casefold() in trained]
    assert len(rows) + left_out == len(read_rows(evaluation_files()))
    assert left_out < 0.01 * len(rows)


def test_a_tenth_of_the_rows_is_held_out() -> None:
    rows = read_rows(training_files())
    assert 0.08 < sum(map(held_out, rows)) / len(rows) < 0.12


def test_the_conversations_can_be_read() -> None:
    assert len(read_conversations()) >= 40


def test_what_is_urgent_is_measured_in_every_language_on_messages_that_nothing_was_learned_from() -> None:
    rows = read_rows(sorted((NLU_DATA / "evaluation_urgent").glob("*/*.yml")))
    known = {row.text.casefold() for row in read_rows([*training_files(), *validation_files()])}
    assert {row.language for row in rows} == set(LANGUAGES)
    assert not {row.text.casefold() for row in rows} & known
