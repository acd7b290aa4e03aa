"""Every test of this folder that wants one has a dispatcher with a channel that does as it is told."""

from tests.delivery.dispatching import channel, conversation, dispatcher  # noqa: F401 - fixtures of every module here
