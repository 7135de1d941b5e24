"""Lowers a structured op to ops of the core: elementwise, contraction, reduction or fold, result by result."""

from __future__ import annotations

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.value import Value
from tensorir.mlir.importer.linalg.contractions import contraction
from tensorir.mlir.importer.linalg.reductions import fold, reduction
from tensorir.mlir.importer.linalg.structured import Structured, aligned, elementwise, squeezed, unsqueezed
from tensorir.mlir.importer.scalars.trees import args_of
from tensorir.mlir.importer.scope import Scope


def lower(s: Structured, scope: Scope, *, as_fold: bool = False) -> tuple[Value, ...]:
    """Returns the results of a structured op; computed by one linalg.fold if the text says so (`as_fold`).

    Raises InferError if the result depends on an unspecified order of steps."""
    s, sizes = aligned(s, scope)
    s, units = squeezed(s, scope)
    count = len(s.inits)
    if as_fold:
        _check_iterators(s)
        made = dict(enumerate(fold(s, list(range(count)), sizes, scope)))
        return tuple(unsqueezed(scope, made[r], units[r]) for r in range(count))
    reduced = [r for r in range(count) if not s.result_map(r).is_permutation]
    _check_iterators(s)
    made: dict[int, Value] = {}
    accumulators = {s.init_number(r) for r in reduced}
    for r in range(count):
        if r in reduced:
            continue
        if accumulators & set(args_of(s.bodies[r])):
            raise InferError(f"result {r} keeps every step of a reduction (a scan), which is not supported")
        product = contraction(s, r, sizes, scope) if s.product else None
        made[r] = product or _parallel(s, r, sizes, scope)
    made.update(_reduced(s, reduced, sizes, scope))
    return tuple(unsqueezed(scope, made[r], units[r]) for r in range(count))


def _parallel(s: Structured, result: int, sizes: tuple[Dim, ...], scope: Scope) -> Value:
    keep = len(s.inputs) if s.keep_inputs and len(s.inits) == 1 else 0
    encoding = s.inits[result].type.encoding
    return elementwise(scope, s, s.bodies[result], s.result_map(result), sizes, encoding, keep=keep)


def _reduced(s: Structured, reduced: list[int], sizes: tuple[Dim, ...], scope: Scope) -> dict[int, Value]:
    """Returns results that lack iteration dims. Each is computed with only the results that it needs: if an argmax is
    unused, its maximum remains an ordinary reduction."""
    needed = {r: _needed(s, r, reduced) for r in reduced}
    made: dict[int, Value] = {}
    for r in reduced:
        single = _single(s, r, sizes, scope) if needed[r] == (r,) else None
        if single is not None:
            made[r] = single
    folds: dict[tuple[int, ...], tuple[Value, ...]] = {}
    for r in reduced:
        if r in made:
            continue
        # The largest fold that computes it anyway, so that the inputs are read once.
        group = max((g for g in needed.values() if r in g), key=len)
        if group not in folds:
            folds[group] = fold(s, group, sizes, scope)
        made[r] = folds[group][group.index(r)]
    return made


def _single(s: Structured, result: int, sizes: tuple[Dim, ...], scope: Scope) -> Value | None:
    found = contraction(s, result, sizes, scope)
    return found if found is not None else reduction(s, result, sizes, scope)


def _check_iterators(s: Structured) -> None:
    """Raises InferError for a result that lacks a parallel dim, because it would be written in an unspecified order."""
    for r in range(len(s.inits)):
        lacking = [d for d in s.parallel or () if d not in s.result_map(r).dims]
        if lacking:
            raise InferError(f"the parallel dim d{lacking[0]} is not in the map {s.result_map(r)} of result {r}")


def _needed(s: Structured, result: int, reduced: list[int]) -> tuple[int, ...]:
    """Returns the reduced results on whose accumulators `result` depends, including itself."""
    needed, waiting = {result}, [result]
    while waiting:
        for i in args_of(s.bodies[waiting.pop()]):
            other = i - len(s.inputs)
            if other in reduced and other not in needed:
                needed.add(other)
                waiting.append(other)
    return tuple(sorted(needed))
