"""Learns what is heard of a message by networks apart: who asks for a person or refuses one, and what alarms; minutes each.

From messages written for it, that do it or nothing of the kind although they have the same words (`written.py`), and from all turns of
the labelled conversations. The bars are chosen on turns that were not learned from: those of the training conversations held out, heard
by a network that learned from the others, and those of strangers (validation), heard by the whole; each as the running program hears it,
whole and clause by clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bot.dialogue.commands import ERASES, REFUSES, WANTS
from bot.dialogue.message_heads import ALARMING, MAY_REFUSE, PERSON, MessageHeads
from bot.learning.hearing import HeardMessage, Learner
from bot.learning.labelled import LabelledConversation, conversation_files, is_held_out, read_conversations
from bot.learning.written import FOR_ALARMS, FOR_PERSON, TIMES, WrittenFor
from bot.screening.heads import Matrix
from bot.screening.letter_learning import FEW
from bot.screening.network import Course

COURSE: Final = Course(members=3, hidden=128, epochs=8, dropout=0.4)
STEPS: Final = np.linspace(0.1, 0.98, 89)


@dataclass(frozen=True)
class Subject:
    """What one network hears: its name, the messages written for it, and its outputs.

    `most_wrong`: of the turns that do not do something at most this share may be taken for it; `heard_as` names the output of a bar that
    is none's own; `lowest` is the lowest bar. `by_strangers`: the turns held out of the training do not count.
    """

    name: str
    written: WrittenFor
    outputs: tuple[str, ...]
    most_wrong: Mapping[str, float]
    heard_as: Mapping[str, str] = field(default_factory=dict)
    lowest: float = 0.3
    by_strangers: bool = False

    def bar_of(self, name: str, unseen: Sequence[tuple[Sequence[HeardMessage], Matrix]]) -> float:
        """Return the lowest bar at which in none of several kinds of messages too many are wrongly heard."""
        command = self.heard_as.get(name, name)
        others = [
            likely[[command not in message.does for message in messages], self.outputs.index(command)]
            for messages, likely in unseen
            if messages
        ]
        most = self.most_wrong[name]
        steps = STEPS[self.lowest - 1e-6 <= STEPS]
        fitting = (float(step) for step in steps if all((likely >= step).mean() <= most for likely in others))
        return next(fitting, float(STEPS[-1]))

    def turns(self, conversations: Iterable[LabelledConversation]) -> list[HeardMessage]:
        """Return the turns of conversations, and which of the outputs each does."""
        return [
            HeardMessage.of(turn.text, talk.language, turn.commands.names & set(self.outputs))
            for talk in conversations
            for turn in talk.turns
        ]


# A person is called generously; hardly anybody may lose one by a mistake, and at 0.003 "tell nobody, please" was one; a doubt only asks
# back.
OF_PERSON: Final = Subject(
    PERSON,
    FOR_PERSON,
    (WANTS, REFUSES, ERASES),
    {WANTS: 0.02, REFUSES: 0.002, ERASES: 0.005, MAY_REFUSE: 0.0125},
    {MAY_REFUSE: REFUSES},
)
# What alarms is weighed with what the network of the commands hears, so that many may be taken for one here: of 3,278 turns of
# strangers, of which 124 tell of a danger of one's own, that network finds 81 and takes 56 others for one, both together 89 and
# 62; of somebody else's (76) 61 and 30, 60 and 32; of dying (63) 49 and 32, 50 and 31; of denials (113) 47 and 11, 57 and 18;
# of who comes in (59) 35 and 8, 35 and 14. Of what writers of the training say while a danger goes on, much is an alarm by
# itself, whatever its label.
OF_ALARMING: Final = Subject(
    ALARMING,
    FOR_ALARMS,
    ("feel:suicide", "feel:better", "danger:self", "danger:other", "near"),
    {"feel:suicide": 0.016, "feel:better": 0.017, "danger:self": 0.029, "danger:other": 0.0145, "near": 0.009},
    lowest=0.1,
    by_strangers=True,
)


def learn_apart(subject: Subject, root: Path, folder: Path) -> None:
    """Learn one subject from the data in `root` and write what was learned to a folder."""
    written = [HeardMessage(one.text, frozenset({one.command}) - {""}) for one in subject.written.read(root)]
    talks = read_conversations(conversation_files(root, "training"))
    turns, apart = (subject.turns(talk for talk in talks if is_held_out(talk) is held) for held in (False, True))
    strangers = subject.turns(read_conversations(conversation_files(root, "validation")))
    learner = Learner.over(subject.outputs, COURSE, (*written, *turns, *apart), (*apart, *strangers), by_letters=FEW)
    written = written * TIMES
    hearing = learner.learned([*written, *turns, *apart])
    unseen = [(strangers, learner.heard(hearing, strangers))]
    if not subject.by_strangers:
        unseen.append((apart, learner.heard(learner.learned([*written, *turns]), apart)))
    bars = {name: subject.bar_of(name, unseen) for name in subject.most_wrong}
    MessageHeads(hearing, learner.senses, bars).save(folder, subject.name)


def examples(subject: Subject, root: Path) -> Iterator[str]:
    """Yield what the turns of all conversations teach of a subject."""
    for part in ("training", "validation"):
        for talk in read_conversations(conversation_files(root, part)):
            yield from (f"{message.text}\n{sorted(message.does)} {is_held_out(talk)}\n" for message in subject.turns([talk]))
