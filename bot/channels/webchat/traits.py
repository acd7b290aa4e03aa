"""The web chat, with its page for browsers without scripts, as a channel."""

from __future__ import annotations

from typing import Final

from bot.delivery.channel_traits import ChannelTraits

WEB: Final = ChannelTraits(
    name="web",
    delivery="fetched",
    buttons=True,
    chosen_by_number=False,  # who types "2" in the page, where every button is in sight, means something else
    phone=False,
    paid=False,
    form="text",
    keeps_messages=False,
)
