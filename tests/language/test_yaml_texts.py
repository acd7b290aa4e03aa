from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.language.yaml_texts import forget_shared, parse_texts, parsed_before, read_shared, read_texts


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text("no: [on, off, 112, ~]\n", encoding="utf-8")
    assert read_texts(path) == {"no": ["on", "off", "112", "~"]}


def test_a_file_is_parsed_once_until_it_changes_or_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text("yes: tak\n", encoding="utf-8")
    first = read_shared(path)
    assert read_shared(path) is first
    path.write_text("yes: nie\n", encoding="utf-8")
    os.utime(path, ns=(0, 0))
    assert read_shared(path) == {"yes": "nie"}
    forget_shared()
    again = read_shared(path)
    assert again == {"yes": "nie"}
    assert again is not first


def test_a_file_that_is_gone_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_shared(tmp_path / "words.yml")


def test_what_was_parsed_before_is_taken_once_and_only_for_the_content_that_it_was_parsed_from(tmp_path: Path) -> None:
    same, changed = tmp_path / "same.yml", tmp_path / "changed.yml"
    same.write_text("yes: [tak]\n", encoding="utf-8")
    changed.write_text("yes: [tak, jasne]\n", encoding="utf-8")
    kept = parse_texts([same, changed])
    parsed_before(kept)
    changed.write_text("yes: [no tak]\n", encoding="utf-8")
    os.utime(changed, ns=(0, 0))
    assert read_texts(changed) == {"yes": ["no tak"]}
    first = read_texts(same)
    assert any(first is one for one in kept.values())
    first["yes"].append("nie")
    assert read_texts(same) == {"yes": ["tak"]}
    parsed_before(kept)
    forget_shared()
    assert not any(read_texts(same) is one for one in kept.values())
