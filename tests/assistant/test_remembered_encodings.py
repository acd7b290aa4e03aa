"""What many people send alike, a button or a greeting, is read by the encoder once in a process; one's own words always anew."""

from __future__ import annotations

import pytest

from bot.screening.encoder import Encoder, Encoding

pytestmark = pytest.mark.model


class Counted:
    """An encoder that notes what it reads."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.width = encoder.name, encoder.width
        self.encoder = encoder
        self.seen: list[str] = []

    def read(self, texts: list[str]) -> list[Encoding]:
        self.seen += texts
        return self.encoder.read(texts)


@pytest.mark.parametrize("text", ["@yes", "@topic_help", "@ask_passport_back", "dzień dobry", "Dzień dobry!", "так"])
def test_a_button_or_a_listed_phrase_is_encoded_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read, encodings = _twice(text, monkeypatch)
    assert read == [text]
    assert encodings[0] is encodings[1]


@pytest.mark.parametrize("text", ["@anna_from_lodz", "mój szef zabrał mi paszport", "dzień dobry, szef zabrał mi paszport"])
def test_ones_own_words_are_encoded_anew_and_not_kept(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read, encodings = _twice(text, monkeypatch)
    assert read == [text, text]
    assert encodings[0] is not encodings[1]


def _twice(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[object]]:
    from rasa.shared.nlu.training_data.message import Message

    from bot.assistant.components import encoder as component

    counted = Counted(component.shared_encoder())
    monkeypatch.setattr(component, "shared_encoder", lambda: counted)
    messages = [Message({"text": text}) for _ in range(2)]
    featurizer = component.SentenceEncoder()
    for message in messages:
        featurizer.process([message])
    return counted.seen, [message.get(component.ENCODING) for message in messages]
