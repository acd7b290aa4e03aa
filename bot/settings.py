"""Every setting, typed, from the environment or the file `.env`, with its meaning and default."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = ".env"


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
    data_dir: Path = Field(PROJECT_ROOT / "data", description="Folder of keys and of the SQLite database.")
    database_url: str | None = Field(
        None, description="postgresql+psycopg://… for PostgreSQL; without it SQLite in DATA_DIR is used."
    )
    model_dir: Path = Field(PROJECT_ROOT / "models", description="Folder of trained models; the newest one is used.")

    default_language: str = Field("pl", description="Language of a greeting when nothing tells another.")
    retention_days: int = Field(
        30, ge=1, description="Days after it was written that a message is kept; its conversation goes with the last one."
    )
    case_retention_days: int = Field(
        90, ge=1, description="The same for a conversation that was handed to the hotline; a closed case is kept as long."
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
    alarm_language: Literal["pl", "en"] = Field("pl", description="Language of the alarms.")
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
        "starttls", description="How the connection is encrypted; `none` only for a mail server on this machine."
    )
    smtp_from: str | None = Field(None, description="Sender of the alarms' e-mails.")

    backup_recipients: str = Field(
        "", description="Public keys that backups are sealed to, with commas between; any one's private key opens them."
    )
    backup_keep_days: int = Field(
        14, ge=1, description="Days that a backup is kept; for so long what was erased can still be in one."
    )

    metrics_port: int = Field(9464, ge=0, le=65535, description="Port of /metrics, on loopback; 0 takes a free one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")

    @field_validator("telegram_secret_token")
    @classmethod
    def _as_telegram_takes_it(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("it may have letters A-Z, digits, _ and - only, at most 256")
        return value

    @field_validator("alarm_self_test")
    @classmethod
    def _time_of_day(cls, value: str) -> str:
        if value != "off":
            time.fromisoformat(value)
        return value

    @field_validator("alarm_sms_to", "alarm_call_to")
    @classmethod
    def _numbers(cls, value: str) -> str:
        if any(not re.fullmatch(r"\+[1-9]\d{6,14}", number) for number in listed(value)):
            raise ValueError("numbers look like +48600000000, with commas between")
        return value

    @field_validator("backup_recipients")
    @classmethod
    def _public_keys(cls, value: str) -> str:
        if any(not re.fullmatch(r"age1[a-z0-9]{58}", key) for key in listed(value)):
            raise ValueError("public keys begin with age1 and have 62 characters, with commas between")
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
        if self.cases_webhook_url is not None and not self.cases_webhook_url.startswith(("https://", "http://")):
            raise ValueError("CASES_WEBHOOK_URL must begin with https:// (or http:// on this machine)")
        return self

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL in use."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite+aiosqlite:///{self.data_dir / 'frontdoor.sqlite3'}"

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
            f"{'.'.join(str(part) for part in item['loc']).upper() or 'SETTINGS'}: {item['msg']}" for item in error.errors()
        )
        raise SettingsInvalid(f"These settings cannot be used. {problems}.") from None
