"""What comes learned with the project fits the data and the code; and what does not fit is learned again, not used."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from bot.assistant import learned_parts, relearning, sources
from bot.assistant.learned_parts import SHIPPED, Finished, Learning, fill, keep, learning_as, read_part
from bot.assistant.sources import (
    COMMANDS_PART,
    LANGUAGE_PART,
    PARTS,
    LearnedPart,
    SourceUndeclared,
    code_of,
    fingerprints,
    only_declared,
    teaching,
)
from bot.dialogue.answers import Library
from bot.dialogue.placing import digest
from bot.learning.examples import situations
from bot.messages import LANGUAGES
from bot.screening.models import ModelMissing
from bot.screening.rows import NLU_DATA
from bot.settings import PROJECT_ROOT

MOST_NEW_WAYS = 500  # of asking, that the encoder reads at each start because they were written after the learning: 2 s


def shipped(part: LearnedPart) -> Finished:
    if not (SHIPPED / part.name).exists():
        pytest.skip("nothing is shipped: it is learned at the first start")
    finished = read_part(SHIPPED / part.name)
    assert finished is not None, f"learned/{part.name} is not what was put there"
    return finished


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_what_is_shipped_was_learned_from_the_data_and_the_code_as_they_are(part: LearnedPart) -> None:
    assert shipped(part).made_from == fingerprints([part])[part.name], "run `make learned`, and commit learned/"


def test_what_is_shipped_knows_nearly_all_ways_of_asking() -> None:
    import numpy as np

    with np.load(shipped(COMMANDS_PART).folder / "nearness.npz", allow_pickle=False) as data:
        known = set(json.loads(str(data["about"]))["digests"])
    ways = [way for answer in Library.load().answers.values() for _, way in answer.ways()]
    assert sum(digest(way) not in known for way in ways) <= MOST_NEW_WAYS, "run `make learned`, and commit learned/"


def learns(said: list[str], folder: Path) -> Callable[[Path], None]:
    def learn(made: Path) -> None:
        said.append("learned")
        (made / "inner").mkdir()
        (made / "inner" / "weights").write_text("123")

    folder.mkdir(parents=True)
    return learn


def filled(how: Learning, folder: Path) -> list[str]:
    said: list[str] = []
    with learning_as(how):
        fill(LANGUAGE_PART, folder, learns(said, folder))
    assert sorted(path.name for path in folder.rglob("*")) == ["inner", "weights"]
    return said


def test_a_part_is_learned_once_and_again_only_after_a_change(tmp_path: Path) -> None:
    shelf, wanted = tmp_path / "shelf", fingerprints([LANGUAGE_PART])
    how = Learning(into=shelf, taken_from=(tmp_path / "nowhere", shelf), wanted=wanted)
    assert filled(how, tmp_path / "a") == ["learned"]
    assert filled(how, tmp_path / "b") == []
    changed = Learning(into=shelf, taken_from=(shelf,), wanted={LANGUAGE_PART.name: "other"})
    assert filled(changed, tmp_path / "c") == ["learned"]
    assert filled(changed, tmp_path / "d") == []
    assert filled(how, tmp_path / "e") == ["learned"]


def test_an_older_part_is_taken_only_where_nothing_else_can_answer(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    keep(LANGUAGE_PART, made, tmp_path / "shelf", Finished(made, "before", 61))
    now = Learning(into=tmp_path / "shelf", taken_from=(tmp_path / "shelf",), wanted={LANGUAGE_PART.name: "now"})
    assert now.at_hand(LANGUAGE_PART) is None
    at_hand = Learning(into=now.into, taken_from=now.taken_from, wanted=now.wanted, any_age=True).at_hand(LANGUAGE_PART)
    assert at_hand is not None
    assert (at_hand.made_from, at_hand.seconds) == ("before", 61)


def test_a_part_that_was_damaged_is_learned_again_and_told(tmp_path: Path) -> None:
    how = Learning(into=tmp_path / "shelf", taken_from=(tmp_path / "shelf",), wanted=fingerprints([LANGUAGE_PART]))
    filled(how, tmp_path / "a")
    (tmp_path / "shelf" / LANGUAGE_PART.name / "inner" / "weights").write_text("124")
    with capture_logs() as logs:
        assert filled(how, tmp_path / "b") == ["learned"]
    assert logs[0]["event"] == "learned_part_damaged"


def test_a_source_that_the_fingerprint_lacks_is_told_when_learning_opens_it_not_after_an_hour() -> None:
    with only_declared(LANGUAGE_PART):
        LANGUAGE_PART.data()[0].read_text(encoding="utf-8")
        with pytest.raises(SourceUndeclared, match=r"nlu_data/facts\.yml: declare it in bot/assistant/sources\.py"):
            (NLU_DATA / "facts.yml").read_text(encoding="utf-8")
    (NLU_DATA / "facts.yml").read_text(encoding="utf-8")


def test_whatever_leads_the_conversations_is_declared_so_that_a_missing_part_can_be_learned() -> None:
    learning = """
from bot.assistant.sources import COMMANDS_PART, only_declared
from bot.learning import examples
of_all = examples.conversation_files
examples.conversation_files = lambda root, part: of_all(root, part)[::40]
with only_declared(COMMANDS_PART):
    print(sum(1 for _ in COMMANDS_PART.examples()))
"""  # in a process of its own: what was read before is read no more
    done = subprocess.run([sys.executable, "-c", learning], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def test_code_counts_with_all_that_it_imports_and_by_what_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"bot/learning/training.py", "bot/dialogue/settle.py", "bot/screening/tuned.py"} <= {
        path.relative_to(PROJECT_ROOT).as_posix() for path in code_of(COMMANDS_PART.module)
    }
    monkeypatch.setattr(sources, "PROJECT_ROOT", tmp_path)
    (tmp_path / "first.py").write_text('"""One."""\ndef f():\n    from second import g\n    return g()\n')
    (tmp_path / "second.py").write_text("def g():\n    return 1\n")
    part = LearnedPart("toy", "first", lambda: [])

    def told() -> str:
        return fingerprints([part])["toy"]

    before = told()
    (tmp_path / "first.py").write_text('"""Another."""\n\n\ndef f():  # comment\n    from second import g\n\n    return g()\n')
    assert told() == before
    (tmp_path / "second.py").write_text("def g():\n    return 2\n")
    assert told() != before


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LearnedPart:
    """Return a part whose plan leads to examples, learned once and kept on a shelf."""
    monkeypatch.setattr(sources, "PROJECT_ROOT", tmp_path)
    (tmp_path / "learns.py").write_text("from plan import lead\n")
    (tmp_path / "plan.py").write_text("def lead():\n    return 'said'\n")

    def examples() -> list[str]:
        led: dict[str, Callable[[], str]] = {}
        exec((tmp_path / "plan.py").read_text(), led)
        return [led["lead"]()]

    part = LearnedPart("toy", "learns", list, led_by=("plan",), examples=examples)
    monkeypatch.setattr(learned_parts, "PARTS", (part,))
    made = tmp_path / "made"
    made.mkdir()
    (made / "weights").write_text("123")
    keep(part, made, tmp_path / "shelf", Finished(made, fingerprints([part])["toy"], 61, teaching(part)))
    return part


def on_the_shelf(toy: LearnedPart, shelf: Path) -> Learning:
    return Learning(into=shelf, taken_from=(shelf,), wanted=fingerprints([toy]))


def test_a_plan_that_leads_to_the_same_situations_needs_no_learning(toy: LearnedPart, tmp_path: Path) -> None:
    assert on_the_shelf(toy, tmp_path / "shelf").missing() == []
    (tmp_path / "plan.py").write_text("def lead():\n    word = 'said'\n    return word\n")
    how = on_the_shelf(toy, tmp_path / "shelf")
    assert how.missing() == [toy]
    how.renew()
    assert how.missing() == []
    assert (tmp_path / "shelf" / "toy" / "weights").read_text() == "123"


def test_a_plan_that_leads_elsewhere_or_other_code_that_learns_is_learned_again(toy: LearnedPart, tmp_path: Path) -> None:
    for path, text in (("plan.py", "def lead():\n    return 'other'\n"), ("learns.py", "from plan import lead\nRATE = 2\n")):
        before = (tmp_path / path).read_text()
        (tmp_path / path).write_text(text)
        how = on_the_shelf(toy, tmp_path / "shelf")
        how.renew()
        assert how.missing() == [toy]
        (tmp_path / path).write_text(before)


def test_the_situations_of_the_conversations_are_told_in_full(tmp_path: Path) -> None:
    for part in ("training", "validation"):
        (tmp_path / "conversations" / part).mkdir(parents=True)
        for name in ("answers", *(f"{code}/answers" for code in LANGUAGES)):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
    talk = "- id: pl-1\n  language: pl\n  turns:\n  - {say: 'on tu jest', do: ['danger:self']}\n  - {say: 'nie', do: ['answer:no']}\n"
    (tmp_path / "conversations" / "training" / "pl.yml").write_text(talk)
    first, second = situations(tmp_path)
    assert first.startswith("on tu jest\npl Context(who=<Who.UNKNOWN: 'unknown'>, danger=<Danger.NONE: 'none'>")
    assert "danger=<Danger.OPEN: 'open'>" in second


def trains(status: int) -> tuple[str, ...]:
    """Return a command that stands in for training, which takes minutes."""
    return (sys.executable, "-c", f"import os, sys; sys.exit({status} if 'TQDM_DISABLE' in os.environ else 9)")


@pytest.fixture(autouse=True)
def logs_of_this_test() -> None:
    """Log all levels, whatever the model that another test loaded left out."""
    structlog.reset_defaults()


async def test_a_new_model_is_learned_beside_and_takes_over(tmp_path: Path) -> None:
    renewed: list[Path] = []

    async def renew(folder: Path) -> None:
        renewed.append(folder)

    with capture_logs() as logs:
        await relearning.learn_beside(tmp_path, renew, trains(0))
    assert renewed == [tmp_path]
    assert [line["event"] for line in logs] == ["learning_began", "model_renewed"]


async def test_where_learning_or_loading_fails_the_model_before_stays_and_the_log_says_so(tmp_path: Path) -> None:
    async def refuses(_folder: Path) -> None:
        raise ModelMissing("It cannot be loaded.")

    for status in (0, 1):
        with capture_logs() as logs:
            await relearning.learn_beside(tmp_path, refuses, trains(status))
        assert logs[-1]["event"] == "learning_failed"


def test_only_the_very_first_model_is_put_together_from_what_is_at_hand(tmp_path: Path) -> None:
    told = tmp_path / "arguments"
    writes = (sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write(' '.join(sys.argv[2:]))", str(told))
    relearning.learn_first(tmp_path, writes)
    assert told.read_text() == "--at-hand"
    (tmp_path / "frontdoor-1.tar.gz").touch()  # one that cannot be loaded: what is at hand would be left at that
    relearning.learn_first(tmp_path, writes)
    assert told.read_text() == ""


async def test_what_learns_ends_with_the_server(tmp_path: Path) -> None:
    async def renew(_folder: Path) -> None:
        raise AssertionError("nothing was learned")

    told = tmp_path / "pid"
    os.mkfifo(told)
    script = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    command = (sys.executable, "-c", script, str(told))
    task = asyncio.create_task(relearning.learn_beside(tmp_path, renew, command))
    number = int(await asyncio.to_thread(told.read_text))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
