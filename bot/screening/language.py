"""Which of the sixteen languages a message is written in.

Three witnesses: letters that only one language has, eldc (trained on native spelling), and a classifier over character n-grams
trained on this project's own messages, which knows what no published detector does: Ukrainian, Russian, Belarusian, Bulgarian,
Georgian, Hindi and Arabic in the Latin letters of chats. It also knows other languages in Latin letters: for eldc, romanised
Russian is Slovene or Croatian.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.messages import LANGUAGES
from bot.screening.heads import check_classes
from bot.screening.normalise import words
from bot.screening.romanise import romanised_variants
from bot.screening.rows import NLU_DATA

LANGUAGE_FILE = "language.npz"
OTHER_LANGUAGES = NLU_DATA / "other_languages.yml"
_LITTLE = 1e-6
_FEATURES = 2**15
_FOREIGN = 0.5  # likelihood of the languages that are not served together, from which on a message is in one of them
_FEWEST_FOREIGN_WORDS = 3  # fewer say too little to turn somebody away from their language
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
_OTHER_LETTERS = ("uk", "ru", "be", "bg", "ka", "ar", "hi")  # languages that are in Latin letters only in chats
_SURE = 0.9
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

    def __init__(self, weights: Matrix, bias: Matrix, others: Sequence[str] = ()) -> None:
        """Take the classifier: one row of weights for each of the sixteen, then one for each of the `others`."""
        import eldc  # noqa: PLC0415 - a C extension, loaded once with the first identifier
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415

        self._by_feature = np.ascontiguousarray(weights.T)  # a message has some hundred of all the features: only theirs are read
        self.weights = self._by_feature.T
        self.bias = bias
        self.others = tuple(others)
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
        if script == "CYRILLIC" and len(candidates := self._candidates(letters)) == 1:
            return Guess(candidates[0], 1.0)  # letters that only one language has
        every = self._likelihoods(text)
        likelihood, others = every[: len(LANGUAGES)], every[len(LANGUAGES) :]
        foreign = float(others.sum())
        likelihood = np.asarray(likelihood / max(1 - foreign, _LITTLE), dtype=np.float32)
        # eldc takes Ukrainian in Latin letters for Polish: where our own n-grams are sure of such writing, it is not asked.
        romanised = script == "LATIN" and max(float(likelihood[LANGUAGES.index(code)]) for code in _OTHER_LETTERS) >= _SURE
        if seen is not None:
            likelihood = np.asarray((likelihood + seen) / 2, dtype=np.float32)
        if script == "CYRILLIC":
            return _among(likelihood, candidates, self._boost(self._cyrillic.detect(text)))
        if foreign >= _FOREIGN and len(words(text)) >= _FEWEST_FOREIGN_WORDS:
            told = str(self._world.detect(text) or "")
            known = told and told != "und" and told not in LANGUAGES
            return Guess(told if known else self.others[int(others.argmax())], foreign)
        return _among(likelihood, tuple(LANGUAGES), {} if romanised else self._boost(self._ours.detect(text)))

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

    def _boost(self, told: Any) -> dict[str, float]:
        return {str(told): 0.5} if told else {}

    def _likelihoods(self, text: str) -> Matrix:
        features = self._hashing.transform([_shape(text)])
        logits = features.data @ self._by_feature[features.indices] + self.bias
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the classifier to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        about = np.array(json.dumps({"languages": LANGUAGES, "others": self.others}))
        np.savez_compressed(folder / LANGUAGE_FILE, weights=self.weights.astype(np.float16), bias=self.bias, about=about)

    @classmethod
    def load(cls, folder: Path) -> LanguageIdentifier:
        """Read the classifier from a folder; raises ClassesDiffer when its languages are not this program's, in its order."""
        with np.load(folder / LANGUAGE_FILE, allow_pickle=False) as data:
            about = json.loads(str(data["about"]))
            check_classes({"language": about["languages"]}, ["language"], folder / LANGUAGE_FILE)
            return cls(data["weights"].astype(np.float32), data["bias"], about["others"])


def read_other_languages(path: Path = OTHER_LANGUAGES) -> dict[str, list[str]]:
    """Return messages in languages that are not served, by ISO code."""
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def train_language(
    texts: Sequence[str], languages: Sequence[str], others: Mapping[str, Sequence[str]] | None = None
) -> LanguageIdentifier:
    """Fit the n-gram classifier on messages, on variants of them without diacritics and in Latin letters, and on other languages'."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - training only
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415

    others = others or {}
    names = (*LANGUAGES, *others)
    told = [*zip(texts, languages, strict=True), *((text, name) for name, listed in others.items() for text in listed)]
    samples: list[str] = []
    targets: list[int] = []
    for text, language in told:
        index = names.index(language)
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
    weights = np.zeros((len(names), _FEATURES), dtype=np.float32)
    bias = np.full(len(names), -30.0, dtype=np.float32)
    if len(model.classes_) == 2:
        weights[model.classes_[1]], bias[model.classes_[1]] = model.coef_[0], model.intercept_[0]
        weights[model.classes_[0]], bias[model.classes_[0]] = -model.coef_[0], -model.intercept_[0]
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return LanguageIdentifier(weights, bias, tuple(others))


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
