"""Learns the networks that hear commands, who writes, and which answer a question asks for; needs scikit-learn, in training only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.commands import HEARD
from bot.dialogue.features import Hits, features
from bot.dialogue.heads import ROLES, Bars, CommandHeads
from bot.dialogue.retrieval import Nearness
from bot.dialogue.state import Who
from bot.language.normalise import readable
from bot.learning.examples import Example
from bot.screening.heads import Matrix
from bot.screening.layers import Layers
from bot.screening.letter_learning import COMMANDS as BY_LETTERS
from bot.screening.letter_learning import learn_letters
from bot.screening.letter_table import Letters
from bot.screening.network import Course, train

MEMBERS: Final = 3  # networks for the commands whose outputs are averaged
COMMANDS: Final = Course(epochs=10, dropout=0.4, rare=0.3)
NEEDS: Final = Course(members=3, hidden=384, epochs=8, dropout=0.25, smoothing=0.1, sharpness=24)
WRITERS: Final = Course(hidden=80, epochs=8, dropout=0.4)
# How much more a turn counts in which it changes, or is put right, who writes. Of 25 such corrections in the validation 0.56 are heard
# rightly at 4, 0.40 at 1, 0.52 to 0.60 at 8 and 16, and of the turns in which it stays 0.88, 0.87 and 0.88.
CHANGES: Final = 4


def learn_commands(
    examples: Sequence[Example],
    senses: Matrix,
    meanings: Sequence[str],
    hits_of: Callable[[Example], Hits],
    width: int,
    *,
    members: int = MEMBERS,
) -> CommandHeads:
    """Learn the networks; the bars are chosen afterwards. `senses` are the examples' vectors, `width` is that of the last layer."""
    rows = np.stack(
        [
            features(item.text, sense, item.context, hits_of(item), meanings, width=width)
            for item, sense in zip(examples, senses, strict=True)
        ]
    )
    targets = np.array([[label in item.labels for label in HEARD] for item in examples], dtype=np.float32)
    places = np.repeat(np.arange(len(examples)), [item.weight for item in examples])
    commands = train(rows[places], targets[places], HEARD, replace(COMMANDS, members=members))
    roles = np.array([[item.who.value == role for role in ROLES] for item in examples], dtype=np.float32)
    telling = [place for place in places.tolist() if _tells_who(examples[place]) for _ in range(_counts_as(examples[place]))]
    who = train(rows[telling], roles[telling], ROLES, replace(WRITERS, members=members), exclusive=True)
    texts = [readable(examples[place].text) for place in places.tolist()]
    letters = learn_letters(texts, targets[places], HEARD, BY_LETTERS, exclusive=False)
    return CommandHeads(commands, who, Bars(), tuple(meanings), letters)


def _counts_as(example: Example) -> int:
    """Return how many examples of who writes one counts as: who was known before is mostly the same, which is no evidence."""
    known = example.context.who is not Who.UNKNOWN
    changes = "correct:person" in example.labels or (known and example.who is not example.context.who)
    return CHANGES if changes else 1


def _tells_who(example: Example) -> bool:
    """Say whether an example teaches who writes: a turn, or a message of somebody who is known."""
    return example.who is not Who.UNKNOWN or example.weight > 1


def learn_needs(
    space: Nearness, asking: Sequence[Example], sense_of: Callable[[str], Matrix], library: Library
) -> tuple[Layers, Letters]:
    """Learn which answers a message asks for, in its conversation and by its letters; turns count twice beside ways of asking."""
    asking = [item for item in asking for _ in range(item.weight)]
    outputs, targets = _needs(asking, library)
    letters = learn_letters([readable(item.text) for item in asking], targets, outputs)
    rows = np.stack([space.features(item.text, sense_of(item.text), item.context) for item in asking])
    return train(rows, targets, outputs, NEEDS, exclusive=True), letters


def _needs(asking: Sequence[Example], library: Library) -> tuple[list[str], Matrix]:
    """Return the answers that are asked for, and for each message the share that each of them has in it."""
    outputs = sorted({name for item in asking for name in frozenset().union(*item.needs) & library.answers.keys()})
    place_of = {name: place for place, name in enumerate(outputs)}
    targets = np.zeros((len(asking), len(outputs)), dtype=np.float32)
    for row, item in zip(targets, asking, strict=True):
        for names in item.needs:
            for name in names & place_of.keys():
                row[place_of[name]] += 1 / len(names & place_of.keys())
    targets /= targets.sum(axis=1, keepdims=True)
    return outputs, targets


def learn_projection(senses: Matrix, owners: Sequence[str], *, width: int = 160) -> Matrix:
    """Learn the space in which ways of asking of one answer lie together: a linear discriminant of the answers."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis  # noqa: PLC0415 - training only

    model = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.3, n_components=min(width, len(set(owners)) - 1))
    model.fit(senses, owners)
    return np.asarray(model.scalings_[:, :width].T, dtype=np.float32)
