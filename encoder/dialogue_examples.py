"""What the dialogue's own layers are learned from: messages in their conversations, what they do, which answer they ask for, who writes.

The same sources as the networks of the dialogue have (`bot.learning.training`), and its messages that do several things. Conversations of
a tenth are held out: the bars of those networks are chosen on them (`bot.learning.training`). Each message is read up to the layer where
the dialogue's own ones begin, once as it is written and once as another hand could have typed it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper
from tqdm import tqdm

from bot.dialogue.answers import NLU_DATA, Library
from bot.dialogue.commands import LABELS, REFUSES, WANTS
from bot.dialogue.features import Context, Hits, features
from bot.dialogue.heads import ROLES
from bot.language.lexicon import Lexicon
from bot.language.normalise import readable
from bot.language.word_lists import phrases_by_meaning
from bot.learning.examples import Example, from_library, from_phrases, from_rows
from bot.learning.joining import joined
from bot.learning.labelled import conversation_files, is_held_out, read_conversations
from bot.learning.training import ONE_PHRASE_IN, ONE_ROW_IN, Teacher, one_in
from bot.learning.written import FOR_PERSON
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads, Matrix
from bot.screening.rows import held_out, read_rows, training_files
from bot.screening.senses import Senses
from bot.screening.tuned import TunedEncoder, session_options
from encoder.augment import varied

BEGIN: Final = 8  # the first of the dialogue's own layers, counted from nought, of twelve
STATES: Final = f"/layers.{BEGIN - 1}/down_norm/LayerNormalization_output_0"
_TOGETHER: Final = 32
_SEED: Final = 7
States = NDArray[np.float16]


class LowerLayers(TunedEncoder):
    """The exported encoder, which tells also what the layer before the dialogue's own ones says of each piece."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        import onnxruntime  # noqa: PLC0415 - as in the encoder itself

        super().__init__(folder, threads=threads)
        model = onnx.load(folder / "layers.onnx")
        model.graph.output.append(helper.make_tensor_value_info(STATES, TensorProto.FLOAT, ["texts", "length", self.width]))
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), session_options(threads), providers=["CPUExecutionProvider"]
        )

    def states(self, texts: Sequence[str], *, encodings: bool = True) -> Iterable[tuple[str, States, Encoding | None]]:
        """Yield for each text, in the order of lengths, the states of its pieces and, where asked for, its encoding without pieces."""
        outputs = [STATES, *(["pieces", "middle"] if encodings else [])]
        pieces = [self._pieces(text)[0] for text in texts]
        order = sorted(range(len(texts)), key=lambda number: len(pieces[number]))
        batches: list[list[int]] = []
        for number in order:
            if batches and len(batches[-1]) < _TOGETHER and len(pieces[batches[-1][0]]) == len(pieces[number]):
                batches[-1].append(number)
            else:
                batches.append([number])
        for batch in tqdm(batches, desc="lower layers", mininterval=10):
            found = self._session.run(outputs, {"words": np.stack([self._word_vectors(pieces[number]) for number in batch])})
            for place, number in enumerate(batch):
                whole = Encoding(found[1][place].mean(axis=0), middle=found[2][place]) if encodings else None
                yield texts[number], found[0][place].astype(np.float16), whole


@dataclass
class Goals:
    """What examples teach, a row each: context as numbers, commands and whether they are told, answers, and who writes (-1: not told)."""

    context: NDArray[np.float16]
    commands: NDArray[np.bool_]
    known: NDArray[np.bool_]
    needs: list[dict[int, float]]
    who: NDArray[np.int64]

    @classmethod
    def of(cls, examples: Sequence[Example], answers: Sequence[str], contexts: Sequence[Matrix], *, wishes: int = 0) -> Goals:
        """Return the goals of examples whose contexts are known as numbers; the first `wishes` say only whether a person is wanted."""
        place_of = {name: place for place, name in enumerate(answers)}
        needs = []
        for item in examples:
            asked = [names & place_of.keys() for names in item.needs]
            asked = [names for names in asked if names]
            needs.append({place_of[name]: 1 / len(names) / len(asked) for names in asked for name in names})
        return cls(
            np.stack(contexts).astype(np.float16),
            np.array([[label in item.labels for label in LABELS] for item in examples]),
            np.array([[place >= wishes or label in {WANTS, REFUSES} for label in LABELS] for place in range(len(examples))]),
            needs,
            np.array(
                [ROLES.index(item.who.value) if item.who.value != "unknown" or item.weight > 1 else -1 for item in examples]
            ),
        )


@dataclass
class Material:
    """Examples to learn from, those of strangers to look at, and the states of all that is read."""

    answers: list[str]
    texts: list[str]  # what is read of each example
    goals: Goals
    weights: list[float]
    strangers: tuple[list[str], Goals]
    states: dict[str, States] = field(default_factory=dict)
    other_hands: list[str] = field(default_factory=list)


def material(folder: Path, *, threads: int, root: Path = NLU_DATA) -> Material:
    """Read everything that is learned from, up to the dialogue's own layers."""
    encoder = LowerLayers(folder, threads=threads)
    library, lexicon = Library.load(root), Lexicon.load(root)
    phrases = list(phrases_by_meaning(root))
    rows = [row for row in read_rows(training_files(root)) if not held_out(row)]
    single = [
        *from_rows(one_in(ONE_ROW_IN, rows, lambda row: row.text)),
        *from_phrases(one_in(ONE_PHRASE_IN * 2, phrases, lambda phrase: phrase[-1])),
        *from_library(library),
    ]
    wishes = [Example(one.text, one.language, Context(), frozenset({one.command} - {""})) for one in FOR_PERSON.read(root)]
    talks = [talk for talk in read_conversations(conversation_files(root, "training")) if not is_held_out(talk)]
    foreign = read_conversations(conversation_files(root, "validation"))
    found: dict[str, States] = {}
    whole: dict[str, Encoding] = {}
    said = (turn.text for talk in (*talks, *foreign) for turn in talk.turns)
    for text, states, encoding in encoder.states(
        sorted({readable(text) for text in (*said, *(one.text for one in (*single, *wishes)))})
    ):
        found[text], whole[text] = states, encoding  # type: ignore[assignment]  # asked for
    senses = Senses(Heads.load(folder))
    vectors = dict(zip(whole, senses.of(list(whole.values())), strict=True))
    teacher = Teacher(library, lexicon, phrases, lambda text: vectors[readable(text)], senses.last_width)
    turns, strangers = teacher.examples(talks), teacher.examples(foreign)
    chance = random.Random(_SEED)
    several = joined(turns, single)
    learned = [*wishes, *single, *turns, *several]
    meanings = sorted({meaning for _, meaning, _ in phrases})

    def contexts(examples: Sequence[Example]) -> list[Matrix]:
        nothing = np.zeros(0, dtype=np.float32)
        return [
            features(one.text, nothing, one.context, Hits.of(one.text, one.language, lexicon), meanings, width=senses.last_width)
            for one in examples
        ]

    answers = sorted(library.answers)
    made = Material(
        answers,
        [readable(one.text) for one in learned],
        Goals.of(learned, answers, contexts(learned), wishes=len(wishes)),
        [1.0] * len(wishes) + [_weight(one) for one in learned[len(wishes) :]],
        ([readable(one.text) for one in strangers], Goals.of(strangers, answers, contexts(strangers))),
        found,
        [readable(varied(one.text, one.language, chance)) for one in learned],
    )
    new = sorted({*made.other_hands, *made.texts} - found.keys())
    found.update((text, states) for text, states, _ in encoder.states(new, encodings=False))
    return made


def _weight(example: Example) -> float:
    """Return how likely an example is read in an epoch: of messages without context fewer than of turns."""
    return 1.0 if example.weight > 1 or example.needs or len(example.labels) > 1 else 0.6
