"""Learns to hear what people tell in particular, and from which likelihood on it counts; minutes.

From messages of the training conversations and messages written for it, labelled by kind (`nlu_data/tellings/training/`). The bar is one
for all kinds, as most are rare: chosen on messages that were not learned from, by networks that learned from the others.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bot.dialogue.message_heads import TELLINGS, MessageHeads
from bot.language.yaml_texts import read_values
from bot.learning.hearing import HeardMessage, Learner
from bot.learning.joining import in_one_breath
from bot.screening.heads import Matrix
from bot.screening.network import Course

FOLDER, NONE = "tellings", "none"  # `none` labels messages that tell nothing of the kinds
COURSE: Final = Course(members=3, hidden=256, epochs=20, dropout=0.4, rare=0.2)
FOLDS: Final = 3
STEPS: Final = np.linspace(0.2, 0.9, 71)
# Of the kinds that are said at most this share may be others than those that are told: to be told of something that one did not tell is
# worse than to be received in general words.
MOST_WRONG: Final = 0.2
# How many of the messages that tell something are learned once more beside one that tells nothing of it, and the most words of either.
BESIDE: Final = 0.6
HALF: Final = 0.5  # of them begin with the other message
LONGEST, LONGEST_BESIDE = 30, 20


def telling_files(root: Path, part: str) -> list[Path]:
    """Return the files of the `training` or `validation` messages, one a language, in a fixed order."""
    return sorted((root / FOLDER / part).glob("*.yml"))


def read_tellings(root: Path, part: str) -> list[HeardMessage]:
    """Read messages with the kinds of what they tell."""
    found: dict[tuple[str, str], set[str]] = {}
    for path in telling_files(root, part):
        for kind, texts in read_values(path).items():
            for text in texts:
                found.setdefault((path.stem, text), set()).add(kind)
    return [HeardMessage.of(text, language, kinds - {NONE}) for (language, text), kinds in found.items()]


def train_tellings(root: Path, folder: Path) -> None:
    """Learn from the data in `root` and write what was learned to a folder."""
    messages = read_tellings(root, "training")
    together = beside_others(messages)
    everything = [*messages, *together.values()]
    learner = Learner.over(sorted(frozenset().union(*(message.does for message in messages))), COURSE, (), everything)
    bar = bar_of(everything, likely_unseen(learner, messages, together), learner.outputs)
    MessageHeads(learner.learned(everything), learner.senses, {TELLINGS: bar}).save(folder, TELLINGS)


def beside_others(messages: Sequence[HeardMessage]) -> dict[str, HeardMessage]:
    """Return messages with another one beside it that tells nothing, as people tell and ask in one breath; by the texts of what tells.

    What is drawn hangs on the text: data that are added later leave most of it as it is, and what was read of it can be kept.
    """
    calm: dict[str, list[str]] = {}
    for one in messages:
        if not one.does and len(one.text.split()) <= LONGEST_BESIDE:
            calm.setdefault(one.language, []).append(one.text)
    made = {}
    for one in messages:
        chance = random.Random(one.text)  # noqa: S311 - nothing secret is drawn
        if one.does and len(one.text.split()) <= LONGEST and one.language in calm and chance.random() < BESIDE:
            begin, end = one.text.strip(), chance.choice(calm[one.language]).strip()
            if chance.random() < HALF:
                begin, end = end, begin
            made[one.text] = HeardMessage.of(in_one_breath(begin, end, chance), one.language, one.does)
    return made


def likely_unseen(learner: Learner, messages: Sequence[HeardMessage], together: Mapping[str, HeardMessage]) -> Matrix:
    """Return how likely each kind is told in each message, alone and `together` with another, by a network that learned from others."""
    texts = [*(message.text for message in messages), *together]
    everything = [*messages, *together.values()]
    fold = np.array([hashlib.sha256(text.encode()).digest()[0] % FOLDS for text in texts])
    likely = np.zeros((len(everything), len(learner.outputs)), dtype=np.float32)
    for number in range(FOLDS):
        network = learner.learned([message for message, place in zip(everything, fold, strict=True) if place != number])
        apart = np.flatnonzero(fold == number).tolist()
        likely[apart] = learner.heard(network, [everything[place] for place in apart])
    return likely


def bar_of(messages: Sequence[HeardMessage], likely: Matrix, kinds: Sequence[str]) -> float:
    """Return the lowest bar at which of the surest kinds of messages few enough are not told."""
    surest = likely.max(axis=1)
    right = np.array([kinds[place] in message.does for place, message in zip(likely.argmax(axis=1), messages, strict=True)])
    fitting = (float(step) for step in STEPS if (surest >= step).any() and 1 - right[surest >= step].mean() <= MOST_WRONG)
    return next(fitting, float(STEPS[-1]))
