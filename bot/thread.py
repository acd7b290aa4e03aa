"""What the turns before say of a message: a danger that is still open, a question that is asked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from bot.acts import TELLING_ACTS
from bot.lexicon import Lexicon
from bot.messages import QUESTION_TOPICS, Indicator, Screening, Speaker, Triage
from bot.screening.normalise import words
from bot.storage.conversations import Said

REMEMBERED: Final = 6  # messages of a person before the one at hand
OPEN_FOR: Final = 4  # messages after an alarming one in which its danger is taken to go on
FOLLOWING_WORDS: Final = 7
FEWEST_WORDS: Final = 3  # of a question that others go on with; fewer are a follow-up themselves
DOUBTFUL: Final = 0.6  # below this a short message is read with the question before it
TRUSTED: Final = 0.6  # and from here on what both together say is believed

# Read with the question before it, a short message nearly always sounds like that question. So it takes over only what such questions
# are mistaken for when they stand alone: "and on sundays?" after the labour inspectorate is no question of the hotline's hours, but
# "and who reads this?" is one about this conversation everywhere.
_OFFICE: Final = (
    "ask_hotline_cost ask_hotline_hours ask_hotline_languages ask_hotline_contact ask_penalty ask_undocumented ask_consent"
)
TAKES_OVER: Final[Mapping[str, frozenset[str]]] = {
    "ask_unpaid_wages": frozenset(f"{_OFFICE} ask_am_i_victim ask_compensation ask_job_offer".split()),
    "ask_residence": frozenset(f"{_OFFICE} ask_help_friend ask_unpaid_wages ask_return_home".split()),
    "ask_refugee_ukraine": frozenset(f"{_OFFICE} ask_help_friend ask_unpaid_wages ask_return_home ask_residence".split()),
    "ask_job_offer": frozenset(
        "ask_consent ask_am_i_victim ask_penalty ask_undocumented ask_compensation ask_residence ask_hotline_cost".split()
    ),
    "ask_return_home": frozenset("ask_hotline_cost ask_compensation ask_residence".split()),
    "ask_shelter": frozenset("ask_child ask_hotline_hours ask_men_victims ask_residence".split()),
    "ask_help_friend": frozenset("ask_consent ask_child ask_am_i_victim".split()),
}

WAITING: Final = "waiting"  # "how long does it take?" asks for a consultant only from who waits for one

# What a witness tells, and what the short messages after it are taken for.
WITNESS_TOPICS: Final = frozenset({"report_witness", "emergency"})
BELONGING_TOPICS: Final = WITNESS_TOPICS | {"disclose_victim", "out_of_scope"}

# And what a detail of something told is taken for: "since July" sounds like wages, "on Sundays" like opening hours.
DETAIL_TOPICS: Final = frozenset(
    "ask_unpaid_wages ask_residence ask_refugee_ukraine ask_statistics ask_hotline_hours ask_job_offer ask_child ask_signs"
    " ask_return_home".split()
)

DETAIL_WORDS: Final = 6
DETAILS_FOR: Final = 3  # messages after the one that told

Danger = Literal["danger", "suicide"]


def open_danger(before: Sequence[Said]) -> Danger | None:
    """Return the danger that the last few messages told of, the newest first."""
    alarming = [
        said.screening
        for said in before[:OPEN_FOR]
        if said.screening is not None and said.screening.triage is Triage.EMERGENCY and said.screening.topic == "emergency"
    ]
    if not alarming:
        return None
    return "suicide" if any(Indicator.SUICIDE_RISK in screening.signs for screening in alarming) else "danger"


def asked_before(before: Sequence[Said], lexicon: Lexicon) -> Said | None:
    """Return the question that a short one may go on with; None after anything that is neither a question nor a follow-up."""
    for said in before:
        if said.screening is None or said.text.startswith("@"):
            return None
        if _goes_on(said.text, lexicon):
            continue
        clear = said.screening.topic in QUESTION_TOPICS and said.screening.topic_confidence >= DOUBTFUL
        return said if clear and not said.screening.triage.needs_person else None
    return None


def may_follow(text: str, screening: Screening, lexicon: Lexicon) -> bool:
    """Say whether a message is so short or so doubtful that it may go on with the question before it."""
    if screening.triage.needs_person or text.startswith("@") or not 0 < len(words(text)) <= FOLLOWING_WORDS:
        return False
    if lexicon.meaning(text, screening.language) not in {None, WAITING}:
        return False
    return _goes_on(text, lexicon) or screening.topic_confidence < DOUBTFUL


def takes_over(asked: str, screening: Screening) -> bool:
    """Say whether the topic of the question before may take the place of what a short message alone sounds like."""
    if asked not in TAKES_OVER:
        return False
    return screening.topic_confidence < DOUBTFUL or screening.topic in TAKES_OVER[asked]


def told_by_a_witness(before: Sequence[Said]) -> str | None:
    """Return what somebody told as a witness before they asked to report it, oldest first; None when they told nothing.

    From their first telling on, what follows belongs to it ("since July"), but for questions, courtesies and wishes.
    """
    told: list[str] = []
    for said in reversed(before):
        if said.screening is None or said.text.startswith("@"):
            continue
        begins = said.screening.topic in WITNESS_TOPICS and said.screening.speaker is Speaker.WITNESS
        belongs = said.screening.topic in BELONGING_TOPICS or said.screening.topic_confidence < DOUBTFUL
        if begins or (told and belongs):
            told.append(said.text)
    return "\n".join(told) or None


def detail_of_a_telling(text: str, screening: Screening, before: Sequence[Said], lexicon: Lexicon) -> bool:
    """Say whether a few words that ask nothing add to what was told just before: "since May", "14 of us from Nepal"."""
    few = 0 < len(words(text)) <= DETAIL_WORDS and not text.startswith("@")
    if not few or lexicon.asks(text, screening.language) or screening.topic not in DETAIL_TOPICS | {"out_of_scope"}:
        return False
    told = [said.screening for said in before[:DETAILS_FOR] if said.screening is not None]
    return any(screening.topic in TELLING_ACTS and screening.topic_confidence >= DOUBTFUL for screening in told)


def _goes_on(text: str, lexicon: Lexicon) -> bool:
    return len(words(text)) < FEWEST_WORDS or (len(words(text)) <= FOLLOWING_WORDS and lexicon.connects(text))
