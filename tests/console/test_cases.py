"""What a consultant sees of a case and of its person."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update

from bot.console.staff import Role
from bot.messages import Inbound, Triage
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.storage.tables import Conversation, Delivery, Handoff, Message
from tests.console.cases import case_row
from tests.support import Clock


async def test_tricks_in_a_persons_words_do_nothing(consultant: Any, writes: Any) -> None:
    trick = "zabrał mi paszport <script>alert(1)</script> <img src=x onerror=alert(1)> \u202eodwrotnie\u2066 {{ 7*7 }} =2+5"
    case, ola = await writes(trick), await consultant()
    for path in ("/", f"/cases/{case}", f"/cases/{case}/live"):
        page = await ola.text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069") & set(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert '<bdi dir="auto"' in page


async def test_an_erased_conversation_leaves_a_page_that_says_so(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/note", note="ważne")
    await program.frontdoor.erase((await case_row(program, case)).conversation_id)
    assert "osoba skasowała rozmowę" in await ola.text(f"/cases/{case}", status=404)
    async with program.database.transaction() as session:
        for table in ("case_notes", "case_files", "handoffs", "messages"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


async def test_a_coordinator_opens_what_the_screening_missed(consultant: Any, writes: Any, program: Program) -> None:
    assert await writes("pomocy, nie wiem co robić") == ""
    ola, ewa = await consultant("Ola"), await consultant("Ewa", Role.COORDINATOR)
    assert (await ola.get("/conversations")).status == 403
    page = await ewa.text("/conversations")
    assert "nie wiem co robić" not in page
    conversation = re.search(r"/conversations/([0-9a-f]{32})/open", page).group(1)  # type: ignore[union-attr]
    opened = await ewa.post(f"/conversations/{conversation}/open")
    assert "nie wiem co robić" in await ewa.text(opened.headers["Location"].removeprefix("/console"))
    assert "Otwarta przez" in await ola.text("/")


async def test_that_a_person_blocked_us_or_wants_no_messages_is_seen_at_a_glance(
    consultant: Any, writes: Any, program: Program
) -> None:
    case, ola = await writes("zabrał mi paszport", channel="telegram"), await consultant()
    for state, words in (("blocked", "zablokowała"), ("stopped", "STOP"), ("gone", "odeszła")):
        async with program.database.transaction() as session:
            row = await session.get_one(Handoff, case)
            conversation = await program.conversations.get(session, row.conversation_id)
            assert conversation is not None
            conversation.reachable = state
        assert words in await ola.text("/")
        assert words in await ola.text(f"/cases/{case}")


async def test_waiting_cases_keep_their_order_when_a_case_is_opened_again(writes: Any, program: Program, clock: Clock) -> None:
    first = await writes("zabrał mi paszport", who="a")
    clock.move(minutes=5)
    await writes("zabrał mi paszport", who="b")
    await writes("i pieniądze", who="a")
    async with program.database.transaction() as session:
        order = [case.id for case, _ in await program.queue.waiting(session)]
    assert order[0] == first
    assert (await case_row(program, first)).triage == Triage.HIGH
    assert (await case_row(program, first)).waiting_since == clock.now - timedelta(minutes=5)


async def test_every_reading_and_change_of_a_case_is_in_the_audit_log(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/take")
    await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1")
    await ola.post(f"/cases/{case}/note", note="ważne")
    await ola.post(f"/cases/{case}/close", outcome="informed")
    async with program.database.transaction() as session:
        found = await session.execute(text("SELECT action FROM audit WHERE subject = :case ORDER BY number"), {"case": case})
        assert [row[0] for row in found] == ["case_read", "case_taken", "case_answered", "note_added", "case_closed"]
        assert (await session.execute(select(Message.author).where(Message.author == "consultant"))).scalars().all() == [
            "consultant"
        ]


async def test_a_pressed_button_is_shown_by_its_title(consultant: Any, writes: Any) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await writes("@cannot_call")
    await writes("@nothing <b>")
    page = await ola.text(f"/cases/{case}")
    assert "nacisnął/nacisnęła: Nie mogę dzwonić" in page
    assert "@nothing &lt;b&gt;" in page


async def test_a_consultant_is_told_before_writing_that_there_is_nowhere_to_answer(
    consultant: Any, writes: Any, program: Program, clock: Clock
) -> None:
    """A sender without an address, as of short codes, and one whose address was forgotten since."""
    never, ola = await writes("zabrał mi paszport", channel="sms"), await consultant()
    assert "Nie ma dokąd odpowiedzieć" in await ola.text(f"/cases/{never}")
    await program.frontdoor.receive(
        Inbound(
            channel="telegram", pseudonym="t", external_id="1", text="dług", received_at=clock(), address="5", language_hint="pl"
        )
    )
    async with program.database.transaction() as session:
        await session.execute(update(Delivery).values(state="sent", finished_at=clock()))
    clock.move(days=4)
    await tidy(program)
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "telegram", "t")
        assert conversation is not None
        forgotten, _ = await program.queue.open(session, conversation, reason="asked", triage=Triage.HIGH, now=clock())
    zofia = await consultant("Zofia")
    assert "Nie ma dokąd odpowiedzieć" in await zofia.text(f"/cases/{forgotten.id}")
    await program.frontdoor.receive(
        Inbound(channel="telegram", pseudonym="t", external_id="2", text="jestem", received_at=clock(), address="5")
    )
    assert "Nie ma dokąd odpowiedzieć" not in await zofia.text(f"/cases/{forgotten.id}")


async def test_an_answer_after_the_person_left_is_told_not_to_have_arrived(
    consultant: Any, writes: Any, program: Program
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    await ola.post(f"/cases/{case}/take")
    async with program.database.transaction() as session:
        await session.execute(update(Conversation).values(reachable="left"))
    page = await ola.text(f"/cases/{case}")
    assert (
        "Osoba wyszła: strona rozmowy jest zamknięta albo bez połączenia, a kodu powrotu nie ma. Wiadomości teraz nie dotrą."
        in page
    )
    answered = await ola.post(f"/cases/{case}/answer", text="Dzień dobry", form_id="1")
    page = await ola.text(answered.headers["Location"].removeprefix("/console"))
    assert "Zapisano, ale nikt tego nie przeczytał" in page
    assert "NIE DOTARŁO (strona rozmowy była już zamknięta)" in page


async def test_a_case_whose_first_messages_have_run_out_says_so(
    consultant: Any, writes: Any, program: Program, clock: Clock
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    gone = "Wcześniejsze wiadomości skasowano"
    assert gone not in await ola.text(f"/cases/{case}")
    clock.move(days=89)
    await writes("jestem tu jeszcze")
    clock.move(days=2)
    async with program.database.transaction() as session:
        await program.conversations.purge(session, clock())
    zofia = await consultant("Zofia")  # the login of ninety days ago has ended
    page = await zofia.text(f"/cases/{case}")
    assert gone in page
    assert "jestem tu jeszcze" in page
