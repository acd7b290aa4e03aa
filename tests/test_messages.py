"""The values that other programs read."""

from __future__ import annotations

from bot.messages import LANGUAGES, TOPICS, Indicator, Triage


def test_the_ids_are_those_of_the_contract() -> None:
    assert len(TOPICS) == 47
    assert len(Indicator) == 24
    assert len(LANGUAGES) == 16, "a new language: count it here, and see “A new language” in docs/translating.md"
    assert [level.value for level in Triage] == ["none", "medium", "high", "emergency"]
