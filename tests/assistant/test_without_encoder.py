"""What is left when the sentence encoder cannot be loaded: n-grams, which understand less, and still answer and hand over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.messages import Triage
from bot.screening.encoder import EncoderUnavailable
from bot.settings import load_settings

pytestmark = pytest.mark.model


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from bot.assistant.components.encoder import shared_encoder
    from bot.screening.tuned import TunedEncoder

    def missing(_self: TunedEncoder, folder: Path = Path()) -> None:
        raise EncoderUnavailable(f"The files of the encoder are gone ({folder}).")

    shared_encoder.cache_clear()
    monkeypatch.setattr(TunedEncoder, "__init__", missing)
    yield
    shared_encoder.cache_clear()


@pytest.mark.usefixtures("no_encoder")
async def test_the_assistant_understands_by_n_grams_when_the_encoder_is_missing() -> None:
    from bot.assistant.assistant import Assistant

    assistant = Assistant.load(load_settings().model_dir)
    try:
        calm = await assistant.understand("dzień dobry, ile kosztuje rozmowa?")
        grave = await assistant.understand("szef zabrał mi paszport i zamyka nas na klucz, bije nas")
    finally:
        assistant.close()
    assert (calm.screening.language, calm.screening.triage) == ("pl", Triage.NONE)
    assert calm.commands.main_intent() != "danger"
    assert grave.screening.language == "pl"
    assert grave.screening.triage.needs_person
    assert grave.commands.any_of("tell:self", "danger:self")
