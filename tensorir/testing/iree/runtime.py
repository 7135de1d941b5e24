"""Runs what IREE compiled: NumPy arrays in and out, checked against the signature that the program itself states."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES, DType, i64

Array = npt.NDArray[Any]

_SIGNLESS = {"u8": "i8", "u16": "i16", "u32": "i32", "u64": "i64"}
"""MLIR's integers have no sign: unsigned arrays go in as the signed type of their width."""


@frozen
class AbiType:
    """A type in a signature: `shape` is None for a scalar, a size None if it is only known at run time."""

    shape: tuple[int | None, ...] | None
    dtype: DType

    def __str__(self) -> str:
        if self.shape is None:
            return str(self.dtype)
        return f"tensor<{''.join(('?' if s is None else str(s)) + 'x' for s in self.shape)}{self.dtype}>"


class IreeProgram:
    """A compiled program, loaded. `program(function, args)` gives the results as arrays of their own."""

    def __init__(
        self, bytecode: bytes, parameters: Mapping[str, Mapping[str, Array]] | None = None, devices: int = 1
    ) -> None:
        self._rt: Any = import_module("iree.runtime")
        self._devices = _devices(devices)
        instance = _instance()
        modules = [self._rt.create_hal_module(instance, devices=list(self._devices))]
        self._keep = dict(parameters or {})
        if self._keep:
            providers = [self._provider(scope, arrays) for scope, arrays in self._keep.items()]
            modules.append(self._rt.create_io_parameters_module(instance, *providers))
        self._module = self._rt.VmModule.copy_buffer(instance, bytecode)
        try:
            self._context = self._rt.VmContext(instance, [*modules, self._module])
        except (RuntimeError, ValueError) as e:  # a parameter that is missing, among others
            raise TensorIRError(f"IREE: the program can't be loaded: {e}") from None

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that can be called."""
        return tuple(n for n in self._module.function_names if not n.startswith("__") and "$" not in n)

    def signature(self, function: str) -> tuple[tuple[AbiType, ...], tuple[AbiType, ...]]:
        """Types of arguments and results. Raises TensorIRError if there is no such function."""
        return self._lookup(function)[1:]

    def __call__(self, function: str, args: Sequence[npt.ArrayLike]) -> tuple[Array, ...]:
        """The results of @function. Scalars are rank-0 arrays; what MLIR calls i8 comes back as int8.

        Raises TensorIRError for arguments that don't fit the signature, and for what IREE reports at run time."""
        outputs = self.prepared(function, args)()
        return tuple(self._read(outputs, i, type) for i, type in enumerate(self.signature(function)[1]))

    def prepared(self, function: str, args: Sequence[npt.ArrayLike]) -> Callable[[], Any]:
        """A call of @function with arguments that are given to the device now, once: for measuring. It returns the
        device's results.

        Raises TensorIRError for arguments that don't fit the signature; its calls do for what IREE reports."""
        vm_function, takes, gives = self._lookup(function)
        if len(args) != len(takes):
            raise TensorIRError(f"IREE: @{function} takes {len(takes)} arguments, got {len(args)}")
        inputs = self._rt.VmVariantList(len(args))
        for i, (given, type) in enumerate(zip(args, takes, strict=True)):
            self._push(inputs, _checked(np.asarray(given), type, f"IREE: @{function}: argument {i}"), type)

        def call() -> Any:
            outputs = self._rt.VmVariantList(len(gives))
            try:
                self._context.invoke(vm_function, inputs, outputs)
            except (RuntimeError, ValueError) as e:
                raise TensorIRError(f"IREE: @{function} failed: {e}") from None
            return outputs

        return call

    def _lookup(self, function: str) -> tuple[Any, tuple[AbiType, ...], tuple[AbiType, ...]]:
        found = self._module.lookup_function(function) if function in self.functions else None
        if found is None:
            raise TensorIRError(f"IREE: no function @{function}; there are: {', '.join(self.functions)}")
        declaration: str = found.reflection.get("iree.abi.declaration", "")
        return found, *_signature(declaration, function)

    def _push(self, inputs: Any, array: Array, type: AbiType) -> None:
        if type.shape is not None:
            inputs.push_ref(self._view(array))
        elif type.dtype.name in ("f16", "bf16"):
            inputs.push_int(int(array.view(np.int16)))  # the ABI passes their bits
        elif type.dtype.is_float:
            inputs.push_float(float(array))
        else:
            inputs.push_int(int(array))

    def _view(self, array: Array) -> Any:
        rt = self._rt
        to_element = import_module("iree.runtime.array_interop").map_dtype_to_element_type
        return self._devices[0].allocator.allocate_buffer_copy(
            memory_type=rt.MemoryType.DEVICE_LOCAL | rt.MemoryType.HOST_VISIBLE,
            allowed_usage=rt.BufferUsage.DEFAULT | rt.BufferUsage.MAPPING,
            device=self._devices[0],
            buffer=np.asarray(array, order="C"),
            element_type=to_element(array.dtype),
        )

    def _read(self, outputs: Any, i: int, type: AbiType) -> Array:
        value = outputs.get_variant(i)
        if type.shape is None:
            if type.dtype.name in ("f16", "bf16"):
                return np.array(value, np.int16).view(type.dtype.numpy)
            return np.array(value).astype(type.dtype.numpy)
        view = value.deref(self._rt.HalBufferView, True)
        shape = tuple(view.shape)
        mapped = view.map()
        flat = mapped.asarray((int(np.prod(shape)),), self._rt.HalElementType.map_to_dtype(view.element_type))
        return np.array(flat, order="C").reshape(shape)  # a copy: the mapping ends here

    def _provider(self, scope: str, arrays: Mapping[str, Array]) -> Any:
        index = self._rt.ParameterIndex()
        for key, array in arrays.items():
            index.add_buffer(key, np.frombuffer(np.asarray(array, order="C").tobytes(), np.uint8).copy())
        return index.create_provider(scope=scope)


@cache
def _instance() -> Any:
    binding = import_module("iree.runtime")._binding
    binding.disable_leak_checker()  # instance and devices live as long as the process, which is not a leak
    return binding.VmInstance()


@cache
def _devices(count: int) -> tuple[Any, ...]:
    """CPU devices that run in the calling thread: the same results each time, no threads left behind."""
    _instance()
    driver: Any = import_module("iree.runtime").get_driver("local-sync")
    return tuple(driver.create_default_device() for _ in range(count))


def _checked(array: Array, type: AbiType, what: str) -> Array:
    name = array.dtype.newbyteorder("=")
    known = next((t for t in DTYPES.values() if t.numpy == name), None)
    signless = DTYPES[_SIGNLESS.get(known.name, known.name)] if known is not None else None
    if signless != type.dtype:
        raise TensorIRError(f"{what} should be {type}, got {array.dtype}")
    wanted = () if type.shape is None else type.shape
    if len(wanted) != array.ndim or any(w not in (None, s) for w, s in zip(wanted, array.shape, strict=True)):
        raise TensorIRError(f"{what} should be {type}, got shape {array.shape}")
    return array.astype(name, copy=False).view(type.dtype.numpy)


_TYPE = re.compile(r"%(input|output)\d+: (?:tensor<([^>]*)>|([a-z]+[0-9]*))")


def _signature(declaration: str, function: str) -> tuple[tuple[AbiType, ...], tuple[AbiType, ...]]:
    """Reads IREE's `sync func @f(%input0: tensor<?x3xf32>, …) -> (%output0: …)`."""
    if not declaration:
        raise TensorIRError(f"IREE: @{function} states no signature")
    types: dict[str, list[AbiType]] = {"input": [], "output": []}
    for side, tensor, scalar in _TYPE.findall(declaration):
        *sizes, element = (tensor or scalar).split("x") if tensor else (scalar,)
        dtype = i64 if element == "index" else DTYPES.get(element)
        if dtype is None:
            raise TensorIRError(f"IREE: @{function}: {element} is not an element type of arrays")
        shape = tuple(None if s == "?" else int(s) for s in sizes) if tensor else None
        types[side].append(AbiType(shape, dtype))
    if declaration.count("%input") != len(types["input"]) or declaration.count("%output") != len(types["output"]):
        raise TensorIRError(f"IREE: @{function} has a signature that is not understood: {declaration}")
    return tuple(types["input"]), tuple(types["output"])
