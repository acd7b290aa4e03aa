"""Export a tuned encoder for the running program: `python -m encoder.export --help`.

Layers as ONNX in int8, one scale a channel; embeddings as the 4-bit rows in which they came; tokenizer, heads, digests, model card.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from bot.screening.heads import about_heads
from encoder.base import BaseModel
from encoder.card import write_card
from encoder.hub import SOURCES, read_base
from encoder.labels import NAMES
from encoder.middle import tell_middle
from encoder.network import Encoder, Heads, Layer
from encoder.vocabulary import save_tokenizer

LAYERS, WORDS, HEADS, ABOUT, DIGESTS = "layers.onnx", "words.npy", "heads.npz", "about.json", "SHA256SUMS"


class FastLayer(nn.Module):
    """A layer whose query, key and value are one multiplication: fewer, larger ones are faster."""

    def __init__(self, layer: Layer, width: int) -> None:
        super().__init__()
        parts = (layer.query, layer.key, layer.value)
        self.heads, self.width, self.layer = layer.heads, width, layer
        self.together = nn.Linear(width, 3 * width)
        scale = (width // layer.heads) ** -0.5
        with torch.no_grad():
            self.together.weight.copy_(torch.cat([parts[0].weight * scale, parts[1].weight, parts[2].weight]))
            self.together.bias.copy_(torch.cat([parts[0].bias * scale, parts[1].bias, parts[2].bias]))

    def forward(self, x: Tensor) -> Tensor:
        batch, length = x.shape[0], x.shape[1]
        size = self.width // self.heads
        q, k, v = self.together(x).view(batch, length, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        mixed = ((q @ k.transpose(-1, -2)).softmax(-1) @ v).transpose(1, 2).reshape(batch, length, self.width)
        x = self.layer.out_norm(x + self.layer.out(mixed))
        return self.layer.down_norm(x + self.layer.down(F.gelu(self.layer.up(x))))


class _Exported(nn.Module):
    def __init__(self, encoder: Encoder, width: int) -> None:
        super().__init__()
        self.positions, self.norm = encoder.positions, encoder.norm
        self.layers = nn.ModuleList(FastLayer(layer, width) for layer in encoder.layers)

    def forward(self, words: Tensor) -> Tensor:
        x = self.norm(words + self.positions.weight[: words.shape[1]])
        for layer in self.layers:
            x = layer(x)
        return x


def export(tuned: dict[str, Any], folder: Path, *, keep_fp32: Path | None = None) -> None:
    """Write the folder that `bot.screening.tuned` loads."""
    base = read_base(tuned["plan"].get("base", "wheel"))
    width = base.sizes["width"]
    encoder = Encoder(base, 0.0)
    encoder.load_state_dict(tuned["encoder"])
    heads = Heads(width, {name: len(values) for name, values in NAMES.items()})
    heads.load_state_dict(tuned["heads"])
    folder.mkdir(parents=True, exist_ok=True)
    _write_layers(_Exported(encoder.eval(), width), width, folder / LAYERS, keep_fp32)
    np.save(folder / WORDS, base.word_blocks)
    save_tokenizer(base, folder)
    name = f"frontdoor-e5-small-{_digest(folder / LAYERS)[:8]}"
    _write_heads(heads, name, folder / HEADS)
    _write_about(base, tuned, name, folder / ABOUT)
    write_card(folder)
    tell_middle(folder / LAYERS)
    write_digests(folder)


def write_digests(folder: Path) -> None:
    """Write down the digests of an exported encoder's files."""
    files = sorted(path for path in folder.iterdir() if path.name not in (DIGESTS, "MODEL_CARD.md"))
    (folder / DIGESTS).write_text("".join(f"{_digest(path)}  {path.name}\n" for path in files))


def _write_layers(model: nn.Module, width: int, path: Path, keep_fp32: Path | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the older exporter announces that it is the older one
            torch.onnx.export(
                model,
                (torch.randn(1, 24, width),),
                str(plain),
                input_names=["words"],
                output_names=["pieces"],
                dynamic_axes={"words": {0: "texts", 1: "length"}, "pieces": {0: "texts", 1: "length"}},
                opset_version=17,
                dynamo=False,
            )
        if keep_fp32 is not None:
            shutil.copy(plain, keep_fp32)
        logging.getLogger().setLevel(logging.ERROR)
        quantize_dynamic(
            plain,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm"],
            reduce_range=REDUCED,
        )
        onnx.checker.check_model(onnx.load(path))


# Seven bits would not overflow where two products are added in 16 bits; the program sees to that itself (`bot/screening/tuned.py`).
REDUCED = False


def _write_heads(heads: Heads, name: str, path: Path) -> None:
    arrays: dict[str, Any] = {"mean": heads.mean.numpy(), "scale": heads.scale.numpy()}
    for head, linear in heads.linear.items():
        arrays[f"weights.{head}"] = linear.weight.detach().numpy()
        arrays[f"biases.{head}"] = linear.bias.detach().numpy()
    np.savez_compressed(path, about=np.array(about_heads(name, heads.linear)), **arrays)


def _write_about(base: BaseModel, tuned: dict[str, Any], name: str, path: Path) -> None:
    about = {
        "name": name,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "base": f"intfloat/multilingual-e5-small (MIT), {SOURCES[tuned['plan'].get('base', 'wheel')]}",
        "width": base.sizes["width"],
        "pieces": len(base.pieces),
        "specials": base.specials,
        "rows": tuned["rows"],
        "rows_held_out": tuned["checked"],
        "plan": tuned["plan"],
        "validation": tuned["history"][-1],
        "by_language": tuned["by_language"],
    }
    path.write_text(json.dumps(about, indent=1))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Export as the command line says."""
    parser = argparse.ArgumentParser(description="Export a tuned encoder for the running program.")
    parser.add_argument("tuned", type=Path, nargs="?", default=Path("build/encoder/tuned.pt"))
    parser.add_argument("--out", type=Path, default=Path("encoder/model"))
    parser.add_argument("--keep-fp32", type=Path, help="also write the layers before they are quantised, to compare")
    options = parser.parse_args()
    export(torch.load(options.tuned, weights_only=True), options.out, keep_fp32=options.keep_fp32)
    size = sum(path.stat().st_size for path in options.out.iterdir()) / 2**20
    print(f"{options.out}: {size:.1f} MB")


if __name__ == "__main__":
    main()
