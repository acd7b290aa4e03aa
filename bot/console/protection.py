"""What keeps the console's pages from being used by others: headers, form tokens, and the gate before every page."""

from __future__ import annotations

import hmac
import re
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.console.logins import Visitor
from bot.console.services import COOKIE, FORM_COOKIE, PREFIX, SERVICES, VISITOR, ConsoleServices
from bot.http.errors import HTTP_FAILURES

log = structlog.get_logger()

# Pages that are there before a login is complete, by the name of their route.
OPEN: Final = frozenset({"login", "static", "language", "manifest"})
BEFORE_SECOND_FACTOR: Final = OPEN | {"second_factor", "logout"}
BEFORE_PASSWORD: Final = BEFORE_SECOND_FACTOR | {"password"}
WATCHING: Final = frozenset({"events"})  # requests of a page that nobody need sit at; fragments say so with a header
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self';"
        " connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types console"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Robots-Tag": "noindex, nofollow",
}
_CODES: Final = re.compile(r"[a-z_]+")


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer of the console its headers."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-cache" if route_name(request) == "static" else "no-store"


class LoginEnded(web.HTTPForbidden):
    """A form was sent without a login: what was typed waits in the tab."""


@web.middleware
async def failures_as_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Show a page for every failure; log its kind, never its words."""
    services = request.app[SERVICES]
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        name = "ended" if isinstance(error, LoginEnded) else error.status
        key = f"error.{name}" if services.texts.has(f"error.{name}.title") else "error.refused"
        return services.page(request, "error.html", {"key": key}, status=error.status)
    except web.RequestPayloadError:
        page = services.page(request, "error.html", {"key": "error.refused"}, status=400)
        page.force_close()  # where the body ends, and the next request begins, nobody knows
        return page
    except ConnectionResetError:
        raise
    except Exception as error:
        HTTP_FAILURES.labels(type(error).__name__).inc()
        log.error("console_failed", error=type(error).__name__, route=route_name(request), exc_info=error)
        return services.page(request, "error.html", {"key": "error.503"}, status=503)


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through who may see a page, and only forms that a page of ours made."""
    services = request.app[SERVICES]
    route = route_name(request)
    visitor = await _visitor(request, services, active=route not in WATCHING and "X-Watching" not in request.headers)
    if visitor is not None:
        request[VISITOR] = visitor
    if request.method not in {"GET", "HEAD"}:
        if visitor is None and route not in OPEN:
            raise LoginEnded
        await _check_form(request, services, visitor)
    if visitor is None:
        return await handler(request) if route in OPEN else _go(request, "login", visitor)
    if not visitor.second_factor and visitor.has_second_factor:
        return await handler(request) if route in BEFORE_SECOND_FACTOR else _go(request, "second-factor", visitor)
    if visitor.must_change_password:
        return await handler(request) if route in BEFORE_PASSWORD - {"second_factor"} else _go(request, "password", visitor)
    if not visitor.second_factor:
        return await handler(request) if route in BEFORE_PASSWORD else _go(request, "second-factor", visitor)
    return await handler(request)


async def _visitor(request: web.Request, services: ConsoleServices, *, active: bool) -> Visitor | None:
    token = request.cookies.get(COOKIE)
    if not token or route_name(request) == "static":
        return None
    async with services.program.database.transaction() as session:
        return await services.logins.find(session, token, now=services.now(), active=active)


async def _check_form(request: web.Request, services: ConsoleServices, visitor: Visitor | None) -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPForbidden
    try:
        form = await request.post()
    except (ValueError, LookupError):  # no form, or in letters that nobody knows
        raise web.HTTPBadRequest from None
    given = request.headers.get("X-CSRF-Token") or str(form.get("csrf", ""))
    expected = visitor.csrf if visitor is not None else services.form_token(request.cookies.get(FORM_COOKIE))
    if expected is None or not hmac.compare_digest(given.encode(), expected.encode()):
        raise web.HTTPForbidden


def _go(request: web.Request, page: str, visitor: Visitor | None) -> web.Response:
    """Send somebody to a page; a script's request is told by a status, for it would follow without a word."""
    wants_page = request.method == "GET" and "X-Watching" not in request.headers and route_name(request) not in WATCHING
    if not wants_page and visitor is None:
        return web.Response(status=401)
    return web.Response(status=303, headers={"Location": f"{PREFIX}/{page}"})


def route_name(request: web.Request) -> str:
    """Return the name of a request's route, "" when it has none."""
    resource = request.match_info.route.resource
    name = resource.name if resource is not None else None
    return name if name is not None and _CODES.fullmatch(name) else ""
