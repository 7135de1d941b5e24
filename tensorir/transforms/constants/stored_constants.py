"""Packed constants in the store on the disk, by what they are computed from and how (docs/constants-store.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import define, field

from tensorir.interp.context import Array
from tensorir.ir.dense import Dense
from tensorir.runtime.saved.container import kernel_table
from tensorir.store.installation import installation
from tensorir.store.store import ConstantStore
from tensorir.targets.device import Device

LEAST = 1 << 16
"""Bytes of a constant for which a file pays: smaller ones are computed in less time than it takes to open two files."""


@define
class StoredConstants:
    """Those of one compilation for one device. `mapped`: how many were found."""

    store: ConstantStore
    features: int
    mapped: int = 0
    _hashes: dict[int, bytes] = field(factory=dict[int, bytes])
    """By the identity of the source, which the module keeps alive."""

    @staticmethod
    def of(store: ConstantStore | None, device: Device) -> StoredConstants | None:
        """Returns None without a store, and for a device that does not compute constants with its kernels."""
        if store is None or device.executor is None:
            return None
        return StoredConstants(store, int(device.executor))

    def key(self, program: str, sources: Sequence[Dense]) -> bytes | None:
        """Returns the key of a constant; None if the store can't be used. `program`: the fingerprint of the
        initializer, which holds the types of its sources."""
        parts = [installation(), kernel_table(), self.features.to_bytes(8, "little"), bytes.fromhex(program)]
        for source in sources:
            if (found := self._hashed(source)) is None:
                return None
            parts.append(found)
        return self.store.hashed(np.frombuffer(b"".join(parts), np.uint8))

    def _hashed(self, source: Dense) -> bytes | None:
        if id(source) not in self._hashes:
            found = self.store.hashed(source.array.reshape(-1).view(np.uint8))
            if found is None:
                return None
            self._hashes[id(source)] = found
        return self._hashes[id(source)]

    def find(self, key: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array | None:
        """Returns a stored constant as read-only memory."""
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if (found := self.store.find(key, size)) is None:
            return None
        self.mapped += 1
        return found.view(dtype).reshape(shape)

    def keep(self, key: bytes, array: Array, label: str) -> Array | None:
        """Stores a constant and returns it as read-only memory; None if it can't be stored."""
        kept = self.store.keep(key, array.reshape(-1).view(np.uint8), label)
        return None if kept is None else kept.view(array.dtype).reshape(array.shape)
