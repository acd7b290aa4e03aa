"""What a start loads: nothing of Rasa and of the channels' libraries that nobody asked for, and all of it for who asks later."""

from __future__ import annotations

import subprocess
import sys

import pytest

UNUSED = {
    "telegram": "no bot is set up",
    "twilio": "no number is set up",
    "psycopg": "the database is SQLite",
    "alembic": "its tables are the newest",
    "sanic": "Rasa's web server",
    "prompt_toolkit": "Rasa's questions at a terminal",
    "apscheduler": "Rasa's reminders",
    "pkg_resources": "the reminders' own library",
    "scipy.sparse": "the features of other pipelines",
    "dask.base": "Rasa's way through its graphs, which this program replaces",
    "sklearn": "for learning",
}

STARTS = """
import asyncio, sys
from pathlib import Path
from bot.__main__ import main
import bot.server
from bot.assistant.assistant import Assistant
from bot.channels.alarm_senders import alarm_ways
from bot.channels.messengers import Messengers
from bot.program import opened
from tests.support import PlainAssistant, settings_in

async def start():
    program = await opened(settings_in(Path(sys.argv[1])), assistant=PlainAssistant())
    bot.server.application(program, Messengers(program))
    alarm_ways(program.settings, program.clock)
    await program.close()

asyncio.run(start())
print(*sorted(sys.modules))
"""

READS = """
import sys
watching, read = [], set()
sys.addaudithook(lambda event, told: read.add(str(told[0])) if watching and event == "open" else None)
from bot.assistant.components.commands import text_files
from bot.dialogue.answers import Library
from bot.language.lexicon import Lexicon
from bot.language.wording import Wording
from bot.language.writing import writings
from bot.language.yaml_texts import parse_texts, parsed_before

writings()
watching.append(True)
unkept = (Library.load(), Lexicon.load().phrases, vars(Wording.load()))
watching.clear()
assert {path for path in read if path.endswith(".yml")} == {str(path) for path in text_files()}
kept = parse_texts(text_files())
import yaml
del yaml.CBaseLoader
from bot.language.yaml_texts import forget_shared
forget_shared()
parsed_before(kept)
assert unkept == (Library.load(), Lexicon.load().phrases, vars(Wording.load()))
"""

ASKS_LATER = """
from bot.assistant import assistant
import numpy, jwt, sanic, scipy.sparse
import rasa.core.channels, rasa.core.jobs
from rasa.core.channels import BUILTIN_CHANNELS, UserMessage
from rasa.shared.nlu.training_data.features import Features

assert {"rest", "socketio", "cmdline"} <= BUILTIN_CHANNELS.keys()
assert UserMessage is assistant.UserMessage
assert jwt.decode(jwt.encode({"who": 1}, "k" * 32, algorithm="HS256"), "k" * 32, algorithms=["HS256"]) == {"who": 1}
assert sanic.Blueprint("name").name == "name"
assert rasa.core.jobs.scheduler.__module__ == "rasa.core.jobs"
assert Features(scipy.sparse.eye(2), "sentence", "text", "one").is_sparse()
assert Features(numpy.eye(2), "sentence", "text", "one").is_dense()
"""


def done(script: str, *arguments: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", script, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the modules that a second start has loaded."""
    folder = str(tmp_path_factory.mktemp("data"))
    return [set(done(STARTS, folder).split()) for _ in range(2)][-1]


@pytest.mark.parametrize("library", UNUSED)
def test_a_second_start_loads_no_library_that_no_setting_and_no_turn_needs(loaded: set[str], library: str) -> None:
    assert "rasa.core.processor" in loaded
    assert library not in loaded, UNUSED[library]


def test_what_rasa_was_imported_without_is_there_for_who_asks_for_it_later() -> None:
    done(ASKS_LATER)


def test_every_text_that_a_start_reads_is_kept_parsed_with_the_model() -> None:
    done(READS)
