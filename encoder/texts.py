"""Texts as word vectors, and batches of them."""

from __future__ import annotations

import torch
from torch import Tensor

from bot.language.normalise import readable
from encoder.base import dequantise
from encoder.hub import read_base
from encoder.vocabulary import make_tokenizer, normalised

PREFIX = "query: "


class Texts:
    """Turns texts into word vectors."""

    def __init__(self, longest: int, base: str) -> None:
        self.base = read_base(base)
        self._tokenizer = make_tokenizer(self.base)
        self._table = {ord(key): value for key, value in self.base.normal_form.items()}
        self._longest = longest

    def pieces(self, text: str) -> list[int]:
        """Return the ids of a text's pieces with the special ones around them."""
        ids = self._tokenizer.encode(normalised(PREFIX + readable(text), self._table)).ids
        return [self.base.specials["bos"], *ids[: self._longest - 2], self.base.specials["eos"]]

    def words(self, ids: list[int]) -> Tensor:
        """Return word vectors, shape (pieces, width)."""
        return torch.from_numpy(dequantise(self.base.word_blocks[ids]))


def padded(parts: list[Tensor]) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return a batch, the lengths in it, and the additive mask where lengths differ."""
    lengths = torch.tensor([len(part) for part in parts])
    batch = torch.nn.utils.rnn.pad_sequence([part.float() for part in parts], batch_first=True)
    if int(lengths.min()) == batch.shape[1]:
        return batch, lengths, None
    outside = torch.arange(batch.shape[1])[None, :] >= lengths[:, None]
    return batch, lengths, torch.zeros(outside.shape).masked_fill(outside, -1e4)[:, None, None, :]
