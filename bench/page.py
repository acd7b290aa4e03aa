"""What the web chat's page weighs and how long it takes on slow lines: `python -m bench.page http://localhost:8080`.

A new browser opens the page as on a telephone of 360 by 640, on each line a few times, with nothing kept from before; then it sends a
message, and opens the page once more with what it has kept. Medians. The line is Chromium's own emulation: a bound of bandwidth
that all requests share, and a wait before each answer. The program at that address gets a conversation for each time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

# Kilobits a second down and up, and milliseconds: Chromium's presets of old, of which "GPRS" is the slowest.
LINES: Final = {"GPRS": (50, 20, 500), "2G": (250, 50, 300), "3G": (750, 250, 100), "no bound": (0, 0, 0)}
PATIENCE_MS: Final = 60_000
WRITABLE: Final = ".greeting .choices button:enabled"
WATCH: Final = f"""
  new MutationObserver((_, self) => {{
    if (!document.querySelector("{WRITABLE}")) return;
    performance.mark("writable");
    self.disconnect();
  }}).observe(document, {{ childList: true, subtree: true, attributes: true }});
"""
TIMES: Final = """() => [
  performance.getEntriesByName("first-contentful-paint")[0].startTime, performance.getEntriesByName("writable")[0].startTime,
]"""


def measured(browser: Browser, address: str, line: tuple[int, int, int]) -> tuple[float, float, float, float, float]:
    """Return the bytes until somebody can write, the milliseconds until they read, write, and are answered, and when they come again."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    weights: list[float] = []
    session = context.new_cdp_session(page)
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    session.send("Network.enable")
    down, up, wait = line
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": wait,
            "downloadThroughput": down * 1000 / 8 if down else -1,
            "uploadThroughput": up * 1000 / 8 if up else -1,
        },
    )
    readable, writable = opened(page, f"{address}/?lang=uk")
    weight = sum(weights)
    begun = time.perf_counter()
    page.locator(WRITABLE).first.click()
    page.wait_for_selector('.mine[data-state="sent"]', timeout=PATIENCE_MS)
    answered = (time.perf_counter() - begun) * 1000
    _, again = opened(page, f"{address}/?lang=uk&again=yes")  # another address: the same one would be a reload
    context.close()
    return weight, readable, writable, answered, again


def opened(page: Page, address: str) -> tuple[float, float]:
    """Open the page; return the milliseconds until the greeting is painted and until somebody can answer it."""
    page.goto(address, wait_until="commit")
    page.wait_for_selector(WRITABLE, timeout=PATIENCE_MS)
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length", timeout=PATIENCE_MS)
    readable, writable = page.evaluate(TIMES)
    return readable, writable


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="where the program is, such as http://localhost:8080")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    wish = parser.parse_args()
    print("| line | kbit/s down, up | wait (ms) | bytes | readable (s) | writable (s) | first answer (s) | writable again (s) |")
    print("|---|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=wish.chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        for name, line in LINES.items():
            found = [measured(browser, wish.address, line) for _ in range(wish.times)]
            weight, *times = (statistics.median(values) for values in zip(*found, strict=True))
            bounds = f"{line[0]}, {line[1]}" if line[0] else "–"
            print(f"| {name} | {bounds} | {line[2]} | {weight:,.0f} | " + " | ".join(f"{ms / 1000:.1f}" for ms in times) + " |")
        browser.close()


if __name__ == "__main__":
    main()
