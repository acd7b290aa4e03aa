"""Reads the body of a request up to a limit of its own: the limit of a mounted application does not reach its requests."""

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
