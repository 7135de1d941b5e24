"""A block of a small model in PyTorch: `block.mlir`, any batch size. Needs torch and iree-base-compiler."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.support.producers.cases import save_calls
from tests.support.producers.torch_mlir import write_linalg

CHANNELS, WIDTH, HEADS = 6, 16, 2


def block() -> Any:
    """A convolution along a line, then attention and a feed-forward layer, each normed before and added after."""
    torch: Any = import_module("torch")
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self) -> None:
            nn.Module.__init__(self)
            self.conv = nn.Conv1d(CHANNELS, WIDTH, 3, padding=1)
            self.norm = nn.LayerNorm(WIDTH)
            self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
            self.out = nn.Linear(WIDTH, WIDTH)
            self.mlp = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 32), nn.GELU(), nn.Linear(32, WIDTH))

        def forward(self, x: Any) -> Any:
            x = self.conv(x).transpose(1, 2)
            batch, length, _ = x.shape
            parts = self.qkv(self.norm(x)).chunk(3, -1)
            q, k, v = (t.reshape(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2) for t in parts)
            weights = torch.softmax(q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5, -1)
            x = x + self.out((weights @ v).transpose(1, 2).reshape(batch, length, WIDTH))
            return x + self.mlp(x)

    torch.manual_seed(0)
    return Block().eval()


def write(folder: Path) -> None:
    torch: Any = import_module("torch")
    model = block()
    batch = torch.export.Dim("batch", min=2, max=64)
    inputs = [torch.randn(n, CHANNELS, 10) for n in (2, 3)]
    program = torch.export.export(model, (inputs[0],), dynamic_shapes=({0: batch},))
    write_linalg(program, "main", folder / "block.mlir")
    with torch.no_grad():
        save_calls(folder, [((x.numpy(),), model(x).numpy()) for x in inputs])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
