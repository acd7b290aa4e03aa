"""A message understood as commands: a button or a listed word exactly, everything else by the heads and the nearness of answers.

What the screening found is never weighed here: it adds commands of its own, and what is heard of somebody's danger is added to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.dialogue.answers import DANGER, Library, moments_of, shared_library
from bot.dialogue.arrangements import time_named, word_named
from bot.dialogue.asked import NEAREST, AskedNetwork, Asking
from bot.dialogue.commands import ASK, FACT, HELPS, REFUSES, SEVERAL, TOPIC_COMMANDS, UNKNOWN, Command, Commands
from bot.dialogue.exact import exact
from bot.dialogue.features import NEW, Context, packed, rows_of
from bot.dialogue.heads import CommandHeads, InParts
from bot.dialogue.message_heads import ALARMING, MAY_REFUSE, PERSON, TELLINGS, MessageHeads
from bot.dialogue.nearness_file import load_nearness
from bot.dialogue.placing import placed_over
from bot.dialogue.questions import questions
from bot.dialogue.retrieval import Found, Nearness
from bot.dialogue.screened import ALARMS, ALIKE, HINT_OF, as_it_is, exits, in_context, with_screening
from bot.dialogue.state import Danger, Person, Who
from bot.dialogue.tellings import kinds_of, raised_by, shared_tellings
from bot.dialogue.turn import Understood
from bot.language.lexicon import Lexicon, shared_lexicon
from bot.language.normalise import readable
from bot.language.sentences import QUESTION_MARKS, sentences
from bot.messages import QUESTION_TOPICS, Screening, Speaker, Triage
from bot.screening.encoder import Encoder, Encoding
from bot.screening.heads import Heads, Matrix
from bot.screening.letter_table import Places, places
from bot.screening.parts import together
from bot.screening.respelt import Spelt
from bot.screening.senses import Senses
from bot.screening.tuned import TunedEncoder

COURTESIES: Final = frozenset({"greet", "thanks", "bye"})
# What leaves room for a refusal that is half heard: of 1,012 validation messages of people who wait none other is taken for one so.
SAY_LITTLE: Final = COURTESIES | {"feel:afraid", "feel:ashamed", "feel:unsure"}
TELLS: Final = ("tell:self", "tell:other")
PUTS_RIGHT: Final = "correct:person"
LAST_ANSWERS: Final = 2  # at most so many are in one reply
HALF_HEARD: Final = 0.5  # of its bar
# Somebody who comes in may be half heard as well: it is said before the reply what to do then. Of 62 validation messages that say so 40 are
# heard, and 50 at least so; of 3,234 others 15 are taken for it, and 39 at least so, a third of them from somebody who is watched.
NEAR: Final = "near"
MAYBE_NEAR: Final = "doubt:near"
# A word of dying is asked back below its bar down to this part of it. Of 3,278 validation turns 46 are, of which 7 speak of dying; from a
# fifth on 129, of which 9 do.
DOUBTED: Final = 0.4
# How much surer a denial with a "no" in it must be than the dying that is heard beside it to count as one: "no, I do not want to live on"
# is heard as both, up to 0.33 surer as a denial; most who deny it in so many words are surer by far.
CLEARLY: Final = 0.4
# A denial stands in its own words ("I would never hurt myself"), in which the network of the commands hears dying: what is heard apart
# counts mostly there (`bench.alarms`, `docs/encoder.md`).
OF_DYING: Final = ("feel:suicide", "feel:better")
# What half heard does no harm: it is received or asked about. Nobody is called, sent away or alarmed by half a word.
HALF_HEARD_TOO: Final = (*TELLS, "answer:value", "correct:meant", "feel:tired", "feel:afraid", "feel:ashamed", "feel:unsure")


@dataclass(frozen=True)
class ReadMessage:
    """What is read of a message: texts and vectors of the whole and, where it has several, its clauses, and what these do.

    `typed` are the texts as they were written, where `read` has the spelling of the language; `seen` are the places of their letters.
    """

    language: str
    read: Sequence[tuple[str, Matrix]]
    typed: Sequence[str]
    seen: Sequence[Places]
    does: InParts


@dataclass(frozen=True)
class CommandModel:
    """Everything that was learned for understanding messages as commands."""

    heads: CommandHeads
    person: MessageHeads
    alarming: MessageHeads
    tellings: MessageHeads
    nearness: Nearness
    asked: AskedNetwork
    library: Library
    lexicon: Lexicon
    senses: Senses

    @classmethod
    def load(cls, folder: Path, encoder: TunedEncoder) -> CommandModel:
        """Read what was learned from a folder, and the library and the lists as they are now."""
        of_encoder = Heads.load(encoder.folder)
        library, senses, heads = shared_library(), Senses.load(folder, of_encoder), CommandHeads.load(folder)
        person, alarming, tellings = (MessageHeads.load(folder / name, name, of_encoder) for name in (PERSON, ALARMING, TELLINGS))
        bars = replace(heads.bars, command={**heads.bars.command, **person.bars})
        nearness = load_nearness(folder, library, encoder, senses)
        asked = AskedNetwork.load(folder)
        return cls(replace(heads, bars=bars), person, alarming, tellings, nearness, asked, library, shared_lexicon(), senses)

    def over(self, library: Library, encoder: Encoder, before: CommandModel | None = None) -> CommandModel:
        """Return what was learned over another library; `before` is what was returned for the one before it: it knows ways of asking."""
        known = dict(zip(before.nearness.digests, before.nearness.vectors, strict=False)) if before is not None else None
        return replace(self, library=library, nearness=placed_over(self.nearness, library, encoder, self.senses, known))

    def understand(self, text: str, screening: Screening, spelt: Spelt | None, context: Context) -> Understood:
        """Return what a message does in its conversation; `spelt` is None of a text without words."""
        said = exact(text, screening.language, self.lexicon)
        if spelt is None:
            return Understood(screening, said or Commands.of("unclear"))
        parts, encodings = self._parts(spelt)
        vector = packed(parts[0][1][: self.senses.last_width])
        if said is not None:
            said_as = as_it_is if said.any_of(*ALARMS) else HINT_OF.__getitem__
            return Understood(screening, with_screening(said, screening, said_as=said_as), vector=vector)
        language = spelt.reading.language
        rows = rows_of(parts, language, context, self.lexicon, self.heads.meanings, width=self.senses.last_width)
        seen = [places(readable(part)) for part, _ in parts]
        message = ReadMessage(language, parts, [text, *spelt.typed][: len(parts)], seen, self.heads.heard(rows, seen))
        told = self._kinds_told(message, encodings, screening)
        screening = raised_by(screening, told, text)
        likely = self._likelihoods(message, encodings, context)
        found = self._sure_enough(message, likely, context, grave=screening.triage.needs_person)
        who = self._writer(rows[0], context, put_right=any(command.name == PUTS_RIGHT for command in found))
        if (asks := self._seeks_answer(found, likely, context)) is not None:
            asking = self.asking(message, likely, context=context, who=who, does={command.name for command in found})
            found += self._answers(asking, asks, found)
        if _nothing_but(COURTESIES, found):
            found += self._half_heard(likely)
        if context.person is Person.ASKED and _nothing_but(SAY_LITTLE, found):
            found += self._half_heard_refusal(likely)
        if _nothing_but((), found):
            found.append(Command("unclear", sure=0.0))
        found.sort(key=lambda command: -command.sure)
        answered = any(command.name == ASK and command.value != UNKNOWN for command in found)
        said_as = in_context(context, likely, answered=answered)
        commands = with_screening(Commands(tuple(found)), screening, said_as=said_as, first=context.first)
        return Understood(screening, commands, who, vector, told)

    def _likelihoods(self, message: ReadMessage, encodings: Sequence[Encoding], context: Context) -> dict[str, float]:
        """Return how likely a message does each thing; a person and erasing are heard apart, an alarm and its end both here and apart.

        Where dying was spoken of, what is said of it now is heard mostly by that one.
        """
        likely = message.does.likelihoods
        mostly = () if context.suicide is Danger.NONE else OF_DYING
        alarming = self.alarming.weighed_with(likely, self.heads.bars.command, encodings, message.seen, mostly=mostly)
        return likely | self.person.likelihoods(encodings, message.seen) | alarming

    def _parts(self, spelt: Spelt) -> tuple[list[tuple[str, Matrix]], list[Encoding]]:
        """Return texts with vectors, and encodings, of what is read: the whole message and, where it has several, each of its clauses."""
        reading = spelt.reading
        several = len(reading.clauses) > 1
        texts, encodings = [spelt.text, *reading.clauses * several], [reading.whole, *reading.encodings * several]
        return list(zip(texts, self.senses.of(encodings), strict=True)), encodings

    def _sure_enough(self, message: ReadMessage, likely: Mapping[str, float], context: Context, *, grave: bool) -> list[Command]:
        """Return all but the questions: what is likely enough, doubts of dying and of a refusal, and a time that was asked for.

        A refusal may be meant where a consultant waits, is offered, or would be called for what is told; but who tells of something grave
        beside it refuses nobody (none of seven such validation messages does), nor does who likelier refuses to be phoned (one of six).
        """
        bars, text = self.heads.bars, message.typed[0]
        may_name_a_time = context.awaits == "time" or likely["arrange:time"] >= bars.command["arrange:time"]
        values = {"arrange:time": self._time_named(message) if may_name_a_time else "", "arrange:word": word_named(text)}
        halved = {"arrange:word"} if values["arrange:word"] else set()
        found = [
            Command(name, values.get(name, ""), sure)
            for name, sure in likely.items()
            if name not in {ASK, SEVERAL} and sure >= bars.command[name] * (HALF_HEARD if name in halved else 1)
        ]
        found = [
            replace(one, value=one.value or self._sentences_that_do(one.name, message)) if one.name == "arrange:word" else one
            for one in found
        ]
        names = {command.name for command in found}
        if {"feel:suicide", "feel:better", "answer:no"} <= names:
            found = [replace(one, sure=max(one.sure - CLEARLY, 0.0)) if one.name == "feel:better" else one for one in found]
        time = values["arrange:time"]
        if context.awaits == "time" and "arrange:time" not in names and time and not time.endswith(QUESTION_MARKS):
            found.append(Command("arrange:time", time))
        if (
            names.isdisjoint(("feel:suicide", *exits(first=context.first)))
            and likely["feel:suicide"] >= bars.command["feel:suicide"] * DOUBTED
        ):
            found.append(Command("doubt:suicide", sure=likely["feel:suicide"]))
        if NEAR not in names and likely[NEAR] >= bars.command[NEAR] * HALF_HEARD:
            found.append(Command(MAYBE_NEAR, sure=likely[NEAR]))
        tells_more = grave and not names.isdisjoint(TELLS)
        may_refuse = (context.person is Person.ASKED or context.awaits == "human" or grave) and not tells_more
        if may_refuse and REFUSES not in names and likely[REFUSES] >= max(bars.command[MAY_REFUSE], likely["refuse:call"]):
            found.append(Command(MAY_REFUSE, sure=likely[REFUSES]))
        return found

    def _time_named(self, message: ReadMessage) -> str:
        """Return the time that a message names where it arranges one, else the one that it names anywhere."""
        texts = (self._sentences_that_do("arrange:time", message), message.typed[0])
        return next(filter(None, (time_named(text, message.language, self.lexicon) for text in texts)), "")

    def _sentences_that_do(self, name: str, message: ReadMessage) -> str:
        """Return the sentences of a message that do one thing, from the first to the last, as they are written.

        That is the whole message where no clause does it by itself.
        """
        least = self.heads.bars.command[name] * HALF_HEARD
        sure = message.does.by_clause(name)
        told = [clause for clause, one in zip(message.typed[1:], sure, strict=True) if one >= least]
        text = message.typed[0]
        parts = sentences(text)
        doing = [place for place, part in enumerate(parts) if any(clause in part or part in clause for clause in told)]
        return " ".join(parts[doing[0] : doing[-1] + 1]) if doing else text

    def asking(
        self, message: ReadMessage, likely: Mapping[str, float], *, context: Context, who: Who, does: Set[str] = frozenset()
    ) -> Asking:
        """Return a message that may ask, with the answers near to it and to its clauses.

        Whoever says that something else was meant is not answered what was answered last.
        """
        alarm = not does.isdisjoint(ALARMS)  # it is answered first, and what may be said beside it then
        moments = frozenset({DANGER}) if alarm else moments_of(context.person, alarmed=context.presses)

        def near(places: Sequence[int]) -> list[list[Found]]:
            return self.nearness.find_each(
                [message.read[place] for place in places],
                self.library,
                who=who if who is not Who.UNKNOWN else context.who,
                context=context,
                moments=moments,
                language=message.language,
                without=context.needs[:LAST_ANSWERS] if "correct:meant" in does else (),
                most=NEAREST,
            )

        asks = [likely[ASK], *message.does.by_clause(ASK)]
        return Asking.of(asks, message.typed, near, likely, context)

    def asking_first(self, text: str, encoding: Encoding, who: Who, language: str) -> Asking:
        """Return the first message of somebody as one that may ask, read as a whole."""
        parts = [(readable(text), self.senses.one(encoding))]
        rows = rows_of(parts, language, NEW, self.lexicon, self.heads.meanings, width=self.senses.last_width)
        seen = [places(part) for part, _ in parts]
        message = ReadMessage(language, parts, [text], seen, self.heads.heard(rows, seen))
        return self.asking(message, message.does.likelihoods, context=NEW, who=who)

    def _seeks_answer(self, found: Sequence[Command], likely: Mapping[str, float], context: Context) -> Command | None:
        """Return what a message does for which an answer is sought: it asks, tells what may be helped with, or hardly asks."""
        bar, sure = self.heads.bars.command[ASK], likely[ASK]
        if sure >= bar:
            return Command(ASK, UNKNOWN, sure)
        told = any(command.name in TELLS for command in found)
        if context.awaits is None and (told or sure >= bar * HALF_HEARD):
            return Command(HELPS if told else ASK, sure=sure)
        return None

    def _answers(self, asking: Asking, asks: Command, found: Sequence[Command]) -> list[Command]:
        """Return the questions of a message, or the answer that helps with what it tells.

        Who speaks of dying, tells, or hardly asks, is answered only by what is surely meant; so is who spoke of a danger just now, but
        by what may be said in one.
        """
        likely, bars = self.asked.likelihoods(asking), self.asked.bars
        surely = not asks.value or any(command.name == "feel:suicide" for command in found)
        likely = {
            name: sure
            for name, sure in likely.items()
            if sure >= bars.sure or not (surely or (asking.context.presses and DANGER not in self.library.answers[name].when))
        }
        if asks.value:
            return questions(asking, likely, bars, several=asking.likely[SEVERAL] >= self.heads.bars.command[SEVERAL])
        return [replace(asks, value=name) for name in list(likely)[:1]]

    def _kinds_told(self, message: ReadMessage, encodings: Sequence[Encoding], screening: Screening) -> tuple[str, ...]:
        """Return the kinds of what a message tells that are sure enough, the surest first.

        The screening would rather hear a sign too many: alone it is no reason to speak of what somebody may not have told. Where it hears
        what endangers somebody, half as sure is enough to name 112.
        """
        likely, bar = self.tellings.likelihoods(encodings, message.seen), self.tellings.bars[TELLINGS]
        signs = {name for name in kinds_of(screening.signs) if shared_tellings()[name].endangers}
        told = [name for name, sure in likely.items() if sure >= bar * (HALF_HEARD if name in signs else 1)]
        return tuple(sorted(told, key=likely.__getitem__, reverse=True))

    def _half_heard_refusal(self, likely: Mapping[str, float]) -> list[Command]:
        """Return a refusal in doubt, of somebody who waits and says little else: half of the bar from which on it is asked is enough."""
        bar = self.heads.bars.command[MAY_REFUSE] * HALF_HEARD
        return [Command(MAY_REFUSE, sure=likely[REFUSES])] if likely[REFUSES] >= bar else []

    def _half_heard(self, likely: Mapping[str, float]) -> list[Command]:
        """Return what a message most likely tells or feels that otherwise does nothing, or only thanks: half of its bar is enough then."""
        bars = self.heads.bars.command
        name = max(HALF_HEARD_TOO, key=lambda label: likely[label] / bars[label])
        return [Command(name, sure=likely[name])] if likely[name] >= bars[name] * HALF_HEARD else []

    def _writer(self, row: Matrix, context: Context, *, put_right: bool) -> Who:
        """Return who writes, where it is sure enough; surer to change who is known, but not where that is put right."""
        who, sure = self.heads.role(row)
        bar = self.heads.bars.who if put_right or context.who is Who.UNKNOWN else self.heads.bars.who_again
        return who if sure >= bar else Who.UNKNOWN


def _nothing_but(names: Collection[str], found: Iterable[Command]) -> bool:
    """Say whether a message does nothing else, whatever facts it tells."""
    return all(command.name in names or command.name.startswith(FACT) for command in found)


def told_in_parts(whole: Understood, found: Sequence[Understood]) -> Understood:
    """Return what a text does that is too long to be read at once: the whole is what it does, each part is screened by itself.

    An alarm of the screening is borne out where one of the parts, or the whole, is understood as that alarm.
    """
    screening = together(whole.screening, [part.screening for part in found])

    def said_as(alarm: str) -> str:
        return alarm if any(one.commands.any_of(*ALIKE[alarm]) for one in (whole, *found)) else HINT_OF[alarm]

    commands = with_screening(whole.commands.without(*HINT_OF.values()), screening, said_as=said_as)
    heard = dict.fromkeys(name for one in (whole, *found) for name in one.told)
    return replace(whole, screening=screening, commands=commands, told=tuple(heard))


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
    return Understood(screening, with_screening(said, screening), told=tuple(kinds_of(screening.signs)))
