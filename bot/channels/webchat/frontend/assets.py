"""The files of the web chat's page: compressed once at start, and named by their content, so that a browser fetches each once.

A browser that has them keeps them for as long as it likes: they hold nothing that somebody said, and a changed file has another name.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static/"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
_MARK_LENGTH: Final = 12
_COMMENT: Final = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_BESIDE_CODE: Final = re.compile(r" // .*| /\*.*?\*/")  # no text of a script holds such a thing: a test reads it again
_BLANKS: Final = re.compile(r"\s*([{},;])\s*|(?<=:) ")  # none of them parts two selectors or two values


@dataclass(frozen=True)
class Text:
    """A text ready to be sent, plain and compressed."""

    content_type: str
    plain: bytes
    small: bytes

    @classmethod
    def of(cls, content: bytes, content_type: str) -> Text:
        """Compress a text; the same text always gives the same bytes."""
        return cls(content_type, content, gzip.compress(content, mtime=0))

    def response(self, request: web.Request, headers: Mapping[str, str], *, status: int = 200) -> web.Response:
        """Return it in the form that a browser takes."""
        takes = "gzip" in request.headers.get("Accept-Encoding", "")
        encoding = {"Content-Encoding": "gzip"} if takes else {}
        return web.Response(
            body=self.small if takes else self.plain,
            status=status,
            headers={"Content-Type": f"{self.content_type}; charset=utf-8", "Vary": "Accept-Encoding", **encoding, **headers},
        )


class Assets:
    """All files of the page, under the names that their content gives them."""

    def __init__(self, made: dict[str, str]) -> None:
        """Read the files of the folder; `made` holds those that are made at start."""
        contents = {path.name: _content(path) for path in sorted(FOLDER.iterdir())}
        contents |= {name: content.encode() for name, content in made.items()}
        self._names = {name: _named(name, content) for name, content in contents.items()}
        self._files = {
            self._names[name]: Text.of(content, mimetypes.guess_type(name)[0] or "application/octet-stream")
            for name, content in contents.items()
        }

    def address(self, name: str) -> str:
        """Return where a file lies."""
        return PREFIX + self._names[name]

    async def serve(self, request: web.Request) -> web.Response:
        """Send a file; an address of an earlier content is no longer there."""
        file = self._files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return file.response(request, {"Cache-Control": FOR_GOOD})


def without_comments(script: str) -> str:
    """Return a script without comments and without indents."""
    lines = (_BESIDE_CODE.sub("", line).strip() for line in script.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def _content(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return _without_blanks(_COMMENT.sub("", text)).encode()
    return (without_comments(text) if path.suffix == ".js" else text).encode()


def _without_blanks(style: str) -> str:
    return _BLANKS.sub(r"\1", style).replace(";}", "}")


def _named(name: str, content: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:_MARK_LENGTH]}{dot}{ending}"
