"""Renders the web chat's page, with the greeting in it, and its words."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, Final

import jinja2

from bot.channels.webchat.frontend.assets import Assets, without_comments
from bot.channels.webchat.frontend.languages import FALLBACK
from bot.conversation.notices import PAGE_BUTTONS
from bot.language.wording import Wording
from bot.language.writing import direction
from bot.messages import LANGUAGES, Reply

FOLDER = Path(__file__).parent
PLAIN: Final = "/plain"  # the chat without scripts
SCRIPT: Final = FOLDER / "script"
SCRIPT_PARTS: Final = ("page", "lines", "view", "connection", "sending", "hearing", "returning", "start")
WITHOUT_SCRIPT: Final = frozenset(  # words of pages which have none
    {"plain_link", "check_new", "nothing_new", "change_language", "not_by_itself", "send_again", "closed", "wait"}
)
LEAVING: Final = ("press_two", "press_one", "press_over", "loading")  # said by a script that waits for no other
NEUTRAL_PAGE: Final = "https://www.gov.pl/"  # an unpersonalised page that anybody may have open


def render_page(wording: Wording, wished: str | None, asked: str | None, assets: Assets) -> str:
    """Return the page with the greeting in it: in the wished language, or in two for somebody whose own is not served.

    `asked` is the language that the address asks for, which holds for the page without scripts, too.
    """
    greeted = (wished,) if wished is not None else FALLBACK
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["direction"] = direction
    environment.globals["more"] = partial(wording.text, "greeting_more")
    return environment.get_template("index.html").render(
        wished=wished,
        language=greeted[0],
        words=wording.page[greeted[0]],
        leaving=LEAVING,
        greetings=[_greeting(wording, language) for language in greeted],
        greeted=greeted,
        page=wording.page,
        facts=wording.facts,
        hotline_link=wording.facts["hotline_abroad"].replace(" ", ""),
        languages=LANGUAGES,
        names={code: wording.titles[code][f"lang_{code}"] for code in LANGUAGES},
        words_of=words_of,
        plain=f"{PLAIN}?lang={asked}" if asked else PLAIN,
        plain_address=PLAIN,
        neutral_page=NEUTRAL_PAGE,
        file=assets.address,
    )


def words_of(language: str) -> str:
    """Return the name of the script that brings a language's words."""
    return f"words-{language}.js"


def render_words(wording: Wording) -> dict[str, str]:
    """Return the scripts that bring the page's words, one for each language: a page fetches those that somebody reads."""
    return {
        words_of(language): f"var WORDS = self.WORDS || {{}};\nWORDS.{language} = {_compact(_words(wording, language))};\n"
        for language in LANGUAGES
    }


def _words(wording: Wording, language: str) -> dict[str, Any]:
    greeting = _greeting(wording, language)
    return {
        **{name: word for name, word in wording.page[language].items() if name not in WITHOUT_SCRIPT},
        "dir": direction(language),
        "name": wording.titles[language][f"lang_{language}"],
        "greeting": greeting.text,
        "choices": [[button.title, button.value] for button in greeting.buttons],
        "more": wording.text("greeting_more", language),
    }


def _greeting(wording: Wording, language: str) -> Reply:
    return wording.reply("greeting_page", language, buttons=PAGE_BUTTONS)


def _compact(words: dict[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def render_script() -> str:
    """Return the page's script, its parts in order; comments and indents are for who reads it here."""
    return without_comments("".join((SCRIPT / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPT_PARTS))
