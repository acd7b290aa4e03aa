"""A consultant: offered, asked for, taken back, and told when it is safe to write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import arrangement, telling
from bot.situation import Move, Say, Situation, closed


def offer(situation: Situation) -> Move:
    """Offer a consultant."""
    return Move(
        (Say("handoff_offer", ("yes", "no")),),
        {"question": "handoff_offer", "told": [*situation.told, "handoff_offer"], "handoff": "offered"},
    )


def queued(situation: Situation) -> dict[str, Any]:
    """Return the changes by which somebody waits for a consultant."""
    return {"handoff": "queued", "told": [*situation.told, "handoff_told"]}


def ask_for_person(situation: Situation) -> Move:
    """Hand over because a person is asked for."""
    if situation.handoff == "queued" and "handoff_told" in situation.told:
        if situation.danger == "suicide" and telling.danger_open(situation) and not telling.told_what_to_do(situation):
            return telling.stay(situation)
        return Move(
            (Say("handoff_already", ("withdraw", "safe_time")),),
            {"last_key": "handoff_already"},
        )
    key = "handoff_told" if situation.on_duty else "handoff_told_night"
    return Move(
        (Say(key, ("withdraw", "safe_time")),),
        {"wish": "handoff", "handoff": "queued", "told": [*situation.told, "handoff_told"], "last_key": key, "misunderstood": 0},
    )


def withdraw(situation: Situation) -> Move:
    """Take a handoff back; what the hotline must see stays in its queue, and the text says so."""
    if situation.handoff != "queued":
        return Move((Say("handoff_declined"),), {"last_key": "handoff_declined"})
    told = [key for key in situation.told if key != "handoff_told"]
    return Move(
        (Say("handoff_withdrawn", ("human",)),),
        {"wish": "withdraw", "handoff": "declined", "told": told, "last_key": "handoff_withdrawn"},
    )


def safe_time_said(situation: Situation) -> Move:
    """Take what is said in free words as the time when somebody can be written to; ask whether a consultant is wanted, if none is."""
    value = situation.text.strip()[: arrangement.MAX_TIME]
    changes = {**closed("safe_time_noted", wish="arrange"), arrangement.SAFE_TIME: value}
    noted = Say("safe_time_noted", (arrangement.SAFE_TIME,), {"_value": value})
    if situation.handoff == "queued" or situation.quiet or situation.handoff == "declined" or "handoff_offer" in situation.told:
        return Move((noted,), changes)
    offered = offer(situation)
    question = replace(offered.says[0], buttons=(*offered.says[0].buttons, arrangement.SAFE_TIME))  # "no, Wednesday rather"
    return Move((noted, question), {**changes, **offered.changes})
