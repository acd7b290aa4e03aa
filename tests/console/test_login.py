"""Who gets in, how far, and for how long."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.console import app as console_app
from bot.console.logins import FREE_ATTEMPTS, STRANGERS_A_MINUTE
from bot.console.services import PREFIX
from bot.console.staff import FIRST_ACCOUNT, Accounts, Role, ensure_first_account
from bot.program import Program
from bot.storage.audit import AuditLog
from bot.storage.tables import Staff, StaffSession
from tests.console.conftest import PASSWORD, Consultant
from tests.support import Clock

SOME_ID = "0" * 32
OPEN_PAGES = {"/login", "/language", "/static"}


def pages_of(console: web.Application) -> list[tuple[str, str]]:
    """Return every route of the console with an id where one is wanted."""
    sub = next(resource for resource in console.router.resources() if resource.canonical == PREFIX)
    routes = [(route.method, route.resource.canonical) for route in sub if route.method != "HEAD"]  # type: ignore[union-attr,attr-defined]
    return [(method, re.sub(r"\{[^}]+\}", SOME_ID, path.removeprefix(PREFIX))) for method, path in routes]


async def test_no_page_shows_anything_to_strangers(console: web.Application, browser: Any) -> None:
    client = await browser()
    tried = 0
    for method, path in pages_of(console):
        if any(path.startswith(page) for page in OPEN_PAGES):
            continue
        response = await client.request(method, f"{PREFIX}{path}", allow_redirects=False)
        gone = response.status == 303 and response.headers["Location"] == f"{PREFIX}/login"
        assert gone or response.status in {401, 403}, (method, path, response.status)
        tried += 1
    assert tried > 25


async def test_the_first_account_is_made_once(program: Program) -> None:
    password = await ensure_first_account(program)
    assert password is not None
    assert await ensure_first_account(program) is None
    async with program.database.transaction() as session:
        staff = (await session.execute(select(Staff))).scalar_one()
    assert (staff.name, staff.role, staff.must_change_password) == (FIRST_ACCOUNT, Role.ADMINISTRATOR, True)
    assert password not in staff.password_hash


async def test_a_one_time_password_opens_nothing_but_the_form_for_ones_own(program: Program, browser: Any) -> None:
    password = await ensure_first_account(program)
    admin = Consultant(await browser(), program, FIRST_ACCOUNT)
    await admin.get("/login")
    await admin.post("/login", name=FIRST_ACCOUNT, password=password)
    assert (await admin.get("/")).headers["Location"] == f"{PREFIX}/password"
    await admin.get("/password")
    assert (await admin.post("/password", old=password, new=PASSWORD, again=PASSWORD)).status == 303
    assert (await admin.get("/")).headers["Location"] == f"{PREFIX}/second-factor"


async def test_the_second_factor_is_asked_for_at_every_login(
    consultant: Any, browser: Any, program: Program, clock: Clock
) -> None:
    ola = await consultant()
    again = Consultant(await browser(), program, ola.name)
    await again.get("/login")
    assert (await again.post("/login", name=ola.name, password=PASSWORD)).status == 303
    assert (await again.get("/")).headers["Location"] == f"{PREFIX}/second-factor"
    await again.get("/second-factor")
    assert (await again.post("/second-factor", code="000000")).status == 401
    clock.move(seconds=60)
    assert (await again.post("/second-factor", code=ola.code())).status == 303
    await again.text("/")


async def test_a_code_works_only_once(consultant: Any, browser: Any, program: Program, clock: Clock) -> None:
    ola = await consultant()
    clock.move(minutes=5)
    code, statuses = ola.code(), []
    for _ in range(2):
        someone = Consultant(await browser(), program, ola.name)
        await someone.get("/login")
        await someone.post("/login", name=ola.name, password=PASSWORD)
        await someone.get("/second-factor")
        statuses.append((await someone.post("/second-factor", code=code)).status)
    assert statuses == [303, 401]


async def test_guessing_is_slowed_down_and_does_not_lock_out_the_consultants_own_browser(
    consultant: Any, browser: Any, program: Program, clock: Clock
) -> None:
    ola = await consultant()
    stranger = Consultant(await browser(), program, ola.name)
    await stranger.get("/login")
    statuses = [(await stranger.post("/login", name=ola.name, password="zgaduję")).status for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    await ola.get("/")
    await ola.post("/logout")
    await ola.get("/login")
    assert (await ola.post("/login", name=ola.name, password=PASSWORD)).status == 303
    clock.move(minutes=20)
    assert (await stranger.post("/login", name=ola.name, password=PASSWORD)).status == 303


async def test_an_unknown_name_is_answered_like_a_wrong_password(consultant: Any, browser: Any, program: Program) -> None:
    ola = await consultant()
    answers = []
    for name in (ola.name, "Nikt"):
        stranger = Consultant(await browser(), program, name)
        await stranger.get("/login")
        response = await stranger.post("/login", name=name, password="zgaduję")
        answers.append((response.status, (await response.text()).replace(name, "?").replace(stranger.csrf, "?")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("password", ["Polska123456", "haslo1234567", "aaaaaaaaaaaaa", "Ola ma kota 2026", "krótkie"])
async def test_a_password_that_is_guessed_first_is_refused(program: Program, browser: Any, password: str) -> None:
    async with program.database.transaction() as session:
        accounts = Accounts(program.vault, AuditLog(program.vault))
        first = await accounts.add(session, name="Ola", role=Role.CONSULTANT, by="test", now=program.clock())
    ola = Consultant(await browser(), program, "Ola")
    await ola.get("/login")
    await ola.post("/login", name="Ola", password=first)
    await ola.get("/password")
    assert (await ola.post("/password", old=first, new=password, again=password)).status == 422
    assert (await ola.get("/")).headers["Location"] == f"{PREFIX}/password"


async def test_a_form_that_another_site_made_is_refused(consultant: Any, writes: Any) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    token = ola.csrf
    for forged, headers in (("", {}), ("x", {}), (token, {"Sec-Fetch-Site": "cross-site"})):
        ola.csrf = forged
        assert (await ola.post(f"/cases/{case}/take", headers=headers)).status == 403
    ola.csrf = token
    assert (await ola.post(f"/cases/{case}/take")).status == 303


async def test_the_cookie_is_kept_from_scripts_and_other_sites_and_the_database_has_only_its_hash(
    consultant: Any, program: Program
) -> None:
    ola = await consultant()
    cookie = next(cookie for cookie in ola.client.session.cookie_jar if cookie.key == "console")
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", PREFIX)
    async with program.database.transaction() as session:
        login = (await session.execute(select(StaffSession))).scalar_one()
    assert cookie.value not in {login.token_hash, login.csrf}


async def test_a_login_ends_in_silence_and_a_page_that_only_watches_does_not_keep_it(consultant: Any, clock: Clock) -> None:
    ola = await consultant()
    clock.move(minutes=40)
    await ola.text("/")
    clock.move(minutes=40)
    assert (await ola.get("/queue", headers={"X-Watching": "1"})).status == 200
    clock.move(minutes=25)
    assert (await ola.get("/queue", headers={"X-Watching": "1"})).status == 401
    assert (await ola.get("/")).headers["Location"] == f"{PREFIX}/login"


async def test_a_login_ends_after_a_shift_however_busy_it_is(consultant: Any, clock: Clock) -> None:
    ola = await consultant()
    for _ in range(23):
        clock.move(minutes=30)
        await ola.text("/")
    clock.move(minutes=31)
    assert (await ola.get("/")).headers["Location"] == f"{PREFIX}/login"


async def test_a_disabled_account_is_out_at_once(consultant: Any, program: Program) -> None:
    ola = await consultant()
    async with program.database.transaction() as session:
        accounts = Accounts(program.vault, AuditLog(program.vault))
        await accounts.disable(session, await accounts.named(session, "Ola"), by="test", now=program.clock())
    assert (await ola.get("/")).headers["Location"] == f"{PREFIX}/login"
    await ola.get("/login")
    assert (await ola.post("/login", name="Ola", password=PASSWORD)).status == 401


async def test_changing_the_password_ends_other_logins(consultant: Any, browser: Any, program: Program, clock: Clock) -> None:
    ola = await consultant()
    elsewhere = Consultant(await browser(), program, ola.name)
    await elsewhere.get("/login")
    await elsewhere.post("/login", name=ola.name, password=PASSWORD)
    clock.move(minutes=1)
    await elsewhere.get("/second-factor")
    await elsewhere.post("/second-factor", code=ola.code())
    await elsewhere.text("/")
    new = "cztery konie w ogrodzie"
    assert (await ola.post("/password", old=PASSWORD, new=new, again=new)).status == 303
    await ola.text("/")
    assert (await elsewhere.get("/")).headers["Location"] == f"{PREFIX}/login"


async def test_every_answer_has_the_headers_that_protect_it(consultant: Any, writes: Any) -> None:
    case, ola = await writes("zabrał mi paszport"), await consultant()
    for path in ("/", "/login", f"/cases/{case}", "/nowhere", "/static/console.css", "/phrases/uk"):
        headers = (await ola.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Cache-Control"] in {"no-store", "no-cache"}, path


def test_no_template_has_script_style_or_addresses_of_others_in_it() -> None:
    folder = Path(console_app.__file__).parent / "templates"
    templates = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    assert len(templates) > 10
    for name, text in templates.items():
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:|\|\s*safe|https?://", text), name
        assert all('src="/console/static/' in tag for tag in re.findall(r"<script[^>]*>", text)), name


async def test_the_language_of_the_interface_can_be_chosen_and_leads_back_inside_only(browser: Any, program: Program) -> None:
    someone = Consultant(await browser(), program, "?")
    assert "Zaloguj" in await someone.text("/login")
    response = await someone.post("/language", language="en", page=f"{PREFIX}//evil.example/")
    assert response.headers["Location"] == f"{PREFIX}/"
    page = await someone.text("/login")
    assert '<html lang="en">' in page
    assert "Log in" in page


async def test_strangers_cannot_make_the_machine_hash_without_end(
    consultant: Any, browser: Any, program: Program, clock: Clock
) -> None:
    ola = await consultant()
    clock.move(minutes=2)
    stranger = Consultant(await browser(), program, "?")
    await stranger.get("/login")
    statuses = [
        (await stranger.post("/login", name=f"name{number}", password="x")).status for number in range(STRANGERS_A_MINUTE + 5)
    ]
    assert statuses == [401] * STRANGERS_A_MINUTE + [429] * 5
    await ola.get("/")
    await ola.post("/logout")
    await ola.get("/login")
    assert (await ola.post("/login", name=ola.name, password=PASSWORD)).status == 303
    clock.move(minutes=1)
    assert (await stranger.post("/login", name="another", password="x")).status == 401


async def test_strangers_cannot_keep_out_whoever_was_given_a_one_time_password(
    consultant: Any, browser: Any, program: Program, clock: Clock
) -> None:
    async def strangers_guess(name: str) -> int:
        stranger = Consultant(await browser(), program, "?")
        await stranger.get("/login")
        for number in range(STRANGERS_A_MINUTE + 5):
            await stranger.post("/login", name=f"{name}{number}", password="aaaa-bbbb-cccc-dddd")
        return max([(await stranger.post("/login", name=name, password="aaaa-bbbb-cccc-dddd")).status for _ in range(8)])

    async with program.database.transaction() as session:
        accounts = Accounts(program.vault, AuditLog(program.vault))
        first = await accounts.add(session, name="Ewa", role=Role.CONSULTANT, by="test", now=program.clock())
    assert await strangers_guess("Ewa") == 429
    await Consultant(await browser(), program, "Ewa").log_in_first(first)

    async with program.database.transaction() as session:
        second = await accounts.reset(session, await accounts.named(session, "Ewa"), by="test", now=program.clock())
    clock.move(minutes=2)
    assert await strangers_guess("Ewa") == 429
    old = Consultant(await browser(), program, "Ewa")
    await old.get("/login")
    statuses = [(await old.post("/login", name="Ewa", password=first)).status for _ in range(8)]
    assert statuses == [401] * FREE_ATTEMPTS + [429] * 3
    await Consultant(await browser(), program, "Ewa").log_in_first(second)
