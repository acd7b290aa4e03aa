"""What sounds like danger to the lists alone: for the hours in which no model reads what people write.

A cry for help, a word of a danger that is there now, of pills that were taken, of a wish to die, the number of the police or of an
ambulance. A list raises a message to an emergency and never lowers one. How much they find: docs/operations.md.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Counter

from bot.language.lexicon import Lexicon
from bot.language.normalise import readable, tokens
from bot.language.word_lists import CRY
from bot.messages import LANGUAGES, Triage, higher
from bot.screening.concepts import PRESENT_DANGER, SIGNS, Concepts, concept_files, read_phrases
from bot.screening.parts import parts
from bot.screening.rows import NLU_DATA

if TYPE_CHECKING:
    from bot.conversation.decision import Decision

EMERGENCY_NUMBERS: Final = frozenset({"112", "997", "998", "999"})
log = structlog.get_logger()
RAISED = Counter("frontdoor_raised_by_lists", "Messages that no model read and the lists took for an emergency.")


class DangerWords:
    """The lists that tell of danger, in all languages."""

    def __init__(self, lexicon: Lexicon, concepts: Concepts) -> None:
        self.lexicon = lexicon
        self.concepts = concepts

    @classmethod
    def load(cls, lexicon: Lexicon, root: Path = NLU_DATA) -> DangerWords:
        """Read the phrases of danger; raises ConceptsInvalid."""
        phrases = read_phrases(concept_files(root))
        telling = {sort: listed for sort, listed in phrases.items() if sort == PRESENT_DANGER or sort.startswith(f"{SIGNS}.")}
        return cls(lexicon, Concepts(telling, {}))

    def heard(self, text: str, language: str) -> bool:
        """Say whether a text sounds like danger; it may be in any language, `language` is the conversation's."""
        return any(self._heard_at_once(part, language) for part in parts(text) or [text])

    def _heard_at_once(self, text: str, language: str) -> bool:
        text = readable(text)
        if self.concepts.found(text) or self.lexicon.meaning(text, language) == CRY:
            return True
        if any(self.lexicon.tells_it_is_done(text, code) for code in LANGUAGES):
            return True
        if any(self.lexicon.asks(text, code) for code in (language, "en")):
            return False  # "is the help free?", "what is 112?": the words of a cry and no cry
        cries = any(self.lexicon.mentions(text, CRY, code) for code in LANGUAGES)
        return cries or not EMERGENCY_NUMBERS.isdisjoint(tokens(text))

    def raised(self, decision: Decision, text: str) -> Decision:
        """Return a decision on a text that was not read, or not to its end, as an emergency when the text sounds like danger."""
        if not decision.unread or not self.heard(text, decision.language):
            return decision
        RAISED.inc()
        screening = replace(decision.screening, triage=Triage.EMERGENCY)
        return replace(
            decision,
            screening=screening,
            findings=replace(decision.findings, triage=higher(decision.findings.triage, Triage.EMERGENCY)),
        )
