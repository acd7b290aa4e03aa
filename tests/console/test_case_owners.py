"""Who has a case: taken, answered, handed on, handed back, gone quiet, closed."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from sqlalchemy import select

from bot.console.app import Console
from bot.program import Program
from bot.storage.tables import Handoff, Staff
from tests.console.cases import case_row
from tests.support import Clock


async def said(program: Program, case: str) -> list[tuple[str, str]]:
    async with program.database.transaction() as session:
        row = await session.get_one(Handoff, case)
        return [(message.author, message.text) for message in await program.conversations.messages(session, row.conversation_id)]


async def test_of_two_consultants_who_take_a_case_in_the_same_moment_exactly_one_has_it(
    consultant: Any, writes: Any, program: Program
) -> None:
    case = await writes("zabrał mi paszport")
    ola, jan = await consultant("Ola"), await consultant("Jan")
    await asyncio.gather(ola.text("/"), jan.text("/"))
    answers = await asyncio.gather(ola.post(f"/cases/{case}/take"), jan.post(f"/cases/{case}/take"))
    assert sorted(answer.status for answer in answers) == [303, 409]
    winner, loser = (ola, jan) if answers[0].status == 303 else (jan, ola)
    told = await answers[0 if loser is ola else 1].text()
    assert "Ktoś był szybszy" in told
    assert f"Rozmowę prowadzi {winner.name}." in told
    async with program.database.transaction() as session:
        staff = (await session.execute(select(Staff).filter_by(name=winner.name))).scalar_one()
    assert (await case_row(program, case)).taken_by == staff.id


async def test_taking_silences_the_program_and_the_first_answer_says_that_a_person_speaks(
    consultant: Any, writes: Any, program: Program
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/take")
    before = len(await said(program, case))
    await writes("jesteś tam?")
    assert [author for author, _ in (await said(program, case))[before:]] == ["person"]
    await ola.text(f"/cases/{case}")
    assert (await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1")).status == 303
    assert (await ola.post(f"/cases/{case}/answer", text="Słucham", form_id="2")).status == 303
    new = (await said(program, case))[before + 1 :]
    assert [author for author, _ in new] == ["bot", "consultant", "consultant"]
    assert "To człowiek" in new[0][1]


async def test_the_same_form_sends_its_words_once(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/take")
    answers = await asyncio.gather(*(ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1") for _ in range(3)))
    assert {answer.status for answer in answers} == {303}
    assert [words for author, words in await said(program, case) if author == "consultant"] == ["Dzień dobry"]


async def test_words_for_a_case_that_is_not_ones_own_are_not_sent_and_not_lost(
    consultant: Any, writes: Any, program: Program
) -> None:
    case, ola, jan = await writes("zabrał mi paszport"), await consultant("Ola"), await consultant("Jan")
    await ola.post(f"/cases/{case}/take")
    response = await jan.post(f"/cases/{case}/answer", text="Piszę to od dawna", form_id="1")
    assert response.status == 409
    assert "Piszę to od dawna" in await response.text()
    assert all(author != "consultant" for author, _ in await said(program, case))


async def test_what_the_person_writes_meanwhile_is_unread_until_its_consultant_has_seen_it(consultant: Any, writes: Any) -> None:
    case, ola, jan = await writes("zabrał mi paszport"), await consultant("Ola"), await consultant("Jan")
    await ola.post(f"/cases/{case}/take")
    await ola.text(f"/cases/{case}")
    await writes("jeszcze coś")
    await writes("i jeszcze")
    assert "nieprzeczytane: 2" in await ola.text("/")
    await jan.text(f"/cases/{case}")
    assert "nieprzeczytane: 2" in await ola.text("/")
    number = re.findall(r'data-number="(\d+)"', await ola.text(f"/cases/{case}/live"))[-1]
    assert "nieprzeczytane: 2" in await ola.text("/")
    assert (await ola.post(f"/cases/{case}/seen", number=number)).status == 204
    assert "nieprzeczytane" not in await ola.text("/")


async def test_a_case_goes_back_and_the_program_answers_again_and_says_so(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/take")
    await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1")
    assert (await ola.post(f"/cases/{case}/give-back")).status == 303
    await writes("halo")
    assert [author for author, _ in (await said(program, case))[-3:]] == ["bot", "person", "bot"]
    assert "Znów odpowiada program" in (await said(program, case))[-3][1]
    assert (await case_row(program, case)).taken_by is None


async def test_a_case_is_handed_to_a_colleague_who_goes_on(consultant: Any, writes: Any, program: Program) -> None:
    case, ola, jan = await writes("zabrał mi paszport"), await consultant("Ola"), await consultant("Jan")
    await ola.post(f"/cases/{case}/take")
    page = await ola.text(f"/cases/{case}")
    colleague = re.search(r'<option value="([0-9a-f]{32})">Jan', page).group(1)  # type: ignore[union-attr]
    assert (await ola.post(f"/cases/{case}/pass-on", colleague=colleague)).status == 303
    assert (await ola.post(f"/cases/{case}/answer", text="x", form_id="1")).status == 409
    assert (await jan.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="2")).status == 303
    assert "otrzymanie od innej osoby" in await jan.text(f"/cases/{case}")


async def test_a_case_is_not_handed_to_somebody_who_is_not_there(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/take")
    owner = (await case_row(program, case)).taken_by
    assert (await ola.post(f"/cases/{case}/pass-on", colleague="0" * 32)).status == 409
    assert (await case_row(program, case)).taken_by == owner


async def test_a_colleague_can_take_over_and_the_one_before_is_told(consultant: Any, writes: Any) -> None:
    case, ola, jan = await writes("zabrał mi paszport"), await consultant("Ola"), await consultant("Jan")
    await ola.post(f"/cases/{case}/take")
    assert (await jan.post(f"/cases/{case}/take-over")).status == 303
    assert "Rozmowę prowadzi Jan." in await ola.text(f"/cases/{case}")
    response = await ola.post(f"/cases/{case}/give-back")
    assert response.status == 409
    assert "nie jest już Twoja" in await response.text()


async def test_a_case_whose_consultant_is_silent_goes_back_and_counts_its_whole_wait(
    consultant: Any, writes: Any, program: Program, clock: Clock
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/take")
    taken = clock.now
    ownership = Console(program).ownership
    clock.move(minutes=19)
    assert await ownership.release_silent() == 0
    clock.move(minutes=1)
    assert await ownership.release_silent() == 1
    row = await case_row(program, case)
    assert (row.taken_by, row.waiting_since) == (None, taken)
    assert "powrót do kolejki: długie milczenie" in await ola.text(f"/cases/{case}")


async def test_a_consultant_who_answered_or_says_that_they_are_at_it_keeps_the_case(
    consultant: Any, writes: Any, program: Program, clock: Clock
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/take")
    ownership = Console(program).ownership
    clock.move(minutes=15)
    await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1")
    clock.move(minutes=30)
    assert await ownership.release_silent() == 0
    await writes("jestem")
    clock.move(minutes=15)
    assert "wróci do kolejki" in await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/keep")
    clock.move(minutes=15)
    assert await ownership.release_silent() == 0


async def test_a_closed_case_does_not_open_again_without_a_new_sign(
    consultant: Any, writes: Any, program: Program, assistant: Any
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/take")
    assert (await ola.post(f"/cases/{case}/close", outcome="support")).status == 303
    assert await writes("dziękuję za pomoc") == ""
    again = await writes("znowu zabrał mi paszport")
    assert again not in {"", case}
    page = await ola.text(f"/cases/{again}")
    assert f"/console/cases/{case}" in page
    assert "wsparcie uzgodnione" in page
