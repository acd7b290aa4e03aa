"""Whoever waits for a consultant can take that back in words of their own, and erases nothing by it; who wants all erased is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml

from bench.settled import heard_in
from bot.dialogue import state
from bot.dialogue.archive import load_reader
from bot.program import Program
from bot.settings import load_settings
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


ANSWERS: Final = yaml.safe_load(Path(__file__).with_name("kept_requests.yml").read_text(encoding="utf-8"))
ASKED_WHETHER: Final = state.State(
    turns=3, told_self=True, person=state.Person.ASKED, awaits="withdraw", last_said=("withdraw_ask",)
)
LEAST_KEPT, LEAST_TAKEN_BACK = 60, 36  # of 64 and 48; what is reached is one more of each, and processors differ by that


def test_hardly_a_request_is_lost_by_who_says_that_it_shall_not_be_cancelled() -> None:
    reader = load_reader(load_settings().model_dir)

    def taken_back(kind: str) -> list[bool]:
        return [
            "refuse:human" in heard_in(reader, text, language, ASKED_WHETHER).does
            for language, answers in ANSWERS.items()
            for text in answers[kind]
        ]

    assert taken_back("keeps").count(False) >= LEAST_KEPT
    assert taken_back("refuses").count(True) >= LEAST_TAKEN_BACK


KEPT_WORDS: Final = yaml.safe_load(Path(__file__).with_name("kept_words.yml").read_text(encoding="utf-8"))
ASKED_TO_ERASE: Final = state.State(turns=3, told_self=True, awaits="erase", last_said=("delete_ask",))
LEAST_ERASING, MOST_ASKED_AGAIN = 54, 16  # of 64 and 80; one more and two fewer are reached


def test_who_wants_all_erased_in_other_words_is_asked_for_a_plain_yes_and_few_who_want_it_kept_are() -> None:
    reader = load_reader(load_settings().model_dir)

    def heard(kind: str) -> list[frozenset[str]]:
        return [heard_in(reader, text, code, ASKED_TO_ERASE).does for code, said in KEPT_WORDS.items() for text in said[kind]]

    erases, keeps = heard("erases"), heard("keeps")
    assert not any("erase:yes" in does for does in (*erases, *keeps))
    assert sum("want:erase" in does for does in erases) >= LEAST_ERASING
    assert sum("want:erase" in does for does in keeps) <= MOST_ASKED_AGAIN
