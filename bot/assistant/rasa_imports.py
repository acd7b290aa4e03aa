"""Imports Rasa without what this program never asks of it: its messengers, its web server, its scheduler and its sparse features.

Each module of Rasa imports all that it might need, be it for one command of its own, or to annotate a function. Here the package of its
messengers is entered without them, some modules are loaded when something of them is asked for, and of others only the names stand there
while Rasa is imported. Whoever uses one of them later finds the real one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any, Final

CHANNELS: Final = "rasa.core.channels"  # a package that imports every messenger
# What the rest of Rasa takes from it.
OF_CHANNELS: Final = ("InputChannel", "OutputChannel", "UserMessage", "CollectingOutputChannel")
# Loaded with the first attribute that is asked for: calls from and to servers, the command line, reminders, tests, graphs in parallel.
LATER: Final = frozenset({"jwt", "requests", "rasa.cli.utils", "rasa.core.jobs", "rasa.core.test", "dask"})
# Only annotations name these.
NAMED: Final[Mapping[str, Sequence[str]]] = {
    "sanic": ("Sanic", "Blueprint"),
    "sanic.request": ("Request",),
    "scipy.sparse": ("spmatrix",),
}


@contextmanager
def without_unused() -> Iterator[None]:
    """Let what is imported in the block come without what is unused; what was imported before stays as it is."""
    finder = _WithoutUnused()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.named:
            package, _, attribute = name.rpartition(".")
            del sys.modules[name]
            with suppress(KeyError, AttributeError):
                delattr(sys.modules[package], attribute)


class _WithoutUnused(MetaPathFinder):
    """Answers for the modules of the tables above, before anybody else is asked."""

    def __init__(self) -> None:
        self.named: list[str] = []

    def find_spec(self, name: str, path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Return how a module is loaded here, None where it is loaded as usual."""
        if name in NAMED:
            self.named.append(name)
            return ModuleSpec(name, _Names(NAMED[name]), is_package=True)
        if name not in {CHANNELS, *LATER}:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        spec.loader = _WithoutMessengers(spec.loader) if name == CHANNELS else LazyLoader(spec.loader)
        return spec


class _Names(Loader):
    """Makes a module of empty classes."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def exec_module(self, module: ModuleType) -> None:
        """Put the classes into it."""
        for name in self._names:
            setattr(module, name, type(name, (), {"__module__": module.__name__}))


class _WithoutMessengers(Loader):
    """Fills the package with what every messenger needs, and with the messengers when one of them is asked for."""

    def __init__(self, whole: Loader) -> None:
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        """Put the names of the one module into the package, and look for others when they are asked for."""

        def with_messengers(name: str) -> Any:
            del module.__dict__["__getattr__"]
            self._whole.exec_module(module)
            return getattr(module, name)

        channel = import_module(f"{CHANNELS}.channel")
        module.__dict__.update({name: getattr(channel, name) for name in OF_CHANNELS})
        module.__dict__["__getattr__"] = with_messengers
