"""What is stored is seen best where providers write to the program."""

from tests.channels.conftest import build_town, town  # noqa: F401 - fixtures of the modules here
