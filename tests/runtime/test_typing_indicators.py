"""That somebody writes is a ring and no row: it reaches every process, and is over by itself."""

from bot.runtime.live_events import LiveEvents
from bot.runtime.typing_indicators import LASTS, TypingIndicators


def test_a_sign_lasts_some_seconds_and_reaches_other_processes_as_a_ring() -> None:
    now = [100.0]
    here, there = LiveEvents(), LiveEvents()
    carried: list[str] = []
    here.carry = lambda *names: carried.extend(names)
    signs, others = TypingIndicators(here, lambda: now[0]), TypingIndicators(there, lambda: now[0])
    signs.give("consultant", "c1")
    there.publish_here(*carried)
    for known in (signs, others):
        assert known.writing("consultant", "c1")
        assert not known.writing("person", "c1")
        assert not known.writing("consultant", "c2")
    now[0] += LASTS
    assert not others.writing("consultant", "c1")
