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
# By PostgreSQL's code of the error (https://www.postgresql.org/docs/current/errcodes-appendix.html), or by what libpq says.
_POSTGRESQL: Final = (
    ("28", "PostgreSQL does not let {user} in: compare user and password in DATABASE_URL."),
    ("3D000", "PostgreSQL has no database {name}: make it (createdb), or mend DATABASE_URL."),
    ("42501", "PostgreSQL lets {user} make no tables in {name}: the database must belong to that user."),
    ("53300", "PostgreSQL takes no more connections: raise max_connections, or run fewer processes."),
    ("53100", "PostgreSQL's disk is full: make room there."),
    ("57P03", "PostgreSQL is starting or stopping: try again in a minute."),
    ("resolve host", "The host {host} of DATABASE_URL is not known: is the name right?"),
    ("connection failed", "PostgreSQL does not answer at {host}: does it run, and is it the host and port of DATABASE_URL?"),
    ("connection refused", "PostgreSQL does not answer at {host}: does it run, and is it the host and port of DATABASE_URL?"),
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
    name = getattr(original, "sqlite_errorname", None)
    table, told = (_SQLITE, str(name)) if name else (_POSTGRESQL, str(getattr(original, "sqlstate", None) or ""))
    if is_damage(error):
        return f"The database {place.database} is damaged ({name}): it can no longer be read as it should."
    for start, found in table:
        if (told and told.startswith(start)) or (not told and start in str(original).lower()):
            return found.format(**values)
    kind = told or type(original).__name__
    return f"The database does not do its work ({kind}). Does it run, is its disk full, and does another program hold it?"


def _original(error: BaseException) -> Any:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
