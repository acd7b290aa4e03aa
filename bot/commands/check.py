"""`check`: what is ready and what is missing, in plain words."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from sqlalchemy import func, select

from bot.alarms.alarm import way_names
from bot.channels.probes import probes
from bot.channels.registry import PROVIDERS
from bot.delivery.channel_traits import ChannelInvalid
from bot.handoff.case_webhook import webhook_is_set, webhook_state
from bot.handoff.hours import DutyHours
from bot.language.data import NLU_DATA
from bot.language.telling import telling_words
from bot.language.wording import Wording
from bot.language.writing import WritingInvalid, read_writing, writing_files
from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES
from bot.operations.backup.record import last_backup, way_out
from bot.operations.language_folders import forgotten
from bot.program import KEY_FILE, utc_now
from bot.runtime.unknown_settings import unknown_settings
from bot.screening.models import newest_archive
from bot.screening.rows import CORRECTIONS, RowInvalid, read_rows
from bot.settings import Settings, load_settings
from bot.storage.capacity import MEGABYTE, disk_of, nearest
from bot.storage.closed_cases import PATIENCE, count_closed
from bot.storage.database import Database, DatabaseDamaged, DatabaseUnavailable
from bot.storage.files import open_to_others
from bot.storage.key_rotation import fit_of
from bot.storage.tables import Message
from bot.storage.vault import KeyFileUnusable, open_vault

BACKUP_LATE: Final = timedelta(hours=50)  # one night may be missed
State = Literal["ready", "off", "missing"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State
    sentence: str


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="say what is ready and what is missing",
        description="Looks at settings, keys, database, model, texts and channels. Ends with 1 when something that is needed is missing.",
    )
    parser.add_argument(
        "--channels", action="store_true", help="also ask the providers, such as Telegram and Twilio, whether they know us"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print all findings; 1 when something needed is missing."""
    settings = load_settings()
    languages = [*_languages(), *_writings()]
    # Neither the model's data nor the texts can be read while a language lacks its files.
    whole = all(finding.state == "ready" for finding in languages)
    findings = [
        *_settings(settings),
        *_keys(settings),
        *_rights(settings),
        *asyncio.run(_database(settings)),
        *_disk(settings),
        *languages,
        *(_model(settings) if whole else ()),
        *(_texts() if whole else ()),
        *_corrections(),
        *_backup(settings),
        *_channels(settings),
        *_alarms(settings),
        *asyncio.run(_case_webhook(settings)),
        *(asyncio.run(_asked(settings)) if options.channels else ()),
    ]
    for finding in findings:
        print(f"{finding.state:8} {finding.what:11} {finding.sentence}")
    return 1 if any(finding.state == "missing" for finding in findings) else 0


def _settings(settings: Settings) -> Iterator[Finding]:
    unknown = unknown_settings()
    for one in unknown:
        hint = f" Is {one.meant} meant?" if one.meant else ""
        yield Finding("settings", "missing", f"{one.name} in {one.place} is no setting, and has no effect.{hint}")
    if not unknown:
        yield Finding("settings", "ready", "Every value can be used, and no name is unknown.")
    address = urlsplit(settings.public_url or "")
    if address.scheme == "http" and address.hostname not in {"localhost", "127.0.0.1"}:
        yield Finding("settings", "missing", "PUBLIC_URL is not https: what people write could be read on the way.")


def _keys(settings: Settings) -> Iterator[Finding]:
    try:
        vault = open_vault(settings.data_dir / KEY_FILE)
    except KeyFileUnusable as problem:
        yield Finding("keys", "missing", str(problem))
        return
    yield Finding(
        "keys",
        "ready",
        f"{len(vault.keys)} encryption key(s). Without this file nothing can be read; sealed backups hold it too.",
    )


async def _database(settings: Settings) -> list[Finding]:
    kind = "PostgreSQL" if settings.database_url else "SQLite"
    if not settings.database_url and not (settings.data_dir / "frontdoor.sqlite3").exists():
        return [Finding("database", "missing", "There is no database yet; the first start makes one.")]
    database = Database(settings.database)
    try:
        await database.ping()
        await database.refuse_damage()
        await database.refuse_other_line()
        current = await database.schema_is_current()
        sealed = [*await _sealed(settings, database), await _closed(settings, database)] if current else []
    except DatabaseDamaged as problem:
        return [Finding("database", "missing", f"{problem} {way_out(settings.data_dir)}")]
    except DatabaseUnavailable as problem:
        return [Finding("database", "missing", str(problem))]
    finally:
        await database.close()
    if not current:
        return [Finding("database", "missing", "The schema is of an older version; starting the program brings it up to date.")]
    return [Finding("database", "ready", f"{kind} answers and its schema is current."), *sealed]


def _rights(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    where = nearest(folder)
    try:
        with TemporaryDirectory(dir=where):
            pass
    except OSError:
        cannot = "be written to" if where == folder else f"be made: nothing can be written into {where}"
        yield Finding("rights", "missing", f"The folder {folder} (DATA_DIR) cannot {cannot}. The program's user must own it.")
    files = settings.data_dir / "frontdoor.sqlite3", settings.data_dir / KEY_FILE
    if listed := sorted({str(path) for file in files for path in open_to_others(file)}):
        sentence = f"Others than its owner may read or write {', '.join(listed)}. Run: chmod -R go= {settings.data_dir}"
        yield Finding("rights", "missing", sentence)


def _disk(settings: Settings) -> Iterator[Finding]:
    disk = disk_of(settings.data_dir)
    if not disk.size:
        return  # no disk: that nothing can be written there is told already
    told = f"The disk of {settings.data_dir.name}/ is {disk.used:.0%} full, {disk.free // MEGABYTE} MB are free."
    if disk.free < settings.disk_reserve_mb * MEGABYTE:
        yield Finding("disk", "missing", f"{told} Below {settings.disk_reserve_mb} MB nobody can open a web chat: make room now.")
    elif disk.filling:
        yield Finding("disk", "missing", f"{told} Make room: a full disk takes no message.")
    else:
        yield Finding("disk", "ready", told)


async def _sealed(settings: Settings, database: Database) -> list[Finding]:
    """Say whether what is stored opens with the keys that are there."""
    path = settings.data_dir / KEY_FILE
    try:
        vault = open_vault(path)
    except KeyFileUnusable:
        return []  # told above
    async with database.transaction() as session:
        fit = await fit_of(session, vault)
        aside = await session.scalar(select(func.count()).select_from(Message).where(Message.state == "unreadable")) or 0
    problem = fit.problem(path)
    if problem is None and aside:
        problem = f"{aside} messages of people did not open when they were to be answered; their cases say so."
    if problem is not None:
        return [Finding("stored", "missing", problem)]
    return [Finding("stored", "ready", f"The keys open what is stored ({fit.values} values).")]


async def _closed(settings: Settings, database: Database) -> Finding:
    """Say how many closed cases are sealed to the staff's own keys."""
    if settings.seal_closed_minutes == 0:
        return Finding("closed", "off", "SEAL_CLOSED_MINUTES is 0: the server's key opens closed cases as well.")
    async with database.transaction() as session:
        there = await count_closed(session)
    told = f"{there.sealed} of {there.closed} closed cases are sealed to the staff's own keys."
    if there.with_code:
        told += f" {there.with_code} are not, because their people hold a code that opens the conversation."
    if not there.coordinators:
        return Finding("closed", "off", f"{told} No coordinator has a key yet: it is made at the next login.")
    if there.awaited:
        told += f" {there.awaited} account(s) have none: let them log in; they are waited for {PATIENCE.days} days from the first key on."
    told += f" New ones are sealed to {there.holders} people, {there.coordinators} of whom can give keys to others."
    if there.coordinators == 1:
        return Finding("closed", "off", f"{told} If they lose their password, what nobody else opens is lost: let there be two.")
    return Finding("closed", "ready", told)


def _model(settings: Settings) -> Iterator[Finding]:
    from bot.assistant.training import is_current  # noqa: PLC0415

    if newest_archive(settings.model_dir) is None:
        yield Finding(
            "model",
            "missing",
            "No model is trained: people would get the number and a consultant, and no answers. Run `make train`.",
        )
    elif not is_current(settings.model_dir):
        yield Finding("model", "ready", "A model is there, but its training data or code changed since. Run `make train`.")
    else:
        yield Finding("model", "ready", "The model is trained on the data as it is.")


def _languages() -> Iterator[Finding]:
    lacking = forgotten()
    for language, places in lacking.items():
        told = f"{language} lacks in nlu_data/: {'; '.join(places)}. See “A new language” in docs/translating.md."
        yield Finding("languages", "missing", told)
    if not lacking:
        yield Finding("languages", "ready", f"All parts of {len(LANGUAGES)} languages are there.")


def _writings() -> Iterator[Finding]:
    wrong = []
    for path in writing_files():
        try:
            if path.exists():  # else it is told as missing above
                read_writing(path)
        except WritingInvalid as problem:
            wrong.append(Finding("writing", "missing", str(problem)))
    yield from wrong or [Finding("writing", "ready", "How each language is written can be read.")]


def _corrections() -> Iterator[Finding]:
    path = NLU_DATA / CORRECTIONS
    try:
        count = len(read_rows([path] if path.exists() else []))
    except RowInvalid as problem:
        yield Finding("corrections", "missing", str(problem))
    else:
        yield Finding("corrections", "ready", f"{CORRECTIONS} has {count} phrases, which count from the next training on.")


def _texts() -> Iterator[Finding]:
    wording = Wording.load()
    read = read_values(NLU_DATA / "review.yml")
    total = sum(len(wording.texts[language]) for language in LANGUAGES)
    reviewed = sum(len(set(read.get(language) or {}) & set(wording.texts[language])) for language in LANGUAGES)
    gaps = Counter(gap.language for gap in wording.gaps())
    if gaps:
        listed = ", ".join(f"{language} {count}" for language, count in gaps.items())
        yield Finding("texts", "off", f"Texts missing (English is sent instead): {listed}.")
    else:
        yield Finding("texts", "ready", f"All {total} texts are there, in {len(LANGUAGES)} languages.")
    if unchosen := ", ".join(language for language in LANGUAGES if not telling_words().get(language)):
        yield Finding("quiet", "off", f"No telling words in telling.yml, for which no quiet text is looked through: {unchosen}.")
    yield Finding("review", "ready" if reviewed == total else "off", f"A native speaker has read {reviewed} of {total} texts.")


def _channels(settings: Settings) -> Iterator[Finding]:
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


def _backup(settings: Settings) -> Iterator[Finding]:
    made = last_backup(settings.data_dir)
    if not settings.backup_recipients:
        yield Finding(
            "backup", "off", "BACKUP_RECIPIENTS is not set: a broken disk takes every case. `backup-key` is the first step."
        )
    elif made is None:
        yield Finding("backup", "missing", "No backup was made here yet: `python -m bot backup FOLDER`, every night.")
    else:
        late = utc_now() - made.at > BACKUP_LATE
        told = f"The newest one is of {made.at:%Y-%m-%d %H:%M} UTC: {made.file}."
        yield Finding("backup", "missing" if late else "ready", told)


async def _asked(settings: Settings) -> list[Finding]:
    return [Finding(probe.channel, "ready" if probe.good else "missing", probe.sentence) async for probe in probes(settings)]


def _alarms(settings: Settings) -> Iterator[Finding]:
    DutyHours.read(settings)
    yield Finding(
        "hours", "ready", f"On duty {settings.duty_hours or 'never'} ({settings.duty_timezone}); else urgent matters only."
    )
    names = way_names(settings)
    if names:
        yield Finding("alarms", "ready", f"{', '.join(names)}. `python -m bot alarm test` tries them.")
    else:
        yield Finding("alarms", "off", "No way is set, e.g. ALARM_EMAILS: nobody is called when a case waits.")


async def _case_webhook(settings: Settings) -> list[Finding]:
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
