"""Whoever waits for a consultant can take that back in words of their own, and erases nothing by it."""

from __future__ import annotations

from typing import Final

import pytest

from bot.program import Program
from tests.dialogue.talk import Person

pytestmark = pytest.mark.model

# Somebody who got frightened, and somebody for whom it is settled; none of these words was learned or chosen on.
TAKES_BACK: Final = {
    "pl": ("wystraszyłam się, proszę wycofać to o co prosiłam", "już nieaktualne, odpuśćcie"),
    "en": ("sorry got cold feet, pull my request please", "its off, we are ok now, thanks"),
    "uk": ("злякалася я, відкличте те що я просила", "вже не актуально, дякую"),
    "ru": ("мне боязно стало, отзовите мою просьбу", "всё, вопрос снят, никого не надо"),
    "be": ("мне стала страшна, адклічце маю просьбу", "ужо неактуальна, дзякуй"),
    "ro": ("mi s-a făcut frică, anulați ce am cerut", "nu mai e valabil, mersi"),
    "bg": ("изплаших се, оттеглете каквото поисках", "вече не е нужно, благодаря"),
    "es": ("me entró miedo, retiren lo que pedí", "ya no, gracias, se arregló"),
    "fr": ("j'ai la trouille, oubliez ma demande", "c'est bon, ce n'est plus la peine"),
    "pt": ("me deu medo, tirem meu pedido", "deixa pra lá, já não precisa"),
    "tr": ("ürktüm biraz, isteğimi iptal edin", "gerek yok artık, sağ olun"),
    "ar": ("خايفة، خلص الغوا يلي طلبته", "ما عاد بدي، شكرا"),
    "hi": ("घबराहट हो रही है, मेरी माँग रद्द कर दीजिए", "अब रहने दीजिए, शुक्रिया"),
    "ka": ("შემეშინდა, გააუქმეთ რაც ვითხოვე", "აღარაა საჭირო, მადლობა"),
    "vi": ("em sợ rồi, hủy cái em xin đi ạ", "thôi khỏi, ổn rồi"),
    "tl": ("kinabahan ako, paki-cancel na lang yung hiningi ko", "okay na po, di na kailangan"),
}
LEAST: Final = 22  # of 32 are taken back at once, asked about, or have the button for it in view; that is what is reached


async def test_most_who_take_their_request_back_in_other_words_find_the_way_and_none_is_led_to_erasing(program: Program) -> None:
    found = []
    for language, words in TAKES_BACK.items():
        for number, text in enumerate(words):
            outcome = await Person(program, language=language, name=f"{language}{number}").writes("@human", text)
            assert "delete_ask" not in outcome.said, text
            in_view = any(button.value == "@withdraw" for reply in outcome.replies for button in reply.buttons)
            found.append(not outcome.handoff or in_view)
    assert sum(found) >= LEAST
