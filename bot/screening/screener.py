"""The screener: one message in, one Screening out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import structlog

from bot.language.classes import SPEAKERS, ClassesDiffer
from bot.language.identification import LanguageIdentifier
from bot.language.normalise import readable, says_something, words
from bot.language.writing import written_in
from bot.messages import LANGUAGES, TOPICS, Screening, Speaker, Triage
from bot.screening.beside import GRAVE, HINT, raised_by, told_beside, told_beside_a_denial, topics_of
from bot.screening.clauses import Reading, read_clauses
from bot.screening.concepts import Concepts
from bot.screening.corrections import Memory
from bot.screening.encoder import Encoder, EncoderUnavailable, Encoding, NgramEncoder
from bot.screening.evidence import find_evidence
from bot.screening.heads import Heads, Likelihoods
from bot.screening.parts import parts, together
from bot.screening.second_opinion import NO_OPINION, SecondOpinions
from bot.screening.spelling import Spelling
from bot.screening.triage import STRONG, WorkingPoint, joined, judge, weighed_labels, weighed_signs
from bot.screening.tuned import TunedEncoder
from bot.screening.urgency import alarm_opinions, weighed_alarms

SURE_OF_A_SHORT_TEXT = 0.75
SHORT_WORDS = 3
CYRILLIC = "CYRILLIC"
TUNED, NGRAMS = "tuned", "ngrams"
_log = structlog.get_logger()


class ScreenerUnusable(Exception):
    """The trained screening model is missing, damaged or was trained for another version; the message says what to do."""


@dataclass(frozen=True)
class Estimate:
    """What is known of one message that says something, before thresholds decide."""

    language: str
    reading: Reading
    likelihoods: Likelihoods


@dataclass(frozen=True)
class ScreeningModel:
    """One encoder with everything that was learned about its vectors."""

    encoder: Encoder
    heads: Heads
    point: WorkingPoint
    memory: Memory
    concepts: Concepts
    spelling: Spelling = field(default_factory=Spelling)
    second: SecondOpinions | None = None

    def screen(self, text: str, language: str, encoding: Encoding | None) -> Screening:
        """Return what a readable text says, given its language and its encoding (None: it says nothing)."""
        if encoding is None:
            return Screening(language=language, triage=Triage.NONE)
        return self.screening(self.understand(text, language, encoding))

    def understand(self, text: str, language: str, encoding: Encoding) -> Estimate:
        """Return what heads, corrections and phrases say of a readable text."""
        reading = read_clauses(text, language, encoding, self.encoder)
        (whole,) = self.spelling.read([text], [language], [encoding], self.encoder)
        return Estimate(language, reading, self._likelihoods(text, reading, whole))

    def screening(self, understanding: Estimate) -> Screening:
        """Return what follows at the working point, for the whole and for what is told beside something else."""
        whole = self._at_working_point(understanding)
        if whole.triage.needs_person or len(understanding.reading.clauses) < 2:
            return whole
        topics = topics_of(understanding.reading, self.heads)
        denied_beside = [self._understand(clause) for clause in told_beside_a_denial(understanding.reading, topics)]
        told = [clause for clause in denied_beside if self._is_grave(clause)]
        if understanding.likelihoods.handoff >= HINT:
            told += [self._understand(part) for part in told_beside(understanding.reading, topics)]
        return raised_by(whole, [self._at_working_point(part) for part in told])

    def _is_grave(self, clause: Estimate) -> bool:
        strongest = float(clause.likelihoods.indicators[STRONG].max())
        return clause.likelihoods.handoff >= GRAVE and strongest >= self.point.indicator

    def _understand(self, reading: Reading) -> Estimate:
        return Estimate(reading.language, reading, self._likelihoods(reading.clauses[0], reading, reading.whole))

    def _at_working_point(self, understanding: Estimate) -> Screening:
        likelihoods = understanding.likelihoods
        best = int(np.argmax(likelihoods.topic))
        triage, indicators = judge(likelihoods, self.point, understanding.language)
        return Screening(
            language=understanding.language,
            triage=triage,
            indicators=find_evidence(understanding.reading, indicators, self.heads),
            speaker=Speaker(SPEAKERS[int(np.argmax(likelihoods.speaker))]),
            topic=TOPICS[best],
            topic_confidence=float(likelihoods.topic[best]),
            handoff=float(likelihoods.handoff),
        )

    def _likelihoods(self, text: str, reading: Reading, whole: Encoding) -> Likelihoods:
        loudest, point = reading.loudest(self.heads), self.point
        second, alarms = (NO_OPINION, None) if self.second is None else self.second.read(text, whole, reading)
        found = weighed_labels(self.heads.read(whole.vector), second, topics=point.topics, speakers=point.speakers)
        found = weighed_signs(joined(found, point.joint, second), loudest, point.signs, second)
        found = self.concepts.applied(text, found)
        if alarms is not None:
            found = weighed_alarms(found, alarm_opinions(found, loudest, alarms), point.urgent, point.dying)
        correction = self.memory.recall(self.heads.standardise(reading.whole.vector), point.nearness)
        return found if correction is None else correction.likelihoods(found, alone=len(reading.clauses) == 1)


@dataclass(frozen=True)
class Screener:
    """Understands messages with the best model that can be loaded."""

    model: ScreeningModel
    languages: LanguageIdentifier

    def screen(self, text: str, *, language_hint: str | None = None) -> Screening:
        """Return what a message says; `language_hint` is the conversation's language, kept when the text does not say."""
        whole = self._screen_at_once(text, language_hint)
        found = [self._screen_at_once(part, whole.language) for part in parts(text)]
        return together(whole, found) if found else whole

    def _screen_at_once(self, text: str, language_hint: str | None) -> Screening:
        text = readable(text)
        encoding = encode(text, self.model.encoder)
        language = name_language(self.languages, text, language_hint, encoding, self.model.heads)
        return self.model.screen(text, language, encoding)

    def understand(self, text: str) -> Estimate | None:
        """Return what thresholds decide on, for those who measure; None of a text that says nothing."""
        text = readable(text)
        encoding = encode(text, self.model.encoder)
        if encoding is None:
            return None
        return self.model.understand(text, name_language(self.languages, text, None, encoding, self.model.heads), encoding)


def encode(text: str, encoder: Encoder) -> Encoding | None:
    """Encode a readable text; None when it has no words."""
    return encode_all([text], encoder)[0]


def encode_all(texts: Sequence[str], encoder: Encoder) -> list[Encoding | None]:
    """Encode readable texts together; None for one that has no words."""
    telling = [number for number, text in enumerate(texts) if says_something(text) and words(text)]
    found = dict(zip(telling, encoder.read([texts[number] for number in telling]), strict=True))
    return [found.get(number) for number in range(len(texts))]


def name_language(
    languages: LanguageIdentifier,
    text: str,
    hint: str | None = None,
    encoding: Encoding | None = None,
    heads: Heads | None = None,
) -> str:
    """Return the language of a readable text; a short or neutral one keeps the conversation's, `hint`.

    Where the encoder has a language head, what that says counts as well.
    """
    seen = heads.language(encoding.vector) if heads is not None and encoding is not None else None
    guess = languages.identify(text, seen)
    if guess.language == "und":
        return hint or "und"
    if hint is not None and guess.language != hint:
        short = len(words(text)) < SHORT_WORDS
        if guess.confidence < (SURE_OF_A_SHORT_TEXT if short else 0.5):
            return hint
        if short and guess.language in LANGUAGES and (guess.language in written_in(CYRILLIC)) == (hint in written_in(CYRILLIC)):
            return hint  # "elo", "no", "доброго дня": one or two words of the same letters are everybody's
    return guess.language


def best_encoder() -> Encoder:
    """Return the tuned encoder; n-grams when it cannot be loaded, so that something is understood still."""
    try:
        return TunedEncoder()
    except EncoderUnavailable as error:
        _log.error("encoder_unavailable", reason=str(error))
        return NgramEncoder()


def load_languages(folder: Path) -> LanguageIdentifier:
    """Load the language identifier from a folder; raises ScreenerUnusable."""
    try:
        return LanguageIdentifier.load(folder)
    except ClassesDiffer as error:
        raise ScreenerUnusable(str(error)) from error
    except (OSError, ValueError, KeyError) as error:
        raise ScreenerUnusable(
            f"The language identifier in {folder} cannot be read ({type(error).__name__}). Train it again: make train."
        ) from error


def load_screening_model(folder: Path, encoder: Encoder | None = None) -> ScreeningModel:
    """Load what was trained for an encoder, or for the best one that can be loaded. Raises ScreenerUnusable."""
    encoder = encoder or best_encoder()
    own = folder / (TUNED if isinstance(encoder, TunedEncoder) else NGRAMS)
    try:
        heads = Heads.load(encoder.folder if isinstance(encoder, TunedEncoder) else own)
        point = WorkingPoint.load(own)
        if encoder.name == heads.encoder == point.encoder:
            tuned = isinstance(encoder, TunedEncoder)
            spelling, second = (Spelling.load(own), SecondOpinions.load(own, heads)) if tuned else (Spelling(), None)
            tempered = heads.tempered(point.temperatures)
            return ScreeningModel(encoder, tempered, point, Memory.load(own), Concepts.load(folder), spelling, second)
    except ClassesDiffer as error:
        raise ScreenerUnusable(str(error)) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ScreenerUnusable(
            f"The screening model in {folder} cannot be read ({type(error).__name__}). Train it again: make train."
        ) from error
    raise ScreenerUnusable(f"The screening model in {folder} was trained for another encoder. Train it again: make train.")
