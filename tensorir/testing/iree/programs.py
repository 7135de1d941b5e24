"""Runs tensorir programs with IREE: writes them as MLIR, compiles and calls them in a separate process, compares
results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy.typing as npt
from attrs import evolve

from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Fill, Fold, LayerNorm, Reduce
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.tensor import Cast, CollapseShape, ExpandShape, ExtractSlice, InsertSlice
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.mlir import print_mlir
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.iree import IreeOptions, run_mlir, verify_mlir
from tensorir.testing.iree.runtime import Array
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tensorir.transforms.simplify.cse import CommonSubexpressions
from tensorir.transforms.simplify.inline_calls import InlineCalls

LIMITS: Mapping[str, str] = {
    "was ended by signal": "IREE crashes",
    "source and target ranges overlap within the same buffer": "IREE copies part of a tensor over itself, in place",
    "write affecting operations on global resources": "IREE fuses what it can't distribute",
    "to match type of corresponding result": "IREE loses the encoding between a product and one that adds to it",
    "op inferred input/output operand #": "IREE makes an invalid op of a window with a dim of size 1",
    "expected rank to be smaller or equal": "IREE misjudges the size of a window with a dim of size 1",
    "exceeded stack allocation limit": "IREE keeps a row of unknown length on the stack (softmax)",
    "op expected number of yield values": "IREE folds a transpose into one of several results and forgets the others",
    "tiling factors must be less than or equal to the input rank": "IREE packs a vector of one element as a matrix",
    "failed to link executable": "IREE has no such function (tanh, sin, cos, atan of f64)",
    "failed to legalize operation 'math.": "IREE has no such function (erf, cbrt of f64, erfc)",
}
"""What IREE 3.13 can't do with valid programs: a part of its message, and the cause."""


_PARTS = (ExtractSlice, Cast, ExpandShape, CollapseShape, Transfer)
"""Ops that IREE may do without moving data."""

IN_PLACE = LIMITS["source and target ranges overlap within the same buffer"]
"""IREE mostly does not notice that data is overwritten before it is read, and the result is wrong."""


TRANSFERRED = "IREE writes a transferred result over another one of the same launch"
"""It does not notice: a result is another one's bytes."""


REPEATED = "IREE takes one element of a fill that is reduced"
"""It does not notice: a sum of eight ones is 1."""


UNFUSED = ("--iree-dispatch-creation-fuse-multi-use=false",)
"""IREE 3.13 computes an elementwise op that has several uses together with the first of them. If that one reads only
some of the elements, such as every other one, only these are written, and the other uses see what was in the memory. It
does not notice, and does it only in this optional fusion."""


class IreeLimitError(TensorIRError):
    """A valid program that IREE can't compile or run, for one of the reasons in LIMITS."""

    reason: str

    def __init__(self, error: TensorIRError, reason: str) -> None:
        super().__init__(error.diagnostics)
        self.reason = reason


def iree_results(
    module: Module,
    function: str,
    args: Sequence[npt.ArrayLike],
    options: IreeOptions | None = None,
    *,
    parameters: Mapping[str, Mapping[str, Array]] | None = None,
) -> tuple[Array, ...]:
    """Returns what IREE computes for @function of `module`, at any stage that has a form in MLIR. Integers are
    signless. An op with several uses is not fused with them (UNFUSED).

    Raises IreeLimitError for what IREE can't do, TensorIRError for everything else that goes wrong."""
    chosen = IreeOptions() if options is None else options
    devices = tuple(dict.fromkeys((*chosen.devices, *_device_names(module))))
    chosen = evolve(chosen, devices=devices, flags=(*UNFUSED, *chosen.flags))
    text = print_mlir(module)
    verify_mlir(text)  # an invalid program is not a limit of IREE
    try:
        return run_mlir(text, args, function, chosen, parameters=parameters, isolated=True)
    except TensorIRError as e:
        for part, reason in LIMITS.items():
            if part in str(e):
                raise IreeLimitError(e, reason) from None
        raise


def iree_agrees(
    module: Module,
    function: str,
    args: Sequence[npt.ArrayLike],
    options: IreeOptions | None = None,
    *,
    written: Module | None = None,
) -> bool:
    """Fails unless IREE gives results that `module` may give (see `assert_agrees`, also for what is returned).

    `written`: another form of the same program, such as a later stage, that IREE gets to see instead. Raises
    IreeLimitError for what IREE can't do, and for what it is known to do wrong: IN_PLACE, TRANSFERRED, REPEATED."""
    if _transfers_one_of_several(module):
        raise IreeLimitError(TensorIRError("device.transfer of one of several results of a linalg.fold"), TRANSFERRED)
    if _sums_a_fill(module):
        raise IreeLimitError(TensorIRError("a reduction of a fill"), REPEATED)
    if _changes_what_is_read(module):
        raise IreeLimitError(TensorIRError("tensor.insert_slice into what is still read"), IN_PLACE)
    results = iree_results(module if written is None else written, function, args, options)
    return assert_agrees(module, function, args, results, signless=True)


def _transfers_one_of_several(module: Module) -> bool:
    """Whether one of the results of a fold with several is transferred, with all calls inlined."""
    return any(
        isinstance(op, Transfer) and _is_one_of_several(region, _origin(region, op.source))
        for region, op in _inlined_ops(module)
    )


def _is_one_of_several(region: Region, value: Value) -> bool:
    op = region.definitions.get(value)
    return isinstance(op, Fold) and len(op.results) > 1


def _sums_a_fill(module: Module) -> bool:
    """Whether a fill, as it is or a part of it, is reduced. Norms sum rows."""
    return any(
        isinstance(op, Reduce | LayerNorm | RmsNorm)
        and isinstance(region.definitions.get(_origin(region, op.source)), Fill)
        for region, op in _inlined_ops(module)
    )


def _changes_what_is_read(module: Module) -> bool:
    """Whether a slice of a tensor is inserted into that tensor, or a slice into an argument that is also returned."""
    for region, op in _inlined_ops(module):
        if isinstance(op, InsertSlice):
            root = _origin(region, op.dest)
            returned = root in region.args and any(_origin(region, y) is root for y in region.yields)
            if returned or _origin(region, op.source) is root:
                return True
    return False


def _inlined_ops(module: Module) -> Iterator[tuple[Region, Op]]:
    """The ops of all regions as IREE sees them, each with its region: calls inlined, views folded."""
    passes = (InlineCalls(), Canonicalize(), CommonSubexpressions())
    for function in run_passes(module, passes).functions:
        for region in _regions(function.body):
            yield from ((region, op) for op in region.ops)


def _regions(body: Region) -> Iterator[Region]:
    yield body
    for op in body.walk():
        yield from op.regions


def _origin(region: Region, value: Value) -> Value:
    """The tensor that `value` is, or is a part of."""
    while isinstance(op := region.definitions.get(value), _PARTS):
        value = op.source
    return value


def _device_names(module: Module) -> Iterator[str]:
    """Every device that the program names, in order of appearance."""
    for function in module.functions:
        yield from (name for name in (*function.arg_devices, *function.result_devices) if name)
        yield from (op.device for op in function.body.walk() if isinstance(op, Transfer))
