"""Random weights of a model under construction."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from ml_dtypes import int4

from tensorir.builder.module import ModuleBuilder, Weight


class Weights(dict[str, Weight]):
    """The weights of `module` by name. All are small, so that values stay near 1 in any number of layers.

    A weight that is there already stays as it is, so that several functions can name it."""

    def __init__(self, module: ModuleBuilder) -> None:
        self._module = module
        self._random = np.random.default_rng(0)

    def random(self, name: str, *shape: int) -> None:
        """Adds f32 numbers of about 1/√(their last size)."""
        self.add(name, self._random.standard_normal(shape, np.float32) / np.float32(shape[-1] ** 0.5))

    def integers(self, name: str, *shape: int, bits: int) -> None:
        """Adds signed integers of `bits` bits, 4 or 8."""
        data = self._random.integers(-(1 << bits - 1), 1 << bits - 1, shape)
        self.add(name, data.astype(int4 if bits == 4 else np.int8))

    def add(self, name: str, data: npt.NDArray[Any]) -> None:
        if name not in self:
            self[name] = self._module.weight(name, data)

    def linear(self, name: str, outputs: int, inputs: int) -> None:
        """Adds a weight of N×K and a bias of N."""
        self.random(f"{name}.weight", outputs, inputs)
        self.random(f"{name}.bias", outputs)

    def norm(self, name: str, width: int) -> None:
        """Adds a scale and a bias."""
        self.random(f"{name}.weight", width)
        self.random(f"{name}.bias", width)
