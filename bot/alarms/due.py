"""What is overdue in the queue and among the alarms, read from a snapshot while others write.

In a flood that means thousands of cases, every two seconds. Whoever writes what follows looks again at the few that are named here: a
case may have been taken meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alarms.ending import cases_alarms_over, key_of
from bot.alarms.rules import AlarmRules
from bot.handoff.queue import urgent_since
from bot.handoff.waves import OpenCase, Wave, open_cases, waves
from bot.messages import Triage
from bot.storage.slices import in_slices
from bot.storage.tables import Alarm, Handoff

# Alarms that one look raises, or begins anew, in some 120 ms: nobody who writes waits for all of a flood.
MOST_AT_ONCE: Final = 50
ENDED_AT_ONCE: Final = 500


@dataclass(frozen=True)
class NewlyDue:
    """A case that nobody was called for yet, and since when it waits with the triage that it has."""

    case: OpenCase
    since: datetime


@dataclass(frozen=True)
class AlarmsDue:
    """What one look may have to see to, no more than is written at once.

    `ending` are the ids of alarms that are over, `waves` the waves among all open cases, `due` the ids of cases that may wait no longer,
    alone or in a wave, and `new` those of them that need an alarm of their own.
    """

    ending: Sequence[str]
    waves: Sequence[Wave]
    due: Collection[str]
    new: Sequence[NewlyDue]

    @property
    def more(self) -> bool:
        """Say whether there may be more than one look sees to."""
        return len(self.new) == MOST_AT_ONCE or len(self.ending) == ENDED_AT_ONCE


async def alarms_due(session: AsyncSession, rules: AlarmRules, now: datetime) -> AlarmsDue:
    """Return what is overdue by the rules of one program."""
    ending = list(islice(await cases_alarms_over(session), ENDED_AT_ONCE))
    watched = set(rules.patience)
    if rules.other_patience and rules.duty.on_duty(now):
        watched = {level.value for level in Triage}  # who only asked for a person is told of as well, when somebody is there
    everybody = await open_cases(session)
    due = [
        case
        for case in everybody
        if case.triage in watched and calls(case) and not rules.may_wait(case.triage, case.waiting_since, now)
    ]
    found = waves(everybody) if due or ending else []
    in_waves = {case.id for wave in found for case in wave.cases}
    alone = [case for case in due if case.id not in in_waves]
    return AlarmsDue(ending, found, {case.id for case in due}, await _new(session, rules, alone, now) if alone else [])


async def _new(session: AsyncSession, rules: AlarmRules, due: Iterable[OpenCase], now: datetime) -> list[NewlyDue]:
    """Return the cases that nobody was called for: an alarm that ended counts as well."""
    of_open = select(Alarm.key).join(Handoff, Handoff.id == Alarm.handoff_id).where(Handoff.closed_at.is_(None))
    known = {key async for (key,) in in_slices(session, of_open)}
    new: list[NewlyDue] = []
    for case in due:
        if key_of(case) in known:
            continue
        since = await urgent_since(session, case)
        if not rules.may_wait(case.triage, since, now):
            new.append(NewlyDue(case, since))
        if len(new) == MOST_AT_ONCE:
            break
    return new


async def still_calling(session: AsyncSession, cases: Sequence[OpenCase]) -> list[OpenCase]:
    """Return those of some cases that were not taken, set aside or changed since they were found."""
    as_found = {key_of(case) for case in await open_cases(session, of=[case.id for case in cases]) if calls(case)}
    return [case for case in cases if key_of(case) in as_found]


def calls(case: OpenCase) -> bool:
    """Say whether a case that nobody has may call somebody: an emergency also when it was taken back, and none that was set aside."""
    wanted = case.withdrawn_at is None or case.triage is Triage.EMERGENCY
    return case.taken_by is None and case.set_aside_as is None and wanted
