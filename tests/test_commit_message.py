"""What git refuses as the subject of a commit, where the hook is in use."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from bot.settings import PROJECT_ROOT

HOOK = PROJECT_ROOT / ".githooks" / "commit-msg"
LONGEST = "Refuse a model whose classes have another order than this program has it"


def committed(folder: Path, message: str) -> subprocess.CompletedProcess[str]:
    """Return what git says to a commit with this message."""
    git = ["git", "-c", f"core.hooksPath={HOOK.parent}", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    return subprocess.run(
        [*git, "commit", "--allow-empty", "-qm", message], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "message",
    [
        LONGEST,
        f"{LONGEST[:-4]}łąść",  # as long in letters, longer in bytes
        "Raise the version to 0.3",
        f"fixup! {LONGEST}",
        f"Say why\n\nThe body may have longer lines, and sentences. {LONGEST}.",
    ],
)
def test_a_subject_as_the_project_writes_them_is_taken(tmp_path: Path, message: str) -> None:
    assert len(LONGEST) == 72
    assert committed(tmp_path, message).returncode == 0


@pytest.mark.parametrize(
    ("message", "said"),
    [(f"{LONGEST}s", "73 characters, 72 at most"), ("Say why.", "full stop"), ("fixup! Say why.\n\nBody", "full stop")],
)
def test_a_subject_that_is_too_long_or_ends_with_a_full_stop_is_refused_with_the_reason(
    tmp_path: Path, message: str, said: str
) -> None:
    refused = committed(tmp_path, message)
    assert refused.returncode == 1
    assert said in refused.stderr


def test_pre_commit_calls_the_same_hook() -> None:
    config = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    [hook] = [hook for repo in config["repos"] for hook in repo["hooks"] if hook.get("stages") == ["commit-msg"]]
    assert PROJECT_ROOT / hook["entry"] == HOOK
    assert "commit-msg" in config["default_install_hook_types"]
