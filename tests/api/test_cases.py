"""Cases for other systems: codes for every token, words only for some, numbers for none."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import jsonschema
import pytest
from sqlalchemy import update

from bot.api.cases import LEFT_OUT, CasesApi, without_numbers
from bot.api.limits import PER_MINUTE
from bot.api.models import describe
from bot.console.staff_keys import StaffKeys
from bot.operations.sealing import seal_closed
from bot.program import Program
from bot.storage.tables import Conversation, Delivery, Message, Staff
from tests.api.conftest import Client, OtherSystem
from tests.support import Bot, Clock, damage

Systems = Callable[..., Awaitable[OtherSystem]]
Writes = Callable[..., Awaitable[str]]
Audited = Callable[[], Awaitable[list[tuple[str, str]]]]
WORDS = "szef Zdzisław zabrał mi paszport, dzwońcie +48 601-234-567"


async def test_a_list_since_a_cursor_gives_what_changed_and_nothing_twice(other_system: Systems, writes: Writes) -> None:
    system = await other_system()
    first, second = await writes("zabrał mi paszport", who="a"), await writes("jestem zamknięta", who="b")
    page = await system.json("/cases")
    assert [(case["id"], case["state"], case["triage"]) for case in page["cases"]] == [
        (first, "waiting", "high"),
        (second, "waiting", "emergency"),
    ]
    assert (await system.json(f"/cases?after={page['cursor']}"))["cases"] == []
    await writes("jestem zamknięta", who="a")
    later = await system.json(f"/cases?after={page['cursor']}")
    assert [(case["id"], case["triage"]) for case in later["cases"]] == [(first, "emergency")]
    assert later["cursor"] > page["cursor"]


async def test_long_lists_come_in_pages(other_system: Systems, writes: Writes) -> None:
    system = await other_system()
    made = [await writes("zabrał mi paszport", who=f"p{number}") for number in range(103)]
    page = await system.json("/cases")
    rest = await system.json(f"/cases?after={page['cursor']}")
    assert (len(page["cases"]), page["more"], len(rest["cases"]), rest["more"]) == (100, True, 3, False)
    assert [case["id"] for case in page["cases"] + rest["cases"]] == made


async def test_an_erased_case_is_told_so_that_others_erase_it_as_well(
    program: Program, other_system: Systems, writes: Writes
) -> None:
    system = await other_system()
    case = await writes("zabrał mi paszport")
    cursor = (await system.json("/cases"))["cursor"]
    async with program.database.transaction() as session:
        handoff = await program.queue.get(session, case)
    assert handoff is not None
    await program.frontdoor.erase(handoff.conversation_id)
    [left] = (await system.json(f"/cases?after={cursor}"))["cases"]
    assert (left["id"], left["state"], left["triage"], left["channel"]) == (case, "erased", None, None)
    assert (await system.ask("GET", f"/cases/{case}")).status == 404


async def test_a_token_that_reads_learns_codes_and_not_a_word(other_system: Systems, writes: Writes, client: Client) -> None:
    system = await other_system()
    case = await writes(WORDS)
    for path in ("/cases", f"/cases/{case}"):
        told = (await (await system.ask("GET", path)).text()).replace(case, "")  # an id may hold any three digits
        assert "documents_taken" in told
        for secret in ("Zdzisław", "zabrał", "601", "pseudonym", '"a"'):
            assert secret not in told
    for method, path, body in (
        ("GET", f"/cases/{case}/messages", None),
        ("POST", f"/cases/{case}/messages", {"message_id": "1", "text": "x"}),
        ("POST", f"/cases/{case}/state", {"action": "take"}),
    ):
        refused = await system.ask(method, path, json=body)
        assert refused.status == 403
        assert (await refused.json())["error"]["code"] == "not_allowed"
    for nonsense in ("nonsense", "żółw", "\udcff"):
        unknown = await client.get("/api/cases", headers={"Authorization": f"Bearer {nonsense}"})
        assert unknown.status == 401
    assert (await client.get("/api/cases")).status == 401


async def test_a_token_for_texts_reads_them_without_telephone_numbers(other_system: Systems, writes: Writes) -> None:
    system = await other_system(texts=True)
    case = await writes(WORDS)
    said = (await system.json(f"/cases/{case}/messages"))["messages"]
    assert (said[0]["from"], said[0]["text"]) == ("person", f"szef Zdzisław zabrał mi paszport, dzwońcie {LEFT_OUT}")
    assert "22 628 01 20" in said[1]["text"]
    assert (await system.json(f"/cases/{case}/messages?after={said[-1]['number']}"))["messages"] == []
    assert (await system.ask("POST", f"/cases/{case}/state", json={"action": "take"})).status == 403


@pytest.mark.parametrize(
    "number",
    [
        "+48601234567",
        "601 234 567",
        "(22) 555-12-34",
        "0048 601.234.567",
        "٠١٢٣٤٥٦٧٨٩",
        "+380 67 123 45 67",
        "601–234–567",
        "601, 234, 567",
        "601_234_567",
        "601\u200b234\u200b567",
        "6\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37",
    ],
)
def test_what_looks_like_a_telephone_number_is_left_out(number: str) -> None:
    assert without_numbers(f"to {number} teraz", {"226280120"}) == f"to {LEFT_OUT} teraz"


@pytest.mark.parametrize(
    "text", ["112", "+48 22 628 01 20", "mam 17 lat i 2000 zł", "2026", "116 111", "800 12 12 12", "605 687 750", "12:30–14:00"]
)
def test_published_help_lines_and_other_numbers_stay(program: Program, text: str) -> None:
    assert without_numbers(text, CasesApi(program).published) == text


async def test_a_token_that_writes_takes_answers_and_closes_a_case(
    program: Program, other_system: Systems, writes: Writes, audited: Audited
) -> None:
    system = await other_system(writes=True, texts=True)
    case = await writes("zabrał mi paszport")
    answer = {"message_id": "cw-7", "text": "Jestem tu.", "language": "pl"}
    assert (await system.ask("POST", f"/cases/{case}/messages", json=answer)).status == 409  # not taken yet
    taken = await (await system.ask("POST", f"/cases/{case}/state", json={"action": "take"})).json()
    assert (taken["state"], taken["mine"]) == ("taken", True)
    sent = [await system.ask("POST", f"/cases/{case}/messages", json=answer) for _ in range(2)]
    assert [response.status for response in sent] == [201, 201]
    said = (await system.json(f"/cases/{case}/messages"))["messages"]
    assert [one["text"] for one in said if one["from"] == "consultant"] == ["Jestem tu."]
    closing = await system.ask("POST", f"/cases/{case}/state", json={"action": "close", "outcome": "support"})
    assert (await closing.json())["state"] == "closed"
    assert (await system.ask("POST", f"/cases/{case}/state", json={"action": "take"})).status == 409
    actions = [action for action, subject in await audited() if subject == case]
    assert actions == ["case_taken", "case_answered", "case_answered", "case_texts_read_by_api", "case_closed"]


@pytest.mark.parametrize("text", [" ", "\n\t", "\u200b", "\x07"])
async def test_an_answer_in_which_nothing_can_be_read_is_not_sent(other_system: Systems, writes: Writes, text: str) -> None:
    system = await other_system(writes=True, texts=True)
    case = await writes("zabrał mi paszport")
    await system.ask("POST", f"/cases/{case}/state", json={"action": "take"})
    assert (await system.ask("POST", f"/cases/{case}/messages", json={"message_id": "1", "text": text})).status == 422
    assert "consultant" not in {said["from"] for said in (await system.json(f"/cases/{case}/messages"))["messages"]}


async def test_of_two_systems_one_has_a_case_and_hands_it_back(other_system: Systems, writes: Writes) -> None:
    one, two = await other_system("Jeden", writes=True), await other_system("Dwa", writes=True)
    case = await writes("zabrał mi paszport")
    assert (await one.ask("POST", f"/cases/{case}/state", json={"action": "take"})).status == 200
    for action in ({"action": "take"}, {"action": "hand_back"}, {"action": "close", "outcome": "other"}):
        assert (await two.ask("POST", f"/cases/{case}/state", json=action)).status == 409
    assert (await (await one.ask("POST", f"/cases/{case}/state", json={"action": "hand_back"})).json())["state"] == "waiting"
    assert (await two.ask("POST", f"/cases/{case}/state", json={"action": "take"})).status == 200


async def test_every_reading_is_in_the_audit_log(other_system: Systems, writes: Writes, audited: Audited) -> None:
    system = await other_system(texts=True)
    case = await writes("zabrał mi paszport")
    cursor = (await system.json("/cases"))["cursor"]
    await system.json(f"/cases?after={cursor}")  # nothing was read
    await system.json(f"/cases/{case}")
    await system.json(f"/cases/{case}/messages")
    assert await audited() == [
        ("api_cases_listed", f"0-{cursor}"),
        ("case_read_by_api", case),
        ("case_texts_read_by_api", case),
    ]


async def test_too_many_requests_are_told_to_wait_and_strangers_do_not_slow_others(
    other_system: Systems, client: Client, clock: Clock
) -> None:
    system = await other_system()
    for _ in range(PER_MINUTE):
        await client.get("/api/cases")
    assert (await client.get("/api/cases")).status == 429
    statuses = [(await system.ask("GET", "/cases")).status for _ in range(PER_MINUTE + 1)]
    assert statuses == [200] * PER_MINUTE + [429]
    assert 1 <= int((await system.ask("GET", "/cases")).headers["Retry-After"]) <= 60
    clock.move(seconds=61)
    assert (await system.ask("GET", "/cases")).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ('{"action": "explode"}', 422),
        ('{"action": "close"}', 422),
        ('{"action": "take", "outcome": "other"}', 422),
        ('{"action": "take", "more": 1}', 422),
        ("[]", 422),
    ],
)
async def test_a_change_that_makes_no_sense_changes_nothing(
    other_system: Systems, writes: Writes, body: str, status: int
) -> None:
    system = await other_system(writes=True)
    case = await writes("zabrał mi paszport")
    assert (await system.ask("POST", f"/cases/{case}/state", data=body)).status == status
    assert (await system.json(f"/cases/{case}"))["state"] == "waiting"


async def test_every_answer_is_one_that_the_document_describes(other_system: Systems, writes: Writes, client: Client) -> None:
    document = await (await client.get("/api/openapi.json")).json()
    assert document == json.loads(json.dumps(describe()))
    system = await other_system(writes=True, texts=True)
    case = await writes("zabrał mi paszport")
    path = f"/cases/{case}"
    asked = [
        ("GET", "/cases", "/api/cases", None),
        ("GET", "/cases?after=x", "/api/cases", None),
        ("GET", path, "/api/cases/{case}", None),
        ("GET", f"/cases/{'0' * 32}", "/api/cases/{case}", None),
        ("GET", f"{path}/messages", "/api/cases/{case}/messages", None),
        ("GET", f"{path}/messages?after=x", "/api/cases/{case}/messages", None),
        ("POST", f"{path}/messages", "/api/cases/{case}/messages", {"message_id": "1", "text": "x"}),
        ("POST", f"{path}/state", "/api/cases/{case}/state", {"action": "take"}),
        ("POST", f"{path}/messages", "/api/cases/{case}/messages", {"message_id": "1", "text": "x"}),
        ("POST", f"{path}/messages", "/api/cases/{case}/messages", {"message_id": "1", "text": 5}),
        ("POST", f"{path}/state", "/api/cases/{case}/state", {"action": "close", "outcome": "other"}),
    ]
    seen = set()
    for method, address, described, body in asked:
        response = await system.ask(method, address, json=body)
        answers = document["paths"][described][method.lower()]["responses"]
        assert str(response.status) in answers
        schema = answers[str(response.status)]["content"]["application/json"]["schema"]
        jsonschema.validate(await response.json(), {**schema, "components": document["components"]})
        seen.add((method, described))
    assert seen == {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}


async def test_tokens_are_made_listed_and_revoked_by_a_command(
    program: Program, client: Client, writes: Writes, bot: Bot
) -> None:
    status, printed = await bot("api-token", "add", "Aselo", "--write")
    assert status == 0
    system = OtherSystem(client, printed.split()[-1])
    case = await writes("zabrał mi paszport")
    assert (await system.ask("POST", f"/cases/{case}/state", json={"action": "take"})).status == 200
    assert (await bot("api-token", "add", "aselo"))[0] == 1
    listed = (await bot("api-token", "list"))[1]
    assert "Aselo" in listed
    assert "read write" in listed
    assert system.token not in listed
    assert "went back to the queue: 1" in (await bot("api-token", "revoke", "Aselo"))[1]
    assert (await system.ask("GET", "/cases")).status == 401
    assert (await bot("api-token", "revoke", "Aselo"))[0] == 1
    stored = b"".join(path.read_bytes() for path in program.settings.data_dir.iterdir())
    assert system.token.encode() not in stored


async def test_a_case_that_does_not_open_breaks_no_list_and_tells_what_is_left(
    program: Program, other_system: Systems, writes: Writes
) -> None:
    system = await other_system(texts=True)
    first, second = await writes("zabrał mi paszport", who="a"), await writes("jestem zamknięta", who="b")
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "sms", "a")
        assert conversation is not None
    await damage(program, Conversation, "findings", "report", id=conversation.id)
    await damage(program, Message, "content", conversation_id=conversation.id, number=1)
    page = await system.json("/cases")
    assert [(case["id"], case["triage"]) for case in page["cases"]] == [(first, "high"), (second, "emergency")]
    assert (await system.json(f"/cases/{first}"))["triage"] == "high"
    [lost, *others] = (await system.json(f"/cases/{first}/messages"))["messages"]
    assert (lost["kind"], lost["text"]) == ("unreadable", "")
    assert all(message["text"] for message in others)


async def test_of_a_case_that_is_sealed_to_the_staff_other_systems_get_the_codes_and_no_word(
    program: Program, clock: Clock, other_system: Systems, writes: Writes
) -> None:
    system = await other_system(texts=True)
    case = await writes("zabrał mi paszport")
    async with program.database.transaction() as session:
        staff = Staff(
            id="5" * 32, name="Ewa", role="coordinator", password_hash="", must_change_password=False, created_at=clock()
        )
        staff.totp_secret = b"set up"
        session.add(staff)
        await program.queue.take(session, case, staff.id, clock())
        await program.queue.close(session, case, staff.id, "support", clock())
        await session.execute(update(Delivery).values(finished_at=clock(), state="delivered"))
    assert await StaffKeys(program.database, program.vault).unlock(staff, "zielony rower pod mostem", now=clock()) is not None
    clock.move(minutes=61)
    assert await seal_closed(program) == 1
    answer = await system.json(f"/cases/{case}")
    assert (answer["state"], answer["triage"], answer["indicators"]) == ("closed", "high", ["documents_taken"])
    said = (await system.json(f"/cases/{case}/messages"))["messages"]
    assert {(message["kind"], message["text"]) for message in said} == {("sealed", "")}
