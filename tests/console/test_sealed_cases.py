"""Closed cases are sealed to the staff: who reads them again, who cannot, and what goes on without the words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import delete, select, update

from bot.console.app import make_console
from bot.console.services import PREFIX
from bot.console.staff import Accounts, Role
from bot.messages import Inbound
from bot.operations.housekeeping import tidy
from bot.operations.sealing import seal_closed
from bot.program import Program, build
from bot.storage.audit import AuditLog
from bot.storage.case_keys import is_of_case
from bot.storage.closed_cases import standing
from bot.storage.return_codes import ReturnCodes
from bot.storage.tables import AuditEntry, CaseFile, Conversation, Delivery, FarewellDue, Handoff, Message, Staff, StaffSession
from bot.storage.tables_seals import CaseKeyGiven, CaseSealing, StaffKey
from tests.console.conftest import PASSWORD, Bot, Client, Consultant
from tests.support import HOTLINE, Clock, PlainAssistant

SEALED = "[zapieczętowane]"
WORDS, NOTE, TAG, CODE_WORD = "szef ma mój paszport od marca", "zadzwonić do siostry jutro", "pilne-okno", "parasol"
REPORT, REASON, ANSWER = "praca w szklarni pod Łodzią", "zamknięta w mieszkaniu na piętrze", "Jestem przy Pani, proszę pisać."
ALL = (WORDS, NOTE, TAG, CODE_WORD, REPORT, REASON, ANSWER)
Make = Callable[..., Awaitable[Consultant]]


async def the_conversation(program: Program) -> Conversation:
    async with program.database.transaction() as session:
        return (await session.scalars(select(Conversation))).one()


async def fill(program: Program, writes: Any, someone: Consultant, *, channel: str = "web", close: bool = True) -> str:
    """Let a case hold something of each kind, and be closed; return its id."""
    case: str = await writes(WORDS, channel=channel)
    conversation = await the_conversation(program)
    async with program.database.transaction() as session:
        row = await session.get_one(Conversation, conversation.id)
        row.arranged = program.vault.seal_json({"code_word": CODE_WORD}, f"arranged:{row.id}")
        row.report = program.vault.seal_json({"what": REPORT}, f"report:{row.id}")
    await someone.text(f"/cases/{case}")
    assert (await someone.post(f"/cases/{case}/take")).status == 303
    await someone.post(f"/cases/{case}/answer", text=ANSWER, form_id="f1")
    await someone.post(f"/cases/{case}/note", note=NOTE)
    await someone.post(f"/cases/{case}/tags", tags=TAG)
    await someone.post(f"/cases/{case}/triage", triage="emergency", reason=REASON)
    if close:
        assert (await someone.post(f"/cases/{case}/close", outcome="support")).status == 303
        async with program.database.transaction() as session:
            await session.execute(update(Delivery).values(finished_at=program.clock(), state="delivered"))
    return case


async def rest(program: Program, clock: Clock, minutes: int = 61) -> int:
    """Let an hour pass, and the program look after its closed cases."""
    clock.move(minutes=minutes)
    return await seal_closed(program)


def shown(page: str) -> set[str]:
    return {words for words in ALL if words in page}


async def account(program: Program, name: str) -> Staff:
    async with program.database.transaction() as session:
        return (await session.scalars(select(Staff).filter_by(name=name))).one()


async def actions(program: Program) -> list[str]:
    async with program.database.transaction() as session:
        return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


async def test_a_closed_case_is_sealed_and_reads_the_same_for_all_who_had_a_key_then(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa, ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    case = await fill(program, writes, ola)
    before = await ola.text(f"/cases/{case}")
    assert shown(before) == set(ALL)
    assert await rest(program, clock) == 1
    assert await rest(program, clock, minutes=1) == 0
    for someone in (ewa, ola):
        await someone.log_in()
        page = await someone.text(f"/cases/{case}")
        assert shown(page) == set(ALL)
        assert SEALED not in page
        assert f'<mark class="strong">{WORDS}</mark>' in page
    async with program.database.transaction() as session:
        assert all(is_of_case(message.content) for message in await session.scalars(select(Message)))


async def test_nothing_is_sealed_that_somebody_is_busy_with_or_that_its_person_holds_a_code_for(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa, close=False)
    assert await rest(program, clock, minutes=500) == 0  # it is open
    await ewa.log_in()
    await ewa.text(f"/cases/{case}")
    await ewa.post(f"/cases/{case}/close", outcome="support")
    assert await rest(program, clock, minutes=59) == 0
    await writes("dziękuję")
    assert await rest(program, clock, minutes=2) == 0  # somebody wrote just now
    conversation = await the_conversation(program)
    await ReturnCodes(program.database, program.vault).make(conversation.id)
    assert await rest(program, clock, minutes=500) == 0
    async with program.database.transaction() as session:
        counted = await standing(session)
    assert (counted.closed, counted.sealed, counted.with_code) == (1, 0, 1)


async def test_without_a_coordinators_key_a_case_stays_as_it_is_and_is_sealed_once_there_is_one(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    """So it is in a database from before: accounts have no keys until they log in."""
    ewa, ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    async with program.database.transaction() as session:
        await session.execute(delete(StaffKey))
        await session.execute(update(StaffSession).values(unlocked=None))
    case = await fill(program, writes, ola)
    assert await rest(program, clock) == 0
    await ola.log_in()
    assert await rest(program, clock) == 0  # a consultant alone could give it to nobody
    assert shown(await (await logged_in(ola)).text(f"/cases/{case}")) == set(ALL)
    await ewa.log_in()
    assert await rest(program, clock, minutes=61) == 1
    for someone in (ewa, ola):
        assert shown(await (await logged_in(someone)).text(f"/cases/{case}")) == set(ALL)


async def test_colleagues_of_before_are_waited_for_a_week_so_that_they_find_nothing_sealed_that_they_could_read(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa, _jan = await consultant("Ewa", Role.COORDINATOR), await consultant("Jan")
    await fill(program, writes, ewa)
    number = (await account(program, "Jan")).id
    async with program.database.transaction() as session:
        await session.execute(delete(StaffKey).where(StaffKey.staff_id == number))
    assert await rest(program, clock) == 0
    await ewa.log_in()
    assert "Bez klucza: 1 os." in await ewa.text("/sealed")
    clock.move(days=7)
    assert await rest(program, clock) == 1


async def logged_in(someone: Consultant) -> Consultant:
    await someone.log_in()
    return someone


async def test_who_comes_back_is_answered_and_a_new_sign_makes_a_case_that_shows_all_to_who_has_the_key(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    assert await rest(program, clock) == 1
    outcome = await program.frontdoor.receive(
        Inbound(channel="web", pseudonym="a", external_id="again", text="dzień dobry", received_at=clock())
    )
    assert HOTLINE in outcome.replies[0].text
    second = await writes("zabrali mi też telefon i paszport")
    assert second
    page = await (await logged_in(ewa)).text(f"/cases/{second}")
    assert shown(page) >= {WORDS, ANSWER, CODE_WORD, REPORT}
    assert "zabrali mi też telefon" in page
    await ewa.post(f"/cases/{second}/take")
    await ewa.post(f"/cases/{second}/close", outcome="referred")
    assert await rest(program, clock) == 1
    page = await (await logged_in(ewa)).text(f"/cases/{second}")
    assert shown(page) >= {WORDS, ANSWER, CODE_WORD, REPORT}
    assert "zabrali mi też telefon" in page


async def test_what_is_written_into_a_sealed_case_is_sealed_in_turn(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa)
    await rest(program, clock)
    await ewa.log_in()
    await ewa.text(f"/cases/{case}")
    await ewa.post(f"/cases/{case}/note", note="siostra oddzwoniła")
    await ewa.post(f"/cases/{case}/tags", tags=f"{TAG}, druga")
    assert await rest(program, clock) == 1
    page = await (await logged_in(ewa)).text(f"/cases/{case}")
    assert shown(page) == set(ALL)
    assert "siostra oddzwoniła" in page
    assert "druga" in page


async def test_somebody_new_sees_who_can_open_it_until_a_coordinator_gives_them_the_keys(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa)
    await rest(program, clock)
    jan = await consultant("Jan")
    page = await jan.text(f"/cases/{case}")
    assert shown(page) == set()
    assert SEALED in page
    assert "Otworzą ją: Ewa." in page
    assert "nie da się odczytać" not in page
    refused = await jan.post(f"/cases/{case}/tags", tags="")
    assert refused.status == 409  # nobody writes over what they cannot see
    assert (await jan.post(f"/cases/{case}/report", what="")).status == 409
    assert (await jan.get("/sealed")).status == 403

    await ewa.log_in()
    page = await ewa.text("/sealed")
    assert "1 z 1 zamkniętych spraw" in page
    assert "0 z 1" in page
    number = (await account(program, "Jan")).id
    assert (await ewa.post(f"/sealed/{number}/give")).headers["Location"].endswith("given=1")
    assert "Dano klucze: 1." in await ewa.text("/sealed?given=1")
    assert shown(await jan.text(f"/cases/{case}")) == set(ALL)
    assert "sealed_given" in await actions(program)
    assert (await ewa.post(f"/sealed/{number}/give")).headers["Location"].endswith("given=0")


async def test_after_a_lost_password_a_coordinator_gives_everything_again(
    program: Program, clock: Clock, consultant: Make, writes: Any, browser: Any
) -> None:
    ewa, ola = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola")
    case = await fill(program, writes, ola)
    await rest(program, clock)
    number = (await account(program, "Ola")).id
    async with program.database.transaction() as session:
        accounts = Accounts(program.vault, AuditLog(program.vault))
        password = await accounts.reset(session, await session.get_one(Staff, number), by="test", now=clock())
    async with program.database.transaction() as session:
        assert await session.get(StaffKey, number) is None
        assert list(await session.scalars(select(CaseKeyGiven).filter_by(staff_id=number))) == []
    again = Consultant(await browser(), program, "Ola")
    await again.log_in_first(password)
    assert shown(await again.text(f"/cases/{case}")) == set()
    await ewa.log_in()
    await ewa.text("/sealed")
    await ewa.post(f"/sealed/{number}/give")
    assert shown(await again.text(f"/cases/{case}")) == set(ALL)


async def test_a_new_password_of_ones_own_keeps_everything(program: Program, clock: Clock, consultant: Make, writes: Any) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa)
    await rest(program, clock)
    await ewa.log_in()
    await ewa.get("/password")
    new = "inne hasło i siedem gęsi"
    assert (await ewa.post("/password", old=PASSWORD, new=new, again=new)).status == 303
    assert shown(await ewa.text(f"/cases/{case}")) == set(ALL)
    clock.move(minutes=61)
    await ewa.log_in(new)
    assert shown(await ewa.text(f"/cases/{case}")) == set(ALL)


async def test_a_login_from_before_keys_were_made_is_told_to_log_in_again(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa)
    await rest(program, clock)
    await ewa.log_in()
    async with program.database.transaction() as session:
        await session.execute(update(StaffSession).values(unlocked=None))
    page = await ewa.text(f"/cases/{case}")
    assert shown(page) == set()
    assert "zaloguj się jeszcze raz" in page
    assert "Twoje logowanie nie ma klucza" in await ewa.text("/sealed")


async def test_the_last_key_of_a_case_is_not_thrown_away_unless_somebody_says_so(
    program: Program, clock: Clock, consultant: Make, writes: Any, bot: Bot
) -> None:
    ewa, ada = await consultant("Ewa", Role.COORDINATOR), await consultant("Ada", Role.ADMINISTRATOR)
    await fill(program, writes, ewa)
    await rest(program, clock)
    number = (await account(program, "Ewa")).id
    async with program.database.transaction() as session:
        await session.execute(delete(CaseKeyGiven).where(CaseKeyGiven.staff_id != number))
    await ada.log_in()
    await ada.text("/staff")
    refused = await ada.post(f"/staff/{number}/reset")
    assert refused.status == 409
    assert "otwiera niektóre zapieczętowane sprawy" in await refused.text()
    assert (await account(program, "Ewa")).totp_secret is not None
    assert (await ada.post(f"/staff/{number}/disable")).status == 303  # a lock-out is never refused, and loses nothing
    async with program.database.transaction() as session:
        assert len(list(await session.scalars(select(CaseKeyGiven)))) == 1
    status, printed = await bot("staff", "reset", "Ewa")
    assert (status, "Nobody else can open 1 sealed case(s)" in printed) == (1, True)
    assert (await bot("staff", "reset", "Ewa", "--lose-sealed-cases"))[0] == 0
    async with program.database.transaction() as session:
        assert list(await session.scalars(select(CaseKeyGiven))) == []


async def test_who_is_locked_out_keeps_no_key_and_gets_none(
    program: Program, clock: Clock, consultant: Make, writes: Any, bot: Bot
) -> None:
    ewa, _ola, jan = await consultant("Ewa", Role.COORDINATOR), await consultant("Ola"), await consultant("Jan")
    await fill(program, writes, jan)
    await rest(program, clock)
    await bot("staff", "disable", "Ola")
    number = (await account(program, "Ola")).id
    async with program.database.transaction() as session:
        assert await session.get(StaffKey, number) is None
        assert number not in list(await session.scalars(select(CaseKeyGiven.staff_id)))
    await ewa.log_in()
    await ewa.text("/sealed")
    assert (await ewa.post(f"/sealed/{number}/give")).headers["Location"].endswith("given=0")


async def test_every_process_opens_what_the_cookie_of_a_login_at_another_one_unlocks(
    program: Program, clock: Clock, consultant: Make, writes: Any, aiohttp_client: Callable[..., Awaitable[Client]]
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa)
    await rest(program, clock)
    await ewa.log_in()
    other = build(program.settings, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    app = web.Application()
    app.add_subapp(PREFIX, make_console(other))
    there = await aiohttp_client(TestServer(app))
    cookies = {cookie.key: cookie.value for cookie in ewa.client.session.cookie_jar}
    page = await there.get(f"{PREFIX}/cases/{case}", cookies=cookies)
    assert shown(await page.text()) == set(ALL)
    await other.close()


async def test_a_new_key_of_the_server_leaves_what_is_sealed_to_the_staff_and_their_keys_go_on_opening_it(
    program: Program,
    clock: Clock,
    consultant: Make,
    writes: Any,
    bot: Bot,
    aiohttp_client: Callable[..., Awaitable[Client]],
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    case = await fill(program, writes, ewa)
    await rest(program, clock)
    assert (await bot("keys", "rotate"))[0] == 0
    assert (await bot("keys", "drop-old"))[0] == 0
    assert "The keys open what is stored" in (await bot("check"))[1]
    other = build(program.settings, assistant=PlainAssistant(), clock=clock)  # type: ignore[arg-type]
    app = web.Application()
    app.add_subapp(PREFIX, make_console(other))
    there = Consultant(await aiohttp_client(TestServer(app)), other, "Ewa")
    there.secret = ewa.secret
    await there.log_in()
    assert shown(await there.text(f"/cases/{case}")) == set(ALL)
    await other.close()


async def test_a_person_can_still_have_a_sealed_conversation_deleted_at_the_provider(
    program: Program, clock: Clock, consultant: Make
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)

    def said(text: str, number: int) -> Inbound:
        return Inbound(
            channel="telegram",
            pseudonym="a",
            external_id=f"m{number}",
            text=text,
            received_at=clock(),
            address="500100200",
            details={"message_id": number},
        )

    await program.frontdoor.receive(said(WORDS, 41))
    async with program.database.transaction() as session:
        case = (await session.scalars(select(Handoff))).one().id
    await ewa.text(f"/cases/{case}")
    await ewa.post(f"/cases/{case}/take")
    await ewa.post(f"/cases/{case}/close", outcome="support")
    async with program.database.transaction() as session:
        await session.execute(update(Delivery).values(finished_at=clock(), state="delivered"))
    assert await rest(program, clock) == 1
    conversation = await the_conversation(program)
    assert (conversation.address, conversation.reachable) == (None, "no_address")
    outcome = await program.frontdoor.receive(said("@delete", 42))
    assert outcome.erased
    async with program.database.transaction() as session:
        left = (await session.scalars(select(FarewellDue))).one()
        assert list(await session.scalars(select(CaseSealing))) == []
        assert list(await session.scalars(select(CaseKeyGiven))) == []
    farewell = program.vault.open_json(left.content, f"farewell:{left.id}")
    assert "41" in json.dumps(farewell)


async def test_a_coordinator_who_opens_a_sealed_conversation_again_can_write_to_its_person(
    program: Program, clock: Clock, consultant: Make
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    message = Inbound(channel="sms", pseudonym="a", external_id="1", text=WORDS, received_at=clock(), address="+48601234567")
    await program.frontdoor.receive(message)
    async with program.database.transaction() as session:
        case = (await session.scalars(select(Handoff))).one()
    await ewa.text(f"/cases/{case.id}")
    await ewa.post(f"/cases/{case.id}/take")
    await ewa.post(f"/cases/{case.id}/close", outcome="support")
    async with program.database.transaction() as session:
        await session.execute(update(Delivery).values(finished_at=clock(), state="delivered"))
    assert await rest(program, clock) == 1
    await ewa.log_in()
    await ewa.text("/conversations")
    assert (await ewa.post(f"/conversations/{case.conversation_id}/open")).status == 303
    conversation = await the_conversation(program)
    assert (program.conversations.address(conversation), conversation.reachable) == ("+48601234567", "yes")


async def test_where_somebody_can_be_answered_is_forgotten_as_soon_as_without_sealing(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    async with program.database.transaction() as session:
        row = (await session.scalars(select(Conversation))).one()
        row.address = program.vault.seal("+48601234567", f"address:{row.id}")
    await rest(program, clock)
    async with program.database.transaction() as session:
        assert (await session.scalars(select(CaseSealing.address))).one() is not None
    clock.move(hours=73)
    await tidy(program)
    async with program.database.transaction() as session:
        assert (await session.scalars(select(CaseSealing.address))).one() is None


async def test_a_sealed_case_ends_on_the_same_day_as_any_other(
    program: Program, clock: Clock, consultant: Make, writes: Any
) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    await rest(program, clock)
    clock.move(days=91)
    await tidy(program)
    async with program.database.transaction() as session:
        for table in (Conversation, Message, CaseFile, CaseSealing, CaseKeyGiven):
            assert list(await session.scalars(select(table))) == []


async def test_check_and_the_console_count_what_is_sealed(
    program: Program, clock: Clock, consultant: Make, writes: Any, bot: Bot
) -> None:
    def told(printed: str) -> str:
        [line] = [line for line in printed.splitlines() if " closed " in line[:20]]
        return line

    assert "No coordinator has a key yet" in told((await bot("check"))[1])
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    assert "0 of 1 closed cases" in told((await bot("check"))[1])
    await rest(program, clock)
    line = told((await bot("check"))[1])
    assert line.startswith("off")
    assert "1 of 1 closed cases" in line
    assert "let there be two" in line
    await consultant("Ada", Role.ADMINISTRATOR)
    line = told((await bot("check"))[1])
    assert line.startswith("ready")
    assert "sealed to 2 people, 2 of whom can give keys" in line
    assert "The keys open what is stored" in (await bot("check"))[1]


async def test_switched_off_it_changes_nothing(program: Program, clock: Clock, consultant: Make, writes: Any) -> None:
    ewa = await consultant("Ewa", Role.COORDINATOR)
    await fill(program, writes, ewa)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"seal_closed_minutes": 0}))
    assert await rest(program, clock, minutes=5000) == 0
