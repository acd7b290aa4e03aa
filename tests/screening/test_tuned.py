from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.screening.encoder import EncoderUnavailable
from bot.screening.tuned import DIGESTS, MODEL, TunedEncoder, check_digests


def test_a_file_that_is_not_the_one_exported_is_refused(tmp_path: Path) -> None:
    (tmp_path / "layers.onnx").write_bytes(b"something else")
    (tmp_path / DIGESTS).write_text(f"{'0' * 64}  layers.onnx\n")
    with pytest.raises(EncoderUnavailable, match=r"layers\.onnx is not the file that was exported"):
        check_digests(tmp_path)


def test_a_missing_folder_makes_the_encoder_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable):
        TunedEncoder(tmp_path / "nothing")


def test_a_damaged_model_makes_the_encoder_unavailable(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    with (folder / "heads.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(EncoderUnavailable, match=r"heads\.npz"):
        TunedEncoder(folder)


@pytest.mark.model
def test_texts_read_together_are_read_as_alone_and_every_word_has_its_pieces() -> None:
    encoder = TunedEncoder()
    texts = ["szef zabrał mi paszport", "he took my passport … and left", "ნუ მეხებით", "x", "", "🙂 ok", "слово " * 400]
    together = encoder.read(texts)
    for text, encoding in zip(texts, together, strict=True):
        (alone,) = encoder.read([text])
        assert np.allclose(alone.vector, encoding.vector, atol=0.05)
        assert encoding.pieces is not None
        assert len(encoding.pieces) == len(encoding.owners) <= 256
        assert np.isfinite(encoding.vector).all()
    assert set(together[0].owners) == {-1, 0, 1, 2, 3}


@pytest.mark.model
def test_a_text_reads_the_same_on_every_processor() -> None:
    """Sums of eight-bit products overflow on a processor without VNNI unless the encoder forbids it: 0.17 away, where 1.0 is much.

    The numbers are what onnx's ReferenceEvaluator, which sums exactly, makes of the exported layers; a new export has others.
    """
    (fear,) = TunedEncoder().read(["мне страшно"])
    exact = [0.1727, 0.0150, -0.4006, -0.5984, 0.6164, -0.2836, -0.0442, 0.1428]
    assert np.allclose(fear.vector[: len(exact)], exact, atol=0.001)
