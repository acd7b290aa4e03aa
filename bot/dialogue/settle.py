"""What commands mean where the conversation stands: an ordered table that resolves them against the state.

"Asks X while Y" lives here, one row each. A row sees what the rows before it left. Nothing here touches what the screening found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.dialogue.arrangements import LONGEST_WORD
from bot.dialogue.commands import ASK, UNKNOWN, Command, Commands
from bot.dialogue.exact import ENOUGH
from bot.dialogue.refusals import REFUSALS, TELLS
from bot.dialogue.said import Said, SettlingRow, answered, instead, old_button
from bot.dialogue.screened import exits
from bot.dialogue.state import Danger, Person, State
from bot.language.normalise import words

_FORM_ANSWERED: Final = (
    "report:value",
    "report:send",
    "report:show",
    "report:drop",
    "arrange:time",
    "arrange:word",
    "refuse:question",
)
FORMS: Final = ("report:", "time", "word")  # open questions that stay open while something else is answered
_ANSWERS: Final = ("answer:yes", "answer:no", "answer:value", "refuse:question", "unclear", "off")
_PLAIN: Final = (
    "tell:self",
    "tell:other",
    "answer:value",
    "answer:yes",
    "answer:no",
    "unclear",
    "off",
    "correct:meant",
    "feel:unsure",
    "doubt:near",
)
# What is no part of a report that is asked for: it is answered, and the report goes on, or rests.
_BESIDE_A_REPORT: Final = (
    ASK,
    "danger:self",
    "danger:other",
    "feel:suicide",
    "want:human",
    "want:erase",
    "want:quiet",
    "want:language",
    "want:report",
    "refuse:human",
    "refuse:question",
    "correct:joke",
    "answer:no",
    "menu",
    "report:send",
    "report:show",
    "report:drop",
    "report:correct",
    "report:part",
)
_SMALL: Final = ("greet", "thanks", "bye", "off", "unclear")
_MOODS: Final = ("feel:unsure", "feel:angry")
SURELY_ASKED: Final = 0.9
# Of 115 validation messages without a question mark that tell and are heard to ask for what has no answer, those at least as sure ask in 94
# of 100 cases, the others in 48.
ASKED_WHILE_TELLING: Final = 0.95
LIKELIER_THAN_NOT: Final = 0.5
PLAINLY: Final = 0.9  # a yes in other words than "yes", to the question whether everything should be erased
MERE: Final = 3  # words of "and the other thing?"
OF_NOTHING_NEW: Final = frozenset({"still_there", "misunderstood"})  # what "and?" sounds like
NOBODY_WROTE: Final = "consultant_nobody_writes"
OF_ONES_CHOICE: Final = ("consultant_woman",)
OF_A_PART: Final = {("delete_on_phone_only",), ("delete_one_part",)}  # of what may be erased


def _plain_yes(said: Said) -> bool:
    return said.sure("answer:yes") >= PLAINLY and said.only("answer:yes") and not old_button(said, "erase")


def _value(name: str) -> Callable[[Said], Commands]:
    return lambda said: said.commands.without(*_PLAIN, "near", name).with_(Command(name, said.text.strip()))


def _telling(said: Said) -> str:
    return "tell:other" if said.state.who.tells_of_others else "tell:self"


def _hardly_asked(said: Said, command: Command) -> bool:
    """Say whether a command is a question that is not sure, for what has no answer or was answered by the last reply."""
    of_no_use = str(command) == f"{ASK}:{UNKNOWN}" or said.answered_last(command)
    return of_no_use and command.sure < ASKED_WHILE_TELLING


def _named_report_part(said: Said) -> Commands:
    field = (said.state.awaits or "").removeprefix("report:")
    return Commands((Command("report:value", f"{field}={said.text.strip()}"),))


TABLE: Final = (
    *REFUSALS,
    SettlingRow(
        "only a plain yes erases; whatever is less sure, or says more, is asked again",
        lambda said: said.awaits("erase") and "answer:yes" in said.commands,
        lambda said: said.commands.without("answer:yes").with_(Command("erase:yes" if _plain_yes(said) else "want:erase")),
    ),
    SettlingRow("a no to erasing keeps everything", answered("erase", "answer:no"), instead("answer:no", "erase:no")),
    SettlingRow(
        "a yes to hurting oneself is a word of suicide", answered("hurting", "answer:yes"), instead("answer:yes", "feel:suicide")
    ),
    SettlingRow(
        "a no to hurting oneself is tiredness",
        answered("hurting", "answer:no"),
        instead("answer:no", "feel:tired", "feel:better"),
    ),
    SettlingRow(
        "what may be of dying, from somebody who was just asked about it and says no to nothing, is",
        lambda said: (
            said.awaits("hurting") and "doubt:suicide" in said.commands and not said.commands.any_of("feel:better", "answer:no")
        ),
        instead("doubt:suicide", "feel:suicide"),
    ),
    SettlingRow(
        "a yes under a report's summary sends it", answered("report_send", "answer:yes"), instead("answer:yes", "report:send")
    ),
    SettlingRow(
        "a no under a report's summary keeps it unsent",
        answered("report_send", "answer:no"),
        instead("answer:no", "report:drop"),
    ),
    SettlingRow(
        "a wish to send, where no report was begun, wants a consultant",
        lambda said: "report:send" in said.commands and not said.state.report,
        instead("report:send", "want:human"),
    ),
    SettlingRow(
        "a wish to send a report that was not read over yet shows it",
        lambda said: "report:send" in said.commands and not said.awaits("report_send"),
        instead("report:send", "report:show"),
    ),
    SettlingRow(
        "a wish to correct, where no report was begun, asks what was meant",
        lambda said: "report:correct" in said.commands and not said.state.report,
        instead("report:correct", "correct:meant"),
    ),
    SettlingRow(
        "what is hardly a question, while a part of a report, a time or a word is asked for, is none",
        lambda said: (
            (said.state.awaits or "").startswith(FORMS)
            and "?" not in said.text
            and any(ask.value == UNKNOWN or ask.sure < SURELY_ASKED for ask in said.commands.asked)
        ),
        lambda said: Commands(
            tuple(one for one in said.commands.all if one.name != ASK or (one.sure >= SURELY_ASKED and one.choices))
        ),
    ),
    SettlingRow(
        "what is hardly a refusal to answer, while a part of a report is asked for, is none",
        lambda said: said.awaits("report:") and said.sure("refuse:question") < LIKELIER_THAN_NOT,
        lambda said: said.commands.without("refuse:question"),
    ),
    SettlingRow(
        "what is told while a part of a report is asked for is that part",
        lambda said: said.awaits("report:") and not said.commands.any_of(*_BESIDE_A_REPORT) and not said.exactly("near"),
        _named_report_part,
    ),
    SettlingRow(
        "enough, in a report, shows what there is",
        lambda said: said.awaits("report:") and (c := said.commands.first("refuse:question")) is not None and c.value == ENOUGH,
        lambda _said: Commands.of("report:show"),
    ),
    SettlingRow(
        "skipped, or no, in a report goes on to the next part",
        lambda said: said.awaits("report:") and said.only("refuse:question", "answer:no"),
        lambda said: Commands((Command("report:value", f"{(said.state.awaits or '').removeprefix('report:')}="),)),
    ),
    SettlingRow(
        "words after the question for a time are that time",
        lambda said: said.awaits("time") and said.only(*_PLAIN, "arrange:time") and not said.only("answer:no", "answer:yes"),
        _value("arrange:time"),
    ),
    SettlingRow(
        "a few words after the question for a code word are that word",
        lambda said: (
            said.awaits("word")
            and said.only(*_PLAIN, *_SMALL, "arrange:word", "near")
            and not said.exactly("near")
            and not said.only("answer:no", "answer:yes")
            and len(said.text.split()) <= LONGEST_WORD
        ),
        _value("arrange:word"),
    ),
    SettlingRow(
        "a yes to another language takes it",
        lambda said: said.awaits("language:") and "answer:yes" in said.commands,
        lambda said: Commands((Command("want:language", (said.state.awaits or "").removeprefix("language:")),)),
    ),
    SettlingRow(
        "a yes to one of two readings takes the likelier",
        lambda said: said.awaits("which:") and "answer:yes" in said.commands,
        lambda said: Commands((Command(ASK, (said.state.awaits or "").removeprefix("which:")),)),
    ),
    SettlingRow(
        "who asks how to clear only the phone, or one part, erases nothing here",
        lambda said: (
            "want:erase" in said.commands
            and not said.exactly("want:erase")
            and any(ask.choices[:1] in OF_A_PART for ask in said.commands.asked)
        ),
        lambda said: said.commands.without("want:erase"),
    ),
    SettlingRow(
        "a language that is asked about is no wish for another one",
        lambda said: (
            (wish := said.commands.first("want:language")) is not None
            and not wish.value
            and any(ask.choices for ask in said.commands.asked)
        ),
        lambda said: said.commands.without("want:language"),
    ),
    SettlingRow(
        "who cannot speak in a danger asks how to call all the same",
        lambda said: said.state.in_danger and any(ask.value == "write_instead_of_call" for ask in said.commands.asked),
        lambda said: said.commands.without(ASK).with_(Command(ASK, "emergency_silent")),
    ),
    SettlingRow(
        "a mere question mark, or and, after questions that found no room asks the first of them",
        lambda said: (
            bool(said.state.left)
            and said.only("unclear", "want:repeat", ASK)
            and all(set(ask.choices) <= OF_NOTHING_NEW for ask in said.commands.asked)
            and len(said.text.split()) <= MERE
        ),
        lambda said: Commands((Command(ASK, said.state.left[0]),)),
    ),
    SettlingRow(
        "a mere question mark from somebody who waits for a consultant asks whether one has written",
        lambda said: (
            said.state.person is Person.ASKED and said.state.awaits is None and said.only("unclear") and not words(said.text)
        ),
        lambda _said: Commands((Command(ASK, NOBODY_WROTE),)),
    ),
    SettlingRow(
        "a person wanted in words that sound like a question about consultants is called",
        lambda said: "want:human" in said.commands,
        lambda said: Commands(
            tuple(
                one
                for one in said.commands.all
                if one.name != ASK or one.choices == OF_ONES_CHOICE or "?" in said.text or one.sure > said.sure("want:human")
            )
        ),
    ),
    SettlingRow(
        "whoever asks for a woman, or for the same person again, wants a person",
        lambda said: any(ask.choices == OF_ONES_CHOICE for ask in said.commands.asked) and "refuse:human" not in said.commands,
        lambda said: said.commands.with_(Command("want:human")),
    ),
    SettlingRow(
        "dying that a first message speaks of, and denies as surely: which it is, is asked",
        lambda said: said.as_sure("feel:better", "feel:suicide") and "feel:better" not in exits(first=not said.state.turns),
        lambda said: said.commands.without("feel:suicide", "feel:better").with_(Command("doubt:denied")),
    ),
    SettlingRow(
        # Of 17 validation messages that deny it and are heard to do both 16 are denied so; of the one that does not, it is asked.
        "dying that is spoken of and denied as surely is denied",
        lambda said: said.as_sure("feel:better", "feel:suicide"),
        lambda said: said.commands.without("feel:suicide"),
    ),
    SettlingRow(
        "a no as sure as dying, or a denial less sure, from somebody who spoke of it before: which it is, is asked",
        lambda said: (
            said.state.suicide is not Danger.NONE
            and "feel:suicide" in said.commands
            and not said.exactly("feel:suicide")
            and ("feel:better" in said.commands or said.as_sure("answer:no", "feel:suicide"))
        ),
        lambda said: said.commands.without("feel:suicide", "feel:better").with_(Command("doubt:denied")),
    ),
    SettlingRow(
        "dying beside a denial that is less sure is dying",
        lambda said: "feel:suicide" in said.commands,
        lambda said: said.commands.without("feel:better"),
    ),
    SettlingRow(
        "who writes and what is told decide together whether a danger is one's own",
        lambda said: "danger:self" in said.commands and "danger:other" in said.commands,
        lambda said: said.commands.without("danger:self" if said.state.who.tells_of_others else "danger:other"),
    ),
    SettlingRow(
        "telling of oneself and of others at once is what the conversation is about",
        lambda said: "tell:self" in said.commands and "tell:other" in said.commands,
        lambda said: said.commands.without("tell:self" if said.state.who.tells_of_others else "tell:other"),
    ),
    SettlingRow(
        "what is told in earnest beside a joke that is taken back is heard, and nothing is over",
        lambda said: (
            "correct:joke" in said.commands
            and any(one.name in TELLS and one.sure >= LIKELIER_THAN_NOT for one in said.commands.all)
        ),
        lambda said: said.commands.without("correct:joke"),
    ),
    SettlingRow(
        "whoever tells, and hardly asks for what has no answer or was answered just now, is heard",
        lambda said: said.commands.any_of(*TELLS) and "?" not in said.text,
        lambda said: Commands(tuple(one for one in said.commands.all if not _hardly_asked(said, one))),
    ),
    SettlingRow(
        "somebody who comes, and a danger that the screening hears, after a danger that was over, is a danger again",
        lambda said: (
            "near" in said.commands and "hint:danger" in said.commands and said.state.danger in {Danger.EASED, Danger.OVER}
        ),
        lambda said: said.commands.without("near", "hint:danger").with_(Command("danger:self")),
    ),
    SettlingRow(
        "what the screening alone hears, after a danger or a wish to die that is over, is told",
        lambda said: (
            said.commands.any_of("hint:danger", "hint:suicide")
            and bool({said.state.danger, said.state.suicide} & {Danger.EASED, Danger.OVER})
        ),
        lambda said: said.commands.without("hint:danger", "hint:suicide").with_(Command(_telling(said))),
    ),
    SettlingRow(
        "courtesies and noise beside anything else say nothing",
        lambda said: not said.only(*_SMALL),
        lambda said: said.commands.without(*_SMALL),
    ),
    SettlingRow(
        "a mood beside something told or asked is received with it",
        lambda said: said.commands.any_of(ASK, "tell:self", "tell:other", "want:human"),
        lambda said: said.commands.without(*_MOODS),
    ),
    SettlingRow(
        "a few words that are nothing, from somebody who is telling, belong to what they tell",
        lambda said: (
            said.only("unclear", "off") and (said.state.told_self or said.state.told_other) and len(said.text.split()) > 2
        ),
        lambda said: Commands((Command(_telling(said)),)),
    ),
)


def settle(text: str, commands: Commands, state: State) -> Commands:
    """Return what the commands of a message mean in a conversation that stands so."""
    said = Said(text, commands, state)
    for row in TABLE:
        if row.when(said):
            said = replace(said, commands=row.then(said))
    return said.commands


def still_open(state: State, commands: Commands) -> str | None:
    """Return the question that stays open after a message: those of a form wait while something else is answered."""
    awaits = state.awaits or ""
    return awaits if awaits.startswith(FORMS) and not commands.any_of(*_FORM_ANSWERED) else None
