"""Say how often exported encoders find the answer that is asked for: `python -m encoder.nearest encoder/model OTHER`.

The space of answers is made as the running program makes it, from what is not held out; then what is held out, and the conversations
of the validation, are asked. All encoders named are measured on the same examples.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.answers import NLU_DATA, Library
from bot.dialogue.learning import conversation_files, learn_projection, read_conversations
from bot.dialogue.retrieval import Nearness, unit
from bot.dialogue.state import Who
from bot.language.normalise import readable
from bot.screening.encoder import vectors_of
from bot.screening.heads import Heads
from bot.screening.tuned import TunedEncoder
from encoder.said import FOLLOW, TURN, WAY, Said, parted, read_said, turns_of

_BATCH = 128


def measured(folder: Path, root: Path = NLU_DATA) -> dict[str, float]:
    """Return for each kind of examples how often the right answer is the nearest, and one of the nearest three."""
    library = Library.load(root)
    learned, held = parted(read_said(root)[0])
    known = [said for said in learned if said.needs]
    asked = [said for said in held if said.needs]
    strangers = [
        said
        for conversation in read_conversations(conversation_files(root, "validation"))
        for said in turns_of(conversation, library)
        if said.needs
    ]
    standards = _standards(folder, [said.text for said in (*known, *asked, *strangers)])
    projection = learn_projection(standards[: len(known)], [sorted(said.needs[0])[0] for said in known])
    ways = [place for place, said in enumerate(known) if said.kind in {WAY, FOLLOW}]
    figures: dict[str, float] = {}
    for name, keys in (("", ways), ("_turns_known", list(range(len(known))))):
        nearness = Nearness(
            projection,
            unit(standards[keys] @ projection.T),
            tuple(sorted(known[place].needs[0])[0] for place in keys),
            np.array([known[place].kind == FOLLOW for place in keys], dtype=np.float32),
        )
        start = len(known)
        for kind in (WAY, FOLLOW, TURN):
            here = [place for place, said in enumerate(asked) if said.kind == kind]
            figures |= _found(f"{kind}{name}", nearness, library, [asked[i] for i in here], standards[[start + i for i in here]])
        figures |= _found(f"validation{name}", nearness, library, strangers, standards[start + len(asked) :])
    return figures


def _found(
    name: str, nearness: Nearness, library: Library, asked: Sequence[Said], standards: NDArray[np.float32]
) -> dict[str, float]:
    if not asked:
        return {}
    first = three = 0
    for said, standard in zip(asked, standards, strict=True):
        before = (said.kind,) if said.before else ()
        found = [item.answer for item in nearness.find(standard, library, who=Who.UNKNOWN, before=before, most=3)]
        right = frozenset().union(*said.needs)
        first += found[0] in right
        three += bool(right & set(found))
    return {f"{name}_of": len(asked), f"{name}_first": first / len(asked), f"{name}_three": three / len(asked)}


def _standards(folder: Path, texts: Sequence[str]) -> NDArray[np.float32]:
    encoder, heads = TunedEncoder(folder), Heads.load(folder)
    wanted = [readable(text) for text in texts]
    new = sorted(set(wanted), key=len)
    found: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(new), _BATCH):
        part = new[start : start + _BATCH]
        found.update(zip(part, heads.standardise(vectors_of(encoder.read(part), encoder.width)), strict=True))
    return np.stack([found[text] for text in wanted])


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description="Say how often exported encoders find the answer that is asked for.")
    parser.add_argument("folders", type=Path, nargs="+")
    for folder in parser.parse_args().folders:
        print(json.dumps({"encoder": str(folder), **{name: round(value, 4) for name, value in measured(folder).items()}}))


if __name__ == "__main__":
    main()
