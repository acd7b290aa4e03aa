"""What is decided for one message before anything is stored: understanding, language, act, words, and whether a person is needed.

A failure of any part ends in a decision as well: fixed words from plain data, and a case in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import structlog
from prometheus_client import Counter

from bot import arrangement, report, thread
from bot.intent import Course, Intents
from bot.lexicon import Lexicon
from bot.messages import LANGUAGES, Reply, Screening, Speaker, Triage
from bot.notices import PHONE_CHANNELS, SECOND_HAND, UNHEARD, Notices, form_of
from bot.reading import Reader
from bot.screening.conversation import Findings
from bot.screening.normalise import says_something, words
from bot.standing import CERTAIN_TOPIC, Standing, calms_down, in_context, interrupts, stops_a_report
from bot.storage.conversations import ConversationStore, Said
from bot.storage.tables import Conversation
from bot.understanding import AssistantMissing, NothingSaid, Turn, Understanding
from bot.wording import Wording

log = structlog.get_logger()

SWITCHING_WORDS: Final = 4  # fewer words in another language do not change the language of a conversation
FAILURES = Counter("frontdoor_failures", "Parts that failed while a message was answered.", ["part"])


@dataclass(frozen=True)
class Decision:
    """What will be stored for a message."""

    screening: Screening
    findings: Findings
    language: str
    replies: tuple[Reply, ...] = ()
    handoff_reason: str | None = None
    slots: Mapping[str, Any] | None = None
    dialogue: str | None = None
    reachable: str | None = None
    regardless: bool = False  # said even while a consultant owns the conversation, or after STOP

    @property
    def report(self) -> Mapping[str, str] | None:
        """Return the witness's report that the person just sent."""
        return report.told(self.slots or {}) if self.wish == "report" else None

    @property
    def arranged(self) -> Mapping[str, str]:
        """Return the safe time and the code word that the person just named."""
        return arrangement.arranged(self.slots or {}) if self.wish == "arrange" else {}

    @property
    def wish(self) -> str | None:
        """Return what the dialogue wants done besides its words.

        One of handoff, report, withdraw, erase, language, quiet, unquiet, arrange.
        """
        return (self.slots or {}).get("wish")


class Decider:
    """Decides what comes of a message."""

    def __init__(
        self,
        *,
        assistant: Understanding | None,
        wording: Wording,
        lexicon: Lexicon,
        conversations: ConversationStore,
        now: Callable[[], datetime],
        on_duty: Callable[[datetime], bool],
    ) -> None:
        self.assistant = assistant
        self.reader = Reader(assistant, lexicon) if assistant is not None else None
        self.intents = Intents(lexicon)
        self.notices = Notices(wording, lexicon)
        self.wording = wording
        self.lexicon = lexicon
        self.conversations = conversations
        self.now = now
        self.on_duty = on_duty

    async def decide(self, conversation: Conversation, said: Said, standing: Standing) -> Decision:
        """Return what comes of a message; never raises for a failure of understanding or dialogue."""
        decision = await self._decide(conversation, said, standing)
        return replace(decision, replies=self._varied(decision.replies, standing.said_last))

    def _varied(self, replies: tuple[Reply, ...], last: str | None) -> tuple[Reply, ...]:
        """Return replies of which none is the same as the text before it: it begins with "once more" then."""
        varied: list[Reply] = []
        for reply in replies:
            prefix = self.wording.text("again", reply.language)
            again = reply.text == last and not reply.text.startswith(prefix)
            text = f"{prefix} {reply.text}" if again else reply.text
            varied.append(replace(reply, text=text))
            last = text
        return tuple(varied)

    async def _decide(self, conversation: Conversation, said: Said, standing: Standing) -> Decision:
        said = replace(said, text=said.text.replace("🆘", " SOS ").strip())  # a cry for help that is no word to a model
        findings = self.conversations.findings(conversation)
        unknown = Screening(language=conversation.language, triage=Triage.NONE)
        steering = self.notices.steering(conversation, said)
        notice = self.notices.about(conversation, said, conversation.language)
        if steering in {"stop", "start"}:
            return self._steered(steering, conversation, said, Decision(unknown, findings, conversation.language), standing)
        if notice is not None and not says_something(said.text):
            reason = "unheard" if said.kind == UNHEARD else None
            replies = () if standing.owned else (notice,)
            return Decision(unknown, findings, conversation.language, replies, reason)
        try:
            if self.assistant is None or self.reader is None:
                raise AssistantMissing("No model is loaded.")
            # A page is opened in somebody's language; what a telephone's first message is in, only the message tells.
            untold = standing.first and conversation.channel in PHONE_CHANNELS
            hint = None if untold else conversation.language
            screening = await self.reader.read(said.text, language=conversation.language, hint=hint)
            followed = await self.reader.followed(said, screening, standing.before)
        except Exception as error:  # noqa: BLE001 - whatever failed, the person gets the number and the case is queued
            return self._failed(conversation, said, Decision(unknown, findings, conversation.language), error, standing)
        follows = followed is not None
        screening = in_context(followed or screening, standing)
        if any(rule(said.text, screening, standing, self.lexicon) for rule in (stops_a_report, calms_down, interrupts)):
            screening = replace(screening, triage=Triage.NONE, indicators=())  # "stop, I don't want any more": of the questions
        of_others = Speaker.WITNESS in {screening.speaker, findings.speaker}
        minor = self.lexicon.tells_childs_age(said.text, screening.language, of_others=of_others)
        findings = findings.with_message(screening, said.number, minor=minor)
        language, offered = self._language(conversation, said.text, screening, standing)
        understood = Decision(screening, findings, language)
        if steering == "help" and (standing.owned or not screening.triage.needs_person):
            return replace(understood, replies=(self.notices.help(conversation, language),), regardless=True)
        if standing.owned or not self._may_speak(conversation, said, understood):
            return understood
        if notice is not None and said.kind in SECOND_HAND and not screening.triage.needs_person:
            return replace(understood, replies=(notice,))
        try:
            decision = await self._speak(
                self.assistant,
                self.reader,
                conversation=conversation,
                said=said,
                understood=understood,
                standing=standing,
                offered=offered,
                follows=follows,
            )
            return self._framed(decision, conversation, said, notice, first=standing.first)
        except Exception as error:  # noqa: BLE001 - as above
            return self._failed(conversation, said, understood, error, standing)

    def _steered(self, steering: str, conversation: Conversation, said: Said, decision: Decision, standing: Standing) -> Decision:
        """Stop at once, or come back; both whoever owns the conversation."""
        if steering == "stop":
            replies = self.notices.stopped(conversation, said)
            return replace(decision, replies=replies, reachable="stopped", regardless=True)
        language = said.details.get("language") or decision.language
        welcome = self.notices.started(conversation, language)
        quietly = standing.owned and conversation.channel not in PHONE_CHANNELS  # a greeting would talk over the consultant
        return replace(decision, language=language, replies=() if quietly else (welcome,), reachable="yes", regardless=True)

    def _may_speak(self, conversation: Conversation, said: Said, understood: Decision) -> bool:
        """Say whether the program may answer: after STOP only to a call for help, for somebody else may hold the phone."""
        if conversation.reachable != "stopped" or understood.screening.triage.needs_person:
            return True
        return self.intents.of(said.text, understood.screening, understood.language, Standing()).act == "ask_human"

    def _framed(
        self, decision: Decision, conversation: Conversation, said: Said, notice: Reply | None, *, first: bool
    ) -> Decision:
        """Add to the dialogue's replies what the kind of message needs, and to the first ones who answers here."""
        replies = decision.replies if notice is None else (notice, *decision.replies)
        if first and conversation.channel in PHONE_CHANNELS and not decision.screening.triage.needs_person:
            greeting = self.notices.greeting(conversation, decision.language)
            said_little = decision.screening.topic == "greet" or not says_something(said.text)
            replies = (greeting,) if said_little else (*replies, greeting)
        reachable = "yes" if conversation.reachable == "stopped" else None
        return replace(decision, replies=replies, reachable=reachable)

    async def _speak(
        self,
        assistant: Understanding,
        reader: Reader,
        *,
        conversation: Conversation,
        said: Said,
        understood: Decision,
        standing: Standing,
        offered: str | None,
        follows: bool,
    ) -> Decision:
        screening, findings, language = understood.screening, understood.findings, understood.language
        new_need = findings.triage.needs_person and not standing.queued and not standing.withdrawn
        needs_person = screening.triage.needs_person or new_need
        in_need = findings.triage.needs_person
        witness = findings.speaker is Speaker.WITNESS
        course = Course(in_need=in_need, quiet=conversation.quiet, follows=follows, witness=witness)
        intent = self.intents.of(said.text, screening, language, standing, course)
        act, wanted = intent.act, intent.language
        if act == "change_language" and wanted is None:
            wanted = offered  # asks for another language in that language
        if act == "ask_help_friend" and findings.speaker is Speaker.VICTIM:
            act = "ask_support"  # "and what can be done?", from somebody who told of themselves
        elif act == "ask_support" and witness and not said.text.startswith("@"):
            act = "ask_help_friend"
        slots: dict[str, Any] = {
            "language": language,
            "triage": findings.triage.value,
            "message_triage": screening.triage.value,
            "indicators": [name.value for name in findings.indicators],
            "message_indicators": [evidence.indicator.value for evidence in screening.indicators],
            "speaker": findings.speaker.value,
            "form": form_of(conversation.channel),
            "quiet": conversation.quiet,
            "on_duty": self.on_duty(self.now()),
            "wanted_language": wanted,
            "asks": said.text.startswith("@") or self.lexicon.asks(said.text, screening.language),
            "inquires": self.lexicon.inquires(said.text, screening.language),
            "at_home": self.lexicon.names_family(said.text, screening.language),
            "oneself": self._oneself(said.text, screening.language),
            "made_up": self._code_word(said.text, act, screening.language),
            "listed": said.text.startswith("@") or intent.plain or self.lexicon.meaning(said.text, language) is not None,
            "done_already": self.lexicon.tells_it_is_done(said.text, screening.language),
            "greeted": standing.said_last is not None,
            "certain": screening.topic_confidence >= CERTAIN_TOPIC,
            "part": report.named_part(said.text, self.wording.titles[language]),
            "also": await reader.also_asked(said.text, act, screening),
            "danger": standing.danger,
            "follows": follows,
            "minor": findings.minor,
            "told_before": thread.told_by_a_witness(standing.before),
            "wish": None,
        }
        if needs_person or standing.queued:
            slots["handoff"] = "queued"
        state = self.conversations.vault.read(conversation.dialogue, f"dialogue:{conversation.id}", None)
        turn = await assistant.turn(said.text, act, slots=slots, state=state)
        wish = turn.slots.get("wish")
        if not turn.replies and wish != "erase":
            raise NothingSaid("The dialogue had nothing to say.")
        replies = turn.replies
        if wish == "language":
            language = wanted or language
        elif screening.language not in LANGUAGES and len(words(said.text)) >= SWITCHING_WORDS and act not in LANGUAGE_FREE_ACTS:
            replies = (*self._unserved(), *replies)
        elif offered is not None and not screening.triage.needs_person and not _asked_something(turn):
            replies = (*replies, self.wording.reply("language_offer", offered, buttons=(f"lang_{offered}",)))
        reason = "screening" if needs_person else "asked" if wish in {"handoff", "report"} else None
        if screening.language not in LANGUAGES:
            screening = replace(screening, language=language)
        return Decision(screening, findings, language, replies, reason, turn.slots, turn.state)

    def _oneself(self, text: str, language: str) -> bool:
        return self.lexicon.names_oneself(text, language) or self.lexicon.says_inside(text, "myself", language)

    def _code_word(self, text: str, act: str, language: str) -> str | None:
        """Return the code word that a message about one holds, apart from the rest of it."""
        if act not in {arrangement.CODE_WORD, "code_word_said"}:
            return None
        quoted = arrangement.quoted_word(text, self.lexicon, language)
        named = act == arrangement.CODE_WORD or self.lexicon.mentions(text, arrangement.CODE_WORD, language)
        return quoted or (self.lexicon.made_up_word(text, language) if named else None)

    def _language(
        self, conversation: Conversation, text: str, screening: Screening, standing: Standing
    ) -> tuple[str, str | None]:
        """Return the language to answer in, and one to offer when the writing has changed.

        It is offered once: whoever writes on in it is answered in it, and whoever chose a language is not asked again.
        """
        written = screening.language
        if standing.first and len(opened := self.lexicon.opens_in(text)) == 1:
            written = opened.pop()  # "hola": a word or two say no language, a greeting or a cry does
        if written not in LANGUAGES or written == conversation.language or text.startswith("@") or not words(text):
            return conversation.language, None
        enough = len(words(text)) >= SWITCHING_WORDS
        if standing.first:
            return written, None
        if conversation.language_fixed or not enough:
            return conversation.language, None
        if screening.triage is not Triage.NONE or standing.offered == written:
            return written, None
        return conversation.language, written

    def _unserved(self) -> tuple[Reply, ...]:
        return tuple(self.wording.reply("language_unserved", language, buttons=("language",)) for language in ("en", "pl"))

    def _failed(
        self, conversation: Conversation, said: Said, understood: Decision, error: Exception, standing: Standing
    ) -> Decision:
        """Answer with fixed words from plain data, and queue the case: nobody knows how urgent it is."""
        FAILURES.labels("assistant").inc()
        log.error(
            "answered_without_understanding",
            conversation=conversation.id,
            message=said.number,
            error=type(error).__name__,
            exc_info=error,
        )
        if standing.owned:
            return replace(understood, handoff_reason="failure")
        return replace(
            understood, replies=(self.notices.reply("failure", conversation, understood.language),), handoff_reason="failure"
        )


def _asked_something(turn: Turn) -> bool:
    """Say whether a turn of the dialogue left a question open: a "yes" must have one meaning."""
    values = {button.value for reply in turn.replies for button in reply.buttons}
    return turn.slots.get("requested_slot") is not None or not values.isdisjoint(QUESTION_BUTTONS)


QUESTION_BUTTONS: Final = frozenset({"@yes", "@safe_yes", "@delete_yes", "@send"})
LANGUAGE_FREE_ACTS: Final = frozenset({"change_language", "emergency"})
