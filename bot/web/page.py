"""Renders the web chat's page and its words, once at start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import jinja2

from bot.messages import LANGUAGES
from bot.web.assets import Assets
from bot.wording import Wording

FOLDER = Path(__file__).parent
PLAIN: Final = "/plain"  # the chat without scripts
NEUTRAL_PAGE: Final = "https://www.gov.pl/"  # an unpersonalised page that anybody may have open


# Words that stand in pages which have no script.
_WITHOUT_SCRIPT: Final = frozenset(
    {"plain_link", "check_new", "nothing_new", "change_language", "not_by_itself", "send_again", "closed", "wait"}
)


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
    """Return the script that gives the page its words in all languages."""
    words = {
        language: {
            **{name: word for name, word in wording.page[language].items() if name not in _WITHOUT_SCRIPT},
            "name": wording.titles.get(language, {}).get(f"lang_{language}", language),
        }
        for language in LANGUAGES
        if wording.page.get(language)
    }
    return f"const WORDS = {json.dumps(words, ensure_ascii=False)};\n"
