"""Passwords and codes are hashed at the strength that is recommended; the tests themselves hash at none (`tests/conftest.py`)."""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec

import pytest
from argon2 import Type, extract_parameters


@pytest.mark.parametrize("name", ["bot.console.passwords", "bot.storage.return_codes"])
def test_a_hash_costs_what_is_recommended(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    as_it_is = module_from_spec(spec)  # another copy of the module, as the program loads it
    spec.loader.exec_module(as_it_is)
    cost = extract_parameters(as_it_is._hasher.hash("zielony rower pod mostem"))
    assert cost.type is Type.ID
    assert cost.memory_cost >= 64 * 1024  # RFC 9106, the second recommended choice
    assert cost.time_cost >= 3
    assert cost.parallelism >= 4
    assert cost.hash_len >= 32
    assert cost.salt_len >= 16
