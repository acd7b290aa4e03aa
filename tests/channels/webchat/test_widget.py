"""The chat on another site: which sites may have it, and how little it weighs before it is opened."""

from pathlib import Path

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from bot.server import application
from bot.settings import Settings
from tests.support import PlainAssistant, open_program

SITES = "https://www.ngo.example, https://ngo.example:8443"
MOST = 4000  # bytes over the wire before the chat is opened, headers included


async def fetched(folder: Path, path: str, **settings: str) -> ClientResponse:
    program = await open_program(folder, PlainAssistant(), **settings)
    async with TestClient(TestServer(application(program)), auto_decompress=False) as client:
        response = await client.get(path, headers={"Accept-Encoding": "gzip"})
        await response.read()
    await program.close()
    return response


async def test_no_site_may_show_the_chat_unless_the_operator_names_it(tmp_path: Path) -> None:
    page = await fetched(tmp_path, "/")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert (await fetched(tmp_path, "/widget.js")).status == 404


async def test_the_sites_that_are_named_may_and_the_console_never(tmp_path: Path) -> None:
    page = await fetched(tmp_path, "/", widget_sites=SITES)
    assert "frame-ancestors https://www.ngo.example https://ngo.example:8443" in page.headers["Content-Security-Policy"]
    console = await fetched(tmp_path, "/console/login", widget_sites=SITES)
    assert "frame-ancestors 'none'" in console.headers["Content-Security-Policy"]


async def test_the_widget_is_light_and_its_answer_holds_nothing_of_anybody(tmp_path: Path) -> None:
    widget = await fetched(tmp_path, "/widget.js", widget_sites=SITES)
    assert (
        int(widget.headers["Content-Length"]) + sum(len(f"{name}: {value}\r\n") for name, value in widget.headers.items()) <= MOST
    )
    assert widget.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert widget.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in widget.headers


@pytest.mark.parametrize("sites", ["ngo.example", "https://ngo.example/chat", "http://ngo.example", "*", "https://a b"])
def test_a_site_that_could_not_be_meant_is_refused_at_the_start(sites: str) -> None:
    with pytest.raises(ValueError, match="sites look like"):
        Settings(_env_file=None, widget_sites=sites)  # type: ignore[call-arg]
