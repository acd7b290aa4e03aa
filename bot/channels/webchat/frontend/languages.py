"""Which language somebody who opens a page is greeted in, from what their browser says or a link asks for."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.language.writing import served_code

FALLBACK: Final = ("en", "pl")  # for a browser in a language that is not served


def asked_for(request: web.Request) -> str | None:
    """Return the language that the address asks for, if it is served."""
    return _served(request.query.get("lang", ""))


def wanted(request: web.Request) -> str | None:
    """Return the language to greet in: of the address, or the browser's first that is served; None when none is."""
    asked = asked_for(request)
    if asked is not None:
        return asked
    return next(filter(None, map(_served, accepted(request.headers.get("Accept-Language", "")))), None)


def accepted(header: str) -> list[str]:
    """Return the language tags of an Accept-Language header, the most wanted first; what is refused or malformed is left out."""
    weighed = []
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        weight = _weight(rest)
        if tag and weight > 0:
            weighed.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda one: -one[0])]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0


def _served(tag: str) -> str | None:
    return served_code(tag.lower().partition("-")[0])
