"""Runs two layers on two devices, and prints what moves between them. `python examples/devices.py`"""

import numpy as np

import tensorir as ti

rng = np.random.default_rng(0)
model = ti.ModuleBuilder()
layers = [model.weight(f"layer{i}", rng.standard_normal((256, 256), np.float32) / 16) for i in range(2)]
f = model.function("main")
x = f.arg("x", (ti.symbol("M"), 256), ti.f32, device="a")
for device, weight in zip(("a", "b"), layers, strict=True):
    with f.on(device):
        x = (x @ weight).gelu()
f.returns(x, devices=("a",))

program = ti.compile(model.build(), devices={"a": "cpu", "b": "vmvx"})
print(program(rng.standard_normal((3, 256), np.float32)).shape)
print(program.stats.transfers, "transfers of", program.stats.transferred_bytes, "bytes")
print("bytes of weights:", dict(program.stats.weights_by_device))
