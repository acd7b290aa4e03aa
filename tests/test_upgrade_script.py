"""`make upgrade`: the order of its steps, and the way back from each, with the program and the service played by others."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT

PLAYED = """#!/bin/sh
v1() { [ "$(git rev-parse HEAD)" = "$(git rev-parse v1)" ]; }
[ "$3" = -c ] && { echo "$PWD/models"; exit; }
[ "$3" = - ] && { echo ready >> "$STEPS"; cat > /dev/null; case "$FAIL" in *former*) false;; *ready*) v1;; esac; exit; }
shift 4; echo "$*" | sed "s#$ROOM#ROOM#g" >> "$STEPS"
[ "$3$FAIL" = --unsealedcopy ] && exit 1
[ "$1" = backup ] && [ "$3" = --unsealed ] && touch "$2/frontdoor-20261128T030000Z.tar.gz"
[ "$FAIL" != "$1" ] || v1
"""
MAKEFILE = """install train:
	@echo make $@ in $(notdir $(CURDIR)) >> $(STEPS)
	@[ $@ = install ] || { mkdir -p models; rm -f models/a.tar.gz; git rev-parse HEAD | tee models/b.tar.gz > models/trained-from.txt; }
	@[ "$$FAIL" != "$@" -a "$$FAIL" != "$@ in $(notdir $(CURDIR))" ] || [ "$$(git rev-parse HEAD)" = "$$(git rev-parse v1)" ]
"""
BEFORE = ["check", "backup ROOM/backup", "make install in next", "make train in next"]
STOPPED = [
    "stop v1",
    "backup ROOM/app/data/before-upgrade --unsealed",
    "make install in app",
    "migrate",
    "check",
    "start v2",
    "ready",
]
WAY_BACK = [
    "stop v2",
    "make install in app",
    "restore ROOM/app/data/before-upgrade/frontdoor-20261128T030000Z.tar.gz --replace",
    "start v1",
    "ready",
]
MODEL = {"a.tar.gz": "the former model", "trained-from.txt": "the former data"}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A checkout with two versions, whose program only writes down what it is asked for."""
    folder = tmp_path / "app"
    (folder / "deploy").mkdir(parents=True)
    (tmp_path / "backup").mkdir()
    shutil.copy(PROJECT_ROOT / "deploy" / "upgrade.sh", folder / "deploy")
    (folder / "Makefile").write_text(MAKEFILE)
    (folder / ".gitignore").write_text(".venv\ndata\nbuild\nmodels\n")
    for name in (".venv/bin", "data", "models"):
        (folder / name).mkdir(parents=True)
    for name, content in MODEL.items():
        (folder / "models" / name).write_text(content)
        os.utime(folder / "models" / name, (1, 1))
    (folder / ".venv/bin/python").write_text(PLAYED)
    (folder / ".venv/bin/python").chmod(0o755)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["commit", "-qm", "one"],
        ["tag", "v1"],
        ["commit", "-qm", "two", "--allow-empty"],
        ["tag", "v2"],
        ["checkout", "-q", "v1"],
    ):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return folder


def upgrade(app: Path, *, version: str = "v2", fail: str = "") -> tuple[int, list[str], str]:
    """Return the status, the steps, and the version that is there afterwards."""
    steps = app.parent / "steps"
    settings = {
        "STEPS": str(steps),
        "FAIL": fail,
        "ROOM": str(app.parent),
        "VERSION": version,
        "BACKUP": str(app.parent / "backup"),
    }
    service = {}
    for name in ("STOP", "START"):  # each says which version lies in the folder then
        script = app.parent / name
        script.write_text(f"#!/bin/sh\necho {name.lower()} $(git describe --tags) >> {steps}\n")
        script.chmod(0o755)
        service[name] = str(script)
    done = subprocess.run(
        ["sh", "deploy/upgrade.sh"],
        cwd=app,
        env={**os.environ, **settings, **service},
        capture_output=True,
        text=True,
        check=False,
    )
    here = subprocess.run(["git", "describe", "--tags"], cwd=app, capture_output=True, text=True, check=True).stdout.strip()
    assert not (app / "build" / "next").exists(), done.stderr
    return done.returncode, steps.read_text().splitlines() if steps.exists() else [], here


def models(app: Path) -> dict[str, str]:
    """Return what lies in the folder of models."""
    return {path.name: path.read_text() for path in (app / "models").iterdir()}


def test_an_upgrade_backs_up_migrates_checks_and_starts_in_this_order(app: Path) -> None:
    assert upgrade(app) == (0, [*BEFORE, *STOPPED], "v2")
    assert set(models(app)) == {"b.tar.gz", "trained-from.txt"}
    assert not (app / "data" / "before-upgrade").exists()


def test_what_does_not_pass_the_check_is_not_begun(app: Path) -> None:
    (app / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
    assert upgrade(app) == (1, [], "v1")


@pytest.mark.parametrize("fail", ["install", "train"])
def test_a_version_that_cannot_be_installed_changes_nothing_and_the_service_goes_on(app: Path, fail: str) -> None:
    status, steps, version = upgrade(app, fail=fail)
    assert (status, version) == (1, "v1")
    assert steps == BEFORE[: BEFORE.index(f"make {fail} in next") + 1]
    assert models(app) == MODEL


def test_a_version_that_does_not_exist_changes_nothing(app: Path) -> None:
    assert upgrade(app, version="v3") == (1, BEFORE[:2], "v1")


def test_where_no_copy_can_be_made_the_version_that_ran_starts_again_as_it_was(app: Path) -> None:
    status, steps, version = upgrade(app, fail="copy")
    assert (status, version, models(app)) == (1, "v1", MODEL)
    assert steps == [*BEFORE, *STOPPED[:2], "start v1", "ready"]


def test_libraries_that_cannot_be_put_in_place_lead_back(app: Path) -> None:
    status, steps, version = upgrade(app, fail="install in app")
    assert (status, version, models(app)) == (1, "v1", MODEL)
    assert steps == [*BEFORE, *STOPPED[:3], *WAY_BACK]


@pytest.mark.parametrize("fail", ["migrate", "ready"])
def test_a_version_that_does_not_run_is_undone_with_what_was_stored(app: Path, fail: str) -> None:
    status, steps, version = upgrade(app, fail=fail)
    assert (status, version) == (1, "v1")
    done = [*BEFORE, *STOPPED[: STOPPED.index(fail) + 1]]
    assert steps == [*done, *WAY_BACK]


@pytest.mark.parametrize("fail", ["train", "migrate", "check", "ready"])
def test_the_way_back_leads_to_the_model_of_before_and_to_no_newer_one(app: Path, fail: str) -> None:
    upgrade(app, fail=fail)
    assert models(app) == MODEL
    assert (app / "models" / "a.tar.gz").stat().st_mtime == 1  # the newest is loaded


def test_the_way_back_makes_the_model_where_there_was_none(app: Path) -> None:
    shutil.rmtree(app / "models")
    _, steps, _ = upgrade(app, fail="ready")
    assert [step for step in steps if "train" in step] == ["make train in next", "make train in app"]
    first = subprocess.run(["git", "rev-parse", "v1"], cwd=app, capture_output=True, text=True, check=True).stdout
    assert models(app)["trained-from.txt"] == first


def test_a_former_version_that_does_not_get_ready_either_is_not_said_to_run(app: Path) -> None:
    status, steps, version = upgrade(app, fail="ready former")
    assert (status, steps[-1], version) == (2, "ready", "v1")


def test_a_version_may_be_named_by_its_commit(app: Path) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "v2"], cwd=app, capture_output=True, text=True, check=True)
    assert upgrade(app, version=commit.stdout.strip()) == (0, [*BEFORE, *STOPPED], "v2")
