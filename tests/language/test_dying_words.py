"""Bare words for dying by one's own hand: heard in every language when they are all of a message, and only then."""

from __future__ import annotations

import pytest
import yaml

from bot.dialogue.understand import wholly
from bot.language.data import NLU_DATA
from bot.language.dying_words import names_dying
from bot.language.lexicon import Lexicon
from bot.messages import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_such_words(language: str) -> None:
    listed = yaml.safe_load((NLU_DATA / language / "dying.yml").read_text(encoding="utf-8"))
    assert len(listed) >= 3
    assert all(map(names_dying, listed))


@pytest.mark.parametrize("text", ["Suicide", "suicide?", " Samobójstwo… ", "intihar", "TỰ VẪN", "انتحار"])
def test_a_bare_word_is_heard_in_any_language_and_however_it_is_marked(text: str) -> None:
    said = wholly(text, "en", Lexicon.load(NLU_DATA))
    assert said is not None
    assert said.names == {"feel:suicide"}


@pytest.mark.parametrize("text", ["tư vấn", "tu van", "a film on suicide", "samobójstwo mojego wujka było dawno", "from", ""])
def test_inside_a_sentence_and_in_words_that_only_look_alike_it_is_not(text: str) -> None:
    assert not names_dying(text)
