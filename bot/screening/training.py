"""Training of the screening model: everything but the encoder, which `encoder/` makes.

Temperatures, joint opinion, weight of clauses and phrases, what is urgent, working point, memory of corrections, and the n-gram fallback.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bot.language.normalise import readable
from bot.screening.calibration import (
    choose_alarms,
    choose_concepts,
    choose_joint,
    choose_labels,
    choose_signs,
    choose_temperatures,
    choose_working_point,
)
from bot.screening.clauses import Reading, read_all
from bot.screening.concepts import Concepts, concept_files, read_phrases
from bot.screening.corrections import Memory, is_correction, remember
from bot.screening.encoder import Encoder, EncoderUnavailable, NgramEncoder, vectors_of
from bot.screening.fitting import fit_sparse
from bot.screening.heads import Heads, Likelihoods
from bot.screening.rows import Row, held_out
from bot.screening.screener import NGRAMS, TUNED, ScreeningModel
from bot.screening.second_opinion_learning import learn_second_opinions
from bot.screening.spelling import learn_spelling
from bot.screening.triage import WorkingPoint
from bot.screening.tuned import TunedEncoder
from bot.screening.urgency import AlarmExample

__all__ = ["held_out", "train_screener"]

NEARNESS = 0.8  # cosine from which on a consultant's correction decides; how it was chosen: docs/screening.md
_BATCH = 64
Progress = Callable[[str, int, int], None]


class EncoderMissing(Exception):
    """The tuned encoder cannot be loaded, so that nothing but n-grams could be trained; the message says what to do."""


def train_screener(
    rows: Sequence[Row],
    strangers: Sequence[Row],
    folder: Path,
    *,
    turns: Sequence[AlarmExample] = (),
    talks: Sequence[AlarmExample] = (),
    progress: Progress = lambda what, done, all_: None,
) -> None:
    """Train all light parts and write them to a folder. Raises EncoderMissing.

    `strangers` are the validation rows of others; from `turns` of conversations is learned, beside the rows, what is urgent. `talks`
    are turns of conversations that nothing was learned from: on these, too, is chosen what is an emergency.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        encoder = TunedEncoder()
    except EncoderUnavailable as error:
        raise EncoderMissing(f"{error} It is part of the project (encoder/model); `make encoder` makes another.") from error
    concepts = _train_tuned(rows, strangers, encoder, folder / TUNED, turns=turns, talks=talks, progress=progress)
    concepts.save(folder)
    _train_ngrams(rows, strangers, concepts, folder / NGRAMS, progress)


def _train_tuned(
    rows: Sequence[Row],
    strangers: Sequence[Row],
    encoder: TunedEncoder,
    folder: Path,
    *,
    turns: Sequence[AlarmExample],
    talks: Sequence[AlarmExample],
    progress: Progress,
) -> Concepts:
    heads = Heads.load(encoder.folder)
    progress("urgency", 0, 1)
    second = learn_second_opinions([row for row in rows if not held_out(row)], turns, encoder, heads)
    second.save(folder)
    checked = [*(row for row in rows if held_out(row) and not is_correction(row)), *strangers]
    readings = _read(checked, encoder, progress)
    # Without the rows held out: a working point must be chosen on words that the spelling was not learned from.
    spelling = learn_spelling([row for row in rows if not held_out(row)])
    spelling.save(folder)
    texts = [readable(row.text) for row in checked]
    wholes = spelling.read(texts, [row.language for row in checked], [reading.whole for reading in readings], encoder)
    vectors = vectors_of(wholes, encoder.width)
    temperatures = choose_temperatures(checked, heads.standardise(vectors), heads) if checked else {}
    tempered = heads.tempered(temperatures)
    progress("phrases", 0, 1)
    opinions = [second.read(*each) for each in zip(texts, wholes, readings, strict=True)]
    told, alarms = [opinion for opinion, _ in opinions], [alarm for _, alarm in opinions]
    topics, speakers, said = choose_labels(checked, [tempered.read(vector) for vector in vectors], told)
    joint, unseen = choose_joint(checked, said, told)
    loudest = [reading.loudest(tempered) for reading in readings]
    signs, unseen = choose_signs(checked, unseen, loudest, told)
    concepts, weighed = choose_concepts(checked, unseen, read_phrases(concept_files()))
    urgent, dying, weighed = choose_alarms(checked, weighed, loudest, alarms)
    weights = WorkingPoint(
        temperatures=temperatures,
        nearness=NEARNESS,
        encoder=encoder.name,
        topics=topics,
        speakers=speakers,
        joint=joint,
        signs=signs,
        urgent=urgent,
        dying=dying,
    )
    nothing_corrected = Memory(np.zeros((0, encoder.width), dtype=np.float32), ())
    model = ScreeningModel(encoder, tempered, weights, nothing_corrected, concepts, spelling, second)
    choose_working_point(checked, weighed, weights, talks=talks, told_in_talks=_told(talks, model, progress)).save(folder)
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
    choose_working_point(checked, told, WorkingPoint(encoder=encoder.name, nearness=0.97)).save(folder)
    progress("n-grams", 1, 2)
    heads = fit_sparse(rows, features, encoder.name)
    heads.save(folder)
    remember(rows, encoder, heads).save(folder)


def _told(talks: Sequence[AlarmExample], model: ScreeningModel, progress: Progress) -> list[Likelihoods]:
    """Return what the model says of turns of conversations, as many read at once as there are cores."""

    def told(turn: AlarmExample) -> Likelihoods:
        text = readable(turn.text)
        (encoding,) = model.encoder.read([text])
        return model.understand(text, turn.language, encoding).likelihoods

    return list(_on_all_cores(told, talks, lambda done: progress("turns", done, len(talks))))


def _read(rows: Sequence[Row], encoder: Encoder, progress: Progress) -> list[Reading]:
    """Return the rows with their clauses, as many batches read at once as there are cores."""
    batches = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]

    def read(part: Sequence[Row]) -> list[Reading]:
        return read_all([readable(row.text) for row in part], [row.language for row in part], encoder)

    read_parts = _on_all_cores(read, batches, lambda done: progress("vectors", min(done * _BATCH, len(rows)), len(rows)))
    return [reading for part in read_parts for reading in part]


def _on_all_cores[T, R](work: Callable[[T], R], parts: Sequence[T], done: Callable[[int], None]) -> Iterator[R]:
    """Yield what is made of each part, as many at once as there are cores; tell how many are done."""
    with ThreadPoolExecutor(os.process_cpu_count()) as cores:
        for number, result in enumerate(cores.map(work, parts), start=1):
            done(number)
            yield result
