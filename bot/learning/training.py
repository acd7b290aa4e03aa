"""Trains the understanding of messages as commands: vectors of all examples once, then networks, the space of answers, and the bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.asked import NEAREST, Asking
from bot.dialogue.commands import ASK
from bot.dialogue.features import Hits, rows_of
from bot.dialogue.heads import CommandHeads
from bot.dialogue.nearness_file import save_nearness
from bot.dialogue.placing import digest, placed, with_heard
from bot.dialogue.retrieval import Found, Nearness, unit
from bot.language.lexicon import Lexicon
from bot.language.normalise import readable
from bot.learning.asked import Labelled, learn_asked
from bot.learning.examples import Example, from_conversations, from_library, from_phrases, from_rows
from bot.learning.heads import MEMBERS, learn_commands, learn_needs, learn_projection
from bot.learning.joining import joined
from bot.learning.labelled import LabelledConversation, conversation_files, is_held_out, read_conversations
from bot.learning.thresholds import HeardExample, choose_bars, choose_weights
from bot.screening.clauses import clauses
from bot.screening.heads import Heads, Matrix
from bot.screening.kept_encodings import encoded
from bot.screening.letter_table import places
from bot.screening.rows import Row, held_out
from bot.screening.senses import Senses
from bot.screening.tuned import TunedEncoder

# Single messages teach less than turns of conversations: with all of them the commands of the validation are heard worse.
ONE_ROW_IN, ONE_PHRASE_IN = 4, 4
STRANGERS_COUNT = 3  # how often a turn of a stranger counts beside one of the training's writers, where bars are chosen


def train_understanding(rows: Sequence[Row], phrases: Sequence[tuple[str, str, str]], root: Path, folder: Path) -> None:
    """Learn everything and write it to a folder; `root` holds library and conversations."""
    encoder = TunedEncoder()
    library, lexicon = Library.load(root), Lexicon.load(root)
    known = [row for row in rows if not held_out(row)]
    single = [
        *from_rows(one_in(ONE_ROW_IN, known, lambda row: row.text)),
        *from_phrases(one_in(ONE_PHRASE_IN, phrases, lambda phrase: phrase[-1])),
        *from_library(library),
    ]
    conversations = read_conversations(conversation_files(root, "training"))
    strangers = read_conversations(conversation_files(root, "validation"))
    texts = [*(item.text for item in single), *(turn.text for talk in (*conversations, *strangers) for turn in talk.turns)]
    texts += [part for talk in (*filter(is_held_out, conversations), *strangers) for part in _clauses(talk)]
    senses, vectors = Senses.learned(Heads.load(encoder.folder), encoded(texts, encoder))
    senses.save(folder)
    teacher = Teacher(library, lexicon, phrases, lambda text: vectors[readable(text)], senses.last_width)
    turns, kept_apart = (
        teacher.examples(talk for talk in conversations if is_held_out(talk) is apart) for apart in (False, True)
    )
    foreign = teacher.examples(strangers)
    mixed, mixed_apart = joined(turns, single), joined(kept_apart, single)
    vectors |= senses.by_text(encoded([item.text for item in (*mixed, *mixed_apart)], encoder))

    learned = teacher.commands([*single, *turns, *kept_apart, *mixed, *mixed_apart])
    seen = [teacher.heard(teacher.commands([*single, *turns, *mixed], members=1), kept_apart)]
    if foreign:
        seen += [teacher.heard(learned, foreign)] * STRANGERS_COUNT
    nearness = _placed([*single, *turns, *kept_apart], [*mixed, *mixed_apart], teacher, encoder, senses)
    stays, share, lettered = choose_weights(nearness, library, foreign, teacher.sense_of)
    nearness = replace(nearness, stays=stays, share=share, lettered=lettered)
    save_nearness(nearness, folder)
    replace(learned, bars=choose_bars(seen, learned.commands.outputs)).save(folder)
    learn_asked([teacher.asking(learned, nearness, item) for item in foreign or kept_apart]).save(folder)


def one_in[Item](count: int, items: Iterable[Item], text_of: Callable[[Item], str]) -> list[Item]:
    """Return one item in so many by their texts: the same ones whatever is added to them."""
    return [item for item in items if int(digest(text_of(item)), 16) % count == 0]


def _clauses(talk: LabelledConversation) -> Iterable[str]:
    return chain.from_iterable(clauses(readable(turn.text), talk.language) for turn in talk.turns)


@dataclass(frozen=True)
class Teacher:
    """Learns commands from examples, and says what it hears in others."""

    library: Library
    lexicon: Lexicon
    phrases: Sequence[tuple[str, str, str]]
    sense_of: Callable[[str], Matrix]
    width: int

    def examples(self, conversations: Iterable[LabelledConversation]) -> list[Example]:
        """Return the turns of labelled conversations as examples."""
        return from_conversations(conversations, self.library, lambda text: self.sense_of(text)[: self.width])

    def commands(self, examples: Sequence[Example], *, members: int = MEMBERS) -> CommandHeads:
        """Return what is learned from examples, without bars; `members` networks are averaged, one is enough to choose bars."""
        meanings = sorted({meaning for _, meaning, _ in self.phrases})
        senses = np.stack([self.sense_of(item.text) for item in examples])
        return learn_commands(examples, senses, meanings, self._hits, self.width, members=members)

    def heard(self, heads: CommandHeads, examples: Sequence[Example]) -> list[HeardExample]:
        """Return what heads hear in examples, read as the running program reads them: whole and clause by clause."""
        found = []
        for item in examples:
            parts, rows = self._read(heads, item)
            does = heads.heard(rows, [places(readable(part)) for part in parts])
            found.append(HeardExample(item, does.likelihoods, *heads.role(rows[0])))
        return found

    def asking(self, heads: CommandHeads, nearness: Nearness, item: Example) -> Labelled:
        """Return an example as a message that may ask, with the answers near to it, read as the running program reads it."""
        parts, rows = self._read(heads, item)
        does = heads.heard(rows, [places(readable(part)) for part in parts])
        likely = does.likelihoods

        def near(places: Sequence[int]) -> list[list[Found]]:
            return nearness.find_each(
                [(parts[place], self.sense_of(parts[place])) for place in places],
                self.library,
                who=item.who,
                context=item.context,
                language=item.language,
                most=NEAREST,
            )

        asks = [likely[ASK], *does.by_clause(ASK)]
        return Labelled(Asking.of(asks, parts, near, likely, item.context), item.needs)

    def _read(self, heads: CommandHeads, item: Example) -> tuple[list[str], Matrix]:
        """Return the whole message and, where it has several, its clauses, with a row of numbers for each."""
        parts = [item.text]
        parts += several if len(several := clauses(readable(item.text), item.language)) > 1 else []
        senses = [(part, self.sense_of(part)) for part in parts]
        return parts, rows_of(senses, item.language, item.context, self.lexicon, heads.meanings, width=self.width)

    def _hits(self, example: Example) -> Hits:
        return Hits.of(example.text, example.language, self.lexicon)


def _placed(
    examples: Sequence[Example],
    mixed: Sequence[Example],
    teacher: Teacher,
    encoder: TunedEncoder,
    senses: Senses,
) -> Nearness:
    """Return the space of answers: learned from ways of asking and from turns, which stand in it as well.

    `mixed` are messages that may ask for several answers: only the network and the table of letters read them.
    """
    library = teacher.library
    vectors = np.stack([teacher.sense_of(item.text) for item in examples])
    known = [(place, sorted(set(item.needs[0]) & library.answers.keys())) for place, item in enumerate(examples) if item.needs]
    asked = [(place, needs) for place, needs in known if needs]
    projection = learn_projection(vectors[[place for place, _ in asked]], [needs[0] for _, needs in asked])
    turns = [(place, needs[0]) for place, needs in asked if examples[place].weight > 1]
    heard = unit(vectors[[place for place, _ in turns]] @ projection.T) if turns else np.zeros((0, len(projection)), np.float32)
    read = {
        digest(examples[place].text): unit(vectors[place] @ projection.T) for place, _ in asked if examples[place].weight == 1
    }
    space = placed(library, projection, encoder, senses, read)
    space = with_heard(space, heard, [need for _, need in turns], library)
    ways: dict[str, list[int]] = {}
    for place, needs in asked:
        if examples[place].weight == 1:
            ways.setdefault(needs[0], []).append(place)
    space = replace(space, centres={name: vectors[places, : teacher.width].mean(axis=0) for name, places in ways.items()})
    asking = [item for item in (*examples, *mixed) if any(names & library.answers.keys() for names in item.needs)]
    network, letters = learn_needs(space, asking, teacher.sense_of, library)
    return replace(space, network=network, letters=letters)
