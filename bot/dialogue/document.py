"""The plan, the settling table and the rules in words: what `docs/dialogue.md` is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.dialogue import sections, settle
from bot.dialogue.commands import MAIN_INTENTS
from bot.dialogue.rows import Section
from bot.dialogue.rules import sections_of

BEGIN, END = "<!-- made by `python -m bot dialogue` -->", "<!-- end -->"
PHASES: Final = ("calm", "told", "waiting", "danger", "suicide")
_TITLES: Final = {
    Section.SAFETY: "Safety, and wishes that are carried out at once",
    Section.HEARD: "What was heard",
    Section.ANSWER: "Answers",
    Section.NEXT: "What happens next",
    Section.ASK: "One question",
}


def document() -> str:
    """Return the tables as Markdown."""
    return "\n".join([BEGIN, "", *_rules(), *_settled(), *_plan(), END])


def _rules() -> Iterator[str]:
    yield "## Which sections speak"
    yield ""
    yield "By the main intent of a message and the phase of the conversation, in the order of a reply (`nlu_data/dialogue/rules.yml`)."
    yield ""
    yield "| main intent | " + " | ".join(PHASES) + " |"
    yield "|---|" + "---|" * len(PHASES)
    for intent in MAIN_INTENTS:
        cells = [
            ", ".join(section.value for section in sections_of(intent, phase)) or "the report's own actions" for phase in PHASES
        ]
        yield f"| `{intent}` | " + " | ".join(cells) + " |"
    yield ""


def _settled() -> Iterator[str]:
    yield "## What a message means where the conversation stands"
    yield ""
    yield "In this order (`bot/dialogue/settle.py`):"
    yield ""
    yield from (f"{number}. {row.situation}" for number, row in enumerate(settle.TABLE, start=1))
    yield ""


def _plan() -> Iterator[str]:
    yield "## What each section says"
    yield ""
    yield "The rows are tried in their order; the first that fits ends its section, unless another end is named"
    yield "(`bot/dialogue/safety.py`, `heard.py`, `sections.py`)."
    for section in Section:
        yield ""
        yield f"### {_TITLES[section]}"
        yield ""
        yield "| when | then |"
        yield "|---|---|"
        yield from (f"| {row.situation} | {row.then} |" for row in sections.TABLE if row.section is section)
    yield ""
