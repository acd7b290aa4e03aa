"""How a conversation stands when a message comes, and what a message can only mean because it stands so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bot import arrangement, thread
from bot.acts import STOPPING_WORDS, TELLING_ACTS
from bot.lexicon import Lexicon
from bot.messages import Indicator, Screening, Triage
from bot.screening.normalise import words
from bot.storage.conversations import Said
from bot.times import names_hours

CERTAIN_TOPIC: Final = (
    0.93  # in a form, whose answers of a word or two look like greetings; and for a wish that hands somebody over
)
# What a time in free words is taken for: "only tuesdays from 10 to 12" sounds like hours, work, or a wish for somebody.
TIME_ACTS: Final = frozenset(
    "offer_human ask_hotline_hours ask_unpaid_wages ask_human out_of_scope disclose_victim goodbye deny withdraw cannot_call"
    " request".split()
)
# And what a word that was made up is taken for.
CODE_WORD_ACTS: Final = frozenset(
    "greet goodbye thanks affirm deny nothing_said ask_bot repeat disclose_victim report_witness".split()
)
MOST_CODE_WORDS: Final = 2
READ_BACK_ACTS: Final = frozenset({"read_back", "ask_hotline_hours", "ask_human"})  # "what time do you have for me?"
CALMER_WORDS: Final = 12
CLEARLY_SUICIDE: Final = 0.6
HOURS_WORDS: Final = 8  # of a message in which two hours are a time to be written to
SURELY_TOLD: Final = 0.8
STOPS: Final = frozenset({"stop", "enough", "dont_send", "skip", "no"})
REPORT_BUTTONS: Final = frozenset({"@send", "@do_not_send", "@skip"})


@dataclass(frozen=True)
class Standing:
    """How a conversation stands when a message comes: who owns it, and whether this is the person's first message."""

    owned: bool = False
    queued: bool = False
    withdrawn: bool = False
    first: bool = False
    offered: str | None = None  # the language that the program's last text offered
    said_last: str | None = None  # the program's last text
    buttons: frozenset[str] = frozenset()  # values of its buttons
    before: tuple[Said, ...] = ()  # the person's last messages, the newest first
    arranged: frozenset[str] = frozenset()  # "safe_time", "code_word": what the person has arranged

    @property
    def danger(self) -> thread.Danger | None:
        """Return the danger that the last messages told of."""
        return thread.open_danger(self.before)


def heard_wish(text: str, screening: Screening, standing: Standing, lexicon: Lexicon, *, witness: bool) -> str:
    """Return the act of a wish for a person that only the classifier heard: nobody is handed over by a guess.

    "Do not pass it on to anybody" asks for something else; an answer to a question of a report is one; what is in doubt is asked back.
    """
    if standing.danger == "suicide":
        return "out_of_scope"  # "can you just talk" is for who is here; they are waited for already
    if lexicon.denies(text, screening.language):
        return "request"  # "do not call my mother", "nobody should write": asked of whoever reads, and no word on the request for a person
    if not standing.buttons.isdisjoint(REPORT_BUTTONS):
        return "out_of_scope"
    sure = screening.topic_confidence >= CERTAIN_TOPIC and not witness
    return "ask_human" if sure or standing.queued or screening.triage.needs_person else "offer_human"


def names_code_word(text: str, screening: Screening, standing: Standing, act: str, lexicon: Lexicon) -> bool:
    """Say whether somebody who was offered a code word, and nothing else, writes one: a word or two that mean nothing here."""
    offered = standing.buttons == {"@code_word"} and standing.danger is None
    short = arrangement.fits(text, arrangement.CODE_WORD) and 0 < len(words(text)) <= MOST_CODE_WORDS
    meaningless = act == "out_of_scope" or (act in CODE_WORD_ACTS and screening.topic_confidence < CERTAIN_TOPIC)
    return offered and short and meaningless and not lexicon.asks(text, screening.language)


def names_safe_time(text: str, screening: Screening, standing: Standing, act: str, lexicon: Lexicon) -> bool:
    """Say whether somebody who was just asked or told when they can be written to says when that is safe."""
    hours = names_hours(text) and len(words(text)) <= HOURS_WORDS  # "I wake up 4-5 times", in a longer story, names none
    explicit = lexicon.says_inside(text, arrangement.SAFE_TIME, screening.language) or hours
    # Also while a danger goes on: "I can write only when she sleeps, about two".
    calm = (not screening.triage.needs_person and standing.danger is None) or (standing.danger == "danger" and explicit)
    told = act in TELLING_ACTS and screening.topic_confidence >= SURELY_TOLD  # "I work from ten to two"
    offered = "@safe_time" in standing.buttons and act in TIME_ACTS
    changes = arrangement.SAFE_TIME in standing.arranged and (act in TIME_ACTS or act.startswith("ask_"))  # "no, after four"
    answers = (offered or changes) and not told
    asked = calm and (explicit or act == arrangement.SAFE_TIME or answers)
    short = len(words(text)) <= arrangement.MOST_TIME_WORDS and (explicit or not lexicon.asks(text, screening.language))
    wanted = explicit or act == arrangement.SAFE_TIME  # then any number is an hour: "only when she sleeps, about 14"
    named = lexicon.names_time(text, screening.language) or (wanted and any(letter.isdigit() for letter in text))
    return asked and short and named


def is_detail(act: str, text: str, screening: Screening, standing: Standing, lexicon: Lexicon) -> bool:
    """Say whether a message adds to what was told, although it sounds like a question, or like nothing."""
    unclear = act == screening.topic and screening.topic_confidence < CERTAIN_TOPIC
    if act == "out_of_scope":
        unclear = standing.danger is None  # "I don't know where I am": in a danger it is said what to do
    return unclear and thread.detail_of_a_telling(text, screening, standing.before, lexicon)


def stops_a_report(text: str, screening: Screening, standing: Standing, lexicon: Lexicon) -> bool:
    """Say whether a few words that begin with a stop end the questions of a report, and speak of no weariness of life."""
    if standing.buttons.isdisjoint(REPORT_BUTTONS):
        return False
    if lexicon.meaning(text, screening.language) in STOPS:
        return True
    few = len(words(text)) <= STOPPING_WORDS and screening.topic != "emergency"
    stops = lexicon.begins_with(text, ("stop", "enough"), screening.language)
    return few and (stops or lexicon.says_inside(text, "dont_send", screening.language))


def calms_down(text: str, screening: Screening, standing: Standing, lexicon: Lexicon) -> bool:
    """Say whether somebody whose danger is open says that it is calmer: "it is better now, it came over me" tells of no new one."""
    if standing.danger is None or len(words(text)) > CALMER_WORDS:
        return False
    said = lexicon.says_inside(text, "safer", screening.language) or lexicon.meaning(text, screening.language) == "safer"
    return said and not screening.signs - {Indicator.SUICIDE_RISK} and not lexicon.tells_it_is_done(text, screening.language)


def interrupts(text: str, screening: Screening, standing: Standing, lexicon: Lexicon) -> bool:
    """Say whether somebody who is waited for already only says in a few words that somebody comes: no new danger is answered at length."""
    known = standing.queued or standing.danger is not None
    return known and lexicon.somebody_near(text, screening.language)


def in_context(screening: Screening, standing: Standing) -> Screening:
    """Return a screening whose word of suicide is believed only as far as the conversation goes with it.

    A first message is believed as it is read. Later, where nobody has spoken of it and the message as a whole does not clearly say so, it
    is a consultant who should read "what do you tell him then?", and nobody is told that their life matters; an answer in a report is one.
    """
    clear = screening.topic == "emergency" and screening.topic_confidence >= CLEARLY_SUICIDE
    if Indicator.SUICIDE_RISK not in screening.signs or clear or standing.first or standing.danger == "suicide":
        return screening
    others = tuple(evidence for evidence in screening.indicators if evidence.indicator is not Indicator.SUICIDE_RISK)
    reporting = not standing.buttons.isdisjoint(REPORT_BUTTONS)
    return replace(screening, indicators=others, triage=Triage.NONE if reporting and not others else Triage.HIGH)


def changes_code_word(text: str, screening: Screening, lexicon: Lexicon) -> bool:
    """Say whether a few words, after something was arranged, name another code word: "and make the word river"."""
    named = lexicon.mentions(text, arrangement.CODE_WORD, screening.language)
    return named and lexicon.made_up_word(text, screening.language) is not None


def named_act(text: str, screening: Screening, standing: Standing, act: str, lexicon: Lexicon) -> str:
    """Return the act of a message that names a safe time or a code word where one was offered or asked for; else `act`."""
    if names_safe_time(text, screening, standing, act, lexicon):
        return "safe_time_said"
    calm = not screening.triage.needs_person
    if standing.arranged and lexicon.asks(text, screening.language):
        asked = act in READ_BACK_ACTS or lexicon.mentions(text, arrangement.CODE_WORD, screening.language)
        return "read_back" if asked else act
    if calm and standing.arranged and changes_code_word(text, screening, lexicon):
        return "code_word_said"
    if calm and arrangement.quoted_word(text, lexicon, screening.language) is not None:
        return "code_word_said"
    return "code_word_said" if calm and names_code_word(text, screening, standing, act, lexicon) else act
