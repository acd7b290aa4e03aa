"""Listening on a port, and what to say when that is not possible."""

from __future__ import annotations

import errno
from typing import Final

from aiohttp import web

_SENTENCES: Final = {
    errno.EADDRINUSE: "Something else listens on {host}:{port} already: is the program running twice? Else set {setting}.",
    errno.EACCES: "This user may not listen on port {port}: set {setting} to one above 1023, and let a proxy stand in front.",
    errno.EADDRNOTAVAIL: "This machine has no address {host}: set HOST to 127.0.0.1, or to 0.0.0.0 for all its addresses.",
}


class CannotListen(Exception):
    """The program cannot listen where its settings say; the message says why and what to do."""


async def listen(runner: web.AppRunner, host: str, port: int, *, setting: str) -> None:
    """Let an application listen; raises CannotListen. `setting` is the name of the port's setting."""
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        unknown = "The program cannot listen on {host}:{port}: are HOST and {setting} right?"
        # Where no address could be bound because none is this machine's, asyncio's own loop gives no number.
        told = _SENTENCES.get(error.errno or errno.EADDRNOTAVAIL, unknown)
        raise CannotListen(told.format(host=host, port=port, setting=setting)) from None
