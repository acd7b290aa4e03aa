"""The encoder that was tuned for this task, as `encoder/` exported it: onnxruntime, no network."""

from __future__ import annotations

import hashlib
import json
import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.screening.encoder import EncoderUnavailable, Encoding, Vectors
from bot.screening.pieces import Pieces

MODEL = Path(__file__).resolve().parents[2] / "encoder" / "model"
MOST_PIECES: Final = 256  # of one message that are read; the readable text is capped before, at about as much
_PREFIX: Final = "query:"  # the base model was trained with it
DIGESTS: Final = "SHA256SUMS"
_TOGETHER: Final = 32  # texts of one length in one run, at most
_BLOCK_BYTES: Final = 18  # an fp16 scale and 32 values of 4 bits
# Without VNNI a processor adds two products of signed weights in 16 bits, which weights of eight bits overflow without a
# word: the same message then reads differently on two machines. With unsigned weights the sums are exact on all of them
# and a tenth slower on those (onnxruntime's kOrtSessionOptionsAvx2PrecisionMode).
_EXACT_ON_EVERY_PROCESSOR: Final = "session.x64quantprecision"


def session_options(threads: int) -> Any:
    """Return how onnxruntime runs the exported layers: with the same result on every processor, keeping no memory."""
    import onnxruntime  # noqa: PLC0415 - without it the n-grams answer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = False  # it would keep the memory of the longest message for ever
    options.add_session_config_entry(_EXACT_ON_EVERY_PROCESSOR, "1")
    return options


class WordRows:
    """The rows of the table of pieces, read from its file one by one.

    Mapped into memory, each of them would keep its neighbours there: 21 MB of 22 after a thousand texts.
    """

    def __init__(self, path: Path) -> None:
        """Open the table; raises ValueError when the file holds no table of bytes."""
        table = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(table, np.memmap) or table.dtype != np.uint8 or table.ndim != 2:
            raise ValueError(f"{path} holds no table of bytes.")
        self._begins, self._width = table.offset, table.shape[1]
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, numbers: Sequence[int]) -> NDArray[np.uint8]:
        """Return some rows, one below the other."""
        rows = (os.pread(self._file, self._width, self._begins + number * self._width) for number in numbers)
        return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(numbers), self._width)


class TunedEncoder:
    """One vector for a message and one for each of its pieces."""

    def __init__(self, folder: Path = MODEL, *, threads: int = 1) -> None:
        """Load the exported encoder; raises EncoderUnavailable when a file is missing or is not the one that was exported.

        `threads` are those of one run: one where messages are answered, every core where thousands of rows are read.
        """
        try:
            import onnxruntime  # noqa: PLC0415 - without it the n-grams answer

            check_digests(folder)
            about = json.loads((folder / "about.json").read_text())
            table = json.loads((folder / "normal_form.json").read_text(encoding="utf-8"))
            self._known = Pieces.load(folder / "tokenizer.json")
            self._words = WordRows(folder / "words.npy")
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / "layers.onnx"), session_options(threads), providers=["CPUExecutionProvider"]
            )
        except EncoderUnavailable:
            raise
        except Exception as error:
            raise EncoderUnavailable(f"The tuned encoder in {folder} could not be loaded ({type(error).__name__}).") from error
        self.name: str = about["name"]
        self.width: int = about["width"]
        self.folder = folder
        self._first, self._last = about["specials"]["bos"], about["specials"]["eos"]
        self._normal_form = {ord(character): stands for character, stands in table.items()}

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Return one encoding for each text; texts of one length are read together."""
        pieces = [self._pieces(text) for text in texts]
        by_length: dict[int, list[int]] = {}
        for number, (ids, _) in enumerate(pieces):
            by_length.setdefault(len(ids), []).append(number)
        found: dict[int, Encoding] = {}
        for numbers in by_length.values():
            for start in range(0, len(numbers), _TOGETHER):
                chosen = numbers[start : start + _TOGETHER]
                hidden, middle = self._session.run(
                    ["pieces", "middle"], {"words": np.stack([self._word_vectors(pieces[number][0]) for number in chosen])}
                )
                for number, rows, earlier in zip(chosen, hidden, middle, strict=True):
                    found[number] = Encoding(rows.mean(axis=0), rows, pieces[number][1], earlier)
        return [found[number] for number in range(len(texts))]

    def _pieces(self, text: str) -> tuple[list[int], tuple[int, ...]]:
        parts, owners = [_PREFIX], [-1]
        for number, word in enumerate(text.split()):
            for part in word.translate(self._normal_form).split():
                parts.append(part)
                owners.append(number)
        numbers, places = self._known.cut(parts)
        ids = numbers[: MOST_PIECES - 2]
        belongs = [owners[place] for place in places[: len(ids)]]
        return [self._first, *ids, self._last], (-1, *belongs, -1)

    def _word_vectors(self, ids: Sequence[int]) -> Vectors:
        rows = self._words[ids].reshape(len(ids), -1, _BLOCK_BYTES)
        scale = np.ascontiguousarray(rows[:, :, :2]).view("<f2").astype(np.float32)
        nibbles = rows[:, :, 2:]
        values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=2).astype(np.float32) - 8
        return np.asarray((values * scale).reshape(len(ids), -1), dtype=np.float32)


def check_digests(folder: Path) -> None:
    """Compare the files of an exported encoder with their digests; raises EncoderUnavailable."""
    listed = (folder / DIGESTS).read_text().split("\n")
    for line in filter(None, listed):
        digest, _, name = line.partition("  ")
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise EncoderUnavailable(f"{folder / name} is not the file that was exported. Fetch the project again.")
