"""Whoever only cries for help is given 112 and the number, in their language, and a consultant sees them."""

import pytest

from bot.language.lexicon import Lexicon
from bot.language.word_lists import CRY
from bot.messages import LANGUAGES, Inbound, Triage
from bot.program import Program
from tests.support import HOTLINE, Clock

CRIES = {
    "pl": "pomocy",
    "en": "save me",
    "uk": "допоможіть",
    "ru": "помогите",
    "be": "ратуйце",
    "ro": "ajutor",
    "bg": "помогнете",
    "es": "ayuda",
    "vi": "cứu tôi",
    "ka": "მიშველეთ",
    "tl": "tulong",
    "tr": "imdat",
    "ar": "مساعدة",
    "hi": "मदद",
    "fr": "aide",
    "pt": "ajuda",
}


async def cry(program: Program, text: str) -> tuple[list[str], set[str], Triage, bool]:
    received = Inbound(channel="web", pseudonym=text, external_id="1", text=text, received_at=Clock()(), address=None)
    outcome = await program.frontdoor.receive(received)
    texts = [reply.text for reply in outcome.replies]
    return texts, {reply.language for reply in outcome.replies}, outcome.triage, outcome.handoff


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("loudness", ["{}", "{}!!!", "{0} {0} {0}"])
async def test_a_cry_alone_is_answered_as_an_emergency_and_handed_over(program: Program, language: str, loudness: str) -> None:
    texts, languages, triage, handoff = await cry(program, loudness.format(CRIES[language]))
    assert texts[0] == f"danger 1: {HOTLINE}"
    assert (languages, triage.needs_person, handoff) == ({language}, True, True)


@pytest.mark.parametrize("text", ["jak działa pomoc dla ofiar", "info", "jak mi pomożecie"])
async def test_a_question_of_help_is_none(program: Program, text: str) -> None:
    assert (await cry(program, text))[2] is Triage.NONE


def test_every_language_has_the_cry_of_this_list() -> None:
    assert CRIES.keys() == set(LANGUAGES), "how does somebody cry for help in this language? One of its words belongs above."
    lexicon = Lexicon.load()
    assert [language for language, text in CRIES.items() if lexicon.meaning(text, language) != CRY] == []
