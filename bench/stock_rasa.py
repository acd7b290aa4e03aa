"""Stock Rasa (DIET over count vectors) on the same rows, to compare with.

Stock Rasa needs Python 3.10 and TensorFlow 2.12, so it has an environment of its own, and three steps:

    .venv/bin/python -m bench.stock_rasa rows build/stock          # with the project's environment: writes the rows
    python3.10 -m venv build/stock/venv && build/stock/venv/bin/pip install rasa==3.6.21
    build/stock/venv/bin/python bench/stock_rasa.py train build/stock topic 10    # and: triage 5
    .venv/bin/python -m bench.stock_rasa figures build/stock       # prints the table

The pipeline is the one of `rasa init`, the number of epochs is the last argument (stock: 100; an epoch of these rows takes two to
three minutes on two cores). DIET names one intent a message: topic and triage are two models, indicators have none.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

CONFIG = """recipe: default.v1
assistant_id: stock
language: pl
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: {epochs}
  constrain_similarities: true
  entity_recognition: false
  random_seed: 7
policies: []
"""


def write_rows(folder: Path) -> None:
    """Write training, validation and evaluation rows as JSON."""
    from bot.screening.evaluation import evaluation_rows  # noqa: PLC0415 - the stock environment has no `bot`
    from bot.screening.rows import held_out, read_rows, training_files, validation_files  # noqa: PLC0415

    rows = read_rows(training_files())
    parts = {
        "train": [row for row in rows if not held_out(row)],
        "validation": read_rows(validation_files()),
        "evaluation": evaluation_rows()[0],
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        part: [
            {"text": row.text, "language": row.language, "topic": row.topic, "also": row.also, "triage": row.triage.value}
            for row in chosen
        ]
        for part, chosen in parts.items()
    }
    (folder / "rows.json").write_text(json.dumps(written, ensure_ascii=False))
    print({part: len(chosen) for part, chosen in written.items()})


def train(folder: Path, label: str, epochs: int) -> None:
    """Train stock Rasa on one label and write what it says of the validation and evaluation rows."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    from rasa.core.agent import Agent  # noqa: PLC0415
    from rasa.model_training import train_nlu  # noqa: PLC0415

    rows = json.loads((folder / "rows.json").read_text())
    project = folder / label
    (project / "data").mkdir(parents=True, exist_ok=True)
    examples = defaultdict(list)
    for row in rows["train"]:
        examples[row[label]].append(json.dumps(row["text"], ensure_ascii=False))
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in examples.items():
        lines += [f"- intent: {intent}", "  examples:", *(f"  - {{text: {text}}}" for text in texts)]
    (project / "data" / "nlu.yml").write_text("\n".join(lines) + "\n")
    (project / "config.yml").write_text(CONFIG.format(epochs=epochs))
    (project / "domain.yml").write_text('version: "3.1"\nintents:\n' + "".join(f"- {intent}\n" for intent in examples))
    paths = [str(project / name) for name in ("config.yml", "data", "models")]
    started = time.monotonic()
    model = train_nlu(*paths, domain=str(project / "domain.yml"))
    seconds = time.monotonic() - started
    agent = Agent.load(model)

    async def told(part: str) -> list[dict[str, Any]]:
        found = []
        for row in rows[part]:
            began = time.perf_counter()
            parsed = await agent.parse_message(row["text"])
            milliseconds = (time.perf_counter() - began) * 1000
            ranking = {item["name"]: item["confidence"] for item in parsed["intent_ranking"]}
            found.append({"best": parsed["intent"]["name"], "ranking": ranking, "milliseconds": milliseconds})
        return found

    result: dict[str, Any] = {part: asyncio.run(told(part)) for part in ("validation", "evaluation")}
    result |= {"epochs": epochs, "seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    (folder / f"{label}.json").write_text(json.dumps(result))


def print_figures(folder: Path) -> None:
    """Print the measures of the table by group of languages; the threshold is chosen on the validation rows, as for ours."""
    from bot.screening.calibration import ALLOWED_FALSE_ALARMS  # noqa: PLC0415
    from bot.screening.rows import GROUPS  # noqa: PLC0415

    rows = json.loads((folder / "rows.json").read_text())
    topic, triage = (json.loads((folder / f"{label}.json").read_text()) for label in ("topic", "triage"))

    def handoff(item: dict[str, Any]) -> float:
        return float(item["ranking"].get("high", 0)) + float(item["ranking"].get("emergency", 0))

    for name, languages in GROUPS.items():
        chosen = {
            part: [
                (row, *said)
                for row, *said in zip(rows[part], topic[part], triage[part], strict=True)
                if row["language"] in languages
            ]
            for part in ("validation", "evaluation")
        }
        calm = sorted(handoff(said) for row, _, said in chosen["validation"] if row["triage"] == "none")
        bar = calm[-int(ALLOWED_FALSE_ALARMS[languages] * len(calm)) - 1]
        tested = chosen["evaluation"]
        figures = {
            "topic": [said["best"] in (row["topic"], *row["also"]) for row, said, _ in tested],
            "handoff": [handoff(said) > bar for row, _, said in tested if row["triage"] in {"high", "emergency"}],
            "emergency": [
                handoff(said) > bar and said["ranking"].get("emergency", 0) > said["ranking"].get("high", 0)
                for row, _, said in tested
                if row["triage"] == "emergency"
            ],
            "false alarms": [handoff(said) > bar for row, _, said in tested if row["triage"] == "none"],
        }
        print(f"{name:20}", "  ".join(f"{what} {sum(hits) / len(hits):.3f} /{len(hits)}" for what, hits in figures.items()))
    for label, result in (("topic", topic), ("triage", triage)):
        middle = statistics.median(item["milliseconds"] for item in result["evaluation"])
        print(
            f"{label}: {result['epochs']} epochs, {result['seconds']:.0f} s, {middle:.0f} ms a message, {result['megabytes']:.0f} MB"
        )


if __name__ == "__main__":
    step, where, *rest = sys.argv[1:]
    if step == "train":
        train(Path(where), rest[0], int(rest[1]))
    else:
        {"rows": write_rows, "figures": print_figures}[step](Path(where))
