"""What an alarm says, who is called, and the links that answer it.

An alarm carries the triage, how long somebody waits, their language and two links: no word of theirs, no number, no pseudonym.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from bot.messages import Triage
from bot.settings import Settings, listed
from bot.storage.vault import Vault

PREFIX: Final = "/alarm"
LINK: Final = "link:"  # before the name of a way whose link or key was pressed: who heard the alarm
SIGNATURE_LENGTH: Final = 32  # hex digits: 128 bits, and a link that fits an SMS
_PURPOSE: Final = "alarm_acknowledge"


class AlarmKind(StrEnum):
    """Why staff are called."""

    CASE = "case"
    TEST = "test"
    SELF_TEST = "self_test"
    WAY = "way"  # one of the ways does not work: told through the others
    DISK = "disk"  # the disk is filling: whoever runs the machine must make room


@dataclass(frozen=True)
class Notice:
    """One call of an alarm. `waits` is how long the person has waited; `interface` the language that staff read.

    `call_id` is what a provider's later report is about; `failing` the way that does not work, in an alarm about one.
    `cases` is more than one in the alarm of a wave of cases that are alike.
    """

    alarm_id: str
    kind: AlarmKind
    triage: Triage
    waits: timedelta
    language: str
    interface: str
    console_url: str
    acknowledge_url: str
    call_id: int = 0
    failing: str = ""
    cases: int = 1


class WayFailed(Exception):
    """A call did not get through; the code says why and holds nobody's number. `final`: the same call would fail again."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(f"The alarm did not get through ({code}).")
        self.code = code
        self.final = final


class AlarmWay(Protocol):
    """A way to reach one of the staff."""

    async def send(self, notice: Notice) -> None:
        """Hand a call over; raises WayFailed."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def way_names(settings: Settings) -> list[str]:
    """Return the names of all ways that the settings turn on: a name tells the kind and which recipient, never their address."""
    names = [f"email{number}" for number, _ in enumerate(listed(settings.alarm_emails), 1)]
    names += ["telegram"] if settings.alarm_telegram_chat is not None else []
    names += [f"sms{number}" for number, _ in enumerate(listed(settings.alarm_sms_to), 1)]
    names += [f"call{number}" for number, _ in enumerate(listed(settings.alarm_call_to), 1)]
    names += ["webhook"] if settings.alarm_webhook_url is not None else []
    return names


def is_call(way: str) -> bool:
    """Say whether a way rings a telephone."""
    return way.startswith("call")


def is_paid(way: str) -> bool:
    """Say whether a way goes to a telephone and costs money each time."""
    return way.startswith(("call", "sms"))


def first_ways(ways: Sequence[str], triage: Triage) -> list[str]:
    """Return the ways of an alarm's first round: a telephone rings at once only for an emergency, and never for what is not urgent."""
    quiet = [way for way in ways if not is_call(way)]
    return list(ways) if triage is Triage.EMERGENCY or (triage.needs_person and not quiet) else quiet


def later_ways(ways: Sequence[str], triage: Triage) -> list[str]:
    """Return the ways of the rounds after the first."""
    return list(ways) if triage.needs_person else first_ways(ways, triage)


def quiet_ways(ways: Sequence[str]) -> list[str]:
    """Return the ways of what concerns the machine and nobody's life: a telephone rings for it only when there is nothing else."""
    return [way for way in ways if not is_paid(way)] or [way for way in ways if not is_call(way)] or list(ways)


def other_ways(ways: Sequence[str], failing: str) -> list[str]:
    """Return the ways that tell of one that does not work: a telephone rings for that only when there is nothing else."""
    others = [way for way in ways if way != failing]
    return [way for way in others if not is_call(way)] or others


@dataclass(frozen=True)
class Links:
    """Makes and checks the links that answer an alarm; each is good for one acknowledgement."""

    vault: Vault
    base: str

    @classmethod
    def of(cls, settings: Settings, vault: Vault) -> Links:
        """Return the links of a program."""
        return cls(vault, settings.public_url or f"http://{settings.host}:{settings.port}")

    @property
    def console(self) -> str:
        """Return the console's address."""
        return f"{self.base}/console/"

    def acknowledge(self, alarm_id: str, generation: int, way: str) -> str:
        """Return the link for the message that goes through one way."""
        return f"{self.base}{PREFIX}/{way}/{alarm_id}/{self._signature(alarm_id, generation, way)}"

    def holds(self, alarm_id: str, generation: int, way: str, signature: str) -> bool:
        """Say whether a link was made for an alarm as it sounds now."""
        return hmac.compare_digest(self._signature(alarm_id, generation, way), signature)

    def _signature(self, alarm_id: str, generation: int, way: str) -> str:
        return self.vault.fingerprint(_PURPOSE, f"{alarm_id}\0{generation}\0{way}")[:SIGNATURE_LENGTH]
