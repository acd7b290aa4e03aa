"""The door of the web chat: lets everybody in, and makes waves from one network slow. Nobody is turned away for good.

In a wave a script does some work (bot/channels/webchat/proof_of_work.py); who has no scripts must have had the page for half a
minute. Beyond what the program bears, that network waits for its turn; all other networks notice nothing, and the number is on every
page and in every answer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from aiohttp import web
from prometheus_client import Counter

from bot.channels.webchat.network_limits import NETWORK_SIZES, NetworkLimiter, Verdict
from bot.channels.webchat.networks import origin, trusted
from bot.channels.webchat.proof_of_work import HEADER, ProofOfWork
from bot.http.errors import problem

if TYPE_CHECKING:
    from bot.program import Program

What = Literal["conversation", "first_message"]

WAITS: Final = timedelta(seconds=30)  # the page says so in words
RETRY_SECONDS: Final = 5
ADMISSIONS: Final = Counter(
    "frontdoor_door", "Who came to the web chat's door, by what for and what came of it.", ["what", "verdict"]
)


class Admission:
    """Knows how many come from where, and what it asks of whom."""

    def __init__(self, program: Program) -> None:
        clock = program.clock
        self.proxies = trusted(program.settings.trusted_proxies)
        self.facts = program.wording.facts
        self.limiters: dict[What, NetworkLimiter] = {
            "conversation": NetworkLimiter(clock, NETWORK_SIZES),
            "first_message": NetworkLimiter(clock, NETWORK_SIZES),
        }
        self.work = ProofOfWork(program.vault, clock)

    def refusal(self, request: web.Request, what: What) -> web.Response | None:
        """Let a script in, or return what it is told: a work to do first, or to try again."""
        answer = request.headers.get(HEADER, "")
        proven = bool(answer) and self.work.done(answer)
        verdict = self._admit(request, what, proven=proven)
        if verdict == "in":
            if proven:
                self.work.use_up(answer)
            return None
        headers = {"Retry-After": str(RETRY_SECONDS)}
        if verdict == "proof":
            headers[HEADER] = self.work.given()
        return problem(
            429,
            "crowded",
            f"Many write from this network just now. Do the work that {HEADER} names, or try again in {RETRY_SECONDS} seconds."
            f" The hotline: {self.facts['hotline']}. In danger: {self.facts['emergency']}.",
            headers,
        )

    def lets_in(self, request: web.Request, what: What, *, waited: timedelta) -> bool:
        """Say whether a form comes in; in a wave only who has had its page for a while does, as people have who read and write."""
        return self._admit(request, what, proven=waited >= WAITS) == "in"

    def _admit(self, request: web.Request, what: What, *, proven: bool) -> Verdict:
        verdict = self.limiters[what].admit(origin(request, self.proxies), proven=proven)
        ADMISSIONS.labels(what, "proven" if verdict == "in" and proven else verdict).inc()
        return verdict
