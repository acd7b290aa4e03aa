"""Alarms to the staff's chat in Telegram."""

from __future__ import annotations

from telegram import LinkPreviewOptions
from telegram.error import TelegramError

from bot.alarms import texts as alarm_texts
from bot.alarms.alarm import AlarmKind, Notice, WayFailed
from bot.channels.telegram.delivery import TelegramClient, as_problem
from bot.delivery.outbound import Refused


class TelegramWay:
    """Writes alarms into the staff's chat."""

    def __init__(self, client: TelegramClient, chat: int) -> None:
        self.client = client
        self.chat = chat

    async def send(self, notice: Notice) -> None:
        """Send a message with sound; raises WayFailed."""
        try:
            await self.client.bot.send_message(
                chat_id=self.chat,
                text=alarm_texts.message(notice),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                disable_notification=notice.kind is AlarmKind.SELF_TEST or None,
            )
        except TelegramError as error:
            problem = as_problem(error)
            raise WayFailed(problem.code, final=isinstance(problem, Refused)) from None

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()
