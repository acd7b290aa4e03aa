"""A network that reads its conversation is refused where it was learned with other inputs, or with the same in another order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bot.dialogue import retrieval
from bot.dialogue.answers import Library
from bot.dialogue.asked import AskedBars, AskedNetwork, Asking
from bot.dialogue.commands import ASK
from bot.dialogue.features import inputs
from bot.dialogue.heads import ROLES, Bars, CommandHeads
from bot.dialogue.inputs import InputsDiffer
from bot.dialogue.nearness_file import load_nearness, save_nearness
from bot.dialogue.retrieval import Nearness
from bot.screening.encoder import Encoding
from bot.screening.heads import Heads
from bot.screening.layers import Layers
from bot.screening.senses import Senses
from bot.screening.tuned import MODEL

MEANINGS = ("yes", "no")


class NoEncoder:
    """Has nothing to read: no way of asking is new."""

    name = "none"
    width = 1

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        raise AssertionError(texts)


def network(read: int, *outputs: str) -> Layers:
    weights = np.zeros((read, 2), np.float32), np.zeros((2, len(outputs)), np.float32)
    return Layers(outputs, weights, (np.zeros(2, np.float32), np.zeros(len(outputs), np.float32)))


def save_commands(folder: Path) -> None:
    read = len(inputs(MEANINGS))
    CommandHeads(network(read, ASK), network(read, *ROLES), Bars(), MEANINGS).save(folder)


def save_asked(folder: Path) -> None:
    read = len(Asking.inputs())
    one = np.ones(read, np.float32)
    AskedNetwork(network(read, "asked"), one, one, AskedBars(0.5, 0.5, 0.5)).save(folder)


def save_answers(folder: Path) -> None:
    nothing = np.zeros((0, 2), np.float32)
    read = network(len(retrieval.inputs()), "who_reads")
    centres = {"who_reads": np.zeros(2, np.float32)}
    save_nearness(Nearness(np.eye(2, dtype=np.float32), nothing, (), nothing, network=read, centres=centres), folder)


def load_answers(folder: Path) -> None:
    load_nearness(folder, Library({}), NoEncoder(), Senses(Heads.load(MODEL)))


@dataclass(frozen=True)
class Kept:
    """A network in its file, how it comes there and back, and where some names of what it reads stand in the code."""

    file: str
    save: Callable[[Path], None]
    load: Callable[[Path], object]
    names: str


KEPT = (
    Kept("commands.npz", save_commands, CommandHeads.load, "bot.dialogue.features.OPEN"),
    Kept("asked.npz", save_asked, AskedNetwork.load, "bot.dialogue.asked.HEARD_BESIDE"),
    Kept("nearness.npz", save_answers, load_answers, "bot.dialogue.features.OPEN"),
)
of_each = pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file)


def names_in(place: str) -> tuple[str, ...]:
    module, _, name = place.rpartition(".")
    found: tuple[str, ...] = getattr(__import__(module, fromlist=[name]), name)
    return found


@of_each
def test_what_was_learned_with_the_inputs_as_they_are_is_loaded(kept: Kept, tmp_path: Path) -> None:
    kept.save(tmp_path)
    kept.load(tmp_path)


@of_each
def test_inputs_in_another_order_are_refused(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.save(tmp_path)
    monkeypatch.setattr(kept.names, names_in(kept.names)[::-1])
    with pytest.raises(InputsDiffer, match=rf"{kept.file} was learned with other inputs: run `make train`"):
        kept.load(tmp_path)


@of_each
def test_an_input_of_another_name_is_refused(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.save(tmp_path)
    first, *others = names_in(kept.names)
    monkeypatch.setattr(kept.names, (f"{first}:renamed", *others))
    with pytest.raises(InputsDiffer):
        kept.load(tmp_path)


@of_each
def test_a_network_of_which_nobody_knows_what_it_reads_is_refused(kept: Kept, tmp_path: Path) -> None:
    kept.save(tmp_path)
    (tmp_path / kept.file).with_suffix(".inputs.json").unlink()
    with pytest.raises(InputsDiffer):
        kept.load(tmp_path)


@pytest.mark.parametrize(("commands", "roles"), [(("ask:everything",), ROLES), ((ASK,), (*ROLES, "neighbour"))])
def test_commands_and_roles_that_this_program_does_not_have_are_refused(
    commands: tuple[str, ...], roles: tuple[str, ...], tmp_path: Path
) -> None:
    read = len(inputs(MEANINGS))
    CommandHeads(network(read, *commands), network(read, *roles), Bars(), MEANINGS).save(tmp_path)
    with pytest.raises(ValueError, match="trained for other commands"):
        CommandHeads.load(tmp_path)
