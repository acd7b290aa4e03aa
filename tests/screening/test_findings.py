"""How evidence adds up over the messages of a conversation."""

from __future__ import annotations

import pytest

from bot.messages import Evidence, Indicator, Screening, Triage
from bot.screening.findings import HALF_SAID, TOLD_TOGETHER, Findings


def said(*likely: float, findings: Findings | None = None) -> Findings:
    """Return what messages show that are each so likely to tell what the hotline must see, and none of them surely."""
    findings = findings or Findings()
    for number, one in enumerate(likely, start=1):
        findings = findings.with_message(Screening("en", Triage.MEDIUM, handoff=one), number)
    return findings


def test_what_several_messages_half_say_is_together_a_case_for_the_hotline() -> None:
    assert said(0.4).triage is Triage.MEDIUM
    assert said(0.4, 0.4).triage is Triage.MEDIUM
    assert said(0.4, 0.4, 0.4).triage is Triage.HIGH
    assert said(0.75).triage is Triage.MEDIUM
    assert said(0.75, 0.0).triage is Triage.MEDIUM
    assert said(0.1, 0.7, 0.0, 0.6).triage is Triage.HIGH


def test_what_messages_hardly_say_never_adds_up() -> None:
    assert said(*[HALF_SAID - 0.01] * 500).triage is Triage.MEDIUM


def test_what_adds_up_is_stored_with_the_rest_and_an_older_conversation_begins_anew() -> None:
    findings = said(0.4, 0.4)
    stored = findings.as_json()
    assert Findings.from_json(stored) == findings
    assert said(0.4, findings=Findings.from_json(stored)).triage is Triage.HIGH
    del stored["unsaid"]
    assert said(0.4, findings=Findings.from_json(stored)).triage is Triage.MEDIUM


def test_what_a_consultant_has_judged_does_not_add_up_again() -> None:
    judged = said(0.4, 0.4, 0.4).judged_as(Triage.NONE, 3)
    assert judged.with_message(Screening("en", Triage.NONE, handoff=0.4), 4).triage is Triage.NONE


@pytest.mark.parametrize("first", [0.0, 0.3, TOLD_TOGETHER])
def test_a_sign_counts_as_before_whatever_adds_up(first: float) -> None:
    strong = Screening("en", Triage.HIGH, (Evidence(Indicator.DOCUMENTS_TAKEN, "my passport"),), handoff=0.9)
    findings = said(first).with_message(strong, 2)
    assert findings.triage is Triage.HIGH
    assert set(findings.indicators) == {Indicator.DOCUMENTS_TAKEN}
