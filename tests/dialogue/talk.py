"""How tests hold a conversation: a single turn without storage, and a person at the front door."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.outcome import Outcome
from bot.conversation.urgency import raised
from bot.dialogue.answers import Library
from bot.dialogue.commands import Command, Commands
from bot.dialogue.rules import sections_of
from bot.dialogue.screened import HINT_OF, as_it_is, with_screening
from bot.dialogue.state import State, Who
from bot.dialogue.texts import rendered
from bot.dialogue.turn import Around, Speaking, Understood
from bot.language.wording import Wording
from bot.messages import Evidence, Inbound, Indicator, Reply, Screening, Speaker, Triage
from bot.program import Program
from bot.screening.findings import Findings

LIBRARY = Library.load()


def heard(
    *commands: str | Command,
    triage: Triage = Triage.NONE,
    signs: Sequence[Indicator] = (),
    speaker: Speaker = Speaker.VICTIM,
    who: Who = Who.UNKNOWN,
    borne_out: bool = True,
    told: Sequence[str] = (),
) -> Understood:
    """Return what a message is understood as; `borne_out`: the conversation says the same as the screening."""
    screening = Screening("pl", triage, tuple(Evidence(sign, "…") for sign in signs), speaker)
    found = tuple(one if isinstance(one, Command) else Commands.of(one).all[0] for one in commands)
    understood = Understood(
        screening, with_screening(Commands(found), screening, said_as=as_it_is if borne_out else HINT_OF.__getitem__), who
    )
    return replace(understood, screening=raised(understood), told=tuple(told))


def around(**changes: Any) -> Around:
    """Return what a reply depends on besides the conversation."""
    return Around(LIBRARY, **changes)


def speaking(text: str, understood: Understood, before: State | None = None, around: Around | None = None) -> Speaking:
    """Return a turn in which every section that the rules name has spoken."""
    around = around or Around(LIBRARY)
    before = before or State()
    triage = max(around.triage, before.triage, understood.screening.triage, key=lambda level: level.rank)
    turn = Speaking.begin(text, understood, before, replace(around, triage=triage))
    for section in sections_of(turn.turn.commands.main_intent(), turn.turn.now.phase):
        turn.section(section)
    return turn


def replies(turn: Speaking, language: str) -> list[Reply]:
    """Return the texts of a turn as they are sent."""
    return [reply for _, reply in rendered(turn.says, turn.turn, Wording.load(), language)]


class Talk:
    """A conversation without storage, turn after turn."""

    def __init__(self, state: State | None = None, **about: Any) -> None:
        self.state = state or State()
        self.about = about
        self.findings = Findings()
        self.last: Speaking | None = None

    def hears(self, text: str, *commands: str | Command, **known: Any) -> tuple[str, ...]:
        """Say something; return the ids of the texts of the reply."""
        understood = heard(*commands, **known)
        self.findings = self.findings.with_message(understood.screening, self.state.turns + 1)
        queued = self.state.person.value == "asked"
        known_now = around(**{"queued": queued, "triage": self.findings.triage, **self.about})
        self.last = speaking(text, understood, self.state, known_now)
        self.state = self.last.concluded()
        return self.last.turn.said

    @property
    def buttons(self) -> tuple[str, ...]:
        """Return the buttons of the last reply."""
        return tuple(button for say in self.last.says for button in say.buttons) if self.last is not None else ()


class Person:
    """Somebody at the front door, who writes one message after the other."""

    def __init__(self, program: Program, *, language: str = "pl", channel: str = "web", name: str = "p1") -> None:
        self.program = program
        self.language = language
        self.channel = channel
        self.name = name

    async def writes(self, *texts: str) -> Outcome:
        """Write some messages; return what came of the last."""
        for text in texts:
            outcome = await self.program.frontdoor.receive(
                Inbound(
                    channel=self.channel,
                    pseudonym=self.name,
                    external_id=uuid.uuid4().hex,
                    text=text,
                    received_at=self.program.clock(),
                    language_hint=self.language,
                )
            )
        return outcome

    def text(self, key: str, **values: str) -> str:
        """Return a text of the program in the person's language."""
        return self.program.wording.text(key, self.language, **values)
