"""The outbox's, the front door's and the queue's promises, which SQLite keeps by one writer at a time, on PostgreSQL."""

import pytest

from tests.channels.test_twilio_delivery import *  # noqa: F403
from tests.console.test_cases import *  # noqa: F403
from tests.test_frontdoor import *  # noqa: F403
from tests.test_postman import *  # noqa: F403

pytestmark = pytest.mark.postgres

# It reads the log, which no database changes, and which the tests of Rasa before these configure for good.
del test_what_everybody_costs_in_a_day_is_bounded_and_the_operator_is_told  # noqa: F821
