"""The screener: one message in, one Screening out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.messages import LANGUAGES, TOPICS, Screening, Speaker, Triage
from bot.screening.concepts import Concepts
from bot.screening.corrections import Memory
from bot.screening.encoder import Encoder, EncoderUnavailable, Encoding, NgramEncoder
from bot.screening.evidence import find_evidence
from bot.screening.heads import SPEAKERS, Heads, Likelihoods, Matrix
from bot.screening.language import LanguageIdentifier
from bot.screening.normalise import readable, says_something, words
from bot.screening.triage import WorkingPoint, joined, judge
from bot.screening.tuned import TunedEncoder

SURE_OF_A_SHORT_TEXT = 0.75
SHORT_WORDS = 3
BRAINS = "brains.json"
TUNED, NGRAMS = "tuned", "ngrams"


class ScreenerUnusable(Exception):
    """The trained screening model is missing, damaged or was trained for another version; the message says what to do."""


@dataclass(frozen=True)
class Brain:
    """One encoder with everything that was learned about its vectors."""

    encoder: Encoder
    heads: Heads
    point: WorkingPoint
    memory: Memory

    def read(self, encoding: Encoding) -> Likelihoods:
        """Return what the heads together, or a correction, say of one message."""
        likelihoods = self.heads.read(encoding.vector)
        correction = self.memory.recall(self.heads.standardise(encoding.vector), self.point.nearness)
        return joined(likelihoods, self.point.joint) if correction is None else correction.likelihoods(likelihoods)


class Screener:
    """Understands messages with the best brain that can be loaded."""

    def __init__(self, brain: Brain, languages: LanguageIdentifier, concepts: Concepts) -> None:
        self.brain = brain
        self.languages = languages
        self.concepts = concepts

    def screen(self, text: str, *, language_hint: str | None = None) -> Screening:
        """Return what a message says; `language_hint` is the conversation's language, kept when the text does not say."""
        text = readable(text)
        if not says_something(text) or not words(text):
            return Screening(language=self.language(text, language_hint), triage=Triage.NONE)
        encoding = self.brain.encoder.read([text])[0]
        likelihoods = self.concepts.applied(text, self.brain.read(encoding))
        triage, indicators = judge(likelihoods, self.brain.point)
        best = int(np.argmax(likelihoods.topic))
        return Screening(
            language=self.language(text, language_hint, likelihoods.language),
            triage=triage,
            indicators=find_evidence(text, indicators, self.brain.heads, self.brain.encoder, encoding),
            speaker=Speaker(SPEAKERS[int(np.argmax(likelihoods.speaker))]),
            topic=TOPICS[best],
            topic_confidence=float(likelihoods.topic[best]),
        )

    def language(self, text: str, hint: str | None = None, seen: Matrix | None = None) -> str:
        """Return the language of a text; a short or neutral one keeps the conversation's.

        `seen` is what the encoder's language head says of it, where it was asked.
        """
        guess = self.languages.identify(readable(text), seen)
        if guess.language == "und":
            return hint or "und"
        if hint is not None and guess.language != hint:
            short = len(words(text)) < SHORT_WORDS
            if guess.confidence < (SURE_OF_A_SHORT_TEXT if short else 0.5):
                return hint
            if short and guess.language in LANGUAGES and guess.confidence < 0.95:
                return hint
        return guess.language


def load_encoder(brain: str) -> Encoder:
    """Return the encoder of a brain; raises EncoderUnavailable."""
    return TunedEncoder() if brain == TUNED else NgramEncoder()


def load_screener(folder: Path) -> Screener:
    """Load a screening model; falls back to n-grams when its sentence encoder cannot be loaded. Raises ScreenerUnusable."""
    try:
        languages = LanguageIdentifier.load(folder / "language")
        concepts = Concepts.load(folder)
        for brain in json.loads((folder / BRAINS).read_text()):
            try:
                encoder = load_encoder(brain)
            except EncoderUnavailable:
                continue
            return Screener(load_brain(folder / brain, encoder), languages, concepts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ScreenerUnusable(
            f"The screening model in {folder} cannot be read ({type(error).__name__}). Train it again: make train."
        ) from error
    raise ScreenerUnusable(f"No encoder of the screening model in {folder} can be loaded. Install again: make install.")


def load_brain(folder: Path, encoder: Encoder) -> Brain:
    """Return an encoder with what was trained for it; raises ScreenerUnusable when that was trained for another one."""
    heads = Heads.load(encoder.folder if isinstance(encoder, TunedEncoder) else folder)
    point = WorkingPoint.load(folder)
    if not encoder.name == heads.encoder == point.encoder:
        raise ScreenerUnusable(f"The screening model in {folder} was trained for another encoder. Train it again: make train.")
    return Brain(encoder, heads.tempered(point.temperatures), point, Memory.load(folder))
