"""Short words that mean one thing, in every language: yes, no, stop, a person please.

A classifier reads "ok" and "?" as anything; a list does not. Whole short messages are matched; some meanings are also looked for inside
longer ones, by phrases of several words. A phrase that means something else inside a sentence is listed with a full stop: "a person."
Diacritics are optional when they are matched, but for Vietnamese, in which they make other words: "tư vấn" is advice, "tự vẫn" suicide.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from bot.language.data import NLU_DATA
from bot.language.folding import (
    as_listed,
    keeps_marks,
    marked_shape,
    said_once,
    shape_of,
    shapes,
    spelt,
    standing_in,
    without_fillers,
)
from bot.language.identification import without_diacritics
from bot.language.normalise import tokens, words
from bot.language.sentences import QUESTION_MARKS, sentences
from bot.language.times import Hours
from bot.language.word_lists import (
    AGE_AFTER,
    AGE_BEFORE,
    ASKING,
    BESIDE_AGE,
    CONNECTING,
    COURTESIES,
    CRY,
    DENYING,
    DONE_ALREADY,
    HAVING,
    HELP_ON_PHONES,
    HOURS_AFTER,
    HOURS_BETWEEN,
    HOURS_TO,
    HOW_OFTEN,
    LISTS,
    MEANINGS,
    NAMES,
    SHARED,
    STOP_ON_PHONES,
    TIMES,
    WHOLE,
    lexicon_files,
    phrases_of,
    read_lists,
)
from bot.language.writing import writings
from bot.messages import LANGUAGES

SHORT_WORDS: Final = 6
LONGEST_PHRASE: Final = 8  # words of a listed phrase that is looked for inside a text
YOUNGEST, ADULT, OLDEST = 6, 18, 99  # years
STEM: Final = 5  # letters of a language's name that its cases share
FEW_WORDS: Final = 4
ERASING_WORDS: Final = 7


class Lexicon:
    """Meanings of short messages by language."""

    def __init__(
        self,
        *,
        phrases: Mapping[str, Mapping[str, frozenset[str]]],
        inside: Mapping[str, Mapping[str, frozenset[str]]],
        names: Mapping[str, str],
        words_of: Mapping[str, Mapping[str, frozenset[str]]],
        shared: Mapping[str, frozenset[str]],
        hours: Hours,
    ) -> None:
        """Take the phrases of each meaning, those that may stand inside a text, the names of languages, and the lists of words.

        `words_of` holds lists by language, `shared` those of all languages together.
        """
        self.phrases = phrases
        self.names = names
        self.words_of = words_of
        self.shared = shared
        self._standing_inside = inside
        self._hours = hours

    @classmethod
    def load(cls, root: Path = NLU_DATA) -> Lexicon:
        """Read all lists; raises LexiconInvalid."""
        phrases: dict[str, dict[str, frozenset[str]]] = {}
        names: dict[str, str] = {}
        words_of: dict[str, dict[str, frozenset[str]]] = {name: {} for name in LISTS}
        inside: dict[str, dict[str, frozenset[str]]] = {}
        shared: dict[str, frozenset[str]] = dict.fromkeys(SHARED, frozenset())
        written: dict[str, dict[str, None]] = {name: {} for name in SHARED}
        for language, path in zip(LANGUAGES, lexicon_files(root), strict=True):
            content = read_lists(path)
            lists = {name: phrases_of(content.get(name, []), path, name) for name in (*MEANINGS, *LISTS, *SHARED)}
            # A phrase with digits would lose them: "112 from Ukraine" would be found in "I am from Ukraine".
            plain = {meaning: [phrase for phrase in lists[meaning] if not any(map(str.isdigit, phrase))] for meaning in MEANINGS}
            phrases[language] = {meaning: shapes(listed, language) for meaning, listed in plain.items()}
            free = {meaning: [phrase for phrase in listed if not phrase.endswith(WHOLE)] for meaning, listed in plain.items()}
            inside[language] = {
                meaning: phrases[language][meaning] if listed == plain[meaning] else shapes(listed, language)
                for meaning, listed in free.items()
            }
            for name in LISTS:
                words_of[name][language] = shapes(lists[name], language)
            for name in SHARED:
                shared[name] |= shapes(lists[name], language)
                written[name] |= dict.fromkeys(lists[name])
            for code, spellings in content.get(NAMES, {}).items():
                for spelling in phrases_of(spellings, path, f"{NAMES}.{code}"):
                    names.setdefault(shape_of(spelling), code)
        hours = Hours(*(written[name] for name in (HOURS_TO, HOURS_BETWEEN, HOURS_AFTER, HOW_OFTEN)))
        return cls(phrases=phrases, inside=inside, names=names, words_of=words_of, shared=shared, hours=hours)

    def asks(self, text: str, language: str) -> bool:
        """Say whether a text holds a question, by its mark or by a word at the beginning or end of a sentence."""
        if any(mark in text for mark in QUESTION_MARKS):
            return True
        return any(self._asks(sentence, language) for sentence in sentences(text))

    def _asks(self, sentence: str, language: str) -> bool:
        spoken = sentence.split()  # with its numbers: "after 10, when he sleeps" does not begin with "when"
        if len(spoken) > 1 and shape_of(spoken[0]) in self.shared[CONNECTING]:
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
        return self._holds(text, TIMES, language) or self._hours.named_in(text)

    def own_age(self, text: str, language: str, *, of_others: bool = False) -> int | None:
        """Return the years that somebody tells to have: "im 15", "mam 19 lat"; "15 minutes" is no age.

        `of_others`: they tell of somebody else, so that "17 years, from Ukraine" is no age of their own.
        """
        spoken = tokens(spelt(text, language))
        before, after = (self._words_for(name, language) for name in (AGE_BEFORE, AGE_AFTER))
        for place, token in enumerate(spoken):
            if not token.isdecimal() or not YOUNGEST <= int(token) <= OLDEST:
                continue
            earlier, rest = " ".join(spoken[max(0, place - 3) : place]), spoken[place + 1 :]
            aged = bool(rest) and rest[0] in after
            owned = before | self.shared[HAVING] if aged else before
            own = any(earlier == word or earlier.endswith(f" {word}") for word in owned)
            while rest and rest[0] in after | self.shared[BESIDE_AGE]:
                rest = rest[1:]
            ends = not rest or not rest[0].isalnum() or rest[0] in self.shared[CONNECTING]
            first = aged and place == 0 and (not rest or rest[0] in before or not rest[0].isalnum()) and not of_others
            asks = any(self.begins_question(" ".join(rest[:length]), language) for length in (1, 2))  # "im 15 am i allowed"
            if (own and (ends or asks)) or first:
                return int(token)
        return None

    def opens_in(self, text: str) -> set[str]:
        """Return the languages in which a text as a whole is a greeting or a cry for help."""
        shape = said_once(marked_shape(text))
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
        no = self.shared[DENYING] | {phrase for phrase in self._listed_for("no", language) if " " not in phrase}
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
        shape = marked_shape(text)
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

    def stops_on_phones_only(self, word: str) -> bool:
        """Say whether a word without diacritics, which is listed for stopping, means something else where no network listens."""
        return word in self.shared[STOP_ON_PHONES]

    def asks_a_phone_for_help(self, word: str) -> bool:
        """Say whether networks and providers take a word without diacritics for HELP."""
        return word in self.shared[HELP_ON_PHONES]

    def _listed(self, marked: str, language: str) -> str | None:
        bare = without_diacritics(marked)
        for candidate in (language, *(code for code in LANGUAGES if code != language)):
            shape = marked if keeps_marks(candidate) or keeps_marks(language) else bare
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
        shape = " ".join(word for word in shape_of(text).split() if word not in self.shared[COURTESIES])
        return self.names.get(shape)


@functools.cache
def shared_lexicon() -> Lexicon:
    """Return the lists of this project, read once in a process; raises LexiconInvalid."""
    return Lexicon.load()
