"""An answer that is written today is found today: no code, no training, in languages it has no words in yet."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.dialogue.answers import Library
from bot.dialogue.features import NEW
from bot.language.data import NLU_DATA
from bot.language.wording import Wording
from bot.messages import LANGUAGES
from bot.settings import load_settings
from tests.dialogue.talk import around as around_it
from tests.dialogue.talk import speaking

if TYPE_CHECKING:
    from bot.dialogue.archive import Reader

pytestmark = pytest.mark.model

NAME = "car_there"
CATALOGUE = f"""
{NAME}:
  topic: ask_shelter
  facts: [N1]
  asked:
    pl: [czy mogę tam zaparkować samochód, gdzie zostawię auto, czy jest tam parking]
    en: [can I park my car there, where do I leave my car, is there a car park]
"""
WORDS = {
    "pl": f"{NAME}:\n  title: Samochód\n  text: Zapytaj o miejsce na auto, zanim przyjedziesz.\n  quiet: Zapytaj najpierw.\n",
    "en": f"{NAME}:\n  title: Car\n  text: Ask where a car can stand before you come.\n  quiet: Ask first.\n",
}
QUESTIONS = {
    "pl": "mam auto, gdzie je postawię?",
    "en": "i have a car, where can it stay?",
    "uk": "у мене машина, де її там поставити?",
    "ru": "а машину там где оставить?",
    "es": "tengo coche, ¿dónde lo dejo allí?",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the library is made of, with one answer more."""
    root = tmp_path_factory.mktemp("nlu_data")
    shutil.copy(NLU_DATA / "facts.yml", root)
    shutil.copytree(NLU_DATA / "answers", root / "answers")
    for language in LANGUAGES:
        shutil.copytree(NLU_DATA / language / "answers", root / language / "answers")
    (root / "answers" / "car.yml").write_text(CATALOGUE, encoding="utf-8")
    for language, words in WORDS.items():
        (root / language / "answers" / "library" / "car.yml").write_text(words, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def reader(data: Path) -> Reader:
    """Return the trained understanding over the copy."""
    from bot.dialogue.archive import load_reader

    return load_reader(load_settings().model_dir).over(Library.load(data))


def test_a_new_answer_is_found_without_training_in_four_of_five_languages(reader: Reader, data: Path) -> None:
    found = []
    for language, question in QUESTIONS.items():
        understood = reader.read(question, language_hint=language, context=NEW)
        turn = speaking(question, understood, around=replace(around_it(), library=Library.load(data)))
        if f"answer.{NAME}" in turn.turn.said or f"ask_{NAME}" in [button for say in turn.says for button in say.buttons]:
            found.append(language)
    assert len(found) >= 4, found


def test_the_words_of_a_new_answer_are_read_with_the_others(data: Path) -> None:
    wording = Wording.load(data)
    assert wording.text(f"answer.{NAME}", "pl").startswith("Zapytaj o miejsce na auto")
    assert wording.button(f"ask_{NAME}", "en").title == "Car"
