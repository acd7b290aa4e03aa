"""Logs: one JSON object a line on standard error, ids and codes only, whoever writes it.

Words of people, keys and tokens hide in more than the fields of a line: in an exception's message, in the local variables around
it, in what a library says about a request. So an error is shown as its kind and the places in the code that it went through, and a
library's line as the place that wrote it. Nothing here shows a message, a variable or an argument that this program did not name.
"""

from __future__ import annotations

import errno
import json
import logging
import sys
import sysconfig
import threading
import traceback
import warnings
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO, cast

import structlog
from structlog.processors import CallsiteParameter, CallsiteParameterAdder

_PROJECT: Final = Path(__file__).resolve().parents[2]
_INSTALLED: Final = tuple(f"{sysconfig.get_path(kind)}/" for kind in ("purelib", "platlib", "stdlib"))
_OURS: Final = tuple(f"{_PROJECT / folder}/" for folder in ("bot", "actions"))
_FRAMES_SHOWN: Final = 20  # of each error, the innermost
_ERRORS_SHOWN: Final = 8  # of a chain of causes

# They report what reaches us as an exception anyway, or what happens in every turn.
_SILENT: Final = ("telegram", "twilio", "rasa", "rasa_sdk")
_LIBRARIES: Final = logging.WARNING

Event = MutableMapping[str, Any]


class _StandardError:
    """Standard error as it is when a line is written: tests and services replace it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STANDARD_ERROR: Final = cast(TextIO, _StandardError())


class _Level:
    """The level that was asked for last, and whether the audit log's lines are written at any level."""

    name = "WARNING"
    audit = False


def configure_logs(level: str | None = None, *, audit: bool | None = None) -> None:
    """Configure logging of this process; `level` holds for this program, libraries stay at WARNING.

    With `audit` the audit log's numbers and hashes are written whatever the level is: they show later that nobody rewrote it. What is
    not given stays as it was: so that this can be done again after a library that configures logging by itself.
    """
    _Level.name = level or _Level.name
    _Level.audit = _Level.audit if audit is None else audit
    number = logging.getLevelNamesMapping()[_Level.name]
    handler = logging.StreamHandler(_STANDARD_ERROR)
    handler.setFormatter(_LibraryLine())
    logging.basicConfig(handlers=[handler], level=_LIBRARIES, force=True)
    logging.raiseExceptions = False  # or a line that cannot be written is printed with its arguments
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _wanted,
            CallsiteParameterAdder([CallsiteParameter.PATHNAME, CallsiteParameter.LINENO]),
            _place,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _trace,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        context_class=dict,
        logger_factory=structlog.PrintLoggerFactory(_STANDARD_ERROR),
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _crashed
    threading.excepthook = lambda told: _fell("thread_failed", told.exc_value)
    sys.unraisablehook = lambda told: _fell("cleanup_failed", told.exc_value)
    warnings.showwarning = _warned


def shown(error: BaseException) -> list[str]:
    """Return an error as its kind and the places it went through, innermost last, then what caused it; without any words."""
    lines: list[str] = []
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting and len(seen) < _ERRORS_SHOWN:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        lines.append(_kind(one))
        frames = list(traceback.walk_tb(one.__traceback__))[-_FRAMES_SHOWN:]
        lines += [f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_qualname}" for frame, line in frames]
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [cause for cause in (one.__cause__, None if one.__suppress_context__ else one.__context__) if cause]
    return lines


def _kind(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    code = errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None
    return f"{name} ({code})" if code else name


def _short(path: str) -> str:
    """Return the path of a file of code without what names this machine."""
    for start in (f"{_PROJECT}/", *(f"{Path(folder)}/" for folder in sorted(sys.path, key=len, reverse=True) if folder)):
        if path.startswith(start):
            return path.removeprefix(start)
    return path.rpartition("/")[2]


def _wanted(_logger: object, _method: str, event: Event) -> Event:
    """Leave out lines of the audit log below the level, where they were not asked for; all others were left out before."""
    levels = logging.getLevelNamesMapping()
    if _Level.audit or levels[event["level"].upper()] >= levels[_Level.name]:
        return event
    raise structlog.DropEvent


def _place(_logger: object, _method: str, event: Event) -> Event:
    """Leave a line of ours as it is; of a library's keep where it comes from, and nothing when it is no error."""
    path, line = event.pop("pathname"), event.pop("lineno")
    if path.startswith(_OURS):
        return event
    if event["level"] not in {"error", "critical"}:
        raise structlog.DropEvent
    kept = {name: event[name] for name in ("level", "exc_info") if name in event}
    return {"event": "library", "at": f"{_short(path)}:{line}", **kept}


def _trace(_logger: object, _method: str, event: Event) -> Event:
    """Replace an error by what may be shown of it."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else None
    if given is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["trace"] = shown(error)
    event.pop("stack_info", None)
    return event


class _LibraryLine(logging.Formatter):
    """Writes a library's line as the place that wrote it: its message may quote anything."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON object."""
        error = record.exc_info[1] if record.exc_info else None
        return _as_line(
            record.levelname.lower(), "library", f"{_short(record.pathname)}:{record.lineno}", error, logger=record.name
        )


def _as_line(level: str, event: str, at: str | None, error: BaseException | None, **more: str) -> str:
    values: dict[str, object] = {"event": event, **({"at": at} if at else {}), **more, "level": level}
    values["timestamp"] = datetime.now(UTC).isoformat()
    if error is not None:
        values["trace"] = shown(error)
    return json.dumps(values)


def _crashed(kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _fell("crashed", error)


def _fell(event: str, error: BaseException | None) -> None:
    print(_as_line("critical", event, None, error), file=sys.stderr, flush=True)  # noqa: T201 - the last resort needs no logger


def _warned(  # noqa: PLR0917 - as Python calls it
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, DeprecationWarning) or filename.startswith(_INSTALLED):
        return  # tells a library's developers what to change; the lock file pins them all
    told = _as_line("warning", "library_warning", f"{_short(filename)}:{lineno}", None, kind=category.__name__)
    print(told, file=file or sys.stderr, flush=True)
