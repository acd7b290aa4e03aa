"""What is decided for one message before anything is stored: understanding, language, words, and whether a person is needed.

What the screening found goes into the findings first; nothing that comes after takes any of it away. A failure of any part ends in
a decision as well: fixed words from plain data, and a case in the queue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from prometheus_client import Counter

from bot.conversation.assistant_interface import AssistantInterface, AssistantMissing, NothingSaid, ReadInPart
from bot.conversation.corrections import Corrections
from bot.conversation.edition import Edition
from bot.conversation.notices import SECOND_HAND, UNHEARD, Notices
from bot.conversation.urgency import raised
from bot.delivery.channel_traits import traits_of
from bot.dialogue.answering import gaps
from bot.dialogue.commands import Commands
from bot.dialogue.exact import LANGUAGE_BUTTON
from bot.dialogue.features import Context
from bot.dialogue.predicates import person_wanted
from bot.dialogue.state import Person, State
from bot.dialogue.turn import Around, Speaking, Understood, effects
from bot.language.lexicon import ADULT, Lexicon
from bot.language.normalise import says_something, words
from bot.language.wording import Wording
from bot.messages import LANGUAGES, Reply, Screening, Speaker, Triage
from bot.screening.findings import Findings
from bot.storage.conversations import ConversationStore, OpenedMessage
from bot.storage.tables import Conversation

log = structlog.get_logger()

SWITCHING_WORDS: Final = 4  # fewer words in another language do not change the language of a conversation
FAILURES = Counter("frontdoor_failures", "Parts that failed while a message was answered.", ["part"])


@dataclass(frozen=True)
class Circumstances:
    """How a conversation stands when a message comes, outside of the dialogue."""

    edition: Edition  # what may be answered now
    owned: bool = False
    queued: bool = False
    withdrawn: bool = False
    first: bool = False
    offered: str | None = None  # the language that the program's last text offered
    said_last: str | None = None


@dataclass(frozen=True)
class Decision:
    """What will be stored for a message; `said` and `commands` are the ids of its texts and what it was understood as.

    `gaps`: for each of its questions that found no answer the id of the nearest one, "" where none was near.
    """

    screening: Screening
    findings: Findings
    language: str
    replies: tuple[Reply, ...] = ()
    handoff_reason: str | None = None
    dialogue: str | None = None
    reachable: str | None = None
    regardless: bool = False  # said even while a consultant owns the conversation, or after STOP
    erase: bool = False
    withdraw: bool = False
    language_chosen: bool = False
    quiet: bool | None = None
    arranged: Mapping[str, str] = field(default_factory=dict)
    report: Mapping[str, str] | None = None
    said: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    commands: Commands = field(default_factory=Commands)
    unread: bool = False  # no model read the message to its end


class Decider:
    """Decides what comes of a message."""

    def __init__(
        self,
        *,
        assistant: AssistantInterface | None,
        wording: Wording,
        lexicon: Lexicon,
        conversations: ConversationStore,
        corrections: Corrections,
        now: Callable[[], datetime],
        on_duty: Callable[[datetime], bool],
    ) -> None:
        self.assistant = assistant
        self.notices = Notices(wording, lexicon)
        self.wording = wording
        self.lexicon = lexicon
        self.conversations = conversations
        self.corrections = corrections
        self.now = now
        self.on_duty = on_duty

    async def decide(self, conversation: Conversation, said: OpenedMessage, circumstances: Circumstances) -> Decision:
        """Return what comes of a message; never raises for a failure of understanding or dialogue."""
        said = replace(said, text=said.text.replace("🆘", " SOS ").strip())  # a cry for help that is no word to a model
        findings = self.conversations.findings(conversation)
        unread = Screening(language=conversation.language, triage=Triage.NONE)
        unknown = _in_the_chosen_language(Decision(unread, findings, conversation.language), said.text)
        steering = self.notices.steering(conversation, said)
        notice = self.notices.about(conversation, said, conversation.language)
        broken_off: ReadInPart | None = None
        if steering in {"stop", "start"}:
            return self._steered(steering, conversation, said, unknown, circumstances)
        if notice is not None and not says_something(said.text):
            reason = "unheard" if said.kind == UNHEARD else None
            return replace(unknown, replies=() if circumstances.owned else (notice,), handoff_reason=reason)
        if self.assistant is None:
            missing = AssistantMissing("No model is loaded.")
            return self._failed(conversation, said, replace(unknown, unread=True), missing, circumstances)
        try:
            kept = self._kept(conversation)
            before = State.from_json(kept.get("state", {}))
            # A page is opened in somebody's language; what a telephone's first message is in, only the message tells.
            untold = circumstances.first and traits_of(conversation.channel).phone
            edition = circumstances.edition
            understand = partial(
                self.assistant.understand,
                language_hint=None if untold else conversation.language,
                context=Context.of(before),
                library=edition.library if edition.number else None,
            )
            understood = await self.corrections.applied(said.text, await understand(said.text), understand)
        except ReadInPart as error:  # what the beginning says counts, whatever the rest would have said
            understood, broken_off = error.understood, error
        except Exception as error:  # noqa: BLE001 - whatever failed, the person gets the number and the case is queued
            return self._failed(conversation, said, replace(unknown, unread=True), error, circumstances)
        screening = raised(understood)
        age = self._own_age(said.text, screening, findings)
        findings = findings.with_message(screening, said.number, minor=age is not None and age < ADULT)
        language, offered = self._language(conversation, said.text, screening, circumstances, spoke=before.spoke)
        if language != conversation.language:
            before = replace(before, spoke=conversation.language)
        read = Decision(screening, findings, language, commands=understood.commands, unread=broken_off is not None)
        if broken_off is not None:
            return self._failed(conversation, said, read, broken_off, circumstances)
        if steering == "help" and (circumstances.owned or not screening.triage.needs_person):
            return replace(read, replies=(self.notices.help(conversation, language),), regardless=True)
        if circumstances.owned or not self._may_speak(conversation, understood):
            return _in_the_chosen_language(read, said.text)
        if notice is not None and said.kind in SECOND_HAND and not screening.triage.needs_person:
            return replace(read, replies=(notice,))
        try:
            around = self._around(conversation, circumstances, findings, language, age=age)
            speaking = Speaking.begin(said.text, replace(understood, screening=screening), before, around)
            decision = await self._speak(
                self.assistant, speaking, read, circumstances, tracker=kept.get("tracker"), offered=offered
            )
            return self._framed(decision, conversation, said, notice, first=circumstances.first)
        except Exception as error:  # noqa: BLE001 - as above
            return self._failed(conversation, said, read, error, circumstances)

    def _kept(self, conversation: Conversation) -> dict[str, Any]:
        """Return what the dialogue kept of a conversation: its state, and Rasa's tracker."""
        if conversation.dialogue is None:
            return {}
        kept: dict[str, Any] = json.loads(self.conversations.vault.open(conversation.dialogue, f"dialogue:{conversation.id}"))
        return kept

    def _around(
        self, conversation: Conversation, circumstances: Circumstances, findings: Findings, language: str, *, age: int | None
    ) -> Around:
        edition = circumstances.edition
        return Around(
            library=edition.library.said_in(language),
            titles=edition.wording.titles[language],
            wording=edition.wording,
            form=traits_of(conversation.channel).form,
            quiet=conversation.quiet,
            on_duty=self.on_duty(self.now()),
            queued=circumstances.queued,
            withdrawn=circumstances.withdrawn,
            minor=findings.minor,
            grown=age is not None and age >= ADULT,
            triage=findings.triage,
        )

    async def _speak(
        self,
        assistant: AssistantInterface,
        speaking: Speaking,
        read: Decision,
        circumstances: Circumstances,
        *,
        tracker: str | None,
        offered: str | None,
    ) -> Decision:
        wanted = effects(speaking)
        language = wanted["language"] or self._named(speaking) or read.language
        if language != read.language:
            speaking.answer_from(circumstances.edition.library.said_in(language))
        spoken = await assistant.turn(speaking, language=language, tracker=tracker)
        wanted = effects(speaking)
        if not spoken.replies and not wanted["erase"]:
            raise NothingSaid("The dialogue had nothing to say.")
        replies = spoken.replies
        unserved = read.screening.language not in LANGUAGES and len(words(speaking.turn.text)) >= SWITCHING_WORDS
        state = speaking.concluded()
        if unserved and language == read.language and not read.screening.triage.needs_person:
            replies = (*self._unserved(), *replies)
        elif offered is not None and not read.screening.triage.needs_person and not _asks(speaking):
            replies = (*replies, self.wording.reply("language_offer", offered, buttons=(f"lang_{offered}",)))
            state = replace(state, awaits=f"language:{offered}")
        return replace(
            read,
            screening=read.screening if read.screening.language in LANGUAGES else replace(read.screening, language=language),
            language=language,
            replies=replies,
            handoff_reason=_reason(speaking, read, circumstances),
            dialogue=json.dumps({"state": state.as_json(), "tracker": spoken.tracker}, ensure_ascii=False),
            erase=wanted["erase"],
            withdraw=wanted["withdraw"],
            language_chosen=language != read.language or bool(wanted["language"]) or _stays_with_its_language(speaking),
            quiet=wanted["quiet"],
            arranged=wanted["arranged"],
            report=wanted["report"],
            said=speaking.turn.said,
            commands=speaking.turn.commands,
            gaps=gaps(speaking.turn),
        )

    def _named(self, speaking: Speaking) -> str | None:
        """Return the language that a wish for another one names, or is written in."""
        turn = speaking.turn
        if not turn.does("want:language"):
            return None
        written = turn.heard.screening.language
        named = self.lexicon.language_inside(turn.text, current="", written=written)
        return named or (written if written in LANGUAGES and self.lexicon.names_language(turn.text, written) else None)

    def _own_age(self, text: str, screening: Screening, findings: Findings) -> int | None:
        of_others = Speaker.WITNESS in {screening.speaker, findings.speaker}
        return self.lexicon.own_age(text, screening.language, of_others=of_others)

    def _steered(
        self, steering: str, conversation: Conversation, said: OpenedMessage, decision: Decision, circumstances: Circumstances
    ) -> Decision:
        """Stop at once, or come back; both whoever owns the conversation."""
        if steering == "stop":
            replies = self.notices.stopped(conversation, said)
            return replace(decision, replies=replies, reachable="stopped", regardless=True)
        language = said.details.get("language") or decision.language
        welcome = self.notices.started(conversation, language)
        quietly = circumstances.owned and not traits_of(conversation.channel).phone  # a greeting would talk over the consultant
        return replace(decision, language=language, replies=() if quietly else (welcome,), reachable="yes", regardless=True)

    def _may_speak(self, conversation: Conversation, understood: Understood) -> bool:
        """Say whether the program may answer: after STOP only to a call for help, for somebody else may hold the phone."""
        if conversation.reachable != "stopped" or raised(understood).triage.needs_person:
            return True
        return "want:human" in understood.commands

    def _framed(
        self, decision: Decision, conversation: Conversation, said: OpenedMessage, notice: Reply | None, *, first: bool
    ) -> Decision:
        """Add to the dialogue's replies what the kind of message needs, and to the first ones who answers here."""
        replies = decision.replies if notice is None else (notice, *decision.replies)
        if first and traits_of(conversation.channel).phone and not decision.screening.triage.needs_person:
            greeting = self.notices.greeting(conversation, decision.language)
            said_little = [str(command) for command in decision.commands.all] == ["greet"] or not says_something(said.text)
            replies = (greeting,) if said_little else (*replies, greeting)
        reachable = "yes" if conversation.reachable == "stopped" else None
        return replace(decision, replies=replies, reachable=reachable)

    def _language(
        self, conversation: Conversation, text: str, screening: Screening, circumstances: Circumstances, *, spoke: str
    ) -> tuple[str, str | None]:
        """Return the language to answer in, and one to offer when the writing has changed.

        It is offered once: whoever writes on in it is answered in it, so is whoever comes back to the language that they `spoke` before the
        last change; whoever chose a language is not asked again.
        """
        written = screening.language
        if circumstances.first and len(opened := self.lexicon.opens_in(text)) == 1:
            written = opened.pop()  # "hola": a word or two say no language, a greeting or a cry does
        if written not in LANGUAGES or written == conversation.language or text.startswith("@") or not words(text):
            return conversation.language, None
        enough = len(words(text)) >= SWITCHING_WORDS
        if circumstances.first:
            return written, None
        if conversation.language_fixed or not enough:
            return conversation.language, None
        if screening.triage is not Triage.NONE or written in {circumstances.offered, spoke}:
            return written, None
        return conversation.language, written

    def _unserved(self) -> tuple[Reply, ...]:
        return tuple(self.wording.reply("language_unserved", language, buttons=("language",)) for language in ("en", "pl"))

    def _failed(
        self, conversation: Conversation, said: OpenedMessage, read: Decision, error: Exception, circumstances: Circumstances
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
        if circumstances.owned:
            return replace(read, handoff_reason="failure")
        return replace(read, replies=(self.notices.reply("failure", conversation, read.language),), handoff_reason="failure")


def _in_the_chosen_language(decision: Decision, text: str) -> Decision:
    """Return a decision in the language whose button was pressed: it is chosen whoever speaks, and whether or not anything was read."""
    language = text.removeprefix(f"@{LANGUAGE_BUTTON}")
    return replace(decision, language=language, language_chosen=True) if language != text and language in LANGUAGES else decision


def _asks(speaking: Speaking) -> bool:
    """Say whether the reply asks something already, if only whether a consultant is still wanted: a yes would answer either."""
    return speaking.turn.asks is not None or speaking.turn.does("doubt:refuse")


def _stays_with_its_language(speaking: Speaking) -> bool:
    """Say whether another language was offered and declined: it is not offered again."""
    return (speaking.turn.awaits or "").startswith("language:") and speaking.turn.does("answer:no")


def _reason(speaking: Speaking, read: Decision, circumstances: Circumstances) -> str | None:
    """Return why a case is opened, waits again or rises; None where nothing of that happens."""
    turn = speaking.turn
    if turn.now.person is not Person.ASKED:
        return None
    if read.screening.triage.needs_person or (read.findings.triage.needs_person and not circumstances.queued):
        return "screening"
    return "asked" if person_wanted(turn) or not circumstances.queued else None
