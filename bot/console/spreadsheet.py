"""Tables as files that a spreadsheet opens, in which no cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

BOM: Final = "\ufeff"  # without it Excel reads UTF-8 as something else
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also full-width signs


def harmless(cell: object) -> str:
    """Return a cell's text; what a spreadsheet would calculate gets an apostrophe before it."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_BEGINS_A_FORMULA) or text.startswith(("\t", "\r", "\n")) else text


def as_csv(rows: Iterable[Sequence[object]], *, separator: str) -> bytes:
    """Return rows as CSV in UTF-8; every cell is quoted."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return (BOM + file.getvalue()).encode()
