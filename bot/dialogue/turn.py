"""One turn of the dialogue: begun with what was understood, spoken section by section, concluded with the next state.

Rasa's rules decide which sections speak; this is where they speak.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bot.dialogue import report
from bot.dialogue.answering import beside, clearly_asked, left
from bot.dialogue.answers import Library
from bot.dialogue.arrangements import as_noted
from bot.dialogue.commands import FACT, Commands
from bot.dialogue.plan import Say, Section, heard_saying, plan
from bot.dialogue.predicates import alarm_now
from bot.dialogue.settle import settle, still_open
from bot.dialogue.situation import Turn
from bot.dialogue.state import LEFT_KEPT, NEAR_KEPT, NEEDS_KEPT, Fact, Heard, Person, State, Who, apply
from bot.dialogue.tellings import LEFT
from bot.language.wording import Wording
from bot.messages import Indicator, Screening, Triage

_NOTED: Final = {"arrange:time": "safe_time", "arrange:word": "code_word"}


@dataclass(frozen=True)
class Understood:
    """What a message was understood as, before the conversation settles it."""

    screening: Screening
    commands: Commands
    who: Who = Who.UNKNOWN
    vector: str = ""
    told: tuple[str, ...] = ()  # kinds of what it tells (`bot.dialogue.tellings`), the surest first


@dataclass(frozen=True)
class Around:
    """What a reply depends on besides the conversation itself."""

    library: Library
    titles: Mapping[str, str] = field(default_factory=dict)
    wording: Wording | None = None  # None: that of the files
    form: str = "text"
    quiet: bool = False
    on_duty: bool = True
    queued: bool = False  # a request for a person is open, whoever opened it
    withdrawn: bool = False  # and it was taken back
    minor: bool = False
    grown: bool = False  # they say now that they are of age
    triage: Triage = Triage.NONE  # of the conversation with this message


class Speaking:
    """A turn while its sections speak; `says` collects the texts."""

    def __init__(self, turn: Turn, titles: Mapping[str, str], wording: Wording | None = None) -> None:
        self.turn = turn
        self.titles = titles
        self.wording = wording
        self.says: list[Say] = []
        self.ended = False
        self.written = 0  # characters of the reply so far

    @classmethod
    def begin(cls, text: str, understood: Understood, before: State, around: Around) -> Speaking:
        """Settle what was understood against the state, and begin the reply."""
        before = _as_the_queue_knows(before, around)
        facts = [name.removeprefix(FACT) for name in understood.commands.names if name.startswith(FACT)]
        commands = settle(text, understood.commands.without(*map(FACT.__add__, facts)), before)
        asked = [around.library.answers[name] for one in commands.asked for name in one.choices[:1] if name in around.library]
        heard = Heard(
            commands,
            understood.screening,
            around.triage,
            minor=around.minor,
            grown=around.grown,
            who=understood.who,
            queued=around.queued,
            vector=understood.vector,
            facts=frozenset((*map(Fact, facts), *(fact for answer in asked for fact in answer.tells))),
        )
        now = replace(_with_values(apply(before, heard), commands), awaits=None, signs=_signs(before, understood))
        turn = Turn(
            before=before,
            now=now,
            heard=heard,
            commands=commands,
            text=text,
            library=around.library,
            on_duty=around.on_duty,
            form=around.form,
            quiet=around.quiet,
            awaits=before.awaits,
            told=understood.told,
        )
        return cls(turn, around.titles, around.wording)

    def section(self, section: Section) -> Sequence[Say]:
        """Let one section speak; nothing once the reply has ended."""
        if self.ended:
            return ()
        says, self.ended = plan(section, self.turn)
        return self.say(*says)

    def say(self, *says: Say) -> Sequence[Say]:
        """Add texts to the reply; one that stands in it already is not said twice."""
        new = [say for say in says if say.text not in self.turn.said]
        self.turn = heard_saying(self.turn, new)
        self.says += new
        return new

    def leave_out(self, says: Sequence[Say]) -> None:
        """Take back texts for which there is no room: they were not said, and the questions in them were not asked."""
        unsaid = {say.text for say in says}
        self.says = [say for say in self.says if say.text not in unsaid]
        asks = next((say.awaits for say in reversed(self.says) if say.awaits is not None), None)
        self.turn = replace(self.turn, said=tuple(text for text in self.turn.said if text not in unsaid), asks=asks)

    def answer_from(self, library: Library) -> None:
        """Take answers from another library: that of the language which the message wants."""
        self.turn = replace(self.turn, library=library)

    def change(self, now: State) -> None:
        """Put another state in the place of the one after the message."""
        self.turn = replace(self.turn, now=now)

    def concluded(self) -> State:
        """Return the state for the next message."""
        turn = self.turn
        needs = [name.removeprefix("answer.") for name in turn.said if name.startswith("answer.")]
        now = turn.now.with_said(turn.said)
        return replace(
            now,
            needs=tuple(dict.fromkeys((*needs, *clearly_asked(turn), *now.needs)))[:NEEDS_KEPT],
            left=tuple(name for name in left(turn) if not now.times(f"answer.{name}"))[:LEFT_KEPT],
            near=beside(turn)[:NEAR_KEPT],
            awaits=turn.asks if turn.asks is not None else self._still_open(),
            report_sent=now.report_sent or "report_sent" in turn.said,
        )

    def _still_open(self) -> str | None:
        """Return the question that waits on; a form is left in an alarm, a report also where the reply ends without it."""
        waits = still_open(self.turn.before, self.turn.commands)
        left = alarm_now(self.turn) or (self.ended and (waits or "").startswith(report.AWAITS))
        return None if left else waits


def _as_the_queue_knows(state: State, around: Around) -> State:
    """Return the state with what happened to the request for a person outside of the dialogue."""
    if around.queued and state.person is Person.NONE:
        return replace(state, person=Person.ASKED)
    if around.withdrawn and state.person is Person.ASKED:
        return replace(state, person=Person.REFUSED)
    if not around.queued and not around.withdrawn and state.person is Person.ASKED:
        return replace(state, person=Person.NONE)  # a consultant closed the case: the next need opens another
    return state


def _signs(before: State, understood: Understood) -> tuple[str, ...]:
    """Return the signs that the messages of a conversation carried: who got out is not locked in any more."""
    signs = dict.fromkeys((*before.signs, *(sign.value for sign in understood.screening.signs)))
    if LEFT in understood.told:
        signs.pop(Indicator.MOVEMENT_RESTRICTED, None)
    return tuple(signs)


def _with_values(state: State, commands: Commands) -> State:
    """Return the state with what a message arranges and reports."""
    noted = dict(state.arranged)
    for name, slot in _NOTED.items():
        command = commands.first(name)
        if command is not None and command.value:
            noted[slot] = as_noted(command.value)
    part = commands.first("report:value")
    return replace(report.taken(state, part.value) if part is not None else state, arranged=noted)


def effects(speaking: Speaking) -> dict[str, Any]:
    """Return what the turn wants done besides its words: erase, language, quiet, arranged, report, and whether a person is needed."""
    turn = speaking.turn
    language = turn.commands.first("want:language")
    return {
        "erase": turn.does("erase:yes") and turn.awaits == "erase",
        "language": language.value if language is not None and language.value else None,
        "quiet": True if turn.does("want:quiet") else False if turn.does("want:normal") else None,
        "arranged": {slot: value for slot, value in turn.now.arranged.items() if turn.before.arranged.get(slot) != value},
        "report": report.told(turn.now.report) if "report_sent" in turn.said else None,
        "person": turn.now.person is Person.ASKED,
        "withdraw": turn.now.person is Person.REFUSED and turn.before.person is not Person.REFUSED,
    }
