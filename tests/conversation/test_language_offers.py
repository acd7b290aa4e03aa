"""Another language than that of the conversation: when it is offered, and what takes or declines it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialogue.answers import Library
from bot.dialogue.commands import Command, Commands
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Understood
from bot.messages import Screening, Triage
from tests.conversation.test_frontdoor import inbound
from tests.support import PlainAssistant, open_program


class SwitchingAssistant(PlainAssistant):
    """Tells English by its words."""

    def screened(self, text: str, language_hint: str | None) -> Screening:
        language = "en" if {"the", "how", "yes"} & set(text.split()) else language_hint or "pl"
        topic = {"yes please": "affirm", "no": "deny", "no thanks": "deny"}.get(text, "ask_hotline_cost")
        return Screening(language, Triage.NONE, topic=topic, topic_confidence=0.9)


@pytest.mark.parametrize(
    ("answer", "language"),
    [("yes", "en"), ("tak", "en"), ("yes please", "en"), ("@lang_en", "en"), ("nie", "pl"), ("no", "pl"), ("no thanks", "pl")],
)
async def test_an_offered_language_is_taken_or_declined_by_a_word_in_either_language(
    tmp_path: Path, answer: str, language: str
) -> None:
    program = await open_program(tmp_path, SwitchingAssistant())
    await program.frontdoor.receive(inbound("dzień dobry"))
    offered = await program.frontdoor.receive(inbound("how much does the call cost", number="2"))
    assert offered.replies[-1].language == "en"
    taken = await program.frontdoor.receive(inbound(answer, number="3"))
    assert [reply.language for reply in taken.replies] == [language]
    later = await program.frontdoor.receive(inbound("how long does the answer take", number="4"))
    assert [reply.language for reply in later.replies] == [language]
    await program.close()


class DoubtingAssistant(SwitchingAssistant):
    """Hears in doubt that a consultant may not be wanted any more."""

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        understood = await super().understand(text, language_hint=language_hint, context=context, library=library)
        doubt = Command("doubt:refuse", sure=0.7)
        return replace(understood, commands=Commands((doubt,))) if "how" in text.split() else understood


async def test_no_other_language_is_offered_beside_the_question_whether_a_consultant_is_still_wanted(tmp_path: Path) -> None:
    program = await open_program(tmp_path, DoubtingAssistant())
    await program.frontdoor.receive(inbound("chcę rozmawiać z człowiekiem"))
    await program.frontdoor.receive(inbound("dzień dobry", number="2"))
    asked = await program.frontdoor.receive(inbound("how come the consultant reads this", number="3"))
    assert "withdraw_ask" in asked.said
    assert [reply.language for reply in asked.replies] == ["pl"]
    agreed = await program.frontdoor.receive(inbound("tak", number="4"))
    assert [reply.language for reply in agreed.replies] == ["pl"]
    await program.close()


async def test_who_writes_on_in_the_offered_language_is_answered_in_it_and_not_asked_again(tmp_path: Path) -> None:
    program = await open_program(tmp_path, SwitchingAssistant())
    await program.frontdoor.receive(inbound("dzień dobry"))
    await program.frontdoor.receive(inbound("how much does the call cost", number="2"))
    on = await program.frontdoor.receive(inbound("how long does the answer take", number="3"))
    assert [reply.language for reply in on.replies] == ["en"]
    await program.close()


class AlarmedAssistant(SwitchingAssistant):
    """Hears something grave in what is written in English."""

    def screened(self, text: str, language_hint: str | None) -> Screening:
        found = super().screened(text, language_hint)
        found = replace(found, language="pl") if "kosztuje" in text.split() else found
        return replace(found, triage=Triage.HIGH) if "boss" in text.split() else found


async def test_who_comes_back_to_the_language_they_wrote_before_is_answered_in_it_at_once(tmp_path: Path) -> None:
    program = await open_program(tmp_path, AlarmedAssistant())
    await program.frontdoor.receive(inbound("dzień dobry"))
    grave = await program.frontdoor.receive(inbound("the boss has taken my passport", number="2"))
    assert {reply.language for reply in grave.replies} == {"en"}
    back = await program.frontdoor.receive(inbound("a ile to wszystko kosztuje", number="3"))
    assert {reply.language for reply in back.replies} == {"pl"}
    await program.close()


async def test_whose_language_nothing_tells_is_answered_in_that_of_the_settings(tmp_path: Path) -> None:
    program = await open_program(tmp_path, SwitchingAssistant(), default_language="uk")
    for hint in (None, "de"):
        outcome = await program.frontdoor.receive(replace(inbound("112", who=f"of {hint}"), language_hint=hint))
        assert {reply.language for reply in outcome.replies} == {"uk"}
    await program.close()


async def test_a_yes_without_an_offer_changes_no_language(tmp_path: Path) -> None:
    program = await open_program(tmp_path, SwitchingAssistant())
    await program.frontdoor.receive(inbound("dzień dobry"))
    outcome = await program.frontdoor.receive(inbound("tak", number="2"))
    assert (outcome.replies[0].language, outcome.commands) == ("pl", ("answer:yes",))
    await program.close()
