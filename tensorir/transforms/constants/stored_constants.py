"""Packed constants in the store on the disk, by what they are computed from and how (docs/constants-store.md)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import define, field

from tensorir.interp.context import Array
from tensorir.ir.dense import Dense
from tensorir.ir.module import Global, Module
from tensorir.ir.region import Region
from tensorir.runtime.saved.container import kernel_table
from tensorir.store.installation import installation
from tensorir.store.store import ConstantStore, Item
from tensorir.targets.device import Device
from tensorir.transforms.constants.initializer_programs import Initializer
from tensorir.transforms.constants.small_constants import SmallConstants

LEAST = 1 << 16
"""Bytes of a constant that is stored for itself, and of all constants together for which the store is used: to compute
less takes less time than to open files."""

AT_ONCE = 1 << 26
"""Bytes that are computed before they are written to a file."""


@define
class StoredConstants:
    """Those of one compilation for one device."""

    store: ConstantStore
    large: Mapping[str, Initializer]
    keys: Mapping[str, bytes]
    small: SmallConstants
    small_key: bytes | None
    """None if the small ones are not stored: there are none, or they were found."""
    pending: dict[str, Array] = field(factory=dict[str, Array])
    """Large ones that were computed and not yet written."""
    _pending_bytes: int = 0

    @staticmethod
    def of(
        store: ConstantStore | None, device: Device, module: Module, initializers: Mapping[str, Initializer | None]
    ) -> StoredConstants | None:
        """Returns None without a store, or without enough to store, and for a device that does not compute constants
        with its kernels."""
        programs = {name: i for name, i in initializers.items() if i is not None and i.size > 0}
        if store is None or device.executor is None or sum(i.size for i in programs.values()) < LEAST:
            return None
        keys = _Keys(store, int(device.executor), module, programs)
        found = {name: key for name in programs if (key := keys.of(name)) is not None}
        large = {name: i for name, i in programs.items() if name in found and i.size >= LEAST}
        small = {name: i for name, i in programs.items() if name in found and i.size < LEAST}
        small_keys = {name: found[name] for name in small}
        small_key = store.hashed(b"".join([b"small", *small_keys.values()])) if small else None
        return StoredConstants(store, large, found, SmallConstants(small, small_keys), small_key)

    def found(self) -> dict[str, Array]:
        """Returns what is stored, as read-only memory."""
        found: dict[str, Array] = {}
        for name, i in self.large.items():
            if (data := self.store.find(self.keys[name], i.size)) is not None:
                found[name] = data.view(i.dtype).reshape(i.shape)
        if self.small_key is not None:
            data = self.store.find(self.small_key, self.small.size)
            if data is not None:
                self.small_key = None
                found |= self.small.read(data)
        return found

    def add(self, name: str, array: Array) -> dict[str, Array]:
        """Takes a constant that kernels have computed. Returns those that were written now, as read-only memory."""
        if name in self.large:
            self.pending[name] = array
            self._pending_bytes += array.nbytes
        elif self.small_key is not None and name in self.small.initializers:
            self.small.made[name] = array
        return self._written([]) if self._pending_bytes >= AT_ONCE else {}

    def written(self) -> dict[str, Array]:
        """Writes what was not written yet, and returns it as read-only memory."""
        small = self.small
        if self.small_key is None or not small.made:
            return self._written([])
        label = f"{len(small.made)} small constants"
        return self._written([Item(self.small_key, small.content(), label)])

    def _written(self, small: list[Item]) -> dict[str, Array]:
        """The small ones are the last, if at all."""
        large, self.pending, self._pending_bytes = self.pending, {}, 0
        items = [Item(self.keys[n], a.reshape(-1).view(np.uint8), self._label(n)) for n, a in large.items()]
        if not (items or small) or (kept := self.store.keep(items + small)) is None:
            return {}
        stored = {n: kept[i].view(a.dtype).reshape(a.shape) for i, (n, a) in enumerate(large.items())}
        return stored | (self.small.read(kept[-1]) if small else {})

    def _label(self, name: str) -> str:
        (yielded,) = self.large[name].body.yield_types
        return str(yielded)


@define
class _Keys:
    """The keys of initializers: the hash of the program and of what it loads. A global that is computed itself counts
    by its key, so that keys are known before anything is computed."""

    store: ConstantStore
    features: int
    module: Module
    programs: Mapping[str, Initializer]
    _found: dict[str, bytes | None] = field(factory=dict[str, "bytes | None"])

    def of(self, name: str) -> bytes | None:
        """Returns None if the store can't be used, or for an initializer that is not a program, needs one that is not,
        or depends on itself."""
        if name not in self._found:
            self._found[name] = None  # for one that depends on itself
            program = self.programs[name]
            sources = [self._source(load) for load in program.loads]
            known = [source for source in sources if source is not None]
            if len(known) == len(sources):
                parts = [installation(), kernel_table(), self.features.to_bytes(8, "little")]
                self._found[name] = self.store.hashed(b"".join([*parts, bytes.fromhex(program.fingerprint), *known]))
        return self._found[name]

    def _source(self, name: str) -> bytes | None:
        value = self.module.lookup(Global, name).value
        if isinstance(value, Region):
            found = self.of(name) if name in self.programs else None
            return None if found is None else b"computed" + found
        if not isinstance(value, Dense):
            return None
        if name not in self._found:
            self._found[name] = self.store.hashed(value.array.reshape(-1).view(np.uint8))
        found = self._found[name]
        return None if found is None else b"contents" + found
