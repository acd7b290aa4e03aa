"""Phrases that a consultant can read and correct: what they mean is added to what the encoder says.

The phrases stand in `nlu_data/concepts/<language>.yml`, the sorts of phrases and their use in `nlu_data/concepts/README.md`. How much a
sort of phrase counts is measured on the validation rows at each training; a sort that does not help counts nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.language.classes import INDICATORS, TRIAGES
from bot.language.identification import without_diacritics
from bot.language.yaml_texts import read_values
from bot.messages import Indicator
from bot.screening.heads import Likelihoods
from bot.screening.rows import NLU_DATA

CONCEPTS_FILE: Final = "concepts.json"
CALMING: Final = ("negation", "hypothesis", "quotation", "innocent")  # make a handoff less likely
PRESENT_DANGER: Final = "present_danger"  # makes an emergency more likely than a story of the past
SIGNS: Final = "signs"  # phrases that carry one indicator
_GAP: Final = r"(?:\s+\S+){0,4}?\s+"  # what "…" in a phrase stands for
_SURE: Final = 1e-6


class ConceptsInvalid(Exception):
    """A file of phrases names a sort or an indicator that does not exist; the message names the file."""


@dataclass(frozen=True)
class Concepts:
    """Phrases by sort (`signs.<indicator>` for those that carry an indicator), and what each sort adds to the log-likelihoods."""

    phrases: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_patterns", {sort: _pattern(phrases) for sort, phrases in self.phrases.items() if phrases})

    def found(self, text: str) -> list[str]:
        """Return the sorts of phrases that a text contains."""
        plain = _plain(text)
        patterns: dict[str, re.Pattern[str]] = getattr(self, "_patterns")  # noqa: B009 - a frozen dataclass hides it from mypy
        return [sort for sort, pattern in patterns.items() if pattern.search(plain)]

    def applied(self, text: str, likelihoods: Likelihoods) -> Likelihoods:
        """Return likelihoods with what the text's phrases add."""
        return self.weighed(self.found(text), likelihoods)

    def weighed(self, sorts: Iterable[str], likelihoods: Likelihoods) -> Likelihoods:
        """Return likelihoods with what these sorts of phrases add."""
        triage = np.log(likelihoods.triage + _SURE)
        odds = np.log((likelihoods.indicators + _SURE) / (1 - likelihoods.indicators + _SURE))
        changed = False
        for sort in sorts:
            weight = self.weights.get(sort, 0.0)
            if not weight:
                continue
            changed = True
            if sort in CALMING:
                triage[TRIAGES.index("high") :] -= weight
                odds -= weight / 2
            elif sort == PRESENT_DANGER:
                triage[TRIAGES.index("emergency")] += weight
            else:
                indicator = sort.removeprefix(f"{SIGNS}.")
                odds[INDICATORS.index(indicator)] += weight
                graver = "emergency" if indicator == Indicator.SUICIDE_RISK else "high"
                triage[TRIAGES.index(graver)] += weight
        if not changed:
            return likelihoods
        powers = np.exp(triage - triage.max())
        return replace(
            likelihoods,
            triage=np.asarray(powers / powers.sum(), dtype=np.float32),
            indicators=np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32),
        )

    def save(self, folder: Path) -> None:
        """Write phrases and weights to a folder."""
        (folder / CONCEPTS_FILE).write_text(
            json.dumps({"phrases": dict(self.phrases), "weights": dict(self.weights)}, ensure_ascii=False)
        )

    @classmethod
    def load(cls, folder: Path) -> Concepts:
        """Read phrases and weights from a folder."""
        data = json.loads((folder / CONCEPTS_FILE).read_text())
        return cls({sort: tuple(phrases) for sort, phrases in data["phrases"].items()}, data["weights"])


def concept_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of phrases, in a fixed order."""
    return sorted((root / "concepts").glob("*.yml"))


def read_phrases(files: Iterable[Path]) -> dict[str, tuple[str, ...]]:
    """Read the phrases of all languages by sort; raises ConceptsInvalid."""
    found: dict[str, list[str]] = {}
    for path in files:
        document: dict[str, Any] = read_values(path) or {}
        for sort, phrases in document.items():
            if sort == SIGNS:
                for indicator, carrying in (phrases or {}).items():
                    if indicator not in INDICATORS:
                        raise ConceptsInvalid(f"{path}: {indicator!r} is no indicator.")
                    found.setdefault(f"{SIGNS}.{indicator}", []).extend(carrying)
            elif sort in (*CALMING, PRESENT_DANGER):
                found.setdefault(sort, []).extend(phrases or [])
            else:
                raise ConceptsInvalid(
                    f"{path}: {sort!r} is no sort of phrases. There are: {', '.join((*CALMING, PRESENT_DANGER, SIGNS))}."
                )
    return {sort: tuple(dict.fromkeys(phrases)) for sort, phrases in sorted(found.items())}


def _plain(text: str) -> str:
    return f" {' '.join(re.findall(r'[^\W_]+', without_diacritics(text.lower().replace("'", '').replace('’', ''))))} "


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    alternatives = []
    for phrase in phrases:
        parts = [part for part in phrase.split("…") if part.strip()]
        written = []
        for part in parts:
            stems = []
            for word in part.split():
                stem = re.escape(_plain(word.rstrip("*")).strip())
                stems.append(stem + (r"\S*" if word.endswith("*") else ""))
            written.append(r"\s+".join(stems))
        alternatives.append(_GAP.join(written))
    return re.compile(r"(?<=\s)(?:" + "|".join(alternatives) + r")(?=\s)")
