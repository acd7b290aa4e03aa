"""What a channel's provider is to the program: its channels, its webhook, how it is opened and asked. It loads no library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from bot.delivery.channel_traits import ChannelInvalid, ChannelTraits
from bot.delivery.outbound import Sender
from bot.delivery.provider_erasures import Eraser

if TYPE_CHECKING:
    from bot.delivery.dispatcher import Dispatcher
    from bot.program import Program
    from bot.settings import Settings


class Way(Sender, Eraser, Protocol):
    """Sends the replies of a provider's channels, and erases there what was erased here."""


class Service(Protocol):
    """A provider in a running program."""

    @property
    def sender(self) -> Way:
        """Return the way out."""
        ...

    def application(self) -> web.Application:
        """Return the webhooks, to be mounted at the provider's prefix."""
        ...

    async def start(self) -> None:
        """Begin to fetch messages, where they are fetched."""
        ...

    async def catch_up(self) -> object:
        """Fetch what webhooks did not bring; called at start and every ten minutes."""
        ...

    async def finish(self) -> None:
        """Take nothing more, and finish what was taken."""
        ...

    async def close(self) -> None:
        """Close the connections; nothing is sent any more."""
        ...


@dataclass(frozen=True)
class Probe:
    """What a provider said when it was asked whether it knows us, and where it sends messages."""

    channel: str
    good: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Who carries the messages of one or more channels.

    `name` and the two sentences are what `check` shows. `ready` says whether the settings turn it on. `prefix` is where its webhooks
    are mounted. `open` and `probe` import what needs the provider's library, so that nothing is loaded for a channel that is off.
    """

    name: str
    channels: tuple[ChannelTraits, ...]
    prefix: str
    ready: Callable[[Settings], bool]
    when_ready: str
    when_off: str
    open: Callable[[Program, Dispatcher], Service]
    probe: Callable[[Settings], Awaitable[Probe]]

    def __post_init__(self) -> None:
        """Refuse a channel to which nothing would be sent."""
        if not self.channels:
            raise ChannelInvalid(f"{self.name} carries no channel. Name the rows of its channels.")
        for channel in self.channels:
            if not channel.pushes:
                raise ChannelInvalid(
                    f"{channel.name}: a provider sends what is pushed, and this channel's delivery is otherwise."
                )

    def is_on(self, settings: Settings) -> bool:
        """Say whether the settings turn it on; raises ChannelInvalid where it asks for one that nobody wrote."""
        try:
            return self.ready(settings)
        except AttributeError as lacking:
            raise ChannelInvalid(
                f"{self.name} asks for the setting {lacking.name}, which bot/settings.py does not have."
            ) from lacking
