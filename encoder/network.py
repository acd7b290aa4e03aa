"""The encoder and its heads in PyTorch."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from encoder.base import BaseModel


class Layer(nn.Module):
    """One transformer layer, normalised after each sum, as BERT has it."""

    def __init__(self, width: int, heads: int, inner: int, eps: float, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)
        self.out_norm = nn.LayerNorm(width, eps)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.down_norm = nn.LayerNorm(width, eps)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the next hidden states; `mask` is additive, shape (batch, 1, 1, length)."""
        batch, length, width = x.shape

        def split(values: Tensor) -> Tensor:
            return values.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(-1, -2) / (width // self.heads) ** 0.5
        if mask is not None:
            scores = scores + mask
        mixed = (F.dropout(scores.softmax(-1), self.dropout, self.training) @ v).transpose(1, 2).reshape(batch, length, width)
        x = self.out_norm(x + F.dropout(self.out(mixed), self.dropout, self.training))
        return self.down_norm(x + F.dropout(self.down(F.gelu(self.up(x))), self.dropout, self.training))


class Encoder(nn.Module):
    """Word vectors in, one vector for each piece out."""

    def __init__(self, base: BaseModel, dropout: float = 0.1) -> None:
        super().__init__()
        sizes = base.sizes
        self.positions = nn.Embedding(sizes["positions"], sizes["width"])
        self.norm = nn.LayerNorm(sizes["width"], base.eps)
        self.layers = nn.ModuleList(
            Layer(sizes["width"], sizes["heads"], sizes["inner"], base.eps, dropout) for _ in range(sizes["layers"])
        )
        self._load(base)

    def _load(self, base: BaseModel) -> None:
        tensors = {name: torch.from_numpy(np.array(values)) for name, values in base.tensors.items()}
        width = base.sizes["width"]

        def put(target: Tensor, name: str) -> None:
            target.data.copy_(tensors[name].view(target.shape))

        put(self.positions.weight, "emb.pos")
        self.positions.weight.data += tensors["emb.type"].view(-1, width)[0]  # there is only one kind of segment
        put(self.norm.weight, "emb.ln.w")
        put(self.norm.bias, "emb.ln.b")
        parts = {
            "query": "q",
            "key": "k",
            "value": "v",
            "out": "ao",
            "out_norm": "aln",
            "up": "fi",
            "down": "fo",
            "down_norm": "oln",
        }
        for index, layer in enumerate(self.layers):
            for part, short in parts.items():
                put(getattr(layer, part).weight, f"l{index}.{short}.w")
                put(getattr(layer, part).bias, f"l{index}.{short}.b")

    def lower(self, words: Tensor, mask: Tensor | None, until: int) -> Tensor:
        """Run the sum of embeddings and the first `until` layers."""
        x = self.norm(words + self.positions.weight[: words.shape[1]])
        for layer in self.layers[:until]:
            x = layer(x, mask)
        return x

    def upper(self, x: Tensor, mask: Tensor | None, since: int) -> Tensor:
        """Run the layers from `since` on."""
        for layer in self.layers[since:]:
            x = layer(x, mask)
        return x

    def forward(self, words: Tensor) -> Tensor:
        """Return the piece vectors of texts of one length, shape (batch, length, width)."""
        return self.upper(self.lower(words, None, 0), None, 0)


class Heads(nn.Module):
    """Linear heads over the standardised mean of the piece vectors."""

    def __init__(self, width: int, sizes: dict[str, int]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        self.dropout = nn.Dropout(0.1)
        self.linear = nn.ModuleDict({name: nn.Linear(width, size) for name, size in sizes.items()})

    def standard(self, pooled: Tensor) -> Tensor:
        """Return standardised vectors: what the heads, and the running program's search for answers, read."""
        return (pooled - self.mean) / self.scale

    def forward(self, pooled: Tensor) -> dict[str, Tensor]:
        """Return the logits of every head."""
        standard = self.dropout(self.standard(pooled))
        return {name: linear(standard) for name, linear in self.linear.items()}


def pool(hidden: Tensor, lengths: Tensor) -> Tensor:
    """Return the mean of each text's own piece vectors."""
    inside = torch.arange(hidden.shape[1])[None, :] < lengths[:, None]
    return (hidden * inside[:, :, None]).sum(1) / lengths[:, None]
