"""Logs: one JSON object a line on standard error, ids and codes only."""

from __future__ import annotations

import logging
import sys

import structlog

# Libraries that write people's words, numbers or tokens into their own logs when they are asked for details.
_TOO_TALKATIVE = (
    "aiohttp.access",
    "httpx",
    "httpcore",
    "sqlalchemy",
    "alembic",
    "asyncio",
    "rasa",
    "rasa_sdk",
)

# Their errors reach us as exceptions; what they log beside may quote an answer with a number or a text in it.
_SILENT = ("telegram", "twilio")


def configure_logs(level: str) -> None:
    """Configure logging of this process; `level` holds for this program, libraries stay at WARNING."""
    number = logging.getLevelNamesMapping()[level]
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", force=True)
    for name in _TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
