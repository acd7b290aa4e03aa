"""What each learned part is made from, and a fingerprint of it: a part is learned again only when something of it changed.

Code counts by what it does: the module that learns and all of this project that it imports, without comments, docstrings and form.
The plan of the dialogue leads the labelled conversations, and teaches nothing but the situations in which their messages stand: a part
names such code apart (`led_by`), and what was learned stays good where that code changed and each situation is the same (`teaching`).
The library of answers is left out: an answer that is new is found by what was learned before it was written, and what people ask next
changes buttons only.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bot.dialogue.answers import NEXT_NEEDS, matter_files
from bot.dialogue.rules import RULES
from bot.dialogue.tellings import KINDS
from bot.language.identification import OTHER_LANGUAGES
from bot.language.word_lists import lexicon_files
from bot.language.writing import writing_files
from bot.learning.apart import OF_ALARMING, OF_PERSON, Subject
from bot.learning.apart import examples as turns_of
from bot.learning.examples import situations
from bot.learning.labelled import conversation_files
from bot.learning.tellings import telling_files
from bot.learning.written import FOR_ALARMS
from bot.messages import LANGUAGES
from bot.screening.concepts import concept_files
from bot.screening.rows import NLU_DATA, training_files, validation_files
from bot.screening.tuned import DIGESTS
from bot.screening.tuned import MODEL as ENCODER
from bot.settings import PROJECT_ROOT

# What computes the numbers, places of letters and pieces of words. A release with repairs only (the third number) makes nothing stale.
LIBRARIES: Final = ("marisa-trie", "mmh3", "numpy", "onnxruntime", "scikit-learn", "scipy")
# What the plan reads that leads the labelled conversations; like the plan itself, it teaches nothing but their situations.
LEADING: Final = (RULES, KINDS)


class SourceUndeclared(Exception):
    """Learning read a file that its fingerprint does not know; the message names it and says where it belongs."""


@dataclass(frozen=True)
class LearnedPart:
    """One thing that is learned on its own: its name, the module that learns it, and the data that it is learned from.

    `led_by` are modules that only make the examples; `examples` yields those, as what they teach.
    """

    name: str
    module: str
    data: Callable[[], Sequence[Path]]
    led_by: tuple[str, ...] = ()
    examples: Callable[[], Iterable[str]] | None = None


def _apart(subject: Subject) -> LearnedPart:
    """Return the part of a network that hears one subject apart."""
    return LearnedPart(
        subject.name,
        "bot.learning.apart",
        lambda: [
            *subject.written.files(NLU_DATA),
            *writing_files(),
            *(path for part in ("training", "validation") for path in conversation_files(NLU_DATA, part)),
            ENCODER / DIGESTS,
        ],
        led_by=("bot.learning.labelled",),
        examples=lambda: turns_of(subject, NLU_DATA),
    )


LANGUAGE_PART: Final = LearnedPart(
    "languages", "bot.language.identification", lambda: [*training_files(), *writing_files(), OTHER_LANGUAGES]
)
SCREENING_PART: Final = LearnedPart(
    "screening",
    "bot.learning.screening",
    lambda: [
        *training_files(),
        *validation_files(),
        *conversation_files(NLU_DATA, "training"),
        *FOR_ALARMS.files(NLU_DATA),
        *writing_files(),
        *concept_files(),
        ENCODER / DIGESTS,
    ],
)
COMMANDS_PART: Final = LearnedPart(
    "commands",
    "bot.learning.training",
    lambda: [
        *training_files(),
        *lexicon_files(),
        *writing_files(),
        *(path for part in ("training", "validation") for path in conversation_files(NLU_DATA, part)),
        *LEADING,
        ENCODER / DIGESTS,
    ],
    led_by=("bot.dialogue.turn", "bot.dialogue.rules"),
    examples=lambda: situations(NLU_DATA),
)
TELLINGS_PART: Final = LearnedPart(
    "tellings",
    "bot.learning.tellings",
    lambda: [*telling_files(NLU_DATA, "training"), *writing_files(), ENCODER / DIGESTS],
)
PERSON_PART, ALARMING_PART = _apart(OF_PERSON), _apart(OF_ALARMING)
PARTS: Final = (LANGUAGE_PART, SCREENING_PART, COMMANDS_PART, PERSON_PART, ALARMING_PART, TELLINGS_PART)


def fingerprints(parts: Iterable[LearnedPart] = PARTS) -> dict[str, str]:
    """Return for each part a hash of everything that it is learned from."""
    read: dict[Path, bytes] = {}

    def of(path: Path) -> bytes:
        if path not in read:
            read[path] = _content(path)
        return read[path]

    return {part.name: _hash_of([*part.data(), *code_of(part.module)], of) for part in parts}


def teaching(part: LearnedPart) -> str | None:
    """Return a hash of what a part learns, whatever code led there; None of a part without such code. It takes half a minute."""
    if part.examples is None:
        return None
    files = [path for path in part.data() if path not in LEADING]
    digest = hashlib.sha256(_hash_of([*files, *code_of(part.module, but=part.led_by)], _content).encode())
    for example in part.examples():
        digest.update(example.encode())
    return digest.hexdigest()


def model_fingerprint(learned: Iterable[str]) -> str:
    """Return a hash of everything that Rasa's model is made from, given the fingerprints of the learned parts."""
    plan = [PROJECT_ROOT / "config.yml", PROJECT_ROOT / "domain.yml", *sorted((NLU_DATA / "dialogue").glob("*.yml"))]
    components = sorted((PROJECT_ROOT / "bot" / "assistant").rglob("*.py"))
    digest = hashlib.sha256("\n".join([version("rasa"), *learned]).encode())
    digest.update(_hash_of([*plan, *components], _content).encode())
    return digest.hexdigest()


def code_of(module: str, *, but: Iterable[str] = ()) -> list[Path]:
    """Return the files of a module and of all of this project that it imports, wherever in it the import stands, in a fixed order.

    The modules named in `but` are left out, with what only they import.
    """
    found: set[Path] = set()
    left_out = {_file_of(name) for name in but}
    waiting = [module]
    while waiting:
        path = _file_of(waiting.pop())
        if path is None or path in found or path in left_out:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                waiting += [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                waiting += [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
    return sorted(found)


def _file_of(module: str) -> Path | None:
    place = PROJECT_ROOT.joinpath(*module.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _content(path: Path) -> bytes:
    return _behaviour(path) if path.suffix == ".py" else path.read_bytes()


def _behaviour(path: Path) -> bytes:
    """Return what a module does: its syntax tree, without docstrings."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            del node.body[0]
    return ast.dump(tree).encode()


def _hash_of(files: Iterable[Path], read: Callable[[Path], bytes]) -> str:
    digest = hashlib.sha256("\n".join(f"{name} {version(name).rpartition('.')[0]}" for name in LIBRARIES).encode())
    for path in files:
        digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode())
        digest.update(hashlib.sha256(read(path)).digest())
    return digest.hexdigest()


@contextmanager
def only_declared(part: LearnedPart) -> Iterator[None]:
    """Refuse, while the block runs, to open a file of the project's data that the fingerprint lacks; raises SourceUndeclared."""
    known = {
        *part.data(),
        NLU_DATA / NEXT_NEEDS,
        *matter_files(),
        *(path for code in LANGUAGES for path in (NLU_DATA / code / "answers").rglob("*.yml")),
    }
    watching = [True]

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if not watching or event != "open" or not isinstance(arguments[0], str | Path):
            return
        path = Path(arguments[0]).absolute()
        if path.is_relative_to(NLU_DATA) and path not in known and path.is_file():
            read = path.relative_to(PROJECT_ROOT).as_posix()
            raise SourceUndeclared(f"Learning the part {part.name!r} read {read}: declare it in bot/assistant/sources.py.")

    sys.addaudithook(heard)  # there is no way to take one off again
    try:
        yield
    finally:
        watching.clear()
