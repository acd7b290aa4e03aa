"""Times as the console shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from bot.console.services import ZONE


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago something was, in the two largest units: "4 min", "2 h 5 min", "3 d"."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours and days < 3 else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else "< 1 min"


def clock(moment: datetime, now: datetime) -> str:
    """Return the time of day in Poland, with the date when it is not today's."""
    local = moment.astimezone(ZONE)
    return local.strftime("%H:%M") if local.date() == now.astimezone(ZONE).date() else local.strftime("%d.%m. %H:%M")


def full(moment: datetime) -> str:
    """Return date and time in Poland."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S %Z")


FILTERS: Final[dict[str, Callable[..., Any]]] = {"age": age, "clock": clock, "full": full, "iso": datetime.isoformat}
