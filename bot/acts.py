"""What a message does: the acts that Rasa's rules know, from a pressed button, a short word, or the screening."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot import arrangement, report
from bot.lexicon import CRY, Lexicon
from bot.messages import LANGUAGES, QUESTION_TOPICS, Indicator, Screening, Speaker, Triage
from bot.screening.normalise import says_something, words
from bot.screening.wishes import LONGEST as LONGEST_WISH

BUTTON_ACTS: Final[Mapping[str, str]] = {
    "human": "ask_human",
    "yes": "affirm",
    "no": "deny",
    "safe_yes": "affirm",
    "safe_no": "deny",
    "skip": "skip",
    "menu": "menu",
    "language": "change_language",
    "delete": "delete_data",
    "delete_yes": "affirm",
    "delete_no": "deny",
    "hide": "ask_hiding",
    "quiet": "quiet_on",
    "quiet_off": "quiet_off",
    "cannot_call": "cannot_call",
    "safe_time": "safe_time",
    "code_word": "code_word",
    "withdraw": "withdraw",
    "report": "report_start",
    "send": "report_send",
    "correct": "report_correct",
    **{f"{report.PART}{field}": "report_part" for field in report.FIELDS},
    "do_not_send": "report_drop",
    "emergency": "ask_emergency_number",
    "more": "menu",
    "topic_what": "ask_what_is_trafficking",
    "topic_job": "ask_job_offer",
    "topic_help": "ask_support",
    "topic_who": "ask_anonymity",
}
# The questions that a button answers. Earlier buttons stay on the screen: an old "yes" must not answer a new question.
BUTTON_QUESTIONS: Final[Mapping[str, frozenset[str]]] = {
    "@yes": frozenset({"handoff_offer", "question_can_leave"}),
    "@no": frozenset({"handoff_offer", "question_can_leave"}),
    "@safe_yes": frozenset({"question_safe_now"}),
    "@safe_no": frozenset({"question_safe_now"}),
    "@delete_yes": frozenset({"delete_ask"}),
    "@delete_no": frozenset({"delete_ask"}),
    "@send": frozenset({"report_summary"}),
    "@do_not_send": frozenset({"report_summary"}),
}
LEXICON_ACTS: Final[Mapping[str, str]] = {
    CRY: "emergency",
    "yes": "affirm",
    "no": "deny",
    "skip": "skip",
    "human": "ask_human",
    "delete": "delete_data",
    "quiet": "quiet_on",
    "unquiet": "quiet_off",
    "joke": "joke",
    "help": "menu",
    "withdraw": "withdraw",
    "report": "report_start",
    "language": "change_language",
    "hide": "ask_hiding",
    "cannot_call": "cannot_call",
    "safe_time": "safe_time",
    "code_word": "code_word",
    "enough": "enough",
    "stop": "enough",  # where it does not stop the channel
    "greet": "greet",
    "what_now": "ask_support",
    "insult": "abuse",
    "send": "report_send",
    "dont_send": "report_drop",
    "afraid": "afraid",
    "lost_document": "lost_document",
    "someone_near": "someone_near",
    "request": "request",
    "goodbye": "goodbye",
    "safer": "safer",
    "doubt": "doubt",
    "alone_now": "alone_now",
    "read_back": "read_back",
    "abroad": "abroad",
    "myself": "disclose_victim",
}

INNOCENT_MEANINGS: Final = frozenset(
    "yes no skip human delete unquiet joke withdraw report language hide cannot_call safe_time code_word enough greet insult send"
    " dont_send afraid lost_document someone_near request goodbye safer doubt alone_now"
    " read_back".split()
)
TELLING_ACTS: Final = frozenset({"disclose_victim", "report_witness", "emergency"})


# Topics of short small talk and of short wishes: a classifier sends words that it does not know here.
SMALL_TALK: Final = frozenset("greet goodbye thanks abuse repeat ask_bot change_language delete_data".split())
THANKS: Final = frozenset({"thanks", "goodbye"})  # better said once too often
POLITE: Final = 0.4
STOPPING_WORDS: Final = 6  # and of one in which "stop, I don't want any more" is
_MARKS: Final = re.compile(r"[,.;!…\n]+")
WISHING_WORDS: Final = 12  # of a message in which "take it back" or "a person please" is looked for
LEAVING_WORDS: Final = 5  # of one in which "I write later" takes leave
SAID_INSIDE: Final = ("code_word", "safe_time", "lost_document", "request", "read_back", "abroad")  # whatever stands around
WAITING_WORDS: Final = 6  # of a question of how long it takes: a longer one asks something else
MOOD_WORDS: Final = 8  # and of one in which "I am not sure" or "it is calm now" is
HEARD_WISH: Final = 0.85  # from here on a wish in words of one's own counts: python -m bench.wishes
WISHES_IN_DANGER: Final = frozenset(
    "human delete hide cannot_call safe_time code_word someone_near request safer goodbye alone_now read_back abroad".split()
)
SURE_WISH: Final = 0.95
HEARD_HARMLESS: Final = 0.6  # that somebody comes, that a danger is over: what is said then is never wrong
CLEARLY_ELSE: Final = 0.5  # of a topic that is none of those which wishes sound like
WISHES_SOUND_LIKE: Final = frozenset(
    "greet goodbye thanks affirm deny repeat change_language ask_human ask_bot delete_data abuse out_of_scope ask_anonymity"
    " ask_hotline_hours ask_hotline_contact ask_support ask_help_friend ask_police".split()
)
# Somebody would be called, or sent away, or less would be said.
GRAVE_WISHES: Final = frozenset({"human", "withdraw", "quiet", "enough", "delete"})
ASKED_WISHES: Final = frozenset(
    "human hide waiting what_now cannot_call afraid lost_document code_word safe_time request read_back abroad".split()
)
SURELY_THE_PROGRAM: Final = 0.8  # "who am I talking to, is it a person?" asks for nobody
EMERGENCY_NUMBERS: Final = frozenset({"112", "997", "998", "999"})  # written alone: who answers there is asked, or meant


def meaning_of(
    text: str,
    screening: Screening,
    language: str,
    lexicon: Lexicon,
    *,
    queued: bool,
    quiet: bool,
    reporting: bool = False,
    danger: str | None = None,
) -> str | None:
    """Return what the lists of short words say of a message: as a whole, before a colon, or as a wish inside it.

    `reporting`: a report is being told, so that "do not send" means it and nothing else; `danger`: one goes on ("danger" or
    "suicide"), in which "battery 4 %" is no question of how long it takes.
    """
    triage = screening.triage
    meaning = lexicon.meaning(text, language)
    if meaning is None and ":" in text:
        named = lexicon.meaning(text.partition(":")[0], language)
        meaning = named if named in arrangement.SLOTS else None  # "code word: mango"
    if meaning is None and triage is Triage.NONE and lexicon.orders_erasure(text, language):
        meaning = "delete"
    if meaning is None and triage is Triage.NONE and lexicon.somebody_near(text, language):
        meaning = "someone_near"
    if meaning is None and triage is Triage.NONE and len(words(text)) <= WISHING_WORDS:
        asks_who = screening.topic == "ask_bot" and screening.topic_confidence >= SURELY_THE_PROGRAM
        human = () if asks_who or lexicon.denies(text, language) else ("human",)
        calls = () if lexicon.names_any_language(text) else ("cannot_call",)  # "I cannot speak Polish" says nothing of calls
        taking_back = (*(("withdraw",) if queued else ()), *(("dont_send",) if reporting else ()))
        reports = () if _clearly_else(screening) else ("report",)  # "my boss does not pay, where do I report it?"
        unsure = screening.topic == "ask_am_i_victim" and not lexicon.asks(text, language)  # "not sure if this is for you"
        unsaid = _clearly_else(screening) and not unsure and danger is None
        moods = () if unsaid else _moods(len(words(text)), danger)
        wishes = (*taking_back, *human, *calls, *SAID_INSIDE, *reports, *moods)
        meaning = next((wish for wish in wishes if lexicon.says_inside(text, wish, language)), None)
    if meaning is None and triage is Triage.NONE and len(words(text)) <= STOPPING_WORDS:
        parts = {lexicon.meaning(part, language) for part in _MARKS.split(text) if part.strip()}
        meaning = "enough" if "enough" in parts and parts <= {"enough", "stop", "no", "yes", None} else None
        if "send" in parts and parts <= {"send", "enough", "yes"}:  # "that is all, send it"
            meaning = "send"
    if meaning is None and reporting and triage is Triage.NONE and lexicon.begins_with(text, ("stop", "enough"), language):
        meaning = "enough"  # "actually stop, I should ask the headmaster first"
    if meaning is None and triage is Triage.NONE and not text.startswith("@"):
        meaning = _wished(text, screening, language, lexicon, queued=queued, reporting=reporting, in_danger=danger is not None)
        meaning = meaning if danger is None or meaning in WISHES_IN_DANGER else None
    if meaning == "unquiet" and not quiet:
        return "safer" if danger == "danger" else None  # "he left"; "nobody is here" is said of loneliness too
    return None if meaning == "alone_now" and danger == "suicide" else meaning


def _moods(length: int, danger: str | None) -> tuple[str, ...]:
    """Return the meanings that are not asked for but said, and looked for inside a message of some words."""
    if danger is not None:
        return ("alone_now", "safer", "myself") if length <= WISHING_WORDS else ()
    leave = ("goodbye",) if length <= LEAVING_WORDS else ()
    return ("alone_now", "safer", "myself", *leave, "doubt") if length <= MOOD_WORDS else ()


def _wished(
    text: str, screening: Screening, language: str, lexicon: Lexicon, *, queued: bool, reporting: bool, in_danger: bool
) -> str | None:
    """Return the wish that is surely heard in words that are on no list, where it fits how things stand."""
    wish = screening.wish
    if wish is None or screening.indicators or len(words(text)) > LONGEST_WISH or not says_something(text):
        return None
    if wish in {"waiting", "human"} and any(letter.isdigit() for letter in text):
        return None  # "battery 4 %"
    denied, asks = lexicon.denies(text, language), lexicon.asks(text, language)
    grave = wish in GRAVE_WISHES and not (wish == "enough" and reporting)
    harmless = wish == "someone_near" or (in_danger and wish in {"safer", "alone_now"})
    bar = SURE_WISH if grave else HEARD_HARMLESS if harmless else HEARD_WISH
    if screening.wish_confidence < bar:
        return None
    if _clearly_else(screening):
        return None
    unfitting = (
        (wish == "withdraw" and not queued)
        or (wish == "dont_send" and not reporting)
        or (wish == "human" and (denied or screening.topic == "ask_bot"))
        or (wish == "cannot_call" and lexicon.names_any_language(text))
        or (wish == "delete" and asks)
        or (wish == "send" and denied)
        or (asks and wish not in ASKED_WISHES)
        or (asks and queued and wish in {"waiting", "human"} and len(words(text)) > WAITING_WORDS)
    )
    return None if unfitting else wish


def _clearly_else(screening: Screening) -> bool:
    return screening.topic not in WISHES_SOUND_LIKE and screening.topic_confidence >= CLEARLY_ELSE


def choose_act(
    text: str,
    screening: Screening,
    *,
    meaning: str | None,
    named_language: str | None,
    trusted: bool,
    clear: bool = True,
    in_need: bool = False,
) -> str:
    """Return the act of a message: the intent that Rasa's rules know.

    `meaning` and `named_language` are the lexicon's findings; `trusted` says whether the topic is confident enough, `clear` whether
    it is beyond the doubt that small talk, a yes and a no need; `in_need` that somebody told of what the hotline must see.
    """
    if text.startswith("@") and (act := button_act(text)) is not None:
        return act
    if not says_something(text):
        return "nothing_said"
    if screening.triage is Triage.EMERGENCY:
        return "emergency" if speaks_of_now(screening) else _told(screening)
    if text.strip(" .!?") in EMERGENCY_NUMBERS:
        return "ask_emergency_number"
    if meaning is not None and meaning in LEXICON_ACTS:
        return LEXICON_ACTS[meaning]
    if named_language is not None and not screening.triage.needs_person:
        return "change_language"
    if screening.triage.needs_person and screening.topic not in QUESTION_TOPICS and screening.topic != "ask_human":
        return "report_witness" if screening.speaker is Speaker.WITNESS else "disclose_victim"
    if not trusted:
        return "out_of_scope" if screening.triage is Triage.NONE else _told(screening)
    polite = screening.topic in THANKS and screening.topic_confidence >= POLITE and not in_need
    if screening.topic in SMALL_TALK and not clear and not polite:
        return _told(screening) if screening.triage is not Triage.NONE else "out_of_scope"
    if screening.topic == "emergency":
        # The text for a danger says that a consultant is called: it is for those who are handed over.
        return _told(screening) if screening.triage is not Triage.NONE else "out_of_scope"
    if screening.topic in {"affirm", "deny"} and (len(text.split()) > 8 or not clear):
        return _told(screening) if screening.triage is not Triage.NONE else "out_of_scope"
    return screening.topic


def speaks_of_now(screening: Screening) -> bool:
    """Say whether an emergency is told as one: then what to do now is said first, and the danger is taken to go on.

    Of validation messages taken for an emergency that is none, half have another topic; of the emergencies one in sixteen. Those go to
    the queue as urgently, and are answered as what they tell. A word of suicide is always answered as one.
    """
    return screening.topic == "emergency" or Indicator.SUICIDE_RISK in screening.signs


def button_act(text: str) -> str | None:
    """Return the act that a pressed button stands for; None when the text is no button's value."""
    name = text.removeprefix("@").strip()
    if name.startswith("lang_") and name.removeprefix("lang_") in LANGUAGES:
        return "change_language"
    return BUTTON_ACTS.get(name)


def button_language(text: str) -> str | None:
    """Return the language of a pressed language button."""
    code = text.removeprefix("@lang_").strip()
    return code if text.startswith("@lang_") and code in LANGUAGES else None


def _told(screening: Screening) -> str:
    if screening.signs == {Indicator.SUSPICIOUS_OFFER}:
        return "ask_job_offer"
    return "report_witness" if screening.speaker is Speaker.WITNESS else "disclose_victim"
