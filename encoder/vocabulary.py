"""The tokenizer of the base model, as the library `tokenizers` runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from encoder.base import BaseModel


def make_tokenizer(base: BaseModel) -> Tokenizer:
    """Return a Unigram tokenizer over the pieces that were kept; special pieces are added by whoever encodes."""
    tokenizer = Tokenizer(
        models.Unigram(list(zip(base.pieces, base.scores, strict=True)), unk_id=base.specials["unk"], byte_fallback=False)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    return tokenizer


def save_tokenizer(base: BaseModel, folder: Path) -> None:
    """Write `tokenizer.json` and `normal_form.json` (characters and what stands for them) to a folder."""
    make_tokenizer(base).save(str(folder / "tokenizer.json"), pretty=False)
    kept = {key: value for key, value in base.normal_form.items()}
    (folder / "normal_form.json").write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def normalised(text: str, table: dict[int, str]) -> str:
    """Return a text in the base model's normal form, its runs of spaces made one."""
    return " ".join(part for part in text.translate(table).split(" ") if part)
