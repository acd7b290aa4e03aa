"""An exported encoder read back into PyTorch's names, so that training can go on from what the repository holds.

What int8 lost is lost; the weights are within half a step of the quantisation of those that were exported.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from encoder.labels import NAMES

ATTENTION_HEADS: Final = 12
_Array = np.ndarray[Any, Any]


def read_exported(folder: Path) -> dict[str, dict[str, Tensor]]:
    """Return the states of encoder and heads of an exported folder."""
    graph = onnx.load(folder / "layers.onnx").graph
    arrays = _arrays(graph)
    encoder = {name: arrays[name] for name in ("positions.weight", "norm.weight", "norm.bias")} | _layers(graph, arrays)
    with np.load(folder / "heads.npz") as stored:
        heads = {"mean": stored["mean"], "scale": stored["scale"]}
        for name in NAMES:
            heads |= {
                f"linear.{name}.weight": stored[f"weights.{name}"],
                f"linear.{name}.bias": stored[f"biases.{name}"],
            }
    return {which: _tensors(state) for which, state in (("encoder", encoder), ("heads", heads))}


def read_grafted(folder: Path, prefix: str) -> dict[str, Tensor]:
    """Return the states of the layers that stand in an exported encoder under a prefix, counted from 0; none where there are none."""
    graph = onnx.load(folder / "layers.onnx").graph
    return _tensors(_layers(graph, _arrays(graph), prefix))


def _arrays(graph: onnx.GraphProto) -> dict[str, _Array]:
    return {item.name: numpy_helper.to_array(item) for item in graph.initializer}


def _tensors(state: Mapping[str, _Array]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.array(values)) for name, values in state.items()}


def _layers(graph: onnx.GraphProto, arrays: Mapping[str, _Array], prefix: str = "") -> dict[str, _Array]:
    multiplied = {node.name: node.input[1].removesuffix("_quantized") for node in graph.node if node.op_type == "MatMulInteger"}

    def weight(layer: int, part: str) -> _Array:
        name = multiplied[f"{prefix}/layers.{layer}/{part}/MatMul_quant"]
        whole, zero = arrays[f"{name}_quantized"].astype(np.float32), arrays[f"{name}_zero_point"].astype(np.float32)
        return np.asarray(((whole - zero) * arrays[f"{name}_scale"]).T, dtype=np.float32)

    depth = sum(name.startswith(f"{prefix}/layers.") and name.endswith("/together/MatMul_quant") for name in multiplied)
    found: dict[str, _Array] = {}
    for layer in range(depth):
        here, stored = f"layers.{layer}", f"{prefix}layers.{layer}"
        together, bias = weight(layer, "together"), arrays[f"{stored}.together.bias"]
        for place, part in enumerate(("query", "key", "value")):
            rows = slice(place * together.shape[0] // 3, (place + 1) * together.shape[0] // 3)
            scale = (together.shape[1] // ATTENTION_HEADS) ** -0.5 if part == "query" else 1.0  # the export folds it in
            found |= {f"{here}.{part}.weight": together[rows] / scale, f"{here}.{part}.bias": bias[rows] / scale}
        for part in ("out", "up", "down"):
            found |= {f"{here}.{part}.weight": weight(layer, part), f"{here}.{part}.bias": arrays[f"{stored}.layer.{part}.bias"]}
        for norm in ("out_norm", "down_norm"):
            found |= {f"{here}.{norm}.{kind}": arrays[f"{stored}.layer.{norm}.{kind}"] for kind in ("weight", "bias")}
    return found
