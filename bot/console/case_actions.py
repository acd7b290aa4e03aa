"""What can be done with a case besides answering: each a form, each in the audit log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from sqlalchemy import select

from bot.console.case_files import CONSENTS, LONGEST, REPORT_FIELDS, CaseFiles
from bot.console.case_pages import CasePages
from bot.console.cases import CASE_PATH, CaseReader
from bot.console.logins import Visitor
from bot.console.ownership import OUTCOMES, ColleagueUnknown, Ownership
from bot.console.services import ConsoleServices, back_to, form_of, visitor_of
from bot.console.verdicts import VERDICTS, Verdicts
from bot.handoff.queue import AlreadyTaken
from bot.language.normalise import printable
from bot.messages import Triage
from bot.storage.tables import Conversation, Handoff, TriageChange
from bot.storage.vault import SealedToStaff

Action = Callable[[Visitor, Handoff, Conversation, Mapping[str, str]], Awaitable[str]]
MOST_IN_FORMS: Final[Mapping[str, int]] = {**LONGEST, **dict.fromkeys(REPORT_FIELDS, LONGEST["note"])}


class CaseActions:
    """Serves the forms of a case's page. Each action returns the code of what the page says afterwards."""

    def __init__(self, services: ConsoleServices, cases: CaseReader, ownership: Ownership, pages: CasePages) -> None:
        self.services = services
        self.cases = cases
        self.ownership = ownership
        self.pages = pages
        self.verdicts = Verdicts(services.program.vault)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        actions: dict[str, Action] = {
            "take-over": self.take_over,
            "give-back": self.give_back,
            "pass-on": self.pass_on,
            "keep": self.keep,
            "close": self.close,
            "block": self.block,
            "unblock": self.unblock,
            "triage": self.change_triage,
            "consent": self.set_consents,
            "tags": self.set_tags,
            "note": self.add_note,
            "report": self.set_report,
            "verdict": self.give_verdict,
        }
        return [web.post(f"{CASE_PATH}/{name}", self._page_of(action)) for name, action in actions.items()]

    def _page_of(self, action: Action) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def page(request: web.Request) -> web.Response:
            async with self.services.program.database.transaction() as session:
                case, conversation = await self.cases.find(session, request)
            form = {name: printable(value.replace("\r\n", "\n")) for name, value in (await form_of(request)).items()}
            most = next((most for name, most in MOST_IN_FORMS.items() if len(form.get(name, "").strip()) > most), None)
            if most is not None:
                return await self.pages.show(request, status=422, told="told.too_long_to_keep", fits=most)
            try:
                told = await action(visitor_of(request), case, conversation, form)
            except AlreadyTaken:
                return await self.pages.show(request, status=409, told="told.not_yours_any_more")
            except ColleagueUnknown:
                return await self.pages.show(request, status=409, told="told.colleague_unknown")
            except SealedToStaff:
                return await self.pages.show(request, status=409, told="told.sealed")
            return back_to(f"/cases/{case.id}?told={told}")

        return page

    async def take_over(self, visitor: Visitor, case: Handoff, _conversation: Conversation, _form: Mapping[str, str]) -> str:
        """Take a case from the colleague who has it."""
        await self.ownership.take_over(visitor, case)
        return "taken_over"

    async def give_back(self, visitor: Visitor, case: Handoff, _conversation: Conversation, _form: Mapping[str, str]) -> str:
        """Put a case back into the queue."""
        await self.ownership.give_back(visitor, case)
        return "given_back"

    async def pass_on(self, visitor: Visitor, case: Handoff, _conversation: Conversation, form: Mapping[str, str]) -> str:
        """Give a case to a colleague."""
        await self.ownership.pass_on(visitor, case, form.get("colleague", ""))
        return "passed_on"

    async def keep(self, visitor: Visitor, case: Handoff, _conversation: Conversation, _form: Mapping[str, str]) -> str:
        """Keep a case that would go back to the queue."""
        await self.ownership.keep(visitor, case)
        return "kept"

    async def close(self, visitor: Visitor, case: Handoff, conversation: Conversation, form: Mapping[str, str]) -> str:
        """Close a case with an outcome, and take the verdict on the screening with it."""
        if form.get("outcome") not in OUTCOMES:
            raise web.HTTPBadRequest
        await self.ownership.close(visitor, case, form["outcome"])
        if form.get("verdict") in VERDICTS:
            await self.give_verdict(visitor, case, conversation, form)
        return "closed"

    async def block(self, visitor: Visitor, case: Handoff, _conversation: Conversation, form: Mapping[str, str]) -> str:
        """Block a case's conversation; a reason is needed."""
        reason = form.get("reason", "").strip()
        if not reason:
            return "reason_missing"
        await self.ownership.block(visitor, case, reason)
        return "blocked"

    async def unblock(self, visitor: Visitor, case: Handoff, _conversation: Conversation, _form: Mapping[str, str]) -> str:
        """Undo a block."""
        await self.ownership.unblock(visitor, case)
        return "unblocked"

    async def change_triage(self, visitor: Visitor, case: Handoff, _conversation: Conversation, form: Mapping[str, str]) -> str:
        """Change a case's triage; a reason is needed."""
        reason = form.get("reason", "").strip()
        if form.get("triage") not in list(Triage):
            raise web.HTTPBadRequest
        if not reason:
            return "reason_missing"
        await self.ownership.change_triage(visitor, case, Triage(form["triage"]), reason)
        return "triage_changed"

    async def set_consents(self, visitor: Visitor, case: Handoff, conversation: Conversation, form: Mapping[str, str]) -> str:
        """Keep what the victim and the witness agreed to."""
        victim, witness = (form.get(name) if form.get(name) in CONSENTS else None for name in ("victim", "witness"))
        async with self.services.program.database.transaction() as session:
            files = await self.cases.files(session, visitor, case)
            await files.set_consents(session, case, victim=victim, witness=witness)
            await self.services.record(session, visitor, "consent_set", case.id)
        self.services.publish(conversation.id)
        return "saved"

    async def set_tags(self, visitor: Visitor, case: Handoff, conversation: Conversation, form: Mapping[str, str]) -> str:
        """Keep tags, if all of them fit."""
        if not CaseFiles.tags_fit(form.get("tags", "")):
            return "too_many_tags"
        async with self.services.program.database.transaction() as session:
            files = await self.cases.files(session, visitor, case)
            await files.set_tags(session, case, form.get("tags", ""))
            await self.services.record(session, visitor, "tags_set", case.id)
        self.services.publish(conversation.id)
        return "saved"

    async def add_note(self, visitor: Visitor, case: Handoff, conversation: Conversation, form: Mapping[str, str]) -> str:
        """Add a note."""
        text = form.get("note", "").strip()
        if not text:
            return "nothing_written"
        async with self.services.program.database.transaction() as session:
            files = await self.cases.files(session, visitor, case)
            await files.add_note(session, case, staff_id=visitor.staff_id, text=text, now=self.services.now())
            await self.services.record(session, visitor, "note_added", case.id)
        self.services.publish(conversation.id)
        return "saved"

    async def set_report(self, visitor: Visitor, case: Handoff, conversation: Conversation, form: Mapping[str, str]) -> str:
        """Keep the report as corrected."""
        async with self.services.program.database.transaction() as session:
            files = await self.cases.files(session, visitor, case)
            await files.set_report(session, case, {field: form.get(field, "") for field in REPORT_FIELDS})
            await self.services.record(session, visitor, "report_corrected", case.id)
        self.services.publish(conversation.id)
        return "saved"

    async def give_verdict(self, visitor: Visitor, case: Handoff, conversation: Conversation, form: Mapping[str, str]) -> str:
        """Keep a verdict on the screening as an evaluation row: once for each case."""
        verdict, right = form.get("verdict", ""), form.get("right_triage", "")
        if verdict not in VERDICTS:
            raise web.HTTPBadRequest
        async with self.services.program.database.transaction() as session:
            files = await self.cases.files(session, visitor, case)
            if not await files.set_verdict(session, case, verdict):
                return "verdict_given_already"
            machine = await session.scalar(
                select(TriageChange.after)
                .where(TriageChange.conversation_id == conversation.id, TriageChange.changed_by == "machine")
                .order_by(TriageChange.id.desc())
                .limit(1)
            )
            self.verdicts.add(
                session,
                verdict=verdict,
                machine=Triage(machine or "none"),
                right=Triage(right) if right in list(Triage) else None,
                findings=self.services.program.conversations.findings(conversation),
                conversation=conversation,
                example=form.get("example", "").strip(),
                now=self.services.now(),
            )
            await self.services.record(session, visitor, "verdict_given", case.id)
        return "verdict_kept"
