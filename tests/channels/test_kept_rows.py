"""What the row of a channel promises is kept: whoever writes there can be answered, sees the choices, and can erase it all.

The tests ask the registry, so that a provider which is added to it is asked as well.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.channels.messengers import Messengers
from bot.channels.provider.contract import Provider
from bot.channels.registry import PROVIDERS
from bot.channels.twilio.traits import TWILIO
from bot.delivery import channel_traits
from bot.delivery.channel_traits import declare, declared, traits_of
from bot.delivery.outbound import Outbound
from bot.messages import Button, Inbound, Reply
from bot.program import Program
from bot.storage.tables import Conversation
from tests.channels.test_providers import FOLDERS
from tests.channels.test_traits import Pigeons
from tests.standins.contract import StandIn
from tests.support import Clock, PlainAssistant, open_program


async def not_kept(program: Program, provider: Provider, stand_in: StandIn) -> list[str]:
    """Write on each channel of a provider and answer there; return what its row promises and nobody keeps."""
    messengers, app = Messengers(program), web.Application()
    service = provider.open(program, messengers.dispatcher)
    app.add_subapp(provider.prefix, service.application())
    async with TestClient(TestServer(app)) as client:
        statuses = {row.name: (await stand_in.write(client, row.name)).status for row in provider.channels}
        await service.finish()
    missing = [
        f"{name}: the webhook answers {status} to what the stand-in writes" for name, status in statuses.items() if status != 200
    ]
    async with program.database.transaction() as session:
        taken = {one.channel: one for one in await session.scalars(select(Conversation))}
        said = {name: (await program.conversations.messages(session, one.id))[0] for name, one in taken.items()}
    for row in provider.channels:
        if row.name not in taken:
            missing.append(f"{row.name}: no message was taken")
            continue
        if not said[row.name].details.get("message_id"):
            missing.append(f"{row.name}: an Inbound has no details['message_id'], so that nothing is deleted at the provider")
        address = program.conversations.address(taken[row.name])
        if address is None:
            missing.append(f"{row.name}: an Inbound has no address, so that nobody can be answered")
            continue
        titles = [f"Tak, {row.name}", f"Nie, {row.name}"]
        reply = Outbound(
            delivery_id=1,
            attempt=1,
            conversation_id=taken[row.name].id,
            channel=row.name,
            address=address,
            reply=Reply("Tak czy nie?", "pl", (Button(titles[0], "@yes"), Button(titles[1], "@no"))),
            created_at=program.clock(),
        )
        for part in range(service.sender.parts(reply)):
            await service.sender.send(replace(reply, part=part))
        shown = [title for title in stand_in.choices() if title in titles]
        if shown != (titles if row.buttons else []):
            missing.append(f"{row.name}: its row says buttons={row.buttons}, and people see {shown}")
    await service.close()
    await messengers.close()
    return missing


def test_make_quick_asks_every_channel(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("program") is None


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
async def test_every_channel_keeps_what_its_row_promises(
    provider: Provider, tmp_path: Path, assistant: PlainAssistant, clock: Clock
) -> None:
    module = importlib.import_module(f"tests.standins.{FOLDERS[provider]}_api")
    stand_in = module.STAND_IN()
    settings = module.SETTINGS | {module.API_BASE: await stand_in.start()}
    program = await open_program(tmp_path, assistant, clock, **settings)
    assert await not_kept(program, provider, stand_in) == []
    await program.close()
    await stand_in.close()


@dataclass
class BegunPigeons(Pigeons):
    """A provider that a newcomer begins, with what they forget, and its own stand-in."""

    inbound: dict[str, Any] = field(default_factory=dict)
    forgets_buttons: bool = False
    program: Program | None = None

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhook", self.webhook)
        return app

    async def webhook(self, _request: web.Request) -> web.Response:
        assert self.program is not None
        now = self.program.clock()
        await self.program.frontdoor.receive(
            Inbound(channel="pigeon", pseudonym="p", external_id="1", text="pytanie", received_at=now, **self.inbound)
        )
        return web.Response()

    async def write(self, client: TestClient[Any, Any], _channel: str) -> ClientResponse:
        return await client.post("/pigeon/webhook")

    def choices(self) -> list[str]:
        return [] if self.forgets_buttons else [button.title for sent in self.carried for button in sent.reply.buttons]


WHOLE: dict[str, Any] = {"address": "pigeon 1", "details": {"message_id": "m1"}}


@pytest.mark.parametrize(
    ("pigeons", "told"),
    [
        (BegunPigeons(inbound=WHOLE), []),
        (BegunPigeons(inbound=WHOLE, forgets_buttons=True), ["pigeon: its row says buttons=True, and people see []"]),
        (
            BegunPigeons(inbound={"details": {"message_id": "m1"}}),
            ["pigeon: an Inbound has no address, so that nobody can be answered"],
        ),
        (
            BegunPigeons(inbound={"address": "pigeon 1"}),
            ["pigeon: an Inbound has no details['message_id'], so that nothing is deleted at the provider"],
        ),
    ],
    ids=["nothing", "buttons", "address", "message_id"],
)
async def test_what_a_newcomer_forgets_is_named(
    program: Program, pigeons: BegunPigeons, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_traits, "_DECLARED", dict(declared()))
    row = replace(traits_of("telegram"), name="pigeon")
    declare([row])
    pigeons.program = program
    provider = replace(TWILIO, name="pigeon", channels=(row,), prefix="/pigeon", open=lambda _program, _dispatcher: pigeons)
    assert await not_kept(program, provider, pigeons) == told
