"""The console's own texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.console import app as console_app
from bot.console.texts import Texts, TextsInvalid
from bot.dialogue.answers import matter_files
from bot.dialogue.state import Who
from bot.messages import LANGUAGES, Indicator, Speaker, Triage

CONSOLE = Path(console_app.__file__).parent


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load()


def test_every_code_has_a_name_in_polish_and_english(texts: Texts) -> None:
    wanted = [f"indicator.{one.value}" for one in Indicator]
    wanted += [f"triage.{one.value}" for one in Triage] + [f"speaker.{one.value}" for one in Speaker]
    wanted += [f"language_name.{code}" for code in LANGUAGES]
    wanted += [f"matter.{path.stem}" for path in matter_files()] + [f"who.{who.value}" for who in Who]
    for source in CONSOLE.glob("*.py"):
        recorded = re.findall(r'(?:record\([^)]*?|action=)"([a-z_]+)"', source.read_text(encoding="utf-8"), re.DOTALL)
        wanted += [f"action.{action}" for action in recorded]
    assert [key for key in wanted if not texts.has(key)] == []
    assert "action.case_taken_over" in wanted


def test_every_text_that_a_template_names_is_there(texts: Texts) -> None:
    missing, seen = [], 0
    for template in CONSOLE.glob("templates/*.html"):
        for key in re.findall(r'\bt\("([a-z_.0-9]+)"[,)]', template.read_text(encoding="utf-8")):
            seen += 1
            missing += [(template.name, key)] if not texts.has(key) else []
    assert missing == []
    assert seen > 100


def test_every_text_is_named_somewhere(texts: Texts) -> None:
    sources = [path.read_text(encoding="utf-8") for kind in ("py", "html", "js") for path in CONSOLE.rglob(f"*.{kind}")]
    words = "\n".join(sources)
    made = set(re.findall(r'["`]([a-z_.]+)\.(?:" ~|\{|\$\{)', words))  # "error." and a code that comes after it
    made |= set(re.findall(r'(?:name_of|\.name)\((?:request, )?"([a-z_.]+)"', words))
    assert [
        key for key in texts.texts if f'"{key}"' not in words and not any(key.startswith(f"{begin}.") for begin in made)
    ] == []


def test_both_languages_have_the_same_places_for_values(texts: Texts) -> None:
    for key, languages in texts.texts.items():
        places = [sorted(re.findall(r"\{(\w+)\}", text)) for text in languages.values()]
        assert places[0] == places[1], key


@pytest.mark.parametrize(
    "content", ["a: {pl: Tak}", "a: {on: {pl: Tak, en: Yes}}", "a: {pl: Tak, en: 1}", "[]"], ids=["one", "yaml", "number", "list"]
)
def test_a_file_of_texts_that_lacks_something_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "texts.yml"
    path.write_text(content)
    with pytest.raises(TextsInvalid):
        Texts.load(path)
