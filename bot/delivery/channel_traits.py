"""What the program must know of a channel to speak there: one row a channel, and no name of a channel anywhere else.

A row stands in the channel's own module. bot/channels/registry.py declares those of the program, so that whoever asks for a channel
that nobody declared is told so at once: a reply to it would be stored and never sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from bot.language.wording import Form


class ChannelInvalid(Exception):
    """The row of a channel contradicts itself or another row; the message says what to change."""


class ChannelUnknown(LookupError):
    """No row was declared for a channel."""


@dataclass(frozen=True, kw_only=True)
class ChannelTraits:
    """One channel. Every trait must be named: a default would decide in silence what nobody thought of.

    `name` is stored with each conversation, and never changes.
    `delivery`: pushed (the outbox sends replies to an address), fetched (a page comes for them, and a consultant is told whether it
    did), returned (whoever hands a message over gets the replies back).
    `buttons`: people press them; without them choices are numbered lines. `chosen_by_number`: "2" alone chooses the second.
    `phone`: people are known by a number. They write in a language that only the first message tells, find out who answers with the
    first reply, and use the networks' words for STOP and HELP.
    `paid`: each reply costs money, so that a day has bounds. `form`: in which form the texts are said.
    `keeps_messages`: the person's own device still shows the conversation after it was erased here.
    """

    name: str
    delivery: Literal["pushed", "fetched", "returned"]
    buttons: bool
    chosen_by_number: bool
    phone: bool
    paid: bool
    form: Form
    keeps_messages: bool

    def __post_init__(self) -> None:
        """Refuse a row that contradicts itself."""
        if not (self.name.isascii() and self.name.isidentifier() and self.name.islower()):
            raise ChannelInvalid(f"The name of a channel is one lower-case word; {self.name!r} is not.")
        if not self.buttons and not self.chosen_by_number:
            raise ChannelInvalid(f"{self.name}: without buttons a number must choose, or nobody can choose at all.")
        if self.form not in {"text", "sms"}:
            raise ChannelInvalid(
                f"{self.name}: a channel's form is text or sms; {self.form} is a person's or the dialogue's choice."
            )

    @property
    def pushes(self) -> bool:
        """Say whether the outbox sends replies to an address."""
        return self.delivery == "pushed"


_DECLARED: Final[dict[str, ChannelTraits]] = {}


def declare(rows: Iterable[ChannelTraits]) -> None:
    """Make channels known; raises ChannelInvalid for a name that is another row's."""
    for row in rows:
        if row.name in _DECLARED:
            raise ChannelInvalid(f"Two channels are called {row.name}. Name one of them otherwise.")
        _DECLARED[row.name] = row


def traits_of(channel: str) -> ChannelTraits:
    """Return the row of a channel; raises ChannelUnknown."""
    try:
        return _DECLARED[channel]
    except KeyError:
        raise ChannelUnknown(
            f"No channel {channel!r} is declared. Write its ChannelTraits and list it in the registry."
        ) from None


def declared() -> Mapping[str, ChannelTraits]:
    """Return all rows by name; raises ChannelUnknown where none was declared, for "no channel" would be a silent answer."""
    if not _DECLARED:
        raise ChannelUnknown("No channel was declared. Import bot.channels.registry first.")
    return MappingProxyType(_DECLARED)


def pushing() -> list[str]:
    """Return the names of the channels to which the outbox sends."""
    return [name for name, row in declared().items() if row.pushes]
