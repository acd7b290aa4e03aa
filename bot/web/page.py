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
NEUTRAL_PAGE: Final = "https://www.gov.pl/"  # an unpersonalised page that anybody may have open


def render_page(wording: Wording, language: str, assets: Assets) -> str:
    """Return the page in the language that people see until their browser's language is known."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("index.html").render(
        language=language,
        words=wording.page[language],
        page=wording.page,
        facts=wording.facts,
        hotline_link=wording.facts["hotline_abroad"].replace(" ", ""),
        noscript_languages=LANGUAGES,
        neutral_page=NEUTRAL_PAGE,
        file=assets.address,
    )


def render_words(wording: Wording) -> str:
    """Return the script that gives the page its words in all languages."""
    words = {
        language: {**wording.page[language], "name": wording.titles.get(language, {}).get(f"lang_{language}", language)}
        for language in LANGUAGES
        if wording.page.get(language)
    }
    return f"const WORDS = {json.dumps(words, ensure_ascii=False)};\n"
