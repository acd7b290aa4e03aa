"""Messages that are no words to be understood, such as voice notes, and words that steer the channel: STOP, START, HELP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from bot.delivery.channel_traits import traits_of
from bot.language.identification import without_diacritics
from bot.language.lexicon import Lexicon
from bot.language.normalise import readable, words
from bot.language.wording import Wording
from bot.messages import Reply
from bot.storage.conversations import OpenedMessage
from bot.storage.tables import Conversation

Steering = Literal["stop", "start", "help"]

NOTICES: Final[Mapping[str, str]] = {
    "voice": "voice_received",
    "media": "media_received",
    "sticker": "sticker_received",
    "location": "location_received",
    "contact": "contact_received",
    "edited": "edited_received",
    "forwarded": "forwarded_received",
}
# The words in these came from elsewhere or were answered once: they are screened, and answered when somebody may be in danger.
SECOND_HAND: Final = frozenset({"edited", "forwarded"})
UNHEARD: Final = "voice"  # nobody but a person can listen: the hotline is told
GREETING_BUTTONS: Final = ("topic_help", "report", "human", "hide", "language")
PAGE_BUTTONS: Final = ("topic_help", "report", "human", "hide")  # a page has its list of languages in sight
SAYS_NOTHING: Final = "nothing_said"  # has a quiet form that fits everywhere


class Notices:
    """Chooses the fixed texts around the dialogue."""

    def __init__(self, wording: Wording, lexicon: Lexicon) -> None:
        self.wording = wording
        self.lexicon = lexicon

    def steering(self, conversation: Conversation, said: OpenedMessage) -> Steering | None:
        """Return whether a message stops or starts the channel or asks what it is."""
        if not traits_of(conversation.channel).pushes:
            return None
        match said.kind:
            case "stop" | "start" | "help":
                return said.kind
            case "text":
                return self._word(said.text, conversation)
            case _:
                return None

    def _word(self, text: str, conversation: Conversation) -> Steering | None:
        bare = without_diacritics(" ".join(words(readable(text).lower())))
        phone = traits_of(conversation.channel).phone
        match self.lexicon.meaning(text, conversation.language):
            case "stop" if phone or not self.lexicon.stops_on_phones_only(bare):
                return "stop"
            case "start":
                return "start"
            case "help" | "cry" if phone and self.lexicon.asks_a_phone_for_help(bare):
                return "help"
            case _:
                return None

    def stopped(self, conversation: Conversation, said: OpenedMessage) -> tuple[Reply, ...]:
        """Confirm a STOP once, with the way back; nothing where the provider has confirmed it and would refuse ours."""
        return () if said.details.get("confirmed") else (self.reply("sms_stopped", conversation),)

    def started(self, conversation: Conversation, language: str) -> Reply:
        """Welcome somebody who comes back, or who pressed Telegram's Start."""
        if traits_of(conversation.channel).phone:
            return self.reply("sms_started", conversation, language)
        return self.greeting(conversation, language)

    def help(self, conversation: Conversation, language: str) -> Reply:
        """Say what this is, with the number."""
        return self.reply("sms_help", conversation, language)

    def greeting(self, conversation: Conversation, language: str, *, brief: bool = False) -> Reply:
        """Say who answers here and who reads; briefly where the numbers are in sight and the rest is there on request."""
        if brief:
            return self.reply("greeting_page", conversation, language, PAGE_BUTTONS)
        return self.reply("greeting", conversation, language, GREETING_BUTTONS)

    def about(self, conversation: Conversation, said: OpenedMessage, language: str) -> Reply | None:
        """Return what is said about a message that is not, or not only, text."""
        key = NOTICES.get(said.kind)
        return None if key is None else self.reply(key, conversation, language)

    def reply(self, key: str, conversation: Conversation, language: str | None = None, buttons: tuple[str, ...] = ()) -> Reply:
        """Return a text in the form that fits channel and mode; in quiet mode never one that tells something."""
        language = language or conversation.language
        if conversation.quiet:
            key = key if self.wording.has(key, language, "quiet") else SAYS_NOTHING
            return self.wording.reply(key, language, form="quiet")
        return self.wording.reply(key, language, form=traits_of(conversation.channel).form, buttons=buttons)
