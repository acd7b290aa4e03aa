"""How a text of the plan is said: in which form, once in full, shorter the second time, and short enough for SMS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.dialogue import predicates as is_
from bot.dialogue.answers import PREFIX
from bot.dialogue.plan import Say
from bot.dialogue.situation import Turn
from bot.language.wording import Form, Wording
from bot.language.writing import without_marks_in_sms
from bot.messages import Reply

SAID_ABOVE: Final = "said_above"  # instead of an answer that was said twice already
LATER: Final = "quiet_later"  # instead of an answer that has no neutral form
MOST_SIGNS: Final = 459  # of one reply by SMS: three segments in plain letters
MOST_SIGNS_ELSEWHERE: Final = 201  # and in other scripts
# What is said even where a reply gets too long: it may save a life, is what the person waits for, or is owed to who refused.
_FIRST: Final = (
    "emergency",
    "suicide",
    "danger",
    "unheard",
    "witness_steps",
    "delete",
    "report_summary",
    "handoff_after_all",
    "handoff_kept",
)


def rendered(says: Sequence[Say], turn: Turn, wording: Wording, language: str, *, before: int = 0) -> list[tuple[Say, Reply]]:
    """Return the texts in the person's language and the channel's form; by SMS without those for which there is no room.

    `before` are the characters of the texts that stand in the same reply already.
    """
    replies = [(say, _reply(say, turn, wording, language)) for say in says]
    if turn.form != "sms":
        return replies
    room = (MOST_SIGNS_ELSEWHERE if language not in without_marks_in_sms() else MOST_SIGNS) - before
    kept: list[tuple[Say, Reply]] = []
    for say, reply in replies:
        if (kept or before) and not say.text.startswith(_FIRST) and len(reply.text) > room:
            continue
        room -= len(reply.text)
        kept.append((say, reply))
    return kept


def _reply(say: Say, turn: Turn, wording: Wording, language: str) -> Reply:
    key, form = say.text, _form(turn)
    if form == "quiet" and key.startswith(PREFIX) and not wording.has(key, language, "quiet"):
        key = LATER
    elif say.again and turn.before.times(key) > 1:
        key = SAID_ABOVE
    elif form != "quiet" and wording.has(key, language, "again") and (say.again or _too_long(key, form, wording, language)):
        form = "again"
    elif form != "quiet" and is_.child(turn) and wording.has(key, language, "child"):
        form = "child"
    buttons = () if turn.quiet else say.buttons
    return wording.reply(key, language, form=form, buttons=buttons, **dict(say.values))


def _too_long(key: str, form: Form, wording: Wording, language: str) -> bool:
    """Say whether an answer by SMS is said in its shorter words: where a segment carries 67 letters, and it has no form of its own."""
    return form == "sms" and language not in without_marks_in_sms() and not wording.has(key, language, "sms")


def _form(turn: Turn) -> Form:
    if turn.quiet and not turn.does("want:normal"):
        return "quiet"
    return "sms" if turn.form == "sms" else "text"
