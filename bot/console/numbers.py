"""The numbers for reports: what was counted in some months, as tables that tell about no single person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from bot.console.suppression import SMALLEST, Figure, Protected, figure, protect
from bot.handoff.queue import LONGER, WAITS
from bot.messages import LANGUAGES, Triage
from bot.storage.counts import Counts

DAILY_UP_TO: Final = 3  # months; longer periods are told by month
ENOUGH_FOR_TENTH: Final = 10  # waits, below which a 90th percentile says nothing
TRIAGES: Final = tuple(triage.value for triage in reversed(Triage))
PROPERTIES: Final = ("language", "channel", "triage", "topic")


@dataclass(frozen=True)
class Period:
    """Whole months, as "2026-11", the last one included."""

    first: str
    last: str

    @property
    def days(self) -> tuple[str, str]:
        """Return the first and the last day."""
        return f"{self.first}-01", (_next_month(self.last) - timedelta(days=1)).isoformat()

    @property
    def months(self) -> list[str]:
        """Return all months."""
        found, month = [], date.fromisoformat(f"{self.first}-01")
        while (name := month.isoformat()[:7]) <= self.last:
            found.append(name)
            month = _next_month(name)
        return found

    @property
    def daily(self) -> bool:
        """Say whether it is told by day."""
        return len(self.months) <= DAILY_UP_TO

    def steps(self, today: str) -> list[str]:
        """Return the days or months that have begun."""
        if not self.daily:
            return [month for month in self.months if month <= today[:7]]
        first, last = (date.fromisoformat(day) for day in self.days)
        last = min(last, date.fromisoformat(today))
        return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


@dataclass(frozen=True)
class WaitingTimes:
    """How long cases of one triage waited to be taken. Bounds are seconds: half (nine in ten) were taken within so long.

    A bound is None when there are too few cases, and infinite when it is longer than a day. `in_time`, `late` and what follows are
    None where there is no target, or where they would give a single case away.
    """

    triage: str
    taken: Figure
    half: float | None
    nine_in_ten: float | None
    target: int | None
    in_time: Figure | None
    late: Figure | None
    share: int | None
    alarms: Figure | None
    missed: Figure | None


@dataclass(frozen=True)
class Numbers:
    """Everything that the page and the file show of a period."""

    period: Period
    contacts: Figure
    by_time: Protected
    by_property: Mapping[str, Protected]
    opened: Protected
    waiting: tuple[WaitingTimes, ...]

    @property
    def nothing(self) -> bool:
        """Say whether nothing was counted."""
        return self.contacts.shown == 0 and all(wait.taken.shown == 0 for wait in self.waiting)


def numbers_of(counts: Counts, period: Period, *, today: str, targets: Mapping[str, timedelta]) -> Numbers:
    """Return the numbers of a period from its counts by day."""
    cut = 10 if period.daily else 7
    times = dict.fromkeys(period.steps(today), 0)
    for (day, measure, _key), number in counts.items():
        if measure == "contacts":
            times[day[:cut]] = times.get(day[:cut], 0) + number
    sums = _Sums(counts)
    return Numbers(
        period=period,
        contacts=figure(sums.of("contacts").get("", 0)),
        by_time=protect(times),
        by_property={name: protect(_ordered(name, sums.of(name)), adds_up=name != "topic") for name in PROPERTIES},
        opened=protect({triage: sums.of("opened").get(triage, 0) for triage in TRIAGES}),
        waiting=tuple(_waiting(sums, triage, targets.get(triage)) for triage in TRIAGES),
    )


class _Sums:
    """Counts added up over the days."""

    def __init__(self, counts: Counts) -> None:
        self._sums: dict[str, dict[str, int]] = {}
        for (_day, measure, key), number in counts.items():
            of_measure = self._sums.setdefault(measure, {})
            of_measure[key] = of_measure.get(key, 0) + number

    def of(self, measure: str) -> Mapping[str, int]:
        """Return the sums of a measure, by key."""
        return self._sums.get(measure, {})


def _ordered(name: str, sums: Mapping[str, int]) -> dict[str, int]:
    if name == "triage":
        return {triage: sums.get(triage, 0) for triage in TRIAGES}
    orders: dict[str, Callable[[str], tuple[int, ...]]] = {
        "language": lambda key: (LANGUAGES.index(key) if key in LANGUAGES else len(LANGUAGES),),
        # By what is shown, not by what was counted: the order must not tell more than the figures.
        "topic": lambda key: (-(figure(sums[key]).shown or 0),),
    }
    order = orders.get(name)
    keys = sorted(sums) if order is None else sorted(sorted(sums), key=order)
    return {key: sums[key] for key in keys}


def _waiting(sums: _Sums, triage: str, target: timedelta | None) -> WaitingTimes:
    waits = {key.partition(":")[2]: number for key, number in sums.of("waited").items() if key.partition(":")[0] == triage}
    taken = sum(waits.values())
    in_time, late = sums.of("in_time").get(triage, 0), sums.of("late").get(triage, 0)
    both = protect({"in_time": in_time, "late": late})
    if both.withheld and 0 in {in_time, late}:  # then the other one is the total itself, and tells no more
        both = Protected({"in_time": figure(in_time), "late": figure(late)}, both.total)
    return WaitingTimes(
        triage=triage,
        taken=figure(taken),
        half=_within(waits, 0.5) if taken >= SMALLEST else None,
        nine_in_ten=_within(waits, 0.9) if taken >= ENOUGH_FOR_TENTH else None,
        target=int(target.total_seconds()) if target is not None else None,
        in_time=both.cells.get("in_time") if target is not None else None,
        late=both.cells.get("late") if target is not None else None,
        share=_share(both) if target is not None else None,
        alarms=figure(sums.of("alarms").get(triage, 0)) if target is not None else None,
        missed=figure(sums.of("alarms_missed").get(triage, 0)) if target is not None else None,
    )


def _share(both: Protected) -> int | None:
    """Return how many in a hundred were in time, from what is shown: the exact share would give the exact counts away."""
    in_time, late = (both.cells[key].shown if key in both.cells else None for key in ("in_time", "late"))
    if in_time is None or late is None or in_time + late == 0:
        return None
    return round(100 * in_time / (in_time + late))


def _within(waits: Mapping[str, int], share: float) -> float:
    """Return the bound within which a share of the waits ended."""
    bounds = [*map(str, WAITS), LONGER]
    reached = accumulate(waits.get(bound, 0) for bound in bounds)
    needed = share * sum(waits.values())
    bound = next(bound for bound, number in zip(bounds, reached, strict=True) if number >= needed)
    return float("inf") if bound == LONGER else float(bound)


def _next_month(month: str) -> date:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=32)).replace(day=1)
