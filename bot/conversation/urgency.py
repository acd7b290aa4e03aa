"""How urgent a message is, by its screening and by what it does in its conversation together."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.turn import Understood
from bot.messages import Evidence, Indicator, Screening, Triage, higher


def raised(understood: Understood) -> Screening:
    """Return the screening of a message, raised by what the message was understood as; never lowered.

    Whoever is told to call 112 is an emergency to the hotline as well.
    """
    screening, commands = understood.screening, understood.commands
    if "feel:suicide" in commands and Indicator.SUICIDE_RISK not in screening.signs:
        sign = Evidence(Indicator.SUICIDE_RISK, "")
        return replace(screening, triage=Triage.EMERGENCY, indicators=(*screening.indicators, sign))
    if commands.any_of("danger:self", "danger:other"):
        return replace(screening, triage=higher(screening.triage, Triage.EMERGENCY))
    return screening
