"""Learns to hear who asks for a person and who refuses one, and from which likelihood on that counts; minutes.

From `nlu_data/<language>/person.yml`, messages that ask, refuse, or do neither although they have the same words, and from all turns of the
labelled conversations. The bars are chosen on turns that were not learned from: those of the training conversations held out, heard
by a network that learned from the others, and those of strangers (validation), heard by the whole; each as the running program hears it,
whole and clause by clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from bot.dialogue.commands import REFUSES, WANTS
from bot.dialogue.person_heads import MAY_REFUSE, PersonHeads, heard
from bot.language.normalise import readable
from bot.learning.labelled import LabelledConversation, conversation_files, is_held_out, read_conversations
from bot.learning.person_rows import read_person
from bot.screening.clauses import clauses
from bot.screening.heads import Heads, Matrix
from bot.screening.layers import Layers
from bot.screening.network import Course, train
from bot.screening.senses import Senses, encoded
from bot.screening.tuned import TunedEncoder

OUTPUTS: Final = (WANTS, REFUSES)
COURSE: Final = Course(members=3, hidden=128, epochs=8, dropout=0.4)
WRITTEN_FOR_IT: Final = 3  # how often a message of person.yml counts beside a turn
STEPS: Final = np.linspace(0.3, 0.98, 69)
# Of the turns that do not ask (or refuse) at most this share may be taken for it. A person is called generously; hardly anybody may lose
# one by a mistake; a doubt only asks back. With it all 22 wishes of strangers are heard, and five of their 779 other turns.
MOST_WRONG: Final[Mapping[str, float]] = {WANTS: 0.02, REFUSES: 0.002, MAY_REFUSE: 0.0125}
HEARD_AS: Final[Mapping[str, str]] = {WANTS: WANTS, REFUSES: REFUSES, MAY_REFUSE: REFUSES}


@dataclass(frozen=True)
class Message:
    """A message, and which of the two it does; `parts` are its clauses, where it has several."""

    text: str
    does: frozenset[str]
    parts: tuple[str, ...] = field(default=(), repr=False)

    @property
    def read(self) -> tuple[str, ...]:
        """Return what is read of it: the whole and its clauses."""
        return (self.text, *self.parts)


def train_person(root: Path, folder: Path) -> None:
    """Learn from the data in `root` and write what was learned to a folder."""
    encoder = TunedEncoder()
    written = [Message(text, frozenset({command}) - {""}) for _, command, text in read_person(root)]
    talks = read_conversations(conversation_files(root, "training"))
    turns, apart = (_turns(talk for talk in talks if is_held_out(talk) is held) for held in (False, True))
    strangers = _turns(read_conversations(conversation_files(root, "validation")))
    learned_from, heard_in = (*written, *turns, *apart), (*apart, *strangers)
    texts = chain((message.text for message in learned_from), *(message.read for message in heard_in))
    encodings = encoded(texts, encoder)
    senses = Senses.learned(Heads.load(encoder.folder), list(encodings.values()))
    vectors = dict(zip(encodings, senses.of(list(encodings.values())), strict=True))
    learner = Learner(vectors)
    network = learner.learned(written, [*turns, *apart])
    unseen = [(strangers, learner.heard(network, strangers)), (apart, learner.heard(learner.learned(written, turns), apart))]
    PersonHeads(network, senses, {name: bar_of(name, unseen) for name in MOST_WRONG}).save(folder)


def examples(root: Path) -> Iterator[str]:
    """Yield what the turns of all conversations teach."""
    for part in ("training", "validation"):
        for talk in read_conversations(conversation_files(root, part)):
            yield from (f"{message.text}\n{sorted(message.does)} {is_held_out(talk)}\n" for message in _turns([talk]))


@dataclass(frozen=True)
class Learner:
    """Learns networks from messages whose vectors are known, and hears other messages by them."""

    vectors: Mapping[str, Matrix]

    def learned(self, written: Sequence[Message], turns: Sequence[Message]) -> Layers:
        """Return a network learned from messages written for it, and from turns."""
        known = [*(list(written) * WRITTEN_FOR_IT), *turns]
        targets = np.array([[name in message.does for name in OUTPUTS] for message in known], dtype=np.float32)
        return train(self._rows(message.text for message in known), targets, OUTPUTS, COURSE)

    def heard(self, network: Layers, messages: Sequence[Message]) -> Matrix:
        """Return how likely each message asks and refuses, a row each."""
        return np.array([heard(network, self._rows(message.read)) for message in messages], dtype=np.float32)

    def _rows(self, texts: Iterable[str]) -> Matrix:
        return np.stack([self.vectors[readable(text)] for text in texts])


def _turns(conversations: Iterable[LabelledConversation]) -> list[Message]:
    return [
        Message(turn.text, turn.commands.names & set(OUTPUTS), tuple(several) if len(several) > 1 else ())
        for talk in conversations
        for turn in talk.turns
        for several in [clauses(readable(turn.text), talk.language)]
    ]


def bar_of(name: str, unseen: Sequence[tuple[Sequence[Message], Matrix]]) -> float:
    """Return the lowest bar at which in none of several kinds of messages too many are wrongly heard."""
    command = HEARD_AS[name]
    others = [
        likely[[command not in message.does for message in messages], OUTPUTS.index(command)]
        for messages, likely in unseen
        if messages
    ]
    fitting = (float(step) for step in STEPS if all((likely >= step).mean() <= MOST_WRONG[name] for likely in others))
    return next(fitting, float(STEPS[-1]))
