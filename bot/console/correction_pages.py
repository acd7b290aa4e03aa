"""What a coordinator corrects of the screening: made from a message of a case, seen in a list, undone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiohttp import web

from bot.console.cases import CASE_PATH, CaseReader
from bot.console.services import PREFIX, ConsoleServices, back_to, form_of, require
from bot.console.staff import Role
from bot.language.normalise import one_line
from bot.messages import Indicator, Triage
from bot.screening.phrase_corrections import CALMER, FEWEST_WORDS, FEWEST_WORDS_LESS, LONGEST, CorrectionKind, PhraseCorrection
from bot.storage.conversations import OpenedMessage
from bot.storage.corrections import MOST, CorrectionStore, TooManyCorrections

log = structlog.get_logger()

MESSAGE_PATH: Final = f"{CASE_PATH}/messages/{{number:[1-9][0-9]{{0,8}}}}/correct"
FIELDS: Final = ("phrase", "kind", "sign", "sign_not", "triage")
TOLD: Final = ("made", "undone", "gone")
# What names somebody, as far as a program can tell: four digits or more, an address, a link.
_NAMES_SOMEBODY: Final = re.compile(r"(?:\d[\s().-]*){4}|@|https?:|www\.", re.IGNORECASE)


class CorrectionRefused(Exception):
    """A correction cannot be made as it was filled in; its text is the code of what the page says."""


class CorrectionPages:
    """Serves the form of a correction and the list of all, to coordinators."""

    def __init__(self, services: ConsoleServices, cases: CaseReader) -> None:
        self.services = services
        self.cases = cases
        self.store = CorrectionStore(services.program.vault)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(MESSAGE_PATH, self.form, name="correct"),
            web.post(MESSAGE_PATH, self.make, name="correct"),
            web.get("/corrections", self.page, name="corrections"),
            web.post("/corrections/{correction:[0-9a-f]{32}}/undo", self.undo),
        ]

    async def form(self, request: web.Request) -> web.Response:
        """Show a message with the form that corrects what a phrase of it was read as."""
        return await self._show_form(request, {}, problem=None)

    async def _show_form(self, request: web.Request, draft: Mapping[str, str], *, problem: str | None) -> web.Response:
        visitor = require(request, Role.COORDINATOR)
        async with self.services.program.database.transaction() as session:
            case, conversation = await self.cases.find(session, request)
            messages = await self.services.program.conversations.messages(session, conversation.id)
            said = next((one for one in messages if str(one.number) == request.match_info["number"]), None)
            if said is None or said.author != "person" or said.unreadable:
                raise web.HTTPNotFound
            await self.cases.record_reading(session, visitor, case, conversation.message_count)
        found = [evidence.indicator for evidence in said.screening.indicators] if said.screening is not None else []
        context = {
            "case": case,
            "said": said,
            "gist": self.services.gists.of(said, self.services.language(request)),
            "found": found,
            "signs": list(Indicator),
            "calmer": CALMER,
            "kinds": list(CorrectionKind),
            "draft": {**dict.fromkeys(FIELDS, ""), "phrase": _offered(said), **draft},
            "problem": problem,
            "most": LONGEST,
            "fewest": FEWEST_WORDS,
            "fewest_less": FEWEST_WORDS_LESS,
            "limit": MOST,
        }
        return self.services.page(request, "correct.html", context, status=200 if problem is None else 422)

    async def make(self, request: web.Request) -> web.Response:
        """Keep a correction; it counts from the next message that anybody writes."""
        visitor, form = require(request, Role.COORDINATOR), await form_of(request)
        try:
            correction = corrected(form)
            async with self.services.program.database.transaction() as session:
                await self.cases.find(session, request)
                made = [one.correction for one in await self.store.all(session) if one.correction is not None]
                if correction in made:
                    raise CorrectionRefused("made_already")
                if any(map(correction.contradicts, made)):
                    raise CorrectionRefused("contradicts")
                number = await self.store.add(session, correction, by=visitor.staff_id, now=self.services.now())
                await self.services.record(session, visitor, "correction_made", number)
        except CorrectionRefused as refused:
            return await self._show_form(request, form, problem=f"corrections.problem.{refused}")
        except TooManyCorrections:
            return await self._show_form(request, form, problem="corrections.problem.too_many")
        log.info("correction_made", correction=number, kind=correction.kind.value)
        return back_to("/corrections?told=made")

    async def page(self, request: web.Request) -> web.Response:
        """Show all corrections, the newest first."""
        visitor = require(request, Role.COORDINATOR)
        async with self.services.program.database.transaction() as session:
            made = await self.store.all(session)
            names = await self.services.accounts.names(session)
            await self.services.record(session, visitor, "corrections_read", "corrections")
        told = request.query.get("told", "")
        context: dict[str, Any] = {
            "path": f"{PREFIX}/corrections",
            "made": made,
            "names": names,
            "told": f"corrections.told.{told}" if told in TOLD else None,
        }
        return self.services.page(request, "corrections.html", context)

    async def undo(self, request: web.Request) -> web.Response:
        """Undo a correction: its phrase is deleted, and counts no longer from the next message on."""
        visitor, number = require(request, Role.COORDINATOR), request.match_info["correction"]
        async with self.services.program.database.transaction() as session:
            undone = await self.store.undo(session, number)
            if undone:
                await self.services.record(session, visitor, "correction_undone", number)
        if undone:
            residual_data = self.services.program.residual_data  # its words are to be gone from the file as well
            residual_data.erased = True
            await residual_data.clear_log()
            log.info("correction_undone", correction=number)
        return back_to(f"/corrections?told={'undone' if undone else 'gone'}")


def corrected(form: Mapping[str, str]) -> PhraseCorrection:
    """Return the correction that a form asks for; raises CorrectionRefused."""
    phrase = one_line(form.get("phrase", ""))
    if form.get("kind") not in list(CorrectionKind):
        raise CorrectionRefused("no_kind")
    kind = CorrectionKind(form["kind"])
    named = form.get("sign" if kind is CorrectionKind.SAYS else "sign_not", "")
    if kind is not CorrectionKind.NO_EMERGENCY and named not in list(Indicator):
        raise CorrectionRefused("no_sign")
    instead = form.get("triage", "")
    if kind is CorrectionKind.NO_EMERGENCY and instead not in CALMER:
        raise CorrectionRefused("no_triage")
    if not phrase:
        raise CorrectionRefused("no_phrase")
    if len(phrase) > LONGEST:
        raise CorrectionRefused("too_long")
    if _NAMES_SOMEBODY.search(phrase):
        raise CorrectionRefused("names_somebody")
    if form.get("names_nobody") != "yes":
        raise CorrectionRefused("not_confirmed")
    if kind is CorrectionKind.NO_EMERGENCY:
        correction = PhraseCorrection(kind, phrase, triage=Triage(instead))
    else:
        correction = PhraseCorrection(kind, phrase, Indicator(named))
    if not correction.long_enough:
        raise CorrectionRefused("too_few_words" if correction.raises else "too_few_words_less")
    return correction


def _offered(said: OpenedMessage) -> str:
    """Return the words that the form begins with: those in which the first sign was found, else a message that is short."""
    found = [evidence.words for evidence in said.screening.indicators if evidence.words] if said.screening is not None else []
    text = one_line(found[0] if found else said.text)
    return text if len(text) <= LONGEST else ""
