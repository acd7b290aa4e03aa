"""What a coordinator's correction of a phrase adds to a screening, and what it may take away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.messages import Evidence, Indicator, Screening, Triage
from bot.screening.phrase_corrections import CorrectionKind, PhraseCorrection, lowered, raised, rest_of, standing_in

CARRIED = PhraseCorrection(CorrectionKind.SAYS, "wożą nas do pana", Indicator.SEXUAL_EXPLOITATION)
OFFICE = PhraseCorrection(CorrectionKind.SAYS_NOT, "zostawiłam paszport na wizę w urzędzie", Indicator.DOCUMENTS_TAKEN)
LAUGHING = PhraseCorrection(CorrectionKind.NO_EMERGENCY, "zaraz umrę ze śmiechu no naprawdę", triage=Triage.NONE)


def screened(triage: Triage, **signs: str) -> Screening:
    return Screening("pl", triage, tuple(Evidence(Indicator(name), words) for name, words in signs.items()))


@pytest.mark.parametrize("text", ["w piątki WOŻĄ nas, do pana z brodą", "woza nas do pana", "Co tydzień: wożą\nnas do pana!"])
def test_a_phrase_that_says_a_sign_is_found_whatever_its_marks_capitals_and_diacritics(text: str) -> None:
    [(found, words)] = standing_in(text, [CARRIED])
    assert found is CARRIED
    assert words in " ".join(text.split())


@pytest.mark.parametrize("text", ["wożą nas do panas", "wożą nas tam do pana", "do pana wożą nas", "", "🙂"])
def test_other_words_are_not_the_phrase(text: str) -> None:
    assert standing_in(text, [CARRIED]) == []


def test_of_a_phrase_that_says_less_each_word_must_be_the_same() -> None:
    vietnamese = PhraseCorrection(CorrectionKind.NO_EMERGENCY, "má tôi đang ở nhà", triage=Triage.NONE)
    assert standing_in("Má tôi đang ở nhà.", [vietnamese])
    assert not standing_in("ma tôi đang ở nhà", [vietnamese])


def test_the_rest_of_a_message_is_what_stands_besides_the_phrase() -> None:
    text = "Hej, zaraz umrę ze śmiechu, no naprawdę!! Szef ma mój paszport."
    assert rest_of(text, [LAUGHING]) == "Hej, … !! Szef ma mój paszport."
    assert rest_of("ZARAZ umrę ze śmiechu, no naprawdę 😂", [LAUGHING]) == ""


def test_a_phrase_that_says_a_sign_adds_it_with_the_messages_own_words_and_raises() -> None:
    found = raised(screened(Triage.NONE), [Evidence(Indicator.SEXUAL_EXPLOITATION, "woza nas do pana")])
    assert found.indicators == (Evidence(Indicator.SEXUAL_EXPLOITATION, "woza nas do pana"),)
    assert found.triage is Triage.HIGH
    assert raised(screened(Triage.NONE), [Evidence(Indicator.SUICIDE_RISK, "x")]).triage is Triage.EMERGENCY
    assert raised(screened(Triage.EMERGENCY), [Evidence(Indicator.ISOLATION, "x")]).triage is Triage.EMERGENCY


def test_a_sign_that_the_phrase_does_not_say_goes_where_nothing_else_says_it() -> None:
    whole = screened(Triage.HIGH, documents_taken="zostawiłam paszport na wizę w urzędzie")
    after = lowered(whole, None, [OFFICE])
    assert (after.signs, after.triage) == (frozenset(), Triage.NONE)


def test_a_sign_that_goes_lowers_nothing_else_while_another_one_stays() -> None:
    words = "zostawiłam paszport na wizę w urzędzie"
    whole = replace(screened(Triage.HIGH, documents_taken=words, isolation="nie mogę dzwonić"), handoff=0.9)
    rest = replace(screened(Triage.MEDIUM, isolation="nie mogę dzwonić"), handoff=0.2)
    after = lowered(whole, rest, [OFFICE])
    assert (after.signs, after.triage, after.handoff) == ({Indicator.ISOLATION}, Triage.HIGH, 0.9)
    alone = replace(screened(Triage.HIGH, documents_taken=words), handoff=0.9)
    after = lowered(alone, rest, [OFFICE])
    assert (after.signs, after.triage, after.handoff) == ({Indicator.ISOLATION}, Triage.MEDIUM, 0.2)
    assert lowered(alone, None, [OFFICE]).handoff == 0


def test_the_likelihood_of_a_handoff_is_at_least_that_of_the_rest() -> None:
    whole, rest = replace(screened(Triage.NONE), handoff=0.1), replace(screened(Triage.NONE), handoff=0.4)
    assert lowered(whole, rest, [OFFICE]).handoff == 0.4


def test_a_phrase_that_is_no_emergency_is_as_urgent_as_the_correction_says_also_where_none_was_found() -> None:
    serious = replace(LAUGHING, triage=Triage.MEDIUM)
    whole = screened(Triage.HIGH, documents_taken="zostawiłam paszport na wizę w urzędzie")
    assert lowered(whole, None, [OFFICE, serious]) == screened(Triage.MEDIUM)
    assert lowered(screened(Triage.NONE), None, [serious]) == screened(Triage.NONE)  # it raises nothing


def test_what_the_rest_of_the_message_says_stays() -> None:
    words = "zostawiłam paszport na wizę w urzędzie"
    whole = screened(Triage.HIGH, documents_taken=words, violence="bije mnie")
    beside = screened(Triage.HIGH, violence="bije mnie")
    assert lowered(whole, beside, [OFFICE]) == screened(Triage.HIGH, violence="bije mnie")
    again = screened(Triage.HIGH, documents_taken="a potem szef go zabrał")
    assert lowered(screened(Triage.HIGH, documents_taken=words), again, [OFFICE]).signs == {Indicator.DOCUMENTS_TAKEN}
    elsewhere = screened(Triage.HIGH, documents_taken="szef schował moje dokumenty")
    assert lowered(elsewhere, screened(Triage.NONE), [OFFICE]) == elsewhere


def test_a_message_that_is_no_emergency_keeps_the_signs_that_it_has_and_what_they_bear() -> None:
    joke = screened(Triage.EMERGENCY, suicide_risk="zaraz umrę ze śmiechu")
    assert lowered(joke, None, [LAUGHING]) == screened(Triage.NONE)
    grave = screened(Triage.EMERGENCY, suicide_risk="zaraz umrę ze śmiechu", threats="grozi mi")
    assert lowered(grave, screened(Triage.NONE), [LAUGHING]) == screened(Triage.HIGH, threats="grozi mi")
    assert lowered(screened(Triage.NONE), grave, [LAUGHING]) == grave  # read by itself, the rest may say more
    urgent = lowered(joke, screened(Triage.EMERGENCY, violence="on ma nóż"), [LAUGHING])
    assert urgent.triage is Triage.EMERGENCY


def test_an_emergency_ends_by_no_correction_of_a_sign_alone() -> None:
    whole = screened(Triage.EMERGENCY, documents_taken="zostawiłam paszport na wizę w urzędzie")
    assert lowered(whole, None, [OFFICE]) == screened(Triage.EMERGENCY)
