"""Promises of the threat model: what is stored, logged and told holds no words and no addresses."""

import json
import sqlite3
from pathlib import Path

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest

from bot.program import Program
from bot.runtime.logs import configure_logs
from bot.server import application
from bot.storage.vault import KeyFileUnusable, SealBroken, open_vault
from tests.conversation.test_frontdoor import inbound
from tests.support import Clock, PlainAssistant, in_files, open_program

WORDS = "Mieszkam u pani Zofii Niezwykłej i szef ma mój paszport"
NUMBER = "+48601234567"


async def test_neither_words_nor_numbers_are_in_the_database_in_the_clear(program: Program, tmp_path: Path) -> None:
    pseudonym = program.vault.pseudonym("sms", NUMBER)
    await program.frontdoor.receive(
        inbound(WORDS, who=pseudonym, channel="sms").__class__(
            channel="sms", pseudonym=pseudonym, external_id="1", text=WORDS, received_at=program.clock(), address=NUMBER
        )
    )
    stored = in_files(tmp_path)
    for secret in ("paszport", "Zofii", "601234567", "documents_taken"):
        assert secret.encode() not in stored


async def test_the_address_can_be_read_back_with_the_key(program: Program) -> None:
    message = inbound(WORDS)
    await program.frontdoor.receive(
        message.__class__(channel="sms", pseudonym="p", external_id="1", text=WORDS, received_at=program.clock(), address=NUMBER)
    )
    async with program.database.transaction() as session:
        conversation = await program.conversations.find(session, "sms", "p")
        assert conversation is not None
        assert program.conversations.address(conversation) == NUMBER


async def test_an_erased_conversation_leaves_no_trace_in_the_file(program: Program, tmp_path: Path) -> None:
    await program.frontdoor.receive(inbound(WORDS, who="somebody-special"))
    await program.frontdoor.receive(inbound("@delete", who="somebody-special", number="2"))
    await program.database.close()
    connection = sqlite3.connect(tmp_path / "frontdoor.sqlite3")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"somebody-special" not in in_files(tmp_path)


async def test_logs_and_metrics_hold_no_words(
    program: Program, assistant: PlainAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("DEBUG")
    try:
        await program.frontdoor.receive(inbound(WORDS))
        assistant.fail_turn = RuntimeError(WORDS)
        await program.frontdoor.receive(inbound(WORDS, number="2"))
        async with TestClient(TestServer(application(program))) as client:
            assistant.fail_turn = None
            token = (await (await client.post("/chat/conversations")).json())["token"]
            headers = {"Authorization": f"Bearer {token}"}
            await client.post("/chat/messages", json={"message_id": "1", "text": WORDS}, headers=headers)
    finally:
        structlog.reset_defaults()
    printed = capsys.readouterr()
    everything = printed.out + printed.err + generate_latest().decode()
    assert "answered_without_understanding" in everything
    for secret in ("paszport", "Zofii", token):
        assert secret not in everything


def test_a_sealed_value_opens_only_in_its_place_and_only_with_its_key(tmp_path: Path) -> None:
    vault = open_vault(tmp_path / "keys.json", create=True)
    sealed = vault.seal(WORDS, "message:a")
    assert vault.open(sealed, "message:a") == WORDS
    with pytest.raises(SealBroken):
        vault.open(sealed, "message:b")
    with pytest.raises(SealBroken):
        open_vault(tmp_path / "other.json", create=True).open(sealed, "message:a")
    with pytest.raises(SealBroken):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "message:a")


def test_an_older_key_in_the_ring_still_opens_and_the_newest_seals(tmp_path: Path) -> None:
    old = open_vault(tmp_path / "old.json", create=True)
    new = open_vault(tmp_path / "new.json", create=True)
    ring = json.loads((tmp_path / "new.json").read_text())
    ring["encryption_keys"] += json.loads((tmp_path / "old.json").read_text())["encryption_keys"]
    (tmp_path / "ring.json").write_text(json.dumps(ring))
    both = open_vault(tmp_path / "ring.json")
    assert both.open(old.seal(WORDS, "x"), "x") == WORDS
    assert new.open(both.seal(WORDS, "x"), "x") == WORDS


def test_the_key_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    open_vault(tmp_path / "keys.json", create=True)
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "no key file"),
        ("{}", "damaged"),
        ("not json", "damaged"),
        ('{"encryption_keys": [], "pseudonym_key": ""}', "no usable keys"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_told_in_plain_words(tmp_path: Path, content: str | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "keys.json").write_text(content)
    with pytest.raises(KeyFileUnusable, match=sentence):
        open_vault(tmp_path / "keys.json")


async def test_pseudonyms_differ_between_channels_and_installations(tmp_path: Path) -> None:
    one = open_vault(tmp_path / "one.json", create=True)
    two = open_vault(tmp_path / "two.json", create=True)
    made = {one.pseudonym("sms", NUMBER), one.pseudonym("telegram", NUMBER), two.pseudonym("sms", NUMBER)}
    assert len(made) == 3
    assert one.pseudonym("sms", NUMBER) == one.pseudonym("sms", NUMBER)


async def test_the_program_starts_over_the_same_folder_and_reads_what_it_stored(tmp_path: Path) -> None:
    first = await open_program(tmp_path, PlainAssistant(), Clock())
    outcome = await first.frontdoor.receive(inbound(WORDS))
    await first.close()
    second = await open_program(tmp_path, PlainAssistant(), Clock())
    assert await second.frontdoor.receive(inbound(WORDS)) == outcome
    await second.close()
