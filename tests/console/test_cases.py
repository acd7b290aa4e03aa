"""What a consultant does with a case."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update

from bot.console.app import Console
from bot.console.case_files import CaseFiles
from bot.console.staff import Role
from bot.messages import Inbound, Triage
from bot.operations.housekeeping import tidy
from bot.program import Program
from bot.storage.tables import CaseFile, CaseNote, Conversation, Delivery, EvaluationRow, Handoff, Message, Staff, TriageChange
from tests.support import Clock


async def case_row(program: Program, case: str) -> Handoff:
    async with program.database.transaction() as session:
        return await session.get_one(Handoff, case)


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


async def test_a_consultants_triage_holds_with_its_reason_and_orders_the_queue(
    consultant: Any, writes: Any, program: Program
) -> None:
    first, second = await writes("zamknęli mnie", who="a"), await writes("zabrał mi paszport", who="b")
    ola = await consultant()
    assert (await ola.post(f"/cases/{first}/triage", triage="medium", reason="")).headers["Location"].endswith("reason_missing")
    assert (await case_row(program, first)).triage == "emergency"
    await ola.post(f"/cases/{first}/triage", triage="medium", reason="Drzwi się zacięły <b>")
    await writes("już wyszłam", who="a")
    assert (await case_row(program, first)).triage == "medium"
    page = await ola.text("/")
    assert page.index(second) < page.index(first)
    assert "Drzwi się zacięły &lt;b&gt;" in await ola.text(f"/cases/{first}")
    async with program.database.transaction() as session:
        change = (await session.execute(select(TriageChange).where(TriageChange.reason.is_not(None)))).scalar_one()
    assert change.reason is not None
    assert b"Drzwi" not in change.reason
    await writes("zamknęli mnie znowu", who="a")
    assert (await case_row(program, first)).triage == "emergency"


async def test_consents_of_victim_and_witness_are_kept_apart(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/consent", victim="confidential", witness="share")
    async with program.database.transaction() as session:
        file = await session.get_one(CaseFile, case)
    assert (file.victim_consent, file.witness_consent) == ("confidential", "share")
    await ola.post(f"/cases/{case}/consent", victim="", witness="nonsense")
    async with program.database.transaction() as session:
        file = await session.get_one(CaseFile, case)
    assert (file.victim_consent, file.witness_consent) == (None, None)


async def test_notes_tags_and_reports_are_sealed_and_shown(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.post(f"/cases/{case}/note", note="Oddzwonić po 20:00")
    await ola.post(f"/cases/{case}/tags", tags="hotel,  dzieci , hotel")
    await ola.post(f"/cases/{case}/report", where="Magazyn przy torach", who="<i>Trzech</i>")
    page = await ola.text(f"/cases/{case}")
    for words in ("Oddzwonić po 20:00", "hotel, dzieci", "Magazyn przy torach", "&lt;i&gt;Trzech&lt;/i&gt;"):
        assert words in page
    async with program.database.transaction() as session:
        note = (await session.execute(select(CaseNote))).scalar_one()
        file = await session.get_one(CaseFile, case)
    stored = note.content + (file.tags or b"") + (file.report or b"")
    for words in ("Oddzwonić", "hotel", "Magazyn"):
        assert words.encode() not in stored


async def test_what_the_person_arranged_is_shown(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    assert 'id="arranged"' not in await ola.text(f"/cases/{case}")
    async with program.database.transaction() as session:
        conversation = await session.get_one(Conversation, (await session.get_one(Handoff, case)).conversation_id)
        told = {"safe_time": "po 22, <i>gdy on śpi</i>", "code_word": "gruszka"}
        conversation.arranged = program.vault.seal_json(told, f"arranged:{conversation.id}")
    page = await ola.text(f"/cases/{case}")
    for words in ('id="arranged"', "po 22, &lt;i&gt;gdy on śpi&lt;/i&gt;", "gruszka", "Kiedy bezpiecznie pisać"):
        assert words in page


async def test_a_verdict_becomes_a_row_that_leads_back_to_nobody(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zamknęli mnie"), await consultant()
    coordinator = await consultant("Ewa", Role.COORDINATOR)
    for _ in range(2):
        await ola.post(f"/cases/{case}/verdict", verdict="no_emergency", right_triage="none", example="")
    rows = [json.loads(line) for line in (await coordinator.text("/verdicts.jsonl")).splitlines()]
    assert rows == [
        {
            "month": "2026-11",
            "verdict": "no_emergency",
            "triage": "emergency",
            "right_triage": "none",
            "indicators": ["documents_taken"],
            "speaker": "victim",
            "language": "pl",
            "channel": "web",
            "text": None,
        }
    ]
    columns = {column.name for column in EvaluationRow.__table__.columns}
    assert not columns & {"conversation_id", "handoff_id", "staff_id", "pseudonym"}
    assert (await ola.get("/verdicts.jsonl")).status == 403


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


async def test_what_is_too_long_for_a_field_is_refused_and_told_and_nothing_is_cut(
    consultant: Any, writes: Any, program: Program
) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    for form, field, most in (
        ("note", "note", 4000),
        ("report", "what", 4000),
        ("triage", "reason", 1000),
        ("verdict", "example", 1000),
        ("tags", "tags", 504),
    ):
        given = {"triage": "emergency", "verdict": "right", field: "ą" * (most + 1)}
        response = await ola.post(f"/cases/{case}/{form}", **given)
        assert response.status == 422, form
        assert "Nic nie zapisano: tekst jest za długi" in await response.text()
    for tags in (",".join(f"etykieta {number}" for number in range(13)), "ą" * 41):
        told = (await ola.post(f"/cases/{case}/tags", tags=tags)).headers["Location"]
        assert told.endswith("told=too_many_tags")
    async with program.database.transaction() as session:
        file = await session.get(CaseFile, case)
        assert file is None or (file.tags, file.report, file.verdict) == (None, None, None)
        assert list(await session.scalars(select(CaseNote))) == []


async def test_what_just_fits_is_kept_whole_with_its_lines(consultant: Any, writes: Any, program: Program) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    await ola.text(f"/cases/{case}")
    note = ("a" * 39 + "\r\n") * 99 + "b" * 40  # a browser sends two characters for the end of a line
    assert (await ola.post(f"/cases/{case}/note", note=note)).status == 303
    tags = [f"{number:02}" + "e" * 38 for number in range(12)]
    assert (await ola.post(f"/cases/{case}/tags", tags=", ".join(tags))).headers["Location"].endswith("told=saved")
    async with program.database.transaction() as session:
        row, conversation = await program.queue.get(session, case), (await session.execute(select(Conversation))).scalar_one()
        assert row is not None
        written = await CaseFiles(program.vault).read(session, row, conversation)
    assert written.notes[0].text == note.replace("\r\n", "\n")
    assert written.tags == tuple(tags)


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
