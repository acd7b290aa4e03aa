"""Watches which functions of the project a piece of work passes: each with the one that it came from, also into another thread."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from bot.settings import PROJECT_ROOT

Function = tuple[str, str]  # its module's path, and its name there
OURS = (str(PROJECT_ROOT / "bot"), str(PROJECT_ROOT / "actions"))


def of(code: CodeType) -> Function | None:
    """Return which function of the project a code is; None for one of a library, and for what stands inside of a function."""
    if not code.co_filename.startswith(OURS) or "<" in code.co_qualname:
        return None
    return Path(code.co_filename).relative_to(PROJECT_ROOT).as_posix(), code.co_qualname


@dataclass
class Passed:
    """What was passed: the functions in the order of their first calls, and for each those that stood above it in any call.

    `called_by` has the one right above it. A lambda, and what else stands inside of a function, counts as that function.
    """

    above: dict[Function, set[Function]] = field(default_factory=dict)
    called_by: dict[Function, set[Function]] = field(default_factory=dict)
    _handed_on: dict[CodeType, tuple[Function, ...]] = field(default_factory=dict)

    def watch(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Take note of a call."""
        if event == "call" and (function := of(frame.f_code)) is not None:
            stack = self.stack(frame.f_back)
            self.above.setdefault(function, set()).update(stack)
            self.called_by.setdefault(function, set()).update(stack[:1])

    def hand_on(self, code: CodeType) -> None:
        """Take note of who gives work to a task or a thread: what it calls there comes from here."""
        if found := self.stack(sys._getframe(2)):  # what a loop takes from another thread comes from nobody a second time
            self._handed_on[code] = found

    def stack(self, frame: FrameType | None) -> tuple[Function, ...]:
        """Return the functions of the project that stand above a frame, in this thread and in those from which its work came."""
        found: dict[Function, None] = {}
        while frame is not None:
            function = of(frame.f_code)
            if function is not None:
                found.setdefault(function)
            found.update(dict.fromkeys(self._handed_on.get(frame.f_code, ())))
            frame = frame.f_back
        return tuple(found)

    def way_to(self, functions: set[Function]) -> list[Function]:
        """Return functions, and all from which one of them was reached, in the order of their first calls."""
        on_it = functions.union(*(self.above.get(function, ()) for function in functions))
        return [function for function in self.above if function in on_it]

    def entered(self, folders: tuple[str, ...]) -> list[Function]:
        """Return the functions of some folders that another module calls."""
        return [
            function
            for function, callers in self.called_by.items()
            if function[0].startswith(folders) and any(caller[0] != function[0] for caller in callers)
        ]


@contextmanager
def watched() -> Iterator[Passed]:
    """Watch what the work of a block passes, in every thread."""
    passed, loop = Passed(), asyncio.BaseEventLoop
    make_task, run_elsewhere, run_in_loop = loop.create_task, loop.run_in_executor, asyncio.run_coroutine_threadsafe

    def create_task(self: Any, coro: Any, **options: Any) -> Any:
        passed.hand_on(coro.cr_code)
        return make_task(self, coro, **options)

    def run_in_executor(self: Any, executor: Any, func: Any, *args: Any) -> Any:
        code = getattr(getattr(func, "func", func), "__code__", None)  # of a partial, that of the function in it
        if code is not None:
            passed.hand_on(code)
        return run_elsewhere(self, executor, func, *args)

    def run_coroutine_threadsafe(coro: Any, loop: Any) -> Any:
        passed.hand_on(coro.cr_code)
        return run_in_loop(coro, loop)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "create_task", create_task)
        patch.setattr(loop, "run_in_executor", run_in_executor)
        patch.setattr(asyncio, "run_coroutine_threadsafe", run_coroutine_threadsafe)
        threading.setprofile_all_threads(passed.watch)
        try:
            yield passed
        finally:
            threading.setprofile_all_threads(None)
            sys.setprofile(None)
