"""A seventeenth language, made up: a copy of the English folder under another code. Whatever is left out is told by name."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.language import writing
from bot.language.data import NLU_DATA
from bot.language.lexicon import Lexicon, LexiconInvalid
from bot.language.wording import Wording
from bot.language.writing import WritingInvalid, writings
from bot.messages import LANGUAGES
from bot.operations.language_folders import PLACES, forgotten
from bot.screening.rows import GROUPS

CODE = "xx"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a seventeenth language whose files are those of English, in a copy of the data."""
    root = tmp_path / "nlu_data"
    shutil.copytree(NLU_DATA, root)
    for place in PLACES:
        for path in sorted(root.glob(place.format("en"))):
            copy = Path(str(path).replace("/en/", f"/{CODE}/").replace("en.yml", f"{CODE}.yml"))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    for name, module in list(sys.modules.items()):
        if name.startswith("bot.") and getattr(module, "LANGUAGES", None) is LANGUAGES:
            monkeypatch.setattr(module, "LANGUAGES", (*LANGUAGES, CODE))
    monkeypatch.setattr(writing.writing_files, "__defaults__", (root,))
    writings.cache_clear()
    yield root
    writings.cache_clear()


def test_every_language_that_is_served_has_all_its_parts() -> None:
    assert forgotten() == {}


def test_a_language_that_has_all_parts_is_served(root: Path) -> None:
    assert forgotten(root) == {}
    assert writings()[CODE].script == "LATIN"
    assert Lexicon.load(root).phrases[CODE]["yes"]
    wording = Wording.load(root)
    assert [gap for gap in wording.gaps() if gap.language == CODE] == [gap for gap in wording.gaps() if gap.language == "en"]
    assert wording.text("greeting", CODE) == wording.text("greeting", "en")


def test_each_place_that_was_forgotten_is_named(root: Path) -> None:
    for place in PLACES:
        for path in sorted(root.glob(place.format(CODE))):
            path.unlink()
        assert place.format(CODE) in forgotten(root)[CODE]
    assert forgotten(root) == {CODE: [place.format(CODE) for place in PLACES]}
    with pytest.raises(LexiconInvalid, match=f"{CODE}/lexicon.yml"):
        Lexicon.load(root)
    with pytest.raises(WritingInvalid, match=f"{CODE}/writing.yml"):
        writings()
    assert [gap for gap in Wording.load(root).gaps() if gap.language == CODE]


def test_every_language_belongs_to_one_group_of_thresholds() -> None:
    assert sorted(code for members in GROUPS.values() for code in members) == sorted(LANGUAGES)
