"""Trains the understanding of messages as commands: vectors of all examples once, then networks, the space of answers, and the bars."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.bars import choose_bars, choose_weights
from bot.dialogue.learning import (
    Example,
    conversation_files,
    from_conversations,
    from_library,
    from_phrases,
    from_rows,
    learn_commands,
    learn_needs,
    learn_projection,
    read_conversations,
)
from bot.dialogue.nearness import Nearness, unit
from bot.lexicon import Lexicon
from bot.screening.encoder import vectors_of
from bot.screening.heads import Heads, Matrix
from bot.screening.normalise import readable
from bot.screening.rows import Row, held_out
from bot.screening.tuned import TunedEncoder

# Single messages teach less than turns of conversations: with all of them the commands of the validation are heard worse.
ONE_ROW_IN, ONE_PHRASE_IN = 4, 4
WISHES = frozenset(
    {"ask_human", "human", "withdraw"}
)  # topics and meanings of which every one is learned: for and against a person
_BATCH = 256
Embed = Callable[[Sequence[str]], Matrix]


def train_understanding(rows: Sequence[Row], phrases: Sequence[tuple[str, str, str]], root: Path, folder: Path) -> None:
    """Learn everything and write it to a folder; `root` holds library and conversations."""
    encoder = TunedEncoder(threads=os.process_cpu_count() or 1)
    heads = Heads.load(encoder.folder)
    embed = _embedder(encoder, heads)
    library, lexicon = Library.load(root), Lexicon.load(root)
    known = [row for row in rows if not held_out(row)]
    wishes = [row for row in known if row.topic in WISHES] + known[::ONE_ROW_IN]
    listed = [phrase for phrase in phrases if phrase[1] in WISHES] + list(phrases[::ONE_PHRASE_IN])
    examples = [*from_rows(wishes), *from_phrases(listed), *from_library(library)]
    conversations = read_conversations(conversation_files(root, "training"))
    said = [turn.text for conversation in conversations for turn in conversation.turns]
    vector_of = _looked_up(said, embed)
    examples += from_conversations(conversations, library, vector_of)
    standards = embed([example.text for example in examples])

    def meaning_of(example: Example) -> str | None:
        return lexicon.meaning(example.text, example.language)

    meanings = sorted({meaning for _, meaning, _ in phrases})
    learned = learn_commands(examples, standards, meanings, meaning_of)
    nearness = _placed(examples, standards, library, encoder, heads)
    strangers = read_conversations(conversation_files(root, "validation"))
    checked_vectors = _looked_up([turn.text for conversation in strangers for turn in conversation.turns], embed)
    stays, share = choose_weights(nearness, library, strangers, checked_vectors)
    nearness = replace(nearness, stays=stays, share=share)
    nearness.save(folder)
    choose_bars(
        learned,
        nearness=nearness,
        library=library,
        conversations=strangers,
        vector_of=checked_vectors,
        meaning_of=meaning_of,
    ).save(folder)


def _placed(examples: Sequence[Example], standards: Matrix, library: Library, encoder: TunedEncoder, heads: Heads) -> Nearness:
    """Return the space of answers: learned from ways of asking and from turns, which stand in it as well."""
    known = [(place, sorted(set(item.needs[0]) & library.answers.keys())) for place, item in enumerate(examples) if item.needs]
    asked = [(place, needs) for place, needs in known if needs]
    projection = learn_projection(standards[[place for place, _ in asked]], [needs[0] for _, needs in asked])
    turns = [(place, needs[0]) for place, needs in asked if examples[place].weight > 1]
    heard = unit(standards[[place for place, _ in turns]] @ projection.T) if turns else np.zeros((0, len(projection)), np.float32)
    space = Nearness.of(library, projection, encoder, heads).with_heard(heard, [need for _, need in turns], library)
    ways: dict[str, list[int]] = {}
    for place, needs in asked:
        if examples[place].weight == 1:
            ways.setdefault(needs[0], []).append(place)
    space = replace(space, centres={name: standards[places].mean(axis=0) for name, places in ways.items()})
    return replace(space, network=learn_needs(space, examples, standards, asked))


def _embedder(encoder: TunedEncoder, heads: Heads) -> Embed:
    known: dict[str, Matrix] = {}

    def embed(texts: Sequence[str]) -> Matrix:
        wanted = [readable(text) for text in texts]
        new = sorted({text for text in wanted if text not in known}, key=len)
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            known.update(zip(part, heads.standardise(vectors_of(encoder.read(part), encoder.width)), strict=True))
        return np.stack([known[text] for text in wanted]) if wanted else np.zeros((0, encoder.width), dtype=np.float32)

    return embed


def _looked_up(texts: Sequence[str], embed: Embed) -> Callable[[str], Matrix]:
    vectors: Mapping[str, Matrix] = dict(zip(texts, embed(texts), strict=True))
    return lambda text: vectors[text]
