"""Gives the data of parameters: globals that name a key of a file or table instead of holding data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from attrs import evolve

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Diagnostic, TensorIRError
from tensorir.ir.module import Global, Module, Parameter
from tensorir.text.stored import StoredArray

Parameters = Mapping[str, Mapping[str, npt.ArrayLike]]
"""Scope → key → data."""


def bind_parameters(module: Module, parameters: Parameters) -> Module:
    """Returns `module` with the data of each parameter in its global; itself if it has no parameters.

    A read-only C-contiguous array is not copied. Raises TensorIRError that lists all missing keys and all data of
    another shape or element type, each at the place of its global."""
    wrong: list[Diagnostic] = []
    globals: list[Global] = []
    for g in module.globals:
        if isinstance(g.value, Parameter):
            found = parameters.get(g.value.scope, {}).get(g.value.key)
            if found is not None and not isinstance(found, StoredArray):
                found = np.asarray(found)  # data in a file is read only when it is known to fit
            problems = [_missing(g.value, parameters)] if found is None else list(_misfits(g, found))
            wrong += [Diagnostic(f"@{g.name}, the parameter {g.value}: {problem}", g.loc) for problem in problems]
            g = g if found is None or problems else evolve(g, value=Dense(np.asarray(found)))
        globals.append(g)
    if wrong:
        raise TensorIRError(wrong)
    return module.replace(globals=globals)


def _missing(parameter: Parameter, parameters: Parameters) -> str:
    if parameter.scope in parameters:
        return f"there is no such key among the {len(parameters[parameter.scope])} of that scope"
    return f"there is no such scope; given: {', '.join(map(repr, parameters)) or 'none'}"


def _misfits(g: Global, array: npt.NDArray[np.generic] | StoredArray) -> Iterator[str]:
    if array.dtype.newbyteorder("=") != g.type.dtype.numpy:
        yield f"its data should be {g.type.dtype} ({g.type.dtype.numpy}), got {array.dtype}"
    elif array.shape != g.type.shape:
        yield f"its data should have the shape [{', '.join(map(str, g.type.shape))}], got {list(array.shape)}"
