"""The server: puts the parts together, starts them in order, stops them in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import cache, partial
from typing import TYPE_CHECKING

import structlog
import uvloop
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.alarms.alarm import PREFIX as ALARM_PREFIX
from bot.alarms.page import AlarmPage
from bot.alarms.watch import AlarmWatch
from bot.api.cases import CasesApi
from bot.api.models import PREFIX as API_PREFIX
from bot.assistant import relearning
from bot.channels.alarm_senders import alarm_ways, answer_to_call
from bot.channels.messengers import CATCH_UP_SECONDS, RECOVER_SECONDS, Messengers
from bot.channels.webchat.admission import Admission
from bot.channels.webchat.channel import MAX_BODY, WebChat
from bot.channels.webchat.frontend.assets import PREFIX as ASSETS
from bot.channels.webchat.frontend.assets import Assets, Text
from bot.channels.webchat.frontend.languages import asked_for, wanted
from bot.channels.webchat.frontend.page import render_page, render_script, render_words
from bot.channels.webchat.frontend.plain_page import PlainPage
from bot.channels.webchat.frontend.widget import Widget
from bot.channels.webchat.plain_chat import PlainChat
from bot.channels.webchat.schema import PREFIX
from bot.console.app import make_console
from bot.console.staff import ensure_first_account
from bot.handoff.case_webhook import LOOK_SECONDS, CaseWebhook
from bot.http.connections import IDLE_SECONDS, ConnectionGuard, hear_our_faults_only, places
from bot.http.connections import LOOK_SECONDS as DOOR_SECONDS
from bot.http.errors import errors_as_json
from bot.http.headers import HEADERS, NO_FRAME, POLICY, Headers, refuse_unstorable
from bot.http.listening import listen
from bot.operations.backup.record import watch as watch_backups
from bot.operations.gauges import MEASURE_SECONDS, VERIFY_SECONDS, measure, verify_audit, verify_database
from bot.operations.housekeeping import TIDY_SECONDS, tidy
from bot.operations.sealing import SEAL_SECONDS, seal_closed
from bot.program import KEY_FILE, Program, load_assistant, opened
from bot.runtime.background import beside, every
from bot.runtime.key_watch import LOOK_SECONDS as KEYS_SECONDS
from bot.runtime.key_watch import look_at_keys
from bot.runtime.notify_bridge import bridged
from bot.runtime.unknown_settings import unknown_settings
from bot.settings import Settings, listed
from bot.storage.capacity import LOOK_SECONDS as ROOM_SECONDS
from bot.storage.corrections import READ_SECONDS
from bot.storage.database import DatabaseUnavailable
from bot.storage.residual_data import LOOK_SECONDS as RESIDUAL_DATA_SECONDS

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

log = structlog.get_logger()


def application(program: Program, messengers: Messengers | None = None) -> web.Application:
    """Return the public application of a program whose database is open; without messengers there is only the web chat."""
    hear_our_faults_only()
    app = web.Application(middlewares=[refuse_unstorable], client_max_size=MAX_BODY)
    _headers_of(program).protect(app)
    admission = Admission(program)
    webchat = WebChat(program, admission)
    chat = webchat.application()
    app.on_shutdown.append(webchat.close)
    app.add_subapp(PREFIX, chat)
    assets = Assets({"chat.js": render_script(), **render_words(program.wording)})
    widget = Widget(program.wording, listed(program.settings.widget_sites))
    app.router.add_get("/", _page(program, assets, widget))
    app.router.add_get("/widget.js", widget.serve)
    PlainChat(program, webchat, PlainPage(program.wording, assets)).add_routes(app)
    app.router.add_get(f"{ASSETS}{{name}}", assets.serve)
    app.add_subapp("/console", make_console(program))
    app.add_subapp(API_PREFIX, CasesApi(program).application())
    app.add_subapp(ALARM_PREFIX, AlarmPage(program, answer_to_call).application())
    if messengers is not None:
        messengers.add_routes(app)
    health = web.Application(middlewares=[errors_as_json])
    health.router.add_get("/live", _alive)
    health.router.add_get("/ready", _ready(program))
    app.add_subapp("/health", health)
    return app


def metrics_application() -> web.Application:
    """Return the inner application: counters without words, for the operator's own network."""
    app = web.Application()
    Headers(encrypted=False).protect(app)
    app.router.add_get("/metrics", _metrics)
    return app


def _headers_of(program: Program) -> Headers:
    return Headers(encrypted=(program.settings.public_url or "").startswith("https://"))


def _page(program: Program, assets: Assets, widget: Widget) -> Callable[[web.Request], Awaitable[web.Response]]:
    headers = {
        POLICY: HEADERS[POLICY].replace(NO_FRAME, f"frame-ancestors {widget.frame_ancestors}"),
        "Vary": "Accept-Encoding, Accept-Language",
    }

    @cache
    def page(wished: str | None, asked: str | None) -> Text:
        return Text.of(render_page(program.wording, wished, asked, assets).encode(), "text/html")

    async def respond(request: web.Request) -> web.Response:
        return page(wanted(request), asked_for(request)).response(request, headers)

    return respond


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"live": True})


def _ready(program: Program) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def ready(_request: web.Request) -> web.Response:
        parts = {"database": True, "model": program.frontdoor.decider.understands}
        alarms: dict[str, object] = {"state": "unknown"}
        try:
            await program.capacity.try_writing()
            async with program.database.reading() as session:
                status = await program.alarms.status(session, program.clock())
            alarms = {"state": status.state, "problems": status.problems}
        except DatabaseUnavailable:
            parts["database"] = False
        # Failing alarms do not make it unready: whoever writes is still answered, and must not be sent away by a balancer.
        ready = all(parts.values())
        disk = program.capacity.disk
        told = {"ready": ready, "parts": parts, "alarms": alarms, "disk": {"used": round(disk.used, 2), "filling": disk.filling}}
        return web.json_response(told, status=200 if ready else 503)

    return ready


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def serve(settings: Settings, *, learn: bool = False) -> int:
    """Run until stopped; returns the exit status. With `learn` a model that is out of date is learned anew, beside serving."""
    if learn and relearning.never_learned(settings.model_dir):
        relearning.learn_first(settings.model_dir)
    print("Loading the model.", flush=True)
    assistant = load_assistant(settings)
    if assistant is None and learn and relearning.needed(settings.model_dir):
        relearning.learn_first(settings.model_dir)
        assistant = load_assistant(settings)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve_with(settings, assistant, learn=learn), loop_factory=uvloop.new_event_loop)
    return 0


async def serve_with(settings: Settings, assistant: Assistant | None, *, learn: bool = False) -> None:
    """Run with an assistant until stopped: everything that `serve` does beside loading the model."""
    for unknown in unknown_settings():
        log.warning("setting_unknown", name=unknown.name, meant=unknown.meant)
    program = await opened(settings, assistant=assistant)
    async with AsyncExitStack() as stack:  # at the end nothing comes in any more first, then what was taken is finished
        stack.push_async_callback(program.close)
        watch = AlarmWatch(program, alarm_ways(program.settings, program.clock))
        stack.push_async_callback(watch.close)
        watch_backups(program.settings.data_dir)
        await read_answers(program)
        await program.frontdoor.recover()
        messengers = Messengers(program)
        stack.push_async_callback(messengers.close)
        connection_guard = ConnectionGuard(most=places())
        serving = partial(_serve_on, stack, _headers_of(program))
        await serving(metrics_application(), host=settings.metrics_host, port=settings.metrics_port, setting="METRICS_PORT")
        public = application(program, messengers)
        await serving(public, host=settings.host, port=settings.port, setting="PORT", connection_guard=connection_guard)
        await messengers.start()
        webhook = CaseWebhook.of(program)

        async def post_case_events() -> None:
            if webhook is not None:
                await webhook.post_due()

        address = program.settings.public_url or f"http://{program.settings.host}:{program.settings.port}"
        password = await ensure_first_account(program)
        print(f"Web chat:  {address}/\nConsole:   {address}/console/", flush=True)
        if password is not None:
            print(f"First console account: admin, one-time password: {password}", flush=True)

        read_corrections = partial(program.frontdoor.corrections.catch_up, program.database, assistant)

        async def learn_beside() -> None:
            if learn and assistant is not None:
                await relearning.learn_beside(settings.model_dir, assistant.renew)

        async with (
            beside(learn_beside(), "learning"),
            bridged(program.database, program.live_events),
            every(DOOR_SECONDS, connection_guard.look, "connection_guard"),
            every(KEYS_SECONDS, lambda: look_at_keys(program.vault, settings.data_dir / KEY_FILE), "keys"),
            every(ROOM_SECONDS, program.capacity.look, "room", at_once=True),
            every(TIDY_SECONDS, lambda: tidy(program), "tidy"),
            every(SEAL_SECONDS, lambda: seal_closed(program), "seal_closed"),
            every(RESIDUAL_DATA_SECONDS, program.residual_data.look, "residual_data"),
            every(RECOVER_SECONDS, program.frontdoor.recover, "recover"),
            every(READ_SECONDS, read_corrections, "corrections", at_once=True),
            every(CATCH_UP_SECONDS, messengers.catch_up, "catch_up", at_once=True),
            beside(watch.run(), "alarm_watch"),
            every(LOOK_SECONDS, post_case_events, "case_webhook"),
            every(MEASURE_SECONDS, lambda: measure(program), "measure", at_once=True),
            every(VERIFY_SECONDS, lambda: verify_audit(program), "verify_audit", at_once=True),
            every(VERIFY_SECONDS, lambda: verify_database(program), "verify_database", at_once=True),
        ):
            await _stopped()


async def read_answers(program: Program) -> None:
    """Let the model read what was written in the console before anybody writes: it takes some milliseconds for each way of asking."""
    async with program.database.reading() as session:
        edition = await program.frontdoor.editions.current(session)
    if program.assistant is None or not edition.number:
        return
    try:
        await program.assistant.understand("?", library=edition.library)
    except Exception as error:  # noqa: BLE001 - each message that fails is answered with fixed words, and told in the log again
        log.error("answers_not_read", error=type(error).__name__)


async def _serve_on(
    stack: AsyncExitStack,
    headers: Headers,
    app: web.Application,
    *,
    host: str,
    port: int,
    setting: str,
    connection_guard: ConnectionGuard | None = None,
) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5, keepalive_timeout=IDLE_SECONDS)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    if connection_guard is not None:
        connection_guard.watch(runner.server)
    headers.protect_errors(runner)
    await listen(runner, host, port, setting=setting)


async def _stopped() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
