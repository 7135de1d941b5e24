"""all-MiniLM-L6-v2 with its weights, from transformers' BERT.

`minilm.onnx` from PyTorch's exporter and `minilm.mlir` from torch-mlir (weights as resources), for any length. Needs
the extra `dev`."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tensorir.demo.files import read_file
from tensorir.demo.sentences import SENTENCES
from tensorir.demo.tokenizer import encode
from tensorir.demo.weights import load_weights
from tests.support.producers.cases import Call, save_calls
from tests.support.producers.torch_mlir import write_linalg

LENGTHS = (2, 16, 75)


def minilm() -> Any:
    """(ids, mask), both [1, S] of i64 → [1, 384]: the mean over the kept places at length one."""
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    config = transformers.BertConfig(**json.loads(read_file("config.json")))
    config._attn_implementation = "eager"
    bert = transformers.BertModel(config, add_pooling_layer=False).eval()
    weights = {name: torch.from_numpy(np.array(array)) for name, array in load_weights().items()}
    missing = bert.load_state_dict(weights, strict=False).missing_keys
    assert not missing, f"BERT as transformers has it wants other weights: {missing}"
    for module in bert.modules():
        module._non_persistent_buffers_set.clear()  # the importer of torch-mlir finds only what is saved with a model

    class Embed(torch.nn.Module):
        def __init__(self) -> None:
            torch.nn.Module.__init__(self)
            self.bert = bert

        def forward(self, ids: Any, mask: Any) -> Any:
            x = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
            kept = mask[..., None].to(x.dtype)
            mean = (x * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    return Embed().eval()


def write(folder: Path) -> None:
    torch: Any = import_module("torch")
    model = minilm()
    ids, mask = (torch.from_numpy(a.astype(np.int64))[None] for a in encode(" ".join(SENTENCES)))
    example = (ids[:, :16], mask[:, :16])
    length = torch.export.Dim("S", min=2, max=512)
    sizes = {"ids": {1: length}, "mask": {1: length}}
    write_linalg(torch.export.export(model, example, dynamic_shapes=sizes), "embed", folder / "minilm.mlir")
    options: dict[str, Any] = {"dynamo": True, "external_data": False, "verbose": False}
    torch.onnx.export(model, example, folder / "minilm.onnx", dynamic_shapes=sizes, **options)
    session = import_module("onnxruntime").InferenceSession(folder / "minilm.onnx")
    calls: list[Call] = []
    for n in LENGTHS:
        args = ids[:, :n].numpy().copy(), mask[:, :n].numpy().copy()
        args[1][0, n - n // 4 :] = 0  # the last quarter is masked
        expected = session.run(None, dict(zip((i.name for i in session.get_inputs()), args, strict=True)))[0]
        with torch.no_grad():
            assert np.max(np.abs(model(*map(torch.from_numpy, args)).numpy() - expected)) < 1e-5
        calls.append((args, expected))
    save_calls(folder, calls)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
