"""How many event streams one token may hold open: whoever opens one more ends the oldest, which is the one that was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Counter, Gauge

OPEN = Gauge("frontdoor_streams", "Event streams of pages that are open.")
ENDED = Counter("frontdoor_streams_ended", "Event streams that ended because their token opened too many.")


@dataclass(eq=False)
class Stream:
    """One open stream; when it is `over`, whoever writes it ends it."""

    wake: Callable[[], None]
    over: bool = False


class Streams:
    """The open streams by token, or whatever stands for one; of each the newest `most` stay open."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: dict[str, list[Stream]] = {}

    @contextmanager
    def of(self, token: str, *, wake: Callable[[], None]) -> Iterator[Stream]:
        """Count a stream as open as long as the block lasts; `wake` is called when it is to end."""
        stream = Stream(wake)
        streams = self._open.setdefault(token, [])
        streams.append(stream)
        OPEN.inc()
        for oldest in [one for one in streams if not one.over][: -self.most]:
            oldest.over = True
            oldest.wake()
            ENDED.inc()
        try:
            yield stream
        finally:
            OPEN.dec()
            streams.remove(stream)
            if not streams:
                del self._open[token]
