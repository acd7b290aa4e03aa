"""Short words that mean one thing, in every language: yes, no, stop, a person please.

A classifier reads "ok" and "?" as anything; a list does not. Whole short messages are matched; some meanings are also looked for inside
longer ones, by phrases of several words. A phrase that means something else inside a sentence is listed with a full stop: "a person."
Diacritics are optional when they are matched, but for Vietnamese, in which they make other words: "tư vấn" is advice, "tự vẫn" suicide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from bot.language.data import NLU_DATA
from bot.language.folding import MARKED, as_listed, said_once, shape_of, shapes, spelt, standing_in, without_fillers
from bot.language.identification import without_diacritics
from bot.language.normalise import tokens, words
from bot.language.times import names_hour
from bot.language.writing import writings
from bot.messages import LANGUAGES

CRY: Final = "cry"  # a cry for help that is the whole message
MEANINGS = (
    CRY,
    "yes",
    "no",
    "skip",
    "stop",
    "start",
    "help",
    "human",
    "delete",
    "quiet",
    "unquiet",
    "joke",
    "withdraw",
    "report",
    "language",
    "hide",
    "cannot_call",
    "safe_time",
    "code_word",
    "enough",
    "greet",
    "what_now",
    "insult",
    "waiting",
    "send",
    "dont_send",
    "afraid",
    "lost_document",
    "someone_near",
    "request",
    "goodbye",
    "safer",
    "doubt",
    "alone_now",
    "read_back",
    "abroad",
    "myself",
)
AGE_BEFORE, AGE_AFTER = "age_before", "age_after"  # words right before and after one's own age
TIMES = "times"  # words that name a time
ONESELF = "oneself"  # I, me, we
DONE_ALREADY = "done_already"  # pills taken, a wound made: said of oneself
LISTS = ("asking", "family", AGE_BEFORE, AGE_AFTER, TIMES, ONESELF, DONE_ALREADY)
ASKING = "asking"  # words that begin a question, or end one
NAMES = "language_names"
WHOLE: Final = "."  # at the end of a listed phrase: it counts only as a whole message
SHORT_WORDS = 6
LONGEST_PHRASE: Final = 8  # words of a listed phrase that is looked for inside a text
YOUNGEST, ADULT = 6, 18  # years
STEM = 5  # letters of a language's name that its cases share
QUESTION_MARKS = ("?", "؟", "？")
_CONNECTING = frozenset(
    "a i ale no to ok okay and but so then well y e pero o mas mais et ou si и а но ну і й але та و و но и va và".split()
)
_SENTENCES = re.compile(r"[.!;…\n]+\s")
FEW_WORDS: Final = 4
ERASING_WORDS: Final = 7
# "No" is none in Polish, where it means "well" and nothing is denied by it.
_NOT = frozenset(
    "not dont don cant never ne не нет nie nu nem não nao pas hindi wag huwag không khong đừng chưa chẳng ar არ لا مش ما नहीं मत değil"
    " degil".split()
)
_AFTER_AN_AGE = frozenset("f m k ж м д y old only".split())
_HAVING = frozenset({"عندي", "عندى"})  # "I have" ten: of money too, so that only years make it an age
# Words around the name of a language that change nothing: "english please", "po polsku proszę", "можна українською", without diacritics.
_COURTESIES = frozenset(
    "please ok okay dobra hablan habla ustedes mowicie mowisz говорите говорят розмовляєте falam vorbiti puwede pwede bang ba sa"
    " pls plz do you speak prosze poprosze mozna czy jest i in будь ласка bud laska можна mozhna пожалуйста пожалуиста pozhaluista"
    " pozhalujsta можно mozhno кали калі kali por favor puede vous plait sil parlez lutfen va rog te моля molq molya vui long xin"
    " გთხოვთ من فضلك कृपया".split()
)


class LexiconInvalid(Exception):
    """A file of short words is missing or not of the expected form; the message says where and what to do."""


class Lexicon:
    """Meanings of short messages by language."""

    def __init__(
        self,
        phrases: Mapping[str, Mapping[str, frozenset[str]]],
        names: Mapping[str, str],
        words_of: Mapping[str, Mapping[str, frozenset[str]]] | None = None,
        inside: Mapping[str, Mapping[str, frozenset[str]]] | None = None,
    ) -> None:
        """Take the phrases of each meaning, the names of languages, the lists of words, and of the phrases those that may stand inside."""
        self.phrases = phrases
        self.names = names
        self.words_of = words_of or {}
        self._standing_inside = phrases if inside is None else inside

    @classmethod
    def load(cls, root: Path = NLU_DATA) -> Lexicon:
        """Read all lists; raises LexiconInvalid."""
        phrases: dict[str, dict[str, frozenset[str]]] = {}
        names: dict[str, str] = {}
        words_of: dict[str, dict[str, frozenset[str]]] = {name: {} for name in LISTS}
        inside: dict[str, dict[str, frozenset[str]]] = {}
        for language, path in zip(LANGUAGES, lexicon_files(root), strict=True):
            content = _read(path)
            lists = {name: _phrases(content.get(name, []), path, name) for name in (*MEANINGS, *LISTS)}
            # A phrase with digits would lose them: "112 from Ukraine" would be found in "I am from Ukraine".
            plain = {meaning: [phrase for phrase in lists[meaning] if not any(map(str.isdigit, phrase))] for meaning in MEANINGS}
            phrases[language] = {meaning: shapes(listed, language) for meaning, listed in plain.items()}
            free = {meaning: [phrase for phrase in listed if not phrase.endswith(WHOLE)] for meaning, listed in plain.items()}
            inside[language] = {meaning: shapes(listed, language) for meaning, listed in free.items()}
            for name in LISTS:
                words_of[name][language] = shapes(lists[name], language)
            for code, spellings in content.get(NAMES, {}).items():
                for spelling in _phrases(spellings, path, f"{NAMES}.{code}"):
                    names.setdefault(shape_of(spelling), code)
        return cls(phrases, names, words_of, inside)

    def asks(self, text: str, language: str) -> bool:
        """Say whether a text holds a question, by its mark or by a word at the beginning or end of a sentence."""
        if any(mark in text for mark in QUESTION_MARKS):
            return True
        return any(self._asks(sentence, language) for sentence in _SENTENCES.split(text))

    def _asks(self, sentence: str, language: str) -> bool:
        spoken = sentence.split()  # with its numbers: "after 10, when he sleeps" does not begin with "when"
        if len(spoken) > 1 and shape_of(spoken[0]) in _CONNECTING:
            spoken = spoken[1:]
        writing = writings().get(language)
        ending = spoken[-1:] if writing is not None and writing.question_at_end else []
        beginnings = (*spoken[:1], " ".join(spoken[:2]))  # "will you", where "will" alone begins a statement as well
        return any(self.begins_question(beginning, language) for beginning in (*beginnings, *ending))

    def mentions(self, text: str, meaning: str, language: str) -> bool:
        """Say whether a text holds a phrase with a meaning, be it a single word."""
        return bool(self._found(text, meaning, language))

    def orders_erasure(self, text: str, language: str) -> bool:
        """Say whether a few words order to erase, with more than the order in them: "delete everything fast he comes"."""
        if len(words(text)) > ERASING_WORDS or self.asks(text, language):
            return False
        few = len(words(text)) <= FEW_WORDS  # "he comes delete": one word of the list is enough
        found = [phrase for phrase in self._found(text, "delete", language) if few or " " in phrase]
        return self._undenied(text, found, language)  # "no wait delete this", but not "don't delete this"

    def tells_it_is_done(self, text: str, language: str) -> bool:
        """Say whether somebody tells that they have taken or cut something already."""
        return self._undenied(text, standing_in(text, self._words_for(DONE_ALREADY, language), language), language)

    def names_time(self, text: str, language: str) -> bool:
        """Say whether a text names a time of day, a day, or "when he is at work"."""
        return self._holds(text, TIMES, language) or names_hour(text)

    def tells_childs_age(self, text: str, language: str, *, of_others: bool = False) -> bool:
        """Say whether somebody tells of themselves that they are under age: "im 15", "mam 16 lat"; "15 minutes" is no age.

        `of_others`: they tell of somebody else, so that "17 years, from Ukraine" is no age of their own.
        """
        spoken = tokens(spelt(text, language))
        before, after = (self._words_for(name, language) for name in (AGE_BEFORE, AGE_AFTER))
        for place, token in enumerate(spoken):
            if not token.isdecimal() or not YOUNGEST <= int(token) < ADULT:
                continue
            earlier, rest = " ".join(spoken[max(0, place - 3) : place]), spoken[place + 1 :]
            aged = bool(rest) and rest[0] in after
            owned = before | _HAVING if aged else before
            own = any(earlier == word or earlier.endswith(f" {word}") for word in owned)
            while rest and rest[0] in after | _AFTER_AN_AGE:
                rest = rest[1:]
            ends = not rest or not rest[0].isalnum() or rest[0] in _CONNECTING
            first = aged and place == 0 and (not rest or rest[0] in before or not rest[0].isalnum()) and not of_others
            asks = any(self.begins_question(" ".join(rest[:length]), language) for length in (1, 2))  # "im 15 am i allowed"
            if (own and (ends or asks)) or first:
                return True
        return False

    def opens_in(self, text: str) -> set[str]:
        """Return the languages in which a text as a whole is a greeting or a cry for help."""
        shape = said_once(shape_of(text, MARKED))
        return {
            language
            for language in self.phrases
            if any(as_listed(shape, language) in self._listed_for(meaning, language) for meaning in ("greet", CRY))
        }

    def _holds(self, text: str, name: str, language: str) -> bool:
        return bool(standing_in(text, self._words_for(name, language), language))

    def _found(self, text: str, meaning: str, language: str) -> list[str]:
        return standing_in(text, self._standing_inside.get(language, {}).get(meaning, frozenset()), language)

    def _undenied(self, text: str, found: Iterable[str], language: str) -> bool:
        """Say whether one of the phrases that were found in a text has no denial right before it."""
        shape = f" {shape_of(text, language)} "
        no = _NOT | {phrase for phrase in self._listed_for("no", language) if " " not in phrase}
        return any(no.isdisjoint(shape.partition(f" {phrase} ")[0].split()[-1:]) for phrase in found)

    def _listed_for(self, meaning: str, language: str) -> frozenset[str]:
        return self.phrases.get(language, {}).get(meaning, frozenset())

    def _words_for(self, name: str, language: str) -> frozenset[str]:
        return self.words_of.get(name, {}).get(language, frozenset())

    def language_inside(self, text: str, *, current: str, written: str) -> str | None:
        """Return the language that a wish for another one names: "I want to write in English"; None when none is clear.

        Who names only the one that is spoken wants to keep it, unless they wrote in another: "I don't know English", in Spanish.
        """
        named = self._languages_in(text)
        others = named - {current}
        if len(others) == 1:
            return others.pop()
        if named != {current}:
            return None
        return written if written in LANGUAGES and written != current else current

    def names_language(self, text: str, language: str) -> bool:
        """Say whether a short text names a language."""
        return len(text.split()) <= 2 * SHORT_WORDS and language in self._languages_in(text)

    def _languages_in(self, text: str) -> set[str]:
        shape = shape_of(text)
        whole = {code for name, code in self.names.items() if f" {name} " in f" {shape} "}
        if whole:
            return whole
        stems = {name[:STEM]: code for name, code in self.names.items() if " " not in name and len(name) > STEM}
        return {stems[word[:STEM]] for word in shape.split() if word[:STEM] in stems}  # "polskiego", "polskim"

    def begins_question(self, word: str, language: str) -> bool:
        """Say whether a word, or the first two together, are such as begin a question."""
        return shape_of(word, language) in self._words_for(ASKING, language)

    def meaning(self, text: str, language: str) -> str | None:
        """Return what a short message means, in the given language first, then in any other; None when it is not on a list."""
        shape = shape_of(text, MARKED)
        if not shape or any(character.isdigit() for character in text):
            return None  # "5 человек" answers how many, it does not ask for a person
        if self._listed(said_once(shape), language) == CRY:
            return CRY
        if len(shape.split()) > SHORT_WORDS:
            return None
        if (found := self._listed(shape, language)) is not None or " " not in shape:
            return found
        if (found := self._listed(without_fillers(shape, language), language)) is not None:
            return found
        first, _, rest = shape.partition(" ")  # "yes, send it": the yes only agrees with what follows
        agrees = as_listed(first, language) in self._listed_for("yes", language)
        return self._listed(rest, language) if agrees and without_diacritics(shape) not in self.names else None

    def _listed(self, marked: str, language: str) -> str | None:
        bare = without_diacritics(marked)
        for candidate in (language, *(code for code in LANGUAGES if code != language)):
            shape = marked if MARKED in {candidate, language} else bare
            for meaning, listed in self.phrases.get(candidate, {}).items():
                if shape in listed:
                    return meaning
            if candidate == language and bare in self.names:
                return None  # "hindi" is no in Filipino; to everybody else it is a language
            if candidate == language and len(bare) <= 2:
                return None  # "no", "da", "ta": two letters mean different things in different languages
        return None

    def inside(self, text: str, language: str) -> frozenset[str]:
        """Return the meanings of which a phrase stands somewhere in a text: what understanding weighs, never what decides."""
        said = shape_of(text, language).split()
        places = range(len(said))
        runs = {" ".join(said[first : last + 1]) for first in places for last in places[first : first + LONGEST_PHRASE]}
        return frozenset(
            meaning for meaning, listed in self._standing_inside.get(language, {}).items() if not runs.isdisjoint(listed)
        )

    def language_named(self, text: str) -> str | None:
        """Return the language that a message names and nothing else, such as "english?" or "po polsku proszę"."""
        shape = " ".join(word for word in shape_of(text).split() if word not in _COURTESIES)
        return self.names.get(shape)


def lexicon_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of short words, in a fixed order."""
    return [root / language / "lexicon.yml" for language in LANGUAGES]


def phrases_by_meaning(root: Path = NLU_DATA) -> list[tuple[str, str, str]]:
    """Return all listed phrases as they are written, with language and meaning: what the dialogue learns such messages from."""
    found: list[tuple[str, str, str]] = []
    for path in lexicon_files(root):
        content = _read(path)
        for name in MEANINGS:
            listed = [phrase.removesuffix(WHOLE) for phrase in _phrases(content.get(name, []), path, name)]
            found += [(path.parent.name, name, text) for text in dict.fromkeys(listed)]
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - makes strings only: "no" is a word
    except (OSError, yaml.YAMLError) as error:
        raise LexiconInvalid(f"The list of short words {path} cannot be read: {error}. Correct or restore the file.") from error
    if not isinstance(content, dict):
        raise LexiconInvalid(f'{path} must hold meanings with lists under them, such as "yes": [tak, jasne]. Correct the file.')
    unknown = set(content) - {*MEANINGS, *LISTS, NAMES}
    if unknown:
        raise LexiconInvalid(f"{path} names {', '.join(sorted(unknown))}, which means nothing here: a misspelt meaning?")
    if not isinstance(content.get(NAMES, {}), dict) or set(content.get(NAMES, {})) - set(LANGUAGES):
        raise LexiconInvalid(f"{path}: {NAMES} must hold a list for each language code, such as pl: [polski].")
    return content


def _phrases(listed: Any, path: Path, name: str) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(phrase, str) for phrase in listed):
        raise LexiconInvalid(f"{path}: {name} must be a list in brackets, such as [tak, jasne]. Correct the file.")
    return listed
