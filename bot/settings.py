"""Every setting, typed, from the environment or the file `.env`, with its meaning and default."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingsInvalid(Exception):
    """A setting has a value that cannot be used; the message names it and says what is expected."""


class Settings(BaseSettings):
    """What the operator decides."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

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
    retention_days: int = Field(30, ge=1, description="Days after its last message that a conversation is kept.")
    case_retention_days: int = Field(
        90, ge=1, description="Days after its last message that a conversation handed to the hotline is kept."
    )
    console_session_minutes: int = Field(60, ge=5, description="Minutes of silence after which a console login ends.")

    console_release_minutes: int = Field(
        20, ge=0, description="Minutes that somebody waits for their consultant's answer before the case goes back to the queue; 0: never."
    )
    translator_url: str | None = Field(
        None, description="A LibreTranslate server of your own, e.g. http://127.0.0.1:5000. Without it nothing is sent for translation."
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

    metrics_port: int = Field(9464, ge=0, le=65535, description="Port of /metrics, on loopback; 0 takes a free one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")

    @field_validator("telegram_secret_token")
    @classmethod
    def _as_telegram_takes_it(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("it may have letters A-Z, digits, _ and - only, at most 256")
        return value

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


def load_settings() -> Settings:
    """Read the settings or raise SettingsInvalid with every problem named."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors())
        raise SettingsInvalid(f"These settings cannot be used. {problems}.") from None
