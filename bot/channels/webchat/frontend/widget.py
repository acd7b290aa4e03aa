"""The widget: a script of at most 4 kB with which other sites, named in WIDGET_SITES, show the chat in a frame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from bot.channels.webchat.frontend.assets import Text, without_comments
from bot.channels.webchat.frontend.page import NEUTRAL_PAGE, SCRIPT
from bot.language.wording import Wording
from bot.language.writing import other_codes, right_to_left

SAID: Final = ("title", "close", "press_two", "press_one", "press_over")
FOR_AN_HOUR: Final = "public, max-age=3600"  # its address stands in other sites' pages, so it cannot name its content


def render_widget(wording: Wording, sites: Sequence[str]) -> str:
    """Return the script for the sites that may show the chat."""
    words = {language: [page[name] for name in SAID] for language, page in wording.page.items() if page}
    told = (sites, words, sorted(right_to_left()), other_codes(), NEUTRAL_PAGE)
    given = ",".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in told)
    return f"({without_comments((SCRIPT / 'widget.js').read_text(encoding='utf-8'))})({given});\n"


class Widget:
    """Serves the script, and says which sites may frame the page."""

    def __init__(self, wording: Wording, sites: Sequence[str]) -> None:
        self.sites = sites
        self.script = Text.of(render_widget(wording, sites).encode(), "text/javascript")

    @property
    def frame_ancestors(self) -> str:
        """Return the sites as a content policy names them."""
        return " ".join(self.sites) or "'none'"

    async def serve(self, request: web.Request) -> web.Response:
        """Send the script; without sites there is none."""
        if not self.sites:
            raise web.HTTPNotFound
        headers = {"Cache-Control": FOR_AN_HOUR, "Cross-Origin-Resource-Policy": "cross-origin"}
        return self.script.response(request, headers)
