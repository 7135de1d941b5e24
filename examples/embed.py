"""Builds a small network, compiles it, runs it, and prints what the compiler did. `python examples/embed.py`"""

import numpy as np

import tensorir as ti

rng = np.random.default_rng(0)
model = ti.ModuleBuilder()
hidden = model.weight("hidden", rng.standard_normal((256, 512), np.float32) / 16)
out = model.weight("out", rng.standard_normal((512, 10), np.float32) / 16)
f = model.function("main")
x = f.arg("x", (ti.symbol("M"), 256), ti.f32)
f.returns((x @ hidden).gelu().matmul(out).softmax(-1))

program = ti.compile(model.build(), devices=("cpu",))
print(program(rng.standard_normal((3, 256), np.float32)).sum(axis=-1))
print(program.stats)
