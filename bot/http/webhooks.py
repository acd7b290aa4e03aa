"""What all webhooks of providers count."""

from __future__ import annotations

from prometheus_client import Counter

REFUSED = Counter("frontdoor_webhooks_refused", "Webhook calls that were refused, by channel and reason.", ["channel", "reason"])
