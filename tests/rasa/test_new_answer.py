"""An answer that is written today is found today: no code, no training, in languages it has no words in yet."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.dialogue.answers import Library
from bot.dialogue.features import NEW
from bot.messages import LANGUAGES
from bot.settings import load_settings
from bot.wording import NLU_DATA, Wording
from tests.dialogue.talk import around as around_it
from tests.dialogue.talk import speaking

if TYPE_CHECKING:
    from bot.dialogue.archive import Reader

pytestmark = pytest.mark.model

NAME = "pets_welcome"
CATALOGUE = f"""
{NAME}:
  topic: ask_shelter
  facts: [N1]
  asked:
    pl: [czy mogę zabrać ze sobą psa, czy przyjmą mnie z kotem, co zrobić z moim psem gdy odejdę]
    en: [may I bring my dog, can my cat come with me, what happens to my dog if I leave]
"""
WORDS = {
    "pl": f"{NAME}:\n  title: Zwierzęta\n  text: Zapytaj o zwierzę, zanim przyjedziesz.\n  quiet: Zapytaj najpierw.\n",
    "en": f"{NAME}:\n  title: Animals\n  text: Ask about your animal before you come.\n  quiet: Ask first.\n",
}
QUESTIONS = {
    "pl": "mam małego psa, czy mogę go zabrać?",
    "en": "i have a small dog, can i take him with me?",
    "uk": "у мене є собака, чи можна її взяти з собою?",
    "ru": "у меня кошка, можно взять её с собой?",
    "es": "tengo un perro pequeño, ¿puedo llevarlo conmigo?",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the library is made of, with one answer more."""
    root = tmp_path_factory.mktemp("nlu_data")
    shutil.copy(NLU_DATA / "facts.yml", root)
    shutil.copytree(NLU_DATA / "answers", root / "answers")
    for language in LANGUAGES:
        shutil.copytree(NLU_DATA / language / "answers", root / language / "answers")
    (root / "answers" / "animals.yml").write_text(CATALOGUE, encoding="utf-8")
    for language, words in WORDS.items():
        (root / language / "answers" / "library" / "animals.yml").write_text(words, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def reader(data: Path) -> Reader:
    """Return the trained understanding over the copy."""
    from bot.dialogue.archive import load_reader
    from bot.dialogue.nearness import Nearness

    known = load_reader(load_settings().model_dir)
    space, library = known.understanding.nearness, Library.load(data)
    places = dict(zip(space.digests, space.vectors, strict=False))
    encoder, senses = known.screener.brain.encoder, known.understanding.senses
    placed = Nearness.of(library, space.projection, encoder, senses, places)
    heard = len(space.digests)
    placed = placed.with_heard(space.vectors[heard:], space.owners[heard:], library)
    placed = replace(placed, stays=space.stays, share=space.share, network=space.network, centres=space.centres)
    return replace(known, understanding=replace(known.understanding, nearness=placed, library=library))


@pytest.mark.parametrize("language", list(QUESTIONS))
def test_a_new_answer_is_found_without_training(reader: Reader, data: Path, language: str) -> None:
    understood = reader.read(QUESTIONS[language], language_hint=language, context=NEW)
    asked = [name for command in understood.commands.asked for name in command.choices]
    assert NAME in asked[:2]
    turn = speaking(QUESTIONS[language], understood, around=replace(around_it(), library=Library.load(data)))
    assert f"answer.{NAME}" in turn.turn.said or f"ask_{NAME}" in [button for say in turn.says for button in say.buttons]


def test_the_words_of_a_new_answer_are_read_with_the_others(data: Path) -> None:
    wording = Wording.load(data)
    assert wording.text(f"answer.{NAME}", "pl").startswith("Zapytaj o zwierzę")
    assert wording.button(f"ask_{NAME}", "en").title == "Animals"
