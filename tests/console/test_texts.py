"""The console's own texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.console import app as console_app
from bot.console.staff import Role
from bot.console.texts import Texts, TextsInvalid
from bot.dialogue.answers import matter_files
from bot.dialogue.state import Who
from bot.messages import LANGUAGES, Indicator, Speaker, Triage

CONSOLE = Path(console_app.__file__).parent
# Groups whose codes stand in no module: a command's kind and value, the files of the answers, what providers answer.
OF_OTHERS = frozenset({"gist_part", "gist_matter", "matter", "delivery_code", "alarms.code"})


def sources(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for kind in ("py", "html", "js") for path in folder.rglob(f"*.{kind}")]


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
    console = "\n".join(sources(CONSOLE))
    groups = set(re.findall(r'["`]([a-z_.]+)\.(?:" ~|\{|\$\{)', console))  # "error." and a code that comes after it
    groups |= set(re.findall(r'(?:name_of|\.name)\((?:request, )?"([a-z_.]+)"', console))
    codes = set(re.findall(r"\w+", "\n".join(sources(CONSOLE.parent)))) | {f"account_{role.value}" for role in Role}
    unnamed = []
    for key in texts.texts:
        group = max((group for group in groups if key.startswith(f"{group}.")), key=len, default=None)
        named = group is not None and (group in OF_OTHERS or key.removeprefix(f"{group}.").split(".")[0] in codes)
        if f'"{key}"' not in console and not named:
            unnamed.append(key)
    assert unnamed == []


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


def test_what_a_provider_says_comes_from_its_folder_and_a_code_of_two_providers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "texts.yml"
    path.write_text("channel: {web: {pl: czat, en: chat}}")
    for provider, code in (("viber", "1"), ("signal", "2")):
        (tmp_path / provider).mkdir()
        (tmp_path / provider / "console.yml").write_text(f'delivery_code: {{"{code}": {{pl: nie, en: not so}}}}')
    assert set(Texts.load(path, tmp_path).texts) == {"channel.web", "delivery_code.1", "delivery_code.2"}
    (tmp_path / "viber" / "console.yml").write_text('delivery_code: {"2": {pl: nie, en: not so}}')
    with pytest.raises(TextsInvalid, match=r"viber.*delivery_code\.2"):
        Texts.load(path, tmp_path)


def test_a_text_that_was_not_confirmed_names_no_messenger(texts: Texts) -> None:
    for language in ("pl", "en"):
        said = texts.name("delivery_code", "no_answer", language)
        assert not [name for name in ("Telegram", "WhatsApp", "SMS") if name in said]
