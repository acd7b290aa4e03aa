"""What the program read a message as, in a line of the consultant's language: told, asked, wanted, refused, and its topic.

It is made from the commands that the dialogue acted on, and from the screening. It translates nothing and may be wrong: the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.console.texts import Texts
from bot.conversation.edition import Edition, Editions
from bot.dialogue.answers import Answer
from bot.dialogue.commands import ASK, TOPIC_COMMANDS, Command, Commands
from bot.language.wording import ASK_BUTTON
from bot.messages import QUESTION_TOPICS
from bot.storage.conversations import OpenedMessage

# The groups of a gist in their order, with the commands of each; what stands in none of them is no one's words.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "tells": (
        "danger:self",
        "danger:other",
        "feel:suicide",
        "near",
        "hint:danger",
        "hint:suicide",
        "doubt:suicide",
        "doubt:denied",
        "doubt:near",
        "tell:self",
        "tell:other",
        "report:value",
        "done:called",
        "fact:no_calls",
        "fact:watched",
    ),
    "asks": (ASK,),
    "wants": (
        "want:human",
        "want:erase",
        "erase:yes",
        "want:quiet",
        "want:normal",
        "want:language",
        "want:repeat",
        "menu",
        "want:report",
        "report:part",
        "report:send",
        "report:show",
        "report:correct",
        "arrange:time",
        "arrange:word",
        "want:readback",
    ),
    "refuses": ("refuse:human", "doubt:refuse", "refuse:call", "refuse:question", "report:drop", "erase:no"),
    "feels": ("feel:afraid", "feel:tired", "feel:ashamed", "feel:angry", "feel:unsure", "feel:better"),
    "says": (
        "answer:yes",
        "answer:no",
        "answer:value",
        "correct:joke",
        "correct:person",
        "correct:meant",
        "greet",
        "thanks",
        "bye",
        "off",
        "unclear",
    ),
}


ABOUT: Final = "about"
ASKED_ABOUT: Final = frozenset({*QUESTION_TOPICS, "delete_data", "change_language"})
SURE_OF_TOPIC: Final = 0.8  # from here on 226 of 234 such topics of validation messages were right


@dataclass(frozen=True)
class GistPart:
    """One group of a gist: its name, and what a message does of it."""

    group: str
    parts: tuple[str, ...]


class Gists:
    """Makes gists of stored messages.

    What is asked is named by the title of an answer and its matter: ways of asking would put words into somebody's mouth.
    """

    def __init__(self, texts: Texts, editions: Editions) -> None:
        self.texts = texts
        self.editions = editions

    def of(self, said: OpenedMessage, language: str) -> list[GistPart]:
        """Return the gist of a person's message in a language of the interface; nothing of one that no model read."""
        commands = Commands.from_json(said.commands)
        found = [(group, tuple(dict.fromkeys(self._parts(commands, names, language)))) for group, names in GROUPS.items()]
        found.append((ABOUT, self._about(said, commands, language)))
        return [GistPart(group, parts) for group, parts in found if parts]

    def _about(self, said: OpenedMessage, commands: Commands, language: str) -> tuple[str, ...]:
        """Return what a message surely asks about, where the nearest answer is one of another matter, or it was not understood."""
        if (
            said.screening is None
            or said.screening.topic_confidence < SURE_OF_TOPIC
            or not commands.any_of(ASK, "unclear", "off")
        ):
            return ()
        topic = said.screening.topic
        found = filter(None, (self._edition_of(name) for asked in commands.asked for name in asked.choices))
        answered = any(answer.topic == topic for _, answer in found)
        told = commands.any_of(*TOPIC_COMMANDS.get(topic, ())) or answered
        return () if told or topic not in ASKED_ABOUT else (self.texts.name("topic", topic, language),)

    def _parts(self, commands: Commands, names: Sequence[str], language: str) -> Iterator[str]:
        for name in names:
            for command in commands.named(name):
                yield self._asked(command, language) if name == ASK else self.texts.name("gist_part", _key(name), language)

    def _asked(self, command: Command, language: str) -> str:
        """Return what is asked by the answers that fit; by those that are nearest where none does."""
        either = f" {self.texts.text('gist.or', language)} "
        if command.choices:
            return either.join(self._title(name, language) for name in command.choices)
        if command.near:
            near = either.join(self._title(name, language) for name in command.near)
            return self.texts.text("gist.asked_perhaps", language, what=near)
        return self.texts.text("gist.asked_unknown", language)

    def _title(self, name: str, language: str) -> str:
        if (found := self._edition_of(name)) is None:  # it was taken out of the library since
            return self.texts.text("gist.asked_unknown", language)
        edition, answer = found
        matter = self.texts.name("gist_matter", answer.matter, language)
        title = edition.wording.button(f"{ASK_BUTTON}{name}", language).title
        return self.texts.text("gist.asked", language, title=title, matter=matter)

    def _edition_of(self, name: str) -> tuple[Edition, Answer] | None:
        """Return an answer with the words that belong to it; of one that is switched off, those of the files."""
        for edition in (self.editions.latest, self.editions.files):
            if (answer := edition.library.get(name)) is not None:
                return edition, answer
        return None


def _key(name: str) -> str:
    return name.replace(":", "_")
