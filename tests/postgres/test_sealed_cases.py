"""Closed cases sealed to the staff, on PostgreSQL: among others with two programs over one database."""

import pytest

from tests.console.test_sealed_cases import *  # noqa: F403
from tests.console.test_staff_keys import *  # noqa: F403

pytestmark = pytest.mark.postgres
