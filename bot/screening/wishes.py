"""What somebody wants of the program, in words that are on no list: a head over sentence vectors, learned from lists and conversations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml

from bot.screening.encoder import Encoder, vectors_of
from bot.screening.heads import Heads, Matrix
from bot.screening.language import without_diacritics
from bot.screening.normalise import readable, words
from bot.screening.rows import NLU_DATA, Row, held_out

WISHES: Final = (
    "human",
    "delete",
    "quiet",
    "withdraw",
    "report",
    "hide",
    "cannot_call",
    "safe_time",
    "code_word",
    "enough",
    "what_now",
    "waiting",
    "send",
    "dont_send",
    "afraid",
    "lost_document",
    "someone_near",
    "request",
    "safer",
    "doubt",
    "alone_now",
    "read_back",
    "abroad",
)
NOTHING: Final = "none"
LONGEST: Final = 12  # words of a message in which a wish is heard
_TOPICS: Final = {"delete_data": "delete", "ask_human": "human"}  # rows that say a wish themselves
# What a message of the labelled conversations does, where that is one thing and the same in every place of a conversation.
_DOES: Final[Mapping[str, str]] = {
    "want:human": "human",
    "want:erase": "delete",
    "want:quiet": "quiet",
    "want:report": "report",
    "want:readback": "read_back",
    "refuse:call": "cannot_call",
    "tell:self": NOTHING,
    "tell:other": NOTHING,
    "done:called": NOTHING,
    "thanks": NOTHING,
    "greet": NOTHING,
}
_FILE: Final = "wishes.npz"
_BATCH: Final = 128


@dataclass(frozen=True)
class Phrase:
    """A phrase of the lists, or a message of a conversation, and its meaning."""

    text: str
    meaning: str


@dataclass(frozen=True)
class Wishes:
    """Weights over standardised sentence vectors, one row a meaning."""

    meanings: tuple[str, ...] = ()
    weights: Matrix | None = None
    biases: Matrix | None = None

    def heard(self, standard: Matrix) -> tuple[str | None, float]:
        """Return the wish that a standardised vector says most, and how likely it is; None where none is likelier than each."""
        if self.weights is None or self.biases is None:
            return None, 0.0
        logits = self.weights @ standard + self.biases
        powers = np.exp(logits - logits.max())
        best = int(np.argmax(logits))
        likelihood = float(powers[best] / powers.sum())
        return (self.meanings[best], likelihood) if self.meanings[best] != NOTHING else (None, likelihood)

    def save(self, folder: Path) -> None:
        """Write the head to a folder."""
        if self.weights is not None and self.biases is not None:
            meanings = np.array(self.meanings)
            np.savez_compressed(folder / _FILE, allow_pickle=False, meanings=meanings, weights=self.weights, biases=self.biases)

    @classmethod
    def load(cls, folder: Path) -> Wishes:
        """Read the head from a folder; one that hears nothing where none was trained."""
        if not (folder / _FILE).exists():
            return cls()
        with np.load(folder / _FILE, allow_pickle=False) as data:
            return cls(tuple(str(name) for name in data["meanings"]), data["weights"], data["biases"])


def conversation_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of labelled conversations that may be learned from, in a fixed order."""
    return sorted((root / "conversations" / "training").glob("*.yml"))


def said_in_conversations(root: Path = NLU_DATA) -> list[Phrase]:
    """Return the short messages of the labelled conversations that do one thing only: a wish, or something that is none."""
    found = []
    for path in conversation_files(root):
        for conversation in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            for turn in conversation["turns"]:
                text = str(turn["say"])
                match turn.get("do"):
                    case [does] if does in _DOES and len(words(text)) <= LONGEST:
                        found.append(Phrase(text, _DOES[does]))
    return found


def learn_wishes(phrases: Sequence[Phrase], rows: Sequence[Row], encoder: Encoder, heads: Heads) -> Wishes:
    """Learn the wishes from phrases, and from rows that are no wish; every second phrase as it is typed without diacritics."""
    if not phrases:
        return Wishes()
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    texts = [phrase.text if _number(phrase.text) % 2 else without_diacritics(phrase.text) for phrase in phrases]
    labels = [phrase.meaning if phrase.meaning in WISHES else NOTHING for phrase in phrases]
    short = [row for row in rows if not held_out(row) and len(words(row.text)) <= LONGEST]
    texts += [row.text for row in short]
    labels += [_TOPICS.get(row.topic, NOTHING) for row in short]
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # alike lengths share a batch
    vectors = np.zeros((len(texts), encoder.width), dtype=np.float32)
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        vectors[part] = vectors_of(encoder.read([readable(texts[place]) for place in part]), encoder.width)
    # Of the strengths tried (1, 5, 30) this one is surest of the least that is wrong: docs/screening.md.
    model = LogisticRegression(C=5.0, max_iter=100, solver="newton-cg", tol=3e-3)
    model.fit(heads.standardise(vectors), labels)
    return Wishes(tuple(model.classes_), model.coef_.astype(np.float32), model.intercept_.astype(np.float32))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
