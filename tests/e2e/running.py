"""The program as an operator runs it: a process of its own, on ports of its own, over a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.ports import free_port

START_SECONDS = 90


class Running:
    """A running `python -m bot serve`; it can be killed and started again over the same folder."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "METRICS_PORT": str(free_port()),
            **environment,
        }
        self.log = folder / "log.txt"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "bot", "serve"], env=self.environment, stdout=log, stderr=log
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"The server ended with {self.process.returncode}: {self.said()[-2000:]}")
            try:
                if requests.get(f"{self.url}/health/live", timeout=1).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError(f"The server did not answer in {START_SECONDS} s: {self.said()[-2000:]}")

    def kill(self) -> None:
        """End the process the way a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End the process as a service manager does."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def said(self) -> str:
        """Return what the process printed so far."""
        return self.log.read_text(errors="replace")

    def one_time_password(self) -> str:
        """Return the password of the first console account, as it was printed."""
        found = re.search(r"one-time password: (\S+)", self.said())
        assert found is not None, self.said()
        return found.group(1)
