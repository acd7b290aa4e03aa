"""What stays for as long as the process does is out of the way of who is answered."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.runtime.memory import long_lived


class Model:
    itself: Model


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_loaded_to_stay_is_not_looked_through_for_garbage_again() -> None:
    with long_lived():
        assert not gc.isenabled()
        kept = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert not any(kept is one for one in gc.get_objects())


def test_what_is_no_longer_used_is_freed_when_something_takes_its_place() -> None:
    with long_lived():
        model = Model()
        model.itself = model  # only a collection frees it
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is not None
    with long_lived():
        pass
    assert seen() is None


def test_garbage_is_looked_for_again_where_loading_fails() -> None:
    with pytest.raises(ValueError, match="broken"), long_lived():
        raise ValueError("broken")
    assert gc.isenabled()
