"""Promise: whatever a message says beside something grave, its case is as grave as the screening found it, through the front door."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue.commands import LABELS, Command, Commands
from bot.dialogue.turn import Understood
from bot.messages import Indicator, Triage
from bot.program import Program
from tests.conversation.test_frontdoor import inbound
from tests.support import PlainAssistant

GRAVE = {"szef zabrał mi paszport": Triage.HIGH, "zamknęli mnie": Triage.EMERGENCY}
BESIDE = [label for label in LABELS if label != "want:erase"]  # which the stand-in carries out at once


class HearsMore(PlainAssistant):
    """Hears one thing more in each message: that somebody comes, that it was a joke, that nobody is wanted …"""

    more = ""

    async def understand(self, text: str, **told: Any) -> Understood:
        found = await super().understand(text, **told)
        return replace(found, commands=Commands((Command(self.more), *found.commands.all)))


@pytest.fixture
def assistant() -> HearsMore:
    return HearsMore()


@pytest.mark.parametrize("more", BESIDE)
async def test_nothing_that_is_heard_beside_it_makes_a_case_less_grave(program: Program, assistant: HearsMore, more: str) -> None:
    assistant.more = more
    for text, triage in GRAVE.items():
        await program.frontdoor.receive(inbound(text, who=text))
        async with program.database.reading() as session:
            conversation = await program.conversations.find(session, "web", text)
        assert conversation is not None
        findings = program.conversations.findings(conversation)
        assert findings.triage.rank >= triage.rank
        assert Indicator.DOCUMENTS_TAKEN in findings.indicators
