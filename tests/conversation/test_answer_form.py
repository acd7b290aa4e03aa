"""What is asked of an answer that is written in the console is so of all answers of the files."""

from __future__ import annotations

from bot.conversation.answer_form import faults
from bot.dialogue.answers import Library
from bot.dialogue.backing import facts
from bot.dialogue.entry import TITLE, Entry
from bot.language.wording import ASK_BUTTON, Wording


def test_every_answer_of_the_files_could_be_published_in_the_console() -> None:
    library, wording, backing = Library.load(), Wording.load(), facts()
    found = {}
    for name, answer in library.answers.items():
        words = {
            language: {**texts[answer.text], TITLE: wording.titles[language][f"{ASK_BUTTON}{name}"]}
            for language, texts in wording.texts.items()
        }
        entry = Entry.of(answer, words, name="another_name")
        if told := faults(entry, library=library, numbers=wording.facts, facts=backing):
            found[name] = told
    assert found == {}
