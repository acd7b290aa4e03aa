"""Which of the served languages a message is written in.

Three witnesses: letters that only one language has, eldc (trained on native spelling), and a classifier over character n-grams
trained on this project's own messages, which knows what no published detector does: Ukrainian, Russian, Belarusian, Bulgarian,
Georgian, Hindi and Arabic in the Latin letters of chats. It also knows other languages in Latin letters: for eldc, romanised
Russian is Slovene or Croatian.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.classes import check_classes
from bot.language.data import NLU_DATA
from bot.language.ngrams import FEATURES, hashed
from bot.language.normalise import words
from bot.language.romanise import romanised_variants
from bot.language.writing import LATIN, romanised_languages, writings, written_in
from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES

LANGUAGE_FILE = "language.npz"
OTHER_LANGUAGES = NLU_DATA / "other_languages.yml"
_STROKES = str.maketrans("łŁđĐıİøßæ", "lLdDiIosa")  # letters that no mark makes
_MARKS_OF_LATIN = re.compile("(?<=[\x00-\x7f])[\u0300-\u036f]+")
_LITTLE = 1e-6
_FOREIGN = 0.5  # likelihood of the languages that are not served together, from which on a message is in one of them
_FEWEST_FOREIGN_WORDS = 3  # fewer say too little to turn somebody away from their language
_SURE = 0.9
_SINGLE = 0.99  # how sure letters are that only one of the languages served has
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
_Detect = Callable[[str], str | None]


@dataclass(frozen=True)
class Guess:
    """A language and how sure the identifier is; `und` with 0.0 when the text does not say."""

    language: str
    confidence: float


class LanguageIdentifier:
    """Names the language of a message."""

    def __init__(
        self, weights: Matrix, bias: Matrix, others: Sequence[str] = (), scripts: Mapping[str, str] | None = None
    ) -> None:
        """Take the classifier: one row of weights for each served language, then one for each of the `others`.

        `scripts` says of others in which script their messages were, if not in Latin letters.
        """
        import eldc  # noqa: PLC0415 - a C extension, loaded once with the first identifier

        # A message has some hundred of all the features: only theirs are read. In half precision, as they are stored.
        self._by_feature = np.ascontiguousarray(weights.T, dtype=np.float16)
        self.weights = self._by_feature.T
        self.bias = bias
        self.others = tuple(others)
        self.scripts = dict(scripts or {})
        eldc.init()
        self._world: Any = eldc.instance()
        self._ours = _eldc_for(eldc, LANGUAGES)
        served = {script: written_in(script) for script in {writing.script for writing in writings().values()}}
        self._by_script: dict[str, _Detect] = {
            script: _eldc_for(eldc, languages) for script, languages in served.items() if script != LATIN and len(languages) > 1
        }
        self._romanised = [LANGUAGES.index(code) for code in romanised_languages()]

    def identify(self, text: str, seen: Matrix | None = None) -> Guess:
        """Return the language of a text, also one that is not served.

        `seen` is what an encoder's language head says, one likelihood for each served language (NaN: it does not know the language): one
        more witness.
        """
        letters = [character for character in text if character.isalpha()]
        if not letters or not words(text):
            return Guess("und", 0.0)
        script = _main_script(letters)
        if script != LATIN and (served := written_in(script)):
            return self._in_script(text, script, _candidates(letters, served), seen)
        if script in _OTHER_SCRIPTS:
            return Guess(_OTHER_SCRIPTS[script], 0.9)
        every = self._likelihoods(text)
        likelihood, foreign = _shares(every)
        # eldc takes Ukrainian in Latin letters for Polish: where our own n-grams are sure of such writing, it is not asked.
        romanised = script == LATIN and max(float(likelihood[place]) for place in self._romanised) >= _SURE
        if foreign >= _FOREIGN and len(words(text)) >= _FEWEST_FOREIGN_WORDS:
            told = str(self._world.detect(text) or "")
            known = told and told != "und" and told not in LANGUAGES
            return Guess(told if known else self.others[int(every[len(LANGUAGES) :].argmax())], foreign)
        boost = {} if romanised else self._boost(self._ours(text))
        return _among(_with_witness(likelihood, seen), tuple(LANGUAGES), boost)

    def _in_script(self, text: str, script: str, candidates: Sequence[str], seen: Matrix | None) -> Guess:
        """Return the language of a text in letters that are not Latin, in which it may be one of the candidates."""
        several = script in self._by_script
        if several and len(candidates) == 1:
            return Guess(candidates[0], 1.0)  # letters that only one language has
        enough = len(words(text)) >= _FEWEST_FOREIGN_WORDS
        strangers = [code for code in self.others if self.scripts.get(code) == script]
        if not several and not strangers:
            return Guess(candidates[0], _SINGLE)
        every = self._likelihoods(text)
        if strangers and enough:
            names = (*LANGUAGES, *self.others)
            shares = {code: float(every[names.index(code)]) for code in (*candidates, *strangers)}
            best = max(strangers, key=lambda code: shares[code])
            foreign = sum(shares[code] for code in strangers) / max(sum(shares.values()), _LITTLE)
            if foreign >= _FOREIGN:
                return Guess(best, foreign)
            if not several:
                return Guess(candidates[0], min(1 - foreign, _SINGLE))
        if not several:
            return Guess(candidates[0], _SINGLE)
        boost = self._boost(self._by_script[script](text))
        return _among(_with_witness(_shares(every)[0], seen), candidates, boost)

    def _boost(self, told: str | None) -> dict[str, float]:
        return {str(told): 0.5} if told else {}

    def _likelihoods(self, text: str) -> Matrix:
        features, shares = hashed(_shape(text))
        logits = shares @ self._by_feature[features].astype(np.float32) + self.bias
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the classifier to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        about = np.array(json.dumps({"languages": LANGUAGES, "others": self.others, "scripts": self.scripts}))
        np.savez_compressed(folder / LANGUAGE_FILE, weights=self.weights.astype(np.float16), bias=self.bias, about=about)

    @classmethod
    def load(cls, folder: Path) -> LanguageIdentifier:
        """Read the classifier from a folder; raises ClassesDiffer when its languages are not this program's, in its order."""
        with np.load(folder / LANGUAGE_FILE, allow_pickle=False) as data:
            about = json.loads(str(data["about"]))
            check_classes({"language": about["languages"]}, ["language"], folder / LANGUAGE_FILE)
            return cls(data["weights"].astype(np.float32), data["bias"], about["others"], about.get("scripts"))


def read_other_languages(path: Path = OTHER_LANGUAGES) -> dict[str, list[str]]:
    """Return messages in languages that are not served, by ISO code."""
    return dict(read_values(path))


def train_language(
    texts: Sequence[str], languages: Sequence[str], others: Mapping[str, Sequence[str]] | None = None
) -> LanguageIdentifier:
    """Fit the n-gram classifier on messages, on variants of them without diacritics and in Latin letters, and on other languages'."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - training only
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
    rows = [hashed(sample) for sample in samples]
    ends = np.cumsum([0, *(len(row) for row, _ in rows)])
    parts = (np.concatenate([shares for _, shares in rows]), np.concatenate([row for row, _ in rows]), ends)
    features = csr_matrix(parts, shape=(len(samples), FEATURES))
    model = SGDClassifier(loss="log_loss", alpha=3e-7, max_iter=12, tol=None, random_state=7, average=True)
    model.fit(features, np.array(targets))
    weights = np.zeros((len(names), FEATURES), dtype=np.float32)
    bias = np.full(len(names), -30.0, dtype=np.float32)
    if len(model.classes_) == 2:
        weights[model.classes_[1]], bias[model.classes_[1]] = model.coef_[0], model.intercept_[0]
        weights[model.classes_[0]], bias[model.classes_[0]] = -model.coef_[0], -model.intercept_[0]
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    scripts = {name: script for name, listed in others.items() if (script := _script_of(listed)) != LATIN}
    return LanguageIdentifier(weights, bias, tuple(others), scripts)


def without_diacritics(text: str) -> str:
    """Return Latin text as people type it on a phone without their own letters; other scripts keep their marks."""
    if text.isascii():
        return text
    bare = _MARKS_OF_LATIN.sub("", unicodedata.normalize("NFD", text.translate(_STROKES)))
    return unicodedata.normalize("NFC", bare)


def _shape(text: str) -> str:
    return " ".join(words(text.lower())) or " "


def _main_script(letters: Sequence[str]) -> str:
    counts: dict[str, int] = {}
    for letter in letters:
        script = unicodedata.name(letter, "LATIN").partition(" ")[0]
        counts[script] = counts.get(script, 0) + 1
    return max(counts, key=lambda script: counts[script])


def _script_of(texts: Sequence[str]) -> str:
    return _main_script([character for text in texts for character in text if character.isalpha()])


def _candidates(letters: Sequence[str], served: Sequence[str]) -> Sequence[str]:
    """Return which of the languages of a script a text can be in, by the letters that it has."""
    seen, known = set(letters), writings()
    for language in served:
        if seen & set(known[language].own_letters):
            return (language,)
    return tuple(language for language in served if not seen & set(known[language].never)) or served


def _shares(every: Matrix) -> tuple[Matrix, float]:
    """Return the likelihoods of the languages served, among themselves, and of all others together."""
    foreign = float(every[len(LANGUAGES) :].sum())
    return np.asarray(every[: len(LANGUAGES)] / max(1 - foreign, _LITTLE), dtype=np.float32), foreign


def _with_witness(likelihood: Matrix, seen: Matrix | None) -> Matrix:
    if seen is None:
        return likelihood
    return np.asarray(np.where(np.isnan(seen), likelihood, (likelihood + seen) / 2), dtype=np.float32)


def _eldc_for(eldc: Any, languages: Sequence[str]) -> _Detect:
    """Return what eldc says among some languages, those left out that it does not know; nothing where it knows none of them."""
    known = [code for code in languages if code in eldc.LANGUAGES]
    if not known:  # an empty list would stand for all languages that it knows
        return lambda _text: None
    instance = eldc.instance()
    instance.set_languages(known)
    detect: _Detect = instance.detect
    return detect


def _among(likelihood: Matrix, candidates: Sequence[str], boost: dict[str, float]) -> Guess:
    scores = {language: float(likelihood[LANGUAGES.index(language)]) + boost.get(language, 0.0) for language in candidates}
    best = max(scores, key=lambda language: scores[language])
    total = sum(scores.values())
    return Guess(best, scores[best] / total if total else 0.0)
