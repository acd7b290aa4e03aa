"""The way of one message, function by function, as the architecture page tells it: what the page leaves out is found by walking it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.conversation.frontdoor import FrontDoor
from bot.screening.tuned import TunedEncoder
from bot.settings import PROJECT_ROOT
from tests.assistant.passing import Function, Passed, watched
from tests.conversation.test_frontdoor import inbound
from tests.support import open_program

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

PAGE = PROJECT_ROOT / "docs" / "architecture.md"
QUESTION = "how much does it cost?"
LONGEST = 66  # functions; more are more to read for whoever looks for a mistake
MOST = 450  # functions, with all that those on the way call
LEADING = ("bot/conversation/", "bot/assistant/", "actions/")  # the packages that lead a message; the others are asked


def section() -> tuple[str, str]:
    """Return what the page says of the way, and of what is beside it."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"“{QUESTION}”\n")
    way, _, beside = rest.partition("\n## ")[0].partition("\n#### Beside the way\n")
    return way, beside


def functions_in(text: str) -> list[Function]:
    """Return the functions that a text lists, in its order."""
    return re.findall(r"^((?:bot|actions)/\S+\.py) +(\S+)", text, re.MULTILINE)


def modules_in(text: str) -> set[str]:
    """Return the modules that a table lists."""
    rows = re.findall(r"^\| `(\S+/)` \| (.+) \|$", text, re.MULTILINE)
    return {f"{package}{name}.py" for package, names in rows for name in re.findall(r"`(\w+)`", names)}


async def passed(folder: Path, assistant: Assistant) -> Passed:
    """Return what a question passes in an open conversation."""
    program = await open_program(folder, assistant)
    await program.frontdoor.receive(inbound("hello, what is this page?", number="1"))
    with watched() as seen:
        outcome = await program.frontdoor.receive(inbound(QUESTION, number="2"))
    await program.database.close()  # not the assistant, which is every test's
    assert outcome.replies
    return seen


def unwritten(seen: Passed) -> list[str]:
    """Return what was passed and is not on the page: on the way, or beside it by another module."""
    way, beside = section()
    named = {*functions_in(way), *functions_in(beside)}
    modules = {module for module, _ in named} | modules_in(beside)
    steps = [*seen.way_to(set(functions_in(way))), *seen.entered(LEADING)]
    lacking = [f"{module} {name}" for module, name in dict.fromkeys(steps) if (module, name) not in named]
    return lacking + sorted({module for module, _ in seen.above} - modules)


def test_the_way_grows_no_longer_and_the_page_says_how_long_it_is() -> None:
    page = functions_in(section()[0])
    assert len(page) <= LONGEST
    said = PAGE.read_text(encoding="utf-8")
    assert f"These are {len(page)} functions in {len({module for module, _ in page})} modules" in said
    assert f"fewer than {MOST} functions" in said


def test_the_page_names_no_module_that_is_gone() -> None:
    assert [module for module in sorted(modules_in(section()[1])) if not (PROJECT_ROOT / module).exists()] == []


@pytest.mark.model
async def test_a_question_passes_the_functions_that_the_page_names_in_its_order_and_no_others(
    tmp_path: Path, rasa_assistant: Assistant
) -> None:
    seen, page = await passed(tmp_path, rasa_assistant), functions_in(section()[0])
    assert unwritten(seen) == []
    assert seen.way_to(set(page)) == page
    assert [function for text in section() for function in functions_in(text) if function not in seen.above] == []
    assert len(seen.above) < MOST


@pytest.mark.model
@pytest.mark.parametrize(
    ("owner", "name", "waits"), [(FrontDoor, "_keep", True), (TunedEncoder, "read", False)], ids=["in the loop", "in a thread"]
)
async def test_a_step_that_nobody_wrote_down_is_found(
    tmp_path: Path, rasa_assistant: Assistant, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, waits: bool
) -> None:
    module = "bot/conversation/passed_on.py"
    made: dict[str, Any] = {"before": getattr(owner, name)}
    source = f"{'async ' if waits else ''}def passed_on(*a, **k):\n    return {'await ' if waits else ''}before(*a, **k)\n"
    exec(compile(source, str(PROJECT_ROOT / module), "exec"), made)  # as if somebody had added the module
    step: Callable[..., Any] = made["passed_on"]
    monkeypatch.setattr(owner, name, step)
    assert unwritten(await passed(tmp_path, rasa_assistant)) == [f"{module} passed_on", module]
