"""Base weights read from the files of a hub, made small here: the names are BERT's, the tokenizer a Unigram as XLM-R has it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers

from encoder.base import BaseWeightsMissing, dequantise, quantise
from encoder.hub import CONFIG, TOKENIZER, WEIGHTS, read_folder
from encoder.vocabulary import make_tokenizer

WIDTH, INNER, LAYERS = 64, 96, 2
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "pasz", "port", "▁слово", "中", "ა", "a", "b"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = np.random.default_rng(7)

    def some(*shape: int) -> np.ndarray:
        return chance.normal(size=shape).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": some(len(PIECES), WIDTH),
        "embeddings.position_embeddings.weight": some(16, WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
        "embeddings.LayerNorm.weight": some(WIDTH),
        "embeddings.LayerNorm.bias": some(WIDTH),
        "pooler.dense.weight": some(WIDTH, WIDTH),
    }
    for layer in range(LAYERS):
        for part, (rows, columns) in {
            "attention.self.query": (WIDTH, WIDTH),
            "attention.self.key": (WIDTH, WIDTH),
            "attention.self.value": (WIDTH, WIDTH),
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (INNER, WIDTH),
            "output.dense": (WIDTH, INNER),
        }.items():
            tensors |= {
                f"encoder.layer.{layer}.{part}.weight": some(rows, columns),
                f"encoder.layer.{layer}.{part}.bias": some(rows),
            }
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            tensors |= {f"encoder.layer.{layer}.{part}.{kind}": some(WIDTH) for kind in ("weight", "bias")}
    save_file(tensors, tmp_path / WEIGHTS)
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0 - place) for place, piece in enumerate(PIECES)], unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.save(str(tmp_path / TOKENIZER))
    sizes = {"hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": INNER}
    (tmp_path / CONFIG).write_text(
        json.dumps({**sizes, "max_position_embeddings": 16, "type_vocab_size": 2, "layer_norm_eps": 1e-12})
    )
    return tmp_path


def test_four_bits_keep_each_value_within_a_step() -> None:
    values = np.random.default_rng(1).normal(size=(9, 64)).astype(np.float32)
    values[3, :32] = 0
    steps = np.abs(values.reshape(-1, 32)).max(1, keepdims=True) / 8
    apart = np.abs(dequantise(quantise(values)) - values).reshape(-1, 32)
    assert (apart <= steps * 1.01).all()


def test_the_vocabulary_is_cut_to_our_scripts_and_the_special_pieces_stay(folder: Path) -> None:
    base = read_folder(folder)
    assert base.pieces == [piece for piece in PIECES if piece != "中"]
    assert {name: base.pieces[place] for name, place in base.specials.items()} == {
        "bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>",
    }  # fmt: skip
    assert base.word_blocks.shape[0] == len(base.pieces)
    assert make_tokenizer(base).encode("paszport").tokens[-2:] == ["pasz", "port"]


def test_each_weight_of_a_layer_is_found_under_its_name(folder: Path) -> None:
    base = read_folder(folder)
    assert base.sizes["layers"] == LAYERS
    assert base.tensors["l1.fi.w"].shape == (INNER, WIDTH)
    assert base.tensors["l0.aln.b"].shape == (WIDTH,)
    assert len(base.tensors) == 4 + LAYERS * 16


def test_what_the_tokenizer_replaces_is_known_character_by_character(folder: Path) -> None:
    normal_form = read_folder(folder).normal_form
    assert normal_form["Ａ"] == "A"
    assert normal_form["ﬁ"] == "fi"
    assert "ą" not in normal_form


def test_weights_of_another_model_are_refused(folder: Path) -> None:
    save_file({"something.else": np.zeros((2, 2), dtype=np.float32)}, folder / WEIGHTS)
    with pytest.raises(BaseWeightsMissing, match="another model"):
        read_folder(folder)
