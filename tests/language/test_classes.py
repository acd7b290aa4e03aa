"""Weights belong to classes by name: a tuple whose order was changed does not relabel what people write, it stops the start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.language.classes import CLASSES, ClassesDiffer, check_classes
from bot.language.identification import LanguageIdentifier
from bot.messages import LANGUAGES
from bot.screening.heads import Heads
from bot.screening.screener import ScreenerUnusable, load_languages, load_screening_model
from bot.screening.tuned import MODEL


def identifier() -> LanguageIdentifier:
    return LanguageIdentifier(np.zeros((len(LANGUAGES), 2**15), dtype=np.float32), np.zeros(len(LANGUAGES), dtype=np.float32))


def test_the_encoder_that_comes_with_the_project_names_the_classes_of_this_program() -> None:
    assert set(Heads.load(MODEL).weights) == set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_classes_in_another_order_are_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *rest = CLASSES[name]
    monkeypatch.setitem(CLASSES, name, (second, first, *rest))
    with pytest.raises(ClassesDiffer, match=rf"row 0 of {name} is {first}, in this program it is {second}"):
        Heads.load(MODEL)


def test_a_class_more_or_less_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLASSES, "topic", (*CLASSES["topic"], "ask_more"))
    with pytest.raises(ClassesDiffer, match="row 47 of topic is nothing, in this program it is ask_more"):
        Heads.load(MODEL)


@pytest.mark.parametrize(
    ("name", "here", "told", "not_told"),
    [
        ("language", (*LANGUAGES, "xx"), "make train", "make encoder"),
        ("language", ("xx", *LANGUAGES), "back into their order", "make"),
        ("topic", (*CLASSES["topic"], "ask_more"), "make encoder", "order"),
    ],
)
def test_what_is_to_be_done_is_said_and_no_more(
    monkeypatch: pytest.MonkeyPatch, name: str, here: tuple[str, ...], told: str, not_told: str
) -> None:
    stored = {name: CLASSES[name]}
    monkeypatch.setitem(CLASSES, name, here)
    with pytest.raises(ClassesDiffer) as raised:
        check_classes(stored, [name], Path("file"))
    assert told in str(raised.value)
    assert not_told not in str(raised.value)


def test_heads_that_are_written_are_read_and_those_without_names_are_refused(tmp_path: Path) -> None:
    heads = Heads.load(MODEL)
    heads.save(tmp_path)
    assert set(Heads.load(tmp_path).weights) == set(CLASSES)
    with np.load(tmp_path / "heads.npz") as data:
        arrays = {name: data[name] for name in data.files}
    np.savez(tmp_path / "heads.npz", **arrays | {"about": np.array('{"encoder": "before the names"}')})
    with pytest.raises(ClassesDiffer):
        Heads.load(tmp_path)


def test_languages_in_another_order_make_the_identifier_unusable_and_it_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier().save(tmp_path)
    load_languages(tmp_path)
    monkeypatch.setitem(CLASSES, "language", tuple(reversed(LANGUAGES)))
    with pytest.raises(ScreenerUnusable, match=f"row 0 of language is {LANGUAGES[0]}"):
        load_languages(tmp_path)


@pytest.mark.model
def test_a_model_whose_classes_have_another_order_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLASSES, "triage", tuple(reversed(CLASSES["triage"])))
    with pytest.raises(ScreenerUnusable, match="row 0 of triage is none"):
        load_screening_model(tmp_path)
