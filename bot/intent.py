"""Which act a message is in its conversation: the intent that Rasa's rules know, and the language that it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot import thread
from bot.acts import button_language, choose_act, meaning_of
from bot.lexicon import Lexicon
from bot.messages import QUESTION_TOPICS, Screening
from bot.screening.normalise import words
from bot.standing import CERTAIN_TOPIC, REPORT_BUTTONS, Standing, heard_wish, is_detail, named_act
from bot.times import names_hours

# How likely a topic must be to be answered: a wrong answer is worse than being asked to say it in other words. Of validation messages
# taken for a question at 0.25 to 0.45 one in three was one, at 0.45 to 0.6 half, above 0.8 nearly all.
TRUSTED_TOPIC: Final = 0.25  # below this the topic is a guess; what to do is decided from the triage alone
TRUSTED_ASKED: Final = 0.35  # a question that is asked as one
TRUSTED_QUESTION: Final = 0.5  # one that has no form of a question, or stands beside something told
TRUSTED_RARE: Final = 0.6  # one that few people ask
TRUSTED_STATED: Final = 0.85  # one in words that ask nothing, of somebody who is telling
NEVER: Final = 2.0
CLEAR_TOPIC: Final = 0.6  # small talk, a yes or a no in words that are on no list
SURELY_ERASING: Final = 0.8  # "prove it, say banana" asks for nothing of the kind
NAMED_LANGUAGE: Final = 0.5  # "say something rude in Polish" names a language and does not ask for it
FEWEST_LANGUAGE_WORDS: Final = 3  # of a wish for another language that names none: "Turkey" is a country
# Asked by students and journalists; from somebody who needs help they are nearly always a mistake.
RARE_TOPICS: Final = frozenset("ask_national_plan ask_statistics ask_institutions ask_website ask_centre".split())


OTHER_NUMBERS: Final = re.compile(r"\b(?:116 ?\d{3}|800 ?\d\d)\b")
SOUNDS_LIKE_ANOTHER_LINE: Final = frozenset(
    "ask_emergency_number ask_hotline_languages ask_hotline_contact ask_hotline_cost ask_hotline_hours ask_refugee_ukraine ask_child"
    " out_of_scope ask_anonymity ask_psychological".split()
)
# What "is it gone?" sounds like while the question of erasing is open.
ASKED_ABOUT_ERASING: Final = frozenset("delete_data ask_hiding nothing_said read_back ask_anonymity ask_bot".split())


@dataclass(frozen=True)
class Intent:
    """The act of a message, the language that it asks for, and whether it is a plain answer in more words than the lists hold."""

    act: str
    language: str | None = None
    plain: bool = False


@dataclass(frozen=True)
class Course:
    """What the course of a conversation says of a message: `follows` a question, told by somebody `in_need`, by a `witness`."""

    in_need: bool = False
    quiet: bool = True
    follows: bool = False
    witness: bool = False


class Intents:
    """Finds the intent of messages."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def of(
        self,
        text: str,
        screening: Screening,
        language: str,
        standing: Standing,
        course: Course = Course(),
    ) -> Intent:
        """Return the intent of a message, given how its conversation stands; `language` is the conversation's."""
        lexicon, asks = self._lexicon, self._lexicon.asks(text, language)
        if standing.offered is not None:
            meanings = {lexicon.meaning(text, standing.offered), lexicon.meaning(text, language)}
            if len(chosen := meanings & {"yes", "no"}) == 1:
                return Intent("change_language", standing.offered if chosen == {"yes"} else language)
        if lexicon.agrees(text, language) and "@delete_yes" in standing.buttons:
            return Intent("affirm", plain=True)
        named = self._named_language(text, screening, language)
        # In a danger only a plain word takes back: "don't send me police" is no wish to be left alone.
        danger = standing.danger
        calm = danger is None
        queued, reporting = standing.queued and calm, not standing.buttons.isdisjoint(REPORT_BUTTONS)
        meaning = meaning_of(
            text,
            screening,
            language,
            lexicon,
            queued=queued,
            quiet=course.quiet,
            reporting=calm and (queued or reporting),
            danger=danger,
        )
        whether_program = screening.topic == "ask_bot" and asks  # never left open
        act = choose_act(
            text,
            screening,
            meaning=meaning,
            named_language=named,
            clear=screening.topic_confidence >= (CERTAIN_TOPIC if course.in_need and not whether_program else CLEAR_TOPIC),
            in_need=course.in_need,
            trusted=screening.topic_confidence >= _bar(screening, asks=asks, in_need=course.in_need),
        )
        act = _erasing(act, meaning, screening, asks=asks)
        act = self._in_its_conversation(act, meaning, text, screening, standing=standing, course=course)
        if asks:
            act = _asked_elsewhere(act, text, screening, standing)
        if asks and "@delete_yes" in standing.buttons and act in ASKED_ABOUT_ERASING:
            act = "out_of_scope"
        if act == "change_language" and named is None and meaning != "language" and len(words(text)) < FEWEST_LANGUAGE_WORDS:
            act = act if text.startswith("@") else "out_of_scope"
        return Intent(act, named if act == "change_language" else None)

    def _named_language(self, text: str, screening: Screening, language: str) -> str | None:
        named = button_language(text) or self._lexicon.language_named(text)
        if named is None and screening.topic == "change_language" and screening.topic_confidence >= NAMED_LANGUAGE:
            named = self._lexicon.language_inside(text, current=language, written=screening.language)
            if named not in {None, screening.language} and self._lexicon.denies(text, screening.language):
                named = None  # "I do not speak Polish" wishes for no Polish
        if named is None and screening.language != language and self._lexicon.names_language(text, screening.language):
            named = screening.language  # "dobra, teraz po polsku": written in the language that it names
        return named

    def _in_its_conversation(
        self, act: str, meaning: str | None, text: str, screening: Screening, *, standing: Standing, course: Course
    ) -> str:
        """Return what an act becomes by what was said before."""
        lexicon, witness = self._lexicon, course.witness
        if act == "goodbye" and standing.first and meaning is None and screening.topic_confidence < CERTAIN_TOPIC:
            act = "out_of_scope"  # "hey, it's late, I know": nobody takes leave with their first words
        if act == "ask_human" and meaning != "human":
            act = heard_wish(text, screening, standing, lexicon, witness=witness)
        if meaning == thread.WAITING and (standing.queued or not course.follows):
            act = "ask_human" if standing.queued else "greet" if standing.first else "nothing_said"
        if meaning is None and is_detail(act, text, screening, standing, lexicon):
            act = "report_witness" if witness else "disclose_victim"
        # "Yesterday one knocked at my door", told by a witness, is no time to write to them.
        may_name = not witness or standing.arranged or (names_hours(text) and "@safe_time" in standing.buttons)
        if may_name and not lexicon.meaning(text, screening.language):
            act = named_act(text, screening, standing, act, lexicon)
        return act


def _erasing(act: str, meaning: str | None, screening: Screening, *, asks: bool) -> str:
    """Return the act for "how do I erase this?", which is no order yet: the answer says both, here and on the phone."""
    doubtful = meaning is None and screening.topic_confidence < SURELY_ERASING and not asks
    if act == "delete_data" and doubtful:
        return "out_of_scope"
    erasing = act == "delete_data" or (act == "out_of_scope" and screening.topic == "delete_data")
    if not erasing or meaning is not None or not (act == "out_of_scope" or asks):
        return act
    sure = max(screening.topic_confidence, screening.wish_confidence if screening.wish in {"delete", "hide"} else 0)
    return "ask_hiding" if sure >= CLEAR_TOPIC else "out_of_scope"


def _asked_elsewhere(act: str, text: str, screening: Screening, standing: Standing) -> str:
    """Return the act of a question about another line by its number, or about a conversation that was erased before this one."""
    if OTHER_NUMBERS.search(text) and act in SOUNDS_LIKE_ANOTHER_LINE:
        return "other_lines"
    erased = screening.topic == "delete_data" or screening.wish in {"delete", "hide"}
    if standing.first and erased and act in {"ask_hiding", "out_of_scope", "greet", "nothing_said"}:
        return "nothing_here"
    return act


def _bar(screening: Screening, *, asks: bool, in_need: bool) -> float:
    """Return how likely the topic of a message must be to be answered."""
    if screening.topic not in QUESTION_TOPICS:
        return TRUSTED_TOPIC
    if in_need and (not asks or screening.topic in RARE_TOPICS):
        # "Twelve hours, six days", told by somebody in need, asks for no labour inspectorate.
        return NEVER if screening.topic in thread.DETAIL_TOPICS and not asks else TRUSTED_STATED
    if in_need:
        return TRUSTED_QUESTION
    if screening.topic in RARE_TOPICS:
        return TRUSTED_RARE
    # Nor does a question outweigh a disclosure.
    return TRUSTED_ASKED if asks and not screening.triage.needs_person else TRUSTED_QUESTION
