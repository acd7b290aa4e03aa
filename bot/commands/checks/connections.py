"""Other services: channels, ways of alarms, the system that is told of cases."""

from __future__ import annotations

from collections.abc import Iterator

from bot.alarms.alarm import way_names
from bot.channels.probes import probes
from bot.channels.registry import PROVIDERS
from bot.commands.checks.finding import Finding
from bot.delivery.channel_traits import ChannelInvalid
from bot.handoff.case_webhook import webhook_is_set, webhook_state
from bot.handoff.hours import DutyHours
from bot.program import utc_now
from bot.settings import Settings
from bot.storage.database import Database, DatabaseUnavailable


def check_channels(settings: Settings) -> Iterator[Finding]:
    """Say which channels are on."""
    yield Finding(
        "web chat", "ready", f"http://{settings.host}:{settings.port}/" if settings.public_url is None else settings.public_url
    )
    for provider in PROVIDERS:
        try:
            on = provider.is_on(settings)
        except ChannelInvalid as problem:
            yield Finding(provider.name, "missing", str(problem))
            continue
        yield Finding(provider.name, "ready" if on else "off", provider.when_ready if on else provider.when_off)


async def ask_providers(settings: Settings) -> list[Finding]:
    """Ask the providers whether they know us."""
    return [Finding(probe.channel, "ready" if probe.good else "missing", probe.sentence) async for probe in probes(settings)]


def check_alarms(settings: Settings) -> Iterator[Finding]:
    """Say when somebody is on duty, and by which ways they are called."""
    DutyHours.read(settings)
    yield Finding(
        "hours", "ready", f"On duty {settings.duty_hours or 'never'} ({settings.duty_timezone}); else urgent matters only."
    )
    names = way_names(settings)
    if names:
        yield Finding("alarms", "ready", f"{', '.join(names)}. `python -m bot alarm test` tries them.")
    else:
        yield Finding("alarms", "off", "No way is set, e.g. ALARM_EMAILS: nobody is called when a case waits.")


async def check_case_webhook(settings: Settings) -> list[Finding]:
    """Say whether the other system takes the events of cases."""
    if not webhook_is_set(settings):
        return [Finding("cases", "off", "CASES_WEBHOOK_URL is not set: no other system is told of cases.")]
    if not settings.database_url and not (settings.data_dir / "frontdoor.sqlite3").exists():
        return []
    database, now = Database(settings.database), utc_now()
    try:
        async with database.transaction() as session:
            state = await webhook_state(session, now)
    except DatabaseUnavailable as problem:
        return [Finding("cases", "missing", str(problem))]
    finally:
        await database.close()
    if state.given_up or (state.failure is not None and state.waiting):
        since = f", the oldest since {state.oldest:%H:%M} UTC" if state.oldest else ""
        told = f"{state.waiting} wait{since} (last answer: {state.failure or 'none'}), {state.given_up} were given up in a day."
        return [Finding("cases", "missing", f"CASES_WEBHOOK_URL does not take events: {told}")]
    return [Finding("cases", "ready", f"The other system takes events; {state.waiting} wait.")]
