"""The old packages that Rasa asks for: which are never imported, and that nothing of the others runs for a message."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.model

# By what they are imported as. Rasa itself imports none of these for a dialogue.
NEVER_IMPORTED = (
    "sanic_jwt", "sentry_sdk", "rocketchat_API", "mattermostwrapper", "pydot", "skops", "sklearn", "sklearn_crfsuite", "docopt",
)  # fmt: skip
# What Rasa imports and a dialogue does not use: servers, channels, stores of its own, or placeholders of this project for them.
NEVER_RUN = (
    "pymongo", "bson", "gridfs", "dns", "sanic", "sanic_cors", "sanic_routing", "websockets", "aiogram", "fbmessenger", "webexteamssdk",
    "slack_sdk", "socketio", "engineio", "aio_pika", "aiormq", "boto3", "botocore", "s3transfer", "redis", "apscheduler", "google",
    "jwt", "cachecontrol", "questionary", "prompt_toolkit",
)  # fmt: skip
HOOK_OF_IMPORTS = "six.py"  # botocore's copy looks at every import of any module; it does nothing else

STARTS_AND_ANSWERS = """
import asyncio, json, sys
from pathlib import Path

import bot.server
from bot.assistant.assistant import Assistant
from bot.messages import Inbound
from bot.program import opened, utc_now
from bot.settings import load_settings

ran = set()
tool = sys.monitoring.PROFILER_ID
sys.monitoring.use_tool_id(tool, "old packages")

def began(code, _place):
    ran.add(code.co_filename)
    return sys.monitoring.DISABLE

sys.monitoring.register_callback(tool, sys.monitoring.events.PY_START, began)
sys.monitoring.set_events(tool, sys.monitoring.events.PY_START)

async def main(folder):
    settings = load_settings().model_copy(update={"data_dir": Path(folder)})
    program = await opened(settings, assistant=Assistant.load(settings.model_dir))
    for number, text in enumerate(("Dzień dobry", "szef zabrał mi paszport", "chcę porozmawiać z człowiekiem")):
        inbound = Inbound(channel="web", pseudonym="a", external_id=str(number), text=text, received_at=utc_now())
        assert (await program.frontdoor.receive(inbound)).replies
    bot.server.application(program)
    await program.close()

asyncio.run(main(sys.argv[1]))
print(json.dumps([sorted(ran), sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """Return the files of which something ran while a program started and answered, and the packages that were imported."""
    command = [sys.executable, "-W", "ignore", "-c", STARTS_AND_ANSWERS, str(tmp_path_factory.mktemp("data"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    ran, imported = json.loads(done.stdout.splitlines()[-1])
    return set(ran), set(imported)


def test_what_a_dialogue_does_not_need_is_not_imported(observed: tuple[set[str], set[str]]) -> None:
    _, imported = observed
    assert {"rasa", "aiohttp"} <= imported
    assert imported & set(NEVER_IMPORTED) == set()


def test_nothing_of_the_old_packages_runs_while_a_program_starts_and_answers(observed: tuple[set[str], set[str]]) -> None:
    """What is only imported is not reached: neither a person's text nor a network gets there."""
    ran, _ = observed
    parts = [Path(file).parts for file in ran]
    packages = {
        place[place.index("site-packages") + 1].removesuffix(".py")
        for place in parts
        if "site-packages" in place and place[-1] != HOOK_OF_IMPORTS
    }
    assert "rasa" in packages
    assert packages & set(NEVER_RUN) == set()
