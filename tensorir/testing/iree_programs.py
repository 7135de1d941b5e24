"""Programs of ours run by IREE: written as MLIR, compiled and called in a process of its own, results compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy.typing as npt
from attrs import evolve

from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Broadcast, Contract, Fold, LayerNorm, Reduce, Softmax
from tensorir.dialects.tensor import Cast, CollapseShape, ExpandShape, ExtractSlice, InsertSlice
from tensorir.frontends.mlir import print_mlir
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.ir.op import Trait
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.iree import IreeOptions, run_mlir, verify_mlir
from tensorir.testing.iree_runtime import Array
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tensorir.transforms.simplify.cse import CommonSubexpressions
from tensorir.transforms.simplify.inline_calls import InlineCalls

LIMITS: Mapping[str, str] = {
    "was ended by signal": "IREE crashes",
    "source and target ranges overlap within the same buffer": "IREE copies part of a tensor over itself, in place",
    "write affecting operations on global resources": "IREE fuses what it can't distribute",
    "to match type of corresponding result": "IREE loses the encoding between a product and one that adds to it",
    "op inferred input/output operand #": "IREE makes an invalid op of a window with a dim of size 1",
    "exceeded stack allocation limit": "IREE keeps a row of unknown length on the stack (softmax)",
    "op expected number of yield values": "IREE folds a transpose into one of several results and forgets the others",
    "failed to link executable": "IREE has no such function (tanh, sin, cos, atan of f64)",
    "failed to legalize operation 'math.": "IREE has no such function (erf, cbrt of f64, erfc)",
}
"""What IREE 3.13 can't do with valid programs: a part of its message, and what is behind it."""


_PARTS = (ExtractSlice, Cast, ExpandShape, CollapseShape, Transfer)
"""Ops that IREE may do without moving data."""

_REDUCTIONS = (Contract, Fold, LayerNorm, Reduce, Softmax)

IN_PLACE = LIMITS["source and target ranges overlap within the same buffer"]
"""Mostly IREE does not notice, and the result is wrong: what was overwritten is read."""


TRANSFERRED = "IREE writes a transferred result over another one of the same launch"
"""It does not notice: a result is another one's bytes."""


REPEATED = "IREE takes one element of a reduction whose elements are all the same"
"""It does not notice: a sum of eight ones is 1."""


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
    """What IREE computes for @function of `module`, from any stage that has a form in MLIR. Integers are signless.

    Raises IreeLimitError for what IREE can't do, TensorIRError for everything else that goes wrong."""
    chosen = IreeOptions() if options is None else options
    chosen = evolve(chosen, devices=tuple(dict.fromkeys((*chosen.devices, *_device_names(module)))))
    text = print_mlir(module)
    verify_mlir(text)  # what is invalid as it stands is no limit of IREE
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
    if _transfers_beside_a_fold(module):
        raise IreeLimitError(TensorIRError("device.transfer beside a linalg.fold with several results"), TRANSFERRED)
    if _reduces_copies(module):
        raise IreeLimitError(TensorIRError("a reduction of a tensor whose elements are all the same"), REPEATED)
    if _inserts_into_what_is_read(module):
        raise IreeLimitError(TensorIRError("tensor.insert_slice into a tensor that is read elsewhere"), IN_PLACE)
    results = iree_results(module if written is None else written, function, args, options)
    return assert_agrees(module, function, args, results, signless=True)


def _transfers_beside_a_fold(module: Module) -> bool:
    ops = [op for function in module.functions for op in function.body.walk()]
    return any(isinstance(op, Transfer) for op in ops) and any(
        isinstance(op, Fold) and len(op.bodies) > 1 for op in ops
    )


def _reduces_copies(module: Module) -> bool:
    """Whether anything is reduced that is made of fills and literals alone, or repeated along a dim, calls inlined."""
    for function in run_passes(module, (InlineCalls(),)).functions:
        copies: set[Value] = set()
        for op in function.body.walk():
            given = [v for v in op.operands if v not in copies]
            if isinstance(op, _REDUCTIONS) and (not given or op.operands[0] in copies):
                return True
            if isinstance(op, Broadcast) or (op.is_(Trait.PURE) and not given and not isinstance(op, GlobalLoad)):
                copies.update(op.results)
    return False


def _inserts_into_what_is_read(module: Module) -> bool:
    """Whether a slice is inserted into a tensor that something else reads, too, or that the slice is a part of: seen
    as IREE does, all calls inlined."""
    passes = (InlineCalls(), Canonicalize(), CommonSubexpressions())
    for function in run_passes(module, passes).functions:
        for region in _regions(function.body):
            if any(isinstance(op, InsertSlice) and _is_read_elsewhere(region, op) for op in region.ops):
                return True
    return False


def _is_read_elsewhere(region: Region, insert: InsertSlice) -> bool:
    """Whether the tensor that `insert` changes a copy of is read by another op, or returned."""
    root = _origin(region, insert.dest)
    if _origin(region, insert.source) is root or any(_origin(region, y) is root for y in region.yields):
        return True
    others = (op for op in region.ops if op is not insert and not isinstance(op, _PARTS))
    return any(_origin(region, v) is root for op in others for v in op.operands)


def _regions(body: Region) -> Iterator[Region]:
    yield body
    for op in body.walk():
        yield from op.regions


def _origin(region: Region, value: Value) -> Value:
    """The tensor that `value` is a part of."""
    while isinstance(op := region.definitions.get(value), _PARTS):
        value = op.source
    return value


def _device_names(module: Module) -> Iterator[str]:
    """Every device that the program names, in order of appearance."""
    for function in module.functions:
        yield from (name for name in (*function.arg_devices, *function.result_devices) if name)
        yield from (op.device for op in function.body.walk() if isinstance(op, Transfer))
