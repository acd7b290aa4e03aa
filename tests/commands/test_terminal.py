"""What somebody sees at a terminal who starts the program: calm lines of ours, one bar, and nothing that a library has to say."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

# Stands in for Rasa's training, which takes minutes, and does at a terminal what Rasa does there; it makes no model the first time.
# What the project's files say is read once for both.
TRAINS = """
import os, sys, types, warnings
from pathlib import Path
from tests.reading import read_once

codes = iter((1, 0))

def train(*, output, fixed_model_name, **_others):
    import sysconfig, tqdm
    from bot.assistant.training_progress import PARTS, reached
    warnings.warn_explicit("old", UserWarning, sysconfig.get_path("purelib") + "/rasa/somewhere.py", 224)
    for part in PARTS:
        for step in range(3):
            for _ in tqdm.tqdm(range(3), desc="Processed trackers", disable=os.environ.get("LOG_LEVEL", "INFO") == "ERROR"):
                pass
            reached(part, step, 3)
    print("Your Rasa model is trained and saved at 'models'.")
    archive = Path(output) / f"{fixed_model_name}.tar.gz"
    archive.touch()
    return types.SimpleNamespace(code=next(codes), model=str(archive))

rasa, training = types.ModuleType("rasa"), types.ModuleType("rasa.model_training")
training.train = train
sys.modules |= {"rasa": rasa, "rasa.model_training": training}
from bot.__main__ import main
from bot.runtime.logs import configure_logs
configure_logs("ERROR")
read_once()
for _ in range(2):
    print("status:", main(["train"]))
"""

# Starts, lets what goes on beside the requests begin, and stops.
SERVES = """
import asyncio
from bot import server
from bot.__main__ import main

async def stopped():
    for _ in range(5):
        await asyncio.sleep(0)

server._stopped = stopped
raise SystemExit(main(["serve"]))
"""


def at_a_terminal(script: str, folder: Path, **settings: str) -> str:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name != "LOG_LEVEL"}
    environment = kept | {"MODEL_DIR": str(folder)} | settings
    process = subprocess.Popen([sys.executable, "-c", script], stdin=its, stdout=its, stderr=its, env=environment)
    os.close(its)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0, shown.decode()
    return shown.decode()


@pytest.fixture(scope="module")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what was shown of one training after the other, with how each ended."""
    return at_a_terminal(TRAINS, tmp_path_factory.mktemp("models")).split("status: ")


def lines(shown: str) -> list[str]:
    """Return what is left to be read at the end: a carriage return lets the next text write over the line."""
    return [text for line in shown.splitlines() if (text := re.sub(r"\x1b\[\w", "", line.rpartition("\r")[2]).strip())]


def test_training_shows_one_bar_that_never_goes_back_and_leaves_two_lines(trainings: list[str]) -> None:
    _, shown, status = trainings
    assert status.strip() == "0"
    _, _, shown = shown.partition("\n")  # how the one before ended
    told = lines(re.sub(r"[^\r\n]*%[^\r\n]*", "", shown))
    assert [line.partition(" ")[0] for line in told] == ["The", "Trained"], shown
    percentages = [int(found) for found in re.findall(r"(\d+) % \|", shown)]
    assert len(percentages) >= 7
    assert percentages == sorted(percentages)
    assert "Processed trackers" not in shown
    assert "warning" not in shown


def test_a_training_that_fails_says_what_rasa_said(trainings: list[str]) -> None:
    shown, following, _ = trainings
    assert following.startswith("1")
    assert "made no model" in shown
    assert "trained and saved" in shown


def test_the_page_of_a_first_start_is_the_last_that_is_shown_and_no_line_of_the_log_stands_in_it(tmp_path: Path) -> None:
    settings = {"DATA_DIR": str(tmp_path / "data"), "PORT": "0", "METRICS_PORT": "0"}
    shown = lines(at_a_terminal(SERVES, tmp_path, **settings))
    page = [line.partition(":")[0] for line in shown[-3:]]
    assert page == ["Web chat", "Console", "First console account"], shown
    assert shown[0] == "Loading the model."
    assert [line for line in shown[1:-3] if not line.startswith("{")] == []
    assert any('"alarms_off"' in line for line in shown)
