"""What is asked of an answer that is written in the console is so of all answers of the files."""

from __future__ import annotations

from bot.conversation.answer_form import Fault, faults
from bot.dialogue.answers import Answer, Library
from bot.dialogue.backing import facts
from bot.dialogue.entry import Entry
from bot.language.wording import ASK_BUTTON, TITLE, Wording


def test_every_answer_of_the_files_could_be_published_in_the_console() -> None:
    library, wording, backing = Library.load(), Wording.load(), facts()
    found = {}
    for name, answer in library.answers.items():
        if told := faults(as_entry(answer, wording), library=library, numbers=wording.facts, facts=backing):
            found[name] = told
    assert found == {}, "see docs/translating.md, “A new answer”; `detail` of a fault says how many are asked for or allowed"


def as_entry(answer: Answer, wording: Wording) -> Entry:
    """Return an answer of the files as it would be written in the console, in the languages that have its text."""
    titles = {language: wording.titles[language].get(f"{ASK_BUTTON}{answer.id}") for language in wording.texts}
    words = {
        language: {**texts[answer.text], **({TITLE: title} if (title := titles[language]) else {})}
        for language, texts in wording.texts.items()
        if answer.text in texts
    }
    return Entry.of(answer, words, name="another_name")


def test_a_missing_title_is_a_fault_and_a_language_without_the_text_is_none() -> None:
    library, wording = Library.load(), Wording.load()
    name = "passport_back"
    answer = library.answers[name]
    texts = {language: dict(own) for language, own in wording.texts.items()}
    titles = {language: dict(own) for language, own in wording.titles.items()}
    del texts["ka"][answer.text], titles["en"][f"{ASK_BUTTON}{name}"]
    changed = Wording(texts, titles, wording.page, wording.facts)
    told = faults(as_entry(answer, changed), library=library, numbers=wording.facts, facts=facts())
    assert told == [Fault("form_missing", "en", TITLE)]
