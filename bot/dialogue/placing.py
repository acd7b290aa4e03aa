"""Ways of asking are placed in the space in which answers are found: when it is learned, and when the library is another since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.retrieval import Nearness, unit
from bot.language.normalise import readable
from bot.screening.encoder import Encoder
from bot.screening.heads import Matrix
from bot.screening.senses import Senses

_BATCH: Final = 128
# Of the messages that asked for one answer. With at most 25 validation finds 2,099 of 3,296 turns right, with 40, 60 and 100 2,122, 2,119
# and 2,110; a hundred would take 15 MB more.
MOST_HEARD: Final = 50


def placed(
    library: Library, projection: Matrix, encoder: Encoder, senses: Senses, known: Mapping[str, Matrix] | None = None
) -> Nearness:
    """Place all ways of asking in the learned space; `known` are places by the digest of a way of asking."""
    known = dict(known or {})
    ways = [(answer.id, way, 0) for answer in library.answers.values() for _, way in answer.ways()]
    ways += [(answer.id, way, 1) for answer in library.answers.values() for said in answer.follows.values() for way in said]
    digests = [digest(way) for _, way, _ in ways]
    new = [place for place, mark in enumerate(digests) if mark not in known]
    for start in range(0, len(new), _BATCH):
        part = new[start : start + _BATCH]
        sense = senses.of(encoder.read([readable(ways[place][1]) for place in part]))
        known |= {digests[place]: row for place, row in zip(part, unit(sense @ projection.T), strict=True)}
    vectors = np.stack([known[mark] for mark in digests]) if digests else np.zeros((0, len(projection)), dtype=np.float32)
    return Nearness(
        projection,
        vectors.astype(np.float32),
        tuple(name for name, _, _ in ways),
        np.array([follows for _, _, follows in ways], dtype=np.float32),
        tuple(digests),
    )


def placed_over(
    nearness: Nearness, library: Library, encoder: Encoder, senses: Senses, known: Mapping[str, Matrix] | None = None
) -> Nearness:
    """Return the space for another library than that it was made for; `known` as in `placed`.

    Ways of asking for answers that are gone are left out, those of new ones stand before the others.
    """
    known_answers = set(nearness.owners)
    new = Library({name: answer for name, answer in library.answers.items() if name not in known_answers})
    added = placed(new, nearness.projection, encoder, senses, known)
    kept = [place for place, owner in enumerate(nearness.owners) if owner in library]
    ways = [place for place in kept if place < len(nearness.digests)]
    return replace(
        nearness,
        vectors=np.concatenate([added.vectors, nearness.vectors[kept]]),
        owners=(*added.owners, *(nearness.owners[place] for place in kept)),
        followed=np.concatenate([added.followed, nearness.followed[kept]]),
        digests=(*added.digests, *(nearness.digests[place] for place in ways)),
        heard=len(kept) - len(ways),
        usable={},
        spoken={},
    )


def with_heard(nearness: Nearness, vectors: Matrix, owners: Sequence[str], library: Library) -> Nearness:
    """Return the space with messages that asked for answers, at most so many for each; those for answers that are gone are left out."""
    of_answer: dict[str, list[int]] = {}
    for place, owner in enumerate(owners):
        of_answer.setdefault(owner, []).append(place)
    kept = [place for owner, places in of_answer.items() if owner in library for place in _spread(places, MOST_HEARD)]
    return replace(
        nearness,
        vectors=np.concatenate([nearness.vectors, vectors[kept]]),
        owners=(*nearness.owners, *(owners[place] for place in kept)),
        followed=np.concatenate([nearness.followed, np.zeros(len(kept), dtype=np.float32)]),
        heard=len(kept),
        usable={},
        spoken={},
    )


def digest(text: str) -> str:
    """Return what a way of asking is known by."""
    return hashlib.sha256(readable(text).encode()).hexdigest()[:16]


def _spread(places: Sequence[int], most: int) -> Sequence[int]:
    """Return at most so many of some places, evenly spread over them."""
    return places if len(places) <= most else [places[number * len(places) // most] for number in range(most)]
