"""The closed set of commands that a message is understood as.

A message does several things at once: it tells, asks twice and refuses. Each is one command, `kind:value` when it is written down.
The same ids label the conversations in `nlu_data/conversations/`, are learned by the heads, and are what other programs read in the
output of `python -m bot chat`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

ASK: Final = "ask"
HELPS: Final = "helps"  # an answer that helps with what is told, which nobody asked for
FOUND_ONLY: Final = 0.0  # how sure a command is that only the screening gives
UNKNOWN: Final = "none"  # `ask:none`: something is asked that no answer of the library fits

# What the heads learn, apart from which answer a question asks for.
LABELS: Final = (
    "ask",
    "danger:self",
    "danger:other",
    "feel:suicide",
    "near",
    "done:called",
    "want:erase",
    "want:quiet",
    "want:normal",
    "want:language",
    "want:human",
    "refuse:human",
    "refuse:call",
    "refuse:question",
    "correct:joke",
    "correct:person",
    "correct:meant",
    "arrange:time",
    "arrange:word",
    "want:readback",
    "want:report",
    "tell:self",
    "tell:other",
    "answer:yes",
    "answer:no",
    "answer:value",
    "feel:tired",
    "feel:afraid",
    "feel:ashamed",
    "feel:angry",
    "feel:better",
    "feel:unsure",
    "want:repeat",
    "greet",
    "thanks",
    "bye",
    "off",
    "unclear",
    "fact:no_calls",
    "fact:watched",
)
# Whether a person is wanted or refused, or all is to be erased, is heard by a network of its own (`bot.dialogue.message_heads`); that of
# the commands still learns erasing, and is not asked.
WANTS, REFUSES, ERASES = "want:human", "refuse:human", "want:erase"
SEVERAL: Final = "several"  # heard beside the commands, and none itself: that more than one thing is asked
HEARD: Final = (*(label for label in LABELS if label not in {WANTS, REFUSES}), SEVERAL)
# What only a button or a whole listed word says, or what the state makes of an answer; never a guess of the heads alone.
EXACT_ONLY: Final = (
    "menu",
    "report:send",
    "report:show",
    "report:drop",
    "report:correct",
    "report:part",
    "report:value",
    "erase:yes",
    "erase:no",
    HELPS,
    "doubt:suicide",
    "doubt:denied",
    "doubt:near",
    "doubt:refuse",
    "hint:suicide",
    "hint:danger",
)
FACT: Final = "fact:"  # begins the commands that only tell what the writer's situation allows

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

# The main intent of a message is that of its first command here; Rasa's rules know these intents.
MAIN_INTENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "danger": ("danger:self", "danger:other"),
    "suicide": ("feel:suicide",),
    "near": ("near",),
    "steer": ("want:erase", "erase:yes", "want:quiet", "want:normal", "want:language", "want:repeat", "menu"),
    "report_settle": ("report:send", "report:show", "report:drop", "report:correct"),
    "report_begin": ("want:report", "report:part"),
    "refuse": ("refuse:human", "refuse:call", "refuse:question", "doubt:refuse"),
    "want_person": ("want:human",),
    "correct": ("correct:joke", "correct:person", "correct:meant"),
    "arrange": ("arrange:time", "arrange:word", "want:readback"),
    "ease": ("done:called", "feel:better"),
    "ask": ("ask",),
    "tell": ("tell:self", "tell:other", HELPS),
    "answer": ("answer:yes", "answer:no", "answer:value", "erase:no", "report:value"),
    "feel": ("doubt:suicide", "doubt:denied", "feel:tired", "feel:afraid", "feel:ashamed", "feel:angry", "feel:unsure"),
    "courtesy": ("greet", "thanks", "bye"),
    "off_topic": ("off",),
    "unclear": ("unclear", "doubt:near", "hint:suicide", "hint:danger", "fact:no_calls", "fact:watched"),
}
_INTENT_OF: Final = {label: intent for intent, labels in MAIN_INTENTS.items() for label in labels}


@dataclass(frozen=True)
class Command:
    """One thing that a message does.

    `sure` is how likely it is, `words` what of the message says it, where that is known, `near` the answers nearest to a question to
    which none is near enough: this one, or another in the message.
    """

    name: str
    value: str = ""
    sure: float = 1.0
    words: str = ""
    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the form that is written down: `ask:passport_back`, `want:human`."""
        return f"{self.name}:{self.value}" if self.name in {ASK, HELPS} else self.name

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the answers that a question may ask for, the likeliest first."""
        return tuple(self.value.split("|")) if self.name in {ASK, HELPS} and self.value not in {"", UNKNOWN} else ()

    def as_json(self) -> dict[str, object]:
        """Return a JSON value; `from_json` reads it."""
        return {"name": self.name, "value": self.value, "sure": round(self.sure, 3), "words": self.words, "near": list(self.near)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Command:
        """Read what `as_json` wrote."""
        sure = data.get("sure", 1.0)
        return cls(
            str(data["name"]),
            str(data.get("value", "")),
            float(sure) if isinstance(sure, (int, float)) else 1.0,
            str(data.get("words", "")),
            tuple(near) if isinstance(near := data.get("near", ()), (list, tuple)) else (),
        )


@dataclass(frozen=True)
class Commands:
    """All that one message does."""

    all: tuple[Command, ...] = ()

    def __contains__(self, name: str) -> bool:
        """Say whether a command with this name is among them."""
        return any(command.name == name for command in self.all)

    def any_of(self, *names: str) -> bool:
        """Say whether one of several commands is among them."""
        return any(command.name in names for command in self.all)

    def first(self, name: str) -> Command | None:
        """Return the first command with a name."""
        return next((command for command in self.all if command.name == name), None)

    @property
    def asked(self) -> tuple[Command, ...]:
        """Return the questions, in the order of the message."""
        return self.named(ASK)

    def named(self, name: str) -> tuple[Command, ...]:
        """Return the commands with a name."""
        return tuple(command for command in self.all if command.name == name)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all commands."""
        return frozenset(command.name for command in self.all)

    def without(self, *names: str) -> Commands:
        """Return the commands but those with some names."""
        return Commands(tuple(command for command in self.all if command.name not in names))

    def with_(self, *more: Command) -> Commands:
        """Return the commands and some more; one that is there already stays as it is."""
        known = {str(command) for command in self.all}
        return Commands((*self.all, *(command for command in more if str(command) not in known)))

    def main_intent(self) -> str:
        """Return the intent of the most important command; `unclear` when there is none."""
        found = {_INTENT_OF[command.name] for command in self.all if command.name in _INTENT_OF}
        return next((intent for intent in MAIN_INTENTS if intent in found), "unclear")

    def as_json(self) -> list[dict[str, object]]:
        """Return a JSON value; `from_json` reads it."""
        return [command.as_json() for command in self.all]

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, object]]) -> Commands:
        """Read what `as_json` wrote."""
        return cls(tuple(Command.from_json(item) for item in data))

    @classmethod
    def of(cls, *names: str) -> Commands:
        """Return commands by name; `ask:id` asks."""
        return cls(tuple(Command(ASK, name.removeprefix("ask:")) if name.startswith("ask:") else Command(name) for name in names))
