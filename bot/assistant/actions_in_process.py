"""The actions of Rasa's dialogue, run in this process."""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection

from actions.dialogue import ACTIONS


class InProcessActions(EndpointConfig):
    """Runs the actions here instead of over HTTP, and remembers what they raised: Rasa would go on as if nothing had happened."""

    def __init__(self) -> None:
        super().__init__(url="inprocess://actions")
        self._executor = ActionExecutor()
        for action in ACTIONS:
            self._executor.register_action(action())
        self.failure: Exception | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run an action."""
        try:
            return await self._executor.run(kwargs["json"])
        except SdkRejection as rejection:
            raise ActionExecutionRejection(rejection.action_name, str(rejection)) from rejection
        except Exception as error:
            self.failure = error
            raise
