"""Phrases, reading back and machine translation at the console."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.console import services as desk_module
from bot.handoff.translator import TranslatorUnavailable


class StandIn:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.works = True

    async def translate(self, text: str, *, source: str, target: str) -> str:
        self.asked.append((text, source, target))
        if not self.works:
            raise TranslatorUnavailable("gone")
        return f"<b>{text}</b>"


@pytest.fixture
def translator(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setattr(desk_module, "translator_of", lambda _settings: stand_in)
    return stand_in


async def test_phrases_come_with_their_polish_in_the_persons_language(consultant: Any) -> None:
    ola = await consultant()
    book = await (await ola.get("/phrases/uk")).json()
    assert len(book["phrases"]) >= 40
    assert book["groups"]["safety"] == "Bezpieczeństwo"
    assert {"polish", "text", "language"} <= book["phrases"][0].keys()
    assert (await ola.get("/phrases/xx")).status == 404


async def test_a_draft_is_read_back_in_polish_with_own_words_marked(consultant: Any) -> None:
    ola = await consultant()
    response = await ola.post("/read-back", text="Are you in a safe place now? <i>Maria</i>", language="en")
    page = await response.text()
    assert "Czy jesteś teraz w bezpiecznym miejscu?" in page
    assert "Twoje słowa:" in page
    assert "&lt;i&gt;Maria&lt;/i&gt;" in page


async def test_a_draft_that_just_fits_is_read_back_to_its_end_and_a_longer_one_is_refused_with_how_much_fits(
    consultant: Any,
) -> None:
    ola = await consultant()
    longest = "a\r\n" * 1990 + "koniec tekstu"  # a browser may send two characters for the end of a line
    response = await ola.post("/read-back", text=longest + "\r\n" * 9, language="en")
    assert (response.status, "koniec tekstu" in await response.text()) == (200, True)
    response = await ola.post("/read-back", text=longest + " i dalej", language="en")
    assert response.status == 422
    assert "Tekst ma 4001 znaków, a odpowiedź może mieć najwyżej 4000." in await response.text()


async def test_a_draft_that_is_too_long_is_not_translated_in_part(translator: StandIn, consultant: Any, writes: Any) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    response = await ola.post(f"/cases/{case}/translate", text="ą" * 4001)
    assert (response.status, translator.asked) == (422, [])
    assert "Tekst ma 4001 znaków, a odpowiedź może mieć najwyżej 4000." in await response.text()
    assert (await ola.post(f"/cases/{case}/translate", text="ą" * 4000)).status == 200
    assert translator.asked == [("ą" * 4000, "pl", "pl")]


async def test_an_answer_that_is_too_long_is_refused_with_its_text_kept_and_how_much_fits(consultant: Any, writes: Any) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    assert (await ola.post(f"/cases/{case}/take")).status == 303
    response = await ola.post(f"/cases/{case}/answer", text="ą" * 4001, form_id="first")
    page = await response.text()
    assert (response.status, "ą" * 4001 in page) == (422, True)
    assert "Nie wysłano: odpowiedź może mieć najwyżej 4000 znaków." in page
    assert "Nie wysłano: tekst jest pusty." in await (await ola.post(f"/cases/{case}/answer", text=" ", form_id="first")).text()


async def test_nothing_is_translated_without_the_setting(consultant: Any, writes: Any) -> None:
    case, ola = await writes("У мене забрали паспорт їй", language="uk"), await consultant()
    case = case or await writes("zabrał mi paszport")
    assert "maszyna" not in await ola.text(f"/cases/{case}")
    assert (await ola.post(f"/cases/{case}/translate", number="1")).status == 404


async def test_a_translation_is_marked_as_a_machines_and_escaped_and_recorded(
    translator: StandIn, consultant: Callable[..., Awaitable[Any]], writes: Any
) -> None:
    case, ola = await writes("he took the paszport away"), await consultant()
    page = await ola.text(f"/cases/{case}")
    assert "Przetłumacz (maszyna)" in page
    answer = await (await ola.post(f"/cases/{case}/translate", number="1")).text()
    assert translator.asked == [("he took the paszport away", "en", "pl")]
    assert "Tłumaczenie maszynowe, może się mylić:" in answer
    assert "&lt;b&gt;he took" in answer
    translator.works = False
    response = await ola.post(f"/cases/{case}/translate", number="1")
    assert (response.status, "nie odpowiada" in await response.text()) == (502, True)
    assert (await ola.post(f"/cases/{case}/translate", number="99")).status == 404


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for script in (Path(desk_module.__file__).parent / "static").glob("*.*"):
        assert not re.search(r"https?://(?!www\.w3\.org)|//cdn", script.read_text(encoding="utf-8")), script.name
