"""A message understood as commands: a button or a listed word exactly, everything else by the heads and the nearness of answers.

What the screening found is never weighed here: it only adds commands of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.dialogue.answers import CALM, DANGER, WAITING, Library, shared_library
from bot.dialogue.commands import ASK, FOUND_ONLY, HELPS, UNKNOWN, Command, Commands
from bot.dialogue.embedding import Senses
from bot.dialogue.exact import exact
from bot.dialogue.features import Context, packed, rows_of
from bot.dialogue.heads import CommandHeads
from bot.dialogue.retrieval import Found, Nearness
from bot.dialogue.state import Danger, Person, Who
from bot.dialogue.turn import Understood
from bot.language.lexicon import Lexicon, shared_lexicon
from bot.language.sentences import QUESTION_MARKS, sentences
from bot.messages import QUESTION_TOPICS, Indicator, Screening, Speaker, Triage
from bot.screening.clauses import Reading
from bot.screening.encoder import Encoder
from bot.screening.heads import Heads, Matrix
from bot.screening.parts import together
from bot.screening.tuned import TunedEncoder

_NAMED_WORD: Final = re.compile(r"[\"“„”«‘](?P<quoted>[^\"“„”«»‘’]{2,30})[\"”»’]|[:=]\s*(?P<after>\S{2,30})\s*$")
# What the screening calls an emergency after the first message is said as one from this likelihood on: of 24 such validation turns 15
# were labelled so, of 40 below it 5.
BORNE_OUT: Final = 0.15
_DANGERS: Final = ("danger:self", "danger:other")
ALIKE: Final[Mapping[str, tuple[str, ...]]] = {**dict.fromkeys(_DANGERS, _DANGERS), "feel:suicide": ("feel:suicide",)}
HINTS: Final = ("hint:danger", "hint:suicide")
EXITS: Final = ("feel:better", "done:called", "correct:joke")  # that a danger is over, help was called, or it was a joke
COURTESIES: Final = frozenset({"greet", "thanks", "bye"})
TELLS: Final = ("tell:self", "tell:other")
HALF_HEARD: Final = 0.5  # of its bar
# What half heard does no harm: it is received or asked about. Nobody is called, sent away or alarmed by half a word.
HALF_HEARD_TOO: Final = (*TELLS, "answer:value", "correct:meant", "feel:tired", "feel:afraid", "feel:ashamed", "feel:unsure")
# What listed phrases inside a message tell of the writer's situation: it changes only in which words something is said.
FACT_IN: Final[Mapping[str, str]] = {"cannot_call": "fact:no_calls", "hide": "fact:watched"}
MOST_QUESTIONS: Final = 3
BESIDE: Final = 0.06  # how much farther than the nearest an answer may be to stand beside it as a button
MOST_CHOICES: Final = 2  # answers that are offered where none is clearly the nearest


# What a message of each topic does, where the topic alone says it.
TOPIC_COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "greet": ("greet",),
    "goodbye": ("bye",),
    "thanks": ("thanks",),
    "affirm": ("answer:yes",),
    "deny": ("answer:no",),
    "ask_human": ("want:human",),
    "change_language": ("want:language",),
    "delete_data": ("want:erase",),
    "repeat": ("want:repeat",),
    "abuse": ("feel:angry",),
    "out_of_scope": ("off",),
}


def with_screening(
    commands: Commands, screening: Screening, *, borne_out: Callable[[str], bool] = lambda _command: True
) -> Commands:
    """Add what the screening found: an emergency is a danger, or a word of dying, where the conversation bears it out.

    The screening has learned from single messages: what it calls an emergency in the middle of a conversation often is "they brought
    him tea, I am in the police car". The finding stays, and a person sees it; what is said then is a hint of 112 and of the crisis
    line, not that a life is in danger. Nor is it where the message says that a danger is over, or a joke, unless both the screening and the
    conversation hear one; that somebody who spoke of dying is better is believed by the conversation alone, which knows of what they speak.
    """
    if commands.any_of(*EXITS):
        of_suicide = Indicator.SUICIDE_RISK in screening.signs
        if screening.triage is not Triage.EMERGENCY or (of_suicide and not any(map(borne_out, ALIKE))):
            return commands
        commands = commands.without(*EXITS)  # whoever tells of a danger is not out of it
    if Indicator.SUICIDE_RISK in screening.signs:
        return _found(commands.without("doubt:suicide"), "feel:suicide", "hint:suicide", borne_out)
    if screening.triage is not Triage.EMERGENCY or commands.any_of("danger:self", "danger:other", "feel:suicide"):
        return commands
    danger = "danger:other" if screening.speaker is Speaker.WITNESS else "danger:self"
    return _found(commands, danger, "hint:danger", borne_out)


def _found(commands: Commands, alarm: str, hint: str, borne_out: Callable[[str], bool]) -> Commands:
    if alarm in commands:
        return commands
    return commands.with_(Command(alarm if borne_out(alarm) else hint, sure=FOUND_ONLY))


@dataclass(frozen=True)
class CommandModel:
    """Everything that was learned for understanding messages as commands."""

    heads: CommandHeads
    nearness: Nearness
    library: Library
    lexicon: Lexicon
    senses: Senses

    @classmethod
    def load(cls, folder: Path, encoder: TunedEncoder) -> CommandModel:
        """Read what was learned from a folder, and the library and the lists as they are now."""
        library, senses = shared_library(), Senses.load(folder, Heads.load(encoder.folder))
        nearness = Nearness.load(folder, library, encoder, senses)
        return cls(CommandHeads.load(folder), nearness, library, shared_lexicon(), senses)

    def over(self, library: Library, encoder: Encoder, before: CommandModel | None = None) -> CommandModel:
        """Return what was learned over another library; `before` is what was returned for the one before it: it knows ways of asking."""
        known = dict(zip(before.nearness.digests, before.nearness.vectors, strict=False)) if before is not None else None
        return replace(self, library=library, nearness=self.nearness.over(library, encoder, self.senses, known))

    def understand(self, text: str, screening: Screening, reading: Reading | None, context: Context) -> Understood:
        """Return what a message does in its conversation; `reading` is None of a text without words."""
        said = exact(text, screening.language, self.lexicon)
        if reading is None:
            return Understood(screening, said or Commands.of("unclear"))
        sense = self.senses.one(reading.whole)
        vector = packed(sense[: self.senses.last_width])
        if said is not None:
            alarming = said.any_of(*_DANGERS, "feel:suicide")
            return Understood(screening, with_screening(said, screening, borne_out=lambda _alarm: alarming), vector=vector)
        rows = self._rows(text, sense, reading, context)
        likely, bars = self.heads.likelihoods(rows), self.heads.bars
        who = self._who(rows[0], context)
        found = [
            Command(name, self._value(name, text, screening.language), sure)
            for name, sure in likely.items()
            if name != ASK
            and sure >= bars.command[name] * (HALF_HEARD if name == "arrange:word" and _NAMED_WORD.search(text) else 1)
        ]
        found += self._told_when(text, screening.language, context, found)
        if bars.doubt <= likely["feel:suicide"] < bars.command["feel:suicide"]:
            found.append(Command("doubt:suicide", sure=likely["feel:suicide"]))
        known = who if who is not Who.UNKNOWN else context.who
        if likely[ASK] >= bars.command[ASK]:
            dying = (context.presses and context.suicide is Danger.OPEN) or any(one.name == "feel:suicide" for one in found)
            asking = self._asking(reading, sense, rows)
            bar = bars.told if dying else bars.answer
            found += self._asked(asking, context, known, language=reading.language, sure=likely[ASK], bar=bar)
        elif context.awaits is None:
            told = any(command.name in TELLS for command in found)
            if told or likely[ASK] >= bars.command[ASK] * HALF_HEARD:
                command = Command(HELPS if told else ASK, sure=likely[ASK])
                found += self._helps(text, sense, context, known, command, language=reading.language)
        if all(command.name in COURTESIES for command in found):
            found += self._likeliest(likely)
        found = sorted(found, key=lambda command: -command.sure) or [Command("unclear", sure=0.0)]
        inside = self.lexicon.inside(text, screening.language)
        found += [Command(fact, sure=FOUND_ONLY) for meaning, fact in FACT_IN.items() if meaning in inside]

        def borne_out(alarm: str) -> bool:
            return context.first or max(likely[name] for name in ALIKE[alarm]) >= BORNE_OUT

        return Understood(screening, with_screening(Commands(tuple(found)), screening, borne_out=borne_out), who, vector)

    def _rows(self, text: str, sense: Matrix, reading: Reading, context: Context) -> Matrix:
        """Return what the heads read: the whole message and, where it has several, each of its clauses."""
        parts = [(text, sense)]
        if len(reading.clauses) > 1:
            parts += zip(reading.clauses, self.senses.of(reading.encodings), strict=True)
        return rows_of(parts, reading.language, context, self.lexicon, self.heads.meanings, width=self.senses.last_width)

    def _likeliest(self, likely: Mapping[str, float]) -> list[Command]:
        """Return what a message most likely tells or feels that otherwise does nothing, or only thanks: half of its bar is enough then."""
        bars = self.heads.bars.command
        name = max(HALF_HEARD_TOO, key=lambda label: likely[label] / bars[label])
        return [Command(name, sure=likely[name])] if likely[name] >= bars[name] * HALF_HEARD else []

    def _value(self, name: str, text: str, language: str) -> str:
        """Return what a message arranges, where it names it: a time in any words, a code word in quotation marks or after a colon."""
        if name == "arrange:time":
            return self._times(text, language)
        if name == "arrange:word" and (word := _NAMED_WORD.search(text)) is not None:
            return (word["quoted"] or word["after"]).strip()
        return ""

    def _told_when(self, text: str, language: str, context: Context, found: Sequence[Command]) -> list[Command]:
        """Return the time that was asked for, where a message names one beside whatever else it does."""
        if context.awaits != "time" or any(command.name == "arrange:time" for command in found):
            return []
        named = self._times(text, language)
        return [Command("arrange:time", named)] if named and not named.endswith(QUESTION_MARKS) else []

    def _times(self, text: str, language: str) -> str:
        """Return the sentences that name a time and ask nothing else; the whole text where it is one, nothing where none names one."""
        named = [part for part in sentences(text) if any(map(str.isdigit, part)) or self.lexicon.names_time(part, language)]
        return " ".join([part for part in named if not part.endswith(QUESTION_MARKS)] or named)

    def _who(self, row: Matrix, context: Context) -> Who:
        who, sure = self.heads.role(row)
        bar = self.heads.bars.who if context.who is Who.UNKNOWN else self.heads.bars.who_again
        return who if sure >= bar and who is not Who.UNKNOWN else Who.UNKNOWN

    def _asking(self, reading: Reading, sense: Matrix, rows: Matrix) -> list[tuple[str, Matrix]]:
        """Return what of a message may ask: the whole, and each of several clauses that asks by itself."""
        asking = [(" ".join(reading.clauses), sense)]
        if len(reading.clauses) > 1:
            sure = self.heads.likely(ASK, rows[1:]).tolist()
            clauses = zip(reading.clauses, self.senses.of(reading.encodings), sure, strict=True)
            asking += [(text, part) for text, part, asks in clauses if asks >= self.heads.bars.command[ASK]][:MOST_QUESTIONS]
        return asking

    def _asked(
        self, asking: Sequence[tuple[str, Matrix]], context: Context, who: Who, *, language: str, sure: float, bar: float
    ) -> list[Command]:
        """Return the questions of a message; `bar` is for the first."""
        sought = [
            self.nearness.find(text, part, self.library, who=who, context=context, moment=_moment(context), language=language)
            for text, part in asking
        ]
        found: list[Command] = []
        for near in sorted(filter(None, sought), key=lambda near: -near[0].nearness):
            value = self._chosen(near, max(bar, self.heads.bars.further) if found else bar)
            clear = value is not None and "|" not in value
            if value is not None and (clear or not found) and not any(value.partition("|")[0] in one.choices for one in found):
                found.append(Command(ASK, value, sure))
        if found:
            given = {name for one in found for name in one.choices}
            nearest = [one for near in sought for one in near[:MOST_CHOICES] if one.nearness >= near[0].nearness - BESIDE]
            beside = dict.fromkeys(one.answer for one in nearest if one.answer not in given)
            return [replace(found[0], near=tuple(beside)), *found[1:]]
        if not any(sought):
            return [Command(ASK, UNKNOWN, sure)]
        nearest = max(filter(None, sought), key=lambda near: near[0].nearness)
        return [Command(ASK, UNKNOWN, sure, near=tuple(one.answer for one in nearest[:MOST_CHOICES]))]

    def _helps(self, text: str, sense: Matrix, context: Context, who: Who, command: Command, *, language: str) -> list[Command]:
        """Return the answer to what is told, or hardly asked, where the library surely has what helps with it."""
        near = self.nearness.find(text, sense, self.library, who=who, context=context, moment=_moment(context), language=language)
        clear = near and near[0].nearness >= self.heads.bars.told
        return [replace(command, value=near[0].answer)] if clear else []

    def _chosen(self, near: Sequence[Found], bar: float) -> str | None:
        if not near or near[0].nearness < bar:
            return None
        if len(near) > 1 and near[0].nearness - near[1].nearness < self.heads.bars.between:
            return "|".join(found.answer for found in near[:MOST_CHOICES])
        return near[0].answer


def _moment(context: Context) -> str:
    """Return in which moment answers must fit, as far as is known before the message is settled."""
    if context.presses:
        return DANGER
    return WAITING if context.person is Person.ASKED else CALM


def told_in_parts(whole: Understood, found: Sequence[Understood]) -> Understood:
    """Return what a text does that is too long to be read at once: the whole is what it does, each part is screened by itself.

    An alarm of the screening is borne out where one of the parts, or the whole, is understood as that alarm.
    """
    screening = together(whole.screening, [part.screening for part in found])

    def borne_out(alarm: str) -> bool:
        return any(one.commands.any_of(*ALIKE[alarm]) for one in (whole, *found))

    commands = with_screening(whole.commands.without(*HINTS), screening, borne_out=borne_out)
    return replace(whole, screening=screening, commands=commands)


def plainly(text: str, screening: Screening, lexicon: Lexicon) -> Understood:
    """Return what a message does by its topic alone: where no encoder could be loaded, something is understood still."""
    said = exact(text, screening.language, lexicon)
    if said is None:
        others = screening.speaker is Speaker.WITNESS
        names = list(TOPIC_COMMANDS.get(screening.topic, ()))
        if screening.topic in QUESTION_TOPICS:
            names.append(f"{ASK}:{UNKNOWN}")
        if screening.triage is not Triage.NONE or screening.topic in {"disclose_victim", "report_witness"}:
            names.append("tell:other" if others else "tell:self")
        said = Commands.of(*names) if names else Commands.of("unclear")
    return Understood(screening, with_screening(said, screening))
