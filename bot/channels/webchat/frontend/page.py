"""Renders the web chat's page and its words, once at start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jinja2

from bot.channels.webchat.frontend.assets import Assets
from bot.conversation.notices import PAGE_BUTTONS
from bot.language.wording import Wording
from bot.language.writing import direction, other_codes
from bot.messages import LANGUAGES

FOLDER = Path(__file__).parent
PLAIN: Final = "/plain"  # the chat without scripts
SCRIPT: Final = FOLDER / "script"
SCRIPT_PARTS: Final = ("page", "lines", "view", "connection", "sending", "hearing", "returning", "start")
WITHOUT_SCRIPT: Final = frozenset(  # words of pages which have none
    {"plain_link", "check_new", "nothing_new", "change_language", "not_by_itself", "send_again", "closed", "wait"}
)
LATER: Final = frozenset(
    {
        *("gone", "try_again", "state_read", "program_writes", "person_writes", "close"),
        *("return_later", "code_label", "code_open", "code_wrong", "code_slow", "code_says"),
    }
)
NEUTRAL_PAGE: Final = "https://www.gov.pl/"  # an unpersonalised page that anybody may have open


def render_page(wording: Wording, language: str, asked: str | None, assets: Assets) -> str:
    """Return the page in a language; `asked` is the one that its address asks for, which holds for the page without scripts, too."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("index.html").render(
        language=language,
        words=wording.page[language],
        page=wording.page,
        facts=wording.facts,
        hotline_link=wording.facts["hotline_abroad"].replace(" ", ""),
        languages=LANGUAGES,
        names={code: wording.titles[code][f"lang_{code}"] for code in LANGUAGES},
        plain=f"{PLAIN}?lang={asked}" if asked else PLAIN,
        plain_address=PLAIN,
        neutral_page=NEUTRAL_PAGE,
        file=assets.address,
    )


def render_words(wording: Wording) -> str:
    """Return the script that gives the page the words it begins with in all languages, the greeting among them."""
    words = {language: _first(wording, language) for language in LANGUAGES if wording.page.get(language)}
    return f"const WORDS = {_compact(words)}, OTHER_CODES = {_compact(other_codes())};\n"


def render_later_words(wording: Wording) -> str:
    """Return the script that gives it the rest, which nobody needs before they have read the greeting."""
    words = {
        language: {name: wording.page[language][name] for name in LATER} | {"more": wording.text("greeting_more", language)}
        for language in LANGUAGES
        if wording.page.get(language)
    }
    return f"know({_compact(words)});\n"


def _first(wording: Wording, language: str) -> dict[str, object]:
    greeting = wording.reply("greeting_page", language, buttons=PAGE_BUTTONS)
    return {
        **{name: word for name, word in wording.page[language].items() if name not in WITHOUT_SCRIPT | LATER},
        "dir": direction(language),
        "name": wording.titles.get(language, {}).get(f"lang_{language}", language),
        "greeting": greeting.text,
        "choices": [[button.title, button.value] for button in greeting.buttons],
    }


def _compact(words: Mapping[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def render_script() -> str:
    """Return the page's script, its parts in order; comments and indents are for who reads it here."""
    return without_comments("".join((SCRIPT / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPT_PARTS))


def without_comments(script: str) -> str:
    """Return a script without lines of comment and without indents."""
    lines = (line.strip() for line in script.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
