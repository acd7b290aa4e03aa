"""What consultants say about the screening becomes rows of its evaluation, without a word of anybody's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.messages import Indicator, Triage
from bot.program import Program
from bot.screening.rows import read_rows
from tests.console.conftest import Consultant

People = Callable[..., Awaitable[Consultant]]
Writes = Callable[..., Awaitable[str]]


async def test_verdicts_come_out_as_evaluation_rows_that_hold_only_what_a_consultant_invented(
    program: Program,
    consultant: People,
    writes: Writes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA_DIR", str(program.settings.data_dir))
    ola = await consultant("Ola")
    given = {
        "a": {"verdict": "no_emergency", "right_triage": "none", "example": "Zgubiłam paszport: co robić?"},
        "b": {"verdict": "missed", "right_triage": "emergency", "example": '-: [zamknęli mnie] # "i co"'},
        "c": {"verdict": "right"},
    }
    for who, verdict in given.items():
        case = await writes("Zdzisław zabrał mi paszport", who=who)
        await ola.text(f"/cases/{case}")
        assert (await ola.post(f"/cases/{case}/verdict", headers=None, **verdict)).status == 303
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["verdicts"]) == 0
    printed = capsys.readouterr().out
    assert sorted(json.loads(line)["verdict"] for line in printed.splitlines()) == ["missed", "no_emergency", "right"]
    assert await asyncio.to_thread(main, ["verdicts", "--out", str(tmp_path / "out")]) == 0
    assert "2 of 3 verdicts" in capsys.readouterr().out
    [file] = (tmp_path / "out" / "evaluation").glob("*/*.yml")
    rows = read_rows([file])  # as `evaluate --rows` reads them
    read = [(row.text, row.language, row.triage, row.topic, set(row.indicators)) for row in rows]
    assert sorted(read, reverse=True) == [
        ("Zgubiłam paszport: co robić?", "pl", Triage.NONE, "out_of_scope", set()),
        ('-: [zamknęli mnie] # "i co"', "pl", Triage.EMERGENCY, "disclose_victim", {Indicator.DOCUMENTS_TAKEN}),
    ]
    assert "Zdzisław" not in printed + file.read_text(encoding="utf-8")
