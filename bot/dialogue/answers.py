"""The library of answers: what can be asked, for whom each answer is, and which facts back it.

One file a matter in `nlu_data/answers/`; the words lie in the languages' folders (`nlu_data/<language>/answers/library/`), where a
language may add ways of asking of its own. An answer is found by nearness in meaning: `bot.dialogue.retrieval`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from bot.dialogue.state import Fact, Person, Who
from bot.language.normalise import readable
from bot.language.wording import LAST_RESORT, SOURCE_LANGUAGES
from bot.language.yaml_texts import read_shared
from bot.messages import LANGUAGES, TOPICS

NLU_DATA: Final = Path(__file__).resolve().parents[2] / "nlu_data"
FOLDER: Final = "answers"
NEXT_NEEDS: Final = "next_needs.yml"  # made by `bot.learning.asked_next`
PREFIX: Final = "answer."  # of the ids of these texts among all texts
CALM, WAITING, DANGER = "calm", "waiting", "danger"
_MOMENTS: Final = frozenset({CALM, WAITING, DANGER})
OUTSIDE, DYING = "outside", "dying"  # what an answer may presume: that somebody is not locked in, or spoke of dying
_PRESUMED: Final = frozenset({"", OUTSIDE, DYING})
_KEYS: Final = frozenset(
    {"topic", "for", "when", "facts", "asked", "follows", "next", "vital", "presumes", "tells", "recalls", "offered", "yields_to"}
)
EMERGENCY: Final = "{emergency}"  # stands in a text for 112
MARKS: Final = " .,:;!?…\"'”»)।؟"  # at its end: with and without them a way of asking is the same
PHONES: Final = ("{hotline", "{strada_mobile}", "{labour_line", "{migrant_line}")  # numbers that only answer a voice


def moments_of(person: Person, *, alarmed: bool) -> frozenset[str]:
    """Return the moments of which an answer must fit one: waiting or calm, and danger as well after an alarm."""
    calm = WAITING if person is Person.ASKED else CALM
    return frozenset({calm, DANGER} if alarmed else {calm})


class LibraryInvalid(Exception):
    """An answer's entry has something missing, unknown or contradictory; the message names file and answer."""


@dataclass(frozen=True)
class Answer:
    """One answer: `asked` are the ways of asking by language, `follows` those that are understood only after another answer.

    `vital`: it comes before others, and may be said beside an alarm; `presumes`: what must be so of whom it is said to, "" for nothing;
    `phones`: its words name a number to call; `tells` are the facts of the person's situation that asking for it tells; `recalls` what was
    arranged that is said with it; `languages` are those in which it may be said: none stands for all; `offered`: it may stand on a button,
    where it would not put words into the person's mouth; `yields_to` are the answers beside which it is left out of a reply: they say the
    same, or what does not go with it.
    """

    id: str
    matter: str
    topic: str
    audience: frozenset[Who]
    when: frozenset[str]
    facts: tuple[str, ...]
    asked: Mapping[str, tuple[str, ...]]
    follows: Mapping[str, tuple[str, ...]]
    next: tuple[str, ...] = ()
    vital: bool = False
    presumes: str = ""
    phones: bool = False
    tells: frozenset[Fact] = frozenset()
    recalls: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    offered: bool = True
    yields_to: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """Return the id of its text."""
        return PREFIX + self.id

    def fits(self, who: Who) -> bool:
        """Say whether it may be said to somebody; who is not known may be anybody."""
        return not self.audience or who is Who.UNKNOWN or who in self.audience

    def said_in(self, language: str) -> bool:
        """Say whether it may be said in a language."""
        return not self.languages or language in self.languages

    def ways(self) -> Iterator[tuple[str, str]]:
        """Yield each way of asking with its language."""
        for language, ways in self.asked.items():
            for way in ways:
                yield language, way


@dataclass(frozen=True)
class Double:
    """A way of asking that two answers have in a language, both of which somebody may be told."""

    language: str
    way: str
    first: Answer
    second: Answer


def doubles(answers: Iterable[Answer], languages: Iterable[str] = LANGUAGES) -> Iterator[Double]:
    """Yield the ways of asking that belong to two answers for the same people, in some languages."""
    owners: dict[tuple[str, str], list[Answer]] = {}
    asked_in = frozenset(languages)
    for answer in answers:
        for language, way in answer.ways():
            if language in asked_in:
                others = owners.setdefault((language, readable(way).lower().rstrip(MARKS)), [])
                yield from (Double(language, way, other, answer) for other in others if _both_told(other, answer))
                others.append(answer)


def _both_told(one: Answer, other: Answer) -> bool:
    return one.id != other.id and (not one.audience or not other.audience or bool(one.audience & other.audience))


def going_together(found: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return the answers that one reply may say of those found for it; of two that yield to each other the first."""

    def yields(place: int, answer: Answer) -> bool:
        return any(
            other.id in answer.yields_to and (before < place or answer.id not in other.yields_to)
            for before, other in enumerate(found)
        )

    return tuple(answer for place, answer in enumerate(found) if not yields(place, answer))


@dataclass(frozen=True)
class Library:
    """All answers by id, and what people asked next, the most frequent first.

    `after` each answer, and when something was `told`, by who writes. `alarming` are the ids of all texts that name 112, the library's
    and the plan's.
    """

    answers: Mapping[str, Answer]
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alarming: frozenset[str] = frozenset()

    @classmethod
    def load(cls, root: Path = NLU_DATA) -> Library:
        """Read all matters; raises LibraryInvalid."""
        found: dict[str, Answer] = {}
        for path in matter_files(root):
            own = {language: _words(root, language, path.stem) for language in LANGUAGES}
            entries = _read(path)
            if strange := sorted({name for words in own.values() for name in words} - entries.keys()):
                raise LibraryInvalid(
                    f"{path} has no entry for the words of {', '.join(strange)}: nobody would ever be told them."
                )
            for name, entry in entries.items():
                if name in found:
                    raise LibraryInvalid(f"{path}: the answer {name} stands in {found[name].matter} already.")
                if wordless := [code for code in SOURCE_LANGUAGES if "text" not in own[code].get(name, {})]:
                    where = ", ".join(f"{code}/answers/library/{path.name}" for code in wordless)
                    raise LibraryInvalid(f"{path}: the answer {name} has no text in {where}.")
                found[name] = _answer(name, entry, path, {code: words.get(name, {}) for code, words in own.items()})
        for answer in found.values():
            if lost := [name for name in (*answer.next, *sorted(answer.yields_to)) if name not in found]:
                raise LibraryInvalid(f"{answer.matter}: {answer.id} names what does not exist: {', '.join(lost)}.")
        if double := [_sentence(one) for one in doubles(found.values())]:
            raise LibraryInvalid(" ".join(double))
        counted = _read(root / NEXT_NEEDS) if (root / NEXT_NEEDS).exists() else {}
        after, told = ({key: tuple(needs) for key, needs in counted.get(part, {}).items()} for part in ("after", "told"))
        return cls(found, after, told, _alarming(root))

    def asked_next(self, given: Iterable[Answer]) -> Iterator[str]:
        """Yield what people ask after some answers: as counted in conversations, then as the library names it."""
        for needs in (*(self.after.get(answer.id, ()) for answer in given), *(answer.next for answer in given)):
            yield from (need for need in needs if need in self.answers and self.answers[need].offered)

    def __contains__(self, name: str) -> bool:
        """Say whether there is an answer with this id."""
        return name in self.answers

    def with_answers(self, answers: Iterable[Answer]) -> Library:
        """Return the library with more answers; one whose id it has already is left as it is."""
        return replace(self, answers={**{answer.id: answer for answer in answers}, **self.answers})

    def said_in(self, language: str) -> Library:
        """Return the library of what may be said in a language."""
        said = [name for name, answer in self.answers.items() if answer.said_in(language)]
        return self if len(said) == len(self.answers) else self.only(said)

    def only(self, names: Iterable[str]) -> Library:
        """Return the library with some of its answers, none of which leads to one that is not among them."""
        kept = frozenset(names)
        after, told = (
            {key: tuple(name for name in needs if name in kept) for key, needs in counted.items()}
            for counted in (self.after, self.told)
        )
        answers = {name: _leading_to(kept, answer) for name, answer in self.answers.items() if name in kept}
        return replace(self, answers=answers, after=after, told=told)

    def get(self, name: str) -> Answer | None:
        """Return an answer by its id."""
        return self.answers.get(name)


@functools.cache
def shared_library() -> Library:
    """Return the library of this project, read once in a process; raises LibraryInvalid."""
    return Library.load()


def _sentence(double: Double) -> str:
    first, second = (f"{answer.id} ({answer.matter}.yml)" for answer in (double.first, double.second))
    return f"{first} and {second} are both asked for with “{double.way}” ({double.language}): leave it to the one that it fits."


def _leading_to(kept: frozenset[str], answer: Answer) -> Answer:
    following = tuple(name for name in answer.next if name in kept)
    return answer if following == answer.next else replace(answer, next=following)


def matter_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of the library's catalogue, in a fixed order."""
    return sorted((root / FOLDER).glob("*.yml"))


def _answer(name: str, entry: Mapping[str, Any], path: Path, words: Mapping[str, Mapping[str, Any]]) -> Answer:
    try:
        unknown = set(entry) - _KEYS
        audience = frozenset(Who(role) for role in entry.get("for", ()))
        when = frozenset(entry.get("when", (CALM, WAITING)))
        tells = frozenset(Fact(fact) for fact in entry.get("tells", ()))
        presumes = entry.get("presumes", "")
        if unknown or presumes not in _PRESUMED or not when <= _MOMENTS or entry["topic"] not in TOPICS or not entry["facts"]:
            raise ValueError(", ".join(sorted(unknown)) or "topic, when, presumes or facts")
    except (KeyError, ValueError, TypeError) as error:
        raise LibraryInvalid(f"{path}: the answer {name} is not of the expected form: {error}.") from error
    return Answer(
        id=name,
        matter=path.stem,
        topic=entry["topic"],
        audience=audience,
        when=when,
        facts=tuple(entry["facts"]),
        asked=_ways(entry.get("asked", {}), words, "asked"),
        follows=_ways(entry.get("follows", {}), words, "follows"),
        next=tuple(entry.get("next", ())),
        vital=entry.get("vital") == "yes",
        presumes=presumes,
        phones=any(number in words["en"].get("text", "") for number in PHONES),
        tells=tells,
        recalls=tuple(entry.get("recalls", ())),
        offered=entry.get("offered") != "no",
        yields_to=frozenset(entry.get("yields_to", ())),
    )


def _ways(listed: Mapping[str, Iterable[str]], words: Mapping[str, Mapping[str, Any]], key: str) -> dict[str, tuple[str, ...]]:
    ways = {language: tuple(dict.fromkeys((*listed.get(language, ()), *words[language].get(key, ())))) for language in LANGUAGES}
    return {language: said for language, said in ways.items() if said}


def _alarming(root: Path) -> frozenset[str]:
    """Return the ids of the texts whose English words name 112."""
    folder = root / LAST_RESORT / FOLDER
    texts = (
        (PREFIX * (path.parent != folder) + name, words)
        for path in sorted(folder.rglob("*.yml"))
        for name, words in _read(path).items()
    )
    return frozenset(name for name, words in texts if isinstance(words, dict) and EMERGENCY in words.get("text", ""))


def _words(root: Path, language: str, matter: str) -> dict[str, Any]:
    path = root / language / "answers" / "library" / f"{matter}.yml"
    return _read(path) if path.exists() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        content = read_shared(path)
    except (OSError, yaml.YAMLError) as error:
        raise LibraryInvalid(f"The library's file {path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise LibraryInvalid(f"The library's file {path} must hold answers by id.")
    return content
