"""The lowest triage beside which a sign is shown; `docs/labelling.md` says why it is not the same for all."""

from __future__ import annotations

from typing import Final

from bot.messages import Indicator, Triage

# Signs that an ordinary dispute about work may carry; no other one goes with triage none.
_WITHOUT_TRIAGE: Final = (Indicator.WAGES_WITHHELD, Indicator.EXCESSIVE_WORK)


def least_triage(sign: Indicator) -> Triage:
    """Return the lowest triage that a message with a sign can have; below it the sign is not shown.

    A debt alone may be an unclear one, and is the only strong sign that is shown beside medium.
    """
    if sign in _WITHOUT_TRIAGE:
        return Triage.NONE
    if sign is Indicator.SUICIDE_RISK:
        return Triage.EMERGENCY
    return Triage.HIGH if sign.strong and sign is not Indicator.DEBT_BONDAGE else Triage.MEDIUM
