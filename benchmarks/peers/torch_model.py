"""MiniLM in PyTorch's own fused functions, and the ONNX file that PyTorch's exporter makes of it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Shape, Weights

EXPORTER = ("torch", "onnx", "onnxscript")
"""The modules that `onnx_file` needs."""


def torch_model(weights: Weights) -> Any:
    """A module: (ids [B, S] of i64, mask [B, S] of f32) → [B, 384]."""
    torch: Any = import_module("torch")
    f = torch.nn.functional

    class MiniLM(torch.nn.Module):
        def __init__(self) -> None:
            torch.nn.Module.__init__(self)
            for name, array in weights.items():
                self.register_buffer(name.replace(".", "_"), torch.from_numpy(array.copy()))

        def at(self, name: str) -> Any:
            return getattr(self, name.replace(".", "_"))

        def linear(self, x: Any, name: str) -> Any:
            return f.linear(x, self.at(name + ".weight"), self.at(name + ".bias"))

        def norm(self, x: Any, name: str) -> Any:
            return f.layer_norm(x, (384,), self.at(name + ".weight"), self.at(name + ".bias"), 1e-12)

        def forward(self, ids: Any, mask: Any) -> Any:
            batch, tokens = ids.shape
            word, position, kind = (
                self.at(f"embeddings.{n}_embeddings.weight") for n in ("word", "position", "token_type")
            )
            x = self.norm(f.embedding(ids, word) + position[:tokens] + kind[0], "embeddings.LayerNorm")
            bias = ((1 - mask) * -1e30)[:, None, None, :]
            for i in range(6):
                p = f"encoder.layer.{i}."
                parts = (self.linear(x, f"{p}attention.self.{n}") for n in ("query", "key", "value"))
                q, k, v = (part.view(batch, tokens, 12, 32).transpose(1, 2) for part in parts)
                context = f.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2)
                attended = self.linear(context.reshape(batch, tokens, 384), p + "attention.output.dense")
                x = self.norm(attended + x, p + "attention.output.LayerNorm")
                inner = f.gelu(self.linear(x, p + "intermediate.dense"))
                x = self.norm(self.linear(inner, p + "output.dense") + x, p + "output.LayerNorm")
            mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            return mean / mean.norm(dim=-1, keepdim=True)

    return MiniLM().eval()


def onnx_file(weights: Weights, shape: Shape, folder: Path) -> Path:
    """The model for these sizes, with the inputs `ids` and `mask`."""
    path = folder / f"minilm-{shape.batch}x{shape.tokens}.onnx"
    if not path.exists():
        torch: Any = import_module("torch")
        sizes = shape.batch, shape.tokens
        example = torch.zeros(sizes, dtype=torch.int64), torch.ones(sizes)
        options: dict[str, Any] = {"dynamo": True, "external_data": False, "verbose": False}
        with torch.no_grad():
            torch.onnx.export(torch_model(weights), example, path, input_names=["ids", "mask"], **options)
    return path
