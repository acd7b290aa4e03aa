"""The command line, as other programs and operators use it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import main, parser
from bot.channels.registry import PROVIDERS
from bot.messages import LANGUAGES, TOPICS, Indicator, Speaker, Triage
from bot.screening.rows import read_rows


def bot(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )


COMMANDS = [
    "serve",
    "train",
    "screen",
    "chat",
    "evaluate",
    "check",
    "backup",
    "backup-key",
    "restore",
    "migrate",
    "purge",
    "staff",
    "audit",
    "alarm",
    "telegram",
    "answers",
    "api-token",
    "verdicts",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out) > 100


def test_without_a_model_screen_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODEL_DIR", str(tmp_path))
    assert main(["screen"]) == 1
    assert "make train" in capsys.readouterr().err


def test_check_names_what_is_missing_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MODEL_DIR", str(tmp_path / "models"))
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    for what in ("keys", "database", "backup", "model", "telegram", "sms"):
        assert what in told
    assert "TELEGRAM_BOT_TOKEN" in told


def test_check_says_that_a_folder_cannot_be_made_and_tells_nothing_of_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", "/proc/frontdoor")
    monkeypatch.setenv("MODEL_DIR", str(tmp_path / "models"))
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "The folder /proc/frontdoor (DATA_DIR) cannot be made: nothing can be written into /proc." in told
    assert "missing  disk" not in told
    assert "ready    disk" not in told


def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORT", "eighty")
    assert main(["purge"]) == 1
    assert "PORT" in capsys.readouterr().err


def test_check_names_what_a_new_language_lacks_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MODEL_DIR", str(tmp_path / "models"))
    monkeypatch.setattr("bot.commands.checks.answering.forgotten", lambda: {"xx": ["xx/writing.yml"]})
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "xx lacks in nlu_data/: xx/writing.yml." in told
    assert "backup" in told


def test_check_names_the_setting_that_a_channel_asks_for_and_nobody_wrote_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = replace(PROVIDERS[0], name="pigeon", ready=lambda settings: settings.pigeon_ready)  # type: ignore[attr-defined]
    for module in ("bot.commands.checks.connections", "bot.channels.probes"):
        monkeypatch.setattr(f"{module}.PROVIDERS", (begun,))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert main(["check", "--channels"]) == 1
    told = capsys.readouterr().out
    assert len(re.findall("missing  pigeon  .*pigeon_ready.*settings.py", told)) == 2
    assert "alarms" in told


def test_check_names_the_languages_whose_quiet_texts_nobody_looks_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "bot.commands.checks.answering.telling_words", lambda: dict.fromkeys(LANGUAGES[1:], ("x",)) | {LANGUAGES[2]: ()}
    )
    main(["check"])
    assert f"no quiet text is looked through: {LANGUAGES[0]}, {LANGUAGES[2]}." in capsys.readouterr().out


def test_check_tells_every_slip_in_how_languages_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "xx.yml", tmp_path / "yy.yml", tmp_path / "not_there.yml"]
    for path, script in zip(paths, ("DEVANAGRI", "LATN"), strict=False):
        path.write_text(f"names: {{pl: x, en: x}}\nscript: {script}\nclauses: x\n", encoding="utf-8")
    monkeypatch.setattr("bot.commands.checks.answering.writing_files", lambda: paths)
    assert main(["check"]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if " writing " in line]
    assert len(told) == 2
    assert "DEVANAGRI" in told[0]
    assert "LATN" in told[1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("nul: []\n", "missing  corrections .*nul"),
        ("nlu:\n", "ready    corrections .* has 0 phrases"),
    ],
)
def test_check_reads_the_corrections_and_tells_a_slip_in_them(
    content: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corrections.yml").write_text(content, encoding="utf-8")
    (tmp_path / "review.yml").write_text("pl: {}\n", encoding="utf-8")
    monkeypatch.setattr("bot.commands.checks.answering.NLU_DATA", tmp_path)
    main(["check"])
    assert re.search(told, capsys.readouterr().out)


def test_a_slip_in_the_data_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "corrections.yml"
    path.write_text("nlu:\n- intent: disclose_victim\n  examples:\n  - gospodyni schowała mój dowód\n", encoding="utf-8")
    monkeypatch.setattr("bot.commands.checks.answering.forgotten", lambda: read_rows([path]))
    assert main(["check"]) == 1
    assert "is no labelled message" in capsys.readouterr().err


@pytest.mark.model
def test_screen_answers_line_by_line_in_order_and_goes_on_after_a_bad_line() -> None:
    lines = [
        b'{"text": "szef zabra\xc5\x82 mi paszport i nie pozwala mi wyj\xc5\x9b\xc4\x87"}',
        b"no json",
        b"[]",
        b'{"text": 3}',
        b'{"text": "hej", "lang": "xx"}',
        b'{"text": ""}',
        b'{"text": "ok", "lang": "uk"}',
        b'{"text": "' + b"x" * 100_000 + b'"}',
        b"\xff\xfe",
        b'{"text": "\\ud800 \\u0000"}',
        b'{"text": "what does it cost"}',
    ]
    done = bot("screen", stdin=b"\n".join(lines) + b"\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert len(answers) == len(lines)
    assert [index for index, answer in enumerate(answers) if "error" in answer] == [1, 2, 3, 4, 8]
    first = answers[0]
    assert set(first) == {"language", "triage", "indicators", "speaker", "topic", "topic_confidence"}
    assert first["language"] == "pl"
    assert Triage(first["triage"]).needs_person
    assert {item["id"] for item in first["indicators"]} <= {name.value for name in Indicator}
    assert all(item["evidence"] in "szef zabrał mi paszport i nie pozwala mi wyjść" for item in first["indicators"])
    assert first["speaker"] in {name.value for name in Speaker}
    assert first["topic"] in TOPICS
    assert answers[6]["language"] == "uk"
    assert answers[10]["language"] == "en"


@pytest.mark.model
def test_chat_writes_one_line_for_each_line_and_starts_in_the_language_asked_for() -> None:
    lines = [b'{"sender": "a", "text": "\xf0\x9f\x98\x80"}', b"no json", b'{"sender": "b"}', b'{"sender": "a", "text": "@human"}']
    done = bot("chat", "--lang", "uk", stdin=b"\n".join(lines) + b"\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [set(answer) for answer in answers] == [
        {"sender", "replies", "triage", "handoff", "said", "commands"},
        {"error"},
        {"error"},
        {"sender", "replies", "triage", "handoff", "said", "commands"},
    ]
    assert any(letter in answers[0]["replies"][0] for letter in "іїє")
    assert answers[3]["handoff"] is True


@pytest.mark.model
def test_what_an_evaluation_found_is_written_down_also_where_no_pictures_can_be_drawn(tmp_path: Path) -> None:
    rows, found = tmp_path / "rows" / "pl", tmp_path / "found"
    rows.mkdir(parents=True)
    row = '{text: "szef trzyma moj dowod w sejfie", metadata: {triage: high, indicators: [documents_taken], speaker: victim}}'
    (rows / "own.yml").write_text(f'version: "3.1"\nnlu:\n- intent: disclose_victim\n  examples:\n  - {row}\n')
    told = bot("evaluate", "--rows", str(rows.parent), "--out", str(found))
    assert told.returncode == 0, told.stderr.decode()
    assert "handoff" in json.loads((found / "figures.json").read_text())["pl"]
    pictures = len(list(found.glob("*.png")))
    assert f"{pictures} pictures" in told.stdout.decode()
    assert pictures or "matplotlib is not installed" in told.stderr.decode()
