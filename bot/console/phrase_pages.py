"""The phrasebook's data, reading back in Polish, and the optional machine translation."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from bot.console.case_access import vault_of
from bot.console.case_pages import answer_in
from bot.console.cases import CASE_PATH, CaseReader
from bot.console.services import ConsoleServices, form_of, visitor_of
from bot.conversation.consultants import MAX_ANSWER
from bot.handoff.phrasebook import GROUPS
from bot.handoff.translator import TranslatorUnavailable
from bot.messages import LANGUAGES
from bot.storage.conversations import ConversationStore


class PhrasePages:
    """Serves what the answer form's helpers fetch."""

    def __init__(self, services: ConsoleServices, cases: CaseReader) -> None:
        self.services = services
        self.cases = cases

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/phrases/{language:[a-z]{2}}", self.phrases, name="phrases"),
            web.post("/read-back", self.read_back, name="read_back"),
            web.post(f"{CASE_PATH}/translate", self.translate, name="case_translate"),
        ]

    async def phrases(self, request: web.Request) -> web.Response:
        """Return all phrases for a person's language, group by group."""
        visitor_of(request)
        language = _language(request.match_info["language"])
        found = self.services.phrasebook.phrases(language)
        interface = self.services.language(request)
        groups = {group: self.services.texts.text(f"phrases.group.{group}", interface) for group in GROUPS}
        return web.json_response({"groups": groups, "phrases": [asdict(phrase) for phrase in found]})

    async def read_back(self, request: web.Request) -> web.Response:
        """Return a draft in Polish: phrases by the book, the rest marked as the consultant's own words."""
        visitor_of(request)
        form = await form_of(request)
        draft, language = answer_in(form), _language(form.get("language", ""))
        if len(draft) > MAX_ANSWER:
            return self._too_long(request, draft)
        return self.services.page(request, "read_back.html", {"heard": self.services.phrasebook.read_back(draft, language)})

    async def translate(self, request: web.Request) -> web.Response:
        """Return a machine's translation of one message, or of a draft; nothing is kept, but that it was asked for."""
        visitor, form = visitor_of(request), await form_of(request)
        if self.services.translator is None:
            raise web.HTTPNotFound
        number, draft = form.get("number", ""), answer_in(form)
        if not number and len(draft) > MAX_ANSWER:
            return self._too_long(request, draft)
        async with self.services.program.database.transaction() as session:
            case, conversation = await self.cases.find(session, request)
            source, target = self.services.language(request), conversation.language
            if number:
                vault = await vault_of(session, self.services.program.vault, visitor, conversation.id)
                store = ConversationStore(vault, self.services.program.conversations.retention)
                messages = await store.messages(session, conversation.id)
                said = next((said for said in messages if str(said.number) == number), None)
                if said is None or said.unreadable:
                    raise web.HTTPNotFound
                draft, source, target = said.text, said.language, self.services.language(request)
            await self.services.record(session, visitor, "translated", case.id)
        try:
            text = await self.services.translator.translate(draft, source=source, target=target)
        except TranslatorUnavailable:
            return self.services.page(request, "translation.html", {"text": None, "target": target}, status=502)
        return self.services.page(request, "translation.html", {"text": text, "target": target})

    def _too_long(self, request: web.Request, draft: str) -> web.Response:
        return self.services.page(request, "draft_too_long.html", {"length": len(draft), "most": MAX_ANSWER}, status=422)


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise web.HTTPNotFound
    return code
