"""The registry of channels: whoever adds one adds it here, and nowhere else. docs/channels.md tells how to begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.channels.provider.contract import Provider
from bot.channels.telegram.traits import TELEGRAM
from bot.channels.twilio.traits import TWILIO
from bot.channels.webchat.traits import WEB
from bot.delivery.channel_traits import ChannelInvalid, ChannelTraits, declare

PROVIDERS: Final[Sequence[Provider]] = (TELEGRAM, TWILIO)
OWN: Final[Sequence[ChannelTraits]] = (WEB,)  # without a provider


def refuse_unserved(own: Sequence[ChannelTraits]) -> None:
    """Raise ChannelInvalid for a channel to which replies would be stored that nobody sends."""
    for row in own:
        if row.pushes:
            raise ChannelInvalid(f"{row.name} is pushed to, and no provider carries it: its replies would never be sent.")


refuse_unserved(OWN)
declare([*OWN, *(row for provider in PROVIDERS for row in provider.channels)])
