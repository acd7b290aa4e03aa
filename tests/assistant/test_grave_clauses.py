"""What is grave needs a person, whatever is denied in the sentence before it."""

from __future__ import annotations

from typing import Final

import pytest

from bot.dialogue.archive import Reader, load_reader
from bot.settings import load_settings

pytestmark = pytest.mark.model

# A sentence that calms, and what is told after it.
TOLD: Final = {
    "pl": ("nie no, dowód noszę przy sobie", "brygadzista bije mnie i zamyka na noc"),
    "en": ("no no, my papers are in my bag", "he hits me and locks us in every night"),
    "es": ("no, el pasaporte está conmigo", "el patrón me pega cada noche"),
    "ru": ("нет, паспорт я ношу с собой", "хозяин бьёт меня каждый день"),
    "fr": ("non non, ma carte est dans mon sac", "il me frappe tous les jours"),
    "ro": ("nu, pașaportul e la mine", "șeful ne ține încuiați noaptea"),
    "uk": ("ні, документи зі мною", "він б'є мене і не випускає"),
    "tr": ("hayır, pasaportum bende", "patron beni her gece dövüyor"),
    "hi": ("नहीं, मेरे कागज मेरे पास हैं", "मालिक मुझे रोज मारता है"),
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(load_settings().model_dir)


@pytest.mark.parametrize("language", TOLD)
def test_a_grave_sentence_after_one_that_calms_needs_a_person(reader: Reader, language: str) -> None:
    calm, grave = TOLD[language]
    found = reader.screener.screen(f"{calm}. {grave}", language_hint=language)
    assert found.triage.needs_person
    assert not reader.screener.screen(calm, language_hint=language).triage.needs_person
