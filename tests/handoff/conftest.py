"""Waves of cases are seen by the alarms that they raise."""

from tests.alarms.conftest import night  # noqa: F401 - a fixture of the modules here
