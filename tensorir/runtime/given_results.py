"""Checks the arrays that a caller gives for results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.interp.context import Context
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.signature import Signature

Array = npt.NDArray[Any]


def given_results(
    function: Signature, out: Array | Sequence[Array | None] | None, arguments: Sequence[Array], ctx: Context
) -> Sequence[Array | None]:
    """Returns one array or None per result. Raises TensorIRError that names the result and what is wrong with its
    array."""
    types = function.result_types
    if out is None:
        return (None,) * len(types)
    given = (out,) if isinstance(out, np.ndarray) else tuple(out)
    if len(given) != len(types):
        raise TensorIRError(f"@{function.name} has {len(types)} results, out has {len(given)} arrays", function.loc)
    for i, (array, type) in enumerate(zip(given, types, strict=True)):
        if array is None:
            continue
        shape = ctx.shape(type.shape)
        wrong = ""
        if not isinstance(array, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]  # users' data
            wrong = f"is a {array.__class__.__name__}, not an array"
        elif array.dtype != type.dtype.numpy or array.shape != shape:
            wrong = f"should be {type.dtype.numpy}{list(shape)}, got {array.dtype}{list(array.shape)}"
        elif not (array.flags.c_contiguous and array.flags.writeable and array.flags.aligned):
            wrong = "should be C-contiguous, aligned and writable"
        elif any(np.may_share_memory(array, a) for a in arguments):
            wrong = "shares memory with an argument"
        elif any(o is not None and o is not array and np.may_share_memory(array, o) for o in given[:i]):
            wrong = "shares memory with another result"
        if wrong:
            raise TensorIRError(f"@{function.name}: out[{i}] {wrong}", function.loc)
    return given
