"""What is read from a request before anything is believed: its body up to a limit, its header once, its JSON.

The limit of a mounted application does not reach its requests, so each channel has one of its own.
"""

from __future__ import annotations

import json
from typing import Annotated, Final

from aiohttp import web
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError

from bot.http.errors import problem

_UNSTORABLE: Final = "unstorable"
_MOST_DIGITS: Final = 12


def _storable(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError(_UNSTORABLE, "it holds a character that cannot be stored")
    return value


StorableId = Annotated[  # PostgreSQL stores no NUL
    str, AfterValidator(_storable), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})
]


def status_of(kind: str) -> tuple[int, str]:
    """Return the status and the code of an answer to a field that is not as it should be, by pydantic's type of the error."""
    return (400, "bad_request") if kind == _UNSTORABLE else (422, "invalid")


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
    """Return a header that comes once; empty when it is missing, no plain text, or comes again: nobody knows which one counts."""
    values = request.headers.getall(name, [])
    return values[0] if len(values) == 1 and values[0].isascii() else ""


def number_in(text: str) -> int | None:
    """Return the number of a reply or an event that a request names; None when it is no such number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


async def read_model[Model: BaseModel](request: web.Request, model: type[Model]) -> Model | web.Response:
    """Return the JSON of a body as a model, or the response that says what is wrong with it."""
    try:
        return model.model_validate(json.loads(await request.text()))
    except ValidationError as error:
        return _invalid(error)
    except (ValueError, LookupError, RecursionError):
        return problem(400, "not_json", "The body must be JSON in UTF-8.")


def _invalid(error: ValidationError) -> web.Response:
    """Say which field of a body is wrong, and why; never what was in it."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    status, code = (413, "too_long") if first["type"] == "string_too_long" and where == "text" else status_of(first["type"])
    return problem(status, code, f"{where}: {first['msg']}.")
