"""Checks the arguments of a call and binds size symbols from their shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import DimExpr, evaluate, plain_symbol
from tensorir.ir.dtype import DTYPES, DType
from tensorir.ir.location import Location
from tensorir.ir.signature import Signature
from tensorir.ir.types import Type
from tensorir.text.stored import StoredArray

Array = npt.NDArray[Any]

_UNSIGNED = {t: DTYPES[f"u{t.bits}"].numpy for t in DTYPES.values() if t.kind == "signed"}


def bind_arguments(
    function: Signature, args: Sequence[npt.ArrayLike], *, convert: bool = True
) -> tuple[tuple[Array, ...], dict[str, int]]:
    """Returns the arguments as arrays, and the value of every size symbol. `convert`: to arrays of native byte order
    and aligned elements, where they are not such arrays.

    Raises TensorIRError that names the argument, what was expected and what was given."""
    expected = function.arg_types
    if len(args) != len(expected):
        raise TensorIRError(f"@{function.name} takes {len(expected)} arguments, got {len(args)}", function.loc)
    names = [f"argument {i}" + (f" (%{hint})" if hint else "") for i, hint in enumerate(function.arg_names)]
    given = tuple(_given(function, n, t, a) for n, t, a in zip(names, expected, args, strict=True))
    sizes = bind_sizes(expected, given, names, f"@{function.name}", function.loc)
    arrays = tuple(np.asarray(a) for a in given)
    return tuple(_usable(t, a) for t, a in zip(expected, arrays, strict=True)) if convert else arrays, sizes


def bind_sizes(
    types: Sequence[Type],
    arrays: Sequence[Array | StoredArray],
    names: Sequence[str],
    where: str,
    loc: Location,
    known: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Returns symbol → value. A dim that is a symbol binds it; every other dim must then have the value of its
    expression. `known` are symbols that already have a value."""
    sizes: dict[str, int] = dict(known or {})
    bound_by = dict.fromkeys(sizes, "the launch")
    for type, array, name in zip(types, arrays, names, strict=True):
        for d, (dim, actual) in enumerate(zip(type.shape, array.shape, strict=True)):
            symbol = plain_symbol(dim)
            if symbol is not None and sizes.setdefault(symbol, actual) != actual:
                raise TensorIRError(
                    f"{where}: {name}: dim {d} is {actual}, but {symbol} is {sizes[symbol]} by {bound_by[symbol]}", loc
                )
            if symbol is not None:
                bound_by.setdefault(symbol, f"{name} dim {d}")
    for type, array, name in zip(types, arrays, names, strict=True):
        for d, (dim, actual) in enumerate(zip(type.shape, array.shape, strict=True)):
            try:
                wanted = evaluate(dim, sizes)
            except KeyError as e:
                raise TensorIRError(f"{where}: {name}: dim {d} is {dim}: {e.args[0]}", loc) from None
            except ZeroDivisionError:
                given = ", ".join(f"{s} = {n}" for s, n in sizes.items())
                message = f"{where}: {name}: dim {d} is {dim}, which divides by zero where {given}"
                raise TensorIRError(message, loc) from None
            if wanted != actual:
                given = f"{dim} = {wanted}" if isinstance(dim, DimExpr) else str(dim)
                message = f"{where}: {name}: dim {d} should be {given}, got {actual} (shape {array.shape})"
                raise TensorIRError(message, loc)
    return sizes


def _given(function: Signature, name: str, type: Type, given: npt.ArrayLike) -> Array | StoredArray:
    """Returns an argument of the right element type and rank. Data in a file is read only when its sizes fit too."""
    where = f"@{function.name}: {name}"
    array = given if isinstance(given, StoredArray) else np.asarray(given)
    dtype: DType = type.dtype
    given_as = array.dtype.newbyteorder("=")
    if function.signless and given_as == _UNSIGNED.get(dtype):
        array = array.view(dtype.numpy.newbyteorder(array.dtype.byteorder))
    elif given_as != dtype.numpy:
        wanted = f"convert it with .astype({dtype.numpy.name!r})"
        if given_as == _UNSIGNED.get(dtype):
            wanted += f", or keep its bits with .view({dtype.numpy.name!r})"
        raise TensorIRError(f"{where} should be {dtype} ({dtype.numpy}), got {array.dtype}; {wanted}", function.loc)
    if array.ndim != type.rank:
        raise TensorIRError(f"{where} should be {type} of rank {type.rank}, got shape {array.shape}", function.loc)
    return array


def _usable(type: Type, array: Array) -> Array:
    return array if array.dtype.isnative and array.flags.aligned else array.astype(type.dtype.numpy)
