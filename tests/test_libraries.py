"""What the list of libraries says is what runs, and what is written about the old ones is about those that are installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from bot.screening.models import newest_archive
from bot.settings import PROJECT_ROOT, load_settings

BYTECODE = 50  # megabytes of an image: what was loaded while it was built
# Every module is imported, with the folder of libraries that is named, and somebody is answered.
ANSWERS = """
import site, sys
site.addsitedir(sys.argv[1])
import asyncio, importlib, pkgutil
import actions, bot
from bot.messages import Inbound
from bot.program import load_assistant, opened, utc_now
from bot.settings import load_settings

assistant = load_assistant(load_settings())
for package in (actions, bot):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.startswith("bot.storage.migrations") and not module.name.endswith("__main__"):
            importlib.import_module(module.name)

async def answer():
    program = await opened(load_settings(), assistant=assistant)
    said = {"text": "szef zabrał mi paszport i nie oddaje", "received_at": utc_now()}
    outcome = await program.frontdoor.receive(Inbound(channel="web", pseudonym="p1", external_id="1", **said))
    await program.close()
    print(outcome.triage.value, outcome.replies[0].language, outcome.handoff)

asyncio.run(answer())
"""


def plain(name: str) -> str:
    """Return a name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what `make sbom` writes."""
    uv = shutil.which("uv") or shutil.which(PROJECT_ROOT / ".tools" / "uv" / "bin" / "uv")
    if uv is None:
        pytest.skip("uv is not installed")
    there = tmp_path_factory.mktemp("project")
    for name in ("Makefile", "pyproject.toml", "uv.lock", "placeholders"):
        (there / name).symlink_to(PROJECT_ROOT / name)
    subprocess.run(
        ["make", "sbom"],
        cwd=there,
        check=True,
        capture_output=True,
        env=os.environ | {"PATH": f"{Path(uv).parent}:{os.environ['PATH']}"},
    )
    text = (there / "build" / "sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    return dict(json.loads(text))


def test_the_list_of_libraries_holds_what_the_program_asks_for_and_what_is_installed(listed: dict[str, Any]) -> None:
    told = {plain(component["name"]): component["version"] for component in listed["components"]}
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {plain(re.split(r"[\[<>=!~ ]", wanted)[0]) for wanted in project["dependencies"]}
    assert asked - told.keys() == set()
    assert {name: listed_version for name, listed_version in told.items() if version(name) != listed_version} == {}


def test_what_the_program_installs_fits_into_550_megabytes(listed: dict[str, Any]) -> None:
    sizes = {
        name: sum(file.size or 0 for file in distribution(name).files or ()) / 1e6
        for name in (str(component["name"]) for component in listed["components"])
    }
    assert len(sizes) > 100
    largest = sorted(sizes.items(), key=lambda one: -one[1])[:5]
    assert sum(sizes.values()) <= 550, largest


@pytest.fixture(scope="module")
def slim(listed: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the libraries as an image has them: what is installed for the program, without what `deploy/slim.sh` takes out."""
    folder = tmp_path_factory.mktemp("slim")
    for component in listed["components"]:
        for file in distribution(component["name"]).files or ():
            source = Path(str(file.locate()))
            there = folder / file
            if ".." not in file.parts and source.suffix != ".pyc" and source.exists() and not there.exists():
                there.parent.mkdir(parents=True, exist_ok=True)
                try:
                    there.hardlink_to(source)
                except OSError:  # on another disk
                    shutil.copy(source, there)
    subprocess.run(["sh", PROJECT_ROOT / "deploy" / "slim.sh", folder], check=True)
    return folder


def megabytes(*places: Path) -> float:
    """Return what files and folders take."""
    files = (file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file())
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc") / 1e6


@pytest.mark.model
def test_what_an_image_adds_to_its_base_fits_into_490_megabytes(slim: Path) -> None:
    project = [PROJECT_ROOT / name for name in ("bot", "actions", "nlu_data", "encoder/model")]
    model = newest_archive(load_settings().model_dir)
    assert model is not None
    sizes = {
        "libraries": megabytes(slim),
        "project": megabytes(*project),
        "model": megabytes(model),
        "bytecode": BYTECODE,
    }
    assert sum(sizes.values()) <= 490, sizes


@pytest.mark.model
def test_what_is_left_of_the_libraries_in_an_image_answers(slim: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-W", "ignore", "-c", ANSWERS, slim],
        cwd=PROJECT_ROOT,
        env={"DATA_DIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["high pl True"], done.stderr


def runs_here(wheel: str) -> bool:
    """Say whether a wheel is for any machine, or for this Python on a usual Linux."""
    _, _, python, abi, platform = wheel.removesuffix(".whl").rsplit("-", 4)
    return platform == "any" or ("linux" in platform and "x86_64" in platform and (abi == "abi3" or python in {"cp313", "py3"}))


def test_nothing_that_is_installed_needs_a_compiler() -> None:
    packages = tomllib.loads((PROJECT_ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    fetched = [package for package in packages if "registry" in package["source"]]
    assert len(fetched) > 100
    built = {
        package["name"]
        for package in fetched
        if not any(runs_here(wheel["url"].rpartition("/")[2]) for wheel in package.get("wheels", []))
    }
    assert built == {
        "docopt",
        "randomname",
        "websockets",
    }  # Python alone; what websockets has in C it leaves out without a compiler


def test_no_tool_of_the_tests_is_in_the_list_of_libraries(listed: dict[str, Any]) -> None:
    assert {component["name"] for component in listed["components"]} & {
        "pytest",
        "mypy",
        "ruff",
        "playwright",
        "schemathesis",
    } == set()


def test_what_is_told_about_old_libraries_is_about_those_that_are_installed() -> None:
    packages = tomllib.loads((PROJECT_ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    locked = {plain(package["name"]): package["version"] for package in packages}
    operations = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [table] = re.findall(r"\| package \| known .*?\n\n", operations, re.DOTALL)
    told = re.findall(r"`([\w.-]+)`(?: (\d[\w.]*))?", "\n".join(line.split("|")[1] for line in table.strip().splitlines()[2:]))
    assert len(told) > 10
    assert [name for name, version in told if locked.get(plain(name), "").partition("+")[0] != version] == []
