"""`evaluate`: how well the screening does on messages that nothing was trained on."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from bot.screening.evaluation import (
    MEASURES,
    Judged,
    ScreenedConversation,
    Share,
    by_language,
    evaluation_rows,
    judge_conversation,
    judge_rows,
    measure_conversations,
    read_conversations,
)
from bot.screening.rows import EVALUATION, GROUPS, NLU_DATA, VALIDATION, read_rows, validation_files
from bot.screening.screener import Screener, ScreenerUnusable
from bot.settings import load_settings

NO_PICTURES: Final = (
    "No pictures are drawn: matplotlib is not installed. `uv pip install matplotlib` adds it, `uv sync` removes it."
)


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evaluate",
        help="measure the screening on the evaluation messages",
        description="Prints a table by language with 95 %% intervals; writes pictures and the list of errors to a folder.",
    )
    parser.add_argument("--out", type=Path, help="a folder for pictures, figures and the list of errors")
    parser.add_argument("--model", type=Path, help="a folder with a screening model instead of the newest archive")
    parser.add_argument(
        "--validation",
        action="store_true",
        help="the validation messages and conversations instead, on which thresholds were chosen: too good, but free to be read",
    )
    parser.add_argument(
        "--conversations",
        action="store_true",
        help="how conversations are led instead: labelled turns, by language, kind and position",
    )
    parser.add_argument("--long", action="store_true", help="with --conversations: the evaluation's long messages instead")
    parser.add_argument("--rows", type=Path, help="a folder of evaluation messages by language instead of nlu_data/evaluation")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Evaluate and print."""
    if options.conversations:
        return _conversations(options)
    from tqdm import tqdm  # noqa: PLC0415

    from bot.screening.archive import load_folder, load_newest  # noqa: PLC0415 - the model is only loaded when it is needed

    try:
        screener = load_folder(options.model) if options.model else load_newest(Path(load_settings().model_dir))
    except ScreenerUnusable as problem:
        print(problem, file=sys.stderr)
        return 1
    part = VALIDATION if options.validation else EVALUATION
    rows, left_out = (read_rows(validation_files()), 0) if options.validation else evaluation_rows()
    if options.rows:
        rows, left_out = read_rows(sorted(options.rows.glob("*/*.yml"))), 0
    with tqdm(total=len(rows), file=sys.stderr, leave=False, mininterval=1, disable=None) as bar:
        judged = judge_rows(rows, screener, lambda done: bar.update(done - bar.n))
    table = by_language(judged)
    point = screener.model.point
    bars = ", ".join(f"{point.handoff_in.get(members[0], point.handoff):.3f} in {name}" for name, members in GROUPS.items())
    print(f"{len(judged)} messages, encoder {screener.model.encoder.name}; handoff from {bars} on")
    print(f"{left_out} more are left out: the same words stand in the training data\n")
    print(as_table(table))
    conversations = [] if options.rows else read_conversations(part)
    told = [judge_conversation(conversation, screener) for conversation in conversations]
    if told:
        print(f"\n{len(told)} conversations\n")
        for name, share in measure_conversations(told).items():
            print(f"{name:18} {_stated(share)}")
    if options.out:
        _write(options.out, judged, told, table, screener)
    return 0


def _conversations(options: argparse.Namespace) -> int:
    """Lead the labelled conversations and print how many turns are right."""
    from bot.dialogue.archive import load_reader  # noqa: PLC0415 - the model is only loaded when it is needed
    from bot.learning.evaluation import figures, judge  # noqa: PLC0415
    from bot.learning.labelled import conversation_files  # noqa: PLC0415
    from bot.learning.labelled import read_conversations as read_labelled  # noqa: PLC0415

    try:
        reader = load_reader(Path(load_settings().model_dir))
    except ScreenerUnusable as problem:
        print(problem, file=sys.stderr)
        return 1
    part = VALIDATION if options.validation else f"{EVALUATION}_long" if options.long else EVALUATION
    labelled = read_labelled(conversation_files(NLU_DATA, part))
    library = reader.understanding.library
    turns = [
        turn
        for conversation in labelled
        for turn in judge(
            conversation, library, lambda text, language, context: reader.read(text, language_hint=language, context=context)
        )
    ]
    print(f"{len(labelled)} conversations, {len(turns)} turns\n")
    for group, share in figures(turns).items():
        print(f"{group:28} {_stated(share)}")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        with (options.out / "turns.jsonl").open("w", encoding="utf-8") as file:
            for turn in turns:
                file.write(json.dumps(turn.__dict__ | {"right": turn.right}, ensure_ascii=False) + "\n")
    return 0


def as_table(table: Mapping[str, Mapping[str, Share]]) -> str:
    """Return the figures as text, each with its interval and denominator."""
    lines = [f"{'':18} " + " ".join(f"{name:>24}" for name in MEASURES)]
    lines += [
        f"{name:18} " + " ".join(f"{_stated(figures[measure]):>24}" for measure in MEASURES) for name, figures in table.items()
    ]
    return "\n".join(lines)


def _stated(share: Share) -> str:
    if not share.of:
        return "-"
    low, high = share.interval()
    return f"{share.value:.3f} ({low:.2f}-{high:.2f}) /{share.of:.0f}"


def _write(
    folder: Path,
    judged: Sequence[Judged],
    told: Sequence[ScreenedConversation],
    table: Mapping[str, Mapping[str, Share]],
    screener: Screener,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if find_spec("matplotlib") is not None:
        from bot.screening.pictures import draw  # noqa: PLC0415 - matplotlib takes a second

        paths = draw(judged, table, screener.model.point.handoff, folder)
    else:
        paths = []
        print(NO_PICTURES, file=sys.stderr)
    figures = {name: {measure: [share.hits, share.of] for measure, share in row.items()} for name, row in table.items()}
    (folder / "figures.json").write_text(json.dumps(figures, indent=1))
    (folder / "table.txt").write_text(as_table(table) + "\n")
    errors = [error for item in judged if (error := _error(item))]
    with (folder / "errors.jsonl").open("w", encoding="utf-8") as file:
        for error in errors:
            file.write(json.dumps(error, ensure_ascii=False) + "\n")
        for item in told:
            if item.end is not item.conversation.triage:
                wrong = {"conversation": item.conversation.id, "true": item.conversation.triage, "reached": item.reached}
                file.write(json.dumps(wrong, ensure_ascii=False) + "\n")
    print(f"\n{len(paths)} pictures, the figures and {len(errors)} messages with an error are in {folder}.")


def _error(item: Judged) -> dict[str, Any] | None:
    row, said = item.row, item.screening
    signs = sorted(evidence.indicator.value for evidence in said.indicators)
    wrong: dict[str, Any] = {}
    if said.triage is not row.triage:
        wrong["triage"] = [row.triage.value, said.triage.value, round(item.handoff, 3)]
    if signs != sorted(indicator.value for indicator in row.indicators):
        wrong["indicators"] = [sorted(indicator.value for indicator in row.indicators), signs]
    if said.topic not in (row.topic, *row.also):
        wrong["topic"] = [row.topic, said.topic]
    if said.speaker is not row.speaker:
        wrong["speaker"] = [row.speaker.value, said.speaker.value]
    if said.language != row.language:
        wrong["language"] = [row.language, said.language]
    return {"text": row.text, "language": row.language, **wrong} if wrong else None
