"""Renders the chat's page without scripts: everything that is on it, for each answer anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup, escape

from bot.channels.webchat.frontend.assets import Assets, Text
from bot.channels.webchat.frontend.page import FOLDER, NEUTRAL_PAGE, PLAIN
from bot.language.wording import Wording
from bot.language.writing import direction
from bot.messages import LANGUAGES, Button

NOW: Final = "now"  # the place in the page that is shown first after a form was sent
PageNote = Literal[
    "nothing_new",
    "send_again",
    "not_sent",
    "closed",
    "erased",
    "erase_question",
    "wait",
    "code_says",
    "code_wrong",
    "code_slow",
]
_NUMBER: Final = re.compile(r"(?:\+48[\s\u00a0])?\b\d{2,3}(?:[\s\u00a0]\d{2,3}){1,4}\b|\b112\b")
_NATIONAL, _INTERNATIONAL = 9, 11  # digits of a Polish number without and with 48 before it


@dataclass(frozen=True)
class Line:
    """One message as it is shown; `more` is the rest of it, on request, and `now` marks the one that is shown first."""

    author: str
    text: str
    language: str | None = None
    buttons: tuple[Button, ...] = ()
    more: str = ""
    now: bool = False


@dataclass(frozen=True)
class View:
    """What one answer shows, and what its form carries.

    `language` is empty for somebody whose own is not served. `draft` is what was written and not sent, `seen` the number of the last
    message that was shown, `code` a new code to come back with, or one that opened nothing.
    """

    token: str
    message_id: str
    language: str
    lines: Sequence[Line]
    begun: bool = False
    seen: int = 0
    draft: str = ""
    note: PageNote | None = None
    code: str = ""


class PlainPage:
    """The page, ready to be filled."""

    def __init__(self, wording: Wording, assets: Assets) -> None:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["with_numbers"] = with_numbers
        environment.filters["direction"] = direction
        self._template = environment.get_template("plain.html")
        self._wording = wording
        self._assets = assets

    def render(self, view: View, language: str) -> Text:
        """Return the page in a language."""
        wording = self._wording
        page = self._template.render(
            view=view,
            language=language,
            words=wording.page[language],
            names={code: wording.titles[language][f"lang_{code}"] for code in LANGUAGES},
            about={code: wording.page[code]["about"] for code in LANGUAGES},
            human=wording.button("human", language),
            facts=wording.facts,
            hotline_link=wording.facts["hotline_abroad"].replace(" ", ""),
            address=PLAIN,
            now=NOW,
            neutral_page=NEUTRAL_PAGE,
            site=urlsplit(NEUTRAL_PAGE).hostname,
            file=self._assets.address,
        )
        return Text.of(page.encode(), "text/html")


def with_numbers(text: str) -> Markup:
    """Return a text with its telephone numbers as links, so that a tap calls them."""
    parts, end = [], 0
    for found in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        number = f"+48{digits}" if len(digits) == _NATIONAL else f"+{digits}" if len(digits) == _INTERNATIONAL else digits
        parts += [escape(text[end : found.start()]), Markup('<a href="tel:{}" dir="ltr">{}</a>').format(number, found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
