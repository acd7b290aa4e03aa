"""Encodings of many texts, to learn from: each text is read once, by as many cores as there are, and kept beside the project.

Reading is more than half of what learning anew costs, and most texts are the ones of last time. What is kept stands in `build/`; it may be
deleted at any time and takes some nine kilobytes a text.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from bot.language.normalise import readable
from bot.screening.encoder import Encoding
from bot.screening.tuned import DIGESTS, TunedEncoder

FILE: Final = Path(__file__).resolve().parents[2] / "build" / "encodings.sqlite"
_BATCH: Final = 256
_TABLE: Final = "CREATE TABLE IF NOT EXISTS encodings (digest BLOB PRIMARY KEY, vector BLOB, middle BLOB) WITHOUT ROWID"


def encoded(texts: Iterable[str], encoder: TunedEncoder, file: Path = FILE) -> dict[str, Encoding]:
    """Return the encodings of texts by what is read of them, without their pieces."""
    wanted = sorted({readable(text) for text in texts}, key=len)
    with closing(_store(file)) as store:
        exported = (encoder.folder / DIGESTS).read_bytes()
        digests = {text: hashlib.sha256(exported + text.encode()).digest() for text in wanted}
        kept = {text: found for text in wanted if (found := _kept(store, digests[text])) is not None}
        unread = [text for text in wanted if text not in kept]
        for batch in _read(unread, encoder):
            kept |= batch
            rows = [(digests[text], item.vector.tobytes(), item.middle.tobytes()) for text, item in batch.items()]
            with store:
                store.executemany("INSERT OR REPLACE INTO encodings VALUES (?, ?, ?)", rows)
    return {text: kept[text] for text in wanted}


def _store(file: Path) -> sqlite3.Connection:
    """Open the file, or keep nothing where the project cannot be written to, as in an image."""
    writable = os.access(file.parent if file.parent.exists() else file.parent.parent, os.W_OK)
    if writable:
        file.parent.mkdir(exist_ok=True)
    store = sqlite3.connect(file if writable else ":memory:", timeout=60)
    store.execute(_TABLE)
    return store


def _kept(store: sqlite3.Connection, digest: bytes) -> Encoding | None:
    row = store.execute("SELECT vector, middle FROM encodings WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        return None
    vector, middle = (np.frombuffer(value, dtype=np.float32) for value in row)
    return Encoding(vector, middle=middle)


def _read(texts: Sequence[str], encoder: TunedEncoder) -> Iterator[dict[str, Encoding]]:
    """Read texts in batches, several at once: short texts do not keep several cores busy with one."""
    batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]

    def read(part: Sequence[str]) -> dict[str, Encoding]:
        found = encoder.read(part)
        return {text: replace(item, pieces=None) for text, item in zip(part, found, strict=True)}

    with ThreadPoolExecutor(os.process_cpu_count()) as cores:
        yield from cores.map(read, batches)
