"""The language of a message: what letters alone decide, and what the n-grams of a message cost."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from bot.messages import LANGUAGES
from bot.screening.language import Guess, LanguageIdentifier

FEATURES = 2**15


@pytest.fixture
def identifier() -> LanguageIdentifier:
    chance = np.random.default_rng(7)
    weights = chance.normal(size=(len(LANGUAGES) + 20, FEATURES)).astype(np.float32)
    return LanguageIdentifier(weights, np.zeros(len(weights), dtype=np.float32), tuple(f"x{number}" for number in range(20)))


def test_letters_that_only_one_language_has_decide_whatever_the_classifier_says(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("Мене звуть Олена, я їду до Кракова") == Guess("uk", 1.0)
    assert identifier.identify("Мяне клічуць Алеся, я еду ў Кракаў") == Guess("be", 1.0)


def test_a_message_reads_the_weights_of_its_own_features_only_and_says_what_the_whole_product_says(
    identifier: LanguageIdentifier,
) -> None:
    text = "they took my passport and i cannot leave this house"
    identifier.identify(text)
    tracemalloc.start()
    likelihoods = identifier._likelihoods(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < identifier.weights.nbytes / 4
    logits = np.asarray(identifier._hashing.transform([text]) @ identifier.weights.T).ravel()
    whole = np.exp(logits - logits.max())
    assert likelihoods == pytest.approx(whole / whole.sum(), rel=1e-5)
