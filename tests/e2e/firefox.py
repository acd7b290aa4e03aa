"""A Firefox with the settings of Tor Browser's safest level, driven by its own remote protocol, Marionette.

Playwright's Firefox is a build of its own, and Tor Browser comes with a network of its own. This is the Firefox that Tor Browser is made
of, with what `SecurityLevel.sys.mjs` and `001-base-profile.js` set there, as far as a page may notice it.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections import deque
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Queue
from typing import Any, Final, Self

PROGRAM: Final = shutil.which("firefox-esr")
WHY_NOT: Final = "there is no firefox-esr on the PATH; CONTRIBUTING.md says how to get it"
PATIENCE: Final = 30  # seconds; other work may share the machine
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"  # the name under which the protocol hands over an element
_SAFEST: Final[dict[str, bool | int | str]] = {
    # The level's own settings, and what NoScript, which comes with Tor Browser, takes from every page at that level.
    "javascript.options.ion": False,
    "javascript.options.baselinejit": False,
    "javascript.options.native_regexp": False,
    "javascript.options.asmjs": False,
    "javascript.options.wasm": False,
    "mathml.disabled": True,
    "svg.disabled": True,
    "gfx.font_rendering.graphite.enabled": False,
    "gfx.font_rendering.opentype_svg.enabled": False,
    "javascript.enabled": False,
    "gfx.downloadable_fonts.enabled": False,
    "webgl.disabled": True,
    # What holds at every level.
    "browser.privatebrowsing.autostart": True,
    "browser.cache.disk.enable": False,
    "browser.formfill.enable": False,
    "browser.sessionstore.privacy_level": 2,
    "dom.security.https_only_mode": True,
    "dom.serviceWorkers.enabled": False,
    "network.http.referer.XOriginTrimmingPolicy": 2,
    "network.http.speculative-parallel-limit": 0,
    "privacy.firstparty.isolate": True,
    "privacy.resistFingerprinting": True,
    "privacy.resistFingerprinting.letterboxing": True,
    "privacy.spoof_english": 2,
    # Stricter than Tor Browser, which takes cookies of the page's own site: the chat has none.
    "network.cookie.cookieBehavior": 2,
    "network.cookie.cookieBehavior.pbmode": 2,
}
_QUIET: Final[dict[str, bool | int | str]] = {
    "marionette.port": 0,  # one that is free
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processPrelaunch.enabled": False,  # it and the next one: a second less until it is there
    "extensions.enabledScopes": 0,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "security.sandbox.content.level": 0,  # where tests run as root, or in a container, it cannot be set up
    "services.settings.server": "http://127.0.0.1:1",
    "toolkit.telemetry.enabled": False,
}


class Elsewhere(socketserver.ThreadingTCPServer):
    """A proxy for every other site that lets nothing through and notes who was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Refused)
        self.asked: Queue[str] = Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Refused(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Elsewhere)
        self.server.asked.put(self.rfile.readline().decode().strip())
        self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")


class MarionetteError(Exception):
    """What Firefox answers to a command that it does not carry out."""


def _started(folder: Path, proxy: int) -> subprocess.Popen[str]:
    assert PROGRAM is not None
    proxies: dict[str, bool | int | str] = {"network.proxy.type": 1}
    for kind in ("http", "ssl"):
        proxies |= {f"network.proxy.{kind}": "127.0.0.1", f"network.proxy.{kind}_port": proxy}
    settings = _QUIET | _SAFEST | proxies
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items()]
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    return subprocess.Popen(
        [PROGRAM, "--headless", "--no-remote", "--marionette", "--profile", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Firefox:
    """One window; whatever needs an element waits until it is there."""

    def __init__(self, folder: Path) -> None:
        with ExitStack() as ends:
            self.elsewhere = ends.enter_context(Elsewhere())
            ends.callback(self.elsewhere.shutdown)
            self.process = _started(folder, self.elsewhere.port)
            ends.callback(self.process.wait)
            ends.callback(self.process.kill)
            self.connection = ends.enter_context(socket.create_connection(("127.0.0.1", self._port()), PATIENCE * 2))
            self.answers = self.connection.makefile("rb")
            self.count = 0
            self._read()  # who is there
            self.does("NewSession", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "ignore"}})
            self.does("SetTimeouts", implicit=PATIENCE * 1000, pageLoad=PATIENCE * 1000)
            self.ends = ends.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.close()

    def _port(self) -> int:
        """Return the port that Firefox says it listens on; what it says after that is read, lest it wait for a reader, and let go."""
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if found := re.search(r"Marionette\s+INFO\s+Listening on port (\d+)", line):
                threading.Thread(target=deque, args=(self.process.stdout, 0), daemon=True).start()
                return int(found[1])
        raise AssertionError(f"Firefox ended: {''.join(said)[-2000:]}")

    def _read(self) -> Any:
        length = b""
        while (digit := self.answers.read(1)).isdigit():
            length += digit
        return json.loads(self.answers.read(int(length)))

    def does(self, command: str, **parameters: Any) -> Any:
        """Carry out a command of WebDriver and return what comes of it."""
        self.count += 1
        message = json.dumps([0, self.count, f"WebDriver:{command}", parameters]).encode()
        self.connection.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        if error is not None:
            raise MarionetteError(f"{command}: {error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def opens(self, address: str) -> None:
        self.does("Navigate", url=address)

    @property
    def address(self) -> str:
        return str(self.does("GetCurrentURL"))

    def find(self, selector: str) -> str:
        return str(self.does("FindElement", using="css selector", value=selector)[_ELEMENT])

    def clicks(self, selector: str) -> None:
        self.does("ElementClick", id=self.find(selector))

    def taps(self, selector: str) -> None:
        """Press the middle of an element with the mouse, and do not wait for the page that comes of it."""
        at = {"origin": {_ELEMENT: self.find(selector)}, "x": 0, "y": 0, "duration": 0}
        steps = [{"type": "pointerMove", **at}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.does("PerformActions", actions=[{"type": "pointer", "id": "mouse", "actions": steps}])

    def picture(self) -> str:
        return str(self.does("TakeScreenshot", full=False))

    def writes(self, selector: str, text: str) -> None:
        self.does("ElementSendKeys", id=self.find(selector), text=text)

    def text(self, selector: str) -> str:
        return str(self.does("GetElementText", id=self.find(selector)))

    def texts(self, selector: str) -> list[str]:
        """Return what every such element says; there is one at least."""
        self.find(selector)
        found = self.does("FindElements", using="css selector", value=selector)
        return [str(self.does("GetElementText", id=one[_ELEMENT])) for one in found]

    def value(self, selector: str) -> str:
        return str(self.does("GetElementProperty", id=self.find(selector), name="value"))

    def style(self, selector: str, name: str) -> str:
        return str(self.does("GetElementCSSValue", id=self.find(selector), propertyName=name))

    @property
    def source(self) -> str:
        return str(self.does("GetPageSource"))

    def cookies(self) -> list[Any]:
        return list(self.does("GetCookies"))

    def goes_back(self) -> None:
        """Go back; what a browser did not keep of a form's answer is an error page, as it should be."""
        with suppress(MarionetteError):
            self.does("Back")

    def loads_again(self) -> None:
        """Load the page again, and let the browser send the form again that led to it."""
        with suppress(MarionetteError):  # the error page that says that nothing was kept
            self.does("Refresh")
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.does("AcceptAlert")
                return
            except MarionetteError:
                if time.monotonic() > end:
                    raise
