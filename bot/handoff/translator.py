"""Machine translation for consultants: off unless the operator runs a server for it, and always marked as a machine's."""

from __future__ import annotations

from typing import Final, Protocol

import aiohttp
from prometheus_client import Counter

from bot.settings import Settings

FAILURES = Counter("frontdoor_translations_failed", "Translations that the translator did not give.")
TIMEOUT: Final = aiohttp.ClientTimeout(total=20)


class TranslatorUnavailable(Exception):
    """The translator did not answer, or does not know the language."""


class Translator(Protocol):
    """Whatever translates."""

    async def translate(self, text: str, *, source: str, target: str) -> str:
        """Return a text in another language; raises TranslatorUnavailable."""
        ...


class LibreTranslate:
    """Translates with a LibreTranslate server (https://github.com/LibreTranslate/LibreTranslate, POST /translate)."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self.url = url.rstrip("/") + "/translate"
        self.api_key = api_key

    async def translate(self, text: str, *, source: str, target: str) -> str:
        """Return a text in another language; raises TranslatorUnavailable."""
        asked = {"q": text, "source": source, "target": target, "format": "text"}
        if self.api_key is not None:
            asked["api_key"] = self.api_key
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as session,
                session.post(self.url, json=asked, allow_redirects=False) as response,
            ):
                answer = await response.json() if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            FAILURES.inc()
            raise TranslatorUnavailable(f"The translator did not answer ({type(error).__name__}).") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("translatedText"), str):
            FAILURES.inc()
            raise TranslatorUnavailable("The translator refused, or does not know this language.")
        return str(answer["translatedText"])


def translator_of(settings: Settings) -> Translator | None:
    """Return the translator that the settings name, if any."""
    if settings.translator_url is None:
        return None
    key = settings.translator_api_key
    return LibreTranslate(settings.translator_url, key.get_secret_value() if key is not None else None)
