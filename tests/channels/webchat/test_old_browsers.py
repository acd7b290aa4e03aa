"""The web chat's page in browsers of eight years ago: no syntax and no feature that Chrome 70, Safari 12 or Firefox 63 lack.

What is named here came later to one of the three (MDN, caniuse.com). tests/e2e/test_chat_page.py and
test_chat_leaving.py run the page without these features.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from bot.channels.webchat.frontend.assets import FOLDER
from bot.channels.webchat.frontend.page import render_script
from bot.channels.webchat.frontend.widget import render_widget
from bot.language.wording import Wording

PARSER = Parser(Language(tree_sitter_javascript.language()))
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")} | {
    "chat.js": render_script(),
    "widget.js": render_widget(Wording.load(), ["https://ngo.example"]),
}
STYLES = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.css")}

NEW_SYNTAX = {
    "optional_chain",  # Chrome 80
    "field_definition",  # Chrome 72
    "private_property_identifier",  # Chrome 74
    "class_static_block",
    "import",  # modules that are loaded later: Firefox 67
}
NEW_OPERATORS = {"??", "??=", "||=", "&&="}
NEW_NAMES = set(
    # of the language
    "globalThis matchAll fromEntries allSettled replaceAll at findLast structuredClone hasOwn toSorted toReversed"
    " WeakRef BigInt queueMicrotask"
    # of the page
    " replaceChildren requestSubmit showPopover inert randomUUID isIntersecting ResizeObserver IntersectionObserver checkVisibility"
    " scrollend part userActivation pipeThrough TextDecoderStream CompressionStream any throwIfAborted"
    " getAnimations adoptedStyleSheets visualViewport locks BroadcastChannel Sanitizer setHTML".split()
)
ASKED_FOR_FIRST = {"showModal": "if (confirmation.showModal)", "getReader": 'if (!("body" in Response.prototype))'}
NEW_IN_PATTERNS = re.compile(r"\(\?<|\\p\{|/[a-z]*[sdv][a-z]*$")  # looking behind, names of groups, classes of letters, flags
# Each would take its whole rule or line with it; what only makes things prettier may be missing (dvh, field-sizing, focus-visible).
NEW_STYLES = re.compile(
    r"\bgap:|\binset:|:is\(|:where\(|:has\(|@layer|@container|aspect-ratio|\bclamp\(|\bmin\(|\bmax\(|place-|rgb\([^),]+\s[^),]+/|"
    r"accent-color|\b(?:margin|padding)-(?:inline|block):|&\s"
)
# The sides of a line: Safari 12.1, and before it under a name of WebKit's own, which has to stand before the new one.
NEW_SIDES = re.compile(r"(?<!-)\b(?:margin|padding|border|inset)-(?:inline|block)-[a-z-]+:[^;}]+|\b(?:inline|block)-size:")
TWO_NAMES = re.compile(r"-webkit-(margin|padding|border)-(start|end): ([^;}]+); \1-inline-\2: \3(?=[;}])")


def nodes(script: str) -> Iterator[Node]:
    waiting = [PARSER.parse(script.encode()).root_node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def text(node: Node) -> str:
    return (node.text or b"").decode()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_written_in_what_old_browsers_read(name: str) -> None:
    found = list(nodes(SCRIPTS[name]))
    assert [text(node) for node in found if node.type == "ERROR" or node.is_missing] == []
    assert [text(node)[:60] for node in found if node.type in NEW_SYNTAX | NEW_OPERATORS] == []
    assert [text(node) for node in found if node.type == "number" and re.search("[_n]", text(node))] == []
    assert [text(node) for node in found if node.type == "regex" and NEW_IN_PATTERNS.search(text(node))] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_uses_nothing_that_old_browsers_lack_without_asking_first(name: str) -> None:
    script = SCRIPTS[name]
    names = {
        text(node)
        for node in nodes(script)
        if node.type in {"identifier", "property_identifier", "shorthand_property_identifier"}
    }
    assert names & NEW_NAMES == set()
    for feature, question in ASKED_FOR_FIRST.items():
        assert feature not in names or question in script


@pytest.mark.parametrize("name", STYLES)
def test_a_style_loses_nothing_that_matters_in_old_browsers(name: str) -> None:
    assert NEW_STYLES.findall(STYLES[name]) == []
    assert NEW_SIDES.findall(TWO_NAMES.sub("", STYLES[name])) == []


@pytest.mark.parametrize(
    "script",
    [
        "a?.b()",
        "a ?? b",
        "a ||= 1",
        "class A { #b = 1 }",
        "x = 1_000",
        "/(?<=a)b/.test(c)",
        "list.replaceChildren()",
        "list.at(-1)",
    ],
)
def test_what_is_too_new_is_found(script: str) -> None:
    found = list(nodes(script))
    names = {text(node) for node in found if node.type in {"identifier", "property_identifier"}}
    assert (
        names & NEW_NAMES
        or any(node.type in NEW_SYNTAX | NEW_OPERATORS for node in found)
        or any(node.type == "number" and "_" in text(node) for node in found)
        or any(node.type == "regex" and NEW_IN_PATTERNS.search(text(node)) for node in found)
    )
