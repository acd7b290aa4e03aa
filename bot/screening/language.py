"""Which of the sixteen languages a message is written in.

Three witnesses: letters that only one language has, eldc (trained on native spelling), and a classifier over character n-grams
trained on this project's own messages, which knows what no published detector does: Ukrainian, Russian, Belarusian, Bulgarian,
Georgian, Hindi and Arabic in the Latin letters of chats.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.messages import LANGUAGES
from bot.screening.normalise import words
from bot.screening.romanise import romanised_variants

_FILE = "language.npz"
_FEATURES = 2**15
_AGREED = 0.8  # of the encoder's language head, from which on it and the n-grams together overrule eldc's foreign languages
_ONE_LANGUAGE_LETTERS = {
    "be": set("ўЎ"),
    "uk": set("їЇєЄґҐ"),
}
# e.g. ы occurs in Russian and Belarusian, never in Ukrainian or Bulgarian
_NOT_IN = {
    "uk": set("ыэёъўЫЭЁЪЎ"),
    "ru": set("іїєґўІЇЄҐЎ"),
    "be": set("иїєґщъИЇЄҐЩЪ"),
    "bg": set("ыэёіїєґўЫЭЁІЇЄҐЎ"),
}
_CYRILLIC = ("uk", "ru", "be", "bg")
_SINGLE_SCRIPT = {"GEORGIAN": "ka", "DEVANAGARI": "hi", "ARABIC": "ar"}
_OTHER_SCRIPTS = {
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "THAI": "th",
    "GREEK": "el",
    "HEBREW": "he",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "GURMUKHI": "pa",
    "SINHALA": "si",
    "ETHIOPIC": "am",
}

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Guess:
    """A language and how sure the identifier is; `und` with 0.0 when the text does not say."""

    language: str
    confidence: float


class LanguageIdentifier:
    """Names the language of a message."""

    def __init__(self, weights: Matrix, bias: Matrix) -> None:
        import eldc  # noqa: PLC0415 - a C extension, loaded once with the first identifier
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415

        self.weights = weights
        self.bias = bias
        self._hashing: Any = _hashing(HashingVectorizer)
        eldc.init()
        self._world: Any = eldc.instance()
        self._ours: Any = eldc.instance()
        self._ours.set_languages(list(LANGUAGES))
        self._cyrillic: Any = eldc.instance()
        self._cyrillic.set_languages(list(_CYRILLIC))

    def identify(self, text: str, seen: Matrix | None = None) -> Guess:
        """Return the language of a text; codes other than the sixteen for languages that are not served.

        `seen` is what an encoder's language head says, one likelihood for each of the sixteen: one more witness.
        """
        letters = [character for character in text if character.isalpha()]
        if not letters or not words(text):
            return Guess("und", 0.0)
        script = _main_script(letters)
        if script in _SINGLE_SCRIPT:
            return self._single_script(text, _SINGLE_SCRIPT[script])
        if script in _OTHER_SCRIPTS:
            return Guess(_OTHER_SCRIPTS[script], 0.9)
        likelihood = self._likelihoods(text)
        agreed = seen is not None and float(seen.max()) > _AGREED and int(seen.argmax()) == int(likelihood.argmax())
        if seen is not None:
            likelihood = np.asarray((likelihood + seen) / 2, dtype=np.float32)
        if script == "CYRILLIC":
            return _among(likelihood, self._candidates(letters), self._boost(self._cyrillic.detect(text)))
        foreign = self._foreign(text, likelihood)
        if foreign is not None and not agreed:
            return foreign
        latin = tuple(LANGUAGES)
        return _among(likelihood, latin, self._boost(self._ours.detect(text)))

    def _single_script(self, text: str, language: str) -> Guess:
        told = str(self._world.detect(text) or "")
        if language == "ar" and told in {"fa", "ur", "ps", "ckb", "ku"} and len(words(text)) >= 3:
            return Guess(told, 0.7)
        return Guess(language, 0.99)

    def _candidates(self, letters: Sequence[str]) -> tuple[str, ...]:
        seen = set(letters)
        for language, own in _ONE_LANGUAGE_LETTERS.items():
            if seen & own:
                return (language,)
        possible = tuple(language for language in _CYRILLIC if not seen & _NOT_IN[language])
        return possible or _CYRILLIC

    def _foreign(self, text: str, likelihood: Matrix) -> Guess | None:
        if len(words(text)) < 4:
            return None
        told = str(self._world.detect(text) or "")
        if told and told not in LANGUAGES and told != "und" and float(likelihood.max()) < 0.8:
            return Guess(told, 0.6)
        return None

    def _boost(self, told: Any) -> dict[str, float]:
        return {str(told): 0.5} if told else {}

    def _likelihoods(self, text: str) -> Matrix:
        features = self._hashing.transform([_shape(text)])
        logits = np.asarray(features @ self.weights.T + self.bias).ravel()
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the classifier to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        about = np.array(json.dumps({"languages": LANGUAGES}))
        np.savez_compressed(folder / _FILE, weights=self.weights.astype(np.float16), bias=self.bias, about=about)

    @classmethod
    def load(cls, folder: Path) -> LanguageIdentifier:
        """Read the classifier from a folder."""
        with np.load(folder / _FILE, allow_pickle=False) as data:
            return cls(data["weights"].astype(np.float32), data["bias"])


def train_language(texts: Sequence[str], languages: Sequence[str]) -> LanguageIdentifier:
    """Fit the n-gram classifier on messages and on variants of them without diacritics and in Latin letters."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - training only
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415

    samples: list[str] = []
    targets: list[int] = []
    for text, language in zip(texts, languages, strict=True):
        index = LANGUAGES.index(language)
        variants = [text, *romanised_variants(text, language)]
        bare = without_diacritics(text)
        if bare != text:
            variants.append(bare)
        tokens = text.split()
        if len(tokens) > 6:
            variants.append(" ".join(tokens[:3]))
            variants.append(" ".join(tokens[3:7]))
        samples.extend(_shape(variant) for variant in variants)
        targets.extend([index] * len(variants))
    features = _hashing(HashingVectorizer).transform(samples)
    model = SGDClassifier(loss="log_loss", alpha=3e-7, max_iter=12, tol=None, random_state=7, average=True)
    model.fit(features, np.array(targets))
    weights = np.zeros((len(LANGUAGES), _FEATURES), dtype=np.float32)
    bias = np.full(len(LANGUAGES), -30.0, dtype=np.float32)
    if len(model.classes_) == 2:
        weights[model.classes_[1]], bias[model.classes_[1]] = model.coef_[0], model.intercept_[0]
        weights[model.classes_[0]], bias[model.classes_[0]] = -model.coef_[0], -model.intercept_[0]
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return LanguageIdentifier(weights, bias)


def without_diacritics(text: str) -> str:
    """Return Latin text as people type it on a phone without their own letters; other scripts keep their marks."""
    text = text.translate(str.maketrans("łŁđĐıİøßæ", "lLdDiIosa"))
    bare: list[str] = []
    for mark in unicodedata.normalize("NFD", text):
        if "\u0300" <= mark <= "\u036f" and bare and bare[-1].isascii():
            continue
        bare.append(mark)
    return unicodedata.normalize("NFC", "".join(bare))


def _hashing(vectorizer: Any) -> Any:
    return vectorizer(analyzer="char_wb", ngram_range=(1, 5), n_features=_FEATURES, alternate_sign=False, norm="l2")


def _shape(text: str) -> str:
    return " ".join(words(text.lower())) or " "


def _main_script(letters: Sequence[str]) -> str:
    counts: dict[str, int] = {}
    for letter in letters:
        script = unicodedata.name(letter, "LATIN").partition(" ")[0]
        counts[script] = counts.get(script, 0) + 1
    return max(counts, key=lambda script: counts[script])


def _among(likelihood: Matrix, candidates: Sequence[str], boost: dict[str, float]) -> Guess:
    scores = {language: float(likelihood[LANGUAGES.index(language)]) + boost.get(language, 0.0) for language in candidates}
    best = max(scores, key=lambda language: scores[language])
    total = sum(scores.values())
    return Guess(best, scores[best] / total if total else 0.0)
