"""The language of a message: what letters alone decide, and what the n-grams of a message cost."""

from __future__ import annotations

import tracemalloc
import warnings
from pathlib import Path

import eldc
import numpy as np
import pytest

from bot.language.identification import Guess, LanguageIdentifier, _eldc_for, read_other_languages, train_language
from bot.language.ngrams import FEATURES, hashed
from bot.messages import LANGUAGES
from bot.screening.rows import read_rows, training_files

UNKNOWN = "qaa"  # no language: ISO 639-2 keeps it for local use
# None of these stands in nlu_data/other_languages.yml.
STRANGERS = {
    "ne": (
        "उनीहरूले मलाई भान्सामा मात्रै काम लगाउँछन्",
        "मेरी छोरी चार दिनदेखि सम्पर्कमा छैन",
        "मलाई यो जागिर छोड्न दिँदैनन्",
        "म गर्भवती छु र डर लागिरहेको छ",
    ),
    "mr": (
        "मला स्वयंपाकघरातच काम करायला लावतात",
        "मला ही नोकरी सोडू देत नाहीत",
    ),
}
HINDI = (
    "मुझसे सिर्फ़ रसोई का काम करवाते हैं",
    "मेरी बेटी चार दिन से फ़ोन नहीं उठा रही",
    "दरवाज़े पर ताला लगाकर चले जाते हैं",
    "मेरा वीज़ा नकली निकला",
)

WRITTEN_LIKE_ARABIC = {
    "fa": (
        "سلام من در لهستان کار می‌کنم و پاسپورتم را گرفته‌اند",
        "صاحب کار سه ماه است پول نداده",
        "آیا پلیس من را به افغانستان برمیگرداند",
        "خیلی میترسم شب ها در را قفل میکنند",
    ),
    "ur": (
        "میرا پاسپورٹ مالک نے رکھ لیا ہے اور تنخواہ نہیں دیتا",
        "کیا میں کسی انسان سے بات کر سکتا ہوں",
        "پولیس مجھے واپس بھیج دے گی کیا",
        "وہ رات کو دروازہ بند کر دیتے ہیں",
    ),
    "ps": (
        "زما پاسپورټ يې اخیستی دی او پیسې نه راکوي",
        "زه په پولنډ کې کار کوم او وېرېږم",
    ),
    "ckb": (
        "پاسپۆرتەکەم لای خاوەن کارەکەیە و پارەم ناداتێ",
        "شەوان دەرگاکە دادەخەن و ناهێڵن بچینە دەرەوە",
    ),
}
DIALECTS = Path(__file__).with_name("arabic_dialects.txt")  # a hundred messages of which none was learned


@pytest.fixture
def identifier() -> LanguageIdentifier:
    chance = np.random.default_rng(7)
    weights = chance.normal(size=(len(LANGUAGES) + 20, FEATURES)).astype(np.float32)
    return LanguageIdentifier(weights, np.zeros(len(weights), dtype=np.float32), tuple(f"x{number}" for number in range(20)))


def test_letters_that_only_one_language_has_decide_whatever_the_classifier_says(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("Мене звуть Олена, я їду до Кракова") == Guess("uk", 1.0)
    assert identifier.identify("Мяне клічуць Алеся, я еду ў Кракаў") == Guess("be", 1.0)


@pytest.mark.parametrize("served", [("pl", UNKNOWN), (UNKNOWN,)])
def test_eldc_is_asked_among_the_languages_that_it_knows_and_says_nothing_where_it_knows_none(served: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # eldc warns of a code that it does not know
        detect = _eldc_for(eldc, served)
    assert detect("they took my passport and i cannot leave this house") in {"pl", None}
    assert detect("zabrali mi paszport i nie mogę stąd wyjść") == ("pl" if "pl" in served else None)


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
    every = np.zeros(FEATURES)
    features, shares = hashed(text)
    every[features] = shares
    logits = identifier.weights @ every
    whole = np.exp(logits - logits.max())
    assert likelihoods == pytest.approx(whole / whole.sum(), rel=1e-5)


def test_nepali_and_marathi_are_not_taken_for_hindi_and_hindi_stays_hindi() -> None:
    hindi = [row.text for row in read_rows(training_files()) if row.language == "hi"]
    others = {code: texts for code, texts in read_other_languages().items() if code in STRANGERS}
    identifier = train_language(hindi[::2], ["hi"] * len(hindi[::2]), others)
    told = [identifier.identify(text).language for code in others for text in STRANGERS[code]]
    assert sum(language != "hi" for language in told) >= len(told) - 1
    assert [identifier.identify(text).language for text in HINDI] == ["hi"] * len(HINDI)


def test_no_dialect_of_arabic_is_taken_for_a_language_in_its_letters_and_those_are_told_apart() -> None:
    arabic = [row.text for row in read_rows(training_files()) if row.language == "ar"]
    others = {code: texts for code, texts in read_other_languages().items() if code in WRITTEN_LIKE_ARABIC}
    identifier = train_language(arabic, ["ar"] * len(arabic), others)
    dialects = DIALECTS.read_text(encoding="utf-8").splitlines()
    assert [text for text in dialects if identifier.identify(text).language != "ar"] == []
    told = [identifier.identify(text).language for code in others for text in WRITTEN_LIKE_ARABIC[code]]
    assert sum(language != "ar" for language in told) >= len(told) - 1
