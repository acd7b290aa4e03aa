"""What the README's pictures of the web chat show in words: it is kept beside them, so that a picture of earlier words is noticed."""

from __future__ import annotations

from bot.conversation.notices import PAGE_BUTTONS
from bot.language.wording import Wording

AT_FIRST = (
    "danger_now",
    "erase",
    "leave",
    "about",
    "have_code",
    "your_message",
    "send",
)  # the page's own words before anything is said


def words_of_the_picture(wording: Wording, language: str) -> str:
    """Return the words that a picture of the page shows in a language: numbers, greeting, choices, and the page's own."""
    greeting = wording.reply("greeting_page", language, buttons=PAGE_BUTTONS)
    numbers = [wording.facts["hotline"], wording.facts["emergency"]]
    own = [wording.page[language][name] for name in AT_FIRST]
    return "\n".join([*numbers, greeting.text, *(button.title for button in greeting.buttons), *own]) + "\n"
