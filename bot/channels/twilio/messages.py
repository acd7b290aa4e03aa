"""What a webhook of Twilio means to us: whose message it is, what kind, and in which language its writer may read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import phonenumbers

from bot.channels.twilio.traits import SMS, WHATSAPP
from bot.language.writing import writings
from bot.messages import Inbound
from bot.storage.vault import Vault

WHATSAPP_PREFIX: Final = "whatsapp:"

_NUMBER: Final = re.compile(r"\+?[0-9]{7,15}")  # shorter ones are short codes
_NETWORK: Final = re.compile(r"[a-z][a-z0-9]*:\S+")  # "whatsapp:+48…", "whatsapp:PL.13…", "rcs:…", "messenger:…"
_COUNTRY: Final = re.compile(r"([A-Z]{2})\.")  # how WhatsApp names somebody who does not show a number: PL.1349…
_SID: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_OPT_OUT_KINDS: Final = {"STOP": "stop", "START": "start", "HELP": "help"}
_KINDS_BY_MEDIA: Final = (("audio/", "voice"), ("text/vcard", "contact"), ("text/x-vcard", "contact"), ("image/webp", "sticker"))


class NotAMessage(Exception):
    """A genuine call lacks what every message has."""


def read(form: Mapping[str, str], *, vault: Vault, now: datetime) -> Inbound:
    """Return the message that a webhook brings; raises NotAMessage."""
    sid, sender = form.get("MessageSid") or form.get("SmsSid") or "", form.get("From", "")
    if not _SID.fullmatch(sid) or not sender:
        raise NotAMessage("MessageSid or From is missing.")
    channel, number = split(sender)
    kind, text, details = _content(form)
    return Inbound(
        channel=channel,
        pseudonym=vault.pseudonym(channel, number),
        external_id=sid,
        text=text,
        received_at=now,
        address=reply_address(sender, form.get("To", "")),
        language_hint=language_of(number),
        kind=kind,
        details=details | {"message_id": sid},
    )


def split(address: str) -> tuple[str, str]:
    """Return the channel of an address of Twilio's, and what names its holder there: for WhatsApp without the prefix.

    What is neither WhatsApp nor SMS is treated as SMS is: plain text, numbered choices.
    """
    if address.startswith(WHATSAPP_PREFIX):
        return WHATSAPP.name, address.removeprefix(WHATSAPP_PREFIX)
    return SMS.name, address


def reply_address(sender: str, ours: str) -> str | None:
    """Return where somebody can be answered; None for short codes and named senders of SMS, which take no answer.

    Whoever writes over another network than SMS and WhatsApp (`rcs:`, `messenger:`) is answered from what they wrote to: that
    stands after a space.
    """
    if _NUMBER.fullmatch(sender):
        return sender
    if not _NETWORK.fullmatch(sender):
        return None
    return sender if sender.startswith(WHATSAPP_PREFIX) else f"{sender} {ours}".strip()


def language_of(number: str) -> str | None:
    """Return the language to begin in with the holder of a number; None when its country does not suggest one of ours."""
    number = number.rpartition(":")[2]
    country = _COUNTRY.match(number)
    try:
        region = country.group(1) if country else phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
    # A first guess, until the words tell better: the country of a number does not tell what its holder speaks.
    return next((language for language, writing in writings().items() if region in writing.regions.split()), "en")


def _content(form: Mapping[str, str]) -> tuple[str, str, dict[str, Any]]:
    text = form.get("ButtonPayload") or form.get("Body", "")
    opt_out = _OPT_OUT_KINDS.get(form.get("OptOutType", "").upper())
    if opt_out is not None:
        return opt_out, text, {"confirmed": True}  # the provider has answered it, too
    if form.get("Latitude") and form.get("Longitude"):
        return "location", "", {}
    if form.get("Forwarded", "").lower() == "true" or form.get("FrequentlyForwarded", "").lower() == "true":
        return "forwarded", text, {}
    count = form.get("NumMedia", "0")
    if count.isdecimal() and count.strip("0"):
        media = form.get("MediaContentType0", "").lower()
        kind = next((kind for prefix, kind in _KINDS_BY_MEDIA if media.startswith(prefix)), "media")
        return kind, text, {}
    return "text", text, {}
