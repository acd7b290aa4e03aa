"""A witness's report: what was seen, part by part, each skippable, shown before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.dialogue.exact import PART_BUTTON
from bot.dialogue.plan import Say
from bot.dialogue.situation import Turn
from bot.dialogue.state import State

FIELDS: Final = ("what", "where", "when", "who", "how_many", "vehicle", "advert")
SLOTS: Final = tuple(f"report_{field}" for field in FIELDS)
SKIPPED: Final = "–"
AWAITS: Final = "report:"


def taken(state: State, value: str) -> State:
    """Return the state with one part of the report, written as `where=the old mill`; nothing after the sign skips the part."""
    field, _, words = value.partition("=")
    if field not in FIELDS:
        return state
    return replace(state, report={**state.report, field: words or SKIPPED})


def begun(state: State, told: str | None) -> State:
    """Return the state in which a report begins; one that was sent makes room for another, what was told already is not asked again."""
    report = {} if state.report_sent else dict(state.report)
    if told and not report:
        report["what"] = told
    return replace(state, report=report, report_sent=False)


def finished(state: State) -> State:
    """Return the state of a report whose open parts are skipped."""
    return replace(state, report={**dict.fromkeys(FIELDS, SKIPPED), **state.report})


def cleared(state: State, field: str) -> State:
    """Return the state in which one part is asked for anew."""
    return replace(state, report={name: value for name, value in state.report.items() if name != field})


def told(report: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a report that hold something, by field."""
    return {field: report[field] for field in FIELDS if report.get(field, SKIPPED) != SKIPPED}


def summary(report: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Return the parts of a report, one a line with its title, in the person's own words; `titles` are those of the buttons."""
    lines = (f"• {titles.get(PART_BUTTON + field, field)}: {value}" for field, value in told(report).items())
    return "\n".join(lines) or SKIPPED


def ask(field: str, turn: Turn) -> Say:
    """Return the question for one part of the report."""
    buttons = ("skip", "send") if told(turn.now.report) else ("skip",)
    return Say(f"report_{field}", buttons, f"{AWAITS}{field}")


def sum_up(turn: Turn, titles: Mapping[str, str]) -> Say:
    """Return the report as it would be sent, with the question whether to send it."""
    if not told(turn.now.report):
        return Say("report_kept_unsent")
    values = (("_summary", summary(turn.now.report, titles)),)
    return Say("report_summary", ("send", "correct", "do_not_send"), "report_send", values)


def which_part(turn: Turn) -> Say:
    """Return the question what in a report should be different."""
    return Say("report_correct_which", tuple(f"{PART_BUTTON}{field}" for field in told(turn.now.report)))
