"""The pieces of words that the encoder knows, and how a word is cut into them: the likeliest way (Unigram).

The same cuts as the library `tokenizers` makes of the file that it wrote, which trains with it, in a fiftieth of its memory: the pieces
lie in a trie of 300 KB. And nothing of what people wrote is remembered.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from marisa_trie import Trie

_BEGINS: Final = "▁"  # stands before each word, and begins one wherever it is written
_WORDS: Final = re.compile(f"{_BEGINS}[^{_BEGINS}]*")
_UNKNOWN_COSTS: Final = 10.0  # below the rarest piece, as in SentencePiece
_CUT: Final = {"type": "Unigram", "byte_fallback": False}
_SPLIT: Final = {"type": "Metaspace", "replacement": _BEGINS, "prepend_scheme": "always", "split": True}


class Pieces:
    """Cuts words into numbered pieces."""

    def __init__(self, pieces: Sequence[tuple[str, float]], unknown: int) -> None:
        """Take the pieces in the order of their numbers, each with its log likelihood; `unknown` is the number of what is none."""
        self._unknown = unknown
        self._trie: Any = Trie([piece for piece, _ in pieces])
        self._numbers = array("i", [0]) * len(pieces)  # both by the trie's own order
        self._scores = array("d", [0.0]) * len(pieces)
        for number, (piece, score) in enumerate(pieces):
            place = self._trie.key_id(piece)
            self._numbers[place], self._scores[place] = number, score
        self._longest = max(len(piece) for piece, _ in pieces)
        self._unknown_score = min(score for _, score in pieces) - _UNKNOWN_COSTS

    @classmethod
    def load(cls, path: Path) -> Pieces:
        """Read the file of a tokenizer; raises ValueError when it cuts in another way than this module."""
        told = json.loads(path.read_text(encoding="utf-8"))
        model, split = told["model"], told["pre_tokenizer"]
        others = [told[name] for name in ("normalizer", "post_processor", "truncation", "added_tokens") if told[name]]
        if others or split != _SPLIT or any(model[name] != wanted for name, wanted in _CUT.items()):
            raise ValueError(f"{path} cuts texts in a way that bot/screening/pieces.py does not know.")
        return cls(model["vocab"], model["unk_id"])

    def cut(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """Return the numbers of the pieces of all words, and for each piece the place of its word."""
        numbers: list[int] = []
        owners: list[int] = []
        for place, word in enumerate(words):
            for part in _WORDS.findall(word if word.startswith(_BEGINS) else _BEGINS + word):
                found = self._likeliest(part)
                numbers += found
                owners += [place] * len(found)
        return numbers, owners

    def _likeliest(self, word: str) -> list[int]:
        """Return the pieces of the likeliest cut; of several, the one found first. Unknown letters side by side are one piece."""
        best = [0.0] + [float("-inf")] * len(word)
        came = [(0, self._unknown)] * len(best)
        for start in range(len(word)):
            alone = False
            for piece, place in self._trie.iter_prefixes_with_ids(word[start : start + self._longest]):
                end = start + len(piece)
                alone = alone or end == start + 1
                if (score := best[start] + self._scores[place]) > best[end]:
                    best[end], came[end] = score, (start, self._numbers[place])
            if not alone and (score := best[start] + self._unknown_score) > best[start + 1]:
                best[start + 1], came[start + 1] = score, (start, self._unknown)
        cut: list[int] = []
        end = len(word)
        while end:
            end, number = came[end]
            if number != self._unknown or cut[-1:] != [number]:
                cut.append(number)
        return cut[::-1]
