"""What the forms of the dialogue say and take: a witness's report, a safe time, a code word."""

from __future__ import annotations

from collections.abc import Callable

from bot import arrangement, dialogue, offer, report
from bot.situation import Move, Say, Situation, closed


def report_begin(situation: Situation) -> Move:
    """Say what a report is before its first question; go on with one that was left half way."""
    if "report_sent" not in situation.told and report.told(situation.report):
        return Move((), {"question": None})
    return Move(
        (Say("report_intro"),),
        {
            "last_key": "report_intro",
            "question": None,
            "told": [key for key in situation.told if key != "report_sent"],
            **{slot: None for slot in (*report.SLOTS, report.MORE)},
            # What was told already is not asked again; after a report was sent, a new one is about something else.
            "report_what": None if "report_sent" in situation.told else situation.told_before,
        },
    )


def report_ask(slot: str) -> Callable[[Situation], Move]:
    """Return the move that asks for one part of a report."""

    def ask(situation: Situation) -> Move:
        buttons = ("skip", "send") if report.told(situation.report) else ("skip",)
        return Move((Say(slot, buttons),), {"last_key": slot, "misunderstood": 0})

    return ask


def report_fill(situation: Situation) -> Move:
    """Take a message as a part of the report, or as a correction of one; whoever is handed over by its words is told so."""
    in_form = situation.requested in (*report.SLOTS, report.MORE)
    if in_form and situation.part is None and (mended := report.corrected(situation.text, situation.report)) is not None:
        value = next(iter(mended.values()))
        if situation.requested == report.MORE:
            mended[report.MORE] = report.SKIPPED
        return Move((Say("report_corrected", (), {"_value": value}),), mended)
    filled = report.slots_of(
        situation.act,
        situation.text,
        requested=situation.requested,
        filled=situation.report,
        asks=situation.asks,
        certain=situation.certain or situation.listed,
        queued=situation.handoff == "queued",
        inquires=situation.inquires,
    )
    if situation.part is not None and situation.requested is not None:  # "place: the old mill" is put in its place
        slot, value = situation.part
        filled = {slot: value, **({report.MORE: report.SKIPPED} if situation.requested == report.MORE else {})}
    if not filled:
        return Move()
    news = dialogue.follow_up(situation)
    return Move(news.says, {**filled, **news.changes})


def report_correct(situation: Situation) -> Move:
    """Open the report again for what should be different; what was added to it before goes to what was seen."""
    parts = report.told(situation.report)
    added = {}
    if "more" in parts:
        added["report_what"] = "\n".join(parts[field] for field in ("what", "more") if field in parts)
    return Move((), {report.MORE: None, "question": None, **added})


def report_ask_correction(situation: Situation) -> Move:
    """Ask what should be different: a part to be told anew, or anything in free words."""
    buttons = tuple(f"{report.PART}{field}" for field in report.FIELDS if field in report.told(situation.report))
    return Move((Say("report_correct_which", buttons),), {"last_key": "report_correct_which"})


def report_part(situation: Situation) -> Move:
    """Ask one part of the report anew: its new words take the place of the old ones."""
    slot = "report_" + situation.text.removeprefix(f"@{report.PART}")
    if "report_sent" in situation.told:
        return Move()  # an old button: the summing up, which comes next, says that it is read on
    return Move((), {slot: None, "question": None}, rests=True)


def arrange_begin(situation: Situation) -> Move:
    """Ask for a safe time or a code word, anew also when one is arranged already; take the one that is named at once."""
    value = arrangement.named_value(situation.text) or (situation.made_up if situation.act == arrangement.CODE_WORD else None)
    named = value if value is not None and arrangement.fits(value, situation.act) else None
    return Move((), {"question": None, situation.act: named, arrangement.ASKS: 0})


def arrange_ask(slot: str) -> Callable[[Situation], Move]:
    """Return the move that asks for a safe time or a code word; after an interruption it is asked once more, then it rests."""

    def ask(situation: Situation) -> Move:
        if situation.arrangement_asks >= arrangement.MOST_ASKS:
            resting = (Say("question_skipped"),) if situation.act == "affirm" else ()
            return Move(resting, {"last_key": "question_skipped"} if resting else {}, rests=True)
        key = f"{slot}_ask"
        return Move(
            (Say(key, ("skip",)),), {"last_key": key, "misunderstood": 0, arrangement.ASKS: situation.arrangement_asks + 1}
        )

    return ask


def arrange_fill(situation: Situation) -> Move:
    """Take a message as the time or the word."""
    return Move(
        (),
        arrangement.taken(
            situation.act,
            situation.text,
            requested=situation.requested,
            asks=situation.asks,
            certain=situation.certain,
            alarming=situation.alarming,
        ),
    )


def arrange_noted(slot: str) -> Callable[[Situation], Move]:
    """Return the move that repeats what was understood; a consultant is offered when none is asked for yet."""

    def noted(situation: Situation) -> Move:
        value = situation.safe_time if slot == arrangement.SAFE_TIME else situation.code_word
        if value is None:
            return Move()
        if value == report.SKIPPED:
            return dialogue.skip(situation)
        key = f"{slot}_noted"
        changes = closed(key, wish="arrange")
        if situation.handoff == "queued":
            other = arrangement.CODE_WORD if slot == arrangement.SAFE_TIME else arrangement.SAFE_TIME
            open_still = (situation.safe_time if other == arrangement.SAFE_TIME else situation.code_word) is None
            return Move((Say(key, (other,) if open_still else (), {"_value": value}),), changes)
        if situation.quiet or situation.handoff == "declined" or "handoff_offer" in situation.told:
            return Move((Say(key, ("human",), {"_value": value}),), changes)
        offered = offer.offer(situation)
        return Move((Say(key, (), {"_value": value}), *offered.says), {**changes, **offered.changes})

    return noted


def read_back(situation: Situation) -> Move:
    """Say again what is arranged; who has arranged nothing waits for a consultant, or is asked to say it in other words."""
    arranged = arrangement.arranged({"safe_time": situation.safe_time, "code_word": situation.code_word})
    if arranged:
        says = tuple(Say(f"{slot}_noted", (slot,), {"_value": value}) for slot, value in arranged.items())
        return Move(says, closed(says[-1].key))
    if situation.handoff == "queued":
        return offer.ask_for_person(situation)
    return dialogue.not_understood(situation)


def code_word_said(situation: Situation) -> Move:
    """Take a word that follows the offer of a code word as that word."""
    value = situation.made_up or situation.text.strip()
    return Move(
        (Say("code_word_noted", (), {"_value": value}),), {**closed("code_word_noted", wish="arrange"), "code_word": value}
    )
