"""What each package may import. `python -m tests.layers` draws it into docs/architecture.md."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
BOT: Final = ROOT / "bot"
PAGE: Final = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- made by `python -m tests.layers`: begin -->\n", "<!-- made by `python -m tests.layers`: end -->\n"

# From the ground up: what a package may import stands above it. `channels.telegram` is a folder in `channels`, whose own row is of
# the modules beside such folders; the last rows are single modules that put the others together.
MAY_IMPORT: Final[dict[str, str]] = {
    "messages": "",
    "settings": "",
    "language": "messages",
    "screening": "messages language",
    "dialogue": "messages language screening",
    "learning": "messages language screening dialogue",
    "storage": "messages settings screening",
    "actions": "messages language dialogue",
    "http": "storage",
    "runtime": "settings storage",
    "assistant": "messages settings language screening dialogue learning actions runtime",
    "handoff": "messages settings language storage http runtime",
    "alarms": "messages settings language storage http runtime handoff",
    "delivery": "messages language dialogue storage runtime handoff",
    "conversation": "messages language screening dialogue storage runtime handoff delivery",
    "program": "messages settings language screening dialogue storage runtime assistant handoff alarms conversation",
    "channels.provider": "settings delivery program",
    "channels.telegram": "messages settings language storage http runtime delivery program channels.provider",
    "channels.twilio": "messages settings language storage http runtime alarms delivery program channels.provider",
    "channels.webchat": "messages settings language storage http runtime delivery conversation program",
    "console": "messages language screening dialogue storage http runtime handoff alarms delivery conversation program",
    "operations": "messages settings language storage runtime delivery conversation program",
    "api": "messages language storage http handoff conversation program console",
    "channels": (
        "settings storage runtime assistant alarms delivery program channels.provider channels.telegram channels.twilio "
        "channels.webchat operations"
    ),
    "server": "settings storage http runtime assistant handoff alarms program channels.webchat console operations api channels",
    "commands": (
        "messages settings language screening dialogue learning storage runtime assistant handoff alarms delivery conversation "
        "program channels.telegram console operations api channels server"
    ),
    "__main__": "settings language screening dialogue storage http runtime operations commands",
}

SINGLE_MODULES: Final = frozenset({"messages", "settings", "program", "server", "__main__"})
EVERYBODY_USES: Final = frozenset({"messages", "settings"})


def _modules() -> Iterator[tuple[str, Path]]:
    for folder in (BOT, ROOT / "actions"):
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


MODULES: Final = dict(_modules())


def package_of(module: str) -> str:
    """Return the row of the table that a module belongs to."""
    top, *parts = module.split(".")
    if top != "bot" or not parts:
        return top
    if parts[0] == "channels" and len(parts) > 1 and (BOT / "channels" / parts[1]).is_dir():
        return f"channels.{parts[1]}"
    return parts[0]


def imports(path: Path) -> set[str]:
    """Return what a module imports, wherever in it: modules by their own name, everything else by its module's and its own."""
    return imported(path.read_text(encoding="utf-8"), path.relative_to(ROOT).parent.parts)


def imported(source: str, folder: Sequence[str]) -> set[str]:
    """Return what a source imports that stands in a folder of the project, from which its relative imports (`from ..`) are counted."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = folder[: len(folder) + 1 - node.level] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def arrows() -> dict[str, set[str]]:
    """Return which package imports which."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module, path in MODULES.items():
        package = package_of(module)
        found[package] |= {package_of(used) for used in imports(path) if used.partition(".")[0] in {"bot", "actions"}} - {package}
    return {package: packages for package, packages in found.items() if package != "bot"}


def may_import(package: str) -> str:
    """Return the sentence that a package's `__init__` ends with."""
    names = [f"`{name}`" for name in MAY_IMPORT[package].split()]
    if not names:
        return "It imports no other package."
    return f"It may import {', '.join(names[:-1])} and {names[-1]}." if names[1:] else f"It may import {names[0]}."


def _reached(package: str) -> set[str]:
    direct = set(MAY_IMPORT[package].split())
    return direct.union(*map(_reached, direct))


def drawing() -> str:
    """Return the picture and the list of the packages, as Markdown."""
    lines = ["```mermaid", "flowchart TD"]
    for package in MAY_IMPORT:
        if package in EVERYBODY_USES or package == "__main__":
            continue
        direct = set(MAY_IMPORT[package].split()) - EVERYBODY_USES
        plain = [name for name in MAY_IMPORT if name in direct and not any(name in _reached(other) for other in direct - {name})]
        lines.append(f'  {package.replace(".", "_")}["{package.replace(".", "/")}"]')
        lines += [f"  {package.replace('.', '_')} --> {name.replace('.', '_')}" for name in plain]
    lines += ["```", "", "| package | what it is for |", "|---|---|"]
    for package in MAY_IMPORT:
        if package not in SINGLE_MODULES and package != "actions":
            said = (
                ast.get_docstring(ast.parse((BOT / Path(*package.split(".")) / "__init__.py").read_text(encoding="utf-8"))) or ""
            )
            lines.append(f"| `bot/{package.replace('.', '/')}/` | {' '.join(said.rpartition('\n\n')[0].split())} |")
    return "\n".join(lines) + "\n"


def drawn(page: str) -> str:
    """Return a page with the picture in its place."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{drawing()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
