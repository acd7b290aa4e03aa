"""The values that travel through the program.

The ids in this module are read by other programs: the hotline's case system, the evaluation sets, the benchmarks. Add to them;
rename nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class Triage(StrEnum):
    """How urgent a message or a conversation is; ordered from `none` to `emergency`."""

    NONE = "none"
    MEDIUM = "medium"
    HIGH = "high"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """Return 0 for `none` up to 3 for `emergency`."""
        return list(Triage).index(self)

    @property
    def needs_person(self) -> bool:
        """Say whether the hotline must see this without being asked."""
        return self.rank >= Triage.HIGH.rank


def higher(first: Triage, second: Triage) -> Triage:
    """Return the more urgent of two triage levels."""
    return first if first.rank >= second.rank else second


class Indicator(StrEnum):
    """A sign of human trafficking, or of the wish to die, that words can carry."""

    DOCUMENTS_TAKEN = "documents_taken"
    MOVEMENT_RESTRICTED = "movement_restricted"
    THREATS = "threats"
    VIOLENCE = "violence"
    SEXUAL_VIOLENCE = "sexual_violence"
    SEXUAL_EXPLOITATION = "sexual_exploitation"
    DEBT_BONDAGE = "debt_bondage"
    FORCED_LABOUR = "forced_labour"
    DOMESTIC_SERVITUDE = "domestic_servitude"
    FORCED_BEGGING = "forced_begging"
    FORCED_CRIMINALITY = "forced_criminality"
    ORGAN_REMOVAL = "organ_removal"
    FORCED_MARRIAGE = "forced_marriage"
    CHILD_EXPLOITATION = "child_exploitation"
    SOLD_OR_TRANSFERRED = "sold_or_transferred"
    WAGES_WITHHELD = "wages_withheld"
    DECEPTION = "deception"
    EXCESSIVE_WORK = "excessive_work"
    LIVING_CONDITIONS = "living_conditions"
    ISOLATION = "isolation"
    SURVEILLANCE = "surveillance"
    VULNERABILITY_ABUSE = "vulnerability_abuse"
    SUSPICIOUS_OFFER = "suspicious_offer"
    SUICIDE_RISK = "suicide_risk"

    @property
    def strong(self) -> bool:
        """Say whether this sign alone is enough for triage `high`."""
        return self not in WEAK_INDICATORS


WEAK_INDICATORS: Final = frozenset(
    {
        Indicator.WAGES_WITHHELD,
        Indicator.DECEPTION,
        Indicator.EXCESSIVE_WORK,
        Indicator.LIVING_CONDITIONS,
        Indicator.ISOLATION,
        Indicator.SURVEILLANCE,
        Indicator.VULNERABILITY_ABUSE,
        Indicator.SUSPICIOUS_OFFER,
    }
)


class Speaker(StrEnum):
    """Whose situation a message tells."""

    VICTIM = "victim"
    WITNESS = "witness"
    OTHER = "other"


CONVERSATION_TOPICS: Final = (
    "greet",
    "goodbye",
    "thanks",
    "affirm",
    "deny",
    "ask_human",
    "ask_bot",
    "change_language",
    "delete_data",
    "repeat",
    "abuse",
    "out_of_scope",
    "emergency",
    "disclose_victim",
    "report_witness",
)
QUESTION_TOPICS: Final = (
    "ask_hotline_contact",
    "ask_hotline_hours",
    "ask_hotline_cost",
    "ask_hotline_languages",
    "ask_anonymity",
    "ask_what_is_trafficking",
    "ask_signs",
    "ask_am_i_victim",
    "ask_consent",
    "ask_men_victims",
    "ask_support",
    "ask_shelter",
    "ask_medical",
    "ask_psychological",
    "ask_legal_help",
    "ask_residence",
    "ask_undocumented",
    "ask_police",
    "ask_penalty",
    "ask_compensation",
    "ask_unpaid_wages",
    "ask_job_offer",
    "ask_help_friend",
    "ask_child",
    "ask_refugee_ukraine",
    "ask_return_home",
    "ask_emergency_number",
    "ask_centre",
    "ask_institutions",
    "ask_national_plan",
    "ask_website",
    "ask_statistics",
)
TOPICS: Final = CONVERSATION_TOPICS + QUESTION_TOPICS

LANGUAGES: Final = ("pl", "en", "uk", "ru", "be", "ro", "bg", "es", "vi", "ka", "tl", "tr", "ar", "hi", "fr", "pt")


@dataclass(frozen=True)
class Evidence:
    """An indicator and the words of the message that gave rise to it."""

    indicator: Indicator
    words: str

    def as_json(self) -> dict[str, str]:
        """Return the form that the contract gives it."""
        return {"id": self.indicator.value, "evidence": self.words}


@dataclass(frozen=True)
class Screening:
    """What one message says, as far as the program understands it.

    `handoff` is how likely this message alone tells what the hotline must see.
    """

    language: str
    triage: Triage
    indicators: tuple[Evidence, ...] = ()
    speaker: Speaker = Speaker.OTHER
    topic: str = "out_of_scope"
    topic_confidence: float = 0.0
    handoff: float = 0.0

    @property
    def signs(self) -> frozenset[Indicator]:
        """Return the indicators without the words that show them."""
        return frozenset(evidence.indicator for evidence in self.indicators)

    def as_json(self) -> dict[str, Any]:
        """Return the form that the contract gives it."""
        return {
            "language": self.language,
            "triage": self.triage.value,
            "indicators": [evidence.as_json() for evidence in self.indicators],
            "speaker": self.speaker.value,
            "topic": self.topic,
            "topic_confidence": round(self.topic_confidence, 4),
        }

    def within(self) -> dict[str, Any]:
        """Return a JSON value of everything, for other parts of the program; `from_json` reads it."""
        return {**self.as_json(), "handoff": self.handoff}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Screening:
        """Read what `within` or `as_json` wrote."""
        return cls(
            language=data["language"],
            triage=Triage(data["triage"]),
            indicators=tuple(Evidence(Indicator(item["id"]), item["evidence"]) for item in data["indicators"]),
            speaker=Speaker(data["speaker"]),
            topic=data["topic"],
            topic_confidence=data["topic_confidence"],
            handoff=data.get("handoff", 0.0),
        )


@dataclass(frozen=True)
class Button:
    """A choice offered with a reply; pressing it sends `value` as text."""

    title: str
    value: str


@dataclass(frozen=True)
class Reply:
    """One text for a person, in their language."""

    text: str
    language: str
    buttons: tuple[Button, ...] = ()
    author: str = "bot"
    id: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the form that the contract gives it."""
        return {
            "id": self.id,
            "from": self.author,
            "text": self.text,
            "language": self.language,
            "buttons": [{"title": button.title, "value": button.value} for button in self.buttons],
        }


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message as a channel hands it to the front door.

    `address` is what the channel needs to write back (a phone number, a chat id; None where the person fetches replies): it is
    stored encrypted only. `pseudonym` is keyed and stands for it everywhere else. `external_id` is the channel's id of the
    message, unique in the channel. `kind` is text, button, command, or what bot/conversation/notices.py knows: voice, media, sticker,
    location, contact, edited, forwarded, stop, start, help.
    """

    channel: str
    pseudonym: str
    external_id: str
    text: str
    received_at: datetime
    address: str | None = None
    language_hint: str | None = None
    kind: str = "text"
    details: dict[str, Any] = field(default_factory=dict)
