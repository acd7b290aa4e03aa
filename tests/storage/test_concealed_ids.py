"""No id that a provider gave is stored in the clear: with the provider's records it would lead to a telephone number."""

from pathlib import Path

import pytest
from sqlalchemy import update

from bot.program import opened
from bot.storage.concealed import provider_ids
from bot.storage.tables import Delivery, Message
from tests.channels.conftest import Town
from tests.support import in_files

pytestmark = pytest.mark.program


def sids(town: Town) -> tuple[str, list[str]]:
    """Return Twilio's id of the first message that came in, and of those that went out."""
    return f"SM{0xF001:032x}", [message["sid"] for message in town.twilio.messages]


def in_the_clear(town: Town, folder: Path) -> list[str]:
    received, sent = sids(town)
    files = in_files(folder)
    return [sid for sid in (received, *sent) if sid.encode() in files]


async def test_the_ids_that_twilio_gave_are_in_no_file_and_do_their_work_all_the_same(town: Town, tmp_path: Path) -> None:
    await town.text("jak mi pomożecie", 1)
    assert in_the_clear(town, tmp_path) == []
    count = len(await town.rows(Message))
    await town.text("jak mi pomożecie", 1)  # Twilio delivers it again
    assert len(await town.rows(Message)) == count
    for message in [*town.twilio.messages]:
        await town.report(message, "delivered")
    assert {state for state, _ in await town.states()} == {"delivered"}


async def test_ids_that_a_former_version_stored_in_the_clear_are_concealed_at_the_start(town: Town, tmp_path: Path) -> None:
    await town.text("jak mi pomożecie", 1)
    received, sent = sids(town)
    async with town.program.database.transaction() as session:  # as it stood there before
        await session.execute(update(Message).where(Message.author == "person").values(external_id=received))
        await session.execute(update(Delivery).values(provider_id=sent[0], provider_ids=None))
    assert in_the_clear(town, tmp_path)
    count = len(await town.rows(Message))
    await (await opened(town.program.settings, assistant=None)).close()
    assert in_the_clear(town, tmp_path) == []
    assert provider_ids(town.program.vault, (await town.rows(Delivery))[0]) == [sent[0]]
    await town.text("jak mi pomożecie", 1)
    assert len(await town.rows(Message)) == count
