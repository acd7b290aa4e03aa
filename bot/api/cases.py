"""Serves cases to other systems of the hotline. Every reading and every change is in the audit log, under the token's id."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import Counter
from pydantic import BaseModel, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.limits import Limits, TooMany
from bot.api.models import PAGE, Case, CaseAnswer, CaseMessage, Cases, Change, Close, Messages, describe
from bot.api.tokens import Tokens
from bot.console.case_files import CaseFiles
from bot.console.logins import Visitor
from bot.console.ownership import Ownership
from bot.console.services import ConsoleServices
from bot.console.staff import Role
from bot.console.waiting import ordered_reasons
from bot.conversation.consultants import TextTooLong
from bot.handoff.queue import AlreadyTaken
from bot.http.bodies import number_in, status_of
from bot.http.errors import errors_as_json, problem
from bot.http.headers import never_stored
from bot.language.normalise import readable
from bot.messages import LANGUAGES
from bot.storage.conversations import OpenedMessage
from bot.storage.tables import Conversation, Handoff
from bot.storage.tables_outward import ApiToken, CaseEvent

if TYPE_CHECKING:
    from bot.program import Program

MAX_BODY: Final = 64 * 1024
SETTLED: Final = timedelta(seconds=5)  # PostgreSQL gives ids out before they are committed: younger events may have gaps
# Between the digits: spaces, the signs that people write there, and marks that nobody sees (keycaps among them).
_NUMBER: Final = re.compile(
    r"[+(]?\d(?:[\s()\[\].,\-/\\_*~·•\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060-\u2064\ufeff\ufe0f\u20e3]{0,4}\d){6,}"
)
LEFT_OUT: Final = "[…]"
REFUSED = Counter("frontdoor_api_refused", "Requests for cases that were refused.", ["why"])
TOKEN: Final = web.RequestKey("api_token", ApiToken)


class CasesApi:
    """Serves the interface."""

    def __init__(self, program: Program, *, limits: Limits | None = None) -> None:
        self.program = program
        self.services = ConsoleServices(program)
        self.tokens = Tokens(program.vault, self.services.audit)
        self.ownership = Ownership(self.services)
        self.files = CaseFiles(program.vault)
        self.limits = limits or Limits()
        self.published = frozenset(map(_digits, program.wording.facts.values()))

    def application(self) -> web.Application:
        """Return the routes, to be mounted at PREFIX."""
        app = web.Application(middlewares=[errors_as_json, self._gate], client_max_size=MAX_BODY)
        case = "/cases/{case:[0-9a-f]{32}}"
        app.router.add_get("/openapi.json", self.openapi, name="openapi")
        app.router.add_get("/cases", self.list)
        app.router.add_get(case, self.read)
        app.router.add_post(f"{case}/state", self.change)
        app.router.add_get(f"{case}/messages", self.messages)
        app.router.add_post(f"{case}/messages", self.answer)
        app.on_response_prepare.append(never_stored)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if resource is not None and resource.name == "openapi":
            return await handler(request)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        token = None
        if scheme.lower() == "bearer" and 0 < len(given) <= 200 and given.isascii():
            async with self.program.database.reading() as session:
                token = await self.tokens.find(session, given)
        try:
            self.limits.check(token.id if token is not None else "", self.program.clock())
        except TooMany as many:
            REFUSED.labels("too_many").inc()
            return problem(429, "too_many", str(many), {"Retry-After": str(many.seconds)})
        if token is None:
            REFUSED.labels("unknown_token").inc()
            return problem(401, "unknown_token", "The token is not known or was revoked.", {"WWW-Authenticate": "Bearer"})
        request[TOKEN] = token
        return await handler(request)

    async def list(self, request: web.Request) -> web.Response:
        """Return what changed after a cursor."""
        after = number_in(request.query.get("after", "0"))
        if after is None:
            return problem(400, "bad_request", "`after` must be a cursor of an earlier answer.")
        newest = func.max(CaseEvent.id).label("newest")
        async with self.program.database.transaction() as session:
            chosen = select(CaseEvent.case_id, newest).where(CaseEvent.id > after)
            if session.get_bind().dialect.name == "postgresql":
                chosen = chosen.where(CaseEvent.at <= self.program.clock() - SETTLED)
            found = (await session.execute(chosen.group_by(CaseEvent.case_id).order_by(newest).limit(PAGE + 1))).all()
            cases = [await self._case(session, request[TOKEN], case_id, changed) for case_id, changed in found[:PAGE]]
            if cases:
                await self._record(session, request, "api_cases_listed", f"{after}-{found[len(cases) - 1].newest}")
        cursor = max((case.changed for case in cases), default=after)
        return _json(Cases(cases=cases, cursor=cursor, more=len(found) > PAGE))

    async def read(self, request: web.Request) -> web.Response:
        """Return one case."""
        async with self.program.database.transaction() as session:
            case, _ = await self._found(session, request)
            answer = await self._case(session, request[TOKEN], case.id)
            await self._record(session, request, "case_read_by_api", case.id)
        return _json(answer)

    async def change(self, request: web.Request) -> web.Response:
        """Take a case, hand it back, or close it."""
        change = await self._input(request, Change)
        if isinstance(change, web.Response):
            return change
        async with self.program.database.transaction() as session:
            case, _ = await self._found(session, request)
        visitor = _as_visitor(request[TOKEN], self.program)
        try:
            if isinstance(change.root, Close):
                await self.ownership.close(visitor, case, change.root.outcome)
            elif change.root.action == "take":
                await self.ownership.take(visitor, case)
            else:
                await self.ownership.give_back(visitor, case)
        except AlreadyTaken as taken:
            return problem(409, "not_yours", str(taken))
        async with self.program.database.transaction() as session:
            return _json(await self._case(session, request[TOKEN], case.id))

    async def messages(self, request: web.Request) -> web.Response:
        """Return the messages of a case, for a token that may read texts."""
        if not request[TOKEN].texts:
            return _not_allowed()
        after = number_in(request.query.get("after", "0"))
        if after is None:
            return problem(400, "bad_request", "`after` must be the number of a message.")
        async with self.program.database.transaction() as session:
            case, conversation = await self._found(session, request)
            said = await self.program.conversations.messages(session, conversation.id, after=after)
            await self._record(session, request, "case_texts_read_by_api", case.id)
        return _json(Messages(messages=[self._message(one, request[TOKEN]) for one in said]))

    async def answer(self, request: web.Request) -> web.Response:
        """Send a text to the person of a case that the token has; the same `message_id` again sends nothing."""
        answer = await self._input(request, CaseAnswer)
        if isinstance(answer, web.Response):
            return answer
        if not readable(answer.text):
            return problem(422, "invalid", "text: nothing in it can be read.")
        async with self.program.database.transaction() as session:
            case, conversation = await self._found(session, request)
        try:
            said = await self.program.frontdoor.consultants.say(
                conversation.id,
                staff_id=request[TOKEN].id,
                text=answer.text,
                language=answer.language if answer.language in LANGUAGES else None,
                external_id=f"api:{request[TOKEN].id}:{answer.message_id}",
            )
        except TextTooLong as problem_with_it:  # letters may need more characters once they are stored in one form
            return problem(422, "invalid", f"text: {problem_with_it}")
        if said is None:
            return problem(409, "not_yours", "Take the case first: it is not yours, or it is closed.")
        async with self.program.database.transaction() as session:
            await self._record(session, request, "case_answered", case.id)
        return web.json_response({"number": int(said.id)}, status=201)

    async def openapi(self, _request: web.Request) -> web.Response:
        """Return the description of this interface."""
        return web.json_response(describe())

    async def _input[Model: BaseModel](self, request: web.Request, model: type[Model]) -> Model | web.Response:
        if not request[TOKEN].writes:
            return _not_allowed()
        try:
            return model.model_validate(json.loads(await request.text()))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "body"
            return problem(*status_of(first["type"]), f"{where}: {first['msg']}.")
        except (ValueError, LookupError, RecursionError):
            return problem(400, "not_json", "The body must be JSON in UTF-8.")

    async def _found(self, session: AsyncSession, request: web.Request) -> tuple[Handoff, Conversation]:
        case = await self.program.queue.get(session, request.match_info["case"])
        conversation = await session.get(Conversation, case.conversation_id) if case is not None else None
        if case is None or conversation is None:
            raise web.HTTPNotFound
        return case, conversation

    async def _record(self, session: AsyncSession, request: web.Request, action: str, subject: str) -> None:
        await self.services.audit.record(
            session, staff_id=request[TOKEN].id, action=action, subject=subject, now=self.program.clock()
        )

    async def _case(self, session: AsyncSession, token: ApiToken, case_id: str, changed: int | None = None) -> Case:
        if changed is None:
            changed = await session.scalar(select(func.max(CaseEvent.id)).where(CaseEvent.case_id == case_id)) or 0
        case = await session.get(Handoff, case_id)
        conversation = await session.get(Conversation, case.conversation_id) if case is not None else None
        if case is None or conversation is None:
            return Case(id=case_id, state="erased", changed=changed)
        findings, file = self.program.conversations.findings(conversation), await self.files.read(session, case, conversation)
        return Case.model_validate(
            {
                "id": case.id,
                "state": _state(case),
                "changed": changed,
                "reason": case.reason,
                "triage": case.triage,
                "indicators": ordered_reasons(findings),
                "speaker": conversation.speaker,
                "language": conversation.language,
                "channel": conversation.channel,
                "reachable": conversation.reachable,
                "discreet": conversation.quiet,
                "opened_at": case.opened_at,
                "waiting_since": case.waiting_since,
                "taken_at": case.taken_at,
                "closed_at": case.closed_at,
                "mine": case.taken_by == token.id,
                "outcome": case.outcome,
                "victim_consent": file.victim_consent,
                "witness_consent": file.witness_consent,
                "kept_until": case.expires_at,
            }
        )

    def _message(self, said: OpenedMessage, token: ApiToken) -> CaseMessage:
        titles = self.program.wording.titles.get(said.language, {})
        words = titles.get(said.text.removeprefix("@"), said.text) if said.text.startswith("@") else said.text
        return CaseMessage.model_validate(
            {
                "number": said.number,
                "from": said.author,
                "kind": "sealed" if said.closed else "unreadable" if said.unreadable else said.kind,
                "text": without_numbers(words, self.published),
                "language": said.language,
                "at": said.created_at,
                "mine": said.staff_id == token.id,
            }
        )


def without_numbers(text: str, published: Collection[str]) -> str:
    """Return a text without what looks like a telephone number, those of `published` help lines (their digits) excepted."""

    def left_out(found: re.Match[str]) -> str:
        return found.group() if _digits(found.group()) in published else LEFT_OUT

    return _NUMBER.sub(left_out, text)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text).removeprefix("0048").removeprefix("48")


def _state(case: Handoff) -> str:
    if case.closed_at is not None:
        return "closed"
    if case.taken_by is not None:
        return "taken"
    return "waiting" if case.withdrawn_at is None else "withdrawn"


def _as_visitor(token: ApiToken, program: Program) -> Visitor:
    return Visitor(
        staff_id=token.id,
        name=token.name,
        role=Role.CONSULTANT,
        must_change_password=False,
        has_second_factor=True,
        second_factor=True,
        csrf="",
        token_hash=token.token_hash,
        expires_at=program.clock(),
    )


def _not_allowed() -> web.Response:
    REFUSED.labels("scope").inc()
    return problem(403, "not_allowed", "This token may not do this.")


def _json(model: BaseModel) -> web.Response:
    content: Any = model.model_dump_json(by_alias=True)
    return web.Response(text=content, content_type="application/json")
