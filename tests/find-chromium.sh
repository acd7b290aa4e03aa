#!/bin/sh
# Sees to it that there is a Chromium for the browser tests: the system's, or one that can be installed. Its headless shell is asked for
# beside it, as it opens a page in a sixth of the processor time; without it everything is tested as well.
set -eu
is_there() {
  for name in "$@"; do
    if command -v "$name" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}
installs() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && apt-get update -qq -o Acquire::http::Timeout=20 -o Acquire::Retries=1 &&
    apt-get install -y -qq --no-install-recommends --no-remove "$@" >/dev/null
}
if is_there chromium-headless-shell; then exit 0; fi
if installs chromium-headless-shell fonts-noto-core 2>/dev/null; then exit 0; fi
if is_there chromium chromium-browser google-chrome || installs chromium fonts-noto-core; then exit 0; fi
.venv/bin/python -m playwright install --with-deps chromium
