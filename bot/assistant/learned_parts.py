"""Where learned parts lie ready: `learned/` comes with the project, `learned/` beside the models was learned here.

Each part is a folder with what was learned, what it was made from, how long that took, and the digests of its files.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import structlog

from bot.assistant.sources import PARTS, LearnedPart, fingerprints, only_declared, teaching
from bot.screening.encoder import EncoderUnavailable
from bot.screening.tuned import DIGESTS, check_digests
from bot.settings import PROJECT_ROOT, load_settings

SHIPPED: Final = PROJECT_ROOT / "learned"
_ABOUT: Final = "about.json"
_log = structlog.get_logger()


@dataclass(frozen=True)
class Finished:
    """A learned part in its folder; `seconds` of processor time it took to learn, on whatever machine that was.

    `taught` is what it learned, whatever code led there: see `sources.teaching`.
    """

    folder: Path
    made_from: str
    seconds: float
    taught: str | None = None


@dataclass(frozen=True)
class Learning:
    """How parts come about in one training: from which folders they may be taken, into which one new ones go.

    With `any_age` a part that was learned from other data is taken where there is none from these; with `declared` learning fails when
    it reads what its fingerprint does not know.
    """

    into: Path
    taken_from: tuple[Path, ...]
    any_age: bool = False
    declared: bool = False
    wanted: Mapping[str, str] = field(default_factory=fingerprints)

    def at_hand(self, part: LearnedPart) -> Finished | None:
        """Return a finished part that may be taken, None when it has to be learned."""
        found = self._lying(part, self.taken_from)
        fitting = [finished for finished in found if finished.made_from == self.wanted[part.name]]
        return next(iter([*fitting, *(found if self.any_age else [])]), None)

    def renew(self) -> None:
        """Keep what was learned from the same examples, whatever code has led there since, as current."""
        for part in self.missing():
            told = [finished for finished in self._lying(part, self.taken_from) if finished.taught is not None]
            now = teaching(part) if told else None
            same = next((finished for finished in told if finished.taught == now), None)
            if same is not None:
                keep(part, same.folder, self.into, replace(same, made_from=self.wanted[part.name]))

    def missing(self) -> list[LearnedPart]:
        """Return the parts that have to be learned."""
        return [part for part in PARTS if self.at_hand(part) is None]

    def seconds(self) -> float | None:
        """Return how much processor time learning what is missing took the last time, None when nobody knows."""
        known = [[finished.seconds for finished in self._lying(part, (*self.taken_from, self.into))] for part in self.missing()]
        return sum(max(seconds) for seconds in known) if all(known) else None

    @staticmethod
    def _lying(part: LearnedPart, folders: Iterable[Path]) -> list[Finished]:
        """Return what lies whole in some folders of a part."""
        return [finished for folder in folders if (finished := read_part(folder / part.name)) is not None]


def ours(model_dir: Path) -> Learning:
    """Return how a training usually goes: what is current is taken, what is learned is kept beside the models."""
    return Learning(into=model_dir / "learned", taken_from=(SHIPPED, model_dir / "learned"))


_learning: ContextVar[Learning | None] = ContextVar("learning", default=None)


@contextmanager
def learning_as(how: Learning) -> Iterator[None]:
    """Let the components of Rasa's training that runs in the block come about in this way."""
    token = _learning.set(how)
    try:
        yield
    finally:
        _learning.reset(token)


def fill(part: LearnedPart, folder: Path, learn: Callable[[Path], object]) -> None:
    """Fill a component's folder with a part: take it where it lies finished, else learn it and put it in the store."""
    how = _learning.get() or ours(load_settings().model_dir)  # `rasa train` knows nothing of it
    finished = how.at_hand(part)
    if finished is not None:
        _copy(finished.folder, folder)
        return
    began = time.process_time()
    if how.declared:
        with only_declared(part):
            learn(folder)
    else:
        learn(folder)
    seconds = round(time.process_time() - began)
    keep(part, folder, how.into, Finished(folder, how.wanted[part.name], seconds, teaching(part)))


def keep(part: LearnedPart, made: Path, store: Path, about: Finished) -> None:
    """Put what was learned in a store, in place of what lies there, with what it was made from."""
    new, place = store / f".{part.name}", store / part.name
    shutil.rmtree(new, ignore_errors=True)
    _copy(made, new)
    told = {"made_from": about.made_from, "seconds": about.seconds, "taught": about.taught}
    (new / _ABOUT).write_text(json.dumps(told, indent=1) + "\n")
    files = sorted(path for path in new.rglob("*") if path.is_file())
    listed = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(new).as_posix()}\n" for path in files]
    (new / DIGESTS).write_text("".join(listed))
    shutil.rmtree(place, ignore_errors=True)
    new.rename(place)


def read_part(folder: Path) -> Finished | None:
    """Return the part in a folder; None, and a line in the log, when it is not whole."""
    if not (folder / DIGESTS).exists():
        return None
    try:
        check_digests(folder)
        about = json.loads((folder / _ABOUT).read_text())
        return Finished(folder, about["made_from"], about["seconds"], about.get("taught"))
    except (EncoderUnavailable, OSError, ValueError, KeyError) as error:
        _log.error("learned_part_damaged", part=folder.name, error=type(error).__name__)
        return None


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(_ABOUT, DIGESTS))
