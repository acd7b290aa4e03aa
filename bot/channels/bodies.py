"""What is read from a webhook's request before anything is believed: its body up to a limit, its header once.

The limit of a mounted application does not reach its requests, so each channel has one of its own.
"""

from __future__ import annotations

from aiohttp import web


async def body(request: web.Request, *, limit: int) -> bytes:
    """Return a request's body; raises HTTPRequestEntityTooLarge beyond `limit` bytes, without reading on."""
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=request.content_length or 0)
    content = bytearray()
    async for chunk in request.content.iter_any():
        content += chunk
        if len(content) > limit:
            raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(content))
    return bytes(content)


def only(request: web.Request, name: str) -> str:
    """Return a header that comes once; empty when it is missing, or comes again: then nobody knows which one counts."""
    values = request.headers.getall(name, [])
    return values[0] if len(values) == 1 else ""
