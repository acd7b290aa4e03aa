"""Alarms by e-mail, and to another system as signed JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import aiohttp
import aiosmtplib

from bot.alarms import texts as alarm_texts
from bot.alarms.alarm import AlarmWay, Notice, WayFailed
from bot.http.signed_posts import SECONDS, SIGNATURE_HEADER, TIMEOUT, TIMESTAMP_HEADER, sign
from bot.settings import Settings, listed


class EmailWay:
    """Sends alarms to one address."""

    def __init__(self, settings: Settings, to: str) -> None:
        self.settings = settings
        self.to = to

    async def send(self, notice: Notice) -> None:
        """Hand a mail to the mail server; raises WayFailed."""
        settings = self.settings
        mail = EmailMessage()
        mail["From"], mail["To"] = settings.smtp_from or "", self.to
        mail["Subject"] = alarm_texts.subject(notice)
        mail["Importance"] = "high"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail.set_content(alarm_texts.message(notice))
        password = settings.smtp_password.get_secret_value() if settings.smtp_password is not None else None
        try:
            await aiosmtplib.send(
                mail,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user,
                password=password,
                use_tls=settings.smtp_tls == "tls",
                start_tls=settings.smtp_tls == "starttls",
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise WayFailed(str(error.recipients[0].code)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise WayFailed(str(error.code)) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise WayFailed(type(error).__name__) from None

    async def close(self) -> None:
        """Do nothing: every mail has a connection of its own."""


class WebhookWay:
    """Posts alarms to an address of the operator."""

    def __init__(self, url: str, secret: str, clock: Callable[[], datetime]) -> None:
        self.url = url
        self.secret = secret
        self.clock = clock

    async def send(self, notice: Notice) -> None:
        """Post a call; raises WayFailed unless the answer is 2xx."""
        body = json.dumps(
            {
                "type": "alarm",
                "id": notice.alarm_id,
                "kind": notice.kind.value,
                "triage": notice.triage.value,
                "waits_seconds": int(notice.waits.total_seconds()),
                "language": notice.language,
                "console": notice.console_url,
                "acknowledge": notice.acknowledge_url,
            }
            | ({"failing_way": notice.failing} if notice.failing else {})
            | ({"cases": notice.cases} if notice.cases > 1 else {})
        ).encode()
        timestamp = str(int(self.clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: sign(self.secret, timestamp, body),
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as session,
                session.post(self.url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                if response.status // 100 != 2:
                    raise WayFailed(str(response.status))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise WayFailed(type(error).__name__) from None

    async def close(self) -> None:
        """Do nothing: every post has a connection of its own."""


def own_ways(settings: Settings, clock: Callable[[], datetime]) -> dict[str, AlarmWay]:
    """Return the ways that need no provider of a channel, by name."""
    ways: dict[str, AlarmWay] = {
        f"email{number}": EmailWay(settings, address) for number, address in enumerate(listed(settings.alarm_emails), 1)
    }
    if settings.alarm_webhook_url is not None and settings.alarm_webhook_secret is not None:
        ways["webhook"] = WebhookWay(settings.alarm_webhook_url, settings.alarm_webhook_secret.get_secret_value(), clock)
    return ways
