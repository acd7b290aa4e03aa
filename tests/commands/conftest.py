"""Keys are changed while consultants work: they are at their browsers here too."""

from tests.console.conftest import *  # noqa: F403 - fixtures of the modules here
