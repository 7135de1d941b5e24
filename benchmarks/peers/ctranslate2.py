"""CTranslate2: its BERT encoder in f32, with the mean over the tokens in NumPy, as its users write it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.peer import Array, Embed, Peer, Shape, Weights
from tensorir.demo.files import read_file

FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def converted(folder: Path) -> Path:
    """The model in CTranslate2's form, made by its converter from the files of the model."""
    source, made = folder / "huggingface", folder / "ctranslate2"
    if not (made / "model.bin").exists():
        source.mkdir(exist_ok=True)
        for name in FILES:
            (source / name).write_bytes(read_file(name))
        import_module("ctranslate2.converters").TransformersConverter(str(source)).convert(str(made), force=True)
    return made


def build(weights: Weights, shape: Shape, folder: Path) -> Embed:
    ct2: Any = import_module("ctranslate2")
    options = {"compute_type": "float32", "inter_threads": 1, "intra_threads": shape.threads}
    encoder = ct2.Encoder(str(converted(folder)), device="cpu", **options)

    def embed(ids: Array, mask: Array) -> Array:
        lengths = mask.sum(1)
        views = (ct2.StorageView.from_array(a.astype(np.int32)) for a in (ids, lengths))
        x = np.asarray(encoder.forward_batch(*views).last_hidden_state)
        mean = (mask[:, None, :] @ x)[:, 0] / lengths[:, None]
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    return embed


CTRANSLATE2 = Peer("ctranslate2", ("ctranslate2", "transformers", "torch"), build)
