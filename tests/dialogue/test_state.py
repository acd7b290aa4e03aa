"""What is known of a conversation, and how each mode of it ends."""

from __future__ import annotations

import pytest

from bot.dialogue.state import Danger, Person, State, Who
from bot.messages import Indicator, Triage
from tests.dialogue.talk import Talk

VIOLENCE = {"triage": Triage.EMERGENCY, "signs": [Indicator.VIOLENCE]}
DYING = {"triage": Triage.EMERGENCY, "signs": [Indicator.SUICIDE_RISK]}
GRAVE = {"triage": Triage.HIGH, "signs": [Indicator.DOCUMENTS_TAKEN]}


def after(*turns: tuple[str, ...], **known: object) -> State:
    talk = Talk()
    for number, commands in enumerate(turns):
        talk.hears("…", *commands, **(known if number == 0 else {}))  # type: ignore[arg-type]
    return talk.state


@pytest.mark.parametrize("end", ["feel:better", "correct:joke"])
def test_a_danger_ends_when_it_is_over_or_was_none(end: str) -> None:
    assert after(("danger:self",), **VIOLENCE).danger is Danger.OPEN
    assert after(("danger:self",), (end,), **VIOLENCE).danger is Danger.OVER


@pytest.mark.parametrize("end", ["feel:better", "correct:joke"])
def test_a_word_of_dying_ends_when_it_is_denied_or_was_none(end: str) -> None:
    assert after(("feel:suicide",), **DYING).suicide is Danger.OPEN
    assert after(("feel:suicide",), (end,), **DYING).suicide is Danger.OVER


def test_who_called_for_help_is_not_told_again_to_call() -> None:
    state = after(("danger:self",), ("done:called",), **VIOLENCE)
    assert state.danger is Danger.EASED
    assert state.phase == "waiting"


def test_a_danger_that_was_over_opens_again_with_the_next_one() -> None:
    assert after(("danger:self",), ("feel:better",), ("danger:self",), **VIOLENCE).danger is Danger.OPEN


def test_no_one_is_in_danger_because_of_another_persons_danger_of_dying() -> None:
    state = after(("feel:suicide",), who=Who.RELATIVE, **DYING)
    assert (state.suicide, state.suicide_of_others, state.danger) == (Danger.OPEN, True, Danger.NONE)


def test_who_writes_changes_with_evidence_and_a_child_stays_one() -> None:
    talk = Talk()
    talk.hears("…", "tell:other", who=Who.WITNESS)
    talk.hears("…", "tell:self", who=Who.VICTIM)
    assert talk.state.who is Who.VICTIM
    young = Talk(minor=True)
    young.hears("mam 15 lat", "tell:self")
    young.hears("…", "tell:other", who=Who.WITNESS)
    assert young.state.who is Who.CHILD


def test_who_only_sounded_like_a_child_is_none_when_they_tell_of_another_or_their_age() -> None:
    talk = Talk()
    talk.hears("…", "tell:self", who=Who.CHILD)
    assert talk.state.who is Who.CHILD
    talk.hears("…", "tell:other", who=Who.WITNESS)
    assert talk.state.who is Who.WITNESS
    grown = Talk(grown=True)
    grown.hears("jakiemu dziecku, mam 19 lat", "correct:person", who=Who.CHILD)
    assert grown.state.who is Who.UNKNOWN
    grown.hears("…", "tell:self", who=Who.CHILD)
    assert grown.state.who is not Who.CHILD


def test_a_child_that_says_later_to_be_of_age_is_answered_as_one_who_is() -> None:
    talk = Talk(minor=True)
    talk.hears("mam 15 lat", "tell:self")
    talk.about["grown"] = True
    talk.hears("nie, mam 19 lat", "correct:person")
    assert talk.state.who is Who.VICTIM
    talk.about["grown"] = False
    talk.hears("…", "tell:self")
    assert talk.state.who is Who.VICTIM


def test_what_was_told_makes_the_conversation_one_that_told_of_something() -> None:
    assert after(("ask:what_help",)).phase == "calm"
    assert after(("tell:self",)).phase == "told"
    assert after(("tell:self",), **GRAVE).phase == "waiting"


def test_the_consultant_is_asked_refused_and_asked_again() -> None:
    talk = Talk()
    talk.hears("człowiek", "want:human")
    assert talk.state.person is Person.ASKED
    talk.hears("cofnij", "refuse:human")
    assert talk.state.person is Person.REFUSED
    talk.hears("a jednak", "want:human")
    assert talk.state.person is Person.ASKED


def test_a_case_that_a_consultant_closed_lets_the_next_need_open_another() -> None:
    talk = Talk()
    talk.hears("człowiek", "want:human")
    talk.about = {"queued": False}
    talk.hears("dziękuję", "thanks")
    assert talk.state.person is Person.NONE


def test_not_understanding_is_counted_until_something_is_understood() -> None:
    talk = Talk()
    talk.hears("hm", "unclear")
    talk.hears("hm", "unclear")
    assert talk.state.unclear == 2
    talk.hears("ile to kosztuje?", "ask:hotline_cost")
    assert talk.state.unclear == 0
