"""Bare words for dying by one's own hand: heard in every language when they are all of a message, and only then."""

from __future__ import annotations

import pytest

from bot.dialogue.exact import exact
from bot.language.lexicon import shared_lexicon
from bot.language.word_lists import phrases_by_meaning
from bot.messages import LANGUAGES


def _is_of_dying(text: str, language: str) -> bool:
    said = exact(text, language, shared_lexicon())
    return said is not None and said.names == {"feel:suicide"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_such_words(language: str) -> None:
    listed = [text for where, meaning, text in phrases_by_meaning() if (where, meaning) == (language, "dying")]
    assert len(listed) >= 3
    assert all(_is_of_dying(text, language) for text in listed)


@pytest.mark.parametrize("text", ["Suicide", "suicide?", " Samobójstwo… ", "samobojstwo", "intihar", "TỰ VẪN", "انتحار"])
def test_a_bare_word_is_heard_in_any_language_and_however_it_is_marked(text: str) -> None:
    assert _is_of_dying(text, "en")


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("text", ["tư vấn", "tu van", "a film on suicide", "samobójstwo mojego wujka było dawno", "from", ""])
def test_inside_a_sentence_and_in_words_that_only_look_alike_it_is_not(text: str, language: str) -> None:
    assert not _is_of_dying(text, language)
