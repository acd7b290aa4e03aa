"""The texts that people read: complete, short where they must be, and with no fact of their own."""

import re
from pathlib import Path

import pytest

from bot.delivery.segments import plain, segments
from bot.dialogue.exact import BUTTONS
from bot.dialogue.tellings import shared_tellings
from bot.language.data import NLU_DATA
from bot.language.telling import preview, telling_words
from bot.language.wording import ANSWER, ASK_BUTTON, FORMS, Wording, WordingInvalid
from bot.messages import LANGUAGES

WORDING = Wording.load()
SMS_SEGMENTS = 3
BUTTON_CHARACTERS = 24
ASKING_CHARACTERS = 34  # of a button that asks for an answer of the library


def texts(form: str) -> list[tuple[str, str]]:
    return [(language, key) for language in LANGUAGES for key, forms in WORDING.texts[language].items() if form in forms]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_and_button_exists_in_every_language(language: str) -> None:
    assert [gap for gap in WORDING.gaps() if gap.language == language] == []


def test_the_forms_of_a_text_are_the_same_in_both_sources() -> None:
    # An answer has a form for SMS of its own only where its text tells too much at a glance, which depends on the language.
    own = {
        language: {
            key: set(forms) - ({"sms"} if key.startswith(ANSWER) else set()) for key, forms in WORDING.texts[language].items()
        }
        for language in ("pl", "en")
    }
    assert own["pl"] == own["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_states_a_number_that_is_not_in_the_facts(language: str) -> None:
    written = [
        (key, form, re.findall(r"[0-9٠-٩०-९]+", template))
        for key, forms in WORDING.texts[language].items()
        for form, template in forms.items()
        if re.search(r"[0-9٠-٩०-९]", template.replace("Alarm112", ""))
    ]
    assert written == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_sms_has_at_most_three_segments_and_the_number_in_the_first(language: str) -> None:
    long, late = [], []
    for key, forms in WORDING.texts[language].items():
        if "sms" not in forms:
            continue
        text = WORDING.text(key, language, form="sms")
        if (count := segments(plain(text, language))) > SMS_SEGMENTS:
            long.append((key, count, len(text)))
        # A reply of one or two segments is read whole; of a long one the first may be all that arrives.
        if (
            "{hotline}" in forms["sms"]
            and WORDING.facts["hotline"] not in text[:67]
            and count == SMS_SEGMENTS
            and not key.startswith(ANSWER)
        ):
            late.append(key)
    assert (long, late) == ([], [])


@pytest.mark.parametrize("language", sorted(telling_words()))
def test_the_first_line_of_an_sms_tells_nothing_to_somebody_who_glances(language: str) -> None:
    telling = [
        key
        for key, forms in WORDING.texts[language].items()
        if "sms" in forms and any(word in preview(WORDING.text(key, language, form="sms")) for word in telling_words()[language])
    ]
    assert telling == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiet_text_holds_no_number(language: str) -> None:
    assert [key for key, forms in WORDING.texts[language].items() if re.search(r"\{(?!_)|\d", forms.get("quiet", ""))] == []


@pytest.mark.parametrize("language", sorted(telling_words()))
def test_a_quiet_text_holds_no_telling_word(language: str) -> None:
    telling = [
        key
        for key, forms in WORDING.texts[language].items()
        if any(word in forms.get("quiet", "").lower() for word in telling_words()[language])
    ]
    assert telling == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_source(language: str) -> None:
    def own(template: str) -> set[str]:
        return set(re.findall(r"\{_\w+\}", template))

    differing = [
        (key, form)
        for key, forms in WORDING.texts["en"].items()
        for form, template in forms.items()
        if own(template) != own(WORDING.texts[language].get(key, {}).get(form, template))
    ]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_short_and_all_are_there(language: str) -> None:
    titles = WORDING.titles[language]
    assert [name for name in (*BUTTONS, *(f"lang_{code}" for code in LANGUAGES)) if name not in titles] == []
    longest = {name: ASKING_CHARACTERS if name.startswith(ASK_BUTTON) else BUTTON_CHARACTERS for name in titles}
    limits = f"a title has at most {BUTTON_CHARACTERS} characters, that of an answer's button {ASKING_CHARACTERS}"
    assert [(name, title, len(title)) for name, title in titles.items() if len(title) > longest[name]] == [], limits
    assert [(name, title) for name, title in titles.items() if "{" in title] == []


@pytest.mark.parametrize("without", ["pl", "en", "ka"])
def test_a_title_that_one_language_lacks_is_named_be_it_a_source(without: str) -> None:
    titles = {
        language: {name: title for name, title in own.items() if language != without or name != f"{ASK_BUTTON}passport_back"}
        for language, own in WORDING.titles.items()
    }
    changed = Wording(WORDING.texts, titles, WORDING.page, WORDING.facts)
    lacked_before = set(WORDING.gaps())
    new = [(gap.language, gap.key) for gap in changed.gaps() if gap not in lacked_before]
    assert new == [(without, f"button {ASK_BUTTON}passport_back")]
    said_instead = WORDING.titles["pl" if without == "en" else "en"][f"{ASK_BUTTON}passport_back"]
    assert changed.button(f"{ASK_BUTTON}passport_back", without).title == said_instead


def test_a_title_that_no_language_has_is_named_for_each_and_the_button_is_there_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "facts.yml").write_text("hotline: {value: '1'}\n")
    for language in LANGUAGES:
        folder = tmp_path / language / "answers" / "library"
        folder.mkdir(parents=True)
        (folder / "shelter.yml").write_text("shelter_pet: {text: Ask at once.}\n")
    wording = Wording.load(tmp_path)
    assert [(gap.language, gap.key) for gap in wording.gaps()] == [(language, "button ask_shelter_pet") for language in LANGUAGES]
    assert wording.button("ask_shelter_pet", "uk").title == "shelter_pet"
    with pytest.raises(KeyError):
        wording.button("ask_shelter_dog", "uk")


def test_a_number_stays_in_one_piece_in_right_to_left_text() -> None:
    text = WORDING.text("failure", "ar")
    assert "\u2066" + WORDING.facts["hotline"] + "\u2069" in text


def test_a_missing_quiet_text_is_replaced_by_a_neutral_one_never_by_a_telling_one() -> None:
    texts = {"en": {"x": {"text": "telling"}, "nothing_said": {"text": "I am here.", "quiet": "Here."}}}
    assert Wording(texts, {}, {}, {}).text("x", "en", form="quiet") == "Here."


def test_a_language_is_never_replaced_by_its_neighbour() -> None:
    texts = {"pl": {"x": {"text": "pl"}}, "en": {"x": {"text": "en"}}, "ru": {"x": {"text": "ru"}}}
    assert Wording(texts, {}, {}, {}).text("x", "uk") == "en"


def test_a_text_that_names_an_unknown_fact_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "facts.yml").write_bytes((NLU_DATA / "facts.yml").read_bytes())
    folder = tmp_path / "pl" / "answers"
    folder.mkdir(parents=True)
    (folder / "x.yml").write_text("greet:\n  text: 'call {hotlin}'\n")
    with pytest.raises(WordingInvalid, match="hotlin"):
        Wording.load(tmp_path)
    (folder / "x.yml").write_text("greet: just a text\n")
    with pytest.raises(WordingInvalid, match="greet"):
        Wording.load(tmp_path)


def test_there_are_five_forms() -> None:
    assert FORMS == ("text", "sms", "quiet", "again", "child")


# Of somebody's danger, by stem: a preview is seen by whoever lies beside the telephone.
DANGER = {
    "pl": ("niebezp", "zagroz"),
    "en": ("danger",),
    "uk": ("небезп", "загроз"),
    "ru": ("опасн", "угроз"),
    "be": ("небясп", "пагроз"),
    "ro": ("pericol",),
    "bg": ("опасн",),
    "es": ("peligr",),
    "vi": ("nguy hiem",),
    "ka": ("საფრთხ",),
    "tl": ("panganib",),
    "tr": ("tehlike",),
    "ar": ("خطر",),
    "hi": ("ख़तर",),
    "fr": ("danger",),
    "pt": ("perig",),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_line_of_an_sms_speaks_of_no_danger(language: str) -> None:
    assert language in DANGER, "how does a text name danger in this language? Its stems belong above."
    first = {key: preview(forms["sms"]) for key, forms in WORDING.texts[language].items() if "sms" in forms}
    assert [key for key, line in first.items() if any(re.search(rf"\b{word}", line) for word in DANGER[language])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_told_is_answered_by_sms_with_nothing_but_the_number_in_the_preview(language: str) -> None:
    keys = [kind.text for kind in shared_tellings().values()]
    assert [key for key in keys if WORDING.texts[language][key]["sms"].splitlines()[0].strip(".।") != "{hotline}"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_cannot_write_safely_gets_a_text_that_tells_nothing(language: str) -> None:
    forms = WORDING.texts[language]["not_safe_now"]
    assert not any("{" in text for text in forms.values())
    assert WORDING.text("not_safe_now", language, form="sms") == forms["text"]


BESIDE = [kind.beside for kind in shared_tellings().values() if not kind.alone]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_of_telling_has_its_words_and_what_endangers_somebody_names_112(language: str) -> None:
    texts, kinds = WORDING.texts[language], shared_tellings().values()
    assert [key for key in (*(kind.text for kind in kinds), *BESIDE) if not texts.get(key, {}).get("text")] == []
    named = (key for kind in kinds if kind.endangers for key in (kind.text, kind.beside))
    assert [key for key in named if "{emergency}" not in texts[key]["text"]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_words_beside_an_answer_are_few(language: str) -> None:
    assert [key for key in BESIDE if len(WORDING.text(key, language)) > 120] == []
