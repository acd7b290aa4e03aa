"""What is told beside a question raises the message's screening, and never lowers it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Evidence, Indicator, Screening, Speaker, Triage
from bot.screening.beside import raised_by

SCREENINGS = st.builds(
    Screening,
    language=st.just("pl"),
    triage=st.sampled_from(list(Triage)),
    indicators=st.lists(st.builds(Evidence, st.sampled_from(list(Indicator)), st.just("słowa")), max_size=3).map(tuple),
    speaker=st.sampled_from(list(Speaker)),
    topic=st.just("ask_hotline_cost"),
)


@given(SCREENINGS, st.lists(SCREENINGS, max_size=3))
def test_nothing_that_was_found_in_the_whole_is_lost(whole: Screening, told: list[Screening]) -> None:
    raised = raised_by(whole, told)
    assert raised.triage.rank >= whole.triage.rank
    assert raised.signs >= whole.signs
    assert raised.topic == whole.topic


def test_a_passport_taken_beside_a_question_about_the_price_needs_a_person() -> None:
    whole = Screening("pl", Triage.NONE, topic="ask_hotline_cost")
    told = Screening("pl", Triage.HIGH, (Evidence(Indicator.DOCUMENTS_TAKEN, "zabrał paszporty"),), Speaker.VICTIM)
    raised = raised_by(whole, [told])
    assert raised.triage is Triage.HIGH
    assert raised.signs == {Indicator.DOCUMENTS_TAKEN}
    assert raised.speaker is Speaker.VICTIM


def test_a_worry_beside_a_question_calls_nobody() -> None:
    whole = Screening("pl", Triage.NONE)
    assert raised_by(whole, [Screening("pl", Triage.MEDIUM)]) == whole
