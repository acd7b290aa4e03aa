"""The last step of a witness's report: it is shown as a whole before it is sent, and what is not sent is said plainly."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot import report
from bot.situation import Move, Say, Situation, closed

SUMMARY_BUTTONS: Final = ("send", "correct", "do_not_send")


def report_sum_up(situation: Situation) -> Move:
    """Show the whole report before it is sent; what was sent is not shown again."""
    if "report_sent" in situation.told:
        return Move((Say("told_go_on"),), closed("told_go_on"))
    if not report.told(situation.report):
        return report_unsent(situation)
    return Move(
        (Say("report_summary", SUMMARY_BUTTONS, {"_summary": report.summary(situation.report, situation.titles)}),),
        {"question": "report_summary", "last_key": "report_summary"},
    )


def sum_up_told(situation: Situation) -> Move | None:
    """Show what a witness wants sent: the form's report, or what they told in free words outside it; None when nothing is told."""
    if "report_sent" in situation.told:
        return None
    if report.told(situation.report):
        return report_sum_up(situation)
    if situation.told_before is None or situation.handoff == "queued":
        return None
    told = {"report_what": situation.told_before}
    shown = report_sum_up(replace(situation, report={**situation.report, **told}))
    return replace(shown, changes={**shown.changes, **told})


def report_add(situation: Situation) -> Move:
    """Add what is written under the summary of a report to it, or correct it, and show the summary again."""
    mended = report.corrected(situation.text, situation.report)
    if mended is None:
        before = situation.report.get(report.MORE)
        added = f"{before}\n{situation.text}" if before and before != report.SKIPPED else situation.text
        mended = {report.MORE: added}
    summary = report.summary({**situation.report, **mended}, situation.titles)
    say = Say("report_summary", SUMMARY_BUTTONS, {"_summary": summary})
    return Move((say,), {"question": "report_summary", "last_key": "report_summary", **mended})


def report_unsent(situation: Situation) -> Move:
    """Send nothing, and say so; what waits for a consultant already, as it was urgent, can be taken back."""
    waiting = (Say("handoff_already", ("withdraw",)),) if situation.handoff == "queued" else ()
    return Move((Say("report_kept_unsent"), *waiting), closed("report_kept_unsent"))
