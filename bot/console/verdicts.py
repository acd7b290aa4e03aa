"""What consultants say about the screening: rows for its evaluation that lead back to nobody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Triage
from bot.screening.findings import Findings
from bot.storage.tables import Conversation, EvaluationRow
from bot.storage.vault import Vault

VERDICTS: Final = ("right", "no_emergency", "missed")
KEPT: Final = timedelta(days=2 * 365)
_PLACE: Final = "example:evaluation"


class Verdicts:
    """Writes and reads evaluation rows."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def add(
        self,
        session: AsyncSession,
        *,
        verdict: str,
        machine: Triage,
        right: Triage | None,
        findings: Findings,
        conversation: Conversation,
        example: str,
        now: datetime,
    ) -> None:
        """Add a row: codes, and an example only when the consultant wrote one. It holds the month, and no id of anybody."""
        session.add(
            EvaluationRow(
                day=f"{now:%Y-%m}",
                verdict=verdict,
                triage=machine.value,
                right_triage=right.value if right is not None else None,
                indicators=" ".join(sorted(name.value for name in findings.indicators)),
                speaker=findings.speaker.value,
                language=conversation.language,
                channel=conversation.channel,
                example=self.vault.seal(example, _PLACE) if example else None,
                expires_at=now + KEPT,
            )
        )

    async def all(self, session: AsyncSession) -> list[dict[str, Any]]:
        """Return all rows as JSON values, the oldest month first."""
        found = await session.execute(select(EvaluationRow).order_by(EvaluationRow.day, EvaluationRow.id))
        return [
            {
                "month": row.day,
                "verdict": row.verdict,
                "triage": row.triage,
                "right_triage": row.right_triage,
                "indicators": row.indicators.split(),
                "speaker": row.speaker,
                "language": row.language,
                "channel": row.channel,
                "text": self.vault.read(row.example, _PLACE, None),
            }
            for row in found.scalars()
        ]


def as_evaluation(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the rows that have an example and the right triage as files of `nlu_data/evaluation`, by language.

    The indicators and the speaker are those that the machine found; the topic follows from the triage. A person reads them over.
    """
    by_language: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        if row["text"] is None or row["right_triage"] is None:
            continue
        ordinary = row["right_triage"] == Triage.NONE
        indicators = [] if ordinary else row["indicators"]
        topic = "out_of_scope" if ordinary else "report_witness" if row["speaker"] == "witness" else "disclose_victim"
        labels = {"triage": row["right_triage"], "indicators": indicators, "speaker": row["speaker"]}
        by_language.setdefault(row["language"], {}).setdefault(topic, []).append({"text": row["text"], "metadata": labels})
    return {
        language: yaml.safe_dump(
            {"version": "3.1", "nlu": [{"intent": topic, "examples": examples} for topic, examples in topics.items()]},
            allow_unicode=True,
            sort_keys=False,
        )
        for language, topics in by_language.items()
    }


def as_lines(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
