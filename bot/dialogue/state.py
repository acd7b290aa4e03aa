"""What is known of a conversation between two messages: one value, changed in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final

from bot.dialogue.commands import Commands
from bot.messages import Indicator, Screening, Speaker, Triage

VECTORS_KEPT: Final = 2  # messages of the person whose vectors are read with the next one
STOPS_PRESSING: Final = 3  # messages without a word of a danger, or of dying, after which other things are spoken of
NEEDS_KEPT: Final = 4  # answered needs that a follow-up may belong to
LEFT_KEPT: Final = 3  # questions that were asked and found no room
NEAR_KEPT: Final = 3  # answers that stood near to the last question


class Who(StrEnum):
    """Who writes."""

    UNKNOWN = "unknown"
    VICTIM = "victim"
    WITNESS = "witness"
    RELATIVE = "relative"
    PROFESSIONAL = "professional"
    CLIENT = "client"
    CHILD = "child"
    OFFICIAL = "official"

    @property
    def tells_of_others(self) -> bool:
        """Say whether what is told happens to somebody else."""
        return self in {Who.WITNESS, Who.RELATIVE, Who.PROFESSIONAL, Who.CLIENT, Who.OFFICIAL}


class Danger(StrEnum):
    """How a danger, or a wish to die, stands."""

    NONE = "none"
    OPEN = "open"
    EASED = "eased"  # help was called, or somebody is with them: nobody is told again what to do unless something new happens
    OVER = "over"


class Fact(StrEnum):
    """What a person's situation allows, told once and true until they say otherwise."""

    NO_CALLS = "no_calls"  # they cannot or will not phone, or be heard
    WATCHED = "watched"  # somebody looks into the phone
    CHILD_ALONG = "child_along"  # a child is with them


# What a message does, or what is found in it, that tells a fact, and what ends one. What asking for an answer tells stands with the
# answer, in the library.
TOLD_BY: Final[Mapping[str, Fact]] = {"refuse:call": Fact.NO_CALLS, "want:quiet": Fact.WATCHED}
SHOWN_BY: Final[Mapping[Indicator, Fact]] = {Indicator.SURVEILLANCE: Fact.WATCHED}
ENDED_BY: Final[Mapping[str, Fact]] = {"done:called": Fact.NO_CALLS, "want:normal": Fact.WATCHED}


class Person(StrEnum):
    """How the question of a consultant stands."""

    NONE = "none"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True)
class State:
    """A conversation as the dialogue knows it.

    `awaits` is the question that is open: see `bot.dialogue.settle`. `said` counts the texts by id, `last_said` are those of the
    last reply. `needs` are the answers given last, the newest first; `left` those that were asked for and found no room; `near` those that
    stood near to the last question and were not given; `vectors` the person's last messages as numbers (fp16, base64);
    `spoke` is the language they were answered in before the writing changed.
    """

    who: Who = Who.UNKNOWN
    grown: bool = False  # they said that they are of age
    danger: Danger = Danger.NONE
    danger_of_others: bool = False
    since_alarm: int = 0  # messages in which nothing of a danger, or of dying, was heard
    suicide: Danger = Danger.NONE
    suicide_of_others: bool = False
    person: Person = Person.NONE
    facts: tuple[Fact, ...] = ()
    awaits: str | None = None
    told_self: bool = False
    told_other: bool = False
    signs: tuple[str, ...] = ()  # indicators that messages carried, but for what somebody left behind
    needs: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    said: Mapping[str, int] = field(default_factory=dict)
    last_said: tuple[str, ...] = ()
    unclear: int = 0
    turns: int = 0
    triage: Triage = Triage.NONE
    arranged: Mapping[str, str] = field(default_factory=dict)
    report: Mapping[str, str] = field(default_factory=dict)
    report_sent: bool = False
    vectors: tuple[str, ...] = ()
    spoke: str = ""

    @property
    def in_danger(self) -> bool:
        """Say whether a danger is open and was spoken of just now: nobody is told of 112 for ever who has gone on to something else."""
        return self.danger is Danger.OPEN and self.since_alarm < STOPS_PRESSING

    @property
    def may_die(self) -> bool:
        """Say whether dying was spoken of just now, and not denied: who has gone on to something else is answered that."""
        return self.suicide is Danger.OPEN and self.since_alarm < STOPS_PRESSING

    @property
    def presses(self) -> bool:
        """Say whether a life is in danger just now: answers must fit that."""
        return self.in_danger or self.may_die

    @property
    def phase(self) -> str:
        """Return what Rasa's rules distinguish: calm, told, waiting, danger or suicide."""
        if self.may_die:
            return "suicide"
        if self.in_danger:
            return "danger"
        if self.person is Person.ASKED:
            return "waiting"
        return "told" if self.told_self or self.told_other else "calm"

    def times(self, text: str) -> int:
        """Return how often a text was said."""
        return self.said.get(text, 0)

    def with_said(self, texts: Sequence[str]) -> State:
        """Return the state after a reply."""
        counted = dict(self.said)
        for text in texts:
            counted[text] = counted.get(text, 0) + 1
        return replace(self, said=counted, last_said=tuple(texts))

    def as_json(self) -> dict[str, Any]:
        """Return a JSON value; `from_json` reads it."""
        plain = State()
        return {name: value for name, value in asdict(self).items() if value != getattr(plain, name)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """Read what `as_json` wrote; what is not there stands as at the beginning."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        for name, kind in (("who", Who), ("danger", Danger), ("suicide", Danger), ("person", Person), ("triage", Triage)):
            if name in values:
                values[name] = kind(values[name])
        for name in ("signs", "needs", "left", "near", "last_said", "vectors"):
            if name in values:
                values[name] = tuple(values[name])
        if "facts" in values:
            values["facts"] = tuple(map(Fact, values["facts"]))
        return cls(**values)


@dataclass(frozen=True)
class Heard:
    """One message as it is understood: what it does, what the screening found in it, and what the conversation has shown with it."""

    commands: Commands
    screening: Screening
    triage: Triage  # of the conversation, this message included
    minor: bool = False
    grown: bool = False  # they say that they are of age
    who: Who = Who.UNKNOWN  # who writes, where this message tells
    queued: bool = False  # a request for a person is open, whoever opened it
    vector: str = ""
    facts: frozenset[Fact] = frozenset()  # that the questions of this message tell

    @property
    def urgent(self) -> bool:
        """Say whether this message alone is an emergency."""
        return self.screening.triage is Triage.EMERGENCY

    @property
    def tells_urgently(self) -> bool:
        """Say whether this message tells something that is an emergency: a bare refusal may only sound like one."""
        return self.urgent and self.commands.any_of("tell:self", "tell:other")

    @property
    def alarming(self) -> bool:
        """Say whether this message tells of a danger or of dying, as the conversation hears it."""
        return self.commands.any_of("danger:self", "danger:other", "feel:suicide")

    @property
    def perhaps_alarming(self) -> bool:
        """Say whether this message may speak of a danger or of dying: the screening alone hears it, or it is in doubt."""
        return self.commands.any_of("hint:danger", "hint:suicide", "doubt:suicide", "doubt:denied")

    @property
    def of_suicide(self) -> bool:
        """Say whether this message speaks of dying, and does not say that it is over: what the screening found is a command too."""
        return "feel:suicide" in self.commands


def apply(state: State, heard: Heard) -> State:
    """Return the state after a message, before anything is said to it."""
    who = _who(state, heard)
    commands = heard.commands
    witness = heard.screening.speaker is Speaker.WITNESS or (state.told_other and not state.told_self)
    others = who.tells_of_others or (who is Who.UNKNOWN and witness)
    tells = commands.any_of("tell:self", "tell:other", "danger:self", "danger:other", "feel:suicide")
    state = replace(
        state,
        who=who,
        grown=state.grown or heard.grown,
        triage=heard.triage,
        turns=state.turns + 1,
        since_alarm=0 if heard.alarming or (in_mortal_danger(state) and heard.perhaps_alarming) else state.since_alarm + 1,
        told_self=state.told_self or "tell:self" in commands or (tells and not others),
        told_other=state.told_other or "tell:other" in commands or (tells and others),
        facts=_facts(state, heard, who),
        unclear=state.unclear + 1 if commands.main_intent() == "unclear" else 0,
        vectors=(heard.vector, *state.vectors)[:VECTORS_KEPT] if heard.vector else state.vectors,
    )
    return _person(_suicide(_danger(state, heard), heard, others=others), heard)


def _facts(state: State, heard: Heard, who: Who) -> tuple[Fact, ...]:
    """Return what is known of the person's situation after a message; of somebody else's they only tell."""
    if who.tells_of_others:
        return state.facts
    names, signs = heard.commands.names, heard.screening.signs
    ended = {fact for name, fact in ENDED_BY.items() if name in names}
    told = {fact for name, fact in TOLD_BY.items() if name in names} | heard.facts
    shown = {fact for sign, fact in SHOWN_BY.items() if sign in signs} if "tell:self" in names else set()
    return tuple(fact for fact in Fact if fact in told | shown or (fact in state.facts and fact not in ended))


def _who(state: State, heard: Heard) -> Who:
    """Return who writes: whoever told to be under age is a child until they say otherwise, whatever their words sound like."""
    grown = state.grown or heard.grown
    of_others = state.told_other or "tell:other" in heard.commands
    if heard.minor and not grown and (state.who is Who.CHILD or not of_others):
        return Who.CHILD
    if heard.who is not Who.UNKNOWN and not (grown and heard.who is Who.CHILD):
        return heard.who
    return Who.VICTIM if grown and state.who is Who.CHILD else state.who


def _danger(state: State, heard: Heard) -> State:
    if heard.commands.any_of("danger:self", "danger:other"):
        # Who is known to write of somebody else tells of their danger, also in their words: "they locked us in, he writes".
        of_others = "danger:other" in heard.commands or state.who.tells_of_others
        return replace(state, danger=Danger.OPEN, danger_of_others=of_others)
    if state.danger is Danger.NONE:
        return state
    # A no to "do you think of hurting yourself?" says nothing of a danger.
    better = "feel:better" in heard.commands and state.awaits != "hurting"
    if better or "correct:joke" in heard.commands:
        return replace(state, danger=Danger.OVER)
    if "done:called" in heard.commands and state.danger is Danger.OPEN:
        return replace(state, danger=Danger.EASED)
    return state


def _suicide(state: State, heard: Heard, *, others: bool) -> State:
    if heard.of_suicide:
        return replace(state, suicide=Danger.OPEN, suicide_of_others=others)
    if state.suicide is Danger.NONE:
        return state
    if heard.commands.any_of("feel:better", "correct:joke"):
        return replace(state, suicide=Danger.OVER)
    if "done:called" in heard.commands and state.suicide is Danger.OPEN:
        return replace(state, suicide=Danger.EASED)
    return state


def in_mortal_danger(state: State) -> bool:
    """Say whether a life is in danger as far as is known: then a case is kept against the person's word."""
    return Danger.OPEN in {state.danger, state.suicide}


def _person(state: State, heard: Heard) -> State:
    commands = heard.commands
    arranged = any(command.value for command in commands.all if command.name in {"arrange:time", "arrange:word"})
    if arranged or commands.any_of("want:human", "report:send"):
        return replace(state, person=Person.ASKED)
    if "refuse:human" in commands and not in_mortal_danger(state) and not heard.tells_urgently:
        return replace(state, person=Person.REFUSED)
    if heard.urgent or (heard.triage.needs_person and state.person is not Person.REFUSED):
        return replace(state, person=Person.ASKED)
    return replace(state, person=Person.ASKED) if heard.queued and state.person is Person.NONE else state
