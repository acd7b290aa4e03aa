"""A flood of cases: shown as few rows, set aside and brought back in one act, and the one that is real is found."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from bot.messages import Triage
from bot.program import Program
from bot.storage.tables import AuditEntry, Conversation, Handoff
from tests.support import Clock

FAKE = "zamknęli mnie w piwnicy, pomocy"


async def flood(writes: Any, count: int, text: str = FAKE, *, name: str = "fake") -> list[str]:
    return [await writes(f"{text} {number}!!!", who=f"{name}{number}") for number in range(count)]


async def wave_form(page: str, act: str = "set-aside") -> tuple[str, dict[str, str]]:
    mark = re.search(rf"/console(/waves/[0-9a-f]+/{act})", page)
    until = re.search(r'name="until" value="([^"]+)"', page)
    assert mark is not None
    return mark.group(1), {"until": until.group(1)} if until is not None and act == "set-aside" else {}


async def test_a_few_that_are_alike_stay_rows_of_their_own(consultant, writes) -> None:
    cases = await flood(writes, 4)
    page = await (await consultant()).text("/")
    assert all(f'id="case-{case}"' in page for case in cases)


async def test_many_that_are_alike_are_one_row_and_the_one_with_its_own_words_stands_alone(consultant, writes) -> None:
    fakes = await flood(writes, 12)
    real = await writes("zamknęli nas w szklarni pod Kaliszem i zabrali telefony", who="real")
    fakes += await flood(writes, 12, name="more")
    page = await (await consultant()).text("/")
    assert f'id="case-{real}"' in page
    assert sum(f'id="case-{case}"' in page for case in fakes) == 0
    assert "Podobnych rozmów: 24" in page


async def test_the_page_stays_small_however_many_there_are(program: Program, consultant, writes) -> None:
    await flood(writes, 120)
    for number in range(60):
        await writes(f"zamknęli mnie, słowo{'abcdefghij'[number % 10] * (number + 1)}", who=f"own{number}")
    ola = await consultant()
    assert len(await ola.text("/")) < 60_000
    assert len(await ola.text("/attention")) < 10_000


async def test_many_of_one_pattern_are_a_wave_though_their_words_differ(consultant, writes) -> None:
    for number in range(25):
        await writes(f"zamknęli mnie {'abcdefghijklmnopqrstuvwxyz'[number] * 4}", who=str(number))
    page = await (await consultant()).text("/")
    assert "te same oznaki, różne słowa" in page
    assert "Podobnych rozmów: 25" in page


async def test_alike_over_days_is_no_wave(consultant, writes, clock: Clock) -> None:
    cases = []
    for number in range(8):
        cases.append(await writes(FAKE, who=str(number)))
        clock.move(minutes=10)
    page = await (await consultant()).text("/")
    assert all(f'id="case-{case}"' in page for case in cases)


async def test_a_wave_is_set_aside_in_one_act_and_brought_back_in_one(program: Program, consultant, writes) -> None:
    await flood(writes, 10)
    ola = await consultant()
    path, fields = await wave_form(await ola.text("/"))
    assert (await ola.post(path, **fields)).status == 303
    page = await ola.text("/")
    assert 'id="waves"' not in page
    assert "Odłożone" in page
    path, _ = await wave_form(page, "bring-back")
    assert (await ola.post(path)).status == 303
    assert "Podobnych rozmów: 10" in await ola.text("/")
    async with program.database.transaction() as session:
        assert not (await session.scalars(select(Handoff).where(Handoff.closed_at.is_not(None)))).all()
        acts = (await session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("wave_")))).all()
    assert acts == ["wave_set_aside", "wave_brought_back"]


async def test_whoever_came_after_the_page_was_made_is_not_set_aside(consultant, writes, clock: Clock) -> None:
    await flood(writes, 10)
    ola = await consultant()
    path, fields = await wave_form(await ola.text("/"))
    clock.move(seconds=5)
    later = await writes(FAKE, who="later")
    await ola.post(path, **fields)
    assert f'id="case-{later}"' in await ola.text("/")


async def test_whoever_was_set_aside_and_writes_on_comes_back(consultant, writes, clock: Clock) -> None:
    cases = await flood(writes, 10)
    ola = await consultant()
    path, fields = await wave_form(await ola.text("/"))
    await ola.post(path, **fields)
    await writes("halo, jest tam ktoś", who="fake3")
    await writes(f"{FAKE} 77", who="fake4")
    page = await ola.text("/")
    assert f'id="case-{cases[3]}"' in page
    assert f'id="case-{cases[4]}"' not in page


async def test_a_real_one_is_found_by_language_and_age(program: Program, consultant, writes) -> None:
    for number in range(25):
        await writes(f"zamknęli mnie {'abcdefghijklmnopqrstuvwxyz'[number] * 4}", who=str(number))
    ukrainian = await writes("zamkn їх", who="uk", language="uk")
    child = await writes("mam 15 lat. zamknęli mnie", who="child")
    ola = await consultant()
    found = await ola.text("/?language=uk")
    assert f'id="case-{ukrainian}"' in found
    assert f'id="case-{child}"' not in found
    page = await ola.text("/?minor=1")
    if f'id="case-{child}"' not in page:  # it is one of the many as long as nobody looks into them
        mark = re.search(r"wave=([0-9a-f]{16})", page)
        assert mark is not None
        page = await ola.text(f"/?minor=1&wave={mark.group(1)}")
    assert f'id="case-{child}"' in page
    assert "ma mniej niż 18 lat" in page


async def test_the_list_is_turned_page_by_page(consultant, writes) -> None:
    cases = [
        await writes(f"paszport {'abcdefghijklmnopqrst'[n % 20] * (n + 1)}", who=str(n), channel="sms" if n % 3 else "web")
        for n in range(18)
    ]
    ola = await consultant()
    first = await ola.text("/?start=10")
    assert sum(f'id="case-{case}"' in first for case in cases) == 8


async def test_the_marks_hold_no_words_and_go_with_the_conversation(program: Program, writes) -> None:
    await flood(writes, 2)
    async with program.database.transaction() as session:
        marks = (await session.execute(select(Conversation.likeness, Conversation.pattern, Conversation.triage))).all()
    assert len({mark[0] for mark in marks}) == 1
    assert all(re.fullmatch("[0-9a-f]{16}", value) for mark in marks for value in mark[:2])
    assert marks[0][2] == Triage.EMERGENCY
