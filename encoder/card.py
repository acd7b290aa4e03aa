"""The model card: what the encoder is, from what, how good, and what it must not be used for."""

from __future__ import annotations

import json
from pathlib import Path

_SHOWN = ("handoff", "false_alarms", "topic", "language")
_CARD = """# Model card: {name}

A sentence encoder with linear heads that screens messages to an anti-trafficking hotline in sixteen languages (pl, en, uk, ru, be, ro,
bg, es, vi, ka, tl, tr, ar, hi, fr, pt): topic (47), triage (4), indicators (24), speaker (3), language (16).

| | |
|---|---|
| made on | {date} |
| base | {base} |
| data | {rows} messages of `nlu_data/` trained on, {rows_held_out} for validation (held out, and of strangers); not of real people |
| form | 12 layers{own}, 384 wide, int8; {pieces} pieces of vocabulary in 4-bit rows; digests in `SHA256SUMS` |
| licence | the base weights are MIT; this model is under the licence of the project |

## On the validation rows (full precision, handoff at 3 % false alarms)
{figures}

By language, handoffs at the same threshold:

| | rows | handoff | false alarms | topic | language |
|---|---|---|---|---|---|
{languages}

The independent test set and its figures by language: `docs/screening.md`; how the model came about: `docs/encoder.md`.

## Limits
- Written data: nobody native has read most of it, and the messages of real people will differ.
- It reads one message, up to 1,000 characters. Irony, inside language of groups, and languages other than the sixteen are beyond it.
- It says who should talk to a consultant soon. It must not decide that somebody is or is not a victim, and not be used to search
  for people, to police migrants, or without a human who reads what it found.

## Training
`{plan}`
"""


def write_card(folder: Path) -> None:
    """Write MODEL_CARD.md beside the exported model."""
    about = json.loads((folder / "about.json").read_text())
    figures = "\n".join(f"- {name.replace('_', ' ')}: {value:.3f}" for name, value in about["validation"].items())
    languages = "\n".join(
        f"| {code} | {row['rows']:.0f} | " + " | ".join(f"{row[name]:.3f}" for name in _SHOWN) + " |"
        for code, row in about["by_language"].items()
    )
    own = ", and the upper ones a second time for the dialogue alone" if "dialogue_layers" in about else ""
    filled = {**about, "own": own, "languages": languages, "figures": figures, "plan": json.dumps(about["plan"])}
    (folder / "MODEL_CARD.md").write_text(_CARD.format(**filled), encoding="utf-8")
