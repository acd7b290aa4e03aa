"""Wishes in words that are on no list, with the real assistant; the phrases stand in no list and in no training row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.acts import HEARD_WISH, meaning_of
from bot.lexicon import Lexicon
from bot.screening.rows import read_rows, training_files

if TYPE_CHECKING:
    from bot.assistant import Assistant

pytestmark = pytest.mark.model

HEARD = [
    ("pl", "weźcie to wszystko powykasowujcie", "delete"),
    ("pl", "czy ten raport już do kogoś trafił", "waiting"),
    ("pl", "proszę już to przekazać dalej", "send"),
    ("pl", "chciałbym ustalić bezpieczną godzinę na kontakt", "safe_time"),
    ("pl", "jak zrobić żeby szefowa nie zobaczyła tej rozmowy", "hide"),
    ("en", "pls remove every message from me here", "delete"),
    ("en", "has my message arrived to you people", "waiting"),
    ("en", "i am not able to make phone calls here", "cannot_call"),
    ("en", "somewhere i have lost my passport", "lost_document"),
    ("uk", "повидаляйте тут усі мої слова", "delete"),
    ("uk", "мені зовсім не можна телефонувати звідси", "cannot_call"),
    ("uk", "ну то вже надсилайте оте що я написала", "send"),
    ("ru", "повытирайте здесь всё моё", "delete"),
    ("ru", "как мне спрятать от хозяйки эту страницу", "hide"),
    ("ru", "кто-нибудь уже открыл моё письмо", "waiting"),
    ("es", "quiten de aquí todo lo que puse", "delete"),
    ("es", "no tengo cómo hacer llamadas desde acá", "cannot_call"),
    ("es", "ya pueden mandar lo que les conté", "send"),
]
UNHEARD = [
    ("pl", "od lipca tam mieszkają"),
    ("en", "the grey house behind the church"),
    ("uk", "десь чоловік десять їх там"),
    ("ru", "работаю на складе вторую неделю"),
    ("es", "trabajo en una finca cerca de la frontera"),
]


@pytest.fixture(scope="module")
def known() -> set[str]:
    return {row.text for row in read_rows(training_files())}


async def test_many_wishes_are_heard_in_words_that_are_on_no_list_and_none_surely_as_another(
    rasa_assistant: Assistant, known: set[str]
) -> None:
    """About half of the listed phrases are heard when they are left out of the learning (`python -m bench.wishes`); of these, 7 of 18."""
    lexicon, right, wrong = Lexicon.load(), 0, []
    for language, text, wish in HEARD:
        assert lexicon.meaning(text, language) is None
        assert text not in known
        screening = await rasa_assistant.understand(text, language_hint=language)
        sure = screening.wish_confidence >= HEARD_WISH
        right += screening.wish == wish and sure
        if screening.wish not in {wish, None} and sure:
            wrong.append((text, screening.wish, screening.wish_confidence))
    assert right >= len(HEARD) / 3
    assert wrong == []


@pytest.mark.parametrize(("language", "text"), UNHEARD)
async def test_what_somebody_tells_is_no_wish(rasa_assistant: Assistant, language: str, text: str) -> None:
    screening = await rasa_assistant.understand(text, language_hint=language)
    assert meaning_of(text, screening, language, Lexicon.load(), queued=True, quiet=False) is None
