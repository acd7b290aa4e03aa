"""What people tell in particular: the kinds, and which of them a message tells.

The table is `nlu_data/tellings/kinds.yml`. A kind is heard by a network of its own (`bot.dialogue.message_heads`), sooner where the
screening found a sign of it. It decides how what is told is received, and adds what endangers somebody to what was found; it never takes
anything away.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.language.yaml_texts import read_values
from bot.messages import Evidence, Indicator, Screening, Triage
from bot.screening.rows import NLU_DATA

LEFT: Final = "left"  # the kind of those who got out
HARMLESS: Final = "harmless"  # the kind of those who say that nobody locks, hits or threatens
KINDS: Final = NLU_DATA / "tellings" / "kinds.yml"
_TEXT: Final = "heard_"
_BESIDE: Final = "_beside"


@dataclass(frozen=True)
class Telling:
    """One kind of thing that is told; `answers` are those of the library that say the same, `next` what is offered to be asked with it.

    `endangers`: its texts name 112. `consoles`: its words beside something else only thank or console. `alone`: nothing is said of it
    beside an answer. `facts` are the ids of what its texts rest on (`bot.dialogue.backing`).
    """

    id: str
    endangers: bool = False
    consoles: bool = False
    signs: frozenset[Indicator] = frozenset()
    alone: bool = False
    facts: tuple[str, ...] = ()
    answers: frozenset[str] = frozenset()
    next: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the id of the text by which it is received."""
        return _TEXT + self.id

    @property
    def beside(self) -> str:
        """Return the id of the few words by which it is received before something else."""
        return _TEXT + self.id + _BESIDE


@functools.cache
def shared_tellings(path: Path = KINDS) -> Mapping[str, Telling]:
    """Return the kinds by their ids, in the order of the table; raises ValueError for a sign that the screening does not know."""
    table = read_values(path)
    return {
        name: Telling(
            name,
            endangers=entry.get("endangers", False),
            consoles=entry.get("consoles", False),
            alone=entry.get("alone", False),
            signs=frozenset(map(Indicator, entry.get("signs", ()))),
            facts=tuple(entry["facts"]),
            answers=frozenset(entry.get("answers", ())),
            next=tuple(entry.get("next", ())),
        )
        for name, entry in table.items()
    }


def kinds_of(signs: Iterable[Indicator]) -> list[str]:
    """Return the kinds of which some signs of the screening are, in the order of the table."""
    found = frozenset(signs)
    return [name for name, kind in shared_tellings().items() if not kind.signs.isdisjoint(found)]


def in_order(heard: Sequence[str]) -> list[Telling]:
    """Return kinds in the order in which they are received: what endangers somebody in that of the table, then the others as they come."""
    table = shared_tellings()
    found = [table[name] for name in heard if name in table]
    return [
        *(kind for kind in table.values() if kind.endangers and kind in found),
        *(kind for kind in found if not kind.endangers),
    ]


def before(said: Iterable[str]) -> list[Telling]:
    """Return the kinds that were received by some texts, in the order of a conversation, the last first."""
    kinds = {text: kind for kind in shared_tellings().values() for text in (kind.text, kind.beside)}
    return [kinds[text] for text in reversed(list(said)) if text in kinds]


def raised_by(screening: Screening, told: Iterable[str], words: str) -> Screening:
    """Return the screening of some words with the signs of what is surely told and endangers somebody, and a person called for it.

    The screening reads a message as one, and what is asked beside a blow, a threat or a locked door covers it: docs/screening.md.
    """
    kinds = [shared_tellings()[name] for name in told]
    found = [
        sign for kind in kinds if kind.endangers and len(kind.signs) == 1 for sign in kind.signs if sign not in screening.signs
    ]
    if not found or any(kind.id == HARMLESS for kind in kinds):
        return screening
    triage = max(screening.triage, Triage.HIGH, key=lambda one: one.rank)
    return replace(screening, triage=triage, indicators=(*screening.indicators, *(Evidence(sign, words) for sign in found)))
