"""Training of the screening model: everything but the encoder, which `encoder/` makes.

Temperatures, joint opinion, weight of clauses and phrases, working point, memory of corrections, and the n-gram fallback.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.language.normalise import readable
from bot.screening.calibration import choose_concepts, choose_joint, choose_signs, choose_temperatures, choose_working_point
from bot.screening.clauses import Reading, read_all
from bot.screening.concepts import Concepts, concept_files, read_phrases
from bot.screening.corrections import is_correction, remember
from bot.screening.encoder import Encoder, EncoderUnavailable, NgramEncoder
from bot.screening.fitting import fit_sparse
from bot.screening.heads import Heads, Matrix
from bot.screening.rows import Row, held_out
from bot.screening.screener import NGRAMS, TUNED
from bot.screening.spelling import Spelling, learn_spelling
from bot.screening.tuned import TunedEncoder

__all__ = ["held_out", "train_screener"]

NEARNESS = 0.8  # cosine from which on a consultant's correction decides; how it was chosen: docs/screening.md
Progress = Callable[[str, int, int], None]


class EncoderMissing(Exception):
    """The tuned encoder cannot be loaded, so that nothing but n-grams could be trained; the message says what to do."""


def train_screener(
    rows: Sequence[Row],
    strangers: Sequence[Row],
    folder: Path,
    *,
    progress: Progress = lambda what, done, all_: None,
) -> None:
    """Train all light parts and write them to a folder. Raises EncoderMissing.

    `strangers` are the validation rows of others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        encoder = TunedEncoder(threads=os.process_cpu_count() or 1)
    except EncoderUnavailable as error:
        raise EncoderMissing(f"{error} It is part of the project (encoder/model); `make encoder` makes another.") from error
    concepts = _train_tuned(rows, strangers, encoder, folder / TUNED, progress)
    concepts.save(folder)
    _train_ngrams(rows, strangers, concepts, folder / NGRAMS, progress)


def _train_tuned(
    rows: Sequence[Row], strangers: Sequence[Row], encoder: TunedEncoder, folder: Path, progress: Progress
) -> Concepts:
    heads = Heads.load(encoder.folder)
    checked = [*(row for row in rows if held_out(row) and not is_correction(row)), *strangers]
    readings = _read(checked, encoder, progress)
    # Without the rows held out: a working point must be chosen on words that the spelling was not learned from.
    spelling = learn_spelling([row for row in rows if not held_out(row)])
    spelling.save(folder)
    vectors = _in_both_spellings(checked, readings, spelling, encoder)
    temperatures = choose_temperatures(checked, heads.standardise(vectors), heads) if checked else {}
    tempered = heads.tempered(temperatures)
    progress("phrases", 0, 1)
    joint, unseen = choose_joint(checked, [tempered.read(vector) for vector in vectors])
    signs, unseen = choose_signs(checked, unseen, [reading.loudest(tempered) for reading in readings])
    concepts, weighed = choose_concepts(checked, unseen, read_phrases(concept_files()))
    point = choose_working_point(checked, weighed)
    chosen = replace(point, temperatures=temperatures, joint=joint, signs=signs, nearness=NEARNESS, encoder=encoder.name)
    chosen.save(folder)
    remember(rows, encoder, heads).save(folder)
    return concepts


def _train_ngrams(rows: Sequence[Row], strangers: Sequence[Row], concepts: Concepts, folder: Path, progress: Progress) -> None:
    progress("n-grams", 0, 1)
    encoder = NgramEncoder()
    features = encoder.features([readable(row.text) for row in rows])
    kept = [place for place, row in enumerate(rows) if not held_out(row)]
    trial = fit_sparse([rows[place] for place in kept], features[kept], encoder.name)
    checked = [*(row for row in rows if held_out(row)), *strangers]
    vectors = [encoding.vector for encoding in encoder.read([readable(row.text) for row in checked])]
    told = [concepts.applied(row.text, trial.read(vector)) for row, vector in zip(checked, vectors, strict=True)]
    replace(choose_working_point(checked, told), encoder=encoder.name, nearness=0.97).save(folder)
    progress("n-grams", 1, 2)
    heads = fit_sparse(rows, features, encoder.name)
    heads.save(folder)
    remember(rows, encoder, heads).save(folder)


def _in_both_spellings(rows: Sequence[Row], readings: Sequence[Reading], spelling: Spelling, encoder: TunedEncoder) -> Matrix:
    texts, languages = [readable(row.text) for row in rows], [row.language for row in rows]
    plain = [reading.whole.vector for reading in readings]
    vectors = spelling.vectors(texts, languages, plain, encoder)
    return np.stack(vectors) if vectors else np.zeros((0, encoder.width), dtype=np.float32)


def _read(rows: Sequence[Row], encoder: Encoder, progress: Progress) -> list[Reading]:
    batch, found = 64, []
    for start in range(0, len(rows), batch):
        progress("vectors", start, len(rows))
        part = rows[start : start + batch]
        found += read_all([readable(row.text) for row in part], [row.language for row in part], encoder)
    return found
