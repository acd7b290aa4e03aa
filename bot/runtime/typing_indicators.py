"""Signs that somebody is writing right now. They are kept nowhere: each process remembers for some seconds that it heard one.

A sign is published like any change (bot/runtime/live_events.py), so it reaches the other processes by the same bridge.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Literal

from bot.runtime.live_events import QUEUE, LiveEvents

Typist = Literal["person", "consultant"]
LASTS: Final = 7.0  # seconds; whoever goes on writing gives another every 4
_MARK: Final = "writes"


class TypingIndicators:
    """Knows who is writing in which conversation."""

    def __init__(self, live_events: LiveEvents, now: Callable[[], float] = time.monotonic) -> None:
        self.live_events = live_events
        self.now = now
        self._heard: dict[str, float] = {}
        live_events.subscribers.append(self._hear)

    def give(self, who: Typist, conversation_id: str) -> None:
        """Tell the other side that somebody is writing."""
        self.live_events.publish(_name(who, conversation_id), QUEUE if who == "person" else conversation_id)

    def writing(self, who: Typist, conversation_id: str) -> bool:
        """Say whether a sign was given within the last seconds."""
        heard = self._heard.get(_name(who, conversation_id))
        return heard is not None and self.now() - heard < LASTS

    def over(self, who: Typist, conversation_id: str) -> None:
        """Forget a sign: what was being written is there."""
        self._heard.pop(_name(who, conversation_id), None)

    def _hear(self, name: str) -> None:
        if not name.startswith(_MARK):
            return
        now = self.now()
        self._heard = {known: at for known, at in self._heard.items() if now - at < LASTS}
        self._heard[name] = now


def _name(who: Typist, conversation_id: str) -> str:
    return f"{_MARK}:{who}:{conversation_id}"
