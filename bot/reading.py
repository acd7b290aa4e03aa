"""How a message is read: alone, clause by clause where it also asks something, and with the question that it goes on with."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot import thread
from bot.acts import INNOCENT_MEANINGS, TELLING_ACTS, button_act
from bot.lexicon import CRY, Lexicon
from bot.messages import QUESTION_TOPICS, Indicator, Screening, Speaker, Triage, higher
from bot.questions import questions_in, told_beside
from bot.screening.normalise import words
from bot.screening.parts import parts
from bot.standing import CERTAIN_TOPIC
from bot.storage.conversations import Said
from bot.understanding import Understanding

WEARY_MEANINGS: Final = frozenset({"enough", "no", "skip", "withdraw"})
DOUBTING_WORDS: Final = 5  # of a message in which "maybe I exaggerate" or "I must stop" is all that is said
TRUSTED_SECOND: Final = 0.75  # a second question of a message: an answer that nobody asked for is worse than none


class Reader:
    """Reads messages with an assistant, in the light of what was said before."""

    def __init__(self, assistant: Understanding, lexicon: Lexicon) -> None:
        self._assistant = assistant
        self._lexicon = lexicon

    async def read(self, text: str, *, language: str, hint: str | None) -> Screening:
        """Screen a message; a pressed button and a short word with one meaning say nothing of anybody's situation."""
        act = button_act(text) if text.startswith("@") else None
        if act is not None:
            return Screening(language=language, triage=Triage.NONE, topic=act, topic_confidence=1.0)
        screening = await self._assistant.understand(text, language_hint=hint)
        asks = screening.topic in QUESTION_TOPICS and not parts(text)  # a long text is read part by part anyway
        beside = told_beside(text, screening.language, self._lexicon) if asks else ""
        if beside and not screening.triage.needs_person:
            # "He took my passport, what does a call cost?" reads like a question of cost: what it tells is read by itself as well.
            told = await self._assistant.understand(beside, language_hint=screening.language)
            if told.triage.needs_person and self._surely_told(told):
                screening = replace(screening, triage=told.triage, indicators=told.indicators, speaker=told.speaker)
        meaning = self._lexicon.meaning(text, screening.language)
        if meaning == CRY:
            # "Help!" alone tells of nothing, and may be all that somebody can write.
            return replace(screening, triage=higher(screening.triage, Triage.HIGH), topic="emergency", topic_confidence=1.0)
        # "I don't want to go on" is said of a form, and of a life: where it sounds like the second it is not taken for the first.
        weary = meaning in WEARY_MEANINGS and screening.triage is Triage.EMERGENCY
        if meaning in INNOCENT_MEANINGS and not weary:
            return replace(screening, triage=Triage.NONE, indicators=())
        if self._only_interrupted(text, screening):
            return replace(screening, triage=Triage.NONE, indicators=())
        if not screening.indicators and self._lexicon.orders_erasure(text, screening.language):
            return replace(screening, triage=Triage.NONE)  # haste and fear are in such words; what they tell of would be a sign
        return screening

    @staticmethod
    def _surely_told(told: Screening) -> bool:
        """Say whether a part of a message may raise the whole: "I went there myself" alone sounds like much."""
        return bool(told.signs - {Indicator.SUICIDE_RISK}) or (
            told.topic == "emergency" and told.topic_confidence >= CERTAIN_TOPIC
        )

    def _only_interrupted(self, text: str, screening: Screening) -> bool:
        """Say whether a few words only say that somebody comes, or that the writer is in doubt: "wait, she is coming".

        "I must stop", "maybe I exaggerate" sound like a veiled word of suicide where the model is not sure.
        """
        sure = screening.topic == "emergency" and screening.topic_confidence >= CERTAIN_TOPIC
        if sure or screening.signs - {Indicator.SUICIDE_RISK}:
            return False
        few = len(words(text)) <= DOUBTING_WORDS
        moods = ("doubt", "goodbye") if few else ()
        said = any(self._lexicon.says_inside(text, mood, screening.language) for mood in moods)
        return said or self._lexicon.somebody_near(text, screening.language)

    async def followed(self, said: Said, screening: Screening, before: tuple[Said, ...]) -> Screening | None:
        """Return the screening of a short message with the topic of the question that it goes on with; None when it does not.

        "And per hour?" after a question of pay is one of pay; alone it reads like one of opening hours.
        """
        if not thread.may_follow(said.text, screening, self._lexicon):
            return None
        asked = thread.asked_before(before, self._lexicon)
        if asked is None or asked.screening is None:
            return None
        topic = asked.screening.topic
        if topic == screening.topic or not thread.takes_over(topic, screening):
            return None
        both = await self._assistant.understand(f"{asked.text.rstrip('.?! ')}. {said.text}", language_hint=screening.language)
        if both.topic != topic or both.topic_confidence < thread.TRUSTED:
            return None
        return replace(screening, topic=topic, topic_confidence=both.topic_confidence)

    async def also_asked(self, text: str, act: str, screening: Screening) -> str | None:
        """Return what a message asks besides what it is answered for: the topic of one of its questions, or "cannot_call"."""
        if act not in TELLING_ACTS and act not in QUESTION_TOPICS:
            return None
        language = screening.language
        if act in TELLING_ACTS and self._lexicon.says_inside(text, "cannot_call", language):
            return "cannot_call"
        if (
            act in TELLING_ACTS
            and self._lexicon.says_inside(text, "delete", language)
            and not self._lexicon.denies(text, language)
        ):
            return "delete_ask"
        for question in questions_in(text, language, self._lexicon):
            seen = await self._assistant.understand(question, language_hint=language)
            if seen.topic == "ask_help_friend" and screening.speaker is Speaker.VICTIM:
                continue
            known = seen.topic in QUESTION_TOPICS and seen.topic != act and seen.topic_confidence >= TRUSTED_SECOND
            if known and not seen.triage.needs_person:
                return seen.topic
        return None
