"""A message understood as commands: a button or a listed word exactly, everything else by the heads and the nearness of answers.

What the screening found is never weighed here: it only adds commands of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.dialogue.answers import CALM, DANGER, WAITING, Library
from bot.dialogue.commands import ASK, FOUND_ONLY, UNKNOWN, Command, Commands
from bot.dialogue.exact import exact
from bot.dialogue.features import Context, features, packed
from bot.dialogue.heads import CommandHeads
from bot.dialogue.nearness import Found, Nearness
from bot.dialogue.state import Danger, Person, Who
from bot.dialogue.turn import Understood
from bot.lexicon import Lexicon
from bot.messages import QUESTION_TOPICS, Indicator, Screening, Speaker, Triage
from bot.screening.clauses import Reading
from bot.screening.heads import Heads, Matrix
from bot.screening.parts import together

_NAMED_WORD: Final = re.compile(r"[\"“„”«‘](?P<quoted>[^\"“„”«»‘’]{2,30})[\"”»’]|[:=]\s*(?P<after>\S{2,30})\s*$")
COURTESIES: Final = frozenset({"greet", "thanks", "bye"})
HALF_HEARD: Final = 0.5  # of its bar
NEVER_HALF_HEARD: Final = frozenset({"feel:suicide", "want:erase", "want:quiet", "want:language", "refuse:human", "correct:joke"})
MOST_QUESTIONS: Final = 3
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


def with_screening(commands: Commands, screening: Screening) -> Commands:
    """Add what the screening found, an emergency as a danger; but for who says that it is over, or a joke: the findings keep it."""
    over = commands.any_of("feel:better", "done:called", "correct:joke")
    if Indicator.SUICIDE_RISK in screening.signs and not over:
        known = commands if "feel:suicide" in commands else commands.with_(Command("feel:suicide", sure=FOUND_ONLY))
        return known.without("doubt:suicide")
    told = commands.any_of("danger:self", "danger:other", "feel:suicide")
    if screening.triage is not Triage.EMERGENCY or told or over:
        return commands
    return commands.with_(Command("danger:other" if screening.speaker is Speaker.WITNESS else "danger:self", sure=FOUND_ONLY))


@dataclass(frozen=True)
class Understanding:
    """Everything that was learned for understanding messages as commands."""

    heads: CommandHeads
    nearness: Nearness
    library: Library
    lexicon: Lexicon
    screening_heads: Heads

    def understand(self, text: str, screening: Screening, reading: Reading | None, context: Context) -> Understood:
        """Return what a message does in its conversation; `reading` is None of a text without words."""
        said = exact(text, screening.language, self.lexicon)
        if reading is None:
            return Understood(screening, said or Commands.of("unclear"))
        standard = self.screening_heads.standardise(reading.whole.vector)
        vector = packed(standard)
        if said is not None:
            return Understood(screening, with_screening(said, screening), vector=vector)
        meaning = self.lexicon.meaning(text, screening.language)
        row = features(text, standard, context, meaning, self.heads.meanings)
        likely = self.heads.likelihoods(row)
        who = self._who(row, context)
        found = [
            Command(name, sure=sure) for name, sure in likely.items() if name != ASK and sure >= self.heads.bars.command[name]
        ]
        if likely[ASK] >= self.heads.bars.command[ASK]:
            known = who if who is not Who.UNKNOWN else context.who
            found += self._asked(reading, standard, context, known, likely[ASK])
        if self.heads.bars.doubt <= likely["feel:suicide"] < self.heads.bars.command["feel:suicide"]:
            found.append(Command("doubt:suicide", sure=likely["feel:suicide"]))
        if all(command.name in COURTESIES for command in found):
            found += self._likeliest(reading, standard, context, likely)
        found.sort(key=lambda command: -command.sure)
        return Understood(screening, with_screening(Commands(tuple(found)), screening), who, vector)

    def _likeliest(self, reading: Reading, standard: Matrix, context: Context, likely: Mapping[str, float]) -> list[Command]:
        """Return what a message most likely does that otherwise does nothing, or only thanks: half of what is asked for is enough then."""
        bars = self.heads.bars.command
        name = max((label for label in likely if label not in COURTESIES), key=lambda label: likely[label] / bars[label])
        if likely[name] < bars[name] * HALF_HEARD or name in NEVER_HALF_HEARD:
            return []
        return (
            self._asked(reading, standard, context, context.who, likely[name])
            if name == ASK
            else [Command(name, sure=likely[name])]
        )

    def _value(self, name: str, text: str, language: str) -> str:
        """Return what a message arranges, where it names it: a time in any words, a code word in quotation marks or after a colon."""
        named = any(map(str.isdigit, text)) or self.lexicon.names_time(text, language)
        if name == "arrange:time" and named:
            return text.strip()
        if name == "arrange:word" and (word := _NAMED_WORD.search(text)) is not None:
            return (word["quoted"] or word["after"]).strip()
        return ""

    def _who(self, row: Matrix, context: Context) -> Who:
        who, sure = self.heads.role(row)
        bar = self.heads.bars.who if context.who is Who.UNKNOWN else self.heads.bars.who_again
        return who if sure >= bar and who is not Who.UNKNOWN else Who.UNKNOWN

    def _asked(self, reading: Reading, standard: Matrix, context: Context, who: Who, sure: float) -> list[Command]:
        """Return the questions of a message: of each clause that asks, and of the whole where it is one question."""
        whole = " ".join(reading.clauses)
        asking = [(whole, standard)]
        if len(reading.clauses) > 1:
            vectors = [self.screening_heads.standardise(encoding.vector) for encoding in reading.encodings]
            parts = [(text, vector) for text, vector in zip(reading.clauses, vectors, strict=True) if self._asks(text, vector)]
            asking = parts if len(parts) > 1 else asking  # one question is found best by the whole message around it
        sought = [
            self.nearness.find(clause, vector, self.library, who=who, context=context, moment=_moment(context))
            for clause, vector in asking[:MOST_QUESTIONS]
        ]
        found: list[Command] = []
        for near in sorted(filter(None, sought), key=lambda near: -near[0].nearness):
            value = self._chosen(near)
            clear = value is not None and "|" not in value
            if value is not None and (clear or not found) and not any(value.partition("|")[0] in one.choices for one in found):
                found.append(Command(ASK, value, sure))
        return found or [Command(ASK, UNKNOWN, sure)]

    def _asks(self, clause: str, vector: Matrix) -> bool:
        row = features(clause, vector, Context(), None, self.heads.meanings)
        return self.heads.likelihoods(row)[ASK] >= self.heads.bars.command[ASK]

    def _chosen(self, near: Sequence[Found]) -> str | None:
        if not near or near[0].nearness < self.heads.bars.answer:
            return None
        if len(near) > 1 and near[0].nearness - near[1].nearness < self.heads.bars.between:
            return "|".join(found.answer for found in near[:MOST_CHOICES])
        return near[0].answer


def _moment(context: Context) -> str:
    """Return in which moment answers must fit, as far as is known before the message is settled."""
    if Danger.OPEN in {context.danger, context.suicide}:
        return DANGER
    return WAITING if context.person is Person.ASKED else CALM


def told_in_parts(whole: Understood, found: Sequence[Understood]) -> Understood:
    """Return what a text does that is too long to be read at once: the whole is what it does, each part is screened by itself."""
    screening = together(whole.screening, [part.screening for part in found])
    return replace(whole, screening=screening, commands=with_screening(whole.commands, screening))


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
