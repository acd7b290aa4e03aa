"""What holds in every conversation, however long and in whatever order: the real rules and actions, without a model."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import uuid
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.frontdoor import Outcome
from bot.messages import Evidence, Inbound, Indicator, Screening, Speaker, Triage
from bot.program import Program
from bot.report import SLOTS
from bot.wording import Wording
from tests.standins.rules_assistant import RulesAssistant
from tests.support import HOTLINE, open_program

EMERGENCY = "zamknął nas i za godzinę mają nas wywieźć"
# What people write, and what the screening would say of it: topic, confidence, triage.
UNDERSTOOD: dict[str, tuple[str, float, Triage]] = {
    "ile to kosztuje?": ("ask_hotline_cost", 0.9, Triage.NONE),
    "kto to czyta?": ("ask_anonymity", 0.9, Triage.NONE),
    "szef nie zapłacił": ("ask_unpaid_wages", 0.9, Triage.MEDIUM),
    "praca bez umowy, dobra oferta": ("ask_job_offer", 0.9, Triage.MEDIUM),
    "szef zabrał mi paszport": ("disclose_victim", 0.9, Triage.HIGH),
    "sąsiad trzyma ludzi w szopie": ("report_witness", 0.9, Triage.HIGH),
    EMERGENCY: ("emergency", 0.9, Triage.EMERGENCY),
    "bla bla bla": ("out_of_scope", 0.9, Triage.NONE),
    "qwerty": ("greet", 0.3, Triage.NONE),
    "po 22, gdy on śpi": ("ask_hotline_hours", 0.4, Triage.NONE),
    "banan": ("thanks", 0.5, Triage.NONE),
    "biały bus WX 12345": ("out_of_scope", 0.5, Triage.NONE),
    "nie mam nikogo": ("deny", 0.98, Triage.NONE),
    "raczej bym chciała": ("affirm", 0.7, Triage.NONE),
    "dziękuję": ("thanks", 0.99, Triage.NONE),
    "how much does it cost": ("ask_hotline_cost", 0.9, Triage.NONE),
}
LISTED = [
    *"tak nie człowiek cofnij żart normalnie cicho pomiń zgłoszenie słowo pora hej kurwa jesteś 😀 ? usuń co".split(),
    "nie mogę dzwonić",
    "to wszystko",
    "co robić",
    "ile mam czekać",
    "po angielsku",
    "po polsku",
    "@send",
    "@correct",
    "@do_not_send",
    "@menu",
    "@hide",
    "@human",
    "@yes",
    "@no",
    "@safe_no",
    "@report",
    "@topic_who",
]
NEVER_IN_A_FORM = {EMERGENCY, "człowiek", "@human", "usuń", "cicho", "@menu", "nie mogę dzwonić"}
messages = st.sampled_from([*UNDERSTOOD, *LISTED])


class ReadingAssistant(RulesAssistant):
    """Understands by looking up."""

    async def understand(self, text: str, *, language_hint: str | None = None) -> Screening:
        topic, confidence, triage = UNDERSTOOD.get(text, ("out_of_scope", 0.3, Triage.NONE))
        speaker = Speaker.WITNESS if topic == "report_witness" else Speaker.VICTIM if triage.needs_person else Speaker.OTHER
        evidence = () if triage is Triage.NONE else (Evidence(Indicator.DECEPTION, text),)
        if triage.needs_person:
            evidence = (Evidence(Indicator.DOCUMENTS_TAKEN, text),)
        language = "en" if text.startswith("how ") else language_hint or "pl"
        return Screening(language, triage, evidence, speaker, topic, confidence)


async def converse(program: Program, texts: list[str]) -> list[tuple[str, Outcome]]:
    """Write one text after the other; whoever erased the conversation writes on as somebody new."""
    return [
        (
            text,
            await program.frontdoor.receive(
                Inbound(
                    channel="web",
                    pseudonym="p",
                    external_id=uuid.uuid4().hex,
                    text=text,
                    received_at=program.clock(),
                    language_hint="pl",
                )
            ),
        )
        for text in texts
    ]


def talk(texts: list[str]) -> list[tuple[str, Outcome]]:
    """Hold a conversation in a program of its own."""

    async def hold() -> list[tuple[str, Outcome]]:
        with tempfile.TemporaryDirectory() as folder:
            program = await open_program(Path(folder), ReadingAssistant())
            try:
                return await converse(program, texts)
            finally:
                await program.close()

    return asyncio.run(hold())


def is_one_of(text: str, *keys: str) -> bool:
    """Say whether a text is one of the texts of a key, in either language of these conversations."""
    wording = Wording.load()
    return any(
        text.endswith(wording.text(key, language, form=form))
        for key in keys
        for language in ("pl", "en")
        for form in ("text", "sms")
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages, min_size=4, max_size=24))
def test_no_text_is_said_twice_in_a_row_and_nobody_is_told_twice_that_they_were_not_understood(texts: list[str]) -> None:
    turns = talk(texts)
    said = [reply.text for _, outcome in turns for reply in outcome.replies]
    assert all(before != after for before, after in itertools.pairwise(said))
    missed = [any(is_one_of(reply.text, "not_understood") for reply in outcome.replies) for _, outcome in turns]
    assert not any(before and after for before, after in itertools.pairwise(missed))
    assert not any(is_one_of(text, "failure") for text in said)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages, min_size=1, max_size=12), st.sampled_from(sorted(NEVER_IN_A_FORM)))
def test_no_form_swallows_a_call_for_help_or_asks_on_after_it(before: list[str], last: str) -> None:
    turns = talk([*before, "normalnie", "zgłoszenie", "biały bus WX 12345", last])
    text, outcome = turns[-1]
    assert outcome.replies
    assert not any(is_one_of(reply.text, *SLOTS, "safe_time_ask", "code_word_ask") for reply in outcome.replies)
    if text == EMERGENCY:
        assert "112" in outcome.replies[0].text
        assert HOTLINE in outcome.replies[0].text
        assert outcome.handoff


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages.filter(lambda text: text not in {"normalnie", "usuń"}), min_size=1, max_size=12))
def test_in_quiet_mode_no_number_and_no_button_is_shown(texts: list[str]) -> None:
    for _, outcome in talk(["cicho", *texts])[1:]:
        assert not outcome.erased
        for reply in outcome.replies:
            assert HOTLINE not in reply.text
            assert "112" not in reply.text
