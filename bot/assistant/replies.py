"""What Rasa's actions say in a turn, as replies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel

from bot.messages import Button, Reply


class CollectedReplies(CollectingOutputChannel):
    """Collects what the actions say, with the language of each text."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a message as the actions gave it."""
        self.messages.append(message)

    def said(self) -> tuple[Reply, ...]:
        """Return one reply for each text; a few words that lead stand in one with the text that follows."""
        found: list[Reply] = []
        leading: list[str] = []
        spoken = [message for message in self.messages if message.get("text")]
        for place, message in enumerate(spoken, 1):
            reply = _reply(message)
            leading.append(reply.text)
            if message.get("leads") and not reply.buttons and place < len(spoken):
                continue
            found.append(replace(reply, text="\n\n".join(leading)))
            leading.clear()
        return tuple(found)


def _reply(message: dict[str, Any]) -> Reply:
    return Reply(
        text=message["text"],
        language=message.get("language", ""),
        buttons=tuple(Button(button["title"], button["payload"]) for button in message.get("buttons") or []),
    )
