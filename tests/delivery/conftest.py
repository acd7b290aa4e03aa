"""Every test of this folder that wants one has a dispatcher with a channel that does as it is told, or both providers."""

from tests.channels.conftest import build_town, town  # noqa: F401 - fixtures of every module here
from tests.delivery.dispatching import channel, conversation, dispatcher  # noqa: F401 - the same
