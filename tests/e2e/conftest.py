"""One running program and one browser for the end-to-end tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.chats import chat, still  # noqa: F401 - fixtures of every module here
from tests.e2e.desks import night, services  # noqa: F401 - fixtures of every module here
from tests.e2e.listening import listening  # noqa: F401 - the same
from tests.e2e.running import Running

# It comes in the end, also where nine pages, server and model share two cores; tests of speed have limits of their own.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    program = Running(tmp_path_factory.mktemp("running"))
    program.start()
    yield program
    program.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the session: Playwright's event loop runs as long as it is open, and no asynchronous test can run beside it.
    # The headless shell first: it opens a page in a sixth of the processor time, as it draws no window around it.
    names = (os.environ.get("CHROMIUM", ""), "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--accept-lang=en-US",  # whichever of them it is: what a test does not choose is English
                # The stand-in of another site has no address; without this it may not ask for one of this machine.
                "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
            ],
        )
        yield browser
        browser.close()
