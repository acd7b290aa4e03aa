"""The headers of every answer, whoever made it: a page, an interface, a webhook, or the server about a request that is none."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.http.errors import problem

POLICY: Final = "Content-Security-Policy"
NO_FRAME: Final = "frame-ancestors 'none'"
HEADERS: Final = {
    POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self';"
        f" worker-src 'self'; child-src 'self'; base-uri 'none'; form-action 'none'; {NO_FRAME}"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS: Final = "max-age=31536000"  # seconds; browsers do not come unencrypted for a year
_PROOFS: Final = ("Cookie", "X-CSRF-Token")


class Headers:
    """Gives every answer of an application its headers; what an answer has already stays."""

    def __init__(self, *, encrypted: bool) -> None:
        self.values = HEADERS | ({"Strict-Transport-Security": HSTS} if encrypted else {})

    def protect(self, app: web.Application) -> None:
        """Let an application, and those that are mounted in it, answer with the headers."""
        app.on_response_prepare.append(self._of_application)

    def protect_errors(self, runner: web.AppRunner) -> None:
        """Let the server itself answer with the headers, where a request is none and no application sees it."""
        if runner.server is None:
            raise ValueError("The runner is not set up yet.")
        make, put = runner.server.request_factory, self._put

        class Answered(web.Request):
            async def _prepare_hook(self, response: web.StreamResponse) -> None:
                await super()._prepare_hook(response)
                put(response)

        def made(*parts: Any) -> web.BaseRequest:
            return make(*parts, _cls=Answered)  # type: ignore[call-arg]

        runner.server.request_factory = made

    async def _of_application(self, _request: web.Request, response: web.StreamResponse) -> None:
        self._put(response)

    def _put(self, response: web.StreamResponse) -> None:
        for name, value in self.values.items():
            response.headers.setdefault(name, value)
        response.headers.pop("Server", None)  # which versions run is nobody's business


@web.middleware
async def refuse_unstorable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse an address with a NUL in it, and proofs of identity that are no text: they can name nothing that is stored."""
    if "\0" in request.path or any("\0" in part for pair in request.query.items() for part in pair):
        return problem(400, "bad_request", "The address holds a character that cannot be.")
    if not all(request.headers.get(name, "").isascii() for name in _PROOFS):
        return problem(400, "bad_request", "A header holds characters that cannot be.")
    return await handler(request)


async def never_stored(_request: web.Request, response: web.StreamResponse) -> None:
    """Keep what an interface answers out of every store and out of other sites' logs, also where it is served by itself."""
    for name in ("Cache-Control", "X-Content-Type-Options", "Referrer-Policy"):
        response.headers[name] = HEADERS[name]
