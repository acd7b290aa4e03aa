"""Answers are written here: a draft by one person, published by another, said from the next message on in the languages that it has."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from bot.console.answer_forms import FIRST, MOST, TooLong, Unusable, entry_from, fields_from, fields_of, posted
from bot.console.answer_shown import AnswerCatalogue
from bot.console.services import ConsoleServices, back_to, form_of, require
from bot.console.staff import Role
from bot.conversation.edition import entry_of
from bot.dialogue.answers import CALM, DANGER, WAITING, matter_files
from bot.dialogue.backing import facts
from bot.dialogue.entry import WORDS, Entry
from bot.dialogue.state import Who
from bot.language.writing import right_to_left
from bot.messages import LANGUAGES
from bot.storage.written_answers import ChangedMeanwhile, SamePerson, discard, newest, publish, save

NAME: Final = "{answer:[a-z][a-z0-9_]*}"
MATTERS: Final = tuple(path.stem for path in matter_files())
_REVISION_DIGITS: Final = 6


class AnswerWriting:
    """Serves the form, and what becomes of a draft."""

    def __init__(self, services: ConsoleServices, catalogue: AnswerCatalogue) -> None:
        self.services = services
        self.catalogue = catalogue

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/answer-drafts", self.new, name="answer_new"),
            web.post("/answer-drafts", self.save_new),
            web.get(f"/answer-drafts/{NAME}", self.edit, name="answer_edit"),
            web.post(f"/answer-drafts/{NAME}", self.save),
            web.post(f"/answer-drafts/{NAME}/publish", self.publish),
            web.post(f"/answer-drafts/{NAME}/discard", self.discard),
        ]

    async def new(self, request: web.Request) -> web.Response:
        """Show an empty form; near an answer of the files with its matter and audience, instead of one with all that it says."""
        require(request, Role.COORDINATOR)
        near, instead = (self.catalogue.from_files(request.query.get(name, "")) for name in ("near", "instead"))
        fields = fields_of(Entry(id="new_answer", matter=MATTERS[0])) | {"id": ""}
        if instead is not None:
            fields = fields_of(Entry.of(instead.answer, instead.words, name=f"{instead.answer.id}_2"))
        elif near is not None:
            about = fields_of(Entry.of(near.answer, {}, name="new_answer"))
            fields |= {name: about[name] for name in ("matter", "audience", "when")}  # its facts back it, not what is written now
        return self._form(request, fields, seen=0)

    async def save_new(self, request: web.Request) -> web.Response:
        """Keep a new answer as a draft."""
        return await self._save(request, name=None)

    async def edit(self, request: web.Request) -> web.Response:
        """Show the newest revision of an answer in the form."""
        require(request, Role.COORDINATOR)
        async with self.services.program.database.reading() as session:
            row = await newest(session, request.match_info["answer"])
        entry = entry_of(row) if row is not None else None
        if row is None or entry is None:
            raise web.HTTPNotFound
        return self._form(request, fields_of(entry), seen=row.revision)

    async def save(self, request: web.Request) -> web.Response:
        """Keep a changed answer as a draft; what is published is said until the draft is."""
        return await self._save(request, name=request.match_info["answer"])

    async def _save(self, request: web.Request, *, name: str | None) -> web.Response:
        visitor, form = require(request, Role.COORDINATOR), await posted(request)
        seen = _revision(form.get("seen")) if name is not None else 0
        fields = fields_from(form) | ({"id": name} if name is not None else {})
        try:
            entry = entry_from(form, name=str(fields["id"]), matters=MATTERS)
        except Unusable:
            return self._form(request, fields, seen=seen, status=422, problem="answers.unusable")
        except TooLong:
            return self._form(request, fields, seen=seen, status=422, problem="answers.too_long")
        if entry.id in self.catalogue.files.library:
            return self._form(request, fields, seen=seen, status=409, problem="answers.taken")
        try:
            async with self.services.program.database.transaction() as session:
                await save(session, entry.id, entry.model_dump_json(), seen=seen, by=visitor.staff_id, now=self.services.now())
                await self.services.record(session, visitor, "answer_drafted", entry.id)
        except ChangedMeanwhile:
            problem = "answers.taken" if name is None else "answers.changed_form"
            return self._form(request, fields, seen=seen, status=409, problem=problem)
        return back_to(f"/answers/{entry.id}?told=drafted")

    async def publish(self, request: web.Request) -> web.Response:
        """Let a draft that somebody else wrote, and that has no fault, be said from the next message on."""
        visitor, form, name = require(request, Role.COORDINATOR), await form_of(request), request.match_info["answer"]
        try:
            async with self.services.program.database.transaction() as session:
                await publish(session, name, _revision(form.get("revision")), by=visitor.staff_id, now=self.services.now())
                shown = await self.catalogue.find(session, name)
                if shown is None or shown.to_mend:
                    raise _HasFaults
                await self.services.record(session, visitor, "answer_published", name)
        except (ChangedMeanwhile, SamePerson, _HasFaults) as problem:
            return back_to(f"/answers/{name}?problem={_PROBLEMS[type(problem)]}")
        return back_to(f"/answers/{name}")

    async def discard(self, request: web.Request) -> web.Response:
        """Drop a draft."""
        visitor, form, name = require(request, Role.COORDINATOR), await form_of(request), request.match_info["answer"]
        try:
            async with self.services.program.database.transaction() as session:
                await discard(session, name, _revision(form.get("revision")))
                await self.services.record(session, visitor, "answer_discarded", name)
        except ChangedMeanwhile:
            return back_to(f"/answers/{name}?problem=changed")
        return back_to("/answers")

    def _form(
        self, request: web.Request, fields: dict[str, Any], *, seen: int, status: int = 200, problem: str | None = None
    ) -> web.Response:
        context = {
            "fields": fields,
            "seen": seen,
            "problem": problem,
            "matters": MATTERS,
            "audience": [who.value for who in Who if who is not Who.UNKNOWN],
            "moments": (CALM, WAITING, DANGER),
            "backing": facts(),
            "forms": WORDS,
            "first": FIRST,
            "languages": (*FIRST, *(code for code in LANGUAGES if code not in FIRST)),
            "right_to_left": right_to_left(),
            "numbers": self.catalogue.files.wording.facts,
            "most": MOST,
        }
        return self.services.page(request, "answer_form.html", context, status=status)


class _HasFaults(Exception):
    """A draft must not be published as it is."""


_PROBLEMS: Final[dict[type[Exception], str]] = {ChangedMeanwhile: "changed", SamePerson: "same_person", _HasFaults: "has_faults"}


def _revision(value: Any) -> int:
    text = str(value or "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _REVISION_DIGITS):
        raise web.HTTPBadRequest
    return int(text)
