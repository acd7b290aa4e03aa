"""What `python -m bot check --channels` finds out."""

from __future__ import annotations

from bot.channels.probes import probes
from bot.channels.provider.contract import Probe
from tests.channels.conftest import Build, Town
from tests.channels.telegram.test_setup import set_up


async def asked(town: Town) -> dict[str, Probe]:
    return {probe.channel: probe async for probe in probes(town.program.settings)}


async def test_a_channel_that_is_set_up_is_good(town: Town) -> None:
    await set_up(town)
    assert {name: probe.good for name, probe in (await asked(town)).items()} == {"telegram": True, "sms": True}


async def test_a_webhook_that_points_elsewhere_is_named(town: Town) -> None:
    town.twilio.sms_url = "https://demo.twilio.com/welcome"
    found = await asked(town)
    assert not found["telegram"].good
    assert not found["sms"].good
    assert "https://help.example.org/sms/webhook" in found["sms"].sentence


async def test_wrong_credentials_are_named_and_not_shown(build_town: Build) -> None:
    town: Town = await build_town(telegram_bot_token="999:wrong", twilio_auth_token="wr0ng")
    found = await asked(town)
    assert "TELEGRAM_BOT_TOKEN" in found["telegram"].sentence
    assert "TWILIO_AUTH_TOKEN" in found["sms"].sentence
    assert "wr0ng" not in str(found)
    assert "999" not in str(found)


async def test_a_provider_that_cannot_be_reached_is_named(build_town: Build) -> None:
    town: Town = await build_town(telegram_api_base="http://127.0.0.1:1", twilio_api_base="http://127.0.0.1:1")
    assert {probe.good for probe in (await asked(town)).values()} == {False}


async def test_a_number_that_the_account_does_not_have_is_named(build_town: Build) -> None:
    town: Town = await build_town(twilio_number="+48732999999")
    assert "+48732999999" in (await asked(town))["sms"].sentence
