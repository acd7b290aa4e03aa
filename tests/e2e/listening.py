"""A browser that writes down what it plays and notifies, and alarms that sound before their time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from bot.console.staff import Role
from tests.e2e.desks import Night, ready

EMERGENCY = "zamknęli mnie w piwnicy"
HIGH = "zabrał mi paszport"
LISTEN = """
  globalThis.heard = [];
  const start = AudioBufferSourceNode.prototype.start, stop = AudioBufferSourceNode.prototype.stop;
  AudioBufferSourceNode.prototype.start = function (...all) {
    const loudest = this.buffer.getChannelData(0).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    this.heard = { seconds: this.buffer.duration, loop: this.loop, loudest, state: this.context.state, stopped: false };
    globalThis.heard.push(this.heard);
    return start.apply(this, all);
  };
  AudioBufferSourceNode.prototype.stop = function (...all) { this.heard.stopped = true; return stop.apply(this, all); };
  globalThis.notified = [];
  globalThis.Notification = class {
    static permission = "default";
    static requestPermission() { Notification.permission = "granted"; return Promise.resolve("granted"); }
    constructor(title, options) { globalThis.notified.push({ title, ...options }); }
    close() {}
  };
"""


@pytest.fixture
def listening(night: Night, services: Callable[..., Page]) -> Callable[..., Page]:
    """Log somebody in whose browser writes down what it plays and notifies."""

    def open_desk(name: str, role: Role = Role.CONSULTANT, **options: Any) -> Page:
        page = services(name, role, **options)
        page.context.add_init_script(LISTEN)
        page.reload()
        ready(page)
        return page

    return open_desk
