"""The outbox's, the front door's and the queue's promises, which SQLite keeps by one writer at a time, on PostgreSQL."""

import pytest

from tests.channels.twilio.test_delivery import *  # noqa: F403
from tests.channels.webchat.test_presence import *  # noqa: F403
from tests.commands.test_keys import (  # noqa: F401 - the others start a program over a folder
    key_file,
    test_a_key_that_is_missing_from_the_file_is_told_with_what_needs_it,
    test_a_rotation_that_was_broken_off_is_finished_and_loses_nothing_meanwhile,
    test_after_a_rotation_and_without_the_old_key_everything_opens_and_everybody_can_log_in,
)
from tests.console.test_case_files import *  # noqa: F403
from tests.console.test_case_owners import *  # noqa: F403
from tests.console.test_cases import *  # noqa: F403
from tests.console.test_corrections import (  # noqa: F401 - the others look into SQLite's file
    coordinator,
    other_process,
    test_a_phrase_that_says_a_sign_says_it_from_the_next_message_on_in_every_process_until_it_is_undone,
    test_a_sign_that_a_phrase_does_not_say_is_not_found_in_it_but_in_every_other_word,
)
from tests.console.test_unreadable import *  # noqa: F403
from tests.conversation.test_frontdoor import *  # noqa: F403
from tests.delivery.dispatching import *  # noqa: F403
from tests.delivery.test_delivery_reports import *  # noqa: F403
from tests.delivery.test_dispatcher import *  # noqa: F403
from tests.delivery.test_lost_leases import *  # noqa: F403
from tests.delivery.test_uncertain_deliveries import *  # noqa: F403
from tests.promises.test_clock import *  # noqa: F403
from tests.promises.test_expiry import *  # noqa: F403

pytestmark = pytest.mark.postgres

# It reads the log, which no database changes, and which the tests of Rasa before these configure for good.
del test_what_everybody_costs_in_a_day_is_bounded_and_the_operator_is_told  # noqa: F821
# It is about the line in which SQLite's one writer works; here nobody waits for one.
del test_that_a_text_went_out_is_noted_before_anything_else_that_waits_to_be_written  # noqa: F821
