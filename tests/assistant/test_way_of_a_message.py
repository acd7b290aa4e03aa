"""The way of one message, function by function, as the architecture page tells it."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from bot.settings import PROJECT_ROOT
from tests.conversation.test_frontdoor import inbound
from tests.support import open_program

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

PAGE = PROJECT_ROOT / "docs" / "architecture.md"
QUESTION = "how much does it cost?"
LONGEST = 46  # functions; more are more to read for whoever looks for a mistake


def told() -> list[tuple[str, str]]:
    """Return the functions that the page names, in its order."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"“{QUESTION}”\n")
    return re.findall(r"^((?:bot|actions)/\S+\.py) +(\S+)", rest.partition("\n## ")[0], re.MULTILINE)


async def passed(folder: Path, assistant: Assistant) -> list[tuple[str, str]]:
    """Return the functions of the project that a question passes in an open conversation, in the order in which each is first called."""
    program = await open_program(folder, assistant)
    await program.frontdoor.receive(inbound("hello, what is this page?", number="1"))
    seen: dict[tuple[str, str], None] = {}

    def watch(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith((str(PROJECT_ROOT / "bot"), str(PROJECT_ROOT / "actions"))):
            seen.setdefault((Path(code.co_filename).relative_to(PROJECT_ROOT).as_posix(), code.co_qualname))

    threading.setprofile_all_threads(watch)
    try:
        outcome = await program.frontdoor.receive(inbound(QUESTION, number="2"))
    finally:
        threading.setprofile_all_threads(None)
        sys.setprofile(None)
    await program.database.close()  # not the assistant, which is every test's
    assert outcome.replies
    return list(seen)


def test_the_way_grows_no_longer_and_the_page_says_how_long_it_is() -> None:
    page = told()
    functions, modules = len(page), len({module for module, _ in page})
    assert functions <= LONGEST
    assert f"These are {functions} functions in {modules} modules" in PAGE.read_text(encoding="utf-8")


@pytest.mark.model
async def test_a_question_passes_the_functions_that_the_page_names(tmp_path: Path, rasa_assistant: Assistant) -> None:
    way, page = await passed(tmp_path, rasa_assistant), told()
    assert page
    assert [one for one in page if one not in way] == []
    assert sorted(page, key=way.index) == page
