"""What goes in and out of the interface, and its OpenAPI document, made from the same models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.http.bodies import StorableId
from bot.http.errors import ErrorOut
from bot.http.openapi import content, schemas_of
from bot.messages import LANGUAGES, Indicator, Speaker, Triage

PREFIX: Final = "/api"
PAGE: Final = 100
CaseState = Literal["waiting", "withdrawn", "taken", "closed", "erased"]
Consent = Literal["share", "confidential", "anonymous"]
CaseOutcome = Literal["support", "referred", "informed", "no_contact", "not_trafficking", "misuse", "other"]


class Case(BaseModel):
    """A case, in ids and codes. Of an erased one only `id` and `state` are left: erase what you keep of it."""

    id: str
    state: CaseState
    changed: int = Field(description="Rises with every change; see `cursor`.")
    reason: str | None = None
    triage: Triage | None = None
    indicators: list[Indicator] = []
    speaker: Speaker | None = None
    language: str | None = None
    channel: str | None = None
    reachable: str | None = Field(
        None,
        description="yes, stopped (wrote STOP), blocked, gone, no_address (there is nowhere to answer), or left (the chat's page is"
        " closed or offline).",
    )
    discreet: bool = Field(False, description="The person asked for short, neutral messages.")
    opened_at: datetime | None = None
    waiting_since: datetime | None = None
    taken_at: datetime | None = None
    closed_at: datetime | None = None
    mine: bool = Field(False, description="This token has the case.")
    outcome: str | None = None
    victim_consent: Consent | None = None
    witness_consent: Consent | None = None
    kept_until: datetime | None = None


class Cases(BaseModel):
    """Cases that changed after a cursor, in the order of their latest change."""

    cases: list[Case]
    cursor: int = Field(description="Ask with it for what changes next.")
    more: bool = Field(description="There are more already.")


class CaseMessage(BaseModel):
    """One message of a conversation. Digits that look like a telephone number are left out of `text`."""

    model_config = ConfigDict(title="Message", populate_by_name=True)

    number: int
    author: Literal["person", "bot", "consultant"] = Field(alias="from")
    kind: str = Field(
        description="text, voice, media and others; unreadable: what is stored of it does not open; sealed: to the staff's keys."
    )
    text: str
    language: str
    at: datetime
    mine: bool = Field(False, description="This token sent it.")


class Messages(BaseModel):
    """Messages of a case after a number, in order."""

    messages: list[CaseMessage]


class TakeOrHandBack(BaseModel):
    """Take a case, or put it back into the queue."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["take", "hand_back"]


class Close(BaseModel):
    """Close a case."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["close"]
    outcome: CaseOutcome


class Change(RootModel[Annotated[TakeOrHandBack | Close, Field(discriminator="action")]]):
    """A change of a case's state."""


# A character that is neither space, control nor invisible mark: without one there is nothing to read (bot/language/normalise.py).
SOMETHING_TO_READ: Final = r"[^\s\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"


class CaseAnswer(BaseModel):
    """A text for the person of a case that the token has."""

    model_config = ConfigDict(title="Answer", extra="forbid", strict=True)

    message_id: Annotated[StorableId, Field(min_length=1, max_length=100, description="Your own id; makes a repeat harmless.")]
    text: Annotated[str, Field(min_length=1, max_length=4000, json_schema_extra={"pattern": SOMETHING_TO_READ})]
    language: str | None = Field(None, description=f"One of {', '.join(LANGUAGES)}; default: the conversation's.")


class Sent(BaseModel):
    """The number that an answer has in its conversation."""

    number: int


def describe() -> dict[str, Any]:
    """Return the OpenAPI document."""
    schemas = schemas_of((Case, Cases, Messages, Change, CaseAnswer, Sent, ErrorOut))

    def answers(status: str, sentence: str, name: str, *more: str) -> dict[str, Any]:
        failures = {
            "400": "No JSON, or a parameter that is not of its form.",
            "401": "The token is not known or was revoked.",
            "403": "The token may not do this.",
            "404": "There is no such case, or it was erased.",
            "409": "Somebody else has the case, or it is closed.",
            "413": "The request is too large.",
            "422": "A field is missing or of another type.",
            "429": "Too many requests; see Retry-After.",
            "503": "The database does not take the work just now.",
        }
        codes = {"401", "429", "503", *more}
        wrong = {code: {"description": failures[code], "content": content("ErrorOut")} for code in sorted(codes)}
        return {status: {"description": sentence, "content": content(name)}} | wrong

    def number(name: str, sentence: str) -> dict[str, Any]:
        shape = {"type": "string", "pattern": "^[0-9]{1,12}$"}
        return {"name": name, "in": "query", "required": False, "schema": shape, "description": sentence}

    def body(name: str) -> dict[str, Any]:
        return {"required": True, "content": content(name)}

    case = {"name": "case", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}
    written = ("400", "403", "404", "409", "413", "422")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Front door: cases for other systems", "version": "1"},
        "security": [{"token": []}],
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            f"{PREFIX}/cases": {
                "get": {
                    "summary": f"List what changed, at most {PAGE} cases at a time",
                    "parameters": [
                        number("after", "The cursor of the last answer; without it everything from the last 30 days.")
                    ],
                    "responses": answers("200", "What changed.", "Cases", "400"),
                }
            },
            f"{PREFIX}/cases/{{case}}": {
                "get": {
                    "summary": "Read a case",
                    "parameters": [case],
                    "responses": answers("200", "The case.", "Case", "404"),
                }
            },
            f"{PREFIX}/cases/{{case}}/state": {
                "post": {
                    "summary": "Take a case, hand it back, or close it (token that writes)",
                    "parameters": [case],
                    "requestBody": body("Change"),
                    "responses": answers("200", "The case as it is now.", "Case", *written),
                }
            },
            f"{PREFIX}/cases/{{case}}/messages": {
                "get": {
                    "summary": "Read the messages (token for texts)",
                    "parameters": [case, number("after", "The number of the last message that you have.")],
                    "responses": answers("200", "The messages.", "Messages", "400", "403", "404"),
                },
                "post": {
                    "summary": "Answer the person of a case that the token has (token that writes)",
                    "parameters": [case],
                    "requestBody": body("Answer"),
                    "responses": answers("201", "It is on its way.", "Sent", *written),
                },
            },
        },
    }
