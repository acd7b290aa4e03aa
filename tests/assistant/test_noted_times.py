"""What is noted of a time or a word is what names it, not what is told beside it."""

from __future__ import annotations

from typing import Final

import pytest

from bot.program import Program
from tests.dialogue.talk import Person

pytestmark = pytest.mark.model

# What somebody writes who waits for a consultant: what is told, when they may be written to, and something told with a number in it.
TIMES: Final = {
    "en": ("he works nights. ", "write to me only after 9 in the evening", ". there are 7 of us in this flat"),
    "pl": ("szef wraca o 18. ", "piszcie do mnie dopiero po 22", ". zarabiam 9 zł, reszty nie widzę"),
    "uk": ("нас тут 8 жінок. ", "пишіть мені лише між 5 і 6 ранку", ". паспорт він забрав 3 місяці тому"),
    "ru": ("смена до 20. ", "писать мне можно только после 23", ". живу здесь 4 месяца"),
    "es": ("somos 6 en el cuarto. ", "escríbanme solo después de las 10 de la noche", ". trabajo 14 horas"),
    "tr": ("burada 5 kişiyiz. ", "bana sadece gece 11den sonra yazın", ". 3 aydır para almadım"),
}
LEAST: Final = 5  # of the six


async def test_of_what_is_told_beside_a_time_mostly_the_time_alone_is_noted(program: Program) -> None:
    right = []
    for language, (before, time, after) in TIMES.items():
        outcome = await Person(program, language=language, name=language).writes("@human", f"{before}{time}{after}")
        text = " ".join(reply.text for reply in outcome.replies)
        right.append(time in text and after.strip(" .") not in text)
    assert sum(right) >= LEAST, right


async def test_a_word_is_noted_with_all_that_is_said_of_it_in_between(program: Program) -> None:
    said = "let us agree on a word. if I write walnut it is me. if somebody else writes you will know"
    outcome = await Person(program, language="en").writes("@human", said)
    assert any("walnut" in reply.text for reply in outcome.replies)
