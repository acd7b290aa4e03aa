"""What the project's own files say, read once in a process instead of for each program and command of a test; so are statements."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jinja2
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import DQLDMLClauseElement
from sqlalchemy.util import LRUCache

from bot.assistant import sources, training
from bot.console import texts
from bot.conversation import danger_phrases
from bot.dialogue.answers import Library
from bot.language.lexicon import Lexicon
from bot.language.wording import Wording
from bot.screening import rows
from bot.screening.pieces import Pieces
from bot.settings import PROJECT_ROOT


def _once(read: Callable[..., Any]) -> Callable[..., Any]:
    """Return a reader that remembers what the project's own files say, and reads a test's own files each time."""
    remembered = functools.cache(read)

    def reader(*where: Any) -> Any:
        places = tuple(tuple(place) if isinstance(place, list) else place for place in where)
        paths = [path for place in places for path in (place if isinstance(place, tuple) else (place,))]
        return (remembered if all(path.is_relative_to(PROJECT_ROOT) for path in paths) else read)(*places)

    return reader


def _compile_templates_once() -> None:
    """Compile each template of a page once in a process: every program has an environment of its own."""
    compiled: dict[Any, Any] = {}
    compile_one = jinja2.Environment.compile

    def remembering(environment: jinja2.Environment, source: Any, *named: Any, **how: Any) -> Any:
        key = (source, named, *sorted(how.items()), environment.trim_blocks, environment.lstrip_blocks, environment.autoescape)
        if key not in compiled:
            compiled[key] = compile_one(environment, source, *named, **how)
        return compiled[key]

    jinja2.Environment.compile = remembering  # type: ignore[method-assign,assignment]


def _compile_statements_once() -> None:
    """Compile each statement once in a process for each kind of database: every program has an engine of its own, which knows none.

    An engine finds a compiled statement by its dialect and what the statement consists of, down to the tables themselves.
    """
    compiled: LRUCache[Any, Any] = LRUCache(5_000)
    dialects: dict[Any, Dialect] = {}
    compile_one = DQLDMLClauseElement._compile_w_cache

    def remembering(statement: DQLDMLClauseElement, dialect: Dialect, *, compiled_cache: Any, **how: Any) -> Any:
        if compiled_cache is None:
            return compile_one(statement, dialect, compiled_cache=None, **how)
        first = dialects.setdefault((type(dialect), dialect.server_version_info), dialect)
        return compile_one(statement, first, compiled_cache=compiled, **how)

    DQLDMLClauseElement._compile_w_cache = remembering  # type: ignore[method-assign,assignment]


@functools.cache
def read_once() -> None:
    """Let what is read at a start, the labelled messages, and the code that models are learned by be read once from now on.

    Templates and statements are compiled once.
    """
    for of in (Wording, Lexicon, Library, texts.Texts):
        of.load = _once(of.load)  # type: ignore[method-assign]
    Pieces.load = _once(Pieces.load)  # type: ignore[method-assign]
    danger_phrases.read_phrases = _once(danger_phrases.read_phrases)  # type: ignore[assignment]
    read_file = rows._read_file
    rows._read_file = _once(lambda path: tuple(read_file(path)))  # type: ignore[assignment]
    sources._behaviour = _once(sources._behaviour)  # type: ignore[assignment]
    code_of = sources.code_of
    ours = functools.cache(code_of)
    training.fingerprints = functools.cache(training.fingerprints)  # type: ignore[attr-defined]
    _compile_templates_once()
    _compile_statements_once()
    sources.code_of = lambda module, **but: (code_of if but or not module.startswith("bot.") else ours)(module, **but)  # type: ignore[assignment]
