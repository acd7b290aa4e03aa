#!/bin/sh
# Sees to it that there is a Chromium for the browser tests: the system's, or one that can be installed.
set -eu
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null && exit 0
fi
.venv/bin/python -m playwright install --with-deps chromium
