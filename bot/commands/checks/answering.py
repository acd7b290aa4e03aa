"""What people are answered with: languages, texts, corrections, the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.commands.checks.finding import Finding
from bot.language.data import NLU_DATA
from bot.language.telling import telling_words
from bot.language.wording import Wording
from bot.language.writing import WritingInvalid, read_writing, writing_files
from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES
from bot.operations.language_folders import forgotten
from bot.screening.models import newest_archive
from bot.screening.rows import CORRECTIONS, RowInvalid, read_rows
from bot.settings import Settings


def check_languages() -> Iterator[Finding]:
    """Say which languages lack files."""
    lacking = forgotten()
    for language, places in lacking.items():
        told = f"{language} lacks in nlu_data/: {'; '.join(places)}. See “A new language” in docs/translating.md."
        yield Finding("languages", "missing", told)
    if not lacking:
        yield Finding("languages", "ready", f"All parts of {len(LANGUAGES)} languages are there.")


def check_writings() -> Iterator[Finding]:
    """Say whether it can be read how each language is written."""
    wrong = []
    for path in writing_files():
        try:
            if path.exists():  # else it is told as missing above
                read_writing(path)
        except WritingInvalid as problem:
            wrong.append(Finding("writing", "missing", str(problem)))
    yield from wrong or [Finding("writing", "ready", "How each language is written can be read.")]


def check_texts() -> Iterator[Finding]:
    """Say which texts are missing, and how many a native speaker has read."""
    wording = Wording.load()
    read = read_values(NLU_DATA / "review.yml")
    total = sum(len(wording.texts[language]) for language in LANGUAGES)
    reviewed = sum(len(set(read.get(language) or {}) & set(wording.texts[language])) for language in LANGUAGES)
    gaps = Counter(gap.language for gap in wording.gaps())
    if gaps:
        listed = ", ".join(f"{language} {count}" for language, count in gaps.items())
        yield Finding("texts", "off", f"Texts missing (English is sent instead): {listed}.")
    else:
        yield Finding("texts", "ready", f"All {total} texts are there, in {len(LANGUAGES)} languages.")
    if unchosen := ", ".join(language for language in LANGUAGES if not telling_words().get(language)):
        yield Finding("quiet", "off", f"No telling words in telling.yml, for which no quiet text is looked through: {unchosen}.")
    yield Finding("review", "ready" if reviewed == total else "off", f"A native speaker has read {reviewed} of {total} texts.")


def check_corrections() -> Iterator[Finding]:
    """Say whether the corrections can be read."""
    path = NLU_DATA / CORRECTIONS
    try:
        count = len(read_rows([path] if path.exists() else []))
    except RowInvalid as problem:
        yield Finding("corrections", "missing", str(problem))
    else:
        yield Finding("corrections", "ready", f"{CORRECTIONS} has {count} phrases, which count from the next training on.")


def check_model(settings: Settings) -> Iterator[Finding]:
    """Say whether there is a model, and of what it was trained."""
    from bot.assistant.training import is_current  # noqa: PLC0415

    if newest_archive(settings.model_dir) is None:
        yield Finding(
            "model",
            "missing",
            "No model is trained: people would get the number and a consultant, and no answers. Run `make train`.",
        )
    elif not is_current(settings.model_dir):
        yield Finding("model", "ready", "A model is there, but its training data or code changed since. Run `make train`.")
    else:
        yield Finding("model", "ready", "The model is trained on the data as it is.")
