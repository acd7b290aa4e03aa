"""What git refuses as the subject of a commit, where the hook is in use; and that no commit since the last release came past it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PROJECT_ROOT

HOOK = PROJECT_ROOT / ".githooks" / "commit-msg"
LONGEST = "Refuse a model whose classes have another order than this program has it"


def rule() -> Any:
    """Return the hook as a module."""
    loader = importlib.machinery.SourceFileLoader("commit_msg", str(HOOK))
    spec = importlib.util.spec_from_loader("commit_msg", loader)
    assert spec is not None
    hook = importlib.util.module_from_spec(spec)
    loader.exec_module(hook)
    return hook


def git(folder: Path, *arguments: str) -> str | None:
    """Return what git says in a folder; None where there is no git, or it fails."""
    if shutil.which("git") is None:
        return None
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def since_the_release(folder: Path) -> list[str] | None:
    """Return the subjects since the last release: its tag, or where tags did not come along its commit. None where neither is known."""
    top = git(folder, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != folder.resolve() or git(folder, "rev-parse", "--is-shallow-repository") != "false":
        return None
    release = git(folder, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*") or git(
        folder, "log", "-1", "--format=%H", "--extended-regexp", "--grep", r"^Release [0-9]+\.[0-9]+\.[0-9]+$"
    )
    told = git(folder, "log", "--no-merges", "--format=%s", f"{release}..HEAD") if release else None
    return None if told is None else told.splitlines()


def committed(folder: Path, message: str, hooks: Path = HOOK.parent) -> subprocess.CompletedProcess[str]:
    """Return what git says to a commit with this message."""
    command = ["git", "-c", f"core.hooksPath={hooks}", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*command, "init", "-q"], cwd=folder, check=True)
    return subprocess.run(
        [*command, "commit", "--allow-empty", "-qm", message], cwd=folder, capture_output=True, text=True, check=False
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


def test_no_subject_since_the_last_release_is_one_that_the_hook_refuses() -> None:
    subjects = since_the_release(PROJECT_ROOT)
    if subjects is None:
        pytest.skip("no history up to the last release: an archive, or a shallow clone")
    assert [told for told in map(rule().problem, subjects) if told is not None] == []


@pytest.mark.parametrize("tagged", [True, False], ids=["a tag", "no tag came along"])
def test_what_came_past_the_hook_after_a_release_is_found_and_nothing_older(tmp_path: Path, tagged: bool) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    for message in (f"{LONGEST}, and longer", "Release 0.9.0", "Say it", "Say why."):
        assert committed(repository, message, hooks=tmp_path).returncode == 0
        if message.startswith("Release") and tagged:
            assert git(repository, "tag", "v0.9.0") is not None
    subjects = since_the_release(repository)
    assert subjects == ["Say why.", "Say it"]
    assert [rule().problem(subject) is None for subject in subjects] == [False, True]


def test_where_the_history_does_not_reach_a_release_nothing_is_asked(tmp_path: Path) -> None:
    whole, part, archive = tmp_path / "whole", tmp_path / "part", tmp_path / "archive"
    for folder in (whole, archive):
        folder.mkdir()
    for message in ("Release 0.9.0", "Say why."):
        committed(whole, message, hooks=tmp_path)
    subprocess.run(["git", "clone", "-q", "--depth", "1", whole.as_uri(), str(part)], check=True, capture_output=True)
    assert since_the_release(whole) == ["Say why."]
    assert since_the_release(part) is None
    assert since_the_release(archive) is None
