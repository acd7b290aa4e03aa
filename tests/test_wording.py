"""The texts that people read: complete, short where they must be, and with no fact of their own."""

import re
from pathlib import Path

import pytest

from bot.acts import BUTTON_ACTS
from bot.channels.segments import segments
from bot.messages import LANGUAGES, QUESTION_TOPICS
from bot.wording import FORMS, NLU_DATA, Wording, WordingInvalid

WORDING = Wording.load()
SMS_SEGMENTS = 3
BUTTON_CHARACTERS = 24
# Words that would tell somebody who glances at the screen what this is about, by stem.
TELLING = {
    "pl": ("handel", "handlu", "ofiar", "policj", "wyzysk"),
    "en": ("traffick", "victim", "police", "exploit", "hotline"),
    "uk": ("торгівл", "жертв", "поліці", "експлуат"),
    "ru": ("торговл", "жертв", "полици", "эксплуат"),
    "es": ("trata", "víctim", "victim", "policía", "policia", "explota"),
}


def texts(form: str) -> list[tuple[str, str]]:
    return [(language, key) for language in LANGUAGES for key, forms in WORDING.texts[language].items() if form in forms]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_and_button_exists_in_every_language(language: str) -> None:
    assert [gap for gap in WORDING.gaps() if gap.language == language] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_of_the_contract_has_an_answer_in_long_and_short(language: str) -> None:
    missing = [topic for topic in QUESTION_TOPICS for form in ("text", "sms") if not WORDING.has(topic, language, form)]  # type: ignore[arg-type]
    assert missing == []


def test_the_forms_of_a_text_are_the_same_in_both_sources() -> None:
    assert {key: set(forms) for key, forms in WORDING.texts["pl"].items()} == {
        key: set(forms) for key, forms in WORDING.texts["en"].items()
    }


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
        if segments(text) > SMS_SEGMENTS:
            long.append((key, segments(text), len(text)))
        if "{hotline}" in forms["sms"] and WORDING.facts["hotline"] not in text[:67]:
            late.append(key)
    assert (long, late) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sms_of_every_answer_has_the_number(language: str) -> None:
    without = [topic for topic in QUESTION_TOPICS if "{hotline}" not in WORDING.texts[language].get(topic, {}).get("sms", "")]
    assert without == []


@pytest.mark.parametrize("language", sorted(TELLING))
def test_the_first_line_of_an_sms_tells_nothing_to_somebody_who_glances(language: str) -> None:
    telling = [
        key
        for key, forms in WORDING.texts[language].items()
        if "sms" in forms
        and any(word in WORDING.text(key, language, form="sms").splitlines()[0].lower() for word in TELLING[language])
    ]
    assert telling == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiet_text_holds_no_number(language: str) -> None:
    assert [key for key, forms in WORDING.texts[language].items() if re.search(r"\{(?!_)|\d", forms.get("quiet", ""))] == []


@pytest.mark.parametrize("language", sorted(TELLING))
def test_a_quiet_text_holds_no_telling_word(language: str) -> None:
    telling = [
        key
        for key, forms in WORDING.texts[language].items()
        if any(word in forms.get("quiet", "").lower() for word in TELLING[language])
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
    assert [name for name in (*BUTTON_ACTS, *(f"lang_{code}" for code in LANGUAGES)) if name not in titles] == []
    assert [(name, title) for name, title in titles.items() if len(title) > BUTTON_CHARACTERS] == []


def test_a_number_stays_in_one_piece_in_right_to_left_text() -> None:
    text = WORDING.text("failure", "ar")
    assert "\u2066" + WORDING.facts["hotline"] + "\u2069" in text


def test_a_missing_quiet_text_is_replaced_by_a_neutral_one_never_by_a_telling_one() -> None:
    assert not WORDING.has("ask_police", "pl", "quiet")
    assert WORDING.text("ask_police", "pl", form="quiet") == WORDING.text("nothing_said", "pl", form="quiet")


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


def test_there_are_three_forms() -> None:
    assert FORMS == ("text", "sms", "quiet")


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
    first = {key: forms["sms"].splitlines()[0].lower() for key, forms in WORDING.texts[language].items() if "sms" in forms}
    assert [key for key, line in first.items() if any(word in line for word in DANGER[language])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_told_is_answered_by_sms_with_nothing_but_the_number_in_the_preview(language: str) -> None:
    keys = [key for key in WORDING.texts[language] if key.startswith("heard_")] + ["disclose_grave"]
    assert [key for key in keys if WORDING.texts[language][key]["sms"].splitlines()[0].strip(".।") != "{hotline}"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_cannot_write_safely_gets_a_text_that_tells_nothing(language: str) -> None:
    forms = WORDING.texts[language]["not_safe_now"]
    assert not any("{" in text for text in forms.values())
    assert WORDING.text("not_safe_now", language, form="sms") == forms["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_childrens_line_is_called_free_of_charge(language: str) -> None:
    text = WORDING.texts[language]["child_secret"]["text"]
    assert text.index("{child_line}") < text.rindex("{hotline}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_hiding_begins_here_and_names_the_button_that_leaves(language: str) -> None:
    text = WORDING.texts[language]["hide_tips"]["text"]
    assert WORDING.page[language]["leave"] in text
