"""The optional translator, against a stand-in of its HTTP interface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.handoff.translator import LibreTranslate, TranslatorUnavailable, translator_of
from tests.support import settings_in


@pytest.fixture
async def server(aiohttp_server: Callable[..., Any]) -> tuple[str, list[dict[str, Any]]]:
    asked: list[dict[str, Any]] = []

    async def translate(request: web.Request) -> web.Response:
        body = await request.json()
        asked.append(body)
        if body["target"] == "xx":
            return web.json_response({"error": "xx is not supported"}, status=400)
        return web.json_response({"translatedText": f"[{body['q']}]"})

    app = web.Application()
    app.router.add_post("/translate", translate)
    running = await aiohttp_server(app)
    return str(running.make_url("/")), asked


async def test_it_asks_as_libretranslate_wants_to_be_asked(server: tuple[str, list[dict[str, Any]]]) -> None:
    url, asked = server
    assert await LibreTranslate(url, "secret").translate("Привіт", source="uk", target="pl") == "[Привіт]"
    assert asked == [{"q": "Привіт", "source": "uk", "target": "pl", "format": "text", "api_key": "secret"}]


async def test_a_language_that_it_does_not_know_and_a_server_that_is_gone_are_told(
    server: tuple[str, list[dict[str, Any]]],
) -> None:
    with pytest.raises(TranslatorUnavailable):
        await LibreTranslate(server[0]).translate("Привіт", source="uk", target="xx")
    with pytest.raises(TranslatorUnavailable):
        await LibreTranslate("http://127.0.0.1:9").translate("Привіт", source="uk", target="pl")


def test_without_the_setting_there_is_none(tmp_path: Path) -> None:
    assert translator_of(settings_in(tmp_path)) is None
    assert translator_of(settings_in(tmp_path, translator_url="http://127.0.0.1:5000")) is not None
