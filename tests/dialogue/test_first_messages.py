"""What is said to a first message in which a danger or dying is heard: nothing is over there, and dying in doubt is asked about."""

from __future__ import annotations

from bot.dialogue.commands import Command, Commands
from bot.dialogue.features import NEW
from bot.dialogue.screened import ALARMS, EXITS, in_context, with_screening
from bot.dialogue.state import Person as Asked
from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES, Evidence, Indicator, Screening, Triage
from bot.screening.rows import NLU_DATA
from tests.dialogue.talk import Talk
from tests.dialogue.test_danger import HALF_HEARD


def test_a_first_danger_is_believed_but_beside_an_answer_only_where_half_of_it_is_heard_and_first_dying_is_asked_about() -> None:
    alarms = ("danger:self", "danger:other", "feel:suicide")
    believed, hinted = ["danger:self", "danger:other"], ["hint:danger", "hint:danger"]
    for likely, answered, said in ((0.05, False, believed), (0.05, True, hinted), (0.2, True, believed)):
        said_as = in_context(NEW, dict.fromkeys(HALF_HEARD, likely), answered=answered)
        assert [said_as(alarm) for alarm in alarms] == [*said, "doubt:suicide"]


def test_in_a_first_message_no_dying_that_the_screening_hears_is_over() -> None:
    dying = Screening("en", Triage.EMERGENCY, (Evidence(Indicator.SUICIDE_RISK, "…"),))
    said_as = in_context(NEW, dict.fromkeys(ALARMS, 0.05))
    for calming in EXITS:
        assert with_screening(Commands.of(calming), dying, said_as=said_as, first=True).names == {"doubt:suicide"}


def test_a_first_message_that_calms_more_surely_than_it_speaks_of_dying_is_asked_about() -> None:
    said = Talk().hears("…", Command("feel:better", sure=0.7), Command("feel:suicide", sure=0.6))
    assert "hurting_ask" in said
    assert "safer_now" not in said


def test_the_question_whether_a_first_message_speaks_of_dying_names_the_lines_in_every_language_and_a_consultant_is_called() -> (
    None
):
    heard = Screening("en", Triage.EMERGENCY, (Evidence(Indicator.SUICIDE_RISK, "…"),))
    said_as = in_context(NEW, dict.fromkeys(ALARMS, 0.05))
    assert with_screening(Commands.of("tell:self"), heard, said_as=said_as).names == {"tell:self", "doubt:suicide"}
    talk = Talk()
    assert talk.hears("…", "tell:self", "doubt:suicide", triage=Triage.HIGH, signs=[Indicator.VIOLENCE])[0] == "hurting_ask"
    assert talk.state.person is Asked.ASKED
    for language in LANGUAGES:
        text = read_values(NLU_DATA / language / "answers" / "turns.yml")["hurting_ask"]["text"]
        assert all(number in text for number in ("{crisis_line}", "{child_line}", "{emergency}")), language
