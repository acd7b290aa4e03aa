"""Every setting, typed, from the environment or the file `.env`, with its meaning and default."""

from __future__ import annotations

import re
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = ".env"

_NUMBER = r"\+[1-9]\d{6,14}"
# What a value must look like, each one between commas; and how it is told to whoever wrote another one.
_FORMS = {
    "telegram_bot_token": (r"\d+:[A-Za-z0-9_-]+", "@BotFather gives one such as 123456789:AAE…"),
    "telegram_secret_token": (r"[A-Za-z0-9_-]{1,256}", "it may have letters A-Z, digits, _ and - only, at most 256"),
    "twilio_account_sid": (r"AC[0-9a-fA-F]{32}", "it begins with AC and has 34 characters, as Twilio's console shows it"),
    "twilio_number": (rf"{_NUMBER}|\d{{4,6}}", "a number looks like +48732000000, without spaces"),
    "twilio_whatsapp_number": (_NUMBER, "a number looks like +48732000000, without spaces"),
    "alarm_sms_to": (_NUMBER, "numbers look like +48600000000, with commas between"),
    "alarm_call_to": (_NUMBER, "numbers look like +48600000000, with commas between"),
    "alarm_emails": (r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", "addresses look like duty@example.org, with commas between"),
    "smtp_from": (r"[^@]+@[^@\s]+\.[^@\s]+", "an address looks like alarm@example.org"),
    "backup_recipients": (r"age1[a-z0-9]{58}", "public keys begin with age1 and have 62 characters, with commas between"),
}
_ADDRESSES = (
    "public_url",
    "translator_url",
    "telegram_api_base",
    "twilio_api_base",
    "alarm_webhook_url",
    "cases_webhook_url",
)
_DATABASES = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
}


class SettingsInvalid(Exception):
    """A setting has a value that cannot be used; the message names it and says what is expected."""


class Settings(BaseSettings):
    """What the operator decides."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, env_ignore_empty=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on. Behind a proxy leave it on loopback.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the public pages and webhooks.")
    public_url: str | None = Field(
        None, description="How the world sees us, e.g. https://help.example.org. Signatures are checked against it."
    )
    trusted_proxies: str = Field(
        "127.0.0.0/8, ::1",
        description="Networks of your proxies, whose X-Forwarded-For counts at the web chat's door, with commas between.",
    )
    data_dir: Path = Field(PROJECT_ROOT / "data", description="Folder of keys and of the SQLite database.")
    disk_reserve_mb: int = Field(
        200,
        ge=0,
        description="Megabytes of the disk of DATA_DIR that are kept for open conversations: below, nobody opens a new web chat.",
    )
    database_url: str | None = Field(
        None, description="postgresql+psycopg://… for PostgreSQL; without it SQLite in DATA_DIR is used."
    )
    model_dir: Path = Field(PROJECT_ROOT / "models", description="Folder of trained models; the newest one is used.")

    turn_seconds: float = Field(
        10.0,
        gt=0,
        description="Seconds that the model may take for a message, or a part of a long one; then its person gets the numbers, and a case.",
    )
    default_language: str = Field("pl", description="Language of a greeting when nothing tells another.")
    widget_sites: str = Field(
        "",
        description="Sites that may show the web chat by widget.js, e.g. https://ngo.example, with commas between; none: no site may.",
    )
    retention_days: int = Field(
        30, ge=1, description="Days after it was written that a message is kept; its conversation goes with the last one."
    )
    case_retention_days: int = Field(
        90, ge=1, description="The same for a conversation that was handed to the hotline; a closed case is kept as long."
    )
    seal_closed_minutes: int = Field(
        60,
        ge=0,
        description="Minutes of silence after which a closed case is sealed to the staff's own keys; 0: never.",
    )
    console_session_minutes: int = Field(60, ge=5, description="Minutes of silence after which a console login ends.")

    console_release_minutes: int = Field(
        20,
        ge=0,
        description="Minutes that somebody waits for their consultant's answer before the case goes back to the queue; 0: never.",
    )
    translator_url: str | None = Field(
        None,
        description="A LibreTranslate server of your own, e.g. http://127.0.0.1:5000. Without it nothing is translated.",
    )
    translator_api_key: SecretStr | None = Field(None, description="API key of that server, if it wants one.")

    telegram_bot_token: SecretStr | None = Field(None, description="Token from @BotFather. Without it Telegram is off.")
    telegram_secret_token: SecretStr | None = Field(
        None, description="Secret that Telegram sends with each webhook call; letters, digits, _ and - only."
    )
    telegram_api_base: str = Field("https://api.telegram.org", description="Base of the Bot API; /bot is appended.")
    telegram_polling: bool = Field(
        False, description="Fetch Telegram's messages instead of receiving webhooks: for a machine without a public address."
    )
    twilio_account_sid: str | None = Field(None, description="Account SID. Without it SMS and WhatsApp are off.")
    twilio_auth_token: SecretStr | None = Field(None, description="Auth token; signs webhooks and the REST API.")
    twilio_number: str | None = Field(None, description="The number that SMS come from, e.g. +48732000000.")
    twilio_whatsapp_number: str | None = Field(None, description="The WhatsApp sender; default: TWILIO_NUMBER.")
    twilio_api_base: str = Field("https://api.twilio.com", description="Base of Twilio's REST API.")
    twilio_auth_token_next: SecretStr | None = Field(
        None, description="Second auth token while Twilio's is being changed: webhooks signed with either are genuine."
    )
    twilio_replies: Literal["api", "twiml"] = Field(
        "api",
        description="How replies go out: through the REST API, or as TwiML in the answer to the webhook (the API as reserve).",
    )

    person_daily_replies: int = Field(
        80, ge=1, description="Paid replies (SMS, WhatsApp) of the program to one person in a day. An emergency is never cut off."
    )
    total_daily_replies: int = Field(
        3000,
        ge=1,
        description="Paid replies (SMS, WhatsApp) of the program to everybody in a day. An emergency is never cut off.",
    )
    delivery_give_up_hours: int = Field(24, ge=1, description="Hours after which a reply that cannot be delivered is given up.")
    address_keep_hours: int = Field(
        72,
        ge=1,
        description="Hours after the last message that a number or chat id is kept, sealed; longer while a case is open.",
    )

    duty_hours: str = Field(
        "Mon-Sun 00:00-24:00",
        description="When consultants answer everything; else urgent matters only. E.g. Mon-Fri 09:00-19:00, Sat 10:00-14:00.",
    )
    duty_timezone: str = Field("Europe/Warsaw", description="Timezone of DUTY_HOURS and of ALARM_SELF_TEST.")
    duty_holidays: str = Field("none", description="Country whose public holidays are off duty, e.g. PL.")
    duty_days_off: str = Field("", description="More days off duty, e.g. 2026-12-24, 2026-12-31.")

    alarm_emergency_seconds: int = Field(60, ge=0, description="Seconds that an emergency may wait before an alarm.")
    alarm_high_seconds: int = Field(300, ge=0, description="Seconds that a case of triage high may wait before an alarm.")
    alarm_other_minutes: int = Field(
        30,
        ge=0,
        description="Minutes that any other case may wait in duty hours before a message to staff, never a call; 0: for ever.",
    )
    alarm_repeat_seconds: int = Field(120, ge=30, description="Seconds after which an alarm that nobody answered sounds again.")
    alarm_acknowledged_minutes: int = Field(
        15, ge=1, description="Minutes that an acknowledged case may still wait before its alarm sounds again."
    )
    alarm_language: Literal["pl", "en"] = Field("pl", description="Language of the alarms: `pl` or `en`.")
    alarm_self_test: str = Field("11:00", description="Time of day of the daily self-test of all ways; `off` for none.")
    alarm_emails: str = Field("", description="E-mail addresses that alarms go to, with commas between.")
    alarm_sms_to: str = Field("", description="Numbers that get alarms as SMS through Twilio, with commas between.")
    alarm_call_to: str = Field("", description="Numbers that alarms call through Twilio, with commas between.")
    alarm_telegram_chat: int | None = Field(None, description="Id of the staff's Telegram chat; the bot must be in it.")
    alarm_webhook_url: str | None = Field(None, description="An address that alarms are posted to as signed JSON.")
    alarm_webhook_secret: SecretStr | None = Field(None, description="Secret that signs those posts, 16 characters or more.")
    cases_webhook_url: str | None = Field(
        None, description="An address of another system that learns what happens to cases, as signed JSON without words."
    )
    cases_webhook_secret: SecretStr | None = Field(None, description="Secret that signs those posts, 16 characters or more.")
    smtp_host: str | None = Field(None, description="Mail server that sends the alarms' e-mails.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_user: str | None = Field(None, description="Name to log in with at the mail server, if it wants one.")
    smtp_password: SecretStr | None = Field(None, description="Password to log in with at the mail server.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the connection is encrypted: `starttls`, `tls` (from the start, mostly port 465), or `none`, "
        "only for a mail server on this machine.",
    )
    smtp_from: str | None = Field(None, description="Sender of the alarms' e-mails.")

    backup_recipients: str = Field(
        "", description="Public keys that backups are sealed to, with commas between; any one's private key opens them."
    )
    backup_keep_days: int = Field(
        14, ge=1, description="Days that a backup is kept; for so long what was erased can still be in one."
    )

    metrics_host: str = Field("127.0.0.1", description="Address that /metrics listens on; never one that the world reaches.")
    metrics_port: int = Field(9464, ge=0, le=65535, description="Port of /metrics; 0 takes a free one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged; the numbers and hashes of the audit log are in it whatever this is."
    )

    @field_validator(*_FORMS)
    @classmethod
    def _of_its_form(cls, value: str | SecretStr | None, info: ValidationInfo) -> str | SecretStr | None:
        form, told = _FORMS[info.field_name or ""]
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value or ""
        if any(not re.fullmatch(form, item) for item in listed(plain)):
            raise ValueError(told)
        return value

    @field_validator(*_ADDRESSES)
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            known = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            known = False
        if not known or re.search(r"\s", value):
            raise ValueError("an address looks like https://help.example.org")
        return value.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _without_path(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if parts.path or parts.query or parts.fragment or parts.username:
            raise ValueError("it is the address alone, such as https://help.example.org, without anything behind it")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_of_a_known_kind(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("it looks like postgresql+psycopg://user:password@host/name") from None
        if url.drivername not in _DATABASES:
            raise ValueError(f"this program knows PostgreSQL (postgresql+psycopg://…) and SQLite, not {url.drivername}")
        return url.set(drivername=_DATABASES[url.drivername]).render_as_string(hide_password=False)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            for network in listed(value):
                ip_network(network)
        except ValueError:
            raise ValueError("networks look like 10.0.0.0/8 or ::1, with commas between") from None
        return value

    @field_validator("widget_sites")
    @classmethod
    def _sites(cls, value: str) -> str:
        if any(not re.fullmatch(r"(https://[a-z0-9.-]+|http://localhost)(:\d{1,5})?", site) for site in listed(value)):
            raise ValueError("sites look like https://ngo.example, without a path, with commas between")
        return value

    @field_validator("alarm_self_test")
    @classmethod
    def _time_of_day(cls, value: str) -> str:
        if value != "off":
            try:
                time.fromisoformat(value)
            except ValueError:
                raise ValueError("it is a time of day such as 11:00, or off") from None
        return value

    @model_validator(mode="after")
    def _alarms_are_complete(self) -> Self:
        """Refuse a way of alarm that could never sound."""
        needs = (
            (bool(self.alarm_emails), ("smtp_host", "smtp_from")),
            (bool(self.alarm_sms_to or self.alarm_call_to), ("twilio_account_sid", "twilio_auth_token", "twilio_number")),
            (self.alarm_telegram_chat is not None, ("telegram_bot_token",)),
            (self.alarm_webhook_url is not None, ("alarm_webhook_secret",)),
            (self.alarms_ready, ("public_url",)),
        )
        missing = sorted({name.upper() for wanted, names in needs if wanted for name in names if not getattr(self, name)})
        if missing:
            raise ValueError(f"alarms cannot be sent without {', '.join(missing)}")
        if self.alarm_webhook_secret is not None and len(self.alarm_webhook_secret.get_secret_value()) < 16:
            raise ValueError("ALARM_WEBHOOK_SECRET must have 16 characters or more")
        return self

    @model_validator(mode="after")
    def _cases_are_signed(self) -> Self:
        """Refuse to tell another system of cases without a signature."""
        secret = self.cases_webhook_secret.get_secret_value() if self.cases_webhook_secret is not None else ""
        if (self.cases_webhook_url is not None or secret) and len(secret) < 16:
            raise ValueError("CASES_WEBHOOK_URL needs CASES_WEBHOOK_SECRET, of 16 characters or more")
        return self

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL in use."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.data_dir / 'frontdoor.sqlite3'}"

    @property
    def telegram_ready(self) -> bool:
        """Say whether everything that Telegram needs is set."""
        return self.telegram_bot_token is not None and (self.telegram_secret_token is not None or self.telegram_polling)

    @property
    def twilio_ready(self) -> bool:
        """Say whether everything that SMS and WhatsApp need is set."""
        return None not in (self.twilio_account_sid, self.twilio_auth_token, self.twilio_number, self.public_url)

    @property
    def alarms_ready(self) -> bool:
        """Say whether there is any way to call staff."""
        ways = (self.alarm_emails, self.alarm_sms_to, self.alarm_call_to, self.alarm_telegram_chat, self.alarm_webhook_url)
        return any(bool(way) for way in ways)


def listed(value: str) -> list[str]:
    """Return what stands between commas, without spaces around."""
    return [item for part in value.split(",") if (item := part.strip())]


def load_settings() -> Settings:
    """Read the settings or raise SettingsInvalid with every problem named."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']).upper() or 'SETTINGS'}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_input=False)
        )
        raise SettingsInvalid(f"These settings cannot be used. {problems}.") from None
