"""Training of the screening model: everything but the encoder, which `encoder/` makes.

Language identifier, temperatures, working point, weight of phrases, memory of corrections, and the n-gram fallback.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.screening.calibration import choose_concepts, choose_joint, choose_temperatures, choose_working_point
from bot.screening.concepts import Concepts, concept_files, read_phrases
from bot.screening.corrections import is_correction, remember
from bot.screening.encoder import Encoder, EncoderUnavailable, Encoding, NgramEncoder, vectors_of
from bot.screening.fitting import fit_sparse
from bot.screening.heads import Heads
from bot.screening.language import train_language
from bot.screening.normalise import readable
from bot.screening.rows import Row, held_out
from bot.screening.screener import BRAINS, NGRAMS, TUNED
from bot.screening.tuned import TunedEncoder

__all__ = ["held_out", "train_screener"]

NEARNESS = 0.8  # cosine from which on a consultant's correction decides; how it was chosen: docs/screening.md
Progress = Callable[[str, int, int], None]


class EncoderMissing(Exception):
    """The tuned encoder cannot be loaded, so that nothing but n-grams could be trained; the message says what to do."""


def train_screener(rows: Sequence[Row], folder: Path, *, progress: Progress = lambda what, done, all_: None) -> None:
    """Train all light parts on the rows and write them to a folder; raises EncoderMissing."""
    folder.mkdir(parents=True, exist_ok=True)
    progress("language", 0, 1)
    train_language([row.text for row in rows], [row.language for row in rows]).save(folder / "language")
    try:
        encoder = TunedEncoder()
    except EncoderUnavailable as error:
        raise EncoderMissing(f"{error} It is part of the project (encoder/model); `make encoder` makes another.") from error
    concepts = _train_tuned(rows, encoder, folder / TUNED, progress)
    concepts.save(folder)
    _train_ngrams(rows, NgramEncoder(), concepts, folder / NGRAMS, progress)
    (folder / BRAINS).write_text(json.dumps([TUNED, NGRAMS]))


def _train_tuned(rows: Sequence[Row], encoder: TunedEncoder, folder: Path, progress: Progress) -> Concepts:
    heads = Heads.load(encoder.folder)
    checked = [row for row in rows if held_out(row) and not is_correction(row)]
    vectors = vectors_of(_read(checked, encoder, progress), encoder.width)
    temperatures = choose_temperatures(checked, heads.standardise(vectors), heads) if checked else {}
    told = [heads.tempered(temperatures).read(vector) for vector in vectors]
    progress("phrases", 0, 1)
    joint, unseen = choose_joint(checked, told)
    concepts, weighed = choose_concepts(checked, unseen, read_phrases(concept_files()))
    point = choose_working_point(checked, weighed)
    replace(point, temperatures=temperatures, joint=joint, nearness=NEARNESS, encoder=encoder.name).save(folder)
    remember(rows, encoder, heads).save(folder)
    return concepts


def _train_ngrams(rows: Sequence[Row], encoder: NgramEncoder, concepts: Concepts, folder: Path, progress: Progress) -> None:
    progress("n-grams", 0, 1)
    features = encoder.features([readable(row.text) for row in rows])
    validation = [held_out(row) for row in rows]
    kept = [place for place, out in enumerate(validation) if not out]
    trial = fit_sparse([rows[place] for place in kept], features[kept], encoder.name)
    checked = [place for place, out in enumerate(validation) if out]
    told = [
        concepts.applied(rows[place].text, trial.read(features[place].toarray().ravel().astype("float32"))) for place in checked
    ]
    replace(choose_working_point([rows[place] for place in checked], told), encoder=encoder.name, nearness=0.97).save(folder)
    progress("n-grams", 1, 2)
    heads = fit_sparse(rows, features, encoder.name)
    heads.save(folder)
    remember(rows, encoder, heads).save(folder)


def _read(rows: Sequence[Row], encoder: Encoder, progress: Progress) -> list[Encoding]:
    batch, found = 64, []
    for start in range(0, len(rows), batch):
        progress("vectors", start, len(rows))
        found += encoder.read([readable(row.text) for row in rows[start : start + batch]])
    return found
