"""How often another system may ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PER_MINUTE: Final = 120
_MINUTE: Final = timedelta(minutes=1)


class TooMany(Exception):
    """A token asked too often; `seconds` says when it may ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many requests. Ask again in {seconds} s.")
        self.seconds = seconds


class Limits:
    """Counts requests by minute, for each token and for everybody without one."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self.per_minute = per_minute
        self._counted: dict[str, tuple[datetime, int]] = {}

    def check(self, who: str, now: datetime) -> None:
        """Count a request; raises TooMany."""
        since, number = self._counted.get(who, (now, 0))
        if now - since >= _MINUTE:
            since, number = now, 0
        if number >= self.per_minute:
            raise TooMany(max(1, int((since + _MINUTE - now).total_seconds())))
        self._counted[who] = (since, number + 1)
