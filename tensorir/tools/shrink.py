"""Shrinks failing inputs: lists by delta debugging (Zeller and Hildebrandt, 2002), programs by leaving out parts.

Nothing here depends on why an input fails. The caller tests whether a candidate still fails; every candidate that is
kept has been tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve

from tensorir.dialects.linalg import Generic
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.value import Value
from tensorir.ir.verify import verify
from tensorir.rewrite.sweep import sweep

T = TypeVar("T")
Fails = Callable[[Module], bool]


def ddmin(items: Sequence[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """Returns a sublist of `items` that fails and from which no single item can be left out. `items` itself must
    fail."""
    kept, chunks = list(items), 2
    while kept:
        size = -(-len(kept) // chunks)
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if fails(rest):
                kept, chunks = rest, max(chunks - 1, 2)
                break
        else:
            if size == 1:
                break
            chunks = min(2 * chunks, len(kept))
    return kept


def shrink(module: Module, fails: Fails) -> Module:
    """Returns a smaller valid module that fails and from which no part can be left out. `module` itself must fail."""
    tried: dict[str, bool] = {}

    def still(candidate: Module) -> bool:
        try:
            verify(candidate)
        except TensorIRError:  # the part that was left out is needed
            return False
        key = fingerprint(candidate)
        if key not in tried:
            tried[key] = fails(candidate)
        return tried[key]

    while True:
        before = module
        module = _fewer_functions(module, still)
        for name in [f.name for f in module.functions]:
            module = _fewer_results(module, name, still)
            module = _fewer_ops(module, name, still)
            module = _smaller_bodies(module, name, still)
        module = _fewer_globals(module, still)
        if module is before:
            return module


def _fewer_functions(module: Module, fails: Fails) -> Module:
    kept = ddmin(module.functions, lambda functions: bool(functions) and fails(module.replace(functions=functions)))
    return module.replace(functions=kept)


def _fewer_globals(module: Module, fails: Fails) -> Module:
    everything = [*module.globals, *module.executables]

    def only(symbols: list[object]) -> Module:
        globals = [g for g in module.globals if g in symbols]
        return module.replace(globals=globals, executables=[e for e in module.executables if e in symbols])

    return only(ddmin(everything, lambda symbols: fails(only([*symbols]))) if everything else [])


def _fewer_results(module: Module, name: str, fails: Fails) -> Module:
    function = module.lookup(Function, name)
    body = function.body

    def returning(yields: list[Value]) -> Module:
        return _with_function(module, function, Region(body.args, body.ops, tuple(yields)))

    kept = ddmin(body.yields, lambda yields: bool(yields) and fails(returning(yields)))
    return module if len(kept) == len(body.yields) else returning(kept)


def _fewer_ops(module: Module, name: str, fails: Fails) -> Module:
    function = module.lookup(Function, name)
    kept = ddmin(function.body.ops, lambda ops: fails(_with_function(module, function, keep(function.body, ops))))
    after = _with_function(module, function, keep(function.body, kept))
    unchanged = len(kept) == len(function.body.ops) and len(_body(after, name).args) == len(function.body.args)
    return after if not unchanged and fails(after) else module


def keep(region: Region, ops: Sequence[Op]) -> Region:
    """Returns `region` with `ops` only: results of the other ops become arguments, and unused arguments are dropped."""
    made = {r for o in ops for r in o.results}
    read = dict.fromkeys([*(v for o in ops for v in o.operands), *region.yields])
    bound = frozenset[str]().union(*(v.type.symbols for v in read if v not in made))
    needed = frozenset[str]().union(*(v.type.symbols for v in (*read, *made)))
    args = [a for a in region.args if a in read or (a.type.symbols & needed) - bound]
    return Region((*args, *(v for v in read if v not in made and v not in region.args)), tuple(ops), region.yields)


def _smaller_bodies(module: Module, name: str, fails: Fails) -> Module:
    position = 0
    while position < len(_body(module, name).ops):
        for candidate in _with_smaller_body(module, name, position):
            if fails(candidate):
                module = candidate
                break
        else:
            position += 1
    return module


def _with_smaller_body(module: Module, name: str, position: int) -> Iterator[Module]:
    """Yields the op at `position` with its scalar body replaced by a part of it, the smallest part first."""
    function = module.lookup(Function, name)
    op = function.body.ops[position]
    if not isinstance(op, Generic):
        return
    for node in op.body.nodes():
        if node.dtype == op.body.result.dtype and node is not op.body.result:
            smaller = ScalarBody(op.body.args, node)
            yield _with_function(module, function, _with_body(function.body, op, smaller))


def _with_body(region: Region, target: Generic, body: ScalarBody) -> Region:
    def visit(op: Op, operands: tuple[Value, ...]) -> Op | None:
        return op.evolve(operands, body=body) if op is target else None

    return sweep(region, visit)


def _body(module: Module, name: str) -> Region:
    return module.lookup(Function, name).body


def _with_function(module: Module, function: Function, body: Region) -> Module:
    devices = {"arg_devices": (), "result_devices": ()}  # the original arguments and results
    changed = evolve(function, body=body, **devices) if function.arg_devices or function.result_devices else None
    new = changed or evolve(function, body=body)
    return module.replace(functions=[new if f is function else f for f in module.functions])
