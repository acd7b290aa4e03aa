"""Which answers of the library are nearest in meaning to a question.

A question and all known ways of asking are points in the space of the sentence encoder; a projection that was learned from the ways
of asking draws those of one answer together and those of different answers apart. It knows nothing of single answers: one that was
written after the training is found as well, in every language.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from bot.dialogue.answers import CALM, Library
from bot.dialogue.state import Who
from bot.screening.encoder import Encoder, vectors_of
from bot.screening.heads import Heads, Matrix
from bot.screening.normalise import readable

_FILE: Final = "nearness.npz"
_BATCH: Final = 128
NEAREST: Final = 3  # ways of asking of one answer whose nearness counts
SHARE_OF_OTHERS: Final = 0.5  # of the second and third of them


@dataclass(frozen=True)
class Found:
    """An answer and how near it is: a cosine, at most 1."""

    answer: str
    nearness: float


@dataclass(frozen=True)
class Nearness:
    """The ways of asking as unit vectors in the learned space, one row each, with the answer that each asks for.

    Beside those of the library stand messages of the training conversations (`heard` of them, the last rows). `followed` are ways that
    are understood only after another answer: they count for who was given one just before. `stays` is added to answers of the matter
    that was answered last: people ask on.
    """

    projection: Matrix
    vectors: Matrix
    owners: tuple[str, ...]
    followed: Matrix
    digests: tuple[str, ...] = ()
    heard: int = 0
    stays: float = 0.0

    def find(
        self, standard: Matrix, library: Library, *, who: Who, moment: str = CALM, before: Sequence[str] = (), most: int = 5
    ) -> list[Found]:
        """Return the nearest answers that fit who writes and the moment, the nearest first; `before` are the answers given last."""
        if not self.owners:
            return []
        cosines = self.vectors @ unit(self.projection @ standard)
        usable = np.array([library.answers[owner].fits(who) and moment in library.answers[owner].when for owner in self.owners])
        cosines = np.where(usable & ((self.followed == 0) | bool(before)), cosines, -1.0)
        best: dict[str, list[float]] = {}
        for place in np.argsort(-cosines)[: most * 12]:
            best.setdefault(self.owners[place], []).append(float(cosines[place]))
        asked_on = {library.answers[name].matter for name in before[:1] if name in library}
        scored = [
            Found(name, _together(near) + self.stays * (library.answers[name].matter in asked_on)) for name, near in best.items()
        ]
        return sorted(scored, key=lambda found: -found.nearness)[:most]

    def save(self, folder: Path) -> None:
        """Write the projection and the ways of asking to a folder."""
        known = len(self.digests)
        about = {"digests": self.digests, "heard": self.owners[known:], "stays": self.stays}
        np.savez_compressed(
            folder / _FILE,
            allow_pickle=False,
            projection=self.projection.astype(np.float16),
            vectors=self.vectors.astype(np.float16),
            about=np.array(json.dumps(about)),
        )

    @classmethod
    def load(cls, folder: Path, library: Library, encoder: Encoder, heads: Heads) -> Nearness:
        """Read the projection from a folder; ways of asking that are new since then are read by the encoder."""
        with np.load(folder / _FILE, allow_pickle=False) as data:
            projection, vectors = data["projection"].astype(np.float32), data["vectors"].astype(np.float32)
            about = json.loads(str(data["about"]))
        count = len(about["digests"])
        known = dict(zip(about["digests"], vectors[:count], strict=True))
        placed = cls.of(library, projection, encoder, heads, known)
        return replace(placed.with_heard(vectors[count:], about["heard"], library), stays=about["stays"])

    def with_heard(self, vectors: Matrix, owners: Sequence[str], library: Library) -> Nearness:
        """Return the space with messages that asked for answers; those for answers that are gone are left out."""
        kept = [place for place, owner in enumerate(owners) if owner in library]
        return replace(
            self,
            vectors=np.concatenate([self.vectors, vectors[kept]]),
            owners=(*self.owners, *(owners[place] for place in kept)),
            followed=np.concatenate([self.followed, np.zeros(len(kept), dtype=np.float32)]),
            heard=len(kept),
        )

    @classmethod
    def of(
        cls, library: Library, projection: Matrix, encoder: Encoder, heads: Heads, known: Mapping[str, Matrix] | None = None
    ) -> Nearness:
        """Place all ways of asking in the learned space; `known` are places by the digest of a way of asking."""
        known = dict(known or {})
        ways = [(answer.id, way, 0) for answer in library.answers.values() for _, way in answer.ways()]
        ways += [(answer.id, way, 1) for answer in library.answers.values() for said in answer.follows.values() for way in said]
        digests = [digest(way) for _, way, _ in ways]
        new = [place for place, mark in enumerate(digests) if mark not in known]
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            standard = heads.standardise(vectors_of(encoder.read([readable(ways[place][1]) for place in part]), encoder.width))
            known |= {digests[place]: row for place, row in zip(part, unit(standard @ projection.T), strict=True)}
        vectors = np.stack([known[mark] for mark in digests]) if digests else np.zeros((0, len(projection)), dtype=np.float32)
        return cls(
            projection,
            vectors.astype(np.float32),
            tuple(name for name, _, _ in ways),
            np.array([follows for _, _, follows in ways], dtype=np.float32),
            tuple(digests),
        )


def digest(text: str) -> str:
    """Return what a way of asking is known by."""
    return hashlib.sha256(readable(text).encode()).hexdigest()[:16]


def unit(vectors: Matrix) -> Matrix:
    """Return vectors of length one."""
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9), dtype=np.float32)


def _together(near: Sequence[float]) -> float:
    """Return how near an answer is, from its nearest ways of asking: one alone may be an odd one."""
    weights = [1.0, *[SHARE_OF_OTHERS] * (NEAREST - 1)][: len(near)]
    return float(np.average(near[:NEAREST], weights=weights))
