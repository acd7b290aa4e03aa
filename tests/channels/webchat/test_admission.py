"""The door of the web chat: waves from one network become slow, and nobody else notices."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest

from bot.channels.webchat import network_limits as limiter
from bot.channels.webchat.network_limits import NETWORK_SIZES, NetworkLimiter
from bot.channels.webchat.proof_of_work import HEADER, PUZZLES, solves
from bot.program import Program
from bot.runtime.logs import configure_logs
from bot.server import application
from tests.channels.webchat.plain_browser import Browser
from tests.support import HOTLINE, Clock, in_files, open_program

Client = TestClient[Any, Any]
HOUSE = "203.0.113.7"
SAME_NETWORK = "203.0.113.200"
NEIGHBOUR = "203.0.112.7"
MANY = 60  # come at once without being asked for anything


async def opens(client: Client, address: str | None, answer: str | None = None) -> ClientResponse:
    headers = {"X-Forwarded-For": address} if address else {}
    return await client.post("/chat/conversations", headers=headers | ({HEADER: answer} if answer else {}))


async def comes_in_a_wave(client: Client, address: str | None, number: int = MANY) -> None:
    for _ in range(number):
        assert (await opens(client, address)).status == 201


def work_of(response: ClientResponse) -> str:
    """Do the work that a response asks for."""
    ticket, puzzles, _ = response.headers[HEADER].split(" ")
    found = (next(str(n) for n in count() if solves(ticket, puzzle, str(n))) for puzzle in range(int(puzzles)))
    return " ".join([ticket, *found])


async def test_a_house_full_of_people_behind_one_address_writes_at_once_and_nobody_notices(client: Client) -> None:
    for number in range(MANY):
        opened = await opens(client, HOUSE)
        assert opened.status == 201
        headers = {"Authorization": f"Bearer {(await opened.json())['token']}", "X-Forwarded-For": HOUSE}
        sent = await client.post("/chat/messages", json={"message_id": str(number), "text": "dzień dobry"}, headers=headers)
        assert sent.status == 200


async def test_in_a_wave_a_work_opens_the_door_once_and_the_answer_has_the_number(client: Client) -> None:
    await comes_in_a_wave(client, HOUSE)
    refused = await opens(client, SAME_NETWORK)
    error = (await refused.json())["error"]
    assert (refused.status, error["code"]) == (429, "crowded")
    assert HOTLINE in error["message"]
    assert "112" in error["message"]
    assert int(refused.headers["Retry-After"]) > 0
    answer = work_of(refused)
    assert (await opens(client, SAME_NETWORK, answer)).status == 201
    assert (await opens(client, SAME_NETWORK, answer)).status == 429


async def test_nobody_in_another_network_notices_a_wave(client: Client) -> None:
    await comes_in_a_wave(client, HOUSE)
    assert (await opens(client, HOUSE)).status == 429
    for address in (NEIGHBOUR, "198.51.100.1", "2001:db8::1", f"{HOUSE}, 198.51.100.2", None):
        assert (await opens(client, address)).status == 201, address


@pytest.mark.parametrize(
    ("wave", "same", "other"),
    [
        ("2001:db8:1:a::1", "2001:db8:1:ffff::2", "2001:db8:2::1"),
        ("[2001:db8:1::1]:4711", "2001:db8:1::2", "2001:db8:2::1"),
        ("::ffff:203.0.113.7", f"{HOUSE}:4711", NEIGHBOUR),
        # What somebody writes into the header themselves stands before what the proxy adds.
        (f"198.51.100.9, {HOUSE}", f"10.0.0.1, {HOUSE}, 127.0.0.1", NEIGHBOUR),
    ],
)
async def test_networks_are_told_apart_by_their_prefix_as_the_proxy_saw_them(
    client: Client, wave: str, same: str, other: str
) -> None:
    await comes_in_a_wave(client, wave)
    assert (await opens(client, same)).status == 429
    assert (await opens(client, other)).status == 201


async def test_an_address_that_no_proxy_of_ours_tells_counts_for_nothing(tmp_path: Path) -> None:
    program = await open_program(tmp_path, trusted_proxies="192.0.2.0/24")
    async with TestClient(TestServer(application(program))) as client:
        for number in range(MANY):
            assert (await opens(client, f"198.51.{number}.1")).status == 201
        assert (await opens(client, "198.51.200.1")).status == 429
    await program.close()


async def test_a_wave_is_over_when_it_is_over(client: Client, clock: Clock) -> None:
    await comes_in_a_wave(client, HOUSE)
    assert (await opens(client, HOUSE)).status == 429
    clock.move(seconds=3)
    assert (await opens(client, HOUSE)).status == 201
    assert (await opens(client, HOUSE)).status == 429
    clock.move(minutes=3)
    await comes_in_a_wave(client, HOUSE)


async def test_a_first_message_is_asked_for_work_in_a_wave_and_no_later_one(client: Client) -> None:
    tokens = [(await (await opens(client, f"198.51.{number}.1")).json())["token"] for number in range(MANY + 1)]

    async def says(token: str, number: str, **more: str) -> ClientResponse:
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": HOUSE, **more}
        return await client.post("/chat/messages", json={"message_id": number, "text": "dzień dobry"}, headers=headers)

    for token in tokens[:-1]:
        assert (await says(token, "1")).status == 200
    refused = await says(tokens[-1], "1")
    assert refused.status == 429
    for number in ("1", "2", "3"):
        assert (await says(tokens[0], number)).status == 200
    assert (await says(tokens[-1], "1", **{HEADER: work_of(refused)})).status == 200
    assert (await says(tokens[-1], "2")).status == 200


BAD_ANSWERS = ["", "x", "1 2 3", " ".join(["0"] * (PUZZLES + 1)), "\u0661" * 9]


@pytest.mark.parametrize("bad", [*BAD_ANSWERS, "half", "late", "another's", "swapped"])
async def test_a_work_that_is_not_done_opens_nothing(client: Client, clock: Clock, bad: str) -> None:
    await comes_in_a_wave(client, HOUSE)
    answer = work_of(await opens(client, HOUSE)).split(" ")
    wrong = {
        "half": " ".join(answer[:-1]),
        "late": " ".join(answer),
        "another's": " ".join(["66f2a1b3.abcdefghijkl.0123456789abcdef", *answer[1:]]),
        "swapped": " ".join([answer[0], *reversed(answer[1:])]),
    }.get(bad, bad)
    if bad == "late":
        clock.move(minutes=6)
        await comes_in_a_wave(client, HOUSE)
    refused = await opens(client, HOUSE, wrong)
    assert refused.status == 429
    assert (await opens(client, HOUSE, work_of(refused))).status == 201


async def test_who_has_no_scripts_waits_half_a_minute_and_keeps_what_was_written(
    client: Client, program: Program, clock: Clock
) -> None:
    for _ in range(MANY):
        browser = Browser(client)
        await browser.opens()
        await browser.presses({"X-Forwarded-For": HOUSE}, text="dzień dobry", do="send")
        assert browser.status == 200
    browser = Browser(client)
    await browser.opens()
    await browser.presses({"X-Forwarded-For": HOUSE}, text="pomóżcie mi", do="send")
    assert browser.status == 429
    assert program.wording.page["pl"]["wait"] in browser.html
    assert HOTLINE in browser.html
    assert browser.fields["text"] == "pomóżcie mi"
    await browser.presses({"X-Forwarded-For": NEIGHBOUR}, text="", choice="@human")
    assert browser.status == 200
    waiting = Browser(client)
    await waiting.opens()
    await waiting.presses({"X-Forwarded-For": HOUSE}, choice="@human")
    assert waiting.fields["text"] == program.wording.titles["pl"]["human"]
    clock.move(seconds=30)
    for number in range(10):  # the wave goes on
        await opens(client, HOUSE)
        other = Browser(client)
        await other.opens()
        await other.presses({"X-Forwarded-For": HOUSE}, text=f"{number}", do="send")
        assert other.status == 200
    other = Browser(client)
    await other.opens()
    await other.presses({"X-Forwarded-For": HOUSE}, text="x", do="send")
    assert other.status == 429
    await waiting.presses({"X-Forwarded-For": HOUSE}, do="send")
    assert waiting.messages("mine") == [program.wording.titles["pl"]["human"]]
    assert waiting.status == 200


async def test_of_a_wave_nothing_is_stored_logged_or_counted_by_address(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("DEBUG")
    try:
        await comes_in_a_wave(client, HOUSE)
        for _ in range(3):
            await opens(client, HOUSE)
    finally:
        structlog.reset_defaults()
    printed = capsys.readouterr()
    everything = (printed.out + printed.err).encode() + generate_latest() + in_files(tmp_path)
    for trace in (b"203.0.113", ip_address(HOUSE).packed, ip_address(HOUSE).packed[:3] + b"\0"):
        assert trace not in everything
    assert b'frontdoor_door_total{verdict="proof",what="conversation"}' in everything


class Wave:
    """Lets people of networks come to a door."""

    def __init__(self, clock: Clock) -> None:
        self.limiter = NetworkLimiter(clock, NETWORK_SIZES)

    def come(self, address: str, number: int, *, proven: bool = False) -> dict[str, int]:
        verdicts = [self.limiter.admit(ip_address(address), proven=proven) for _ in range(number)]
        return {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}


def test_beyond_what_the_program_bears_a_network_waits_for_its_turn_whatever_it_proves(clock: Clock) -> None:
    wave = Wave(clock)
    assert wave.come(HOUSE, 500, proven=True) == {"in": 120, "busy": 380}
    clock.move(seconds=30)
    assert wave.come(HOUSE, 500, proven=True) == {"in": 10 + 60, "busy": 430}


def test_a_network_that_proves_all_it_can_leaves_its_providers_others_alone(clock: Clock) -> None:
    wave = Wave(clock)
    for _ in range(60):
        wave.come(HOUSE, 500, proven=True)
        assert wave.come(NEIGHBOUR, 10) == {"in": 10}
        clock.move(minutes=1)


def test_many_networks_of_one_provider_are_one_wave(clock: Clock) -> None:
    wave = Wave(clock)
    verdicts = [wave.limiter.admit(ip_address(f"2001:db8:{number:x}::1"), proven=False) for number in range(1000)]
    assert verdicts.count("in") == 600
    assert wave.come("2001:db9::1", 1) == {"in": 1}


@pytest.fixture
def few() -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limiter, "MOST_KEPT", 100)
        yield 100


def test_what_is_remembered_of_networks_is_bounded_and_the_latest_wave_stays(clock: Clock, few: int) -> None:
    wave = Wave(clock)
    for number in range(10 * few):
        wave.come(f"10.{number // 250}.{number % 250}.1", 1)
        wave.come(HOUSE, 1)
    assert wave.come(HOUSE, 1) == {"proof": 1}
    for _, *buckets in wave.limiter._sizes:
        for bucket in buckets:
            assert len(bucket._left) <= few
