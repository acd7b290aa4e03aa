"""Asks the providers whether they know us and where they send messages: how an operator knows that a channel works."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.channels.provider.contract import Probe
from bot.channels.registry import PROVIDERS
from bot.delivery.channel_traits import ChannelInvalid
from bot.settings import Settings


async def probes(settings: Settings) -> AsyncIterator[Probe]:
    """Yield what the providers of the channels that are on say."""
    for provider in PROVIDERS:
        try:
            if provider.is_on(settings):
                yield await provider.probe(settings)
        except ChannelInvalid as problem:
            yield Probe(provider.name, good=False, sentence=str(problem))
