"""Time of MiniLM per sentence: data-tiling late and off against PyTorch eager on one thread, interleaved in one run.

`python benchmarks/minilm.py [sequence lengths]`; needs the extra `demo`. A sentence's embedding is checked against
PyTorch's before anything is timed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.api import compile
from tensorir.demo.files import need
from tensorir.demo.minilm import build_minilm
from tensorir.demo.sentences import SENTENCES
from tensorir.demo.tokenizer import encode
from tensorir.demo.weights import load_weights

Array = npt.NDArray[Any]
ROUNDS = 15


def torch_model(weights: Mapping[str, Array]) -> Callable[[Array, Array], Array]:
    """The same model in PyTorch's own fused functions."""
    torch: Any = need("torch")
    torch.set_num_threads(1)
    f = torch.nn.functional
    w = {name: torch.from_numpy(array.copy()) for name, array in weights.items()}

    def linear(x: Any, name: str) -> Any:
        return f.linear(x, w[name + ".weight"], w[name + ".bias"])

    def norm(x: Any, name: str) -> Any:
        return f.layer_norm(x, (384,), w[name + ".weight"], w[name + ".bias"], 1e-12)

    def heads(x: Any) -> Any:
        return x.view(-1, 12, 32).transpose(0, 1)

    def embed(ids: Array, mask: Array) -> Array:
        with torch.inference_mode():
            e = "embeddings."
            x = w[e + "word_embeddings.weight"][torch.from_numpy(ids)]
            x = x + w[e + "position_embeddings.weight"][: len(ids)] + w[e + "token_type_embeddings.weight"][0]
            x = norm(x, e + "LayerNorm")
            bias = (1 - torch.from_numpy(mask)) * -1e30
            for i in range(6):
                p = f"encoder.layer.{i}."
                q, k, v = (heads(linear(x, f"{p}attention.self.{n}")) for n in ("query", "key", "value"))
                scores = torch.softmax(q @ k.transpose(1, 2) * 32**-0.5 + bias, -1)
                context = (scores @ v).transpose(0, 1).reshape(-1, 384)
                x = norm(linear(context, p + "attention.output.dense") + x, p + "attention.output.LayerNorm")
                inner = f.gelu(linear(x, p + "intermediate.dense"))
                x = norm(linear(inner, p + "output.dense") + x, p + "output.LayerNorm")
            mean = (x * torch.from_numpy(mask)[:, None]).sum(0) / float(mask.sum())
            return (mean / mean.norm()).numpy()

    return embed


def main() -> None:
    """Prints one row per length and contender: best, median, ratio to PyTorch."""
    lengths = [int(a) for a in sys.argv[1:]] or [16, 128]
    weights = load_weights()
    module = build_minilm(weights)
    late, off = compile(module, data_tiling="late"), compile(module, data_tiling="off")
    contenders: dict[str, Callable[[Array, Array], Any]] = {"late": late, "off": off, "torch": torch_model(weights)}
    print(f"{'length':>6} {'contender':10} {'best ms':>9} {'median ms':>10} {'torch/this':>11}")
    ids, mask = encode(" ".join(SENTENCES))
    for length in lengths:
        args = ids[:length], mask[:length]
        np.testing.assert_allclose(late(*args), contenders["torch"](*args), atol=1e-5)
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, run in contenders.items():
                start = perf_counter()
                run(*args)
                times[name].append((perf_counter() - start) * 1e3)
        for name, values in times.items():
            ratio = median(times["torch"]) / median(values)
            print(f"{length:6} {name:10} {min(values):9.1f} {median(values):10.1f} {ratio:11.2f}")


if __name__ == "__main__":
    main()
