"""A witness's report: asked part by part, interrupted, corrected, shown, and sent only when it is wanted; through the front door."""

from __future__ import annotations

import pytest

from bot.conversation.outcome import Outcome
from bot.messages import LANGUAGES
from tests.dialogue.people import DANGER, NEAR, QUESTION, WITNESSED
from tests.dialogue.talk import Person

SEEN, PLACE, OTHER_PLACE = "mężczyźni śpią w szopie", "Zalesie koło Grójca", "Zalesie Górne"


def summary(outcome: Outcome) -> str:
    return outcome.replies[-1].text


async def sent_report(person: Person) -> dict[str, str] | None:
    async with person.program.database.transaction() as session:
        conversation = await person.program.conversations.find(session, person.channel, person.name)
        assert conversation is not None
        if conversation.report is None:
            return None
        found: dict[str, str] = person.program.conversations.vault.open_json(conversation.report, f"report:{conversation.id}")
        return found


async def test_a_report_is_asked_part_by_part_shown_and_sent_only_when_it_is_wanted(person: Person) -> None:
    begun = await person.writes("@report")
    assert begun.said == ("report_intro", "report_what")
    shown = await person.writes(SEEN, PLACE, "@send")
    assert SEEN in summary(shown)
    assert PLACE in summary(shown)
    assert await sent_report(person) is None
    sent = await person.writes("@send")
    assert sent.said == ("report_sent",)
    assert sent.handoff
    assert await sent_report(person) == {"what": SEEN, "where": PLACE}


async def test_each_part_can_be_skipped(person: Person) -> None:
    await person.writes("@report", SEEN)
    asked = await person.writes("@skip")
    assert asked.said == ("report_when",)
    await person.writes("pomiń", "@skip", "nie", "@skip", "@skip", "@send")
    assert await sent_report(person) == {"what": SEEN}


async def test_a_report_that_is_not_wanted_is_kept_unsent_wherever_it_is_said(person: Person) -> None:
    await person.writes("@report", SEEN)
    unsent = await person.writes("@do_not_send")
    assert unsent.said[-1] == "report_kept_unsent"
    assert not unsent.handoff
    assert await sent_report(person) is None


async def test_enough_shows_what_there_is_and_asks_whether_to_send_it(person: Person) -> None:
    shown = await person.writes("@report", SEEN, "stop")
    assert shown.said == ("report_summary",)
    assert SEEN in summary(shown)
    assert (await person.writes("nie")).said == ("report_kept_unsent",)
    assert await sent_report(person) is None


async def test_a_report_is_not_sent_unseen(person: Person) -> None:
    await person.writes("@report", SEEN, "@send", QUESTION)
    shown = await person.writes("@send")
    assert shown.said == ("report_summary",)
    assert await sent_report(person) is None


async def test_a_question_in_the_middle_is_answered_and_the_report_goes_on(person: Person) -> None:
    outcome = await person.writes("@report", SEEN, QUESTION)
    assert outcome.said == ("answer.sleep_tonight", "report_where")
    await person.writes(PLACE, "@send", "@send")
    assert await sent_report(person) == {"what": SEEN, "where": PLACE}


async def test_a_danger_in_the_middle_ends_the_questions_and_the_report_can_be_gone_on_with(person: Person) -> None:
    outcome = await person.writes("@report", SEEN, DANGER)
    assert outcome.said[0] == "emergency_victim"
    assert not [text for text in outcome.said if text.startswith("report_")]
    assert outcome.handoff
    told = await person.writes(WITNESSED)
    assert not [text for text in told.said if text.startswith("report_")]
    resumed = await person.writes("@report")
    assert resumed.said[-1] == "report_where"
    await person.writes(PLACE, "@send", "@send")
    assert await sent_report(person) == {"what": SEEN, "where": PLACE}


async def test_somebody_who_comes_in_leaves_nothing_of_the_report_on_the_screen(person: Person) -> None:
    outcome = await person.writes("@report", SEEN, NEAR)
    assert outcome.said == ("someone_near",)
    assert SEEN not in "".join(reply.text for reply in outcome.replies)


async def test_a_consultant_who_is_wanted_in_the_middle_is_called(person: Person) -> None:
    outcome = await person.writes("@report", SEEN, "@human")
    assert outcome.handoff
    assert outcome.said[0].startswith("handoff_")


async def test_a_part_that_is_chosen_is_asked_anew_and_replaced(person: Person) -> None:
    asked = await person.writes("@report", SEEN, PLACE, "@send", "@correct")
    assert [button.value for button in asked.replies[-1].buttons] == ["@part_what", "@part_where"]
    again = await person.writes("@part_where")
    assert again.said == ("report_where",)
    corrected = await person.writes(OTHER_PLACE)
    assert OTHER_PLACE in summary(corrected)
    assert PLACE not in summary(corrected)
    await person.writes("@send")
    assert await sent_report(person) == {"what": SEEN, "where": OTHER_PLACE}


async def test_the_title_of_a_part_can_be_typed(person: Person) -> None:
    corrected = await person.writes("@report", SEEN, PLACE, "@send", "@correct", "miejsce", OTHER_PLACE)
    assert PLACE not in summary(corrected)
    assert OTHER_PLACE in summary(corrected)


async def test_an_old_button_of_a_part_changes_nothing_once_the_report_is_sent(person: Person) -> None:
    await person.writes("@report", SEEN, PLACE, "@send", "@send", "@part_where")
    assert await sent_report(person) == {"what": SEEN, "where": PLACE}


async def test_a_second_report_begins_empty(person: Person) -> None:
    await person.writes("@report", SEEN, "@send", "@send")
    begun = await person.writes("@report")
    assert begun.said[-1] == "report_what"
    shown = await person.writes("coś innego", "@send")
    assert SEEN not in summary(shown)


async def test_the_name_of_a_part_means_nothing_where_it_was_not_offered(person: Person) -> None:
    outcome = await person.writes("Miejsce")
    assert "report_where" not in outcome.said
    assert not outcome.handoff


async def test_in_quiet_mode_the_report_is_not_shown(person: Person) -> None:
    shown = await person.writes("@quiet", "@report", SEEN, "@send")
    assert shown.said == ("report_summary",)
    assert SEEN not in summary(shown)
    assert (await person.writes("tak")).said == ("report_sent",)
    assert await sent_report(person) == {"what": SEEN}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_reports_by_its_buttons(person: Person, language: str) -> None:
    titles = person.program.wording.titles[language]
    somebody = Person(person.program, language=language, name=language)
    await somebody.writes(f"@lang_{language}", "@report", SEEN, "@send")
    sent = await somebody.writes(titles["send"])
    assert sent.said == ("report_sent",)
    assert {reply.language for reply in sent.replies} == {language}
