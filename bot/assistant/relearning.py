"""Learns a new model in a process of its own while the model before answers, and goes on with the new one when it is there."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from bot.screening.models import ModelMissing, newest_archive

TRAIN: Final = (sys.executable, "-W", "ignore", "-m", "bot", "train")
_POLITENESS: Final = 10  # who writes is answered first
_QUIET: Final = {"TQDM_DISABLE": "1"}  # a bar would run through the lines of the server
log = structlog.get_logger()


def never_learned(model_dir: Path) -> bool:
    """Say whether there is no model at all."""
    return newest_archive(model_dir) is None


def needed(model_dir: Path) -> bool:
    """Say whether the newest model was made from other data or code than there are now."""
    from bot.assistant.training import is_current  # noqa: PLC0415 - who only serves need not load it

    return not is_current(model_dir)


def learn_first(model_dir: Path, command: Sequence[str] = TRAIN) -> None:
    """Learn a model before anything is served: there is none that could answer meanwhile.

    The very first one is put together from what comes with the project, whatever changed since that was learned: to be learned anew, it
    would keep everybody waiting.
    """
    quickly = ("--at-hand",) if never_learned(model_dir) else ()
    subprocess.run((*command, *quickly), check=False)  # noqa: S603 - our own command


async def learn_beside(model_dir: Path, renew: Callable[[Path], Awaitable[None]], command: Sequence[str] = TRAIN) -> None:
    """Learn a model where that is needed, and renew the one that answers."""
    if not await asyncio.to_thread(needed, model_dir):
        return
    log.info("learning_began")
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **_QUIET}, stdin=subprocess.DEVNULL)
    with suppress(ProcessLookupError):  # it may have ended already
        os.setpriority(os.PRIO_PROCESS, process.pid, _POLITENESS)
    try:
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        log.error("learning_failed", status=status)
        return
    try:
        await renew(model_dir)
    except ModelMissing as problem:
        log.error("learning_failed", problem=str(problem))
        return
    log.info("model_renewed")
