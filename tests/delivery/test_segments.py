from __future__ import annotations

import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.segments import (
    GSM7_BASIC,
    GSM7_EXTENSION,
    MAX_SEGMENTS,
    alphabet,
    fit,
    plain,
    segments,
    sms_pieces,
    utf16_length,
)
from bot.language.wording import Wording
from bot.messages import LANGUAGES

NUMBERS = ["22 628 01 20", "+48 22 628 01 20", "112", "116 123", "800 12 12 12"]
# Texts as they come: words of many scripts, emoji of several code points, numbers, line ends.
FAMILY = "👨‍👩‍👧‍👦"
TEXTS = st.lists(
    st.one_of(
        st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12),
        st.sampled_from([*NUMBERS, FAMILY, "é", "ж́", "🇵🇱", "2️⃣", "हिन्दी", "\n", "\n\n", ". ", "zażółć", "помощь", "€", "{x}"]),
    ),
    max_size=60,
).map(" ".join)


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_every_piece_of_an_sms_fits_into_its_segments(text: str, language: str) -> None:
    for piece in sms_pieces(text, language, limit=1600):
        assert segments(piece) <= MAX_SEGMENTS
        assert len(piece) <= 1600


@given(TEXTS, st.integers(20, 200))
def test_cutting_loses_nothing_but_spaces_at_the_cuts(text: str, limit: int) -> None:
    pieces = fit(text, fits=lambda piece: utf16_length(piece) <= limit)
    assert squeezed("".join(pieces)) == squeezed(text)
    assert all(utf16_length(piece) <= limit for piece in pieces)


@given(TEXTS, st.integers(30, 120))
def test_no_cut_falls_inside_what_reads_as_one_character(text: str, limit: int) -> None:
    text = text.strip()
    if any(utf16_length(character) > limit for character in regex.findall(r"\X", text)):
        return  # somebody piled up hundreds of marks on one letter: it has to be cut
    pieces = fit(text, fits=lambda piece: utf16_length(piece) <= limit)
    ends = {0} | {found.end() for found in regex.finditer(r"\X", text)}
    at = 0
    for piece in pieces:
        at = text.index(piece, at) + len(piece)
        assert at in ends


@given(st.lists(st.sampled_from([*NUMBERS, "zadzwoń", "to", "Мова", "a"]), min_size=1, max_size=80), st.integers(40, 160))
def test_a_phone_number_is_never_divided(words: list[str], limit: int) -> None:
    text = ", ".join(words)
    pieces = fit(text, fits=lambda piece: utf16_length(piece) <= limit)
    for number in NUMBERS:
        # Commas keep the numbers of this text apart, so each stands whole in one piece as often as in the text.
        assert sum(regex.findall(r"\+?\d+(?: \d+)*", piece).count(number) for piece in pieces) == words.count(number)


@given(st.text(alphabet=sorted(GSM7_BASIC | GSM7_EXTENSION), max_size=400))
def test_segments_of_gsm_texts_agree_with_septets_when_nothing_is_escaped(text: str) -> None:
    assert alphabet(text) == "gsm7"
    septets = len(text) + sum(sign in GSM7_EXTENSION for sign in text)
    lowest = 1 if septets <= 160 else -(-septets // 153)
    assert lowest <= segments(text) <= lowest + 1
    if not any(sign in GSM7_EXTENSION for sign in text):
        assert segments(text) == lowest


def test_segments_are_counted_as_the_network_does() -> None:
    assert [segments("a" * 160), segments("a" * 161), segments("a" * 306), segments("a" * 307)] == [1, 2, 2, 3]
    assert [segments("ж" * 70), segments("ж" * 71), segments("ж" * 134), segments("ж" * 135)] == [1, 2, 2, 3]
    assert segments("a" * 152 + "€" + "a" * 152) == 3  # the euro's two septets do not part: the first segment stays one short
    assert segments("a" * 66 + "😀" + "ж" * 66) == 3  # nor do the halves of a surrogate pair


def test_polish_loses_its_marks_and_ukrainian_keeps_its_letters() -> None:
    assert plain("Zażółć „gęślą” jaźń…", "pl") == 'Zazolc "gesla" jazn...'
    assert plain("Допоможемо — 22 628 01 20", "uk") == "Допоможемо — 22 628 01 20"
    assert plain("Tiếng Việt", "vi") == "Tiếng Việt"
    assert plain("¿Dónde está la señora? ñ é ü", "es") == "¿Donde esta la señora? ñ é ü"


def test_typography_alone_never_doubles_the_price_of_a_text() -> None:
    assert alphabet(plain("It’s “safe” — call 112…", "en")) == "gsm7"


def test_a_text_with_an_emoji_keeps_its_letters_because_nothing_would_be_won() -> None:
    assert plain("Zażółć 🙏", "pl") == "Zażółć 🙏"


def test_a_cut_falls_between_sentences_where_it_can() -> None:
    text = "To jest pierwsze zdanie. To jest drugie zdanie. A to jest trzecie."
    assert fit(text, fits=lambda piece: len(piece) <= 50)[0] == "To jest pierwsze zdanie. To jest drugie zdanie."


def test_the_first_segment_of_every_sms_text_holds_the_number_it_begins_with() -> None:
    wording = Wording.load()
    number = wording.facts["hotline"]
    for language in LANGUAGES:
        for key, forms in wording.texts[language].items():
            if not forms.get("sms", "").startswith("{hotline}"):
                continue
            text = plain(wording.text(key, language, form="sms"), language)
            first = text[: 153 if alphabet(text) == "gsm7" else 67]
            assert number in first, (language, key)
