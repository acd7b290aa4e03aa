"""What Rasa does wrong by itself, and that it does not do it here. Each case was found by running Rasa 3.6.21."""

from __future__ import annotations

import itertools
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from actions.dialogue import MOVES
from bot.acts import BUTTON_ACTS, LEXICON_ACTS
from bot.logs import configure_logs
from bot.messages import LANGUAGES, TOPICS, Indicator, Triage
from tests.support import HOTLINE

if TYPE_CHECKING:
    from bot.assistant import Assistant

pytestmark = pytest.mark.model

SLOTS: dict[str, Any] = {
    "language": "pl",
    "triage": "none",
    "message_triage": "none",
    "indicators": [],
    "speaker": "other",
    "handoff": "none",
    "form": "text",
    "quiet": False,
    "on_duty": True,
    "wish": None,
}
SECRET = "Mieszkam przy ulicy Tajemniczej, nazywam się Zofia Niezwykła"


async def test_an_action_that_raises_fails_the_turn_and_is_not_swallowed(
    rasa_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.assistant import TurnFailed

    def broken(_situation: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(MOVES, "action_answer", broken)  # type: ignore[arg-type]
    with pytest.raises(TurnFailed, match="ZeroDivisionError"):
        await rasa_assistant.turn("dzień dobry", "ask_support", slots=SLOTS, state=None)
    monkeypatch.undo()
    turn = await rasa_assistant.turn("dzień dobry", "ask_support", slots=SLOTS, state=None)
    assert HOTLINE in turn.replies[0].text


async def test_nothing_of_a_dialogue_stays_in_the_assistant(rasa_assistant: Assistant) -> None:
    first = await rasa_assistant.turn("usuń", "delete_data", slots=SLOTS, state=None)
    other = await rasa_assistant.turn("tak", "affirm", slots=SLOTS, state=None)
    assert other.slots.get("wish") is None
    same = await rasa_assistant.turn("tak", "affirm", slots=SLOTS, state=first.state)
    assert same.slots["wish"] == "erase"


async def test_the_state_of_a_dialogue_stays_small_and_holds_no_words_of_the_person(rasa_assistant: Assistant) -> None:
    state, sizes = None, []
    for _ in range(40):
        turn = await rasa_assistant.turn(SECRET, "ask_support", slots=SLOTS, state=state)
        state = turn.state
        sizes.append(len(state))
    assert max(sizes[10:]) < 1.3 * sizes[6]
    assert "Tajemniczej" not in json.dumps(json.loads(state or ""), ensure_ascii=False)


async def test_peoples_words_are_not_printed_or_logged(
    rasa_assistant: Assistant, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        configure_logs("DEBUG")
        await rasa_assistant.understand(SECRET)
        await rasa_assistant.turn(SECRET, "ask_support", slots=SLOTS, state=None)
    out, err = capfd.readouterr()
    for place in (out, err, caplog.text):
        assert "Tajemniczej" not in place
        assert "Zofia" not in place


@pytest.mark.parametrize(
    "text", ["/restart", "/emergency", '/ask_human{"x": 1}', "/back", "/session_start", "  /affirm", "//deny"]
)
async def test_a_typed_command_is_text_like_any_other(rasa_assistant: Assistant, text: str) -> None:
    screening = await rasa_assistant.understand(text)
    assert screening.topic_confidence < 1.0
    assert screening.triage is Triage.NONE or screening.topic in TOPICS


@pytest.mark.parametrize("text", ["", " ", ".", "?", "🙏", "😀😀😀", "/", "112", "\ud800", "\x00"])
async def test_a_text_without_words_is_no_confident_nonsense(rasa_assistant: Assistant, text: str) -> None:
    screening = await rasa_assistant.understand(text)
    assert screening.triage is Triage.NONE
    assert screening.topic not in {"affirm", "deny"}
    assert screening.topic_confidence < 0.5


async def test_every_act_has_something_to_say_in_every_language(rasa_assistant: Assistant) -> None:
    acts = {*TOPICS, *BUTTON_ACTS.values(), *LEXICON_ACTS.values(), "nothing_said"}
    silent = []
    for language in LANGUAGES:
        for act in sorted(acts):
            turn = await rasa_assistant.turn("…", act, slots=SLOTS | {"language": language}, state=None)
            if not turn.replies or any(reply.language != language for reply in turn.replies):
                silent.append((language, act))
    assert silent == []


async def test_an_emergency_begins_with_both_numbers(rasa_assistant: Assistant) -> None:
    for form in ("text", "sms"):
        slots = SLOTS | {"triage": "emergency", "message_triage": "emergency", "handoff": "queued", "form": form}
        turn = await rasa_assistant.turn("…", "emergency", slots=slots, state=None)
        assert "112" in turn.replies[0].text[:160]
        assert HOTLINE in turn.replies[0].text


async def test_the_same_text_is_never_said_twice_in_a_row(rasa_assistant: Assistant) -> None:
    acts = {*TOPICS, *BUTTON_ACTS.values(), "nothing_said"}
    wrong = []
    for form in ("text", "sms"):
        for act in sorted(acts):
            state, said = None, []
            for _ in range(4):
                turn = await rasa_assistant.turn("…", act, slots=SLOTS | {"form": form}, state=state)
                state = turn.state
                said.append(turn.replies[0].text if turn.replies else "")
            if any(before == after for before, after in itertools.pairwise(said)) and act != "report_start":
                wrong.append((form, act))
    assert wrong == []


def test_a_missing_model_is_told_in_plain_words(tmp_path: Path) -> None:
    from bot.assistant import Assistant, ModelMissing

    with pytest.raises(ModelMissing, match="make train"):
        Assistant.load(tmp_path)
    (tmp_path / "broken.tar.gz").write_bytes(b"not a model")
    with pytest.raises(ModelMissing, match="make train"):
        Assistant.load(tmp_path)


def test_the_repairs_hold_for_the_installed_rasa_and_still_check_results(rasa_assistant: Assistant) -> None:
    import rasa
    from jsonschema import ValidationError
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.events import Event, SlotSet

    from bot import rasa_patches

    assert rasa.__version__ == rasa_patches.PATCHED_VERSION
    assert Event.resolve_by_type("slot") is SlotSet
    with pytest.raises(ValueError, match="Unknown event"):
        Event.resolve_by_type("no such event")
    action = RemoteAction("action_answer", None)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        action._validate_action_result({"events": "none"})


def test_the_repairs_refuse_another_rasa(monkeypatch: pytest.MonkeyPatch) -> None:
    import rasa

    from bot import rasa_patches

    monkeypatch.setattr(rasa, "__version__", "3.7.0")
    with pytest.raises(rasa_patches.RasaChanged, match=r"3\.7\.0"):
        rasa_patches.apply()


def test_using_a_component_that_needs_tensorflow_says_so() -> None:
    import tensorflow as tf

    with pytest.raises(RuntimeError, match="TensorFlow"):
        tf.constant([1.0])
    assert not tf.is_tensor(3)


async def test_what_is_told_in_the_middle_of_a_long_text_counts(rasa_assistant: Assistant) -> None:
    calm = "Dzień dobry, szukam informacji o pracy i mieszkaniu w Polsce. W zeszłym roku byłam z rodziną nad morzem. "
    told = "Mój szef zabrał mi paszport i zamyka mnie na noc w pokoju, nie wolno mi wychodzić. "
    screening = await rasa_assistant.understand(calm * 40 + told + calm * 40)
    assert screening.triage.needs_person
    assert Indicator.DOCUMENTS_TAKEN in screening.signs
    assert (await rasa_assistant.understand(calm * 20)).triage is Triage.NONE
