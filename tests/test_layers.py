"""Imports point one way."""

import ast
from pathlib import Path

import pytest

BOT = Path(__file__).resolve().parents[1] / "bot"
RASA_MAY_BE_IMPORTED_IN = {"bot/assistant/assistant.py", "bot/assistant/rasa_patches.py", "bot/assistant"}
PROVIDERS_MAY_BE_IMPORTED_IN = {"bot/channels", "bot/commands"}
LOWER = {
    "bot/screening": (
        "bot.conversation.frontdoor",
        "bot.channels",
        "bot.console",
        "bot.handoff",
        "bot.storage",
        "bot.assistant",
        "bot.assistant.assistant",
    ),
    "bot/storage": (
        "bot.conversation.frontdoor",
        "bot.channels",
        "bot.console",
        "bot.handoff",
        "bot.assistant",
        "bot.assistant.assistant",
    ),
    "bot/messages.py": ("bot.",),
    "bot/settings.py": ("bot.",),
    "bot/delivery/channel_traits.py": ("bot.channels", "bot.storage", "bot.conversation.frontdoor", "bot.handoff", "bot.console"),
    "bot/dialogue/": (
        "bot.storage",
        "bot.conversation.frontdoor",
        "bot.conversation.decision",
        "bot.channels",
        "bot.console",
        "bot.assistant",
        "bot.assistant.assistant",
    ),
    "bot/conversation/frontdoor.py": ("bot.channels", "bot.console", "bot.assistant", "bot.assistant.assistant"),
    "bot/handoff": ("bot.channels", "bot.console", "bot.assistant", "bot.assistant.assistant"),
}

# The dialogue is pure: whatever it needs besides comes in as a value.
DIALOGUE_MAY_IMPORT = (
    "bot.dialogue",
    "bot.messages",
    "bot.language",
    "bot.screening",
    "bot.language.wording",
    "bot.language.times",
)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


MODULES = sorted(path for path in BOT.rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(BOT.parent).as_posix())
def test_a_module_imports_only_what_it_may(path: Path) -> None:
    name = path.relative_to(BOT.parent).as_posix()
    used = imports(path)
    if not any(name.startswith(place) for place in RASA_MAY_BE_IMPORTED_IN):
        assert not {module for module in used if module.partition(".")[0] in {"rasa", "rasa_sdk"}}
    if not any(name.startswith(place) for place in PROVIDERS_MAY_BE_IMPORTED_IN):
        assert not {module for module in used if module.partition(".")[0] in {"twilio", "telegram"}}
    if name.startswith("bot/dialogue/"):
        ours = {module for module in used if module.startswith("bot.")}
        assert not {
            module for module in ours if not f"{module}.".startswith(tuple(f"{allowed}." for allowed in DIALOGUE_MAY_IMPORT))
        }
    for place, forbidden in LOWER.items():
        if name.startswith(place):
            assert not {module for module in used if module.startswith(forbidden)}


def test_no_module_is_longer_than_one_idea() -> None:
    assert [path.name for path in MODULES if len(path.read_text().splitlines()) > 400] == []
