"""What was learned for finding answers, as a file of numbers beside the model."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.dialogue.answers import Library
from bot.dialogue.inputs import check_inputs, keep_inputs
from bot.dialogue.placing import placed, with_heard
from bot.dialogue.retrieval import Nearness, inputs
from bot.screening.encoder import Encoder
from bot.screening.layers import Layers
from bot.screening.letter_table import Letters
from bot.screening.senses import Senses

_FILE: Final = "nearness.npz"


def save_nearness(nearness: Nearness, folder: Path) -> None:
    """Write the projection and the ways of asking to a folder."""
    known = len(nearness.digests)
    about: dict[str, Any] = {"digests": nearness.digests, "heard": nearness.owners[known:]}
    about |= {"stays": nearness.stays, "share": nearness.share, "lettered": nearness.lettered}
    arrays: dict[str, Any] = {}
    if nearness.letters is not None:
        about |= {"letters": nearness.letters.outputs}
        arrays |= nearness.letters.arrays()
    if nearness.network is not None:
        about |= {"outputs": nearness.network.outputs, "centres": sorted(nearness.centres)}
        arrays |= nearness.network.arrays("network")
        keep_inputs(folder / _FILE, inputs())
        arrays["centres"] = np.stack([nearness.centres[name] for name in about["centres"]]).astype(np.float16)
    np.savez_compressed(
        folder / _FILE,
        allow_pickle=False,
        **arrays,
        projection=nearness.projection.astype(np.float16),
        vectors=nearness.vectors.astype(np.float16),
        about=np.array(json.dumps(about)),
    )


def load_nearness(folder: Path, library: Library, encoder: Encoder, senses: Senses) -> Nearness:
    """Read the projection from a folder; ways of asking that are new since then are read by the encoder.

    Raises InputsDiffer when its network reads other numbers.
    """
    with np.load(folder / _FILE, allow_pickle=False) as data:
        projection, vectors = data["projection"].astype(np.float32), data["vectors"].astype(np.float32)
        about = json.loads(str(data["about"]))
        network, letters, centres = None, None, {}
        if "letters" in about:
            letters = Letters.of(about["letters"], data)
        if "outputs" in about:
            check_inputs(folder / _FILE, inputs())
            network = Layers.of(about["outputs"], data, "network")
            centres = dict(zip(about["centres"], data["centres"].astype(np.float32), strict=True))
    count = len(about["digests"])
    known = dict(zip(about["digests"], vectors[:count], strict=True))
    space = placed(library, projection, encoder, senses, known)
    return replace(
        with_heard(space, vectors[count:], list(map(sys.intern, about["heard"])), library),
        stays=about["stays"],
        share=about["share"],
        lettered=about.get("lettered", 0.0),  # a model of before knew no letters
        network=network,
        letters=letters,
        centres=centres,
    )
