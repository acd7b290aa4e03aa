"""Put the dialogue's own layers into an exported encoder: `python -m encoder.graft --help`.

They read what the layer below them says in the same pass; their mean stands in the output of earlier layers (`encoder.middle`), behind
the others. No other weight changes, and what the screening reads stays equal bit by bit.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import compose
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from encoder.card import write_card
from encoder.dialogue_examples import STATES
from encoder.dialogue_layers import PREFIX, DialogueLayers
from encoder.export import ABOUT, LAYERS, REDUCED, FastLayer, write_digests
from encoder.exported import read_exported
from encoder.middle import OUTPUT


class _Exported(nn.Module):
    def __init__(self, learned: DialogueLayers) -> None:
        super().__init__()
        self.layers = nn.ModuleList(FastLayer(layer, learned.width) for layer in learned.layers)

    def forward(self, states: Tensor) -> Tensor:
        for layer in self.layers:
            states = layer(states)
        return states.mean(dim=1)


def graft(learned: dict[str, Any], folder: Path) -> None:
    """Put learned layers into the graph of an exported encoder, in the place of those that are there."""
    layers = DialogueLayers(read_exported(folder)["encoder"], dropout=0.0)
    layers.load_state_dict(learned["layers"])
    with tempfile.TemporaryDirectory() as scratch:
        plain, small = Path(scratch) / "plain.onnx", Path(scratch) / "small.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the older exporter announces that it is the older one
            torch.onnx.export(
                _Exported(layers.eval()),
                (torch.randn(1, 24, layers.width),),
                str(plain),
                input_names=["states"],
                output_names=["vector"],
                dynamic_axes={"states": {0: "texts", 1: "length"}, "vector": {0: "texts"}},
                opset_version=17,
                dynamo=False,
            )
        logging.getLogger().setLevel(logging.ERROR)
        kinds = ["MatMul", "Gemm"]
        quantize_dynamic(
            plain, small, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=kinds, reduce_range=REDUCED
        )
        branch = compose.add_prefix(onnx.load(small), PREFIX)
    model = _without(onnx.load(folder / LAYERS))
    for node in branch.graph.node:
        node.input[:] = [STATES if name == f"{PREFIX}states" else name for name in node.input]
    concat = next(node for node in model.graph.node if OUTPUT in node.output)
    before = list(model.graph.node)
    before.remove(concat)
    concat.input.append(f"{PREFIX}vector")
    del model.graph.node[:]
    model.graph.node.extend([*before, *branch.graph.node, concat])
    model.graph.initializer.extend(branch.graph.initializer)
    onnx.checker.check_model(model)
    onnx.save(model, folder / LAYERS)
    about = json.loads((folder / ABOUT).read_text())
    about["dialogue_layers"] = {"begin": learned["begin"], "strangers": learned["figures"]}
    (folder / ABOUT).write_text(json.dumps(about, indent=1))
    write_card(folder)
    write_digests(folder)


def _without(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return an exported encoder without the layers that were put into it before."""
    graph = model.graph
    kept = [node for node in graph.node if not any(name.startswith(PREFIX) for name in node.output)]
    for node in kept:
        node.input[:] = [name for name in node.input if name != f"{PREFIX}vector"]
    weights = [item for item in graph.initializer if not item.name.startswith(PREFIX)]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(weights)
    return model


def main() -> None:
    """Put the layers in as the command line says."""
    parser = argparse.ArgumentParser(description="Put the dialogue's own layers into an exported encoder.")
    parser.add_argument("learned", type=Path, nargs="?", default=Path("build/dialogue_layers.pt"))
    parser.add_argument("--encoder", type=Path, default=Path("encoder/model"))
    options = parser.parse_args()
    graft(torch.load(options.learned, weights_only=True), options.encoder)


if __name__ == "__main__":
    main()
