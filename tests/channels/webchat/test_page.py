"""The web chat's page and its files, as a browser fetches them."""

import gzip
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import tree_sitter_javascript
from aiohttp.test_utils import TestClient, TestServer
from tree_sitter import Language, Node, Parser

from bot.channels.webchat.frontend.assets import FOLDER, Assets
from bot.channels.webchat.frontend.page import SCRIPT, SCRIPT_PARTS
from bot.messages import LANGUAGES
from bot.program import Program
from bot.server import application

Client = TestClient[Any, Any]
MOST = 16_000  # bytes over the wire, without headers, before the first message can be written
NOT_SERVED = "qaa"  # ISO 639-2 keeps qaa to qtz for local use: no language has them
MOST_IN_TWO = 16_800  # the same for a browser in a language that is not served, which gets the greeting and the words of two
SMALL = {"Accept-Encoding": "gzip"}


@pytest.fixture
async def client(program: Program) -> AsyncIterator[Client]:
    async with TestClient(TestServer(application(program)), auto_decompress=False) as client:
        yield client


async def fetched(client: Client, path: str, **headers: str) -> tuple[Any, bytes]:
    response = await client.get(path, headers=headers)
    assert response.status == 200, path
    return response.headers, await response.read()


async def files(client: Client, page: str = "/", **headers: str) -> list[str]:
    _, html = await fetched(client, page, **{"Accept-Encoding": "identity"}, **headers)
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', html.decode())


@pytest.mark.parametrize(
    ("page", "browser", "most"),
    [*((f"/?lang={language}", "", MOST) for language in LANGUAGES), ("/", NOT_SERVED, MOST_IN_TWO)],
    ids=[*LANGUAGES, "not served"],
)
async def test_the_page_and_its_files_are_small_over_the_wire_and_the_same_as_uncompressed(
    client: Client, page: str, browser: str, most: int
) -> None:
    own = {"Accept-Language": browser}
    total = 0
    for path in (page, *await files(client, page, **own)):
        headers, small = await fetched(client, path, **SMALL, **own)
        _, plain = await fetched(client, path, **{"Accept-Encoding": "identity"}, **own)
        assert headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in headers["Vary"]
        assert gzip.decompress(small) == plain
        total += len(small)
    assert total < most


@pytest.mark.parametrize(("browser", "greeted"), [("uk", ["uk"]), (f"{NOT_SERVED}-NP, qab;q=0.5", ["en", "pl"])])
async def test_the_page_comes_with_the_greeting_and_names_the_words_of_its_own_language_alone(
    client: Client, program: Program, browser: str, greeted: list[str]
) -> None:
    _, page = await fetched(client, "/", **{"Accept-Language": browser, "Accept-Encoding": "identity"})
    html = page.decode()
    for language in greeted:
        assert program.wording.text("greeting_page", language) in html
    assert re.findall(r'<script src="/static/words-(\w+)\.', html) == greeted
    assert re.findall(r'data-words="/static/words-(\w+)\.', html) == list(LANGUAGES)  # of the others the chooser knows where


async def test_files_are_kept_by_a_browser_for_good_and_the_page_never(client: Client) -> None:
    page, _ = await fetched(client, "/", **SMALL)
    assert page["Cache-Control"] == "no-store"
    names = await files(client)
    assert len(names) >= 5
    for path in names:
        headers, _ = await fetched(client, path, **SMALL)
        assert "immutable" in headers["Cache-Control"]
        assert headers["Content-Type"].partition(";")[0] in {"text/css", "text/javascript", "image/svg+xml"}
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_style_comes_without_comments_and_blanks_and_with_every_rule(client: Client) -> None:
    def told(style: str) -> str:
        return re.sub(r"/\*.*?\*/|\s|;(?=\s*\})", "", style, flags=re.DOTALL)

    for page, names in (("/", ("chat", "noscript")), ("/plain", ("chat", "plain"))):
        sent = [path for path in await files(client, page) if path.endswith(".css")]
        for path, name in zip(sent, names, strict=True):
            _, style = await fetched(client, path, **{"Accept-Encoding": "identity"})
            assert told(style.decode()) == told((FOLDER / f"{name}.css").read_text(encoding="utf-8"))
            assert not re.search(r"/\*|\n|[{};,:] |;\}", style.decode())


async def test_a_script_comes_without_comments_and_with_all_its_code(client: Client) -> None:
    parser = Parser(Language(tree_sitter_javascript.language()))

    def tokens(node: Node) -> list[bytes | None]:
        if node.type in {"string", "regex", "comment"} or not node.children:
            return [] if node.type == "comment" else [node.text]
        return [token for child in node.children for token in tokens(child)]

    written = {
        "chat": "".join((SCRIPT / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPT_PARTS),
        "leave": (FOLDER / "leave.js").read_text(encoding="utf-8"),
    }
    for path in await files(client):
        name = path.removeprefix("/static/").partition(".")[0]
        if not path.endswith(".js") or name not in written:
            continue
        _, script = await fetched(client, path, **{"Accept-Encoding": "identity"})
        assert tokens(parser.parse(script).root_node) == tokens(parser.parse(written.pop(name).encode()).root_node)
        assert b" // " not in script
        assert b"/* " not in script
    assert written == {}


async def test_a_file_of_another_content_has_another_address_and_an_old_address_is_gone(client: Client) -> None:
    first, second = (Assets({"words.js": text}).address("words.js") for text in ("one", "two"))
    assert first != second
    for path in (first, "/static/chat.js", "/static/..%2Fpage.py", "/words.js"):
        assert (await client.get(path)).status == 404
