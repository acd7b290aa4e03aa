"""Asks the providers whether they know us and where they send messages: how an operator knows that a channel works."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.channels.provider.contract import Probe
from bot.channels.registry import PROVIDERS
from bot.settings import Settings


async def probes(settings: Settings) -> AsyncIterator[Probe]:
    """Yield what the providers of the channels that are on say."""
    for provider in PROVIDERS:
        if provider.ready(settings):
            yield await provider.probe(settings)
