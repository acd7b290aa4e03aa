"""What an operator wants to know from Twilio: whether it knows the account and the number, and where it sends messages."""

from __future__ import annotations

from bot.channels.provider.contract import Probe
from bot.channels.twilio.delivery import TwilioClient
from bot.channels.twilio.traits import TWILIO, WEBHOOK_PATH
from bot.delivery.outbound import NotNow, Refused, Uncertain
from bot.settings import Settings


async def probe(settings: Settings) -> Probe:
    """Ask Twilio about the account, the number and the number's webhook."""
    good, sentence = await _asked(settings)
    return Probe(TWILIO.name, good, sentence)


async def _asked(settings: Settings) -> tuple[bool, str]:
    client = TwilioClient(settings)
    try:
        numbers = await client.call(client.rest.incoming_phone_numbers.list_async(phone_number=settings.twilio_number, limit=1))
    except (NotNow, Refused, Uncertain) as problem:
        hint = (
            "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
            if problem.code in {"401", "20003"}
            else "Is TWILIO_API_BASE reachable?"
        )
        return False, f"Twilio could not be asked (code {problem.code}). {hint}"
    finally:
        await client.close()
    expected = f"{settings.public_url}{WEBHOOK_PATH}"
    if not numbers:
        return False, f"The account has no number {settings.twilio_number}."
    url, method = (numbers[0].sms_url or "").partition("#")[0], numbers[0].sms_method
    if url != expected or method != "POST":
        shown = url or "nowhere"
        return False, f"Twilio sends messages to {shown} ({method}); it should be {expected}, as HTTP POST."
    return True, f"Twilio knows {settings.twilio_number} and sends messages to {url}."
