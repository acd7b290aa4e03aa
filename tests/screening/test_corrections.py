from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.classes import INDICATORS, SPEAKERS, TRIAGES
from bot.messages import TOPICS, Indicator, Speaker, Triage
from bot.screening.corrections import Correction, Memory, is_correction, remember
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Likelihoods
from bot.screening.rows import Row, read_rows
from bot.screening.triage import WorkingPoint, judge

ALARM = Correction("disclose_victim", Triage.HIGH, (Indicator.SEXUAL_EXPLOITATION,), Speaker.VICTIM)
CALM = Correction("out_of_scope", Triage.NONE, (), Speaker.OTHER)


def memory(correction: Correction) -> Memory:
    return Memory(np.array([[1.0, 0.0]], np.float32), (correction,))


def at_cosine(cosine: float) -> np.ndarray:
    return np.array([cosine, (1 - cosine**2) ** 0.5], np.float32) * 7


def test_an_alarm_is_recalled_for_what_says_nearly_the_same() -> None:
    assert memory(ALARM).recall(at_cosine(0.82), 0.8) is ALARM
    assert memory(ALARM).recall(at_cosine(0.75), 0.8) is None


def test_a_calming_correction_must_be_nearer() -> None:
    assert memory(CALM).recall(at_cosine(0.82), 0.8) is None
    assert memory(CALM).recall(at_cosine(0.95), 0.8) is CALM


SHARES = st.lists(st.floats(0.01, 1.0), min_size=len(TRIAGES), max_size=len(TRIAGES))
SIGNS = st.lists(st.floats(0.0, 1.0), min_size=len(INDICATORS), max_size=len(INDICATORS))


def found(shares: list[float], signs: list[float]) -> Likelihoods:
    triage = np.array(shares, np.float32) / np.float32(sum(shares))
    topic, speaker = np.full(len(TOPICS), 1 / len(TOPICS), np.float32), np.full(len(SPEAKERS), 1 / len(SPEAKERS), np.float32)
    return Likelihoods(topic, triage, np.array(signs, np.float32), speaker)


@given(SHARES, SIGNS, st.booleans())
def test_an_alarm_adds_to_what_was_found_and_takes_nothing_away(shares: list[float], signs: list[float], alone: bool) -> None:
    before = found(shares, signs)
    after = ALARM.likelihoods(before, alone=alone)
    assert (after.indicators >= before.indicators).all()
    point = WorkingPoint()
    (level, held), (raised, more) = judge(before, point), judge(after, point)
    assert raised.rank >= level.rank
    assert level is not raised or set(held) <= set(more)


@given(SHARES, SIGNS)
def test_a_calming_correction_changes_nothing_in_a_message_that_says_more(shares: list[float], signs: list[float]) -> None:
    before = found(shares, signs)
    assert CALM.likelihoods(before, alone=False) is before
    beside = found(shares, [0.9, 0.9, *signs[2:]])
    assert CALM.likelihoods(beside, alone=True) is beside


def test_a_memory_is_read_as_it_was_written(tmp_path: Path) -> None:
    memory(ALARM).save(tmp_path)
    read = Memory.load(tmp_path)
    assert read.corrections == (ALARM,)
    assert read.recall(at_cosine(1.0), 0.8) == ALARM


def test_an_empty_memory_recalls_nothing(tmp_path: Path) -> None:
    Memory(np.zeros((0, 2), np.float32), ()).save(tmp_path)
    assert Memory.load(tmp_path).recall(at_cosine(1.0), 0.8) is None


class Spelling:
    """An encoder to which every text is another one, whatever it means."""

    name, width = "spelling", 64

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        return [Encoding(np.random.default_rng(list(text.encode())).normal(size=self.width).astype(np.float32)) for text in texts]


def test_of_two_corrections_that_are_spelt_alike_without_diacritics_each_decides_for_its_own_words() -> None:
    encoder, nowhere = Spelling(), np.zeros(Spelling.width, np.float32)
    heads = Heads(Spelling.name, nowhere, np.ones(Spelling.width, np.float32), {}, {})
    calm = Row("má tôi ở nhà", "vi", "out_of_scope", Triage.NONE, frozenset(), Speaker.OTHER, source="corrections.yml")
    grave = replace(calm, text="Ma toi o nha", triage=Triage.HIGH, indicators=frozenset({Indicator.ISOLATION}))

    def recalled(text: str, *rows: Row) -> Triage | None:
        [encoding] = encoder.read([text])
        correction = remember(rows, encoder, heads).recall(encoding.vector, 0.99)
        return correction.triage if correction is not None else None

    for rows in ((calm, grave), (grave, calm)):
        assert [recalled(text, *rows) for text in ("má tôi ở nhà", "Ma toi o nha", "ma toi o nha")] == [
            Triage.NONE,
            *[Triage.HIGH] * 2,
        ]
    assert recalled("ma toi o nha", calm) is Triage.NONE


def test_a_line_in_the_file_of_corrections_is_known_as_one(tmp_path: Path) -> None:
    path = tmp_path / "corrections.yml"
    path.write_text(
        "nlu:\n- intent: disclose_victim\n  examples:\n"
        "  - {text: x, metadata: {language: pl, triage: high, indicators: [threats], speaker: victim}}\n"
    )
    (row,) = read_rows([path])
    assert is_correction(row)
    assert row.language == "pl"
    other = Row("x", "pl", "greet", Triage.NONE, frozenset(), Speaker.OTHER, source="nlu_data/pl/messages/greet.yml")
    assert not is_correction(other)


@pytest.mark.model
def test_one_line_and_a_training_change_the_answer_for_a_phrase_and_for_what_says_nearly_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.language.identification import train_language
    from bot.screening.rows import training_files
    from bot.screening.screener import Screener, load_screening_model
    from bot.screening.training import train_screener
    from bot.screening.tuned import TunedEncoder

    # Both are learned by one encoder, which reads a text that both have once.
    encoder = TunedEncoder()
    read = functools.cache(encoder.read)
    monkeypatch.setattr(encoder, "read", lambda texts: read(tuple(texts)))
    monkeypatch.setattr("bot.screening.training.TunedEncoder", lambda: encoder)
    monkeypatch.setattr("bot.screening.screener.best_encoder", lambda: encoder)
    rows = read_rows(training_files())[::100]

    languages = train_language([row.text for row in rows], [row.language for row in rows])

    def trained(more: list[Row], folder: Path) -> Screener:
        train_screener([*rows, *more], [], folder)
        return Screener(load_screening_model(folder), languages)

    phrase = "w piątki wożą nas do pana z brodą"
    file = tmp_path / "corrections.yml"
    file.write_text(
        "nlu:\n- intent: disclose_victim\n  examples:\n"
        f"  - {{text: {phrase}, metadata: {{language: pl, triage: emergency, indicators: [sexual_exploitation], "
        "speaker: victim}}\n"
    )
    before = trained([], tmp_path / "before")
    after = trained(read_rows([file]), tmp_path / "after")
    for said in (phrase, "W piatki woza nas do pana z broda", "co piątek wożą nas do pana z brodą"):
        assert before.screen(said).triage is not Triage.EMERGENCY
        screening = after.screen(said)
        assert screening.triage is Triage.EMERGENCY
        assert Indicator.SEXUAL_EXPLOITATION in screening.signs  # beside what else is found: a correction takes nothing away
    assert after.screen("w piątki jest basen, ile kosztuje karnet?").triage is not Triage.EMERGENCY
