"""Trains the understanding of messages as commands: vectors of all examples once, then networks, the space of answers, and the bars."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.embedding import Senses
from bot.dialogue.features import Hits, features
from bot.dialogue.heads import CommandHeads
from bot.dialogue.learning import (
    MEMBERS,
    Example,
    LabelledConversation,
    conversation_files,
    from_conversations,
    from_library,
    from_phrases,
    from_rows,
    from_wishes,
    learn_commands,
    learn_needs,
    learn_projection,
    read_conversations,
)
from bot.dialogue.person import read_person
from bot.dialogue.retrieval import Nearness, unit
from bot.dialogue.thresholds import Heard, choose_answer_bars, choose_bars, choose_weights
from bot.language.lexicon import Lexicon
from bot.language.normalise import readable
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Matrix
from bot.screening.rows import Row, held_out
from bot.screening.tuned import TunedEncoder

# Single messages teach less than turns of conversations: with all of them the commands of the validation are heard worse.
ONE_ROW_IN, ONE_PHRASE_IN = 4, 4
WISHES = frozenset(
    {"ask_human", "human", "withdraw"}
)  # topics and meanings of which every one is learned: for and against a person
FOLDS = 2
STRANGERS_COUNT = 3  # how often a turn of a stranger counts beside one of the training's writers, where bars are chosen
_BATCH = 256


def train_understanding(rows: Sequence[Row], phrases: Sequence[tuple[str, str, str]], root: Path, folder: Path) -> None:
    """Learn everything and write it to a folder; `root` holds library and conversations."""
    encoder = TunedEncoder(threads=os.process_cpu_count() or 1)
    library, lexicon = Library.load(root), Lexicon.load(root)
    known = [row for row in rows if not held_out(row)]
    wishes = [row for row in known if row.topic in WISHES] + known[::ONE_ROW_IN]
    listed = [phrase for phrase in phrases if phrase[1] in WISHES] + list(phrases[::ONE_PHRASE_IN])
    single = [*from_rows(wishes), *from_phrases(listed), *from_wishes(read_person(root)), *from_library(library)]
    conversations = read_conversations(conversation_files(root, "training"))
    strangers = read_conversations(conversation_files(root, "validation"))
    said = [turn.text for conversation in (*conversations, *strangers) for turn in conversation.turns]
    encodings = _encoded([*(item.text for item in single), *said], encoder)
    senses = Senses.learned(Heads.load(encoder.folder), list(encodings.values()))
    senses.save(folder)
    vectors = dict(zip(encodings, senses.of(list(encodings.values())), strict=True))
    teacher = Teacher(library, lexicon, phrases, lambda text: vectors[readable(text)], senses.last_width)
    folds = [teacher.examples(conversations[number::FOLDS]) for number in range(FOLDS)]
    foreign = teacher.examples(strangers)

    learned = teacher.commands([*single, *chain(*folds)])
    unseen = [
        teacher.heard(teacher.commands([*single, *chain(*(other for other in folds if other is not fold))], members=1), fold)
        for fold in folds
    ]
    seen = [*unseen, *[teacher.heard(learned, foreign)] * STRANGERS_COUNT] if foreign else unseen
    nearness = _placed([*single, *chain(*folds)], teacher, library, encoder, senses)
    stays, share = choose_weights(nearness, library, foreign, teacher.sense_of)
    nearness = replace(nearness, stays=stays, share=share)
    nearness.save(folder)
    asked = choose_answer_bars(foreign, nearness, library, teacher.sense_of)
    replace(learned, bars=choose_bars(seen, learned.commands.outputs, asked)).save(folder)


@dataclass(frozen=True)
class Teacher:
    """Learns commands from examples, and says what it hears in others."""

    library: Library
    lexicon: Lexicon
    phrases: Sequence[tuple[str, str, str]]
    sense_of: Callable[[str], Matrix]
    width: int

    def examples(self, conversations: Sequence[LabelledConversation]) -> list[Example]:
        """Return the turns of labelled conversations as examples."""
        return from_conversations(conversations, self.library, lambda text: self.sense_of(text)[: self.width])

    def commands(self, examples: Sequence[Example], *, members: int = MEMBERS) -> CommandHeads:
        """Return what is learned from examples, without bars; `members` networks are averaged, one is enough to choose bars."""
        meanings = sorted({meaning for _, meaning, _ in self.phrases})
        senses = np.stack([self.sense_of(item.text) for item in examples])
        return learn_commands(examples, senses, meanings, self._hits, self.width, members=members)

    def heard(self, heads: CommandHeads, examples: Sequence[Example]) -> list[Heard]:
        """Return what heads hear in examples."""
        rows = [
            features(item.text, self.sense_of(item.text), item.context, self._hits(item), heads.meanings, width=self.width)
            for item in examples
        ]
        return [Heard(item, heads.likelihoods(row), *heads.role(row)) for item, row in zip(examples, rows, strict=True)]

    def _hits(self, example: Example) -> Hits:
        return Hits.of(example.text, example.language, self.lexicon)


def _placed(examples: Sequence[Example], teacher: Teacher, library: Library, encoder: TunedEncoder, senses: Senses) -> Nearness:
    """Return the space of answers: learned from ways of asking and from turns, which stand in it as well."""
    vectors = np.stack([teacher.sense_of(item.text) for item in examples])
    known = [(place, sorted(set(item.needs[0]) & library.answers.keys())) for place, item in enumerate(examples) if item.needs]
    asked = [(place, needs) for place, needs in known if needs]
    projection = learn_projection(vectors[[place for place, _ in asked]], [needs[0] for _, needs in asked])
    turns = [(place, needs[0]) for place, needs in asked if examples[place].weight > 1]
    heard = unit(vectors[[place for place, _ in turns]] @ projection.T) if turns else np.zeros((0, len(projection)), np.float32)
    space = Nearness.of(library, projection, encoder, senses).with_heard(heard, [need for _, need in turns], library)
    ways: dict[str, list[int]] = {}
    for place, needs in asked:
        if examples[place].weight == 1:
            ways.setdefault(needs[0], []).append(place)
    space = replace(space, centres={name: vectors[places, : teacher.width].mean(axis=0) for name, places in ways.items()})
    return replace(space, network=learn_needs(space, examples, vectors, asked))


def _encoded(texts: Sequence[str], encoder: TunedEncoder) -> dict[str, Encoding]:
    """Return the encodings of texts by what is read of them, without their pieces."""
    wanted = sorted({readable(text) for text in texts}, key=len)
    found: dict[str, Encoding] = {}
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        found.update((text, replace(item, pieces=None)) for text, item in zip(part, encoder.read(part), strict=True))
    return found
