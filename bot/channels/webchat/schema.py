"""What the web chat's interface takes and gives: the models that the code validates with, and the document made from them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.conversation.frontdoor import MAX_TEXT
from bot.http.bodies import StorableId
from bot.http.errors import ErrorOut
from bot.http.openapi import content, schemas_of
from bot.language.normalise import printable
from bot.messages import LANGUAGES

PREFIX: Final = "/chat"
DRAWN: Final = "^[A-Za-z0-9_-]{43}$"


class NewConversation(BaseModel):
    """A wish for a new conversation."""

    model_config = ConfigDict(extra="ignore", strict=True)

    language: str | None = Field(
        None, description=f"Language of the greeting, one of {', '.join(LANGUAGES)}; default: the hotline's."
    )
    also: str | None = Field(None, description="A second language to greet in, for who may know either.")
    brief: bool = Field(
        False, description="The client shows the numbers by itself: greet in as few words as a small screen holds."
    )
    token: Annotated[str, Field(pattern=DRAWN)] | None = Field(
        None,
        description="A token that the client has drawn, 256 random bits in base64url: asking again with it opens no second conversation.",
    )


class NewMessage(BaseModel):
    """One message of a person."""

    model_config = ConfigDict(extra="ignore", strict=True)

    message_id: Annotated[
        StorableId, Field(min_length=1, max_length=100, description="The client's own id; makes a repeat harmless.")
    ]
    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_TEXT,
            description="What the person wrote, or a button's value. Its length counts in Unicode's form NFC, without control characters.",
        ),
    ]

    @field_validator("text", mode="before")
    @classmethod
    def _printable(cls, text: object) -> object:
        # A lone surrogate or a NUL is no reason to lose what somebody wrote around it.
        return (printable(text) or " "[: len(text)]) if isinstance(text, str) else text


class ButtonOut(BaseModel):
    """A choice offered with a reply."""

    title: str
    value: str


class ReplyOut(BaseModel):
    """One text for the person."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    author: Literal["bot", "consultant", "person"] = Field(alias="from", description="`person` only where that is asked for.")
    text: str
    language: str
    buttons: list[ButtonOut]


class Replies(BaseModel):
    """Texts for the person, in order."""

    replies: list[ReplyOut]


class ConversationState(BaseModel):
    """Who is with the person now."""

    model_config = ConfigDict(title="State", populate_by_name=True)

    who: Literal["program", "consultant"] = Field(alias="with", description="Who answers what is sent now.")
    writing: bool = Field(description="Whether a consultant is writing at this moment.")
    read: int = Field(description="Number of the last message that a consultant has seen; 0 for none.")


class MessageReplies(Replies):
    """The replies to a message."""

    model_config = ConfigDict(title="Answer")

    id: str | None = Field(description="The number of the message itself, to compare with `read`; none when it was erased.")


class News(Replies):
    """What came since, and who is there."""

    state: ConversationState


class OpenedConversation(Replies):
    """A new conversation."""

    token: str = Field(description="Proves that a request belongs to the conversation. Sent once; keep it in memory only.")


class NewCode(BaseModel):
    """A code to come back with."""

    code: str = Field(description="Sixteen digits in groups of four. Sent once; an earlier code opens nothing any more.")


class Return(BaseModel):
    """A code that somebody comes back with."""

    model_config = ConfigDict(extra="ignore", strict=True)

    code: Annotated[str, Field(min_length=1, max_length=100, description="The digits, with anything between them.")]
    token: Annotated[
        str, Field(pattern=DRAWN, description="A token that the client has drawn: it opens the conversation from now on.")
    ]


class Returned(BaseModel):
    """The conversation that a code has opened."""

    language: str = Field(description="The language of the conversation.")


def describe() -> dict[str, Any]:
    """Return the OpenAPI document, made from the models that the code validates with."""
    schemas = schemas_of(
        (NewConversation, NewMessage, MessageReplies, News, OpenedConversation, NewCode, Return, Returned, ErrorOut)
    )

    def error(sentence: str) -> dict[str, Any]:
        return {"description": sentence, "content": content("ErrorOut")}

    failures = {
        "400": error("No JSON, a parameter that is not of its form, or an id that cannot be stored."),
        "413": error("The text or the request is too long."),
        "422": error("A field is missing or of another type."),
        "429": error("Many write from this network: do the work that `Frontdoor-Work` names, or try again later."),
        "503": error("The message could not be stored just now: send it again."),
    }
    unknown = {"401": error("The token is not known, or the conversation was erased."), "503": failures["503"]}
    after = {
        "name": "after",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "pattern": "^[0-9]{1,12}$"},
        "description": "Id of the last reply that the client has.",
    }
    language = {
        "name": "language",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": list(LANGUAGES)},
        "description": "Language in which the program's own texts are said again.",
    }
    own = {
        "name": "own",
        "in": "query",
        "required": False,
        "schema": {"type": "boolean", "default": False},
        "description": "`true`: return what the person wrote as well, for a page that came back.",
    }
    secured: dict[str, Any] = {"security": [{"token": []}]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Front door: web chat", "version": "1"},
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            f"{PREFIX}/conversations": {
                "post": {
                    "summary": "Open a conversation",
                    "requestBody": {"required": False, "content": content("NewConversation")},
                    "responses": {
                        "201": {
                            "description": "The conversation's token and the greeting.",
                            "content": content("OpenedConversation"),
                        }
                    }
                    | failures,
                },
                "delete": secured
                | {
                    "summary": "Erase the conversation",
                    "responses": {"204": {"description": "Erased, at once and wholly."}} | unknown,
                },
            },
            f"{PREFIX}/messages": {
                "post": secured
                | {
                    "summary": "Send a message",
                    "requestBody": {"required": True, "content": content("NewMessage")},
                    "responses": {"200": {"description": "The replies to it.", "content": content("Answer")}}
                    | failures
                    | unknown,
                },
                "get": secured
                | {
                    "summary": "Fetch replies",
                    "parameters": [after, language, own],
                    "responses": {
                        "200": {"description": "What came since.", "content": content("News")},
                        "400": failures["400"],
                    }
                    | unknown,
                },
            },
            f"{PREFIX}/events": {
                "get": secured
                | {
                    "summary": "Stream replies as server-sent events",
                    "parameters": [after],
                    "responses": {
                        "200": {
                            "description": (
                                "An event `reply` for each reply; `state` when another is there, has read or is writing;"
                                " `erased` when the conversation is gone."
                            ),
                            "content": {"text/event-stream": {"schema": {"type": "string"}}},
                        },
                        "400": failures["400"],
                    }
                    | unknown,
                },
            },
            f"{PREFIX}/writing": {
                "post": secured
                | {
                    "summary": "Say that the person is writing",
                    "responses": {"204": {"description": "A consultant who has the conversation is told."}} | unknown,
                },
            },
            f"{PREFIX}/code": {
                "post": secured
                | {
                    "summary": "Make a code to come back with",
                    "responses": {
                        "201": {"description": "The code.", "content": content("NewCode")},
                        "409": error("Nothing was said yet: there is nothing to come back to."),
                    }
                    | unknown,
                },
            },
            f"{PREFIX}/return": {
                "post": {
                    "summary": "Come back with a code",
                    "requestBody": {"required": True, "content": content("Return")},
                    "responses": {
                        "200": {"description": "The token opens the conversation from now on.", "content": content("Returned")},
                        "404": error("No conversation has this code."),
                    }
                    | failures
                    | {"429": error("Too many wrong codes came from this network for it: `Retry-After` says how long to wait.")},
                },
            },
            f"{PREFIX}/openapi.json": {
                "get": {
                    "summary": "This document",
                    "responses": {
                        "200": {"description": "OpenAPI.", "content": {"application/json": {"schema": {"type": "object"}}}}
                    },
                }
            },
        },
    }
