"""What people ask next, counted in the labelled conversations: after an answer, and after telling something, by who writes.

What is offered as buttons rests on it. `nlu_data/next_needs.yml` holds what `python -m bot dialogue --asked-next` prints: counts of the
training conversations alone. On the validation conversations two buttons held what was asked next in 310 of 1,468 messages, those that the
library names by hand in 141.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import yaml

from bot.dialogue.state import Who
from bot.learning.labelled import LabelledConversation, LabelledTurn, conversation_files, read_conversations
from bot.screening.rows import NLU_DATA

AHEAD: Final = 2  # messages in which a question counts as asked next
FEWEST: Final = 3  # times that something was asked next, to be offered
KEPT: Final = 4  # needs of each list
TELLS: Final = frozenset({"tell:self", "tell:other"})


def counted(conversations: Iterable[LabelledConversation]) -> dict[str, dict[str, list[str]]]:
    """Return the needs that are asked most `after` each need, and when something was `told` by each kind of writer."""
    after: dict[str, Counter[str]] = {}
    told: dict[str, Counter[str]] = {}
    for conversation in conversations:
        who = Who.UNKNOWN
        for place, turn in enumerate(conversation.turns):
            who = turn.who or who
            following = [need for later in conversation.turns[place + 1 : place + 1 + AHEAD] for need in _needs(later)]
            for need in _needs(turn):
                after.setdefault(need, Counter()).update(one for one in following if one != need)
            if turn.commands.names & TELLS and who is not Who.UNKNOWN:
                told.setdefault(who.value, Counter()).update(following)
    return {"after": _most(after), "told": _most(told)}


def foreseen(conversations: Iterable[LabelledConversation], after: Mapping[str, Sequence[str]], *, most: int) -> tuple[int, int]:
    """Return in how many messages that ask after another question the first `most` offers hold what is asked, of how many."""
    hits, of = 0, 0
    for conversation in conversations:
        asked: list[str] = []
        for turn in conversation.turns:
            needs = _needs(turn)
            if needs and asked:
                offered = [one for need in asked[-1:] for one in after.get(need, ()) if one not in asked][:most]
                hits, of = hits + bool(set(needs) & set(offered)), of + 1
            asked += needs
    return hits, of


def of_training() -> dict[str, dict[str, list[str]]]:
    """Return the counts of the training conversations."""
    return counted(read_conversations(conversation_files(NLU_DATA, "training")))


def as_yaml(counts: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """Return counts as the file that the library reads."""
    about = "# What people ask next, the most frequent first: python -m bot dialogue --asked-next > nlu_data/next_needs.yml\n"
    return about + str(yaml.safe_dump({part: dict(found) for part, found in counts.items()}, default_flow_style=None, width=140))


def _needs(turn: LabelledTurn) -> list[str]:
    return [command.choices[0] for command in turn.commands.asked if command.choices]


def _most(counts: Mapping[str, Counter[str]]) -> dict[str, list[str]]:
    kept = {key: [need for need, times in found.most_common(KEPT) if times >= FEWEST] for key, found in sorted(counts.items())}
    return {key: needs for key, needs in kept.items() if needs}
