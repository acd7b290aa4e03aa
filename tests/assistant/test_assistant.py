"""What Rasa does wrong by itself, and that it does not do it here. Each case was found by running Rasa 3.6.21."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.dialogue.commands import EXACT_ONLY, LABELS
from bot.dialogue.state import State
from bot.dialogue.turn import Speaking, effects
from bot.language.wording import Wording
from bot.messages import LANGUAGES, TOPICS, Indicator, Triage
from tests.assistant.rules_only import RULES, train_rules
from tests.dialogue.talk import around, heard
from tests.support import HOTLINE

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

pytestmark = pytest.mark.model

SECRET = "Mieszkam przy ulicy Tajemniczej, nazywam się Zofia Niezwykła"
# What the report's own actions answer, and what empties the conversation.
ELSEWHERE = {"report:send", "report:drop", "report:correct", "report:part", "report:value", "erase:yes"}
NAMES = [*(name for name in (*LABELS, *EXACT_ONLY) if name not in {"ask", *ELSEWHERE}), "ask:none", "ask:who_reads"]


def begun(text: str, *commands: str, before: State | None = None, form: str = "text") -> Speaking:
    return Speaking.begin(text, heard(*commands), before or State(), around(form=form))


async def test_an_action_that_raises_fails_the_turn_and_is_not_swallowed(
    by_the_rules: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.assistant.assistant import TurnFailed

    def broken(_self: Speaking, _section: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Speaking, "section", broken)
        with pytest.raises(TurnFailed, match="ZeroDivisionError"):
            await by_the_rules.turn(begun("kto to czyta?", "ask:who_reads"), language="pl", tracker=None)
    spoken = await by_the_rules.turn(begun("ile to kosztuje?", "ask:hotline_number"), language="pl", tracker=None)
    assert HOTLINE in spoken.replies[0].text


async def test_a_few_words_that_receive_what_is_told_stand_in_one_message_with_the_answer(by_the_rules: Assistant) -> None:
    told = heard("tell:self", "ask:hotline_number", told=["hours"])
    speaking = Speaking.begin("po 15 godzin, jaki to numer?", told, State(), around())
    spoken = await by_the_rules.turn(speaking, language="pl", tracker=None)
    wording, [answer, *_] = Wording.load(), spoken.replies
    assert speaking.turn.said[:2] == ("heard_hours_beside", "answer.hotline_number")
    assert answer.text == "\n\n".join(wording.text(said, "pl") for said in speaking.turn.said[:2])
    assert answer.buttons


async def test_nothing_of_a_dialogue_stays_in_the_assistant(by_the_rules: Assistant) -> None:
    first = begun("usuń", "want:erase")
    spoken = await by_the_rules.turn(first, language="pl", tracker=None)
    other = begun("tak", "answer:yes")
    await by_the_rules.turn(other, language="pl", tracker=None)
    assert not effects(other)["erase"]
    same = begun("tak", "answer:yes", before=first.concluded())
    await by_the_rules.turn(same, language="pl", tracker=spoken.tracker)
    assert effects(same)["erase"]


async def test_the_state_of_a_dialogue_stays_small_and_holds_no_words_of_the_person(by_the_rules: Assistant) -> None:
    tracker, state, sizes = None, State(), []
    for _ in range(40):
        speaking = begun(SECRET, "tell:self", before=state)
        tracker = (await by_the_rules.turn(speaking, language="pl", tracker=tracker)).tracker
        state = speaking.concluded()
        sizes.append(len(tracker) + len(json.dumps(state.as_json())))
    assert max(sizes[10:]) < 1.3 * sizes[6]
    assert "Tajemniczej" not in json.dumps(json.loads(tracker or ""), ensure_ascii=False)
    assert "Tajemniczej" not in json.dumps(state.as_json(), ensure_ascii=False)


async def test_peoples_words_are_not_printed_or_logged_when_the_dialogue_speaks(
    by_the_rules: Assistant, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        await by_the_rules.turn(begun(SECRET, "tell:self"), language="pl", tracker=None)
    out, err = capfd.readouterr()
    assert not [place for place in (out, err, caplog.text) if "Tajemniczej" in place or "Zofia" in place]


async def test_peoples_words_are_not_printed_or_logged_when_they_are_understood(
    rasa_assistant: Assistant, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        await rasa_assistant.understand(SECRET)
    out, err = capfd.readouterr()
    assert not [place for place in (out, err, caplog.text) if "Tajemniczej" in place or "Zofia" in place]


@pytest.mark.parametrize(
    "text", ["/restart", "/emergency", '/ask_human{"x": 1}', "/back", "/session_start", "  /affirm", "//deny"]
)
async def test_a_typed_command_is_text_like_any_other(rasa_assistant: Assistant, text: str) -> None:
    screening = (await rasa_assistant.understand(text)).screening
    assert screening.topic_confidence < 1.0
    assert screening.triage is Triage.NONE or screening.topic in TOPICS


@pytest.mark.parametrize("text", ["", " ", ".", "?", "🙏", "😀😀😀", "/", "112", "\ud800", "\x00"])
async def test_a_text_without_words_is_no_confident_nonsense(rasa_assistant: Assistant, text: str) -> None:
    understood = await rasa_assistant.understand(text)
    assert understood.screening.triage is Triage.NONE
    assert understood.screening.topic_confidence < 0.5
    assert not understood.commands.any_of("answer:yes", "answer:no", "want:erase", "danger:self", "feel:suicide")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_has_something_to_say_in_every_language(by_the_rules: Assistant, language: str) -> None:
    silent = []
    for name in NAMES:
        spoken = await by_the_rules.turn(begun("…", name), language=language, tracker=None)
        if not spoken.replies or any(reply.language != language for reply in spoken.replies):
            silent.append(name)
    assert silent == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["text", "sms"])
async def test_an_emergency_begins_with_both_numbers(by_the_rules: Assistant, language: str, form: str) -> None:
    danger = heard("danger:self", triage=Triage.EMERGENCY, signs=[Indicator.VIOLENCE])
    speaking = Speaking.begin("…", danger, State(), around(form=form, triage=Triage.EMERGENCY))
    spoken = await by_the_rules.turn(speaking, language=language, tracker=None)
    assert "112" in spoken.replies[0].text[:200]
    assert HOTLINE in spoken.replies[0].text


def test_a_missing_model_is_told_in_plain_words(tmp_path: Path) -> None:
    from bot.assistant.assistant import Assistant
    from bot.screening.models import ModelMissing

    with pytest.raises(ModelMissing, match="make train"):
        Assistant.load(tmp_path)
    (tmp_path / "broken.tar.gz").write_bytes(b"not a model")
    with pytest.raises(ModelMissing, match="make train"):
        Assistant.load(tmp_path)


async def test_a_new_model_takes_over_between_two_turns_and_one_that_cannot_be_used_does_not(tmp_path: Path) -> None:
    from bot.screening.models import ModelMissing

    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    rules = RULES.read_text(encoding="utf-8")
    assistant = train_rules(tmp_path / "before", rules)
    train_rules(tmp_path / "after", rules).close()

    async def answered() -> bool:
        spoken = await assistant.turn(begun("…", "greet"), language="pl", tracker=None)
        return bool(spoken.replies)

    assert await answered()
    await assistant.renew(tmp_path / "after" / "models")
    assert await answered()
    with pytest.raises(ModelMissing):
        await assistant.renew(tmp_path)
    assert await answered()
    assistant.close()


def test_the_repairs_hold_for_the_installed_rasa(by_the_rules: Assistant) -> None:
    import rasa
    from rasa.shared.core.events import Event, SlotSet

    from bot.assistant import rasa_patches

    assert rasa.__version__ == rasa_patches.PATCHED_VERSION
    assert Event.resolve_by_type("slot") is SlotSet
    with pytest.raises(ValueError, match="Unknown event"):
        Event.resolve_by_type("no such event")


def test_the_states_of_a_conversation_are_those_that_rasa_plays_anew() -> None:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUtteranceReverted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.assistant import rasa_patches

    rasa_patches.apply()
    domain = Domain.load("domain.yml")
    happens: list[Event] = [
        ActionExecuted("action_session_start"),
        ActionExecuted("action_listen"),
        UserUttered("…", {"name": "ask"}),
        SlotSet("phase", "told"),
        ActionExecuted("action_safety"),
        ActionExecuted("action_answer"),
        UserUtteranceReverted(),
        UserUttered("…", {"name": "tell"}),
        ActionExecuted("action_acknowledge"),
        ActiveLoop("report_form"),
        ActionExecuted("action_listen"),
    ]
    tracker = DialogueStateTracker("p1", domain.slots)
    for event in happens:
        tracker.update(event, domain)
        for omit in (True, False):
            anew = rasa_patches.played_anew(domain, tracker.copy(), omit_unset_slots=omit)
            assert domain.states_for_tracker_history(tracker, omit_unset_slots=omit) == anew


def test_the_repairs_refuse_another_rasa(monkeypatch: pytest.MonkeyPatch) -> None:
    import rasa

    from bot.assistant import rasa_patches

    monkeypatch.setattr(rasa, "__version__", "3.7.0")
    with pytest.raises(rasa_patches.RasaChanged, match=r"3\.7\.0"):
        rasa_patches.apply()


async def test_what_is_told_in_the_middle_of_a_long_text_counts(rasa_assistant: Assistant) -> None:
    calm = "Dzień dobry, szukam informacji o pracy i mieszkaniu w Polsce. W zeszłym roku byłam z rodziną nad morzem. "
    told = "Mój szef zabrał mi paszport i zamyka mnie na noc w pokoju, nie wolno mi wychodzić. "
    screening = (await rasa_assistant.understand(calm * 40 + told + calm * 40)).screening
    assert screening.triage.needs_person
    assert Indicator.DOCUMENTS_TAKEN in screening.signs
    assert (await rasa_assistant.understand(calm * 20)).screening.triage is Triage.NONE
