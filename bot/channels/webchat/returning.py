"""Coming back to a conversation of the web chat with a code: it is made on request, and lets another page in.

Wrong codes are slowed where they come from, for the code that they come near to: a network that tries the last digits of one code
waits ever longer for that one, and everybody else, there and elsewhere, waits for nothing. What remembers it is in this process's
memory alone, under a hash with a key that dies with the process; of who gave no wrong code nothing is remembered.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.channels.webchat.networks import origin, prefix
from bot.channels.webchat.schema import Return
from bot.http.bodies import read_model
from bot.http.errors import problem, unknown_token
from bot.runtime.live_events import ConversationTurns
from bot.storage.return_codes import NothingToReturnTo, digits_of

if TYPE_CHECKING:
    from bot.channels.webchat.channel import WebChat

FREE: Final = 3  # wrong codes that cost nothing: digits are mistyped
FIRST_WAIT: Final = 4.0  # seconds, doubled with each further one
LONGEST_WAIT: Final = 900.0  # then 10,000 guesses, for four digits that nobody saw, take a hundred days
FORGOTTEN_AFTER: Final = 86_400.0
MOST_REMEMBERED: Final = 10_000
_NEAR: Final = 6  # digits of a code that name its row


class Guesses:
    """Counts wrong codes by where they come from and what they come near to."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._key = secrets.token_bytes(32)
        self._wrong: dict[str, tuple[int, float]] = {}

    def name(self, *parts: str) -> str:
        """Return what stands here for a network, or for a network and a code."""
        return hmac.new(self._key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    def wait(self, name: str) -> float:
        """Return how many seconds the next try must still wait."""
        count, last = self._wrong.get(name, (0, 0.0))
        if count < FREE:
            return 0.0
        return max(0.0, last + min(FIRST_WAIT * 2.0 ** (count - FREE), LONGEST_WAIT) - self.now())

    def note(self, name: str) -> None:
        """Count a wrong code."""
        now = self.now()
        count, last = self._wrong.pop(name, (0, now))
        self._wrong[name] = (count + 1 if now - last < FORGOTTEN_AFTER else 1, now)
        while len(self._wrong) > MOST_REMEMBERED:
            del self._wrong[next(iter(self._wrong))]


class TooManyGuesses(Exception):
    """Too many wrong codes came from one network for what they come near to: the next one has to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The next try is in {math.ceil(seconds)} seconds.")
        self.seconds = math.ceil(seconds)


class ComingBack:
    """Serves the making of codes and the coming back with one."""

    def __init__(self, webchat: WebChat) -> None:
        self.webchat = webchat
        self.codes = webchat.codes
        self.guesses = Guesses()
        self._turns = ConversationTurns()

    def add_routes(self, app: web.Application) -> None:
        """Add the two addresses."""
        app.router.add_post("/code", self.make)
        app.router.add_post("/return", self.come_back)

    async def make(self, request: web.Request) -> web.Response:
        """Make a code for the conversation."""
        conversation = await self.webchat.conversation_of(request)
        if conversation is None:
            return unknown_token()
        try:
            code = await self.codes.make(conversation.id)
        except NothingToReturnTo as error:
            return problem(409, "nothing_said", str(error))
        return web.json_response({"code": code}, status=201)

    async def come_back(self, request: web.Request) -> web.Response:
        """Open the conversation of a code for the token that the page has drawn."""
        wish = await read_model(request, Return)
        if isinstance(wish, web.Response):
            return wish
        try:
            conversation_id = await self.opened(request, code=wish.code, token=wish.token)
        except TooManyGuesses as error:
            after = {"Retry-After": str(error.seconds)}
            return problem(429, "slow_down", "Too many codes were wrong. Try again after the time in Retry-After.", after)
        if conversation_id is None:
            return problem(404, "unknown_code", "No conversation has this code: it may be mistyped, erased or too old.")
        language = await self.webchat.came_back(conversation_id)
        return web.json_response({"language": language})

    async def opened(self, request: web.Request, *, code: str, token: str) -> str | None:
        """Let the page in that has a token; return the conversation's id, or None when no conversation has this code.

        Raises TooManyGuesses.
        """
        digits = digits_of(code)
        if digits is None:
            return None
        network = self._network(request)
        guess = self.guesses.name(network, digits[:_NEAR])
        async with self._turns.of(self.guesses.name(network)):  # one at a time of a network: it cannot keep the others waiting
            if (seconds := self.guesses.wait(guess)) > 0:
                raise TooManyGuesses(seconds)
            conversation_id = await self.codes.open(digits, pseudonym=self.webchat.pseudonym(token))
            if conversation_id is None:
                self.guesses.note(guess)
        return conversation_id

    def _network(self, request: web.Request) -> str:
        """Return the network that a request comes from, as far as our proxies say; never the whole address."""
        address = origin(request, self.webchat.admission.proxies)
        return prefix(address, v4=24, v6=48).hex() if address is not None else "unknown"
