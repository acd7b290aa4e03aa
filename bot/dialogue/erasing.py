"""What a message says of the question whether everything is erased, where it is neither a yes nor a no."""

from __future__ import annotations

from typing import Final

from bot.dialogue import answering
from bot.dialogue import predicates as is_
from bot.dialogue.commands import ASK
from bot.dialogue.situation import Turn

ABOUT_ERASING: Final = frozenset({"delete_what_stays", "delete_how", "delete_on_phone_only", "delete_one_part", "still_there"})


def left_open(turn: Turn) -> bool:
    """Say whether the question whether to erase is answered by neither yes nor no, and nothing else is said or asked but about that."""
    small = turn.commands.names <= {"unclear", "off", "answer:value", "thanks", ASK}
    return turn.awaits == "erase" and small and all(set(one.choices[:1]) & ABOUT_ERASING for one in turn.commands.asked)


def of_the_request(turn: Turn) -> bool:
    """Say whether a wish to erase may mean the request for a consultant alone: taking that back is asked about, as it does less."""
    return turn.does("want:erase") and is_.withdrawal_doubted(turn)


def more_beside(turn: Turn) -> bool:
    """Say whether erasing is wanted beside what must not wait for it: a question about something else, a person, a sign of danger."""
    asks = answering.answers_question(turn) and any(one.id not in ABOUT_ERASING for one in answering.answers(turn))
    wanted = turn.does("want:erase") and not of_the_request(turn)
    return wanted and (asks or is_.person_wanted(turn) or turn.does("hint:danger", "hint:suicide"))
