"""A row of the training data that cannot be meant is refused, and says where and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.messages import Indicator, Triage
from bot.screening.rows import RowInvalid, read_rows

ROW = '{text: "gospodyni schowała mój dowód", metadata: {language: pl, triage: high, indicators: [documents_taken], speaker: victim}}'
WHOLE = f"nlu:\n- intent: disclose_victim\n  examples:\n  - {ROW}\n"


def written(folder: Path, content: str) -> Path:
    path = folder / "corrections.yml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_corrected_phrase_is_read_with_its_labels(tmp_path: Path) -> None:
    (row,) = read_rows([written(tmp_path, WHOLE)])
    assert (row.language, row.triage, row.indicators) == ("pl", Triage.HIGH, {Indicator.DOCUMENTS_TAKEN})


@pytest.mark.parametrize("content", ['version: "3.1"\nnlu:\n', 'version: "3.1"\nnlu: []\n', ""])
def test_a_file_without_rows_has_none(tmp_path: Path, content: str) -> None:
    assert read_rows([written(tmp_path, content)]) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (WHOLE.replace("indicators", "indicator"), r"metadata\.indicator: Extra"),
        (WHOLE.replace("documents_taken", "document_taken"), r"metadata\.indicators"),
        (WHOLE.replace("triage: high, ", ""), r"metadata\.triage: Field required"),
        (WHOLE.replace(", speaker: victim", ""), r"metadata\.speaker: Field required"),
        (WHOLE.replace("language: pl, ", ""), "has no language"),
        (WHOLE.replace("language: pl", "language: xx"), "unknown language 'xx'"),
        (WHOLE.replace("nlu:", "nul:"), r"nlu: Field required; nul: Extra"),
        (WHOLE.replace("examples:", "example:"), r"nlu\.0\.examples: Field required; nlu\.0\.example: Extra"),
        (WHOLE.replace("- intent: disclose_victim\n  examples", "- examples"), r"nlu\.0\.intent: Field required"),
        (
            WHOLE.replace("examples:", "examples: |").replace("  - {", "    - {"),
            r"nlu\.0\.examples: Input should be a valid list",
        ),
        (WHOLE.replace("speaker: victim}}", "speaker: victim}"), "cannot be read"),
        (WHOLE.replace("[documents_taken]", "[]"), "high without a sign"),
        (WHOLE.replace("high", "none"), "none with the sign documents_taken, .* need `triage: high` at least, or not this sign"),
        (WHOLE.replace("high", "medium"), "medium with the sign documents_taken, .* need `triage: high` at least"),
        (
            WHOLE.replace("documents_taken", "suicide_risk"),
            "high with the sign suicide_risk, .* need `triage: emergency` at least",
        ),
        (
            WHOLE.replace("high", "none").replace("documents_taken", "isolation"),
            "none with the sign isolation, .* `triage: medium`",
        ),
        (WHOLE.replace("disclose_victim", "disclose"), "'disclose'"),
        (WHOLE.replace(ROW, "gospodyni schowała mój dowód"), "is no labelled message"),
        (WHOLE + "nlu: []\n", "more than once"),
    ],
)
def test_a_slip_in_a_row_is_told_with_its_file(tmp_path: Path, content: str, told: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(RowInvalid, match=told) as refused:
        read_rows([path])
    assert str(path) in str(refused.value)


def the_same_words(first: str, second: str) -> str:
    """Return two rows: the usual one with `first` for its words, and one with `second` that says something else."""
    calm = f"  - {{text: {second}, metadata: {{language: pl, triage: none, speaker: other}}}}\n"
    return WHOLE.replace("gospodyni schowała mój dowód", first) + "- intent: out_of_scope\n  examples:\n" + calm


@pytest.mark.parametrize("again", ["gospodyni schowała mój dowód", "Gospodyni  schowała MÓJ dowód"])
def test_two_corrections_of_the_same_words_that_contradict_each_other_are_refused(tmp_path: Path, again: str) -> None:
    path = written(tmp_path, the_same_words("gospodyni schowała mój dowód", again))
    with pytest.raises(RowInvalid, match="have the same words and other labels: keep the one that is right") as refused:
        read_rows([path])
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("other", ["gospodyni schowała mój dowód i uciekła", "gospodyni schowala moj dowod"])
def test_corrections_of_other_words_may_say_something_else(tmp_path: Path, other: str) -> None:
    assert len(read_rows([written(tmp_path, the_same_words("gospodyni schowała mój dowód", other))])) == 2


def test_a_correction_that_is_there_twice_says_the_same_twice(tmp_path: Path) -> None:
    assert len({row.text for row in read_rows([written(tmp_path, WHOLE + f"  - {ROW}\n")])}) == 1


def test_rows_to_train_on_may_say_the_same_words_otherwise(tmp_path: Path) -> None:
    (tmp_path / "pl" / "messages").mkdir(parents=True)
    path = tmp_path / "pl" / "messages" / "talk.yml"
    path.write_text(the_same_words("gospodyni schowała mój dowód", "gospodyni schowała mój dowód"), encoding="utf-8")
    assert len(read_rows([path])) == 2


@pytest.mark.parametrize(
    ("triage", "sign"),
    [("none", "wages_withheld"), ("medium", "debt_bondage"), ("emergency", "suicide_risk"), ("high", "isolation")],
)
def test_a_correction_says_a_sign_beside_every_triage_with_which_it_is_shown(tmp_path: Path, triage: str, sign: str) -> None:
    (row,) = read_rows([written(tmp_path, WHOLE.replace("high", triage).replace("documents_taken", sign))])
    assert (row.triage, row.indicators) == (triage, {sign})


def test_a_row_to_train_on_may_say_a_sign_of_what_has_not_happened(tmp_path: Path) -> None:
    (tmp_path / "pl" / "messages").mkdir(parents=True)
    path = tmp_path / "pl" / "messages" / "talk.yml"
    path.write_text(WHOLE.replace("high", "medium"), encoding="utf-8")
    (row,) = read_rows([path])
    assert (row.triage, row.indicators) == (Triage.MEDIUM, {Indicator.DOCUMENTS_TAKEN})
