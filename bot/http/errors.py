"""Errors as clients of the HTTP interfaces see them: a code for programs, a sentence for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from prometheus_client import Counter
from pydantic import BaseModel

from bot.storage.database import DatabaseUnavailable
from bot.storage.vault import SealBroken

log = structlog.get_logger()
HTTP_FAILURES = Counter("frontdoor_http_failures", "Requests that failed on our side.", ["error"])
RETRY_SECONDS = 5
FULL_SECONDS = 60
_CODES = {
    400: ("bad_request", "The request is not what this interface expects."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take requests of this kind."),
    413: ("too_large", "The request is too large."),
}
UNREADABLE_BODY = ("unreadable_body", "The body is not compressed or divided in the way that its headers say.")


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str
    message: str


class ErrorOut(BaseModel):
    """An error: a code for programs, a sentence for people."""

    error: ErrorBody


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return an error response."""
    body = ErrorOut(error=ErrorBody(code=code, message=message))
    return web.json_response(body.model_dump(), status=status, headers=headers)


def no_room() -> web.Response:
    """Return what a program is told when there is no room for a new conversation; the page shows both numbers by itself."""
    sentence = "There is no room for another conversation just now. Call 22 628 01 20, and 112 when somebody is in danger."
    return problem(503, "full", sentence, {"Retry-After": str(FULL_SECONDS)})


def unknown_token() -> web.Response:
    """Return what is said to whoever shows the token of no conversation."""
    return problem(
        401,
        "unknown_token",
        "This conversation is not known or was erased. Open a new one.",
        {"WWW-Authenticate": "Bearer"},
    )


@web.middleware
async def errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn every failure of a JSON interface into an error with a code and a sentence; log its kind, never its words."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code, message = _CODES.get(error.status, ("refused", "The request was refused."))
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return problem(error.status, code, message, headers)
    except (DatabaseUnavailable, SealBroken) as error:
        return _failed(error, "The message could not be stored just now. Send it again in a few seconds.")
    except web.RequestPayloadError:
        refused = problem(400, *UNREADABLE_BODY)
        refused.force_close()  # where the body ends, and the next request begins, nobody knows
        return refused
    except ConnectionResetError:
        raise
    except Exception as error:  # noqa: BLE001 - counted and told; the channel's last resort
        return _failed(error, "Something failed on our side. Send the message again in a few seconds.")


def _failed(error: Exception, message: str) -> web.Response:
    HTTP_FAILURES.labels(type(error).__name__).inc()
    log.error("request_failed", error=type(error).__name__, exc_info=error)
    return problem(503, "unavailable", message, {"Retry-After": str(RETRY_SECONDS)})
