"""Where sentences and clauses end, in every script."""

import pytest

from bot.language.sentences import marked_clauses, sentences


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("After 10. He sleeps then; can you write?", ["After 10.", "He sleeps then;", "can you write?"]),
        ("पैसे नहीं दिए। कहाँ जाऊँ", ["पैसे नहीं दिए।", "कहाँ जाऊँ"]),
        ("هل تسمعني؟ أنا خائف", ["هل تسمعني؟", "أنا خائف"]),
        ("o 10:30\npo pracy", ["o 10:30", "po pracy"]),
        ("kosztuje 3.50 zł", ["kosztuje 3.50 zł"]),
        (" … ", ["…"]),
        ("", []),
    ],
)
def test_sentences_end_at_marks_of_any_script_and_at_new_lines(text: str, told: list[str]) -> None:
    assert sentences(text) == told


def test_clauses_end_at_commas_and_dashes_as_well() -> None:
    assert marked_clauses("wziął paszport, نعم، nie oddał – well-known; и всё") == [
        "wziął paszport,",
        "نعم،",
        "nie oddał",
        "well-known;",
        "и всё",
    ]
