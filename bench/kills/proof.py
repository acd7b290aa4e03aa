"""What became of everything that was written, seen from outside: in the chats, on the phones, and in the hotline's queue."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import aiohttp
from sqlalchemy import select

from bench.kills.people import Letter, Town
from bot.program import Program
from bot.storage.tables import Delivery, Handoff, Message

FINISHED = ("sent", "delivered", "unknown")  # unknown: Telegram was told four times, and died each time before it was noted


@dataclass(frozen=True)
class Proof:
    """What was found. `answers` counts texts that carry each mark; `lost` and `doubled` are marks that have none, or two and more.

    `repeated` are texts that Telegram got twice because the program died between its taking them and our noting it: it has no list
    in which one could look (docs/channels.md).
    """

    letters: int
    refused_by_death: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    repeated: tuple[str, ...]
    urgent: int
    cases_lost: int
    cases_doubled: int
    undecided: int
    unsent: int
    unknown: int

    @property
    def holds(self) -> bool:
        """Say whether nothing was lost and nothing answered twice."""
        return not (self.lost or self.doubled or self.cases_lost or self.cases_doubled or self.undecided or self.unsent)


async def texts_of_chats(town: Town) -> list[str]:
    """Return everything that the pages of the web chat show, through its own door."""
    texts = []
    async with aiohttp.ClientSession() as client:
        for token in town.tokens:
            headers = {"Authorization": f"Bearer {token}"}
            async with client.get(f"{town.address}/chat/messages", headers=headers) as response:
                response.raise_for_status()
                texts += [reply["text"] for reply in (await response.json())["replies"]]
    return texts


def marks(texts: list[str]) -> Counter[str]:
    """Return how often each mark was answered."""
    return Counter(text.partition(" ")[0] for text in texts)


async def prove(town: Town, program: Program, chats: list[str]) -> Proof:
    """Compare what was written with what was answered; `chats` are the texts that the pages show."""
    phones = [text for number in town.telegram.chats for text in town.telegram.texts(number)]
    seen = {"web": marks(chats), "sms": marks(town.twilio.said), "telegram": marks(phones)}
    times = {letter.mark: seen[letter.channel][letter.mark] for letter in town.letters}
    places: dict[str, str] = {}
    replies: Counter[str] = Counter()
    uncertain: set[str] = set()
    async with program.database.reading() as session:
        messages = list((await session.scalars(select(Message))).all())
        doubted = set((await session.scalars(select(Delivery.message_id).where(Delivery.uncertain > 0))).all())
        states = Counter((await session.scalars(select(Delivery.state))).all())
        cases = Counter((await session.scalars(select(Handoff.conversation_id).where(Handoff.closed_at.is_(None)))).all())
    for message in messages:
        mark = program.conversations.shown(message).text.partition(" ")[0]
        if message.author == "person":
            places[mark] = message.conversation_id
        elif message.answers is not None:
            replies[mark] += 1
            if message.id in doubted:
                uncertain.add(mark)
    repeated = {letter.mark for letter in town.letters if letter.channel == "telegram" and times[letter.mark] > 1} & uncertain
    urgent = [letter for letter in town.letters if letter.urgent]
    expected = {places.get(letter.mark, "") for letter in urgent}
    return Proof(
        letters=len(town.letters),
        refused_by_death=sum(letter.again for letter in town.letters),
        lost=tuple(mark for mark, count in times.items() if not (count and replies[mark] and mark in places)),
        doubled=tuple(mark for mark, count in times.items() if replies[mark] > 1 or (count > 1 and mark not in repeated)),
        repeated=tuple(sorted(repeated)),
        urgent=len(urgent),
        cases_lost=len(expected - set(cases)),
        cases_doubled=sum(count > 1 for count in cases.values()),
        undecided=sum(message.author == "person" and message.state != "answered" for message in messages),
        unsent=sum(count for state, count in states.items() if state not in FINISHED),
        unknown=states["unknown"],
    )


def by_channel(letters: list[Letter]) -> str:
    """Return how many wrote where."""
    counted = Counter(letter.channel for letter in letters)
    return ", ".join(f"{count} {channel}" for channel, count in sorted(counted.items()))
