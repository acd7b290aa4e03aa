"""An answer that lacks its entry, its words or a part of either is refused when the library is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.answers import Library, LibraryInvalid

ENTRY = "shelter_pet:\n  topic: ask_shelter\n  for: [victim]\n  facts: [N34]\n  asked: {pl: [czy mogę wziąć psa]}\n"
WORDS = "shelter_pet:\n  title: Pet\n  text: Ask at once.\n"


def library(root: Path, *, entry: str = ENTRY, pl: str = WORDS, en: str = WORDS) -> Library:
    for path, content in (("answers", entry), ("pl/answers/library", pl), ("en/answers/library", en)):
        (root / path).mkdir(parents=True, exist_ok=True)
        (root / path / "shelter.yml").write_text(content or "{}", encoding="utf-8")
    return Library.load(root)


def test_an_answer_with_entry_and_words_is_read(tmp_path: Path) -> None:
    assert library(tmp_path).answers["shelter_pet"].asked == {"pl": ("czy mogę wziąć psa",)}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"pl": ""}, "no text in pl/answers/library/shelter.yml"),
        ({"en": WORDS.replace("text", "txt")}, "no text in en/answers/library/shelter.yml"),
        ({"entry": ""}, "no entry for the words of shelter_pet"),
        ({"entry": ENTRY.replace("ask_shelter", "ask_pets")}, "not of the expected form"),
        ({"entry": ENTRY.replace("victim", "victm")}, "victm"),
        ({"entry": ENTRY.replace("asked", "aksed")}, "aksed"),
        ({"entry": ENTRY.replace("facts: [N34]", "facts: []")}, "facts"),
    ],
)
def test_what_was_left_out_is_told(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    with pytest.raises(LibraryInvalid, match=told):
        library(tmp_path, **changed)


@pytest.mark.parametrize(
    ("audience", "way", "told"),
    [
        (
            "",
            "Czy mogę  wziąć PSA?!",
            r"shelter_pet \(shelter.yml\) and dog_too \(shelter.yml\) are both asked for with “Czy mogę",
        ),
        ("  for: [relative, victim]\n", "czy mogę wziąć psa", "shelter_pet .* and dog_too .* are both asked for with"),
        ("  for: [relative]\n", "czy mogę wziąć psa", ""),
        ("", "czy mogę wziąć kota", ""),
    ],
)
def test_two_answers_that_the_same_people_may_be_told_are_not_asked_for_in_the_same_way(
    tmp_path: Path, audience: str, way: str, told: str
) -> None:
    other = f'dog_too:\n  topic: ask_shelter\n{audience}  facts: [N34]\n  asked: {{pl: ["{way}"]}}\n'
    words = WORDS + WORDS.replace("shelter_pet", "dog_too")
    if told:
        with pytest.raises(LibraryInvalid, match=told):
            library(tmp_path, entry=ENTRY + other, pl=words, en=words)
    else:
        assert "dog_too" in library(tmp_path, entry=ENTRY + other, pl=words, en=words)


def test_an_answer_may_have_a_way_of_asking_twice_and_another_language_the_same_words(tmp_path: Path) -> None:
    twice = ENTRY.replace("[czy mogę wziąć psa]", "[czy mogę wziąć psa, Czy mogę wziąć psa?]")
    other = "dog_too:\n  topic: ask_shelter\n  facts: [N34]\n  asked: {en: [czy mogę wziąć psa]}\n"
    words = WORDS + WORDS.replace("shelter_pet", "dog_too")
    assert "dog_too" in library(tmp_path, entry=twice + other, pl=words, en=words)


def test_a_part_of_the_library_leads_to_nothing_that_is_not_in_it() -> None:
    whole = Library.load()
    without = whole.only(name for name in whole.answers if name != "passport_back")
    assert whole.after.keys() == without.after.keys()
    assert any("passport_back" in needs for needs in whole.after.values())
    assert not any("passport_back" in needs for needs in (*without.after.values(), *without.told.values()))
    assert whole.with_answers([]).after == whole.after
