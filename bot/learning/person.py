"""Learns to hear who asks for a person and who refuses one, and from which likelihood on that counts; minutes.

From `nlu_data/<language>/person.yml`, messages that ask, refuse, or do neither although they have the same words, and from all turns of the
labelled conversations. The bars are chosen on turns that were not learned from: those of the training conversations held out, heard
by a network that learned from the others, and those of strangers (validation), heard by the whole; each as the running program hears it,
whole and clause by clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bot.dialogue.commands import REFUSES, WANTS
from bot.dialogue.message_heads import MAY_REFUSE, PERSON, MessageHeads
from bot.learning.hearing import HeardMessage, Learner
from bot.learning.labelled import LabelledConversation, conversation_files, is_held_out, read_conversations
from bot.learning.person_rows import read_person
from bot.screening.heads import Matrix
from bot.screening.network import Course

OUTPUTS: Final = (WANTS, REFUSES)
COURSE: Final = Course(members=3, hidden=128, epochs=8, dropout=0.4)
WRITTEN_FOR_IT: Final = 3  # how often a message of person.yml counts beside a turn
STEPS: Final = np.linspace(0.3, 0.98, 69)
# Of the turns that do not ask (or refuse) at most this share may be taken for it. A person is called generously; hardly anybody may lose
# one by a mistake, and at 0.003 "tell nobody, please" was one; a doubt only asks back.
MOST_WRONG: Final[Mapping[str, float]] = {WANTS: 0.02, REFUSES: 0.002, MAY_REFUSE: 0.0125}
HEARD_AS: Final[Mapping[str, str]] = {WANTS: WANTS, REFUSES: REFUSES, MAY_REFUSE: REFUSES}


def train_person(root: Path, folder: Path) -> None:
    """Learn from the data in `root` and write what was learned to a folder."""
    written = [HeardMessage(text, frozenset({command}) - {""}) for _, command, text in read_person(root)]
    talks = read_conversations(conversation_files(root, "training"))
    turns, apart = (_turns(talk for talk in talks if is_held_out(talk) is held) for held in (False, True))
    strangers = _turns(read_conversations(conversation_files(root, "validation")))
    learner = Learner.over(OUTPUTS, COURSE, (*written, *turns, *apart), (*apart, *strangers))
    written = written * WRITTEN_FOR_IT
    network = learner.learned([*written, *turns, *apart])
    unseen = [
        (strangers, learner.heard(network, strangers)),
        (apart, learner.heard(learner.learned([*written, *turns]), apart)),
    ]
    MessageHeads(network, learner.senses, {name: bar_of(name, unseen) for name in MOST_WRONG}).save(folder, PERSON)


def examples(root: Path) -> Iterator[str]:
    """Yield what the turns of all conversations teach."""
    for part in ("training", "validation"):
        for talk in read_conversations(conversation_files(root, part)):
            yield from (f"{message.text}\n{sorted(message.does)} {is_held_out(talk)}\n" for message in _turns([talk]))


def _turns(conversations: Iterable[LabelledConversation]) -> list[HeardMessage]:
    return [
        HeardMessage.of(turn.text, talk.language, turn.commands.names & set(OUTPUTS))
        for talk in conversations
        for turn in talk.turns
    ]


def bar_of(name: str, unseen: Sequence[tuple[Sequence[HeardMessage], Matrix]]) -> float:
    """Return the lowest bar at which in none of several kinds of messages too many are wrongly heard."""
    command = HEARD_AS[name]
    others = [
        likely[[command not in message.does for message in messages], OUTPUTS.index(command)]
        for messages, likely in unseen
        if messages
    ]
    fitting = (float(step) for step in STEPS if all((likely >= step).mean() <= MOST_WRONG[name] for likely in others))
    return next(fitting, float(STEPS[-1]))
