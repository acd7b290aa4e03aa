"""What is wrong when a database does not do its work, in a sentence that says what to do."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

# By the beginning of SQLite's name of the error; the first that fits.
_SQLITE: Final = (
    ("SQLITE_CANTOPEN", "The database {file} cannot be opened or made: is its folder there, and may this user write into it?"),
    (
        "SQLITE_READONLY",
        "The database {file} cannot be written: it and its folder must belong to the user that the program runs as.",
    ),
    ("SQLITE_PERM", "The database {file} cannot be opened: it must belong to the user that the program runs as."),
    ("SQLITE_BUSY", "Another program holds the database {file}: is the program running twice, or a tool open on it?"),
    ("SQLITE_FULL", "The disk with the database {file} is full: make room, and start again."),
    ("SQLITE_IOERR", "The disk with the database {file} does not read or write as it should: is it full, or broken?"),
)
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
# By PostgreSQL's code of the error (https://www.postgresql.org/docs/current/errcodes-appendix.html); while connecting there is none,
# and it is known by what the server says.
_NOT_LET_IN: Final = "PostgreSQL does not let {user} in: compare user and password in DATABASE_URL."
_POSTGRESQL: Final = (
    ("42501", "PostgreSQL lets {user} make no tables in {name}: the database must belong to that user."),
    ("53300", "PostgreSQL takes no more connections: raise max_connections, or run fewer processes."),
    ("53100", "PostgreSQL's disk is full: make room there."),
    ("57P03", "PostgreSQL is starting or stopping: try again in a minute."),
)
_CONNECTING: Final = (
    ("authentication failed", _NOT_LET_IN),
    ('role "', _NOT_LET_IN),
    ("pg_hba.conf", _NOT_LET_IN),
    ('database "', "PostgreSQL has no database {name}: make it (createdb), or mend DATABASE_URL."),
    ("too many", "PostgreSQL takes no more connections: raise max_connections, or run fewer processes."),
    ("starting up", "PostgreSQL is starting or stopping: try again in a minute."),
    ("shutting down", "PostgreSQL is starting or stopping: try again in a minute."),
    ("resolve host", "The host {host} of DATABASE_URL is not known: is the name right?"),
    ("connection", "PostgreSQL does not answer at {host}: does it run, and is it the host and port of DATABASE_URL?"),
)


def is_damage(error: BaseException) -> bool:
    """Say whether an error means that a SQLite file is damaged or none."""
    return str(getattr(_original(error), "sqlite_errorname", "") or "").startswith(_DAMAGED)


def sentence(error: BaseException, url: str) -> str:
    """Return what is wrong and what to do; of an error that is in no table only its kind, for its text may quote anything."""
    place, original = make_url(url), _original(error)
    values = {
        "file": place.database,
        "name": place.database,
        "user": place.username or "this user",
        "host": f"{place.host or place.query.get('host') or 'the local socket'}{f':{place.port}' if place.port else ''}",
    }
    name = str(getattr(original, "sqlite_errorname", None) or "")
    if is_damage(error):
        return f"The database {place.database} is damaged ({name}): it can no longer be read as it should."
    code = str(getattr(original, "sqlstate", None) or "")
    said = str(original).lower() if not name and not code else ""
    by_code = ((start, found) for start, found in (*_SQLITE, *_POSTGRESQL) if (name or code).startswith(start))
    by_text = ((part, found) for part, found in _CONNECTING if part in said)
    for _, found in (*by_code, *by_text):
        return found.format(**values)
    kind = name or code or type(original).__name__
    return f"The database does not do its work ({kind}). Does it run, is its disk full, and does another program hold it?"


def _original(error: BaseException) -> Any:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
