"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket that nobody else reaches, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHER_USERS = ("postgres", "nobody")  # PostgreSQL does not run as root


class NoServer(Exception):
    """There is no PostgreSQL to start here; the message says why."""


def programs() -> Path:
    """Return the folder of initdb and pg_ctl, the newest version's; raises NoServer."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in [*found, *([Path(on_path).resolve().parent] if on_path else [])]:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return folder
    raise NoServer("no initdb, postgres and pg_ctl in /usr/lib/postgresql/*/bin or on the PATH (Debian: apt install postgresql)")


def _user() -> dict[str, int]:
    if os.geteuid() != 0:
        return {}
    for name in OTHER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise NoServer(f"we are root, and there is none of the users {', '.join(OTHER_USERS)} that the server could run as")


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server and yield the URL of its maintenance database, such as SQLAlchemy takes it; raises NoServer."""
    folder, user = programs(), _user()
    home = Path(tempfile.mkdtemp(prefix="frontdoor-pg-"))
    try:
        if user:
            os.chown(home, user["user"], user["group"])
        data = home / "data"

        def run(name: str, *arguments: str) -> None:
            done = subprocess.run(
                [str(folder / name), *arguments], cwd=home, capture_output=True, text=True, check=False, timeout=300, **user
            )  # type: ignore[call-overload]
            if done.returncode != 0:
                raise NoServer(f"{name} failed: {(done.stderr or done.stdout).strip()[-300:]}")

        run("initdb", "-D", str(data), "-U", "frontdoor", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        # Only a socket, no port; what a crash of the machine would lose is of no use after it.
        options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off -c autovacuum=off"
        options += " -c max_connections=200"
        run("pg_ctl", "-D", str(data), "-l", str(home / "log"), "-o", options, "-w", "-t", "120", "start")
        try:
            yield f"postgresql+psycopg://frontdoor@/postgres?host={home}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
