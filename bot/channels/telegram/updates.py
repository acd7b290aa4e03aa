"""What an update of Telegram means to us: a person's message, a press of a button, a group, a block, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update
from telegram.constants import ChatType

from bot.channels.telegram.traits import CHAT
from bot.language.writing import served_code
from bot.messages import LANGUAGES, Inbound
from bot.storage.vault import Vault

CHANNEL: Final = CHAT.name
# What we ask for. Telegram keeps the setting of the last call, so it is always sent.
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
COMMANDS: Final[Mapping[str, str]] = {"help": "@menu", "language": "@language", "human": "@human", "delete": "@delete"}
START_LANGUAGE_PREFIX: Final = "lang_"
_IDS_END: Final = 2**52  # of Telegram's documentation: ids have at most 52 significant bits


@dataclass(frozen=True)
class Press:
    """A button that was pressed, and the message that it hangs on."""

    query_id: str
    chat_id: int
    message_id: int
    text: str | None
    title: str | None


@dataclass(frozen=True)
class FromPerson:
    """A person's message in a private chat."""

    inbound: Inbound
    press: Press | None = None


@dataclass(frozen=True)
class FromGroup:
    """A group or channel that has us in it, or writes to us."""

    chat_id: int
    language: str | None


@dataclass(frozen=True)
class Membership:
    """A person blocked us, or let us in again."""

    pseudonym: str
    blocked: bool


Meaning = FromPerson | FromGroup | Membership | None


class UnreadableUpdate(ValueError):
    """An update has fields of other types than Telegram's; nothing can be done with it."""


def read(update: Update, *, vault: Vault, now: datetime) -> Meaning:
    """Return what an update means, None for what needs no answer; raises UnreadableUpdate."""
    try:
        return _read(update, vault, now)
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # the library takes over whatever stands in a field
        raise UnreadableUpdate(type(error).__name__) from None


def _read(update: Update, vault: Vault, now: datetime) -> Meaning:
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, vault, now)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, vault)
    message = update.message or update.edited_message
    if message is None:
        return None
    if message.chat.type != ChatType.PRIVATE:
        return FromGroup(message.chat_id, _language(update)) if update.message is not None else None
    if message.from_user is not None and message.from_user.is_bot:
        return None  # no person: two programs would answer each other for ever
    kind, text, details = _edited(message) if update.message is None else _content(message)
    if kind is None:
        return None
    album = message.media_group_id if not text else None
    return FromPerson(
        _inbound(
            message.chat,
            vault,
            external_id=f"album {album!a}" if album else str(update.update_id),
            text=text,
            kind=kind,
            details=details | {"message_id": message.message_id},
            language=_start_language(text) if kind == "start" else None,
            hint=_language(update),
            now=now,
        )
    )


def _inbound(
    chat: Chat,
    vault: Vault,
    *,
    external_id: str,
    text: str,
    kind: str,
    details: dict[str, Any],
    language: str | None,
    hint: str | None,
    now: datetime,
) -> Inbound:
    if type(chat.id) is not int or not chat.id or abs(chat.id) >= _IDS_END or not isinstance(text, str):
        raise UnreadableUpdate("chat")
    address = str(chat.id)
    return Inbound(
        channel=CHANNEL,
        pseudonym=vault.pseudonym(CHANNEL, address),
        external_id=external_id,
        text="" if kind == "start" else text,
        received_at=now,
        address=address,
        language_hint=language or hint,
        kind=kind,
        details=details | ({"language": language} if language else {}),
    )


def _content(message: Message) -> tuple[str | None, str, dict[str, Any]]:
    text = message.text or message.caption or ""
    if message.forward_origin is not None:
        return "forwarded", text, {}
    command = _command(message)
    if command is not None:
        return command
    if message.text is not None:
        return "text", text.lstrip("/") or text, {}
    for file in (message.voice, message.audio, message.video_note):
        if file is not None:
            return "voice", text, {"file_id": file.file_id}
    if message.sticker is not None or message.dice is not None:
        return "sticker", "", {}
    if message.location is not None or message.venue is not None:
        return "location", "", {}  # where somebody is would be a danger to keep: the text says so
    if message.contact is not None:
        return "contact", "", {}
    if message.photo or message.video or message.document or message.animation or message.poll or message.story:
        return "media", text, {}
    return None, "", {}  # a service message, such as a changed timer


def _edited(message: Message) -> tuple[str | None, str, dict[str, Any]]:
    text = message.text or message.caption
    return ("edited", text, {}) if text else (None, "", {})  # a live location that moves is an edit, too


def _command(message: Message) -> tuple[str, str, dict[str, Any]] | None:
    entity = next(iter(message.entities), None)
    if message.text is None or entity is None or entity.type != MessageEntity.BOT_COMMAND or entity.offset != 0:
        return None
    name = message.text[1 : entity.length].partition("@")[0].lower()
    if name == "start":
        return "start", message.text[entity.length :].strip(), {}
    if name == "stop":
        return "stop", "", {}
    return ("command", COMMANDS[name], {}) if name in COMMANDS else None


def _start_language(payload: str) -> str | None:
    code = payload.removeprefix(START_LANGUAGE_PREFIX).lower()
    return code if code in LANGUAGES else None


def _language(update: Update) -> str | None:
    code = (update.effective_user.language_code or "") if update.effective_user is not None else ""
    return served_code(code.lower().partition("-")[0])


def _pressed(update: Update, query: CallbackQuery, vault: Vault, now: datetime) -> Meaning:
    message = query.message
    if message is None or message.chat.type != ChatType.PRIVATE or not query.data:
        return None
    accessible = message if isinstance(message, Message) else None
    return FromPerson(
        _inbound(
            message.chat,
            vault,
            external_id=str(update.update_id),
            text=query.data,
            kind="button",
            details={},
            language=None,
            hint=_language(update),
            now=now,
        ),
        Press(
            query_id=query.id,
            chat_id=message.chat.id,
            message_id=message.message_id,
            text=accessible.text if accessible else None,
            title=_title(accessible, query.data) if accessible else None,
        ),
    )


def _title(message: Message, data: str) -> str | None:
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), None)


def _membership(change: ChatMemberUpdated, vault: Vault) -> Meaning:
    inside = change.new_chat_member.status not in {ChatMember.BANNED, ChatMember.LEFT}
    if change.chat.type == ChatType.PRIVATE:
        return Membership(vault.pseudonym(CHANNEL, str(change.chat.id)), blocked=not inside)
    language = (change.from_user.language_code or "").lower().partition("-")[0]
    return FromGroup(change.chat.id, language if language in LANGUAGES else None) if inside else None
