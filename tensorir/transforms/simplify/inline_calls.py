"""inline-calls: replaces each call by the body of the function, so that later passes see no calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar

from attrs import define, field, frozen

from tensorir.dialects.device import Transfer
from tensorir.dialects.func import Call
from tensorir.ir.diagnostic import InferError, TensorIRError, UnsupportedError
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.sizes import SizeMap, bind_types, substituted, substituted_op
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_CALLS, Level
from tensorir.passes.numbering import copied
from tensorir.passes.pass_ import Pass, PassContext

MAX_OPS = 1 << 20
"""A program with more ops after inlining is refused, because chains of functions that each call the next twice grow
exponentially."""


@frozen
class InlineCalls(Pass):
    """Laws: interp(inline(m)) == interp(m); no call and no private function is left.

    Raises UnsupportedError for functions that call themselves, naming the cycle."""

    name: ClassVar[str] = "inline-calls"
    ensures: ClassVar[tuple[Level, ...]] = (NO_CALLS,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        order = [module.lookup(Function, name) for name in _callees_first(module)]
        _check_growth(module, order)
        work = _Inliner(module)
        for function in order:
            if not function.private:
                work.region(function.body)
        return module.replace(functions=[f for f in module.functions if not f.private]).map_regions(work.region)


@define(eq=False)
class _Frame:
    """A body while it is copied: its values in the caller, the call whose results are its yields (None for the
    outermost region), and the number of the copy, because each copy has ops with ids of their own."""

    body: Region
    env: dict[Value, Value]
    sizes: SizeMap
    call: Call | None
    copy: int = 1
    rest: Iterator[Op] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.rest = iter(self.body.ops)


class _Inliner:
    """Copies every callee directly to its final place, through any number of calls, so the cost is the size of the
    result, even for chains of calls. `done`: the regions without calls; those of public
    functions, which are needed anyway, are copied where they are called."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.done: dict[Region, Region] = {}
        self.copies = Counter(f.name for f in module.functions if not f.private)

    def region(self, region: Region) -> Region:
        """Returns `region` without calls; itself if it has none. Shared regions stay shared."""
        if region not in self.done:
            calls = any(isinstance(o, Call) for o in region.walk())
            self.done[region] = self._expanded(region) if calls else region
        return self.done[region]

    def _expanded(self, region: Region) -> Region:
        ops: list[Op] = []
        frames = [_Frame(region, {a: a for a in region.args}, {}, None)]
        while True:
            frame = frames[-1]
            op = next(frame.rest, None)
            if op is None:
                values = tuple(frame.env[y] for y in frame.body.yields)
                frames.pop()
                if frame.call is None:
                    return Region(region.args, tuple(ops), values)
                callee = self.module.lookup(Function, frame.call.callee)
                values = _moved(values, callee.result_devices, frame.call.loc, ops)
                _check_results(frame.call, values, frames[-1].sizes)
                frames[-1].env.update(zip(frame.call.results, values, strict=True))
                continue
            operands = [frame.env[v] for v in op.operands]
            if isinstance(op, Call):
                callee = self.module.lookup(Function, op.callee)
                frames.append(self._entered(op, _moved(operands, callee.arg_devices, op.loc, ops)))
                continue
            made = op.with_operands(operands) if frame.call is None else substituted_op(op, operands, frame.sizes)
            if frame.copy > 1:
                made = copied(made, frame.copy)
            if made.regions:
                made = made.with_regions(tuple(map(self.region, made.regions)))
            ops.append(made)
            frame.env.update(zip(op.results, made.results, strict=True))

    def _entered(self, call: Call, operands: Sequence[Value]) -> _Frame:
        body = self.module.lookup(Function, call.callee).body
        body = self.done.get(body, body)
        try:
            sizes = bind_types(body.arg_types, tuple(v.type for v in operands))
        except (InferError, ZeroDivisionError) as e:
            raise TensorIRError(f"{call.NAME}: @{call.callee}: {e}", call.loc) from None
        self.copies[call.callee] += 1
        return _Frame(body, dict(zip(body.args, operands, strict=True)), sizes, call, self.copies[call.callee])


def _moved(values: Sequence[Value], devices: Sequence[str], loc: Location, ops: list[Op]) -> tuple[Value, ...]:
    """Returns the values where a function takes or gives them; appends the transfers to `ops`."""
    moves = [Transfer(v, d, loc=loc) if d else None for v, d in zip(values, devices or [""] * len(values), strict=True)]
    ops += [move for move in moves if move is not None]
    return tuple(v if move is None else move.result for v, move in zip(values, moves, strict=True))


def _check_results(call: Call, values: Sequence[Value], sizes: SizeMap) -> None:
    types, wanted = tuple(v.type for v in values), substituted(call.types, sizes)
    if types != wanted:
        given, expected = (", ".join(map(str, t)) for t in (types, wanted))
        raise TensorIRError(f"{call.NAME}: @{call.callee} gives ({given}), not ({expected})", call.loc)


def _calls(module: Module, name: str) -> list[Call]:
    return [op for op in module.lookup(Function, name).body.walk() if isinstance(op, Call)]


def _callees_first(module: Module) -> list[str]:
    """Returns all functions, each after those that it calls."""
    done: dict[str, None] = {}
    for root in module.functions:
        path: dict[str, list[Call]] = {}  # the functions on the call stack, outermost first, and the calls left in each
        if root.name not in done:
            path[root.name] = _calls(module, root.name)[::-1]
        while path:
            name = next(reversed(path))
            if not path[name]:
                done[name] = None
                del path[name]
                continue
            call = path[name].pop()
            if call.callee in path:
                names = [*path][[*path].index(call.callee) :]
                cycle = " → ".join(f"@{n}" for n in (*names, call.callee))
                raise UnsupportedError(
                    f"{call.NAME}: functions that call themselves can't be compiled: {cycle}", call.loc
                )
            if call.callee not in done:
                path[call.callee] = _calls(module, call.callee)[::-1]
    return list(done)


def _check_growth(module: Module, order: Sequence[Function]) -> None:
    """Raises UnsupportedError if calls make the program larger than MAX_OPS."""
    count: dict[str, int] = {}

    def size(region: Region) -> int:
        return sum(count[o.callee] if isinstance(o, Call) else 1 for o in region.walk())

    for function in order:
        count[function.name] = size(function.body)
    others = [s.region for s in (*module.globals, *module.executables) if s.region is not None]
    total = sum(count[f.name] for f in module.functions if not f.private) + sum(map(size, others))
    if total > MAX_OPS and any(_calls(module, f.name) for f in order):
        raise UnsupportedError(f"with all calls inlined the program has {total} ops, over the limit of {MAX_OPS}")
